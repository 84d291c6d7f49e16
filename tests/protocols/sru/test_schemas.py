"""Schemas by all their names, and who asks for one that there is not."""

import pytest

from protocols.sru.diagnostics import Diagnostic
from protocols.sru.schemas import Schema, find_schema

MARC = Schema(name="marcxml", identifier="info:srw/schema/1/marcxml-v1.1", aliases=("MARC21-xml", "marc21"))
DC = Schema(name="dc", identifier="info:srw/schema/1/dc-v1.1")
INTERNAL = Schema(name="raw", identifier="urn:raw", retrieve=False)


@pytest.mark.parametrize("name", [None, "marcxml", "MARC21-xml", "marc21", "info:srw/schema/1/marcxml-v1.1"])
def test_a_schema_is_found_by_any_of_its_names_and_the_first_one_without(name: str | None) -> None:
    assert find_schema((MARC, DC, INTERNAL), name) is MARC


@pytest.mark.parametrize("name", ["mods", "MARCXML", "", "raw"])
def test_who_asks_for_another_is_told_all_that_there_are(name: str) -> None:
    assert find_schema((MARC, DC, INTERNAL), name) == Diagnostic(66, f"{name}; there are: marcxml, dc")
