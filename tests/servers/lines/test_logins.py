"""Failed logins by source: how many are borne, who may still try, and when they are forgotten."""

from __future__ import annotations

import pytest

from servers.lines.logins import LoginFailures


class Seconds:
    """Time that is turned by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def failures(seconds: Seconds) -> LoginFailures:
    return LoginFailures(most=3, window=60.0, monotonic=seconds)


def test_the_failure_with_which_they_are_too_many_is_told_once(failures: LoginFailures) -> None:
    told = [failures.failed("a", "kiosk-1") for _ in range(5)]
    assert told == [False, False, True, False, False]
    assert failures.too_many("a")
    assert not failures.too_many("b")


def test_a_user_that_failed_is_not_looked_at_any_more(failures: LoginFailures) -> None:
    assert failures.may_try("a", "kiosk-1")
    for _ in range(3):
        failures.failed("a", "kiosk-1")
    assert not failures.may_try("a", "kiosk-1")


def test_nor_is_one_that_we_do_not_know(failures: LoginFailures) -> None:
    for _ in range(3):
        assert failures.may_try("a", None)
        failures.failed("a", "kiosk-1")
    assert not failures.may_try("a", None)


def test_other_machines_behind_the_address_and_other_addresses_get_in(failures: LoginFailures) -> None:
    for _ in range(3):
        failures.failed("a", "kiosk-1")
    assert failures.may_try("a", "kiosk-2")
    assert failures.may_try("b", "kiosk-1")


def test_a_failure_is_held_against_them_for_a_time(failures: LoginFailures, seconds: Seconds) -> None:
    failures.failed("a", "kiosk-1")
    seconds.now += 30
    failures.failed("a", None)
    failures.failed("a", None)
    seconds.now += 29.9
    assert failures.too_many("a")
    seconds.now += 0.1
    assert not failures.too_many("a")
    assert failures.may_try("a", "kiosk-1")
    assert failures.failed("a", None), "too many once more, and told once more"


def test_sources_that_have_stopped_are_forgotten(failures: LoginFailures, seconds: Seconds) -> None:
    for number in range(100):
        failures.failed(f"source {number}", None)
        seconds.now += 1
    assert len(failures._of_source) == 60
    assert failures.may_try("source 41", None), "looked at after its time, and forgotten like the others"
    seconds.now += 60
    failures.failed("the last", None)
    assert list(failures._of_source) == ["the last"]
