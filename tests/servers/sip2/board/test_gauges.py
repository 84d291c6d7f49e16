"""Gauges: what a terminal did, told when somebody looks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
import time_machine

from core.refusals import Reason
from protocols.sip2 import messages as m
from protocols.sip2.connection import Request
from protocols.sip2.errors import Defect
from protocols.sip2.fields import ScStatusCode
from servers.configuration.settings import Terminal
from servers.sip2.board.gauges import REMEMBERED, Board, Gauge, Refusal, TerminalState
from servers.sip2.board.habits import LOOKED_AT_ALL, THEN_EVERY
from servers.sip2.station import Station
from servers.sip2.terminals import Terminals
from tests.fakes.world import World

THEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STATUS = Request(m.ScStatus(ScStatusCode.OK, 80, "2.00"), None, False, b"9900802.00")


@pytest_asyncio.fixture
async def station() -> AsyncIterator[Station]:
    """A terminal at work."""
    world = await World().start()
    yield Terminals((), world.desk, world.credentials).station(Terminal("kiosk-1"))
    await world.stop()


def test_a_terminal_that_was_never_there_has_only_a_name() -> None:
    assert Gauge("kiosk-1").state() == TerminalState("kiosk-1")
    assert Board().states(["b", "a"]) == [TerminalState("a"), TerminalState("b")]


async def test_what_it_did_is_counted(station: Station) -> None:
    gauge = Gauge("kiosk-1")
    with time_machine.travel(THEN, tick=False) as now:
        gauge.connected("192.0.2.7", status_first=True)
        gauge.connected("192.0.2.8", status_first=False)
        gauge.left()
        now.shift(timedelta(seconds=5))
        gauge.asked(STATUS, station)
        gauge.told(ScStatusCode.OUT_OF_PAPER)
        gauge.replayed(b"96AZFEF6\r")
        gauge.replayed(b"941\r")
        gauge.noticed(Defect.REPEATED)
        gauge.refused("11", Reason.UNKNOWN_ITEM)
    assert gauge.state() == TerminalState(
        name="kiosk-1",
        connections=1,
        address="192.0.2.8",
        since=THEN,
        last=THEN + timedelta(seconds=5),
        last_code="99",
        messages=1,
        resends=1,
        status="out_of_paper",
        refused=1,
        refusals=(Refusal(THEN + timedelta(seconds=5), "11", Reason.UNKNOWN_ITEM.value),),
        quirks=("sends a status message (99) before it logs in",),
    )
    assert gauge.habits.defects == {Defect.REPEATED: 1}


def test_all_that_was_counted_can_be_read() -> None:
    board = Board()
    gauge = board.gauge("kiosk-1")
    gauge.replayed(b"96AZFEF6\r")
    for reason in (Reason.UNKNOWN_ITEM, Reason.WRONG_PIN, Reason.UNKNOWN_ITEM):
        gauge.refused("11", reason)
    gauge.answered(0.000_003)
    counted = board.counted()["kiosk-1"]
    assert (counted.messages, counted.resends) == (0, 1)
    assert counted.refused == {Reason.UNKNOWN_ITEM: 2, Reason.WRONG_PIN: 1}
    assert [bucket for bucket, count in enumerate(counted.times) if count] == [2], "below 4 microseconds"


def test_only_the_last_refusals_are_told_and_all_are_counted() -> None:
    gauge = Gauge("kiosk-1")
    for number in range(REMEMBERED + 3):
        gauge.refused(str(number), Reason.UNKNOWN_ITEM)
    state = gauge.state()
    assert [refusal.code for refusal in state.refusals] == ["3", "4", "5", "6", "7"]
    assert state.refused == REMEMBERED + 3


@pytest.mark.parametrize(
    ("seconds", "p50", "p95"),
    [
        ([0.000_040], 0.064, 0.064),
        ([0.000_040] * 95 + [0.9] * 5, 0.064, 0.064),
        ([0.000_040] * 94 + [0.9] * 6, 0.064, 1048.576),
        ([0.0], 0.001, 0.001),
        ([1e9], (1 << 31) / 1000, (1 << 31) / 1000),
    ],
)
def test_times_are_told_within_a_factor_of_two(seconds: list[float], p50: float, p95: float) -> None:
    gauge = Gauge("kiosk-1")
    for one in seconds:
        gauge.answered(one)
    state = gauge.state()
    assert (state.p50, state.p95) == (p50, p95)


async def test_the_first_messages_are_all_looked_at_and_of_later_ones_every_sixteenth(
    station: Station,
) -> None:
    gauge = Gauge("kiosk-1")
    looked = 0
    for _ in range(LOOKED_AT_ALL + 10 * THEN_EVERY):
        looked += gauge.is_looking
        gauge.asked(STATUS, station)
    assert looked == LOOKED_AT_ALL + 10


class TestTheBoard:
    def test_a_terminal_has_one_gauge(self) -> None:
        board = Board()
        assert board.gauge("kiosk-1") is board.gauge("kiosk-1")

    def test_what_is_no_terminal_any_more_is_forgotten_once_it_has_left(self) -> None:
        board = Board()
        for name in ("kept", "gone", "still there"):
            board.gauge(name)
        board.gauge("still there").connected("192.0.2.7", status_first=False)
        board.forget_others(["kept"])
        assert [state.name for state in board.states(["kept", "new"])] == ["kept", "new", "still there"]
