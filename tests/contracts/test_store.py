"""What every store promises (`core.ports.Store`), tried against each adapter.

"Opened again" means a new process on the same files, for those adapters that have files.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.events import (
    CheckedIn,
    CheckedOut,
    DiscrepancyNoted,
    Event,
    FeeCharged,
    FeePaid,
    HoldPlaced,
    ItemAdded,
    PatronAdded,
    Recorded,
    RecordsLoaded,
)
from core.model.records import (
    Bib,
    BibBody,
    BibId,
    Discrepancy,
    DiscrepancyId,
    Fee,
    FeeId,
    FeeKind,
    Hold,
    HoldId,
    Item,
    ItemId,
    ItemStatus,
    Loan,
    LoanAct,
    Patron,
    PatronId,
    Payment,
    PaymentId,
    PaymentKind,
    Record,
)
from core.ports import Batch, Change, Store, StoreRefused
from core.storage.memory import MemoryStore
from core.storage.sqlite import SqliteStore
from tests.strategies import records as strategies

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


class Adapter:
    """One way of keeping records, opened now."""

    def __init__(self, make: Callable[[Store | None], Awaitable[Store]], store: Store) -> None:
        self.store = store
        self._make = make

    async def open_again(self) -> None:
        """Close the store and open it as a new process would."""
        self.store = await self._make(self.store)


@asynccontextmanager
async def memory() -> AsyncIterator[Adapter]:
    """The memory adapter, which has nothing to open again."""

    async def make(store: Store | None) -> Store:
        return store or MemoryStore()

    yield Adapter(make, await make(None))


@asynccontextmanager
async def sqlite() -> AsyncIterator[Adapter]:
    """The SQLite adapter in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:

        async def make(store: Store | None) -> Store:
            if store is not None:
                await store.close()
            return SqliteStore.open(Path(folder, "circdesk.db"))

        adapter = Adapter(make, await make(None))
        yield adapter
        await adapter.store.close()


ADAPTERS = [memory, sqlite]
each_adapter = pytest.mark.parametrize("opened", ADAPTERS)
Opened = Callable[[], AbstractAsyncContextManager[Adapter]]


@pytest.fixture(params=ADAPTERS)
async def adapter(request: pytest.FixtureRequest) -> AsyncIterator[Adapter]:
    """Every adapter in turn, empty."""
    async with request.param() as opened:
        yield opened


def item(number: int, version: int = 1, title: str = "") -> Item:
    """An item that differs with every argument."""
    return Item(ItemId(number), version, f"B{number}", BibId(1), "MAIN/STACKS", call_number=title)


def hold(number: int) -> Hold:
    """A hold."""
    return Hold(HoldId(number), 1, PatronId(5), BibId(1), "MAIN", NOON)


def bib(number: int, version: int = 1) -> Bib:
    """A bib's card."""
    return Bib(BibId(number), version, f"c{number}", "Moby-Dick")


def body(number: int, marc: bytes, version: int = 1) -> BibBody:
    """A bib's MARC body."""
    return BibBody(BibId(number), version, marc)


def new(*records: Record) -> list[Change]:
    """The changes that put records where none were."""
    return [Change(None, record) for record in records]


def in_log(*events: Event, first: int = 1, at: datetime = NOON) -> list[Recorded]:
    """Events as the log numbers them from ``first`` on."""
    return [
        Recorded(seq, at, "sip:KIOSK1", event, f"request {seq}") for seq, event in enumerate(events, first)
    ]


def scanned(number: int) -> CheckedIn:
    """An event about item ``number``."""
    return CheckedIn(ItemId(number), "MAIN", NOON)


def loaded(store: Store) -> dict[tuple[type, int], Record]:
    """All that `load` tells, by kind and id."""
    return {(type(record), record.id): record for chunk in store.load() for record in chunk}


async def followed(store: Store, after: int = 0) -> list[Recorded]:
    """All that `follow` tells."""
    return [recorded async for recorded in store.follow(after)]


def by_key(records: Iterable[Record]) -> dict[tuple[type, int], Record]:
    """Records as `loaded` tells them."""
    return {(type(record), record.id): record for record in records}


# Records


async def test_an_empty_store_holds_nothing_and_counts_from_one(adapter: Adapter) -> None:
    """Nothing is made up at the start."""
    store = adapter.store
    assert loaded(store) == {}
    assert await followed(store) == []
    assert (store.next_seq(), store.next_id()) == (1, 1)


async def test_what_was_committed_is_there_when_opened_again(adapter: Adapter) -> None:
    """Records, events and both numbers outlive the process."""
    records: list[Record] = [bib(1), item(2), hold(3), Patron(PatronId(5), 1, "P5", "Melville")]
    await adapter.store.commit(Batch(in_log(HoldPlaced(hold(3)), scanned(2)), new(*records)))
    await adapter.open_again()
    assert loaded(adapter.store) == by_key(records)
    assert await followed(adapter.store) == in_log(HoldPlaced(hold(3)), scanned(2))
    assert (adapter.store.next_seq(), adapter.store.next_id()) == (3, 6)


async def test_the_newest_version_takes_the_place_of_older_ones(adapter: Adapter) -> None:
    """A record is there once, as it was last committed."""
    first, second, third = item(1, 1, "QA"), item(1, 2, "QB"), item(1, 3, "a much longer call number")
    await adapter.store.commit(Batch((), new(first)))
    await adapter.store.commit(Batch((), [Change(first, second)]))
    await adapter.store.commit(Batch((), [Change(second, third)]))
    await adapter.open_again()
    assert list(loaded(adapter.store).values()) == [third]


async def test_an_ended_record_is_gone(adapter: Adapter) -> None:
    """A change without an after takes the record out, and no other of its kind or id."""
    await adapter.store.commit(Batch((), new(item(1), item(2), hold(3), hold(4))))
    await adapter.store.commit(Batch((), [Change(hold(3), None), Change(item(1), None)]))
    await adapter.open_again()
    assert loaded(adapter.store) == by_key([item(2), hold(4)])


async def test_a_record_may_end_that_never_was_kept(adapter: Adapter) -> None:
    """What came and went within one batch leaves nothing, and does no harm."""
    await adapter.store.commit(Batch((), [Change(hold(3), None), Change(None, None)]))
    assert loaded(adapter.store) == {}


async def test_a_settled_discrepancy_stays_in_the_store(adapter: Adapter) -> None:
    """Staff may ask what was done about it."""
    settled = replace(LINE, version=2, settled_at=NOON, settled_by="staff", note="as it should be")
    await adapter.store.commit(Batch((), new(LINE)))
    await adapter.store.commit(Batch((), [Change(LINE, settled)]))
    await adapter.open_again()
    assert loaded(adapter.store) == by_key([settled])


async def test_chunks_hold_one_kind_and_bibs_come_before_items_before_holds(adapter: Adapter) -> None:
    """What loads the memory may look up what a record points to."""
    await adapter.store.commit(Batch((), new(hold(9), item(5), bib(7), item(4), bib(8), hold(6))))
    chunks: list[Sequence[Record]] = list(adapter.store.load())
    assert [{type(record) for record in chunk} for chunk in chunks] == [{Bib}, {Item}, {Hold}]


async def test_a_batch_of_50000_records_is_kept_whole(adapter: Adapter) -> None:
    """An import of any size is one batch like any other."""
    records = [item(number) for number in range(1, 50_001)]
    event = in_log(RecordsLoaded("Item", tuple(record.id for record in records)))
    await adapter.store.commit(Batch(event, new(*records)))
    await adapter.open_again()
    assert loaded(adapter.store) == by_key(records)
    assert await followed(adapter.store) == event
    assert adapter.store.next_id() == 50_001


async def test_batches_of_every_size_are_kept_whole(adapter: Adapter) -> None:
    """No record or event is lost or doubled where rows are written in groups."""
    number = 0
    for size in [1, 2, 3, 5, 63, 64, 65, 100, 511, 512, 513, 1025]:
        numbers = range(number + 1, number + size + 1)
        events = in_log(*map(scanned, numbers), first=number + 1)
        await adapter.store.commit(Batch(events, new(*map(item, numbers))))
        number += size
    assert loaded(adapter.store) == by_key(map(item, range(1, number + 1)))
    assert [(recorded.seq, recorded.event) for recorded in await followed(adapter.store)] == [
        (seq, scanned(seq)) for seq in range(1, number + 1)
    ]


# Bib bodies


async def test_bodies_come_by_id_and_never_with_the_records(adapter: Adapter) -> None:
    """`bibs` gives those that exist, byte for byte; `load` gives none."""
    marc = bytes(range(256))
    await adapter.store.commit(Batch((), new(bib(1), body(1, marc), body(2, b""), body(3, b"other"))))
    await adapter.open_again()
    assert await adapter.store.bibs([BibId(1), BibId(2), BibId(99)]) == {1: marc, 2: b""}
    assert await adapter.store.bibs([]) == {}
    assert loaded(adapter.store) == by_key([bib(1)])


async def test_a_body_is_replaced_without_its_card(adapter: Adapter) -> None:
    """The body has a version of its own, and nobody needs to have the old one in hand."""
    await adapter.store.commit(Batch((), new(bib(1), body(1, b"old"))))
    await adapter.store.commit(Batch((), new(body(1, b"new", 2))))
    assert await adapter.store.bibs([BibId(1)]) == {1: b"new"}


async def test_with_the_card_its_body_ends(adapter: Adapter) -> None:
    """No MARC record is left that no bib leads to."""
    await adapter.store.commit(Batch((), new(bib(1), body(1, b"one"), bib(2), body(2, b"two"))))
    await adapter.store.commit(Batch((), [Change(bib(1), None), Change(body(2, b""), None)]))
    assert await adapter.store.bibs([BibId(1), BibId(2)]) == {}
    assert loaded(adapter.store) == by_key([bib(2)])


async def test_many_bodies_are_read_at_once(adapter: Adapter) -> None:
    """A page of search results of any length is one call."""
    await adapter.store.commit(Batch((), new(*(body(number, b"%d" % number) for number in range(1, 3001)))))
    found = await adapter.store.bibs([BibId(number) for number in range(1, 3001)])
    assert found == {number: b"%d" % number for number in range(1, 3001)}


# The log


async def test_follow_goes_on_after_a_number(adapter: Adapter) -> None:
    """A cursor is the number of the last event seen."""
    await adapter.store.commit(Batch(in_log(*map(scanned, range(1, 6))), ()))
    assert [recorded.seq for recorded in await followed(adapter.store, 3)] == [4, 5]
    assert await followed(adapter.store, 5) == []
    assert await followed(adapter.store, 77) == []


async def test_follow_ends_where_the_log_ended_when_it_began(adapter: Adapter) -> None:
    """A busy desk does not keep a follower for ever."""
    store = adapter.store
    await store.commit(Batch(in_log(scanned(1), scanned(2)), ()))
    following = store.follow(0)
    seen = [await anext(following)]
    await store.commit(Batch(in_log(scanned(3), first=3), ()))
    seen += [recorded async for recorded in following]
    assert [recorded.seq for recorded in seen] == [1, 2]
    assert [recorded.seq for recorded in await followed(store, 2)] == [3]


async def test_a_long_log_is_followed_in_order(adapter: Adapter) -> None:
    """Reading in pieces loses nothing between them."""
    count = 4321
    await adapter.store.commit(Batch(in_log(*map(scanned, range(1, count + 1))), ()))
    assert [recorded.seq for recorded in await followed(adapter.store)] == list(range(1, count + 1))


async def test_recent_events_begin_with_the_moment_itself(adapter: Adapter) -> None:
    """To the microsecond, and in the order of the log even where a clock was set back."""
    second, back = NOON + timedelta(seconds=1), NOON - timedelta(hours=1)
    events = [
        *in_log(scanned(1), at=NOON - timedelta(microseconds=1)),
        *in_log(scanned(2), first=2, at=second),
        *in_log(scanned(3), first=3, at=back),
        *in_log(scanned(4), first=4, at=NOON),
    ]
    await adapter.store.commit(Batch(events, ()))
    assert list(adapter.store.recent(NOON)) == [events[1], events[3]]
    assert list(adapter.store.recent(second + timedelta(microseconds=1))) == []


@pytest.mark.parametrize("first", [1, 2, 4, 5])
async def test_events_that_do_not_go_on_where_the_log_ends_are_refused(adapter: Adapter, first: int) -> None:
    """A number is never given twice and never left out; nothing of such a batch is kept."""
    await adapter.store.commit(Batch(in_log(scanned(1), scanned(2)), ()))
    with pytest.raises(StoreRefused):
        await adapter.store.commit(Batch(in_log(scanned(7), first=first), new(item(7))))
    assert loaded(adapter.store) == {}
    assert len(await followed(adapter.store)) == 2
    assert (adapter.store.next_seq(), adapter.store.next_id()) == (3, 1)


async def test_a_gap_within_a_batch_is_refused(adapter: Adapter) -> None:
    """Not only its first event has the right number."""
    with pytest.raises(StoreRefused):
        await adapter.store.commit(Batch([*in_log(scanned(1)), *in_log(scanned(3), first=3)], new(item(1))))
    assert await followed(adapter.store) == []
    assert loaded(adapter.store) == {}


# Numbers


async def test_the_id_of_an_ended_record_is_never_given_again(adapter: Adapter) -> None:
    """Else the log's old events would tell of a record that has nothing to do with them."""
    await adapter.store.commit(Batch((), new(item(1), hold(40))))
    await adapter.store.commit(Batch((), [Change(hold(40), None)]))
    await adapter.open_again()
    assert adapter.store.next_id() == 41


FEE = Fee(FeeId(40), 1, PatronId(5), FeeKind.OVERDUE, Decimal("1.50"), "EUR", NOON)
LINE = Discrepancy(
    DiscrepancyId(40), 1, LoanAct.CHECK_OUT, "KIOSK1", "MAIN", "P", "B", NOON, NOON, ("wrong-pin",), True
)
PAYMENT = Payment(PaymentId(40), 1, PatronId(5), Decimal("1.50"), "EUR", PaymentKind.CASH, NOON, "KIOSK1", ())


@pytest.mark.parametrize(
    "event",
    [
        HoldPlaced(hold(40)),
        FeeCharged(FEE),
        FeePaid(PAYMENT),
        DiscrepancyNoted(LINE),
        RecordsLoaded("Item", (39, 40)),
        ItemAdded(item(39), bib(40)),
        ItemAdded(item(40)),
        PatronAdded(Patron(PatronId(40), 1, "P40", "Melville")),
    ],
)
async def test_an_id_that_only_the_log_knows_is_never_given_again(adapter: Adapter, event: Event) -> None:
    """The record came and went within one batch, so its event is all there is of it."""
    await adapter.store.commit(Batch(in_log(event), ()))
    await adapter.open_again()
    assert adapter.store.next_id() == 41


async def test_events_without_ids_change_no_number_but_their_own(adapter: Adapter) -> None:
    """An import of nothing is an event too."""
    await adapter.store.commit(Batch(in_log(RecordsLoaded("Item", ()), scanned(12)), ()))
    assert (adapter.store.next_seq(), adapter.store.next_id()) == (3, 1)


# Commits


async def test_an_empty_batch_changes_nothing(adapter: Adapter) -> None:
    """It is a commit like any other, only shorter."""
    await adapter.store.commit(Batch((), ()))
    assert (adapter.store.next_seq(), adapter.store.next_id()) == (1, 1)


async def test_nothing_is_committed_or_read_after_closing(adapter: Adapter) -> None:
    """To close twice is allowed; to go on is not."""
    await adapter.store.commit(Batch((), new(item(1))))
    await adapter.store.close()
    await adapter.store.close()
    with pytest.raises(StoreRefused):
        await adapter.store.commit(Batch((), new(item(2))))
    with pytest.raises(StoreRefused):
        await adapter.store.bibs([BibId(1)])
    with pytest.raises(StoreRefused):
        await followed(adapter.store)
    with pytest.raises(StoreRefused):
        await adapter.store.memos("")
    with pytest.raises(StoreRefused):
        await adapter.store.keep_memos({"a": b""})


# Memos


async def test_memos_outlive_the_process_and_are_found_by_how_they_begin(adapter: Adapter) -> None:
    """Byte for byte, in the order of their names, whatever signs a name has."""
    await adapter.store.keep_memos({"b/2": b"\x00\xff", "b/1": b"", "a": b"one", "b%_": b"x", "bü/1": b"u"})
    await adapter.open_again()
    assert list((await adapter.store.memos("b/")).items()) == [("b/1", b""), ("b/2", b"\x00\xff")]
    assert await adapter.store.memos("bü") == {"bü/1": b"u"}
    assert await adapter.store.memos("B") == {}
    assert set(await adapter.store.memos("")) == {"a", "b/1", "b/2", "b%_", "bü/1"}


async def test_a_memo_takes_the_place_of_the_one_before_and_none_ends_it(adapter: Adapter) -> None:
    """Several change at once; one that never was may end."""
    await adapter.store.keep_memos({"at": b"1", "letter/7": b"x"})
    await adapter.store.keep_memos({"at": b"2", "letter/7": None, "letter/8": None})
    await adapter.open_again()
    assert await adapter.store.memos("") == {"at": b"2"}


async def test_memos_are_no_records_and_no_events(adapter: Adapter) -> None:
    """They change no number."""
    await adapter.store.keep_memos({"at": b"1"})
    await adapter.store.keep_memos({})
    assert loaded(adapter.store) == {}
    assert (adapter.store.next_seq(), adapter.store.next_id()) == (1, 1)


async def test_memos_and_batches_are_kept_beside_one_another(adapter: Adapter) -> None:
    """Neither waits for the other's caller."""
    await asyncio.gather(
        *(adapter.store.keep_memos({f"m{number}": b"x"}) for number in range(20)),
        *(adapter.store.commit(Batch((), new(item(number)))) for number in range(1, 21)),
    )
    assert len(await adapter.store.memos("m")) == len(loaded(adapter.store)) == 20


# Round trips


@each_adapter
@settings(max_examples=50)
@given(st.lists(strategies.records(), max_size=20, unique_by=lambda record: (type(record), record.id)))
async def test_every_record_is_read_back_as_it_was(opened: Opened, records: list[Record]) -> None:
    """Whatever its kind, texts, amounts and times."""
    async with opened() as adapter:
        await adapter.store.commit(Batch((), new(*records)))
        await adapter.open_again()
        bodies = {record.id: record.marc for record in records if isinstance(record, BibBody)}
        assert loaded(adapter.store) == by_key(
            record for record in records if not isinstance(record, BibBody)
        )
        assert await adapter.store.bibs(list(bodies)) == bodies


@each_adapter
@settings(max_examples=50)
@given(st.lists(strategies.of(Recorded), max_size=20))
async def test_every_event_is_read_back_as_it_was(opened: Opened, events: list[Recorded]) -> None:
    """Whatever its kind, actor, request and time; and `recent` finds it by its own time."""
    log = [replace(recorded, seq=seq) for seq, recorded in enumerate(events, 1)]
    async with opened() as adapter:
        await adapter.store.commit(Batch(log, ()))
        await adapter.open_again()
        assert await followed(adapter.store) == log
        for recorded in log:
            assert recorded in adapter.store.recent(recorded.at)


@pytest.mark.parametrize(
    "digits", ["0", "-0.00", "1.5", "1.50", "0.1", "1.20E+4", "79228162514264337593543950336.07"]
)
async def test_an_amount_keeps_its_digits(adapter: Adapter, digits: str) -> None:
    """Money is never rounded, and a currency's places stay as they were written."""
    await adapter.store.commit(Batch((), new(replace(item(1), price=Decimal(digits)))))
    await adapter.open_again()
    [found] = loaded(adapter.store).values()
    assert isinstance(found, Item)
    assert str(found.price) == digits


async def test_a_loan_is_kept_inside_its_item(adapter: Adapter) -> None:
    """With its times to the microsecond, aware, in UTC."""
    loan = Loan(PatronId(5), NOON, NOON + timedelta(days=28), 2)
    lent = replace(item(1), status=ItemStatus.ON_LOAN, loan=loan)
    await adapter.store.commit(Batch(in_log(CheckedOut(ItemId(1), loan)), new(lent)))
    await adapter.open_again()
    [found] = loaded(adapter.store).values()
    assert isinstance(found, Item)
    assert found.loan == loan
    assert found.loan.out_at.tzinfo is UTC
