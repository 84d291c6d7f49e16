"""Who may begin an association: everybody, or the users of the configuration (Z39.50-1995, 3.2.1.1).

The rule it keeps: where there are users, nobody else comes in, and what was wrong of a user, a group, a
password or an address is not told. Who guesses passwords runs dry, as at SIP2's logins.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from typing import Any, Final, assert_never

from msgspec import Struct

from core.ports import Credentials
from protocols.secret import Secret
from protocols.z3950.apdus import IdAuthentication, IdPass
from protocols.z3950.declarations import Null
from protocols.z3950.structures import DefaultDiagFormat, External, bib_1_diagnostic
from servers.configuration.settings import Z3950User
from servers.lines.addresses import holds, networks, source
from servers.lines.logins import LoginFailures
from servers.log import get_logger

log = get_logger(__name__)

ANYBODY: Final = ""
"""Who is in where there are no users."""

NEEDED: Final = bib_1_diagnostic(1010, "user and password are needed")
WRONG: Final = bib_1_diagnostic(1011)
NO_SUCH_WAY: Final = bib_1_diagnostic(1014, "there are users and passwords, and nothing else")
FAILING: Final = "if the user there has no wrong password, somebody is guessing"

Judged = str | DefaultDiagFormat
"""The user who is let in, or why nobody is."""


class Shown(Struct, frozen=True):
    """What an origin says of itself: a group it may name, and the password."""

    user: str
    group: str | None
    password: Secret


class Users:
    """The users of the configuration, and how to tell them apart."""

    def __init__(self, users: Iterable[Z3950User], credentials: Credentials, failures: LoginFailures) -> None:
        self._users = {one.user: one for one in users}
        self._networks = {one.user: networks(one.addresses) for one in self._users.values()}
        self._credentials = credentials
        self._failures = failures

    def judge(self, said: IdAuthentication | None, peer: str) -> Judged | Coroutine[Any, Any, Judged]:
        """Who it is, or why they may not come in; or how that is found out, where a password is to be hashed
        first.
        """
        if not self._users:
            return ANYBODY
        known = self._by_address(peer)
        if known is not None:
            return known
        match said:
            case Secret():
                return self._judge(self._open(said), peer) if said else NEEDED
            case IdPass():
                shown = Shown(said.user_id or "", said.group_id, said.password or Secret(""))
                return self._judge(shown, peer) if said.user_id else NEEDED
            case External():
                return NO_SUCH_WAY
            case Null() | None:
                return NEEDED
            case _:
                assert_never(said)

    def _by_address(self, peer: str) -> str | None:
        """The user who is known by the address alone."""
        return next(
            (name for name, one in self._users.items() if not one.password and self._is_there(name, peer)),
            None,
        )

    def _open(self, said: Secret) -> Shown:
        """``user/password``, or ``user/group/password`` of a user who must name a group: nothing else tells
        the group from the beginning of a password.
        """
        user, _, rest = said.reveal().partition("/")
        known = self._users.get(user)
        if known is None or not known.group:
            return Shown(user, None, Secret(rest))
        group, _, password = rest.partition("/")
        return Shown(user, group, Secret(password))

    def _judge(self, shown: Shown, peer: str) -> Judged | Coroutine[Any, Any, Judged]:
        user = self._users.get(shown.user)
        if (
            user is not None
            and self._may_be(user, shown, peer)
            and self._credentials.known(shown.password.reveal(), str(user.password))
        ):
            return user.user
        return self._proving(user, shown, peer)

    async def _proving(self, user: Z3950User | None, shown: Shown, peer: str) -> Judged:
        """Who it is, once the password is hashed. An unknown user takes as long as a wrong password."""
        name = None if user is None else user.user
        failures, where = self._failures, source(peer)
        if failures.may_try(where, name):
            hashed = "" if user is None else str(user.password)
            is_right = await self._credentials.verify(shown.password.reveal(), hashed)
            if user is not None and is_right and self._may_be(user, shown, peer):
                return user.user
            if failures.may_try(where, name) and failures.failed(where, name):
                log.error("z3950-logins-failing", peer=peer, failures=failures.most, advice=FAILING)
        log.warning("z3950-login-failed", peer=peer, user=name)
        return WRONG

    def _may_be(self, user: Z3950User, shown: Shown, peer: str) -> bool:
        """Whether the user may try from there, and names the group that it must."""
        if user.group and shown.group != user.group:
            return False
        if user.addresses and not self._is_there(user.user, peer):
            return False
        return self._failures.may_try(source(peer), user.user)

    def _is_there(self, name: str, peer: str) -> bool:
        return holds(self._networks[name], peer)
