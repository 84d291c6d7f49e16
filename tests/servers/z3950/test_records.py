"""Records: in every syntax and element set, true at the moment of the answer, in the character set agreed on."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from msgspec.structs import replace

from core.desk import Actor
from core.journal import Settled
from core.model.records import Item, ItemId
from core.policy_table import PolicyTable
from protocols.marc import marc8
from protocols.marc.iso2709 import unpack
from protocols.marc.marcxml import NAMESPACE
from protocols.z3950.apdus import PresentResponse
from protocols.z3950.charset import MARC_8
from protocols.z3950.externals import CircRecord, HoldingsAndCircData, OpacRecord, Sutrs, opened
from protocols.z3950.oids import APPLICATION_XML, OPAC, SUTRS, USMARC, XML
from protocols.z3950.structures import CompSpec, External, SchemaUri, Specification
from tests.fakes.world import EMMA, KIOSK, POLICY, World
from tests.matrix import proves
from tests.servers.sru.given import TOWN_RECORDS
from tests.servers.z3950.given import AGREED, Origin, octets, present

ALL = "@attr 2=103 x"


def opac(origin: Origin, query: str = "emma") -> OpacRecord:
    """The first record that a query finds, with holdings."""
    origin.searches(query)
    record = opened(origin.record(syntax=OPAC))
    assert isinstance(record, OpacRecord)
    return record


def held(record: OpacRecord) -> list[HoldingsAndCircData]:
    """Its holdings."""
    found = []
    for each in record.holdings_data or ():
        assert isinstance(each, HoldingsAndCircData)
        found.append(each)
    return found


def circulating(record: OpacRecord) -> dict[str | None, CircRecord]:
    """Its items by their barcodes."""
    return {item.item_id: item for each in held(record) for item in each.circulation_data or ()}


# MARC


@proves("records in USMARC, OPAC, XML and SUTRS, full and brief")
def test_usmarc_is_whole_and_its_leader_tells_the_truth(origin: Origin) -> None:
    origin.searches(ALL)
    for position in range(1, 6):
        record = origin.record(start=position)
        data = octets(record)
        assert (record.direct_reference, int(data[:5]), data[9:10]) == (USMARC, len(data), b"a")
        assert not list(unpack(data).all(b"AVA"))
    data.decode()


@proves("records in USMARC, OPAC, XML and SUTRS, full and brief")
def test_a_brief_record_has_what_tells_it_apart(origin: Origin) -> None:
    origin.searches("emma")
    tags = [tag for tag, _ in unpack(octets(origin.record(record_composition="b"))).fields]
    assert tags == [b"001", b"008", b"020", b"100", b"245"]


@proves("MARC-8 or UTF-8 as agreed, with a leader that tells the truth")
def test_marc_8_has_its_leader(world: World, tmp_path: Path) -> None:
    origin = Origin(world, tmp_path, replace(AGREED, charset=MARC_8), is_marc8=True)
    origin.searches("sudoku")
    data = octets(origin.record())
    assert (int(data[:5]), data[9:10]) == (len(data), b" ")
    assert b"f\xe8ur Anf\xe8anger" in data
    assert marc8.decode(unpack(data).first(b"245")).endswith("Sudoku für Anfänger")
    inside = opac(origin, "sudoku").bibliographic_record
    assert inside is not None
    assert octets(inside) == data


# XML


@proves("records in USMARC, OPAC, XML and SUTRS, full and brief")
@pytest.mark.parametrize(
    ("elements", "root"),
    [
        ("F", f"{{{NAMESPACE}}}record"),
        ("marcxml", f"{{{NAMESPACE}}}record"),
        ("dc", "{info:srw/schema/1/dc-schema}dc"),
        ("mods", "{http://www.loc.gov/mods/v3}mods"),
        ("isohold", "{http://www.loc.gov/standards/iso20775/}holdings"),
    ],
)
@pytest.mark.parametrize("syntax", [XML, APPLICATION_XML])
def test_xml_by_element_set_or_by_schema(origin: Origin, elements: str, root: str, syntax: str) -> None:
    origin.searches("emma")
    record = origin.record(syntax=syntax, record_composition=elements)
    assert (record.direct_reference, etree.fromstring(octets(record)).tag) == (syntax, root)
    if elements != "F":
        schema = Specification(schema=SchemaUri(elements))
        asked = CompSpec(select_alternative_syntax=False, generic=schema)
        assert octets(origin.record(syntax=syntax, record_composition=asked)) == octets(record)


def test_marcxml_tells_availability_as_sru_does(origin: Origin) -> None:
    origin.searches("emma")
    data = octets(origin.record(syntax=XML))
    assert data.count(b'tag="AVA"') == 1
    assert b'<subfield code="e">available</subfield>' in data


# SUTRS


@proves("records in USMARC, OPAC, XML and SUTRS, full and brief")
def test_sutrs_is_for_people(origin: Origin) -> None:
    origin.searches("emma")
    full, brief = (opened(origin.record(syntax=SUTRS, record_composition=name)) for name in "FB")
    assert isinstance(full, Sutrs)
    assert isinstance(brief, Sutrs)
    assert full.text.splitlines()[:2] == ["Title:        Emma & other stories", "Author:       Austen, Jane"]
    assert "Held:         Central Library, Main stacks, PR4034 .E5: 2 of 2 available\n" in full.text
    assert brief.text.splitlines() == [*full.text.splitlines()[:2], "Record:       b1"]
    assert all(len(line) <= 72 for line in full.text.splitlines())


# OPAC


@proves("records in USMARC, OPAC, XML and SUTRS, full and brief")
def test_an_opac_record_has_the_bib_and_every_item(origin: Origin) -> None:
    record = opac(origin)
    assert record.bibliographic_record is not None
    assert octets(record.bibliographic_record) == octets(origin.record())
    assert held(record) == [
        HoldingsAndCircData(
            type_of_record="x",
            nuc_code="TOWN",
            local_location="Central Library",
            shelving_location="Main stacks",
            call_number="PR4034 .E5",
            circulation_data=tuple(
                [
                    CircRecord(
                        available_now=True, restrictions="book", item_id=item, renewable=True, on_hold=False
                    )
                    for item in ("I1", "I2")
                ]
            ),
        )
    ]


async def test_an_item_on_loan_says_until_when(world: World, origin: Origin) -> None:
    answer = world.desk.check_out(KIOSK, "P1", "I1")
    assert answer.unit is not None
    await world.settle()
    items = circulating(opac(origin))
    assert (items["I1"].available_now, items["I2"].available_now) == (False, True)
    due = world.library.item("I1").loan.due  # type: ignore[union-attr]  # it is on loan
    assert items["I1"].availability_date == f"{due.astimezone(POLICY_ZONE):%Y-%m-%d %H:%M}"
    assert items["I2"].availability_date is None
