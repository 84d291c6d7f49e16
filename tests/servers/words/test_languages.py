"""A language is found by whatever names it, and has all that it takes to be spoken."""

from __future__ import annotations

import pytest

from servers.words.languages import DECIMAL_SIGN, LONGER_CODES, Language, language


def test_every_language_has_its_longer_codes_and_its_decimal_sign() -> None:
    assert set(LONGER_CODES) == set(DECIMAL_SIGN) == set(Language)
    assert set(DECIMAL_SIGN.values()) == {".", ","}


def test_no_code_names_two_languages() -> None:
    codes = [code for codes in LONGER_CODES.values() for code in codes]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("one", Language)
def test_every_code_of_iso_639_names_its_language(one: Language) -> None:
    assert {language(code) for code in (one.value, *LONGER_CODES[one])} == {one}


@pytest.mark.parametrize(
    ("tag", "named"),
    [
        ("de-AT", Language.DE),
        ("DE-at", Language.DE),
        ("de_CH", Language.DE),
        ("nl_BE.UTF-8", Language.NL),
        ("fr-Latn-CA", Language.FR),
        ("ja-JP-u-ca-japanese", Language.JA),
        (" eng ", Language.EN),
        ("GER", Language.DE),
    ],
)
def test_only_the_language_of_a_tag_counts(tag: str, named: Language) -> None:
    """RFC 5646, 2.1.1: the case carries no meaning; 2.2.1: the language comes first."""
    assert language(tag) is named


@pytest.mark.parametrize("tag", ["", "-", "-de", "sv", "x-de", "german", "001", "d", "en glish"])
def test_what_names_none_of_them_is_none(tag: str) -> None:
    assert language(tag) is None
