"""Character sets: names are found however they are written, and reading never fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.z3950.charset import LATIN_1, MARC_8, UNNEGOTIATED, UTF_8, Charset, named, unnegotiated


@pytest.mark.parametrize(
    ("charset", "text", "octets"),
    [
        (UTF_8, "é中", b"\xc3\xa9\xe4\xb8\xad"),
        (UNNEGOTIATED, "é", b"\xc3\xa9"),
        (LATIN_1, "é", b"\xe9"),
        (MARC_8, "é", b"\xe2e"),
    ],
)
def test_text_both_ways(charset: Charset, text: str, octets: bytes) -> None:
    assert charset.encode(text) == octets
    assert charset.decode(octets) == text


@pytest.mark.parametrize(
    ("charset", "octets", "text"),
    [
        (UNNEGOTIATED, b"\xe9", "é"),
        (UTF_8, b"\xe9", "é"),
        (unnegotiated("cp1250"), b"\xf8", "ř"),
        (LATIN_1, b"\xc3\xa9", "Ã©"),
        (MARC_8, b"\x1b", "\x1b"),
    ],
)
def test_what_is_not_in_the_set_is_read_all_the_same(charset: Charset, octets: bytes, text: str) -> None:
    assert charset.decode(octets) == text


@given(st.binary(max_size=40))
def test_reading_never_fails(octets: bytes) -> None:
    for charset in (UNNEGOTIATED, UTF_8, LATIN_1, MARC_8):
        assert isinstance(charset.decode(octets), str)


@pytest.mark.parametrize(
    ("name", "charset"),
    [
        ("UTF-8", UTF_8),
        ("utf8", UTF_8),
        ("ISO-8859-1", LATIN_1),
        ("latin1", LATIN_1),
        ("MARC-8", MARC_8),
        ("KOI8-R", None),
        ("", None),
    ],
)
def test_names(name: str, charset: Charset | None) -> None:
    assert named(name) is charset
