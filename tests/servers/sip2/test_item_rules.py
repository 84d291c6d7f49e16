"""Rules about items: the first that matches decides, and what it does not name, matches."""

from typing import Any

import pytest

from core.model.records import BibId, Item, ItemId, Medium
from servers.configuration.settings import Desensitise, SortBin, Whether
from servers.sip2.item_rules import bins, strips
from tests.matrix import proves

BOOK = Item(ItemId(1), 1, "I1", BibId(1), "MAIN/STACKS", "book")
FILM = Item(ItemId(2), 1, "I2", BibId(1), "EAST/FILMS", "dvd", medium=Medium.DISC)


def test_without_rules_there_is_nothing_to_ask() -> None:
    assert bins(()) is None
    assert strips(()) is None


MATCHES: list[tuple[dict[str, Any], bool, bool]] = [
    ({}, True, True),
    ({"location": "MAIN/STACKS"}, True, False),
    ({"location": "MAIN/*"}, True, False),
    ({"location": "MAIN"}, False, False),
    ({"location": "EAST/*"}, False, True),
    ({"item_policy": "book"}, True, False),
    ({"medium": "001"}, True, False),
    ({"medium": "006"}, False, True),
    ({"item_policy": "book", "medium": "006"}, False, False),
]
OF_BINS: list[tuple[dict[str, Any], bool, bool]] = [
    *MATCHES,
    ({"destination": "EAST"}, True, False),
    ({"destination": "MAIN"}, False, False),
    ({"hold": Whether.YES}, False, True),
    ({"hold": Whether.NO}, True, False),
    ({"ok": Whether.YES}, True, False),
    ({"ok": Whether.NO}, False, True),
]


@proves("sort bins by rules")
@pytest.mark.parametrize(("rule", "book", "film"), OF_BINS)
def test_a_bin_is_for_what_its_rule_names(rule: dict[str, Any], book: bool, film: bool) -> None:
    """The book goes to EAST; somebody waits for the film, and it could not be checked in."""
    bin_of = bins((SortBin("3", **rule),))
    assert bin_of is not None
    assert bin_of(BOOK, "EAST", False, True) == ("3" if book else None)
    assert bin_of(FILM, "", True, False) == ("3" if film else None)


@proves("security strips by rules")
@pytest.mark.parametrize(("rule", "book", "film"), MATCHES)
def test_a_strip_is_unlocked_by_what_its_rule_names(rule: dict[str, Any], book: bool, film: bool) -> None:
    for unlocked in (True, False):
        strip_of = strips((Desensitise(unlocked, **rule),))
        assert strip_of is not None
        assert strip_of(BOOK) is (unlocked if book else None)
        assert strip_of(FILM) is (unlocked if film else None)


def test_the_first_rule_that_matches_decides() -> None:
    bin_of = bins((SortBin("1", hold=Whether.YES), SortBin("2", location="MAIN/*"), SortBin("9")))
    assert bin_of is not None
    assert [bin_of(item, "", hold, True) for item, hold in ((BOOK, True), (BOOK, False), (FILM, False))] == [
        "1",
        "2",
        "9",
    ]
    strip_of = strips((Desensitise(False, medium="006"), Desensitise(True)))
    assert strip_of is not None
    assert (strip_of(FILM), strip_of(BOOK)) == (False, True)


def test_an_unknown_item_matches_what_asks_nothing_of_it() -> None:
    bin_of = bins((SortBin("1", location="MAIN/*"), SortBin("2", medium="001"), SortBin("9", ok=Whether.NO)))
    assert bin_of is not None
    assert bin_of(None, "", False, False) == "9"
