"""A record is shown with what stands in it, and its headings lead on."""

from __future__ import annotations

from core.model.records import Bib, BibId
from protocols.marc.iso2709 import Marc, pack
from servers.search.languages import NAMES, language_name
from servers.search.records import Value, head_of, lines_of, marc_of
from tests.servers.sru.given import marc

CARD = Bib(BibId(1), 1, "b/1", "Emma (card)", "Austen, Jane", "1815")
EMMA = marc(
    "b1",
    "1815",
    "020 ## $a 9780141439587",
    "100 1# $a Austen, Jane, $d 1775-1817.",
    "245 10 $6 880-01 $a Emma : $b a novel / $c Jane Austen.",
    "250 ## $a First edition",
    "264 #1 $a London : $b John Murray, $c 1815.",
    "650 #0 $a Mate selection $v Fiction",
    "650 #0 $a Mate selection $v Fiction",
    "880 10 $6 245-01 $a Эмма",
    "880 1# $6 100-02 $a Остин",
)


def test_the_head_is_that_of_the_record() -> None:
    head = head_of(CARD, EMMA)
    assert (head.title, head.script, head.author, head.year) == (
        "Emma : a novel",
        "Эмма",
        "Austen, Jane",
        "1815",
    )
    assert head.address == "/record/b%2F1"


def test_without_a_record_the_card_will_do() -> None:
    for body in (None, b"no MARC"):
        assert head_of(CARD, marc_of(body)).title == "Emma (card)"
        assert lines_of(marc_of(body)) == ()


def test_a_body_is_read() -> None:
    assert isinstance(marc_of(pack(EMMA)), Marc)
    assert head_of(CARD, marc_of(pack(EMMA))).title == "Emma : a novel"


def test_lines_have_labels_and_headings_lead_on() -> None:
    lines = {line.label: line.values for line in lines_of(EMMA)}
    assert list(lines) == [
        "Responsibility",
        "Author",
        "Edition",
        "Published",
        "Language",
        "Subjects",
        "ISBN",
        "Record number",
    ]
    assert lines["Author"] == (
        Value("Austen, Jane, 1775-1817.", "/?q=%22Austen%2C+Jane%2C+1775-1817.%22&in=author"),
    )
    assert lines["Subjects"] == (
        Value("Mate selection \N{EN DASH} Fiction", "/?q=%22Mate+selection+Fiction%22&in=subject"),
    )
    assert lines["Language"] == (Value("English"),)
    assert lines["ISBN"] == (Value("9780141439587"),)


def test_languages_have_names() -> None:
    assert language_name("wel") == "Welsh"
    assert language_name("xxx") == "xxx"
    assert all(len(code) == 3 and name for code, name in NAMES.items())
    assert list(NAMES) == sorted(NAMES)
