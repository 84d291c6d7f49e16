"""The list of diagnostics: whole, with texts that tell them apart."""

import pytest

from protocols.sru.diagnostics import KINDS, Diagnostic, Family

LISTED = {*range(1, 61), *range(61, 75), *range(80, 97), 100, 101, 102, 110, 111, 120, 121, 235, 236}


def test_every_number_of_the_list_is_there_and_no_other() -> None:
    assert set(KINDS) == LISTED


def test_no_two_have_the_same_text() -> None:
    assert len({kind.message for kind in KINDS.values()}) == len(KINDS)


def test_those_of_one_record_and_those_that_spare_the_records() -> None:
    of = {family: {n for n, kind in KINDS.items() if kind.family is family} for family in Family}
    assert of[Family.SURROGATE] == {63, 64, 65, 67, 68, 69, 70}
    assert of[Family.WARNING] == {58, 59, 94, 95, 110, 111}


def test_a_diagnostic_has_its_registered_uri_and_text() -> None:
    diagnostic = Diagnostic(61, "12")
    assert diagnostic.uri == "info:srw/diagnostic/1/61"
    assert diagnostic.text == "First record position out of range"
    assert Diagnostic(61, "12", "there are 12").text == "there are 12"


def test_a_number_that_no_list_has_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        Diagnostic(75)
