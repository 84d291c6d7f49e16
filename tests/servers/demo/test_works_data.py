"""servers/demo/works.tsv and people.tsv: what a reader of these tables may rely on, line by line."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

import servers

DEMO = Path(servers.__file__).parent / "demo"
Row = Mapping[str, str]

WORK_COLUMNS = [
    *("title", "author", "year", "language", "call_number", "dewey", "subjects", "form", "item_type"),
    *("title_script", "author_script", "place", "publisher"),
]
ITEM_TYPES = {
    "book": "book",
    "play": "book",
    "poetry": "book",
    "music score": "score",
    "sound recording": "audio",
    "map": "reference",
    "reference work": "reference",
    "periodical": "periodical",
    "film": "dvd",
}
# Codes of the MARC Code List for Languages. Whatever else is in use here has its script in SCRIPTS.
LATIN = frozenset(
    (
        *("ang", "cat", "cze", "dan", "dut", "eng", "enm", "epo", "est", "fin", "fre", "fro"),
        *("ger", "gle", "glg", "gmh", "hrv", "hun", "ice", "ita", "lat", "lav", "lit", "non"),
        *("nor", "oci", "pol", "por", "rum", "slv", "spa", "swe", "tgl", "vie", "wel", "zxx"),
    )
)
# The scripts a language is written in, each by the first word of its letters' Unicode names.
SCRIPTS = MappingProxyType(
    {
        "amh": {"ETHIOPIC"},
        "ara": {"ARABIC"},
        "arm": {"ARMENIAN"},
        "awa": {"DEVANAGARI"},
        "bel": {"CYRILLIC"},
        "ben": {"BENGALI"},
        "bul": {"CYRILLIC"},
        "chi": {"CJK"},
        "geo": {"GEORGIAN"},
        "gez": {"ETHIOPIC"},
        "grc": {"GREEK"},
        "gre": {"GREEK"},
        "guj": {"GUJARATI"},
        "heb": {"HEBREW"},
        "hin": {"DEVANAGARI"},
        "jpn": {"CJK", "HIRAGANA", "KATAKANA"},
        "kor": {"HANGUL"},
        "mal": {"MALAYALAM"},
        "ori": {"ORIYA"},
        "ota": {"ARABIC"},
        "per": {"ARABIC"},
        "rus": {"CYRILLIC"},
        "san": {"DEVANAGARI"},
        "srp": {"CYRILLIC"},
        "tam": {"TAMIL"},
        "tel": {"TELUGU"},
        "tha": {"THAI"},
        "ukr": {"CYRILLIC"},
        "urd": {"ARABIC"},
        "yid": {"HEBREW"},
    }
)
FIRST_PRINTED_BOOK, LAST_YEAR = 868, 1953
CALL_NUMBER = re.compile(r"[A-Z]{1,3}\d+(\.\d+)? \.[A-Z]\d+( [A-Z]\d*[a-z]*)?( [A-Z]\d+)? (?P<year>\d{3,4})")
LIFE = re.compile(r"(?:(?P<born>\d{4})\??)?-(?:approximately )?(?P<died>\d{3,4})\??$")


def _rows(name: str) -> list[Row]:
    text = (DEMO / name).read_text(encoding="utf-8")
    header, *lines = text.removesuffix("\n").split("\n")
    return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]


def _scripts(text: str) -> set[str]:
    """Return the scripts of the letters in `text`, by the first word of each letter's Unicode name."""
    return {unicodedata.name(letter).split()[0] for letter in text if unicodedata.category(letter)[0] == "L"}


WORKS, PEOPLE = _rows("works.tsv"), _rows("people.tsv")


@pytest.mark.parametrize("name", ["works.tsv", "people.tsv"])
def test_a_table_is_tidy_utf_8_in_normal_form_c(name: str) -> None:
    text = (DEMO / name).read_bytes().decode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert text.endswith("\n")
    assert "\r" not in text
    assert all(cell == cell.strip() for line in text.split("\n") for cell in line.split("\t"))


class TestWorks:
    def test_its_columns_are(self) -> None:
        assert list(WORKS[0]) == WORK_COLUMNS

    def test_there_are_enough_of_every_kind(self) -> None:
        types = Counter(work["item_type"] for work in WORKS)
        assert len(WORKS) >= 500
        assert set(types) == set(ITEM_TYPES.values())
        assert min(types.values()) >= 5

    def test_no_work_stands_there_twice(self) -> None:
        works = Counter((work["title"], work["author"]) for work in WORKS)
        call_numbers = Counter(work["call_number"] for work in WORKS)
        assert [key for key, count in (works + call_numbers).items() if count > 1] == []

    def test_at_least_sixty_are_written_in_at_least_twelve_scripts_other_than_latin(self) -> None:
        in_script = [work["title_script"] for work in WORKS if work["title_script"]]
        assert len(in_script) >= 60
        assert len(set().union(*map(_scripts, in_script))) >= 12

    def test_what_every_work_has(self) -> None:
        for column in ("title", "year", "language", "call_number", "dewey", "subjects", "form", "item_type"):
            assert [work["title"] for work in WORKS if not work[column]] == []

    def test_the_form_decides_the_item_type(self) -> None:
        assert [work for work in WORKS if work["item_type"] != ITEM_TYPES.get(work["form"])] == []

    def test_a_call_number_is_one_of_the_library_of_congress_and_ends_in_the_year(self) -> None:
        for work in WORKS:
            found = CALL_NUMBER.fullmatch(work["call_number"])
            assert found is not None, work
            assert found["year"] == work["year"], work

    def test_a_dewey_number_has_three_digits_before_the_point(self) -> None:
        assert [work for work in WORKS if not re.fullmatch(r"\d{3}(\.\d+)?", work["dewey"])] == []

    def test_there_are_up_to_three_subjects_all_different(self) -> None:
        for work in WORKS:
            subjects = work["subjects"].split(" | ")
            assert len(set(subjects)) == len(subjects) <= 3, work
            assert all(re.match(r"[^\W\d_]", subject) for subject in subjects), work

    def test_title_and_author_are_in_latin_letters(self) -> None:
        latin = {"LATIN", "MODIFIER"}  # the latter are the apostrophes of romanisation
        assert [work for work in WORKS if not _scripts(work["title"] + work["author"]) <= latin] == []

    def test_a_work_of_a_language_in_latin_script_has_no_other(self) -> None:
        in_latin = [work for work in WORKS if work["language"] in LATIN]
        assert [work for work in in_latin if work["title_script"] or work["author_script"]] == []

    def test_every_other_work_is_given_in_the_script_of_its_language_too(self) -> None:
        for work in (work for work in WORKS if work["language"] not in LATIN):
            assert _scripts(work["title_script"]), work
            assert _scripts(work["title_script"] + work["author_script"]) <= SCRIPTS[work["language"]], work
            assert bool(work["author_script"]) is bool(work["author"]), work

    def test_a_work_is_in_the_public_domain_and_no_older_than_its_author(self) -> None:
        for work in WORKS:
            year, life = int(work["year"]), LIFE.search(work["author"])
            assert FIRST_PRINTED_BOOK <= year <= LAST_YEAR, work
            if life is None:  # anonymous, collective, or of a time that left no dates
                assert year < 1930, work
            else:
                assert int(life["died"]) <= LAST_YEAR, work
                assert year > int(life["born"] or 0) + 15, work


class TestPeople:
    def test_there_are_120_with_three_columns_and_no_two_alike(self) -> None:
        assert list(PEOPLE[0]) == ["family", "given", "language"]
        assert len({(person["family"], person["given"]) for person in PEOPLE}) == len(PEOPLE) == 120

    def test_everybody_has_both_names_and_a_language_the_desk_speaks(self) -> None:
        assert all(person["family"] and person["given"] for person in PEOPLE)
        assert {person["language"] for person in PEOPLE} == {"en", "de", "fr", "es", "it", "nl", "ja"}

    @pytest.mark.parametrize(
        ("what", "pattern"),
        [
            ("an apostrophe", "'"),
            ("a hyphen", "-"),
            ("a space", " "),
            ("a full stop", r"\."),
            ("a letter beyond ASCII", r"[À-ž]"),
            ("a letter beyond Latin-1", r"[Ā-ž]"),
            ("a single letter", r"^\w$"),
            ("25 letters or more", r".{25}"),
        ],
    )
    def test_there_is_a_name_with(self, what: str, pattern: str) -> None:
        names = [name for person in PEOPLE for name in (person["family"], person["given"])]
        assert [name for name in names if re.search(pattern, name)], what

    def test_some_are_written_in_other_scripts(self) -> None:
        scripts = set().union(*(_scripts(person["family"]) for person in PEOPLE))
        assert {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "CJK", "KATAKANA", "HANGUL"} <= scripts
