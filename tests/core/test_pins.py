"""Against guessing PINs: who is told the truth, who is not, and for how long."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.model.records import PatronId
from core.pins import DAY, LONGEST_KEY, PinGuard
from tests.matrix import proves

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PAUSE = 30 * MINUTE
ANN, BEN = PatronId(21), PatronId(22)
HERE, THERE = "kiosk-1", "kiosk-2"


def guess(
    guard: PinGuard, times: int, at: datetime = NOW, terminal: str = HERE, patron: PatronId | str = ANN
) -> None:
    """Try so many wrong PINs at once."""
    for _ in range(times):
        assert not guard.tried(terminal, patron, False, at)


def test_the_right_pin_is_told_as_long_as_fewer_than_five_were_wrong() -> None:
    guard = PinGuard()
    guess(guard, 4)
    assert guard.tried(HERE, ANN, True, NOW)


def test_after_five_wrong_ones_the_right_one_is_refused_too_for_half_an_hour_from_the_fifth() -> None:
    guard = PinGuard()
    guess(guard, 4)
    guess(guard, 1, NOW + 10 * MINUTE)
    assert not guard.tried(HERE, ANN, True, NOW + 10 * MINUTE)
    assert not guard.tried(HERE, ANN, True, NOW + 40 * MINUTE - timedelta(seconds=1))
    assert guard.tried(HERE, ANN, True, NOW + 40 * MINUTE)


def test_what_is_tried_during_the_pause_makes_it_no_longer() -> None:
    guard = PinGuard()
    guess(guard, 5)
    guess(guard, 50, NOW + 29 * MINUTE)
    assert guard.tried(HERE, ANN, True, NOW + PAUSE)


def test_after_the_pause_there_are_five_tries_again() -> None:
    guard = PinGuard()
    guess(guard, 5)
    guess(guard, 4, NOW + PAUSE)
    assert guard.tried(HERE, ANN, True, NOW + PAUSE)
    guess(guard, 5, NOW + PAUSE)
    assert not guard.tried(HERE, ANN, True, NOW + PAUSE)


def test_a_right_pin_begins_the_count_anew() -> None:
    guard = PinGuard()
    guess(guard, 4)
    assert guard.tried(HERE, ANN, True, NOW)
    guess(guard, 4)
    assert guard.tried(HERE, ANN, True, NOW)


def test_a_right_pin_elsewhere_does_not() -> None:
    guard = PinGuard()
    guess(guard, 4)
    assert guard.tried(THERE, ANN, True, NOW)
    guess(guard, 1)
    assert not guard.tried(HERE, ANN, True, NOW)


def test_other_terminals_and_other_patrons_go_on() -> None:
    guard = PinGuard()
    guess(guard, 5)
    assert guard.tried(THERE, ANN, True, NOW)
    assert guard.tried(HERE, BEN, True, NOW)


def test_what_was_wrong_yesterday_is_forgotten() -> None:
    guard = PinGuard()
    guess(guard, 4)
    guess(guard, 1, NOW + DAY)
    assert guard.tried(HERE, ANN, True, NOW + DAY)


def test_no_number_of_terminals_gives_more_than_240_tries_in_24_hours() -> None:
    guard = PinGuard()
    for number in range(60):
        guess(guard, 4, NOW + number * MINUTE, f"kiosk-{number}")
    assert not guard.tried("kiosk-new", ANN, True, NOW + DAY - MINUTE)
    assert guard.tried("kiosk-new", ANN, True, NOW + DAY)


@proves("five wrong PINs stop one terminal, not the patron")
def test_one_terminal_never_locks_a_patron_out_of_the_others() -> None:
    """It tries whenever it may for three days. The others have five tries left at any time."""
    guard = PinGuard()
    for minutes in range(0, 3 * 24 * 60, 10):
        guess(guard, 6, NOW + minutes * MINUTE)
        assert guard.tried(THERE, ANN, True, NOW + minutes * MINUTE)
    guess(guard, 4, NOW + 3 * DAY, THERE)
    assert guard.tried(THERE, ANN, True, NOW + 3 * DAY)


def test_one_terminal_has_235_tries_in_24_hours() -> None:
    guard = PinGuard()
    for number in range(47):
        guess(guard, 5, NOW + number * PAUSE)
    assert not guard.tried(HERE, ANN, True, NOW + 47 * PAUSE)
    assert guard.tried(HERE, ANN, True, NOW + DAY)


def test_the_beginning_of_a_pause_is_told_once() -> None:
    guard = PinGuard()
    told = []
    for _ in range(8):
        guard.tried(HERE, ANN, False, NOW)
        told.append(guard.has_begun(HERE, ANN))
    assert told == [False, False, False, False, True, False, False, False]
    assert not guard.has_begun(THERE, ANN)
    assert not guard.has_begun(HERE, BEN)


def test_the_end_of_a_patrons_day_is_told_where_it_came() -> None:
    guard = PinGuard(tries=3, tries_a_day=6)
    guess(guard, 2, terminal="kiosk-1")
    guess(guard, 2, terminal="kiosk-2")
    guess(guard, 2, terminal="kiosk-3")
    assert guard.has_begun("kiosk-3", ANN)
    assert not guard.has_begun("kiosk-1", ANN)


def test_a_terminal_has_its_tries_even_where_a_day_allows_no_more() -> None:
    guard = PinGuard(tries=3, tries_a_day=3)
    guess(guard, 2)
    assert guard.tried(HERE, ANN, True, NOW)


def test_many_tries_at_once_are_told_the_truth_as_often_as_if_they_came_one_by_one() -> None:
    """All were let in while the terminal did not pause; the sixth that ends is the right one."""
    guard = PinGuard()
    assert all(guard.is_open(HERE, ANN, NOW) for _ in range(100))
    guess(guard, 5)
    assert not guard.tried(HERE, ANN, True, NOW)
    assert not guard.is_open(HERE, ANN, NOW)


def test_strangers_count_by_what_was_sent() -> None:
    guard = PinGuard()
    guess(guard, 5, patron="P9")
    assert not guard.is_open(HERE, "P9", NOW)
    assert guard.is_open(HERE, "P8", NOW)


def test_right_pins_are_not_remembered() -> None:
    guard = PinGuard()
    assert guard.tried(HERE, ANN, True, NOW)
    assert len(guard) == 0


def test_a_flood_of_barcodes_pushes_out_the_oldest_strangers_and_no_patron() -> None:
    guard = PinGuard(room=100)
    guess(guard, 5)
    for number in range(10_000):
        guess(guard, 1, patron=f"P{number}" + "0" * 10_000)
    assert len(guard) == 1 + 10
    assert not guard.tried(HERE, ANN, True, NOW)


def test_of_what_a_stranger_sent_only_the_beginning_counts() -> None:
    guard = PinGuard()
    guess(guard, 5, patron="x" * LONGEST_KEY + "1")
    assert not guard.is_open(HERE, "x" * LONGEST_KEY + "2", NOW)


def test_where_there_is_no_room_the_patron_whose_last_wrong_try_is_oldest_is_forgotten() -> None:
    guard = PinGuard(room=2)
    guess(guard, 5, NOW, patron=ANN)
    guess(guard, 4, NOW, patron=BEN)
    guess(guard, 1, NOW, patron=BEN)
    guess(guard, 1, NOW, patron=PatronId(23))
    assert guard.is_open(HERE, ANN, NOW)
    assert not guard.is_open(HERE, BEN, NOW)


def test_what_is_a_day_old_is_forgotten_when_the_next_comes() -> None:
    guard = PinGuard()
    guess(guard, 1, NOW, patron=ANN)
    guess(guard, 1, NOW + DAY, patron=BEN)
    assert len(guard) == 1


class Guarded(RuleBasedStateMachine):
    """The guard against the rule in its plainest form, worked out from the whole history every time."""

    TRIES, A_DAY = 3, 8

    def __init__(self) -> None:
        super().__init__()
        self.guard = PinGuard(tries=self.TRIES, pause=PAUSE, tries_a_day=self.A_DAY)
        self.now = NOW
        self.heard: list[tuple[datetime, str, PatronId, bool]] = []  # what was told the truth

    def open(self, terminal: str, patron: PatronId) -> bool:
        """Whether the history lets the terminal be told the truth."""
        day = [entry for entry in self.heard if entry[2] == patron and self.now - entry[0] < DAY]
        wrong = [entry for entry in day if not entry[3]]
        here = [entry for entry in wrong if entry[1] == terminal]
        share = self.A_DAY - self.TRIES
        return not self.pauses(terminal, patron) and len(here) < share and len(wrong) < self.A_DAY

    def pauses(self, terminal: str, patron: PatronId) -> bool:
        run: list[datetime] = []
        for at, where, who, right in self.heard:
            if (where, who) != (terminal, patron):
                continue
            run = [] if right else [*(earlier for earlier in run if at - earlier < DAY), at]
            if len(run) == self.TRIES:
                run = []
                if at <= self.now < at + PAUSE:
                    return True
        return False

    @rule(
        terminal=st.sampled_from([HERE, THERE, "kiosk-3"]),
        patron=st.sampled_from([ANN, BEN]),
        right=st.sampled_from([False, False, False, True]),
    )
    def try_a_pin(self, terminal: str, patron: PatronId, right: bool) -> None:
        allowed = self.open(terminal, patron)
        assert self.guard.tried(terminal, patron, right, self.now) is (right and allowed)
        if allowed:
            self.heard.append((self.now, terminal, patron, right))
        begun = allowed and not right and not self.open(terminal, patron)
        assert self.guard.has_begun(terminal, patron) is begun

    @rule(minutes=st.sampled_from([1, 10, 29, 30, 31, 600, 1410, 1440]))
    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @invariant()
    def nobody_else_is_closed(self) -> None:
        for terminal in (HERE, THERE, "kiosk-3", "kiosk-unused"):
            assert self.guard.is_open(terminal, ANN, self.now) is self.open(terminal, ANN)


TestGuarded = Guarded.TestCase
TestGuarded.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
