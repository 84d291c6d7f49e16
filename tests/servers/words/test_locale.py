"""Every catalogue says everything that English says, no more, and so that every screen can show it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

import polib
import pytest

from servers.words.catalogue import LOCALE
from servers.words.english import NOTICES, REFUSALS, Plural
from servers.words.languages import Language
from servers.words.overrides import named

Entries = Mapping[str, polib.POEntry]
"""By their codes."""

TEMPLATE = LOCALE / "circdesk.pot"
CATALOGUES = {language: LOCALE / language / "circdesk.po" for language in Language if language != "en"}

CHARSETS = {
    Language.DE: ("cp850", "latin-1"),
    Language.FR: ("cp850", "latin-1"),
    Language.ES: ("cp850", "latin-1"),
    Language.IT: ("cp850", "latin-1"),
    Language.NL: ("cp850", "latin-1"),
    Language.JA: ("shift_jis", "cp932", "euc_jp"),
}
"""What the terminals of a language are set to if it is not UTF-8."""

PLURAL_FORMS = {
    Language.DE: "nplurals=2; plural=(n != 1);",
    Language.FR: "nplurals=2; plural=(n > 1);",
    Language.ES: "nplurals=2; plural=(n != 1);",
    Language.IT: "nplurals=2; plural=(n != 1);",
    Language.NL: "nplurals=2; plural=(n != 1);",
    Language.JA: "nplurals=1; plural=0;",
}

LONG = dict.fromkeys(("place", "due", "refusal"), "M" * 100) | {
    "amount": "1234567890.00",
    "currency": "EUR",
    "count": "9999",
    "position": "9999",
}
"""Values as long as any library has them."""

languages = pytest.mark.parametrize("language", CATALOGUES)


def read(path: Path) -> polib.POFile:
    return polib.pofile(str(path), encoding="utf-8", check_for_duplicates=True)


def texts(entry: polib.POEntry) -> list[str]:
    """What the language says, for every number if that matters."""
    return [text for _, text in sorted(entry.msgstr_plural.items())] or [entry.msgstr]


def all_texts(language: Language) -> list[tuple[str, str]]:
    return [(entry.msgctxt, text) for entry in read(CATALOGUES[language]) for text in texts(entry)]


def columns(text: str) -> int:
    """How wide a text is on a screen: an ideograph takes two columns (UAX 11)."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def english() -> list[tuple[str, str, str]]:
    """Each text as a catalogue names it: its code, its `msgid`, and its `msgid_plural` or nothing."""
    refusals = [(reason.value, text, "") for reason, text in REFUSALS.items()]
    return refusals + [
        (notice.value, text.one, text.more) if isinstance(text, Plural) else (notice.value, text, "")
        for notice, text in NOTICES.items()
    ]


def test_every_language_has_a_catalogue_and_every_catalogue_a_language() -> None:
    assert {path.name for path in LOCALE.iterdir()} == {TEMPLATE.name, *CATALOGUES}
    assert set(CHARSETS) == set(PLURAL_FORMS) == set(CATALOGUES)


@pytest.mark.parametrize("path", [TEMPLATE, *CATALOGUES.values()], ids=lambda path: path.parent.name)
def test_a_catalogue_has_the_texts_of_english_in_their_order(path: Path) -> None:
    has = [(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in read(path)]
    missing = [text for text in english() if text not in has]
    obsolete = [text for text in has if text not in english()]
    where = path.relative_to(LOCALE)
    assert not missing, f"{where}: write entries (msgctxt, msgid, msgid_plural) for {missing}"
    assert not obsolete, f"{where}: delete the entries {obsolete}, or correct them after english.py"
    assert has == english(), f"{where}: put the entries in the order of english.py"


@languages
def test_no_text_is_empty_doubtful_or_commented_out(language: Language) -> None:
    catalogue = read(CATALOGUES[language])
    assert [entry.msgctxt for entry in catalogue if not all(texts(entry))] == []
    assert [entry.msgctxt for entry in catalogue if entry.fuzzy or entry.obsolete] == []


@languages
def test_no_text_is_left_in_english(language: Language) -> None:
    sentences = [entry for entry in read(CATALOGUES[language]) if entry.msgctxt != "refusal-amount"]
    assert [entry.msgctxt for entry in sentences if entry.msgid in texts(entry)] == []


@languages
def test_every_text_has_exactly_the_places_of_its_english(language: Language) -> None:
    catalogue = read(CATALOGUES[language])
    wrong = [
        entry.msgctxt for entry in catalogue for text in texts(entry) if named(text) != named(entry.msgid)
    ]
    assert wrong == []


@languages
def test_every_text_fits_two_lines_of_40_columns(language: Language) -> None:
    assert [text for _, text in all_texts(language) if columns(text) > 80] == []


@languages
def test_every_text_with_the_longest_values_fits_a_field_of_sip2(language: Language) -> None:
    """255 bytes; a terminal of Japanese takes two for a sign, or three in UTF-8."""
    filled = [text.format_map(LONG) for _, text in all_texts(language)]
    assert [text for text in filled if len(text.encode("utf-8")) > 255] == []


@languages
def test_every_text_is_printable_and_has_no_blanks_around(language: Language) -> None:
    assert [text for _, text in all_texts(language) if not text.isprintable() or text != text.strip()] == []


@languages
def test_every_text_can_be_written_in_the_charsets_of_the_language(language: Language) -> None:
    for charset in CHARSETS[language]:
        assert [text for _, text in all_texts(language) if text.encode(charset).decode(charset) != text] == []


@languages
def test_no_text_holds_what_ends_a_field(language: Language) -> None:
    """The delimiter that nearly every terminal has."""
    assert [text for _, text in all_texts(language) if "|" in text] == []


@languages
def test_the_header_says_which_language_and_how_it_counts(language: Language) -> None:
    catalogue = read(CATALOGUES[language])
    assert catalogue.metadata["Language"] == language
    assert catalogue.metadata["Content-Type"] == "text/plain; charset=UTF-8"
    assert catalogue.metadata["Plural-Forms"] == PLURAL_FORMS[language]


@languages
def test_every_plural_has_as_many_forms_as_the_language(language: Language) -> None:
    count = int(PLURAL_FORMS[language].removeprefix("nplurals=").split(";")[0])
    plurals = [entry for entry in read(CATALOGUES[language]) if entry.msgid_plural]
    assert [entry.msgctxt for entry in plurals if sorted(entry.msgstr_plural) != list(range(count))] == []


def test_the_template_says_nothing_yet() -> None:
    assert [entry.msgctxt for entry in read(TEMPLATE) if any(texts(entry))] == []
