"""Guessing a secret always costs, what was right is remembered for a while, and nothing shows a secret."""

from __future__ import annotations

import asyncio
import gc
from base64 import b64encode
from collections.abc import Iterator
from hashlib import scrypt
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from servers.credentials import Cost, ScryptCredentials, read_hash

CHEAP = Cost(n=16)
REMEMBERED = 600.0


class Watch:
    """A monotonic clock that is turned by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def credentials(watch: Watch) -> Iterator[ScryptCredentials]:
    made = ScryptCredentials(watch, cost=CHEAP, remember=REMEMBERED, room=3)
    yield made
    made.close()


async def test_a_secret_belongs_to_its_hash_and_no_other_does(credentials: ScryptCredentials) -> None:
    hashed = credentials.hash("1234")
    assert await credentials.verify("1234", hashed)
    for wrong in ("1235", "", "1234 ", "12345"):
        assert not await credentials.verify(wrong, hashed)


def test_a_hash_is_scrypt_of_rfc_7914_with_its_parameters_in_it(credentials: ScryptCredentials) -> None:
    kind, n, r, p, salt, digest = credentials.hash("1234").split("$")
    assert (kind, n, r, p) == ("scrypt", "16", "8", "1")
    read = read_hash("$".join((kind, n, r, p, salt, digest)))
    assert read is not None
    assert digest == b64encode(scrypt(b"1234", salt=read.salt, n=16, r=8, p=1, dklen=32)).decode()


def test_the_same_secret_never_has_the_same_hash_twice(credentials: ScryptCredentials) -> None:
    assert credentials.hash("1234") != credentials.hash("1234")


async def test_a_hash_of_another_cost_than_ours_is_checked_at_its_own(credentials: ScryptCredentials) -> None:
    other = ScryptCredentials(Watch(), cost=Cost(n=32, r=4, p=2))
    hashed = other.hash("1234")
    other.close()
    assert await credentials.verify("1234", hashed)


async def test_a_secret_typed_with_combining_marks_is_the_same_secret(credentials: ScryptCredentials) -> None:
    assert await credentials.verify("Zu\u0308ge", credentials.hash("Z\u00fcge"))


def _hash(
    n: str = "16", r: str = "8", p: str = "1", salt: str = "c2FsdA==", digest: bytes = b"d" * 32
) -> str:
    return f"scrypt${n}${r}${p}${salt}${b64encode(digest).decode()}"


def test_a_hash_read_is_the_hash_written() -> None:
    read = read_hash(_hash())
    assert read is not None
    assert read.text == _hash()


BROKEN = {
    "empty": "",
    "plain text": "1234",
    "another kind": "argon2" + _hash()[6:],
    "a part missing": _hash().rpartition("$")[0],
    "a part too many": _hash() + "$",
    "n no power of two": _hash(n="17"),
    "n of 1": _hash(n="1"),
    "n of 0": _hash(n="0"),
    "r of 0": _hash(r="0"),
    "p of 0": _hash(p="0"),
    "too much memory": _hash(n=str(2**20)),
    "blocks too large": _hash(n="2", r="200000"),
    "too much work": _hash(n=str(2**14), p="5"),
    "a number that is too long to be read": _hash(n="9" * 5000),
    "a negative number": _hash(n="-16"),
    "a number with zeros before it": _hash(n="016"),
    "digits of another script": _hash(n="\u0661\u0666"),
    "a salt that is not base64": _hash(salt="s*lt"),
    "a salt with stray bits": _hash(salt="c2FsdB=="),
    "a short digest": _hash(digest=b"d" * 31),
    "a long digest": _hash(digest=b"d" * 33),
    "half a character": "scrypt$\ud800",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_a_broken_hash_belongs_to_no_secret(credentials: ScryptCredentials, broken: str) -> None:
    assert read_hash(broken) is None
    assert not await credentials.verify("1234", broken)
    assert credentials.known("1234", broken) is None


@pytest.mark.parametrize("broken", ["", "1234", _hash(n=str(2**20))])
async def test_a_broken_hash_is_worked_on_as_hard_as_a_good_one(
    credentials: ScryptCredentials, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = credentials.hash("1234")
    costs = []

    def counting(secret: bytes, **parameters: Any) -> bytes:
        costs.append({name: value for name, value in parameters.items() if name != "salt"})
        return scrypt(secret, **parameters)

    monkeypatch.setattr("servers.credentials.scrypt", counting)
    await credentials.verify("1234", good)
    await credentials.verify("1234", broken)
    assert len(costs) == 2
    assert costs[0] == costs[1]


async def test_a_right_answer_is_remembered_until_its_time_is_over(
    credentials: ScryptCredentials, watch: Watch
) -> None:
    hashed = credentials.hash("1234")
    assert credentials.known("1234", hashed) is None
    await credentials.verify("1234", hashed)
    watch.seconds += REMEMBERED - 1
    assert credentials.known("1234", hashed) is True
    watch.seconds += 1
    assert credentials.known("1234", hashed) is None


async def test_a_wrong_answer_is_never_remembered(credentials: ScryptCredentials) -> None:
    hashed = credentials.hash("1234")
    await credentials.verify("1234", hashed)
    await credentials.verify("1235", hashed)
    assert credentials.known("1235", hashed) is None


async def test_what_is_remembered_ends_when_the_hash_changes(credentials: ScryptCredentials) -> None:
    await credentials.verify("1234", credentials.hash("1234"))
    assert credentials.known("1234", credentials.hash("1234")) is None


async def test_the_oldest_right_answer_makes_room_for_the_newest(credentials: ScryptCredentials) -> None:
    pairs = [(secret, credentials.hash(secret)) for secret in ("1", "2", "3", "4")]
    for pair in (*pairs[:3], pairs[0], pairs[3]):
        await credentials.verify(*pair)
    assert [credentials.known(*pair) for pair in pairs] == [True, None, True, True]


async def test_answers_whose_time_is_over_are_let_go_first(
    credentials: ScryptCredentials, watch: Watch
) -> None:
    first, second, third = ((secret, credentials.hash(secret)) for secret in ("1", "2", "3"))
    await credentials.verify(*first)
    watch.seconds += REMEMBERED
    await credentials.verify(*second)
    await credentials.verify(*third)
    watch.seconds -= REMEMBERED
    assert credentials.known(*first) is None
    assert credentials.known(*second) is True


@given(st.text(), st.text())
@example("\ud800", "scrypt$\ud800")
def test_looking_a_pair_up_never_fails(secret: str, hashed: str) -> None:
    credentials = ScryptCredentials(Watch())
    assert credentials.known(secret, hashed) is None
    credentials.close()


async def test_checks_run_beside_the_loop_which_goes_on(watch: Watch) -> None:
    credentials = ScryptCredentials(watch, cost=Cost(n=2**12))
    hashed = credentials.hash("1234")
    turns = 0
    check = asyncio.ensure_future(credentials.verify("1234", hashed))
    while not check.done():
        turns += 1
        await asyncio.sleep(0)
    assert check.result()
    assert turns > 1
    credentials.close()


async def test_no_object_of_ours_holds_or_shows_the_secret(credentials: ScryptCredentials) -> None:
    secret = "canary-" + "5309"
    hashed = credentials.hash(secret)
    await credentials.verify(secret, hashed)
    read = read_hash(hashed)
    assert repr(read) == str(read) == "Hash(***)"
    assert hashed not in repr(credentials)
    kept = gc.get_referents(*vars(credentials).values())
    assert all(secret not in repr(thing) and hashed not in repr(thing) for thing in kept)


async def test_who_asks_for_a_pair_that_is_being_checked_waits_for_that_one_check(
    credentials: ScryptCredentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed, check = credentials.hash("1234"), credentials._check
    checks: list[str] = []

    def counted(secret: str, against: str) -> bool:
        checks.append(secret)
        return check(secret, against)

    monkeypatch.setattr(credentials, "_check", counted)
    answers = await asyncio.gather(*[credentials.verify("1234", hashed) for _ in range(20)])
    assert (set(answers), len(checks)) == ({True}, 1)
    assert not await credentials.verify("wrong", hashed)
    assert len(checks) == 2
