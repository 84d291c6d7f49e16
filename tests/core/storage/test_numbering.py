"""Numbers go on without a gap, and ids are never given twice."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given

from core.events import Event, Recorded, RecordsLoaded
from core.model.records import BibId, Item, ItemId, Record
from core.ports import Batch, Change, StoreRefused
from core.storage.numbering import check_numbers, highest_id
from tests.strategies import records as strategies

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IMPORTED = RecordsLoaded("Item", ())


def batch(*seqs: int) -> Batch:
    """Events with these numbers."""
    return Batch([Recorded(seq, NOON, "import", IMPORTED) for seq in seqs], ())


@pytest.mark.parametrize("seqs", [(), (7,), (7, 8, 9)])
def test_events_that_go_on_are_let_pass(seqs: tuple[int, ...]) -> None:
    """From the next number on, one by one; a batch without events too."""
    check_numbers(batch(*seqs), 7)


@pytest.mark.parametrize("seqs", [(6,), (8,), (7, 9), (7, 7), (7, 8, 8), (9, 8, 7)])
def test_a_gap_or_a_repeat_is_refused(seqs: tuple[int, ...]) -> None:
    """Wherever in the batch it is."""
    with pytest.raises(StoreRefused):
        check_numbers(batch(*seqs), 7)


def test_an_empty_batch_tells_of_no_id() -> None:
    """Nothing, not even of an import of nothing."""
    assert highest_id(batch(1)) == 0


@pytest.mark.parametrize(("before", "after"), [(None, 9), (9, None), (9, 9)])
def test_the_id_of_a_changed_record_counts(before: int | None, after: int | None) -> None:
    """Whether it is new, stays or ends."""
    old, new = (
        number and Item(ItemId(number), 1, "B", BibId(1), "MAIN/STACKS") for number in (before, after)
    )
    assert highest_id(Batch((), [Change(old or None, new or None), Change(None, None)])) == 9


def ids_of_records_made(event: Event) -> list[int]:
    """The ids of whole records inside an event, found by their type."""
    if isinstance(event, RecordsLoaded):
        return list(event.ids)
    values = [getattr(event, field.name) for field in msgspec.structs.fields(event)]
    return [value.id for value in values if isinstance(value, Record)]


@given(strategies.events())
def test_the_id_of_every_record_inside_an_event_counts(event: Event) -> None:
    """It may be all that is left of the record. A new kind of event is not forgotten."""
    assert highest_id(Batch([Recorded(1, NOON, "x", event)], ())) == max([0, *ids_of_records_made(event)])
