"""MARC-8, both ways."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymarc.marc8_mapping import CODESETS

from protocols.marc import marc8
from protocols.marc.errors import NotMarc

ANSEL = "".join(chr(point) for byte, (point, _) in CODESETS[0x45].items() if byte >= 0xA1)


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("plain", b"plain"),
        ("é", b"\xe2e"),
        ("Łódź", b"\xa1\xe2od\xe2z"),
        ("ǖ", b"\xe8\xe5u"),
        ("œuvre", b"\xb6uvre"),
    ],
)
def test_text_both_ways(text: str, octets: bytes) -> None:
    assert marc8.encode(text) == octets
    assert marc8.decode(octets) == text


@pytest.mark.parametrize(
    ("text", "octets"),
    [("中", b"&#x4E2D;"), ("x́中", b"\xe2x&#x4E2D;"), ("a⃗", b"a&#x20D7;"), ("", b"")],
)
def test_what_ansel_does_not_have_is_a_numeric_reference(text: str, octets: bytes) -> None:
    assert marc8.encode(text) == octets


def test_an_escape_sequence_cut_short_is_an_error() -> None:
    with pytest.raises(NotMarc):
        marc8.decode(b"\xe2\x1b")


@given(st.lists(st.sampled_from([b"\x1b", b"$", b"(", b"1", b"E", b"s", b"\xe2", b"\x88", b"a"]), max_size=9))
def test_any_bytes_are_text_or_an_error(pieces: list[bytes]) -> None:
    with suppress(NotMarc):
        assert isinstance(marc8.decode(b"".join(pieces)), str)


@given(st.text("abcEO ñéüßøœŁĳþÞđ" + ANSEL, max_size=20))
def test_what_ansel_has_is_read_back(text: str) -> None:
    text = unicodedata.normalize("NFC", text.lstrip("".join(filter(unicodedata.combining, ANSEL))))
    if all(ord(character) < 0x80 or character in ANSEL for character in unicodedata.normalize("NFD", text)):
        assert unicodedata.normalize("NFC", marc8.decode(marc8.encode(text))) == text
