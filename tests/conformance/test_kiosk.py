"""A retrying self-check believes no server that contradicts itself, and none that does things twice."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conformance.kiosk import Act, BrokenPromiseError, Kiosk, Truth
from conformance.target import target_at
from conformance.wire.line import EndedError

Serving = Callable[[Any], AbstractAsyncContextManager[int]]
Facts = Callable[[int], Path]
OWING = "P903"
ACTS = 50


async def visit(library: Any, serving: Serving, facts: Facts) -> Kiosk:
    """Prepare, play and look by turns, then ask the last act again, on a second connection."""
    kiosk = Kiosk(OWING, ("I001", "I002", "I003", "I004"), random.Random(1), 5.0)
    async with serving(library) as port:
        target = target_at(str(facts(port)))
        try:
            await kiosk.connect(target, None)
            await kiosk.prepare()
            while kiosk.acknowledged < ACTS:
                await kiosk.play(time.monotonic() + 0.001)
                assert await kiosk.check() is None
            await kiosk.connect(target, None)
            assert await kiosk.check() is None
            await kiosk.repeat()
        finally:
            await kiosk.leave()
    return kiosk


async def test_a_right_server_is_believed(tiny_library: Any, tiny_server: Serving, facts_file: Facts) -> None:
    library = tiny_library()
    kiosk = await visit(library, tiny_server, facts_file)
    assert kiosk.acknowledged >= ACTS
    assert kiosk.unanswered is None


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("counts double", "charged, "),
        ("does not return", "acknowledged|on loan"),
        ("loses loans", "17 says|acknowledged"),
        ("refuses now and then", "was refused: no mood"),
        ("mixes patrons", "AA P000"),
    ],
)
async def test_a_wrong_server_is_not(
    tiny_library: Any, tiny_server: Serving, facts_file: Facts, fault: str, words: str
) -> None:
    with pytest.raises(BrokenPromiseError, match=words):
        await visit(tiny_library(fault), tiny_server, facts_file)


async def test_a_lost_connection_leaves_at_most_one_act_without_an_answer(
    tiny_library: Any, tiny_server: Serving, facts_file: Facts
) -> None:
    """Nothing but that act is in doubt, and it is settled when it is asked again."""
    library = tiny_library()
    kiosk = Kiosk(OWING, ("I001", "I002", "I003", "I004"), random.Random(1), 5.0)
    async with tiny_server(library) as port:
        await kiosk.connect(target_at(str(facts_file(port))), None)
        await kiosk.prepare()
        before = library.loans.copy()
    with pytest.raises(EndedError):
        await kiosk.play(time.monotonic() + 5)
    assert kiosk.unanswered is not None
    assert library.loans == before
    async with tiny_server(library) as port:
        await kiosk.connect(target_at(str(facts_file(port))), None)
        assert await kiosk.check() is False
        await kiosk.repeat()
        assert kiosk.unanswered is None
        assert await kiosk.check() is None
        await kiosk.leave()


def test_what_an_act_comes_to_is_known_beforehand() -> None:
    none = Truth(frozenset(), Decimal("2.00"))
    lent = Act("11", "I1").after(none)
    assert lent == Truth(frozenset({"I1"}), Decimal("2.00"))
    assert Act("09", "I1").after(lent) == none
    assert Act("37", money=Decimal("0.50")).after(none).owes == Decimal("1.50")
