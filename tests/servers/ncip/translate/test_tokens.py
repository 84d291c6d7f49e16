"""Tokens: they lead on from their place, in their own question."""

from __future__ import annotations

import pytest

from servers.ncip.translate.tokens import Place, place, token

WHERE = Place(3, "MAIN/STACKS", 17)


def test_a_token_leads_to_its_place_in_its_question() -> None:
    assert place("question", token("question", WHERE)) == WHERE
    assert place("another", token("question", WHERE)) is None


def test_it_stands_in_xml_and_in_an_address_as_it_is() -> None:
    assert token("question", Place(3, "Ä/<&>", 17)).replace("-", "").replace("_", "").isalnum()


def test_places_are_in_the_order_of_the_answer() -> None:
    assert Place() < Place(0) < Place(0, "A", 2) < Place(0, "B", 1) < Place(1)


@pytest.mark.parametrize("bad", ["", "x", "é", "=", "AAAA", "A" * 1000, token("question", WHERE)[:-4]])
def test_what_is_no_token_leads_nowhere(bad: str) -> None:
    assert place("question", bad) is None
