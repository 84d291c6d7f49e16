"""MARCXML is judged part by part, and AVA by what it says of itself."""

from xml.etree import ElementTree

import pytest

from conformance.wire.records import (
    SLIM,
    Field,
    availability_faults,
    control,
    fields,
    first,
    marc_faults,
    tallies,
)

RECORD = (
    f'<record xmlns="{SLIM}"><leader>00000nam a2200000 a 4500</leader>'
    '<controlfield tag="001">17</controlfield>'
    '<datafield tag="245" ind1="1" ind2=" "><subfield code="a">Caf\u00e9</subfield></datafield>'
    '<datafield tag="AVA" ind1=" " ind2=" "><subfield code="f">3</subfield><subfield code="g">1</subfield>'
    "</datafield></record>"
)


def faults(text: str) -> list[str]:
    return list(marc_faults(ElementTree.fromstring(text)))


def ava(subfields: str) -> Field:
    """Return a field from pairs of code and text: "0=1 a=X"."""
    return Field("AVA", tuple((part[0], part[2:]) for part in subfields.split()))


def test_fields_are_found_by_their_tags() -> None:
    record = ElementTree.fromstring(RECORD)
    assert first(record, "245", "a") == "Caf\u00e9"
    assert (first(record, "245", "b"), first(record, "100", "a")) == ("", "")
    assert (control(record, "001"), control(record, "008")) == ("17", "")
    assert fields(record, "AVA")[0].codes == "fg"
    assert tallies(record) == {"items": 3, "away": 1}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f' xmlns="{SLIM}"', ""),
        ("00000nam", "0000nam"),
        ("<leader>00000nam a2200000 a 4500</leader>", ""),
        ('<controlfield tag="001">17</controlfield>', ""),
        ('tag="001"', 'tag="0011"'),
        ('tag="245"', 'tag="24"'),
        ('tag="245"', 'tag="005"'),
        (' ind1="1"', ""),
        (' ind1="1"', ' ind1="12"'),
        ('code="a"', 'code=""'),
        ('<subfield code="a">Caf\u00e9</subfield>', ""),
        ("Caf\u00e9", "Cafe\u0301"),
        ("Caf\u00e9", "Caf\u0098\u00e9"),
        ("Caf\u00e9", "Caf\ufffd"),
        ("</record>", '<controlfield tag="003">X</controlfield></record>'),
        ("</record>", "<other/></record>"),
    ],
)
def test_a_record_with_a_fault_is_told_from_a_right_one(old: str, new: str) -> None:
    assert faults(RECORD) == []
    assert old in RECORD
    changed = RECORD.replace(old, new, 1)
    is_harmless = old.startswith("<controlfield")
    assert bool(faults(changed)) is not is_harmless


@pytest.mark.parametrize(
    "subfields",
    [
        "0=1 8=2 a=X b=M e=available f=3 g=1 k=0 p=1",
        "0=1 a=X b=M e=unavailable f=3 g=3",
        "0=1 a=X b=M e=check_holdings f=0 g=0",
        "0=1 a=X b=M e=available",
    ],
)
def test_availability_that_agrees_with_itself_is_right(subfields: str) -> None:
    assert list(availability_faults(ava(subfields))) == []


@pytest.mark.parametrize(
    "subfields",
    [
        "a=X 0=1 b=M e=available",
        "0=1 0=1 a=X b=M e=available",
        "0=1 a=X b=M z=1 e=available",
        "a=X b=M e=available",
        "0=1 a=X b=M e=Available",
        "0=1 a=X b=M e=available f=3 g=3",
        "0=1 a=X b=M e=unavailable f=3 g=1",
        "0=1 a=X b=M e=available f=1 g=2",
        "0=1 a=X b=M e=available f=some g=0",
    ],
)
def test_availability_that_contradicts_itself_is_a_fault(subfields: str) -> None:
    assert list(availability_faults(ava(subfields)))
