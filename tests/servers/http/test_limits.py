"""Gates: how much may be asked at a time and in a second, in all and of each source."""

from __future__ import annotations

from servers.configuration.settings import HttpsSettings
from servers.http.limits import SOON, TIDY, Bounds, Full, Gate, Wait, bounds_of


def test_so_many_are_in_work_and_the_next_comes_again() -> None:
    gate, bounds = Gate(), Bounds(in_flight=2, rate=0)
    assert [gate.enter(source, bounds, 0.0) for source in "ab"] == [None, None]
    assert gate.enter("c", bounds, 0.0) == Wait(Full.IN_ALL, SOON)
    gate.leave("a")
    assert gate.enter("c", bounds, 0.0) is None
    assert gate.in_flight == 2


def test_those_of_one_source_do_not_keep_out_another() -> None:
    gate, bounds = Gate(), Bounds(in_flight_per_source=1, rate=0)
    assert gate.enter("a", bounds, 0.0) is None
    assert gate.enter("a", bounds, 0.0) == Wait(Full.SOURCE, SOON)
    assert gate.enter("b", bounds, 0.0) is None
    gate.leave("a")
    assert gate.enter("a", bounds, 0.0) is None


def asked(gate: Gate, bounds: Bounds, now: float, source: str = "a") -> Wait | None:
    """A request that is answered at once."""
    wait = gate.enter(source, bounds, now)
    if wait is None:
        gate.leave(source)
    return wait


def test_after_a_silence_a_burst_may_come_and_then_the_rate_is_kept() -> None:
    gate, bounds = Gate(), Bounds(rate=2, burst=3)
    assert [asked(gate, bounds, 100.0) for _ in range(4)] == [None] * 4
    assert asked(gate, bounds, 100.0) == Wait(Full.RATE, 0.5)
    assert asked(gate, bounds, 100.0, "b") is None
    assert asked(gate, bounds, 100.5) is None
    assert asked(gate, bounds, 100.5) == Wait(Full.RATE, 0.5)
    assert [asked(gate, bounds, 200.0) for _ in range(4)] == [None] * 4


def test_whoever_was_told_to_wait_is_not_made_to_wait_longer_for_asking() -> None:
    gate, bounds = Gate(), Bounds(rate=1, burst=0)
    assert asked(gate, bounds, 0.0) is None
    assert [asked(gate, bounds, 0.0) for _ in range(9)] == [Wait(Full.RATE, 1.0)] * 9
    assert asked(gate, bounds, 1.0) is None


def test_a_rate_of_0_is_none() -> None:
    gate, bounds = Gate(), Bounds(rate=0, burst=0)
    assert {asked(gate, bounds, 0.0) for _ in range(1000)} == {None}


def test_sources_that_have_fallen_silent_are_forgotten() -> None:
    gate, bounds = Gate(), Bounds(rate=10, burst=0)
    for number in range(TIDY + 1):
        assert asked(gate, bounds, float(number), str(number)) is None
    assert len(gate._paid) == 1


def test_every_bound_is_what_the_settings_say() -> None:
    settings = HttpsSettings(
        in_flight=1, in_flight_per_source=2, rate_per_source=3, burst_per_source=4, answer_deadline=5.0
    )
    assert bounds_of(settings) == Bounds(1, 2, 3, 4, 5.0)
    assert bounds_of(HttpsSettings()) == Bounds()
