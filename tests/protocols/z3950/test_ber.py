"""Elements and contents, by the tables of X.690."""

from typing import Any

import pytest

from protocols.z3950 import ber
from protocols.z3950.ber import Limits, Source
from protocols.z3950.charset import UNNEGOTIATED
from protocols.z3950.errors import Defect, LocalError, RemoteError
from protocols.z3950.oids import Oid
from tests.matrix import proves


def source(octets: str, limits: Limits | None = None) -> Source:
    return Source(bytes.fromhex(octets), UNNEGOTIATED.decode, limits or Limits())


@proves("Z39.50: definite and indefinite lengths, segments, high tags")
@pytest.mark.parametrize(
    ("octets", "element"),
    [
        ("02 01 05", (0x02, 2, 3, 3)),
        ("02 81 01 05", (0x02, 3, 4, 4)),
        ("02 84 00 00 00 01 05", (0x02, 6, 7, 7)),
        ("bf 23 00", (0xBF23, 3, 3, 3)),
        ("9f 81 53 01 00", (0x9F8153, 4, 5, 5)),
        ("9f 1f 01 31", (0x9F1F, 3, 4, 4)),
        ("b6 80 02 01 05 00 00", (0xB6, 2, 5, 7)),
        ("b6 80 00 00", (0xB6, 2, 2, 4)),
        ("b6 80 a0 80 a1 80 00 00 00 00 00 00", (0xB6, 2, 10, 12)),
        ("b6 80 a0 02 00 00 04 02 00 00 00 00", (0xB6, 2, 10, 12)),
    ],
)
def test_an_element_is_found(octets: str, element: tuple[int, int, int, int]) -> None:
    given = source(octets)
    assert given.element(0, len(given.data)) == element


@pytest.mark.parametrize(
    ("octets", "defect"),
    [
        ("", Defect.OVERRUN),
        ("02", Defect.OVERRUN),
        ("02 02 05", Defect.OVERRUN),
        ("9f", Defect.OVERRUN),
        ("02 82 01", Defect.OVERRUN),
        ("b6 80 02 01 05 00", Defect.OVERRUN),
        ("b6 80 02 05 05 00 00", Defect.OVERRUN),
        ("00 00", Defect.BAD_IDENTIFIER),
        ("9f 1e 00", Defect.BAD_IDENTIFIER),
        ("9f 80 01 00", Defect.BAD_IDENTIFIER),
        ("9f 81 81 81 81 81 01 00", Defect.BAD_IDENTIFIER),
        ("02 80 00 00", Defect.BAD_LENGTH),
        ("02 ff 00", Defect.BAD_LENGTH),
        ("02 89 00 00 00 00 00 00 00 00 01 05", Defect.BAD_LENGTH),
        ("b6 80 00 01 00 00 00", Defect.BAD_LENGTH),
        ("02 88 ff ff ff ff ff ff ff ff 05", Defect.OVERRUN),
    ],
)
def test_what_is_no_element_is_an_error(octets: str, defect: Defect) -> None:
    given = source(octets)
    with pytest.raises(RemoteError) as caught:
        given.element(0, len(given.data))
    assert caught.value.defect is defect


def test_an_element_ends_within_what_holds_it() -> None:
    given = source("30 03 02 02 05 06")
    with pytest.raises(RemoteError, match="longer than what holds it"):
        given.element(2, 5)


def test_nothing_may_follow_the_only_element() -> None:
    given = source("02 01 05 00")
    with pytest.raises(RemoteError, match="more after the end"):
        given.only_element(0, 4)


def test_elements_are_counted() -> None:
    given = source("02 01 05", Limits(elements=2))
    given.element(0, 3)
    given.element(0, 3)
    with pytest.raises(RemoteError, match="too many elements"):
        given.element(0, 3)


@pytest.mark.parametrize("depth", [1, 100, 5000])
def test_depth_is_limited_and_costs_no_stack(depth: int) -> None:
    """Every level opened once, whoever asks for its end again."""
    data = b"\xa0\x80" * depth + b"\0\0" * depth
    given = Source(data, UNNEGOTIATED.decode, Limits(depth=5000))
    at, stop = 0, len(data)
    for _ in range(depth):
        _, at, stop, _ = given.element(at, stop)
    assert at == stop
    with pytest.raises(RemoteError, match="nested too deeply"):
        Source(b"\xa0\x80" + data, UNNEGOTIATED.decode, Limits(depth=depth)).element(0, len(data) + 2)


@proves("Z39.50: definite and indefinite lengths, segments, high tags")
@pytest.mark.parametrize(
    ("octets", "whole"),
    [
        ("", b""),
        ("04 01 61 04 02 62 63", b"abc"),
        ("04 01 61 24 80 24 03 04 01 62 04 01 63 00 00 04 01 64", b"abcd"),
        ("24 00 04 00", b""),
    ],
)
def test_a_string_in_parts_is_one_string(octets: str, whole: bytes) -> None:
    given = source(octets)
    assert given.octets(0, len(given.data)) == whole


@pytest.mark.parametrize("octets", ["1b 01 61", "24 80 04 01 61", "24 03 02 01 05"])
def test_parts_of_a_string_are_octet_strings(octets: str) -> None:
    given = source(octets)
    with pytest.raises(RemoteError):
        given.octets(0, len(given.data))


def test_parts_within_parts_are_limited() -> None:
    data = b"\x04\x01a"
    for _ in range(50):
        data = ber.element(b"\x24", data)
    assert Source(data, UNNEGOTIATED.decode, Limits(depth=50)).octets(0, len(data)) == b"a"
    with pytest.raises(RemoteError, match="nested too deeply"):
        Source(data, UNNEGOTIATED.decode, Limits(depth=49)).octets(0, len(data))


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        (0, "00"), (1, "01"), (127, "7f"), (128, "00 80"), (255, "00 ff"), (256, "01 00"),
        (-1, "ff"), (-128, "80"), (-129, "ff 7f"), (2**63 - 1, "7f ff ff ff ff ff ff ff"),
        (-(2**63), "80 00 00 00 00 00 00 00"),
    ],
)  # fmt: skip
def test_integers_both_ways(value: int, octets: str) -> None:
    given = source(octets)
    assert ber.read_integer(given, 0, len(given.data)) == value
    assert ber.write_integer(value) == given.data


@pytest.mark.parametrize(
    ("oid", "octets"),
    [
        ("1.2.840.10003.5.10", "2a 86 48 ce 13 05 0a"),
        ("1.0.10646.1.0.8", "28 d3 16 01 00 08"),
        ("2.999.3", "88 37 03"),
        ("0.39", "27"),
        ("2.47", "7f"),
        ("1.2.840.10003.5.1000.81.3", "2a 86 48 ce 13 05 87 68 51 03"),
    ],
)
def test_object_identifiers_both_ways(oid: str, octets: str) -> None:
    given = source(octets)
    assert ber.read_oid(given, 0, len(given.data)) == oid
    assert ber.write_oid(Oid(oid)) == given.data


@pytest.mark.parametrize("oid", ["", "1", "1.a", "3.1", "1.40", "1.2.-3", "0x1.2"])
def test_what_is_no_object_identifier_is_our_mistake(oid: str) -> None:
    with pytest.raises(LocalError):
        ber.write_oid(Oid(oid))


@pytest.mark.parametrize(
    ("bits", "octets"),
    [({0, 1, 2}, "00 e0"), ({0, 1, 2, 4, 7, 8, 10, 14}, "00 e9 a2"), (set(), "00 00"), ({21}, "00 00 00 04")],
)
def test_bits_both_ways(bits: set[int], octets: str) -> None:
    given = source(octets)
    assert set(ber.read_bits(given, 0, len(given.data))) == bits
    assert ber.write_bits(bits) == given.data


@pytest.mark.parametrize(("octets", "bits"), [("05 e0", {0, 1, 2}), ("05 ff", {0, 1, 2}), ("00", set())])
def test_unused_bits_do_not_count(octets: str, bits: set[int]) -> None:
    given = source(octets)
    assert set(ber.read_bits(given, 0, len(given.data))) == bits


def test_bits_beyond_64_are_left_out() -> None:
    given = source("00" + "ff" * 100)
    assert ber.read_bits(given, 0, len(given.data)) == list(range(64))


@pytest.mark.parametrize(
    ("read", "octets"),
    [
        (ber.read_integer, ""),
        (ber.read_integer, "01" * 9),
        (ber.read_boolean, ""),
        (ber.read_boolean, "00 00"),
        (ber.read_null, "00"),
        (ber.read_bits, ""),
        (ber.read_bits, "08 00"),
        (ber.read_bits, "01"),
        (ber.read_oid, ""),
        (ber.read_oid, "2a 86"),
        (ber.read_oid, "2a 80 01"),
        (ber.read_oid, "01" * 65),
    ],
)
def test_contents_that_a_type_does_not_have_are_an_error(read: Any, octets: str) -> None:
    given = source(octets)
    with pytest.raises(RemoteError) as caught:
        read(given, 0, len(given.data))
    assert caught.value.defect is Defect.BAD_VALUE


@pytest.mark.parametrize("octet", ["01", "ff", "80"])
def test_anything_but_zero_is_true(octet: str) -> None:
    assert ber.read_boolean(source(octet), 0, 1) is True


@pytest.mark.parametrize(
    ("length", "octets"),
    [
        *[(0, "00"), (127, "7f"), (128, "81 80"), (255, "81 ff")],
        *[(256, "82 01 00"), (65535, "82 ff ff"), (65536, "83 01 00 00")],
    ],
)
def test_lengths_are_written_in_the_fewest_octets(length: int, octets: str) -> None:
    assert ber.length_octets(length) == bytes.fromhex(octets)


@pytest.mark.parametrize(
    ("number", "constructed", "identifier"),
    [(2, False, 0x82), (20, True, 0xB4), (30, False, 0x9E), (31, False, 0x9F1F), (35, True, 0xBF23),
     (127, False, 0x9F7F), (128, False, 0x9F8100), (211, False, 0x9F8153), (300, False, 0x9F822C)],
)  # fmt: skip
def test_identifiers_of_tags(number: int, constructed: bool, identifier: int) -> None:
    assert ber.context(number, constructed=constructed) == identifier
    assert ber.is_context(identifier)
    assert ber.context(number, constructed=not constructed) == ber.other_form(identifier)


@pytest.mark.parametrize("identifier", [0x02, 0x30, 0x5F1F, 0xE1, 0xDF1F])
def test_other_classes_are_not_context_specific(identifier: int) -> None:
    assert not ber.is_context(identifier)
