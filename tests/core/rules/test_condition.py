"""Which states of an item keep it from being lent."""

import pytest

from core.model.records import ItemStatus
from core.refusals import Reason
from core.rules.condition import ground_against
from tests.core.rules.given import book


@pytest.mark.parametrize(
    ("status", "ground"),
    [
        (ItemStatus.AVAILABLE, None),
        (ItemStatus.ON_LOAN, None),
        (ItemStatus.ON_HOLD_SHELF, None),
        (ItemStatus.IN_TRANSIT, None),
        (ItemStatus.ON_ORDER, Reason.ITEM_NOT_READY),
        (ItemStatus.IN_PROCESS, Reason.ITEM_NOT_READY),
        (ItemStatus.CLAIMED_RETURNED, Reason.ITEM_NOT_READY),
        (ItemStatus.LOST, Reason.ITEM_LOST),
        (ItemStatus.MISSING, Reason.ITEM_MISSING),
        (ItemStatus.WITHDRAWN, Reason.ITEM_WITHDRAWN),
    ],
)
def test_state_forbids_lending(status: ItemStatus, ground: Reason | None) -> None:
    assert ground_against(book(status=status)) is ground
