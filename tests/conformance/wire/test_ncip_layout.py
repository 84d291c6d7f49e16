"""The kit's own tables of what may stand where: the same as the schema, where there is one to read."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from conformance.wire.ncip_layout import INITIATIONS, NOTIFICATIONS, children_fit, model_of, text_fits

XS = "{http://www.w3.org/2001/XMLSchema}"
COUNTS = {("1", "1"): "", ("0", "1"): "?", ("0", "unbounded"): "*", ("1", "unbounded"): "+"}


def test_there_are_47_services_with_a_schema_and_20_of_them_are_notifications() -> None:
    assert len(INITIATIONS) == 47
    assert len(NOTIFICATIONS) == 20
    assert all(model_of(name) and model_of(f"{name}Response") for name in INITIATIONS)


def test_every_name_in_a_table_has_a_row_or_holds_text() -> None:
    assert model_of("ItemId") == "AgencyId? ItemIdentifierType? ItemIdentifierValue"
    assert model_of("AgencyId") == ""


@pytest.mark.parametrize(
    ("version", "name", "children", "fits"),
    [
        ("2.02", "ItemId", ["ItemIdentifierValue"], True),
        ("2.02", "ItemId", ["AgencyId", "ItemIdentifierValue", "Ext"], True),
        ("2.02", "ItemId", ["ItemIdentifierValue", "AgencyId"], False),
        ("2.02", "ItemId", [], False),
        ("2.02", "AgencyId", [], True),
        ("2.02", "AgencyId", ["Value"], False),
        ("2.02", "LookupItemResponse", ["Problem", "Problem"], True),
        ("2.02", "LookupItemResponse", ["Problem", "ItemId"], False),
        ("2.02", "CheckOutItemResponse", ["Problem", "RequiredFeeAmount"], True),
        ("2.02", "LoanedItem", ["ItemId", "DateDue"], True),
        ("2.0", "LoanedItem", ["ItemId", "DateDue"], False),
        ("2.0", "LoanedItem", ["ItemId", "ReminderLevel", "DateDue", "Amount"], True),
        ("2.01", "LoanedItem", ["ItemId", "ReminderLevel", "DateDue", "Amount"], True),
        ("2.01", "ItemOptionalFields", ["CirculationStatus", "DateDue"], False),
        ("2.02", "ItemOptionalFields", ["CirculationStatus", "DateDue"], True),
        ("2.02", "ItemShippedResponse", [], True),
        ("2.02", "ItemShippedResponse", ["ItemId"], False),
    ],
)
def test_children_fit_where_the_standard_has_them(
    version: str, name: str, children: list[str], fits: bool
) -> None:
    assert children_fit(version, name, children) is fits


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [
        ("DateDue", "2031-01-31T22:59:00Z", True),
        ("DateDue", "2031-01-31T22:59:00.000+01:00", True),
        ("DateDue", "2031-01-31", False),
        ("MonetaryValue", "-1250", True),
        ("MonetaryValue", "12.50", False),
        ("CurrencyCode", "EUR", True),
        ("CurrencyCode", "euro", False),
        ("HoldQueueLength", "0", True),
        ("HoldQueueLength", "none", False),
        ("NonReturnableFlag", "", True),
        ("NonReturnableFlag", "true", False),
        ("Title", "Anything", True),
    ],
)
def test_text_fits_its_type(name: str, text: str, fits: bool) -> None:
    assert text_fits(name, text) is fits


def test_the_tables_are_those_of_the_schema(schemas_as_trees: Mapping[str, Any]) -> None:
    compared = 0
    for name, particle in complex_elements(schemas_as_trees["2.02"]):
        if name not in ("NCIPMessage", "Ext"):
            wanted = [part for part in written(particle) if not part.startswith("Ext")]
            table = [part for part in re.findall(r"\w+[?*+]?", model_of(name)) if not part.startswith("Ext")]
            assert table == wanted, name
            compared += 1
    assert compared > 150


def complex_elements(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name of each element that holds others, and what it holds."""
    for one in schema.findall(f"{XS}element"):
        for kind in ("sequence", "choice"):
            yield from ((one.get("name"), group) for group in one.findall(f"{XS}complexType/{XS}{kind}"))


def written(particle: Any) -> list[str]:
    """The names in a particle in their order, with how often each may stand."""
    if particle.tag == f"{XS}element":
        name = (particle.get("ref") or particle.get("name")).split(":")[-1]
        return [name + COUNTS[particle.get("minOccurs", "1"), particle.get("maxOccurs", "1")]]
    return [part for child in particle if isinstance(child.tag, str) for part in written(child)]
