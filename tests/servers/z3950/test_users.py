"""Who may begin an association: nothing, an open string, idPass and other ways."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from protocols.secret import Secret
from protocols.z3950.apdus import IdAuthentication, IdPass
from protocols.z3950.declarations import NULL
from protocols.z3950.oids import Oid
from protocols.z3950.structures import DefaultDiagFormat, External
from servers.configuration.settings import SecretHash, Z3950User
from servers.lines.logins import LoginFailures
from servers.z3950.users import ANYBODY, NEEDED, NO_SUCH_WAY, WRONG, Judged, Users
from tests.fakes.world import PlainCredentials
from tests.matrix import proves

UNION = Z3950User("union", SecretHash("word/1"))
BRANCH = Z3950User("branch", SecretHash("word-2"), group="town", addresses=("198.51.100.0/24",))
HALL = Z3950User("hall", addresses=("192.0.2.0/28",))
PEER, BRANCH_PEER, HALL_PEER = "203.0.113.9", "198.51.100.7", "192.0.2.3"


class Door:
    """Users, and somebody who wants to come in; three wrong logins are too many."""

    def __init__(self, *users: Z3950User) -> None:
        self.now = 0.0
        self.credentials = PlainCredentials()
        self.failures = LoginFailures(3, 60.0, lambda: self.now)
        self.users = Users(users, self.credentials, self.failures)

    async def judged(self, said: IdAuthentication | None, peer: str = PEER) -> Judged:
        """Who it is, or why nobody is let in."""
        judging = self.users.judge(said, peer)
        return judging if isinstance(judging, str | DefaultDiagFormat) else await judging


@pytest.fixture
def door() -> Door:
    return Door(UNION, BRANCH, HALL)


def idpass(user: str | None, password: str | None, group: str | None = None) -> IdPass:
    return IdPass(group_id=group, user_id=user, password=None if password is None else Secret(password))


@proves("who may search over Z39.50: everybody, or users by password or address")
@pytest.mark.parametrize(
    "said",
    [
        None,
        NULL,
        Secret("any/thing"),
        idpass("any", "thing"),
        External(direct_reference=Oid("1.2.3"), encoding=b"x"),
    ],
)
async def test_without_users_everybody_is_let_in_and_nothing_is_checked(
    said: IdAuthentication | None,
) -> None:
    door = Door()
    assert await door.judged(said) == ANYBODY
    assert door.credentials.checks == 0


@proves("who may search over Z39.50: everybody, or users by password or address")
@pytest.mark.parametrize(
    ("said", "peer", "user"),
    [
        (Secret("union/word/1"), PEER, "union"),
        (idpass("union", "word/1"), PEER, "union"),
        (idpass("union", "word/1", "any"), PEER, "union"),
        (Secret("branch/town/word-2"), BRANCH_PEER, "branch"),
        (idpass("branch", "word-2", "town"), BRANCH_PEER, "branch"),
        (None, HALL_PEER, "hall"),
        (NULL, HALL_PEER, "hall"),
        (Secret("union/wrong"), HALL_PEER, "hall"),
    ],
)
async def test_who_is_let_in(door: Door, said: IdAuthentication | None, peer: str, user: str) -> None:
    """By user and password, whatever way they come, or by the address alone."""
    assert await door.judged(said, peer) == user


@proves("who may search over Z39.50: everybody, or users by password or address")
@pytest.mark.parametrize(
    ("said", "peer", "why"),
    [
        (None, PEER, NEEDED),
        (NULL, PEER, NEEDED),
        (Secret(""), PEER, NEEDED),
        (idpass(None, "word/1"), PEER, NEEDED),
        (External(direct_reference=Oid("1.2.3"), encoding=b"word-1"), PEER, NO_SUCH_WAY),
        (Secret("union"), PEER, WRONG),
        (Secret("union/"), PEER, WRONG),
        (Secret("union/word"), PEER, WRONG),
        (Secret("nobody/word/1"), PEER, WRONG),
        (Secret("hall/"), PEER, WRONG),
        (idpass("hall", None), PEER, WRONG),
        (idpass("union", None), PEER, WRONG),
        (idpass("union", "word-2"), PEER, WRONG),
        (Secret("branch/word-2"), BRANCH_PEER, WRONG),
        (idpass("branch", "word-2"), BRANCH_PEER, WRONG),
        (idpass("branch", "word-2", "country"), BRANCH_PEER, WRONG),
        (idpass("branch", "word-2", "town"), PEER, WRONG),
    ],
)
async def test_who_is_not(
    door: Door, said: IdAuthentication | None, peer: str, why: DefaultDiagFormat
) -> None:
    """1010 to who says nothing, 1014 to who says it in a way that there is not, 1011 to everybody else."""
    assert await door.judged(said, peer) == why


@proves("who guesses a password over Z39.50 runs dry, and nobody else does")
async def test_after_too_many_failures_only_users_that_have_none_are_looked_at(door: Door) -> None:
    with capture_logs() as logs:
        for _ in range(3):
            assert await door.judged(idpass("branch", "guess", "town"), BRANCH_PEER) == WRONG
    assert [one["event"] for one in logs].count("z3950-logins-failing") == 1
    checks = door.credentials.checks
    assert await door.judged(idpass("branch", "word-2", "town"), BRANCH_PEER) == WRONG
    assert await door.judged(Secret("nobody/x"), BRANCH_PEER) == WRONG
    assert door.credentials.checks == checks
    assert await door.judged(Secret("union/word/1"), BRANCH_PEER) == "union"
    door.now = 61.0
    assert await door.judged(idpass("branch", "word-2", "town"), BRANCH_PEER) == "branch"


async def test_an_unknown_user_costs_as_much_as_a_wrong_password(door: Door) -> None:
    await door.judged(Secret("nobody/word"))
    assert door.credentials.checks == 1


async def test_an_unknown_user_is_not_in_the_log_for_it_may_be_a_password(door: Door) -> None:
    with capture_logs() as logs:
        await door.judged(Secret("word-of-mine/union"))
        await door.judged(Secret("union/wrong-word"))
    assert [one["user"] for one in logs] == [None, "union"]
    assert "word" not in str(logs)
