"""Seats and turns: how many there are, in all and for each source, and that all of them come back."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from servers.lines.crowd import Full, Seat, Seats, Turns
from tests.matrix import proves


def seated(seats: Seats, source: str) -> Seat | Full:
    """A seat of the source, if it gets one."""
    seat = seats.take()
    if isinstance(seat, Full):
        return seat
    return seat.claim(source) or seat


@proves("limits per source and in all")
class TestSeats:
    def test_there_are_so_many_in_all(self) -> None:
        seats = Seats(in_all=2, per_source=2)
        first = seated(seats, "a")
        assert isinstance(first, Seat)
        assert isinstance(seated(seats, "b"), Seat)
        assert seated(seats, "c") is Full.IN_ALL
        first.leave()
        assert isinstance(seated(seats, "c"), Seat)

    def test_there_are_so_many_for_a_source_and_others_are_not_concerned(self) -> None:
        seats = Seats(in_all=9, per_source=1)
        assert isinstance(seated(seats, "a"), Seat)
        assert seated(seats, "a") is Full.SOURCE
        assert isinstance(seated(seats, "b"), Seat)
        assert seats.taken == 2, "who was refused has no seat"

    def test_a_seat_is_given_back_once(self) -> None:
        seats = Seats(in_all=9, per_source=9)
        first, second = seated(seats, "a"), seated(seats, "a")
        assert isinstance(first, Seat)
        assert isinstance(second, Seat)
        first.leave()
        first.leave()
        assert (seats.taken, seats.of_source) == (1, {"a": 1})
        second.leave()
        assert (seats.taken, seats.of_source) == (0, {})

    def test_a_seat_of_no_source_can_be_given_back_too(self) -> None:
        seats = Seats(in_all=1, per_source=1)
        seat = seats.take()
        assert isinstance(seat, Seat)
        seat.leave()
        assert seats.taken == 0

    def test_who_sits_stays_when_there_are_fewer_seats(self) -> None:
        seats = Seats(in_all=2, per_source=2)
        first, second = seated(seats, "a"), seated(seats, "a")
        seats.in_all = seats.per_source = 1
        assert isinstance(first, Seat)
        assert isinstance(second, Seat)
        first.leave()
        assert seated(seats, "a") is Full.IN_ALL
        second.leave()
        assert isinstance(seated(seats, "a"), Seat)


class Working:
    """Work that takes turns, and lasts until the test ends it."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.begun: list[str] = []
        self.ends: list[asyncio.Event] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def wants(self, *sources: str) -> None:
        """Let one piece of work of each source wait for its turn."""
        for source in sources:
            self.tasks.append(asyncio.create_task(self._work(source)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def end(self, number: int) -> None:
        """Let the piece of work that began as this one end, and others begin."""
        self.ends[number].set()
        for _ in range(3):
            await asyncio.sleep(0)

    async def _work(self, source: str) -> None:
        async with self.turns.turn(source):
            self.begun.append(source)
            self.ends.append(asyncio.Event())
            await self.ends[-1].wait()


class TestTurns:
    async def test_so_many_are_under_way_in_all_and_the_first_to_wait_is_next(self) -> None:
        work = Working(Turns(in_all=2, per_source=2))
        await work.wants("a", "b", "c", "d")
        assert work.begun == ["a", "b"]
        await work.end(1)
        assert work.begun == ["a", "b", "c"]
        await work.end(0)
        assert work.begun == ["a", "b", "c", "d"]

    async def test_a_source_that_has_many_lets_others_pass(self) -> None:
        work = Working(Turns(in_all=3, per_source=1))
        await work.wants("a", "a", "a", "b")
        assert work.begun == ["a", "b"]
        await work.end(0)
        assert work.begun == ["a", "b", "a"]

    async def test_turns_go_round(self) -> None:
        work = Working(Turns(in_all=1, per_source=1))
        await work.wants("a", "a", "a", "b", "c")
        for number in range(4):
            await work.end(number)
        assert work.begun == ["a", "b", "c", "a", "a"]

    async def test_who_leaves_while_waiting_is_passed_over(self) -> None:
        work = Working(Turns(in_all=1, per_source=1))
        await work.wants("a", "b", "c")
        work.tasks[1].cancel()
        await work.end(0)
        assert work.begun == ["a", "c"]

    async def test_who_leaves_at_the_moment_of_its_turn_gives_it_back(self) -> None:
        work = Working(Turns(in_all=1, per_source=1))
        await work.wants("a", "b", "c")
        work.ends[0].set()
        await asyncio.sleep(0)  # the turn is b's now, and b does not know it yet
        assert work.turns.under_way == 1
        work.tasks[1].cancel()
        for _ in range(3):
            await asyncio.sleep(0)
        assert work.begun == ["a", "c"]

    async def test_work_that_fails_gives_its_turn_back(self) -> None:
        turns = Turns(in_all=1, per_source=1)
        for _ in range(2):
            try:
                async with turns.turn("a"):
                    raise ConnectionError
            except ConnectionError:
                assert turns.under_way == 0

    @given(
        st.lists(st.sampled_from("abc"), max_size=20),
        st.lists(st.integers(0, 40), max_size=40),
        st.integers(1, 4),
        st.integers(1, 3),
    )
    def test_whatever_happens_the_limits_hold_and_everybody_has_a_turn(
        self, sources: list[str], leaving: list[int], in_all: int, per_source: int
    ) -> None:
        async def happens() -> None:
            work = Working(Turns(in_all, per_source))
            await work.wants(*sources)
            left = set()
            for number in leaving:
                if number < len(sources):
                    work.tasks[number].cancel()
                    left.add(number)
                    await work.wants()
            for number in range(len(sources)):
                assert work.turns.under_way <= in_all
                if number < len(work.ends):
                    await work.end(number)
            await asyncio.gather(*work.tasks, return_exceptions=True)
            assert work.turns.under_way == 0
            assert len(work.begun) >= len(sources) - len(left)

        asyncio.run(happens())
