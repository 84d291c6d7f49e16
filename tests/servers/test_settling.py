"""Who waits for a unit of work is told how it ended."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from core.journal import Settled, UnitOfWork
from servers.settling import Pending, said, settled


def unit() -> UnitOfWork:
    return UnitOfWork(1, datetime(2026, 3, 2, tzinfo=UTC), "", "", (), (), ())


def named(work: UnitOfWork) -> str | Pending[str]:
    """How it ended, by name."""
    return Pending(work, Settled.KEPT.name, lambda how: how.name)


async def test_what_nobody_has_changed_is_kept() -> None:
    assert await settled(None) is Settled.KEPT


@pytest.mark.parametrize("how", Settled)
async def test_who_waits_is_told(how: Settled) -> None:
    work = unit()
    waiting = asyncio.create_task(settled(work))
    await asyncio.sleep(0)
    assert not waiting.done()
    work.settle(how)
    assert await waiting is how
    assert await settled(work) is how


async def test_who_has_gone_is_not_told() -> None:
    work = unit()
    waiting = asyncio.create_task(settled(work))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    work.settle(Settled.KEPT)
    assert waiting.cancelled()


async def test_an_answer_is_said_by_how_its_work_ended() -> None:
    work = unit()
    waiting = asyncio.create_task(said(named(work)))
    await asyncio.sleep(0)
    assert not waiting.done()
    work.settle(Settled.UNKNOWN)
    assert await waiting == "UNKNOWN"
    work = unit()
    work.settle(Settled.KEPT)
    kept: str | Pending[str] = Pending(work, "as it is", lambda how: "otherwise")
    assert await said(kept) == "as it is"
    assert await said("at once") == "at once"


async def test_another_attempt_is_waited_for_and_put_in_other_words_too() -> None:
    first, second = unit(), unit()

    def again(how: Settled) -> str | Pending[str]:
        return named(second)

    put: str | Pending[str] = Pending(first, "FIRST", again).put(str.lower)
    second.settle(Settled.KEPT)
    first.settle(Settled.UNDONE)
    assert await said(put) == "kept"
