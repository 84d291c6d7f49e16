"""Two answers are equal when every field says the same; each kind of difference has its name."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from protocols.sip2.codec import Wire
from servers.sip2.replay.comparing import VOLATILE, Difference, Kind, differences

WIRE = Wire(charset="utf-8")
OUT = "121NNY20260302    093000AOTOWN|AAP1|ABI1|AJEmma|AH20260330    235900|AY1AZ0000"


def found(recorded: str | None, now: str | None, ignored: Collection[str] = VOLATILE) -> list[Difference]:
    """The differences of two lines."""
    before, after = (None if line is None else line.encode() for line in (recorded, now))
    return differences(before, after, WIRE, ignored)


@pytest.mark.parametrize(
    "now",
    [
        OUT,
        OUT.replace("AY1AZ0000", "AY7AZFFFF"),
        OUT.replace("AY1AZ0000", ""),
        OUT.replace("20260302    093000", "20270101    000000"),
        OUT.replace("AAP1|ABI1|", "ABI1|AAP1|"),
        OUT.replace("AY1", "BK4711|AY1"),
    ],
)
def test_what_is_volatile_or_only_in_another_order_is_equal(now: str) -> None:
    assert found(OUT, now) == []


@pytest.mark.parametrize(
    ("now", "difference"),
    [
        (OUT.replace("121", "120", 1), Difference(Kind.VALUE, "ok", "Y", "N")),
        (
            OUT.replace("Emma", "Persuasion"),
            Difference(Kind.VALUE, "AJ title identifier", "Emma", "Persuasion"),
        ),
        (OUT.replace("AJEmma|", ""), Difference(Kind.MISSING, "AJ title identifier", "Emma", "")),
        (OUT.replace("AY1", "AFHello|AY1"), Difference(Kind.MORE, "AF screen message", "", "Hello")),
        (
            "98NNNNNN00000320260302    1030002.00AOTOWN|BX|",
            Difference(Kind.MESSAGE, "", "12 CheckoutResponse", "98 AcsStatus"),
        ),
        (None, Difference(Kind.NO_ANSWER, "", "12 CheckoutResponse", "")),
    ],
)
def test_each_kind_of_difference_is_told(now: str | None, difference: Difference) -> None:
    assert found(OUT, now) == [difference]


def test_an_answer_where_none_was_is_told() -> None:
    assert found(None, OUT) == [Difference(Kind.UNEXPECTED, "", "", "12 CheckoutResponse")]


def test_no_answer_again_is_equal() -> None:
    assert found(None, None) == []


def test_repeated_fields_are_compared_as_a_bag() -> None:
    old = "36Y20260302    093000AOTOWN|AAP1|AFone|AFtwo|AFtwo|"
    new = "36Y20260302    093000AOTOWN|AAP1|AFtwo|AFthree|AFone|AFone|"
    assert found(old, new) == [
        Difference(Kind.VALUE, "AF screen message", "two", "three"),
        Difference(Kind.MORE, "AF screen message", "", "one"),
    ]


def test_what_differs_on_the_wire_alone_is_shown_as_it_is_there() -> None:
    """A flag in small letters is read as the same, and is another byte all the same."""
    assert found("36Y20260302    093000AAP1|", "36y20260302    093000AAP1|") == [
        Difference(Kind.VALUE, "end session", "Y", "y")
    ]


def test_ids_and_names_can_be_left_out() -> None:
    other = OUT.replace("121", "120", 1).replace("Emma", "Persuasion")
    assert found(OUT, other, ignored=frozenset(("AJ", "ok", "transaction date"))) == []


def test_what_cannot_be_read_is_equal_to_itself_alone() -> None:
    assert found("hello", "hello") == []
    (told,) = found("hello", "hullo")
    assert told.kind is Kind.MESSAGE
