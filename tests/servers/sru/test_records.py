"""The records of a page: every schema, and what there is of each record at the answer."""

from __future__ import annotations

import asyncio

import pytest
from lxml import etree

from servers.configuration.settings import SruProfile, SruStyle
from tests.fakes.world import ANN, EMMA, KIOSK, World
from tests.matrix import proves
from tests.servers.sru.given import MARC, Town

DC = "{http://purl.org/dc/elements/1.1/}"
MODS = "{http://www.loc.gov/mods/v3}"
ISO = "{http://www.loc.gov/standards/iso20775/}"


def subfields(field: list[tuple[str, str]]) -> dict[str, str]:
    return dict(field)


class TestAvailability:
    @proves("AVA, AVE and AVD as things are at the answer")
    async def test_a_loan_is_in_the_next_answer(self, alma: Town) -> None:
        before = (await alma.search("emma")).fields("AVA")
        assert [subfields(one)["g"] for one in before] == ["0"]
        lend(alma.world)
        (after,) = (await alma.search("emma")).fields("AVA")
        assert (subfields(after)["e"], subfields(after)["f"], subfields(after)["g"]) == (
            "available",
            "2",
            "1",
        )

    async def test_subfields_come_in_alma_s_order(self, alma: Town) -> None:
        (held,) = (await alma.search("emma")).fields("AVA")
        assert [code for code, _ in held] == list("08abcdefgjkpq")
        (temporary,) = (await alma.search("pride")).fields("AVA")
        assert [code for code, _ in temporary] == list("0abcefgjkpq")
        (electronic,) = (await alma.search("sudoku")).fields("AVE")
        assert [code for code, _ in electronic] == list("8cemtua0")

    async def test_what_came_with_the_record_from_elsewhere_is_not_passed_on(self, alma: Town) -> None:
        assert b"STALE" not in (await alma.search("emma")).body

    async def test_the_fields_stand_at_the_end(self, alma: Town) -> None:
        (record,) = (await alma.search("emma")).root.iter(f"{MARC}record")
        assert record[-1].get("tag") == "AVA"

    async def test_a_temporary_location_has_its_number_where_that_is_wanted(self, alma: Town) -> None:
        alma.take_on(SruProfile(temporary_holdings=True))
        (temporary,) = (await alma.search("pride")).fields("AVA")
        assert subfields(temporary)["9"].startswith("22")

    async def test_a_profile_may_leave_it_out(self, alma: Town) -> None:
        alma.take_on(SruProfile(availability=False))
        answer = await alma.search("emma")
        assert (answer.hits, answer.fields("AVA")) == (1, [])

    @proves("availability alone, of fifty records at once")
    async def test_availability_alone(self, alma: Town) -> None:
        numbers = " ".join(["b1", "b5", "b6", *[f"none-{n}" for n in range(47)]])
        answer = await alma.search(f'alma.mms_id any "{numbers}"', recordSchema="avail", maximumRecords=50)
        assert answer.identifiers == ["b1", "b5", "b6"]
        for record in answer.root.iter(f"{MARC}record"):
            assert {field.get("tag") for field in record[1:]} <= {"001", "AVA", "AVE"}
        assert len(answer.fields("AVA") + answer.fields("AVE")) == 3

    @proves("holdings of one campus")
    async def test_of_one_campus(self, alma: Town) -> None:
        alone = await alma.search("emma", **{"x-filterHoldingsByCampusCode": "NORTH"})
        assert alone.fields("AVA") == []
        held = await alma.search("emma", recordSchema="isohold", **{"x-filterHoldingsByCampusCode": "N,S"})
        assert held.root.findall(f".//{ISO}holding") == []

    @proves("an SRU answer waits until what it tells is durable")
    async def test_an_answer_waits_for_the_store(self, alma: Town) -> None:
        alma.world.store.hold()
        lend(alma.world)
        asked = asyncio.create_task(alma.search("emma"))
        other = await alma.search("metropolis")
        assert other.hits == 1
        assert not asked.done()
        alma.world.store.release()
        (field,) = (await asked).fields("AVA")
        assert subfields(field)["g"] == "1"

    async def test_what_is_undone_is_not_told(self, alma: Town) -> None:
        alma.world.store.hold()
        alma.world.store.refuse_next()
        lend(alma.world)
        asked = asyncio.create_task(alma.search("emma"))
        await asyncio.sleep(0)
        assert not asked.done()
        alma.world.store.release()
        (field,) = (await asked).fields("AVA")
        assert subfields(field)["g"] == "0"

    async def test_of_what_may_be_lost_nothing_is_told(self, alma: Town) -> None:
        """The store broke while the loan was on its way to it."""
        alma.world.store.hold()
        alma.world.store.break_next()
        lend(alma.world)
        asked = asyncio.create_task(alma.search("emma"))
        await asyncio.sleep(0)
        alma.world.store.release()
        answer = await asked
        assert (answer.status, [number for number, _ in answer.diagnostics]) == (503, [2])


class TestSchemas:
    async def test_dublin_core_has_the_links_of_portfolios(self, alma: Town) -> None:
        (record,) = (await alma.search("sudoku", recordSchema="dc")).root.iter(
            "{info:srw/schema/1/dc-schema}dc"
        )
        assert record.findtext(f"{DC}title") == "Sudoku für Anfänger"
        assert record.findtext(f"{DC}identifier") == "https://books.example/su?a=1&b=2"

    async def test_mods_has_them_too(self, alma: Town) -> None:
        (record,) = (await alma.search("sudoku", recordSchema="mods")).root.iter(f"{MODS}mods")
        assert record.findtext(f".//{MODS}url") == "https://books.example/su?a=1&b=2"

    @proves("ISO 20775 holdings over SRU")
    async def test_holdings(self, alma: Town) -> None:
        answer = await alma.search("emma", recordSchema="isohold")
        copies = [one.text for one in answer.root.iter(f"{ISO}copiesCount")]
        assert copies == ["2"]

    @proves("every schema, by its name, URI and aliases")
    @pytest.mark.parametrize("style", SruStyle)
    async def test_by_every_name(self, alma: Town, style: SruStyle) -> None:
        alma.take_on(SruProfile(style=style))
        (route,) = [route for route in [alma.application.find("/view/sru/TOWN")] if route]
        assert route.route("GET") is not None
        for name in ("marcxml", "marc21", "MARC21-xml", "info:srw/schema/1/marcxml-v1.1"):
            assert (await alma.search("emma", recordSchema=name)).root.find(f".//{MARC}record") is not None
        for name in ("dc", "info:srw/schema/1/dc-v1.1"):
            assert (await alma.search("emma", recordSchema=name)).root.find(f".//{DC}title") is not None

    async def test_a_profile_has_a_schema_of_its_own_for_who_names_none(self, alma: Town) -> None:
        alma.take_on(SruProfile(schema="mods"))
        assert (await alma.search("emma")).texts("recordSchema") == ["mods"]

    async def test_as_a_string_it_is_text(self, alma: Town) -> None:
        answer = await alma.search("emma", recordPacking="string")
        (text,) = answer.texts("recordData")
        assert etree.fromstring(text).tag == f"{MARC}record"


@proves("a record that is gone is a surrogate diagnostic")
class TestGone:
    async def test_one_whose_bytes_are_not_there_can_be_had_later(self, alma: Town) -> None:
        alma.ready.write([(EMMA, 2, b"")])
        answer = await alma.search("dc.creator = austen")
        assert answer.diagnostics == [(64, "b1")]
        assert answer.texts("recordPosition") == ["1", "2"]
        assert answer.identifiers == ["b1", "b6"]
        assert answer.texts("recordSchema")[0] == "info:srw/schema/1/diagnostics-v1.1"

    async def test_one_whose_card_is_gone_is_no_more(self, alma: Town) -> None:
        del alma.world.library.bibs[EMMA]
        answer = await alma.search("dc.creator = austen")
        assert answer.diagnostics == [(65, "1")]
        assert answer.identifiers == ["b6"]

    @pytest.mark.parametrize("schema", ["dc", "mods"])
    async def test_one_without_a_body(self, alma: Town, schema: str) -> None:
        del alma.ready.marc[EMMA]
        answer = await alma.search("emma", recordSchema=schema)
        assert answer.diagnostics == [(64, "b1")]


@proves("an SRU answer waits for no more than it tells")
@pytest.mark.parametrize(
    ("profile", "schema"),
    [(SruProfile(), "dc"), (SruProfile(), "mods"), (SruProfile(availability=False), "marcxml")],
)
async def test_what_tells_no_copies_asks_for_none(alma: Town, profile: SruProfile, schema: str) -> None:
    """A loan on its way to the disk holds up whoever tells of it, and nobody else."""
    alma.take_on(profile)
    alma.world.store.hold()
    lend(alma.world)
    assert (await alma.search("emma", recordSchema=schema)).hits == 1
    asked = asyncio.create_task(alma.search("emma", recordSchema="isohold"))
    await asyncio.sleep(0)
    assert not asked.done()
    alma.world.store.release()
    assert (await asked).hits == 1


def lend(world: World) -> None:
    """Ann takes a copy of Emma."""
    world.desk.check_out(KIOSK, "P1", "I1")
    assert len(world.library.loans_of(ANN)) == 1
