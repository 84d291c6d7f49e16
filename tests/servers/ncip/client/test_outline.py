"""A message as lines: every element in its place, values with what they mean, no secret."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from protocols.ncip import messages as m
from protocols.ncip import structures as s
from protocols.ncip.values import Date, Element, SchemeValuePair
from protocols.secret import Secret
from servers.ncip.client.outline import Line, outline


def shown(content: s.Content) -> list[tuple[int, str, str, str]]:
    """Depth, name, value and meaning of each line."""
    return [(line.depth, line.name, line.value, line.meaning) for line in outline(content)]


def test_elements_stand_in_the_order_of_the_standard_with_their_paths() -> None:
    message = m.RenewItem(
        item_id=s.ItemId(item_identifier_value="I1"),
        user_id=s.UserId(agency_id=SchemeValuePair("TOWN"), user_identifier_value="P1"),
    )
    assert list(outline(message)) == [
        Line(0, "/UserId", "", ""),
        Line(1, "/UserId/AgencyId", "TOWN", ""),
        Line(1, "/UserId/UserIdentifierValue", "P1", ""),
        Line(0, "/ItemId", "", ""),
        Line(1, "/ItemId/ItemIdentifierValue", "I1", ""),
    ]


def test_a_secret_is_not_shown() -> None:
    proof = s.AuthenticationInput(authentication_input_data=Secret("canary"))
    assert shown(proof) == [(0, "AuthenticationInputData", "***", "not shown")]


def test_nor_is_what_a_problem_repeats_of_one() -> None:
    problem = s.Problem(problem_element="//LookupUser/AuthenticationInput", problem_value="canary")
    assert shown(problem)[-1] == (0, "ProblemValue", "***", "")
    other = s.Problem(problem_element="//LookupUser/UserId", problem_value="P1")
    assert shown(other)[-1] == (0, "ProblemValue", "P1", "")


@pytest.mark.parametrize(
    ("currency", "value", "meaning"),
    [("EUR", 1250, "12.50 EUR"), ("JPY", 1250, "1250 JPY"), ("KWD", -5, "-0.005 KWD")],
)
def test_an_amount_is_told_as_people_write_it(currency: str, value: int, meaning: str) -> None:
    amount = s.Amount(currency_code=SchemeValuePair(currency), monetary_value=value)
    assert shown(amount)[-1] == (0, "MonetaryValue", str(value), meaning)


def test_an_amount_without_currency_is_a_number() -> None:
    assert shown(s.Amount(monetary_value=1)) == [(0, "MonetaryValue", "1", "")]


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        (date(2026, 3, 2), "a day, without a time"),
        (datetime(2026, 3, 2), "a day, without a time"),
        (datetime(2026, 3, 2, 9), "without a zone: the library's time"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), ""),
    ],
)
def test_a_date_says_how_exact_it_is(value: Date, meaning: str) -> None:
    assert [line.meaning for line in outline(s.MandatedAction(date_event_occurred=value))] == [meaning]


def test_a_value_that_its_list_does_not_have_is_said_to_be_so() -> None:
    message = m.UpdateCirculationStatus(
        item_id=s.ItemId(item_identifier_value="I1"),
        circulation_status=SchemeValuePair("Eaten", "urn:dog"),
    )
    assert shown(message)[-1] == (0, "CirculationStatus", "Eaten", "not in the standard's list; of urn:dog")


def test_a_flag_says_yes_and_one_that_is_not_set_nothing() -> None:
    message = m.LookupUser(loaned_items_desired=True)
    assert shown(message) == [(0, "LoanedItemsDesired", "yes", "")]


def test_extensions_are_shown_whatever_they_are_and_secrets_in_them_not() -> None:
    inside = Element(name="AuthenticationInputData", text="canary")
    message = s.UserId(
        user_identifier_value="P1",
        ext=(Element(name="Note", namespace="urn:x", text=" hi ", children=(inside,)),),
    )
    assert shown(message)[1:] == [
        (0, "Ext", "", ""),
        (1, "Note", "hi", "urn:x"),
        (2, "AuthenticationInputData", "***", ""),
    ]
