"""Records: in every syntax and element set, true at the moment of the answer, in the right character set."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from msgspec.structs import replace

from core.journal import Settled
from core.model.records import Item, ItemId
from core.refusals import Refused
from core.register import Answer, Outcome
from protocols.marc import marc8
from protocols.marc.iso2709 import unpack
from protocols.marc.marcxml import NAMESPACE
from protocols.z3950.apdus import PresentResponse
from protocols.z3950.charset import MARC_8
from protocols.z3950.externals import CircRecord, HoldingsAndCircData, OpacRecord, Sutrs, opened
from protocols.z3950.oids import APPLICATION_XML, OPAC, SUTRS, USMARC, XML
from protocols.z3950.structures import CompSpec, SchemaUri, Specification
from servers.settling import settled
from tests.fakes.world import BOOK, EMMA, KIOSK, POLICY, World
from tests.matrix import proves
from tests.servers.sru.given import SUDOKU, TOWN_RECORDS
from tests.servers.z3950.given import AGREED, Origin, external, octets, present

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
        record = external(origin.presents(position))
        data = octets(record)
        assert (record.direct_reference, int(data[:5]), data[9:10]) == (USMARC, len(data), b"a")
        assert not list(unpack(data).all(b"AVA"))
        assert "\ufffd" not in data.decode()


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
    await kept(world.desk.check_out(KIOSK, "P1", "I1"))
    items = circulating(opac(origin))
    assert (items["I1"].available_now, items["I2"].available_now) == (False, True)
    loan = world.library.items[BOOK].loan
    assert loan is not None
    zone = ZoneInfo(POLICY.time_zone)
    assert items["I1"].availability_date == f"{loan.due.astimezone(zone):%Y-%m-%d %H:%M}"
    assert items["I2"].availability_date is None


async def test_somebody_who_waits_is_counted_and_no_name_is_told(world: World, origin: Origin) -> None:
    for item in ("I1", "I2"):
        await kept(world.desk.check_out(KIOSK, "P1", item))
    await kept(world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN"))
    record = opac(origin)
    assert {item.on_hold for item in circulating(record).values()} == {True}
    assert [each.public_note for each in held(record)] == ["holds: 1"]
    assert "P2" not in repr(record)


def test_an_item_that_is_elsewhere_for_a_while_says_where(origin: Origin) -> None:
    (holding,) = held(opac(origin, "pride"))
    assert (holding.local_location, holding.shelving_location) == ("East Branch", "Films")
    (item,) = holding.circulation_data or ()
    assert (item.temporary_location, holding.call_number) == ("Films", None)


def test_what_is_online_is_held_too(origin: Origin) -> None:
    (online,) = held(opac(origin, "sudoku"))
    assert (online.local_location, online.public_note) == ("Games", "https://books.example/su?a=1&b=2")
    assert online.circulation_data is None


def test_a_bib_without_marc_still_tells_what_is_held(origin: Origin) -> None:
    origin.shelf.marc.clear()
    record = opac(origin)
    assert record.bibliographic_record is None
    assert [each.type_of_record for each in held(record)] == ["u"]


@pytest.mark.parametrize(
    ("leader", "descriptions", "kind"),
    [(b"00000nam", "", "x"), (b"00000nam", "12", "v"), (b"00000nas", "12", "y"), (b"00000nai", "", "y")],
)
async def test_the_kind_of_a_holding(tmp_path: Path, leader: bytes, descriptions: str, kind: str) -> None:
    volumes = tuple(
        [
            Item(ItemId(40 + number), 1, f"V{number}", SUDOKU, "MAIN/STACKS", "book", "X", f"v.{number}")
            for number in map(int, descriptions or "1")
        ]
    )
    world = await World(records=(*TOWN_RECORDS, *volumes)).start()
    origin = Origin(world, tmp_path)
    data = origin.shelf.marc[SUDOKU]
    origin.shelf.marc[SUDOKU] = data[:5] + leader[5:] + data[8:]
    holding = held(opac(origin, "sudoku"))[0]
    assert holding.type_of_record == kind
    assert [item.enum_and_chron for item in holding.circulation_data or ()] == [
        f"v.{number}" for number in descriptions or "1"
    ]
    await world.stop()


def test_a_database_of_a_library_tells_its_holdings_alone(origin: Origin) -> None:
    origin.searches(ALL, database_names=("TOWN/EAST",))
    for position in (1, 2):
        record = opened(external(origin.presents(position, syntax=OPAC)))
        assert isinstance(record, OpacRecord)
        assert {each.local_location for each in held(record)} == {"East Branch"}


# Durability


@proves("a Z39.50 answer waits until what it tells is durable")
async def test_an_answer_names_what_must_be_durable_and_is_made_anew(world: World, origin: Origin) -> None:
    origin.searches("emma")
    marc, live = origin.asks(present()), origin.asks(present(syntax=OPAC))
    world.store.hold()
    world.store.refuse_next()
    lent = world.desk.check_out(KIOSK, "P1", "I1")
    assert marc.answer().unit is None
    answer = live.answer()
    assert answer.unit is lent.unit
    assert not available(answer.outcome)
    world.store.release()
    assert await settled(answer.unit) is Settled.UNDONE
    again = live.answer()
    assert (again.unit, available(again.outcome)) == (None, True)


def available(response: object) -> bool:
    """Whether the first item of an answer can be had."""
    assert isinstance(response, PresentResponse)
    record = opened(external(response))
    assert isinstance(record, OpacRecord)
    return circulating(record)["I1"].available_now


async def kept(answer: Answer[Outcome]) -> None:
    """Return when what was done is durable."""
    assert not isinstance(answer.outcome, Refused), answer.outcome
    assert await settled(answer.unit) is Settled.KEPT
