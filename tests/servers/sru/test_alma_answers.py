"""Real answers of Alma: what they tell is loaded, their requests are asked again, and the shape is the same.

Shape is all but what depends on who runs the server: numbers of holdings, the moment, and call number types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import normalize

import pytest
from lxml import etree

from core.model.policy import Agency, Location, Policy
from core.model.records import (
    Bib,
    BibBody,
    BibId,
    Item,
    ItemId,
    ItemStatus,
    Portfolio,
    PortfolioId,
    Record,
)
from protocols.marc.iso2709 import Marc, pack
from servers.configuration.settings import Quirk, SruProfile
from tests.fakes.world import World
from tests.matrix import proves
from tests.servers.sru.given import MARC, SRW, Town

Element = Any
Field = tuple[str, ...]

PAGES = ("slsp-records-1-to-50-of-122", "slsp-records-51-to-100-of-122", "slsp-records-101-to-122-of-122")
BERKELEY = ("berkeley-availability-sru-page-1", "berkeley-availability-sru-page-2")
ALONE = (
    "berkeley-991054360089706532-sru",
    "berkeley-C084093187-sru",
    "berkeley-availability-sru",
    "berkeley-b110824349-sru",
    "slsp-records-1",
    "slsp-records-12",
)
OURS = {"8", "k"}
"""Subfields whose values are each server's own."""

CONTROLS = re.compile("[\x7f-\x84\x86-\x9f]")
UNTRANSLATED = "c.search.index_names."
"""How some titles begin in Alma's explain: keys that were meant to be replaced."""

NOT_LOADED = {"a", "0"}
"""What Alma leaves out of two of its AVE, and we always tell."""


class Loaded(NamedTuple):
    """The town of an answer."""

    world: World
    town: Town


def answer(folder: Path, name: str) -> Element:
    return etree.parse(folder / "alma-sru" / f"{name}.xml").getroot()


def codes(field: Element) -> list[str]:
    return [one.get("code") for one in field]


def values(field: Element) -> dict[str, str]:
    return {one.get("code"): one.text or "" for one in field}


async def loaded(folder: Path, tmp_path: Path, names: Sequence[str]) -> Loaded:
    """Everything that the answers tell, as records of ours."""
    records: list[Record] = []
    bodies: dict[BibId, Marc] = {}
    agencies: dict[str, Agency] = {}
    locations: dict[str, Location] = {}
    institution = ""
    found = [record for name in names for record in answer(folder, name).iter(f"{MARC}record")]
    for number, record in enumerate(found, 1):
        bib, mms_id = BibId(number), record.findtext(f"{MARC}controlfield[@tag='001']")
        bodies[bib] = body = marc(record)
        records += [Bib(bib, 1, mms_id, "title"), BibBody(bib, 1, pack(body))]
        for place, field in enumerate(record.iter(f"{MARC}datafield"), 1):
            told, own = values(field), 1000 * number + 10 * place
            institution = told.get("a", institution) if field.get("tag").startswith("AV") else institution
            if field.get("tag") == "AVA":
                agencies.setdefault(told["b"], Agency(told["b"], told["q"], campus=told.get("i", "")))
                at = f"{told['b']}/{told['j']}"
                locations.setdefault(at, Location(at, told["c"]))
                records += [
                    Item(
                        ItemId(own + copy), 1, f"I{own + copy}", bib, at, "book", told.get("d", ""),
                        description=told.get("t", ""),
                        status=ItemStatus.MISSING if copy < int(told["g"]) else ItemStatus.AVAILABLE,
                    )
                    for copy in range(int(told["f"]))
                ]  # fmt: skip
            if field.get("tag") == "AVE":
                records.append(
                    Portfolio(
                        PortfolioId(own), 1, bib, told["8"],
                        collection=told.get("c", ""), collection_name=told.get("m", ""),
                        interface=told.get("t", ""), note=told.get("n", ""), agency=told.get("l", ""),
                        coverage=told.get("s", ""), url=told.get("u", ""),
                    )
                )  # fmt: skip
    policy = Policy(
        institution=institution or "INST",
        time_zone="Europe/Zurich",
        agencies=tuple(agencies.values()) or (Agency("MAIN"),),
        locations=tuple(locations.values()),
    )
    world = await World(policy, tuple(records)).start()
    return Loaded(world, Town(world, tmp_path, bodies=bodies))


def marc(record: Element) -> Marc:
    fields = []
    for field in record[1:]:
        if field.tag == f"{MARC}controlfield":
            fields.append((field.get("tag").encode(), (field.text or "").encode()))
        else:
            data = field.get("ind1") + field.get("ind2")
            data += "".join(f"\x1f{one.get('code')}{one.text or ''}" for one in field)
            fields.append((field.get("tag").encode(), data.encode()))
    return Marc(record[0].text.encode(), tuple(fields))


def envelope(root: Element) -> Iterator[str]:
    """Every element down to the records, with its namespace."""
    for element in root.iter():
        if isinstance(element.tag, str) and not element.tag.startswith(MARC):
            yield element.tag


def fields(record: Element) -> list[Field]:
    """The fields of a record, but for those of availability."""
    return [
        (one.get("tag"), one.get("ind1", ""), one.get("ind2", ""), *map(text, one.iter()))
        for one in record[1:]
        if not one.get("tag").startswith("AV")
    ]


def text(element: Element) -> str:
    """Without the control characters that Alma passes on and we do not."""
    return str(element.get("code", "")) + normalize("NFC", CONTROLS.sub("", element.text or "").strip())


def availability(record: Element) -> list[Element]:
    return [one for one in record[1:] if one.get("tag").startswith("AV")]


def assert_same(ours: Element, theirs: Element) -> None:
    assert list(envelope(ours)) == list(envelope(theirs))
    for name in ("version", "numberOfRecords", "nextRecordPosition"):
        assert ours.findtext(f"{SRW}{name}") == theirs.findtext(f"{SRW}{name}")
    for name in ("recordSchema", "recordPacking", "recordIdentifier", "recordPosition"):
        assert [one.text for one in ours.iter(f"{SRW}{name}")] == [
            one.text for one in theirs.iter(f"{SRW}{name}")
        ]
    for own, real in zip(ours.iter(f"{MARC}record"), theirs.iter(f"{MARC}record"), strict=True):
        assert fields(own) == fields(real)
        assert [one.get("tag") for one in own][-1:] == [one.get("tag") for one in real][-1:]
        for mine, alma in zip(availability(own), availability(real), strict=True):
            assert mine.attrib == alma.attrib
            assert [code for code in codes(mine) if code in codes(alma)] == codes(alma)
            assert set(codes(mine)) - set(codes(alma)) <= NOT_LOADED
            ours_alone = OURS if alma.get("tag") == "AVA" else set()
            told, real_told = values(mine), values(alma)
            for code in real_told.keys() - ours_alone:
                assert told[code] == real_told[code]


@proves(
    "Alma's real requests are answered in the shape of its real answers",
    "AVA, AVE and AVD as things are at the answer",
)
@pytest.mark.parametrize("name", ALONE)
async def test_an_answer_on_one_page(real_data: Path, tmp_path: Path, name: str) -> None:
    world, town = await loaded(real_data, tmp_path, [name])
    theirs = answer(real_data, name)
    numbers = " ".join(one.text for one in theirs.iter(f"{SRW}recordIdentifier"))
    ours = await town.search(f'alma.mms_id any "{numbers}"', maximumRecords=50)
    assert_same(ours.root, theirs)
    assert ours.body.startswith(b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>')
    await world.stop()


@pytest.mark.parametrize(("names", "size"), [(PAGES, 50), (BERKELEY, 10)])
async def test_pages(real_data: Path, tmp_path: Path, names: Sequence[str], size: int) -> None:
    world, town = await loaded(real_data, tmp_path, names)
    for number, name in enumerate(names):
        ours = await town.search("cql.allRecords = 1", startRecord=1 + size * number, maximumRecords=size)
        assert_same(ours.root, answer(real_data, name))
    await world.stop()


async def test_a_page_behind_the_last(real_data: Path, tmp_path: Path) -> None:
    world, town = await loaded(real_data, tmp_path, PAGES)
    ours = await town.search("cql.allRecords = 1", startRecord=151, maximumRecords=50)
    assert_same(ours.root, answer(real_data, "slsp-records-151-to-end-of-122"))
    await world.stop()


async def test_a_request_without_a_version(alma: Town, real_data: Path) -> None:
    """The number that Alma has in place of a URI is in the details of a diagnostic that has one."""
    theirs = answer(real_data, "diagnostic-alma")
    alma.take_on(SruProfile(count_failures=Quirk.OFF))
    ours = await alma.get("operation=searchRetrieve&query=alma.title=x")
    assert list(envelope(ours.root)) == list(envelope(theirs))
    assert ours.texts("details") == [theirs.findtext(".//{*}uri")]
    assert ours.texts("message") == [theirs.findtext(".//{*}message")]


async def test_explain(alma: Town, real_data: Path) -> None:
    theirs = answer(real_data, "explain-alma")
    ours = (await alma.get("version=1.2&operation=explain")).root

    def outline(root: Element) -> dict[str, list[str]]:
        """The names within each element, each once, in their order."""
        found: dict[str, dict[str, None]] = {}
        for element in root.iter():
            found.setdefault(element.tag, {}).update(dict.fromkeys([one.tag for one in element]))
        return {name: list(inside) for name, inside in found.items()}

    assert outline(ours) == outline(theirs)
    listed = {name(index): index for index in theirs.iter("{*}index") if name(index)[0] == "alma"}
    compared = [(index, listed[name(index)]) for index in ours.iter("{*}index") if name(index) in listed]
    assert len(compared) > 100
    for own, real in compared:
        assert supports(own) == supports(real)
        title = real.findtext("{*}title")
        assert title in (own.findtext("{*}title"), *[title][: title.startswith(UNTRANSLATED)])


def name(index: Element) -> tuple[str, str]:
    found = index.find(".//{*}name")
    return found.get("set"), found.text


def supports(index: Element) -> list[tuple[str, str]]:
    return sorted((one.get("type"), one.text or "") for one in index.iter("{*}supports"))
