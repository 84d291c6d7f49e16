"""The state of an item as a ground for not lending it: what must go over the staff's desk first."""

from __future__ import annotations

from core.model.records import Item, ItemStatus
from core.refusals import Reason

_TO_THE_DESK = {
    ItemStatus.WITHDRAWN: Reason.ITEM_WITHDRAWN,
    ItemStatus.LOST: Reason.ITEM_LOST,
    ItemStatus.MISSING: Reason.ITEM_MISSING,
    ItemStatus.ON_ORDER: Reason.ITEM_NOT_READY,
    ItemStatus.IN_PROCESS: Reason.ITEM_NOT_READY,
    ItemStatus.CLAIMED_RETURNED: Reason.ITEM_NOT_READY,
}


def ground_against(item: Item) -> Reason | None:
    """Why the item can be neither lent nor renewed before it was checked in; None if its state allows it."""
    return _TO_THE_DESK.get(item.status)
