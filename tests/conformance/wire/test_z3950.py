"""BER as the kit writes and reads it: by hand from X.690 and from captured APDUs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire.z3950 import (
    Diagnostic,
    Element,
    Kind,
    UnreadableError,
    bits,
    bits_of,
    boolean,
    context,
    diagnostics,
    identifier,
    length_octets,
    length_of_apdu,
    number,
    oid_octets,
    read,
    write,
    write_indefinite,
)

FAILED = bytes.fromhex(
    "b722 970100 980100 990100 960100 9a0103 bf81020f 06072a8648ce130401 020172 1a0137".replace(" ", "")
)
"""A search that yaz-ztest refused: 114, with "7" beside it."""


@pytest.mark.parametrize(
    ("element", "octets"),
    [
        (number(23, 23), "970117"),
        (number(5, 67108864), "850404000000"),
        (number(30, -1), "9e01ff"),
        (number(13, 128), "8d020080"),
        (boolean(16, is_so=True), "900101"),
        (boolean(16, is_so=False), "900100"),
        (Element(31, "1"), "9f1f0131"),
        (Element(105, "Default"), "9f690744656661756c74"),
        (identifier(104, "1.2.840.10003.5.10"), "9f68072a8648ce13050a"),
        (context(48, number(211, 0)), "bf30059f81530100"),
        (bits(3, 0, 1, 2, length=3), "830205e0"),
        (Element(5, b"", Kind.UNIVERSAL), "0500"),
    ],
)
def test_elements_are_written_as_they_were_captured(element: Element, octets: str) -> None:
    assert write(element).hex() == octets
    again = read(bytes.fromhex(octets))
    assert (again.number, again.kind, again.octets) == (element.number, element.kind, element.octets)


@pytest.mark.parametrize(
    ("length", "octets"), [(0, "00"), (127, "7f"), (128, "8180"), (256, "820100"), (65536, "83010000")]
)
def test_lengths_take_the_fewest_octets(length: int, octets: str) -> None:
    assert length_octets(length).hex() == octets


def test_names_are_filled_into_texts() -> None:
    assert write(Element(45, "{word}"), lambda text: text.format(word="cat")).hex() == "9f2d03636174"


def test_a_refusal_is_read_with_its_diagnostic() -> None:
    answer = read(FAILED)
    assert answer.number == 23
    assert answer.number_at(26) == 3
    assert diagnostics(answer) == (Diagnostic(114, "7"),)


def test_bits_are_counted_from_the_first() -> None:
    assert bits_of(bits(4, 0, 1, 7, 14, length=16)) == {0, 1, 7, 14}
    assert bits_of(None) == frozenset()


def test_an_indefinite_length_is_read_as_the_definite_one() -> None:
    answer = read(FAILED)
    assert read(write_indefinite(answer)) == answer
    assert write_indefinite(answer) != FAILED


def test_an_apdu_ends_where_it_says_wherever_the_stream_is_cut() -> None:
    for data in (FAILED, write_indefinite(read(FAILED))):
        assert all(length_of_apdu(data[:end], False) == 0 for end in range(len(data)))
        assert length_of_apdu(data + b"more", False) == len(data)


@pytest.mark.parametrize(
    "octets",
    ["b705970117", "970117ff", "9f1f80", "b780" * 70 + "00", "b7ff", "b703970217"],
    ids=["cut", "more behind", "primitive without length", "too deep", "length of lengths", "inner longer"],
)
def test_what_is_no_ber_is_said_to_be_none(octets: str) -> None:
    with pytest.raises(UnreadableError):
        read(bytes.fromhex(octets))


@given(st.binary(max_size=200))
def test_noise_is_read_or_is_unreadable(noise: bytes) -> None:
    try:
        read(noise)
    except UnreadableError:
        return
    assert length_of_apdu(noise, True) == len(noise)


@given(st.integers(min_value=-(2**70), max_value=2**70))
def test_a_number_is_read_as_it_was_written(value: int) -> None:
    assert read(write(number(1, value))).integer == value


def test_an_object_identifier_has_its_arcs_in_base_128() -> None:
    assert oid_octets("1.2.840.10003.3.1").hex() == "2a8648ce130301"
