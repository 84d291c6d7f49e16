"""The MARC of the works: another program reads it, and the card says what it says."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pymarc
import pytest
from msgspec.structs import replace

from core.model.records import Bib, BibBody, Medium
from protocols.marc.iso2709 import pack, unpack
from servers.demo.marc import marc
from servers.demo.population import Sizes
from servers.demo.works import Work, works, written
from servers.load.card import card, medium
from tests.servers.demo.given import make

DAY = date(2026, 3, 2)
SOME = [*written(), *list(works(1500, 1))[len(written()) :]]


def read(work: Work) -> pymarc.Record:
    """The record as pymarc understands it."""
    (record,) = pymarc.MARCReader(BytesIO(pack(marc(work, "99", DAY))), permissive=False)
    assert isinstance(record, pymarc.Record)
    return record


def indicators(work: Work, tag: str) -> str:
    """The indicators of the first field with the tag."""
    found = read(work)[tag].indicators
    assert found is not None
    return found.first + found.second


def test_another_program_reads_every_record() -> None:
    for work in SOME:
        record = read(work)
        assert record["001"].data == "99"
        fixed = record["008"].data
        assert fixed is not None
        assert (len(fixed), fixed[35:38]) == (40, work.language)
        assert record["245"]["a"] == work.title
        assert record["264"]["c"] == work.year
        assert record.leader[9] == "a"


def test_the_card_of_every_bib_is_what_its_record_says() -> None:
    made = make(Sizes(bibs=1500, items=1500, patrons=30))
    for bib, body in zip(made.of(Bib), made.of(BibBody), strict=True):
        loaded = card(unpack(body.marc), bib.id, 1, bib.control_number)
        before_1000 = int(bib.year) < 1000  # years that cards of loaded records leave out
        assert loaded == (replace(bib, year="") if before_1000 else bib)


def test_each_heading_in_another_script_and_its_romanisation_point_to_each_other() -> None:
    for work in SOME:
        record = read(work)
        forward = {(field["6"], field.tag) for field in record.get_fields("100", "245") if "6" in field}
        back = {(f"880-{field['6'][4:]}", field["6"][:3]) for field in record.get_fields("880")}
        assert forward == back
        assert len(back) == bool(work.title_script) + bool(work.author_script)


@pytest.mark.parametrize(
    ("author", "indicator", "subfields"),
    [
        ("Abbott, Edwin Abbott, 1838-1926", "1", {"a": "Abbott, Edwin Abbott,", "d": "1838-1926"}),
        ("Aristotle", "0", {"a": "Aristotle"}),
        ("Luo, Guanzhong, active 14th century", "1", {"a": "Luo, Guanzhong,", "d": "active 14th century"}),
        ("Hallworth, J. T.", "1", {"a": "Hallworth, J. T."}),
    ],
)
def test_a_name_is_parted_from_its_years(author: str, indicator: str, subfields: dict[str, str]) -> None:
    work = Work("T", author, "1900", "eng", "", "", (), "book", "book")
    assert indicators(work, "100") == f"{indicator} "
    assert read(work)["100"].subfields_as_dict() == {code: [text] for code, text in subfields.items()}


def test_an_article_at_the_beginning_does_not_sort() -> None:
    for title, language, sorted_from in (
        ("The dial", "eng", "4"),
        ("Die Blechtrommel", "ger", "4"),
        ("Emma", "eng", "0"),
    ):
        work = Work(title, "", "1900", language, "", "", (), "book", "book")
        assert indicators(work, "245") == f"0{sorted_from}"


def test_subjects_are_parted_into_form_time_and_topic() -> None:
    subject = "Russo-Persian War, 1826-1828 -- Armenia -- 19th century -- Fiction"
    field = read(Work("T", "", "1900", "eng", "", "", (subject,), "book", "book"))["650"]
    assert [(part.code, part.value) for part in field.subfields] == [
        ("a", "Russo-Persian War, 1826-1828"),
        ("x", "Armenia"),
        ("y", "19th century"),
        ("v", "Fiction"),
    ]


@pytest.mark.parametrize(
    ("form", "kind"),
    [("film", Medium.DISC), ("sound recording", Medium.DISC), ("periodical", Medium.MAGAZINE)],
)
def test_machines_can_tell_from_the_record_what_a_thing_is(form: str, kind: Medium) -> None:
    assert medium(marc(Work("T", "", "1900", "eng", "", "", (), form, "x"), "99", DAY)) is kind


def test_no_subfield_is_empty() -> None:
    for work in SOME:
        assert not re.search(rb"\x1f.[\x1e\x1f]", pack(marc(work, "99", DAY)))
