"""The journal: nothing is told before it is durable, nothing refused stays, and what breaks is not hidden."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from core.answered import AnsweredRequests
from core.events import CheckedIn, CheckedOut, HoldCancelled, HoldPlaced
from core.journal import Journal, Settled, UnitOfWork
from core.library import Library
from core.model.records import (
    Bib,
    BibId,
    Hold,
    HoldId,
    Item,
    ItemId,
    ItemStatus,
    Loan,
    Patron,
    PatronId,
    Record,
)
from core.ports import Batch, Change
from core.storage.memory import MemoryStore
from tests.fakes.stores import RefusingStore

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BOOK, COPY, ANN, BIB = ItemId(11), ItemId(12), PatronId(21), BibId(1)
RECORDS: list[Record] = [
    Bib(BIB, 1, "b1", "Emma"),
    Item(BOOK, 1, "I1", BIB, "MAIN/STACKS"),
    Item(COPY, 1, "I2", BIB, "MAIN/STACKS"),
    Patron(ANN, 1, "P1", "Ngata", "Ann"),
]


class Bench:
    """A journal on a store that fails on demand, and what was settled."""

    def __init__(self, limit: int = 1000) -> None:
        self.memory = MemoryStore()
        self.store = RefusingStore(self.memory)
        self.library = Library()
        self.answered = AnsweredRequests()
        self.library.install(RECORDS)
        self.journal = Journal(self.store, self.library, self.answered, limit=limit)
        self.settled: list[tuple[str, Settled]] = []

    def lend(self, item: ItemId, request: str = "") -> UnitOfWork:
        """Lend an item to Ann and note how it ends."""
        loan = Loan(ANN, NOW, NOW + timedelta(days=28))
        unit = self.journal.record(NOW, "kiosk", request, (CheckedOut(item, loan),))
        unit.then(lambda how: self.settled.append((f"lend {item}", how)))
        return unit

    def take_back(self, item: ItemId) -> UnitOfWork:
        """Check an item in and note how it ends."""
        unit = self.journal.record(NOW, "kiosk", "", (CheckedIn(item, "MAIN", NOW, patron=ANN),))
        unit.then(lambda how: self.settled.append((f"back {item}", how)))
        return unit


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    """A journal that runs."""
    bench = Bench()
    bench.journal.start()
    yield bench
    await bench.journal.close()


async def test_an_act_is_in_memory_at_once_and_told_when_it_is_durable(bench: Bench) -> None:
    bench.store.hold()
    unit = bench.lend(BOOK)
    assert bench.library.items[BOOK].status is ItemStatus.ON_LOAN
    await bench.store.waiting()
    assert (bench.settled, unit.settled) == ([], None)
    bench.store.release()
    await bench.journal.close()
    assert bench.settled == [("lend 11", Settled.KEPT)]


async def test_a_unit_of_work_tells_nobody_whom_it_is_about(bench: Bench) -> None:
    assert repr(bench.lend(BOOK, request="k1")) == "UnitOfWork(1)"


async def test_what_waits_is_kept_in_one_batch(bench: Bench) -> None:
    bench.store.hold()
    bench.lend(BOOK)
    await bench.store.waiting()
    bench.lend(COPY)
    bench.take_back(BOOK)
    bench.take_back(COPY)
    bench.store.release()
    await bench.journal.close()
    assert [len(batch.events) for batch in bench.store.batches] == [1, 3]
    assert [recorded.seq for batch in bench.store.batches for recorded in batch.events] == [1, 2, 3, 4]


async def test_it_tells_what_waits_and_what_was_kept(bench: Bench) -> None:
    bench.store.hold()
    bench.lend(BOOK)
    await bench.store.waiting()
    bench.lend(COPY)
    assert (bench.journal.waiting, bench.journal.commits, bench.journal.seconds) == (2, 0, 0.0)
    bench.store.release()
    await bench.journal.close()
    assert (bench.journal.waiting, bench.journal.commits) == (0, 2)
    assert bench.journal.seconds > 0


async def test_a_record_changed_twice_in_a_batch_is_written_once_as_it_is_last(bench: Bench) -> None:
    bench.lend(BOOK)
    bench.take_back(BOOK)
    await bench.journal.close()
    (batch,) = bench.store.batches
    assert batch.changes == [Change(RECORDS[1], bench.library.items[BOOK])]
    assert bench.library.items[BOOK].version == 3


async def test_a_record_that_came_and_went_in_a_batch_is_not_written(bench: Bench) -> None:
    hold = Hold(HoldId(31), 1, ANN, BIB, "MAIN", NOW)
    bench.journal.record(NOW, "kiosk", "", (HoldPlaced(hold),))
    bench.journal.record(NOW, "kiosk", "", (HoldCancelled(hold.id, ANN, BIB),))
    await bench.journal.close()
    (batch,) = bench.store.batches
    assert (len(batch.events), batch.changes) == (2, [])


async def test_a_refused_batch_is_undone_with_all_that_came_after_it(bench: Bench) -> None:
    bench.store.hold()
    bench.lend(BOOK, request="k1")
    await bench.store.waiting()
    bench.take_back(BOOK)
    bench.lend(COPY)
    bench.store.refuse_next()
    bench.store.release()
    await bench.journal.close()
    assert [how for _, how in bench.settled] == [Settled.UNDONE] * 3
    assert [name for name, _ in bench.settled] == ["lend 11", "back 11", "lend 12"]
    assert bench.library.items[BOOK] == RECORDS[1]
    assert bench.library.items[COPY] == RECORDS[2]
    assert bench.answered.recall("k1") is None
    assert bench.journal.pending(BOOK, COPY, ANN) is None


async def test_after_a_refusal_the_numbers_go_on_without_a_gap(bench: Bench) -> None:
    bench.store.refuse_next()
    bench.lend(BOOK)
    await bench.journal.close()
    bench.journal.start()
    bench.lend(COPY)
    await bench.journal.close()
    assert [recorded.seq for batch in bench.store.batches for recorded in batch.events] == [1]
    assert bench.library.items[COPY].status is ItemStatus.ON_LOAN


async def test_a_question_waits_only_for_what_it_has_seen(bench: Bench) -> None:
    bench.store.hold()
    unit = bench.lend(BOOK, request="k1")
    assert bench.journal.pending(BOOK) is unit
    assert bench.journal.pending(ANN) is unit
    assert bench.journal.pending(COPY) is None
    assert bench.journal.asked("k1") is unit
    later = bench.lend(COPY)
    assert bench.journal.pending(BOOK, COPY) is later
    bench.store.release()
    await bench.journal.close()
    assert bench.journal.pending(BOOK, COPY, ANN) is None
    assert bench.journal.asked("k1") is None


async def test_what_is_kept_is_waited_for_no_more_and_what_came_after_it_still_is(bench: Bench) -> None:
    bench.store.hold()
    first = bench.lend(BOOK, request="k1")
    await bench.store.waiting()
    later = bench.lend(COPY, request="k2")
    assert [bench.journal.pending(key) for key in (BOOK, COPY, ANN)] == [first, later, later]
    assert [bench.journal.asked(key) for key in ("k1", "k2", "k3")] == [first, later, None]
    seen: list[UnitOfWork | None] = []
    first.then(lambda _: seen.extend(map(bench.journal.pending, (BOOK, COPY, ANN))))
    first.then(lambda _: seen.extend(map(bench.journal.asked, ("k1", "k2"))))
    bench.store.release()
    await bench.journal.close()
    assert seen == [None, later, later, None, later]


async def test_who_asks_after_it_is_settled_is_told_at_once(bench: Bench) -> None:
    unit = bench.lend(BOOK)
    await bench.journal.close()
    told: list[Settled] = []
    unit.then(told.append)
    assert told == [Settled.KEPT]


@pytest.mark.parametrize("kept", [False, True])
async def test_a_broken_store_stops_the_journal_and_tells_nobody_a_guess(bench: Bench, kept: bool) -> None:
    bench.store.hold()
    bench.lend(BOOK)
    await bench.store.waiting()
    bench.lend(COPY)
    if kept:
        bench.store.lose_next()
    else:
        bench.store.break_next()
    bench.store.release()
    await bench.journal.broken.wait()
    assert bench.settled == [("lend 11", Settled.UNKNOWN), ("lend 12", Settled.UNKNOWN)]
    assert bench.journal.full
    for unit in (bench.journal.pending(BOOK), bench.journal.pending(COPY)):
        assert unit is not None
        assert unit.settled is Settled.UNKNOWN


async def test_the_queue_is_bounded() -> None:
    bench = Bench(limit=1)
    assert not bench.journal.full
    bench.lend(BOOK)
    assert bench.journal.full
    bench.journal.start()
    await bench.journal.close()
    assert not bench.journal.full


async def test_the_store_then_holds_what_memory_holds(bench: Bench) -> None:
    await bench.memory.commit(Batch([], [Change(None, record) for record in RECORDS]))
    bench.lend(BOOK)
    bench.lend(COPY)
    bench.take_back(COPY)
    await bench.journal.close()
    fresh = Library()
    for records in bench.memory.load():
        fresh.install(records)
    assert fresh.items == bench.library.items


async def test_closing_a_journal_that_never_started_is_nothing() -> None:
    await Bench().journal.close()


async def test_a_mistake_in_what_follows_a_commit_stops_the_journal_and_is_not_hidden() -> None:
    bench = Bench()
    bench.journal.start()

    def mistaken(_: Settled) -> None:
        raise ZeroDivisionError

    loan = Loan(ANN, NOW, NOW + timedelta(days=28))
    bench.journal.record(NOW, "kiosk", "", (CheckedOut(BOOK, loan),)).then(mistaken)
    await bench.journal.broken.wait()
    assert bench.journal.full
    with pytest.raises(ZeroDivisionError):
        await bench.journal.close()
