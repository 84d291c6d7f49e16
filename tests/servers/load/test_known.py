"""What the store holds already, found by the keys of files, and what the desk has dealt with."""

from core.events import (
    CheckedIn,
    CheckedOut,
    Event,
    HoldCancelled,
    HoldPlaced,
    Recorded,
    RecordsLoaded,
    Renewed,
)
from core.model.records import BibId, Hold, HoldId, Item, ItemId, Loan, Patron, PatronId
from servers.load.known import Dealt, Known
from tests.servers.load.given import NOW

ANN = Patron(PatronId(1), 1, "P1", "Lee", identifiers=("ann",))
ITEM = Item(ItemId(2), 1, "X1", BibId(9), "M/A")
HOLD = Hold(HoldId(3), 1, PatronId(1), BibId(9), "M", NOW)
LOAN = Loan(PatronId(1), NOW, NOW)


def log(*events: Event) -> list[Recorded]:
    return [Recorded(seq, NOW, "desk", event) for seq, event in enumerate(events, 1)]


def test_records_are_found_by_the_keys_of_files() -> None:
    known = Known([[ITEM], [ANN], [HOLD]], 7)
    assert known.items == {"X1": ITEM}
    assert known.patrons == {"P1": ANN, "ann": ANN}
    assert known.holds == {(1, 9, None): HOLD}
    assert [known.new_id(), known.new_id()] == [7, 8]


def test_every_act_with_an_item_counts_as_dealing_with_it() -> None:
    events = (
        CheckedOut(ItemId(1), LOAN),
        Renewed(ItemId(2), LOAN, NOW),
        CheckedIn(ItemId(3), "M", NOW),
        RecordsLoaded("Item", (4,)),
    )
    assert Dealt(log(*events)).items == {1, 2, 3}


def test_every_end_and_beginning_of_a_hold_counts_as_dealing_with_the_patrons_holds() -> None:
    filled = CheckedOut(ItemId(1), Loan(PatronId(5), NOW, NOW), HoldId(3))
    cancelled = HoldCancelled(HoldId(3), PatronId(6), BibId(9))
    assert Dealt(log(filled, cancelled, HoldPlaced(HOLD), CheckedOut(ItemId(1), LOAN))).holders == {5, 6, 1}
    assert Dealt(log(CheckedOut(ItemId(1), LOAN))).holders == set()
