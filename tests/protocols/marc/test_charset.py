"""Charsets: every record becomes UTF-8, whatever its leader claims."""

import pytest

from protocols.marc.charset import DAMAGED, Charset, to_utf8
from protocols.marc.errors import NotMarc
from protocols.marc.iso2709 import Marc

MARC8, UNICODE = b"00000nam  2200000 a 4500", b"00000nam a2200000 a 4500"


def converted(leader: bytes, data: bytes, charset: Charset = Charset.AUTO) -> tuple[str, str]:
    record, warning = to_utf8(Marc(leader, ((b"245", b"10\x1fa" + data),)), charset)
    return record.first(b"245")[4:].decode(), warning


@pytest.mark.parametrize(
    ("leader", "data", "text"),
    [
        (MARC8, b"Etudes", "Etudes"),
        (MARC8, b"\xe2Etudes", "Études"),  # MARC-8: the acute stands before its letter
        (MARC8, b"\x1b(2lzexd\x1b(B", "לתורה"),  # basic Hebrew, switched to and back
        (MARC8, "Люди".encode(), "Люди"),  # UTF-8 under a MARC-8 leader
        (UNICODE, "Люди".encode(), "Люди"),
        (UNICODE, b"Etudes", "Etudes"),
        (b"00000nam R2200000 a 4500", "Люди".encode(), "Люди"),  # a damaged leader claims nothing
    ],
)
def test_the_bytes_decide(leader: bytes, data: bytes, text: str) -> None:
    assert converted(leader, data) == (text, "")


def test_each_subfield_begins_with_the_default_sets() -> None:
    assert converted(MARC8, b"\x1b(2lzexd\x1fbTorah") == ("לתורה\x1fbTorah", "")


def test_what_is_not_utf8_in_a_utf8_record_is_replaced_and_told() -> None:
    assert converted(UNICODE, b"caf\xe9") == ("caf\ufffd", DAMAGED)


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        (Charset.LATIN_1, b"caf\xe9", "café"),
        (Charset.MARC_8, b"caf\xe2e", "café"),
        (Charset.UTF_8, "café".encode(), "café"),
    ],
)
def test_the_operator_may_say_what_it_is(charset: Charset, data: bytes, text: str) -> None:
    assert converted(UNICODE, data, charset) == (text, "")


def test_an_escape_sequence_cut_short_makes_the_record_unusable() -> None:
    with pytest.raises(NotMarc, match="escape sequence"):
        converted(MARC8, b"\xe2e\x1b")
