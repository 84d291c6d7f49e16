"""The two numbers that every store carries on: that of the next event, and the highest id a record has had.

Neither may be given twice. An event that did not follow on the last one would be missed, or read twice, by
whatever follows the log by its number; an id given again would tie an old event to a new record.
"""

from __future__ import annotations

from core.events import (
    CheckedIn,
    CheckedOut,
    DiscrepancyNoted,
    FeeCharged,
    FeePaid,
    HoldPlaced,
    ItemAdded,
    ItemChanged,
    ItemEnded,
    PatronAdded,
    PatronChanged,
    RecordsLoaded,
    Renewed,
)
from core.ports import Batch, StoreRefused


def check_numbers(batch: Batch, next_seq: int) -> None:
    """Raise `StoreRefused` unless the events of the batch are numbered on from ``next_seq`` without a gap."""
    for seq, recorded in enumerate(batch.events, next_seq):
        if recorded.seq != seq:
            raise StoreRefused(f"event {recorded.seq} does not follow on event {seq - 1}")


def highest_id(batch: Batch) -> int:
    """The highest id of a record that the batch tells of, 0 without any.

    The events are asked too: of a record that came and went within one batch they are all that is left.
    """
    highest = 0
    for change in batch.changes:
        record = change.after or change.before
        if record is not None and record.id > highest:
            highest = record.id
    for recorded in batch.events:
        match recorded.event:
            case CheckedOut() | CheckedIn() | Renewed():
                pass  # most of all events: they make no record
            case HoldPlaced(hold=hold):
                highest = max(highest, hold.id)
            case FeeCharged(fee=fee):
                highest = max(highest, fee.id)
            case FeePaid(payment=payment):
                highest = max(highest, payment.id)
            case DiscrepancyNoted(discrepancy=discrepancy):
                highest = max(highest, discrepancy.id)
            case ItemAdded(item, bib) | ItemChanged(item, bib):
                highest = max(highest, item.id, 0 if bib is None else bib.id)
            case ItemEnded(item=item):
                highest = max(highest, item.id)
            case PatronAdded(patron) | PatronChanged(patron):
                highest = max(highest, patron.id)
            case RecordsLoaded(ids=ids):
                highest = max((highest, *ids))
            case _:
                pass  # no other event makes a record
    return highest
