"""Patrons registered, described anew and let go: all of it or nothing."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from core.events import HoldCancelled, PatronAdded, PatronChanged, PatronEnded
from core.model.records import Patron, PatronId
from core.refusals import Reason, Refused
from core.rules.members import Person, Trait, change, enrol, let_go
from tests.core.rules.given import ANN, borrower, hold_of, ids, lent_to


def taken(key: str) -> bool:
    """Whether somebody else has it."""
    return key == "taken"


def test_a_patron_is_registered_under_a_barcode_or_a_number_of_ours() -> None:
    person = Person(family="Archer", given="Ann", group="adult", identifiers=("ann",), pin="slow hash")
    ann = Patron(PatronId(1000), 1, "P1", "Archer", "Ann", "adult", identifiers=("ann",), pin="slow hash")
    assert enrol("P1", person, taken, ids()) == (PatronAdded(ann),)
    assert enrol("", person, taken, ids()) == (PatronAdded(replace(ann, barcode="1000")),)


@pytest.mark.parametrize(
    ("barcode", "person", "reason"),
    [
        ("P1", Person(given="Ann"), Reason.DETAIL_NEEDED),
        ("taken", Person(family="Archer"), Reason.ALREADY_EXISTS),
        ("P1", Person(family="Archer", identifiers=("ann", "taken")), Reason.ALREADY_EXISTS),
    ],
)
def test_a_patron_is_not_registered(barcode: str, person: Person, reason: Reason) -> None:
    assert enrol(barcode, person, taken, ids()) == Refused(reason)


KNOWN = replace(ANN, email="a@example.org", identifiers=("ann",), expires=date(2026, 5, 1), pin="slow hash")


@pytest.mark.parametrize(
    ("clear", "say", "changed"),
    [
        (set(), Person(email="b@example.org"), {"email": "b@example.org"}),
        ({Trait.EMAIL}, Person(), {"email": ""}),
        ({Trait.EMAIL}, Person(email="b@example.org"), {"email": "b@example.org"}),
        (
            {Trait.IDENTIFIERS, Trait.EXPIRES, Trait.PIN},
            Person(),
            {"identifiers": (), "expires": None, "pin": ""},
        ),
        (set(), Person(active=False), {"active": False}),
    ],
)
def test_what_is_known_is_taken_away_before_it_is_put_in(
    clear: set[Trait], say: Person, changed: dict[str, Any]
) -> None:
    assert change(KNOWN, clear, say, taken) == (PatronChanged(replace(KNOWN, version=2, **changed)),)


@pytest.mark.parametrize("trait", Trait)
def test_every_trait_can_be_taken_away_but_the_name(trait: Trait) -> None:
    decision = change(KNOWN, {trait}, Person(), taken)
    if trait is Trait.FAMILY:
        assert decision == Refused(Reason.DETAIL_NEEDED)
    else:
        assert isinstance(decision, tuple)
        assert not any(getattr(event.patron, trait.value) for event in decision)


def test_if_one_part_cannot_be_done_none_is() -> None:
    say = Person(email="b@example.org", identifiers=("taken",))
    assert change(KNOWN, set(), say, taken) == Refused(Reason.ALREADY_EXISTS)
    assert change(KNOWN, set(), Person(email=KNOWN.email), taken) == ()


def test_who_has_and_owes_nothing_is_let_go_with_their_holds() -> None:
    hold = hold_of(ANN)
    assert let_go(borrower(), [hold]) == (HoldCancelled(hold.id, ANN.id, hold.bib), PatronEnded(ANN.id))
    assert let_go(borrower(loans=(lent_to(ANN),)), []) == Refused(Reason.STILL_IN_USE)
    assert let_go(borrower(owed=Decimal("0.01")), []) == Refused(Reason.STILL_IN_USE)


def test_what_is_said_of_a_person_is_not_printed() -> None:
    assert repr(Person(family="Archer", pin="slow hash")) == "Person()"
