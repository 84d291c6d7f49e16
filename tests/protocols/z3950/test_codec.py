"""APDUs and their bytes, by tables, both ways; what is stepped over, and what is wrong and where."""

import re

import msgspec
import pytest

from protocols.z3950 import ber, codec
from protocols.z3950.apdus import KINDS, Apdu, Close, InitializeRequest, SearchRequest
from protocols.z3950.ber import Limits
from protocols.z3950.charset import LATIN_1, MARC_8, UTF_8
from protocols.z3950.codec import REMEMBERED, SHORT, Readings
from protocols.z3950.errors import RemoteError
from protocols.z3950.oids import BIB_1
from protocols.z3950.rpn import RpnQuery, attribute
from protocols.z3950.structures import AttributesPlusTerm, V3Addinfo, bib_1_diagnostic
from tests.matrix import proves
from tests.protocols.z3950.golden import GOLDEN, INIT, WRITTEN

TABLE = GOLDEN | WRITTEN


@proves("Z39.50: golden APDUs, byte for byte, both ways")
@pytest.mark.parametrize("name", TABLE)
def test_bytes_of_apdus_both_ways(name: str) -> None:
    apdu, octets = TABLE[name]
    data = bytes.fromhex(octets)
    assert codec.decode(data) == apdu
    assert codec.encode(apdu) == data


def test_every_apdu_has_the_tag_of_the_standard() -> None:
    """Tags 20 to 36 and 43 to 50; 37 to 42 are reserved (4.1)."""
    tags = [*range(20, 37), *range(43, 51)]
    identifiers = [ber.context(tag, constructed=True) for tag in tags]
    assert len(KINDS) == len(tags)
    assert [ber.measure(codec.encode(GOLDEN[name][0]), 0)[0] for name in ("init", "search", "close")] == [
        identifiers[tags.index(tag)] for tag in (20, 22, 48)
    ]


def with_more(octets: str, more: str) -> bytes:
    """An APDU with elements behind its own."""
    data = bytes.fromhex(octets)
    _, start, end = ber.measure(data, 0)
    return ber.element(data[: start - 1], data[start:end] + bytes.fromhex(more))


@proves("Z39.50: what later editions add is stepped over, what is wrong has its place")
@pytest.mark.parametrize("more", ["9f 82 2f 01 05", "bf 82 2f 80 30 80 00 00 00 00"])
def test_elements_of_later_editions_are_stepped_over(more: str) -> None:
    apdu, octets = GOLDEN["init"]
    assert codec.decode(with_more(octets, more)) == apdu


def test_bits_of_later_editions_are_left_out() -> None:
    data = codec.encode(INIT).replace(bytes.fromhex("84 03 00 e9 a2"), bytes.fromhex("84 03 00 e9 e2"))
    assert codec.decode(data) == INIT


def test_numbers_without_a_name_stay_numbers() -> None:
    close = codec.decode(bytes.fromhex("bf 30 05 9f 81 53 01 63"))
    assert isinstance(close, Close)
    assert close.close_reason == 99


@proves("Z39.50: what later editions add is stepped over, what is wrong has its place")
@pytest.mark.parametrize(
    ("octets", "says"),
    [
        ("bf 30 00", "close_reason: required element missing"),
        ("bf 30 06 9f 81 53 02 00", "element longer than what holds it"),
        ("bf 30 05 9f 81 53 01 00 00", "more after the end"),
        ("bf 30 04 9f 81 53 00", "close_reason: contents that its type does not have"),
        ("bf 30 05 bf 81 53 01 00", "contents that its type does not have"),
        ("bf 30 0a 9f 81 53 01 00 9f 81 53 01 00", "close_reason: element out of order, or given twice"),
        ("bf 30 09 9f 81 53 01 00 82 02 30 31", "reference_id: element out of order, or given twice"),
        ("bf 30 08 9f 81 53 01 00 02 01 05", "alternative unknown"),
        ("bf 33 00", "not an APDU"),
        ("30 00", "not an APDU"),
        ("ba 0e 9f 20 01 00 30 08 9f 1f 01 31 9f 1e 01 31", "result_set_list.1: identifier octets"),
        ("ba 0c 9f 20 01 00 30 06 9f 1f 01 31 04 00", "result_set_list.1: alternative unknown"),
        ("b9 0e 98 01 00 99 01 00 9b 01 05 bf 81 02 01 06", "records: element longer"),
    ],
)
def test_what_is_wrong_has_its_place(octets: str, says: str) -> None:
    with pytest.raises(RemoteError, match=re.escape(says)):
        codec.decode(bytes.fromhex(octets))


def test_an_error_says_where_however_deep() -> None:
    octets = GOLDEN["search"][1].replace("9f 78 01 01", "9f 78 00")
    data = bytes.fromhex(octets)
    for inside, outside in (("30 08", "30 07"), ("bf 2c 0a", "bf 2c 09"), ("bf 66 18", "bf 66 17")):
        data = data.replace(bytes.fromhex(inside), bytes.fromhex(outside))
    for inside, outside in (("a0 1b", "a0 1a"), ("a1 26", "a1 25"), ("b5 28", "b5 27"), ("b6 45", "b6 44")):
        data = data.replace(bytes.fromhex(inside), bytes.fromhex(outside))
    with pytest.raises(RemoteError) as caught:
        codec.decode(data)
    assert caught.value.place == "query.rpn.attributes.0.attribute_type"


def test_elements_are_limited() -> None:
    data = codec.encode(GOLDEN["search"][0])
    assert codec.decode(data, limits=Limits(elements=25)) == GOLDEN["search"][0]
    with pytest.raises(RemoteError, match="too many elements"):
        codec.decode(data, limits=Limits(elements=10))


def test_text_is_of_the_character_set() -> None:
    close = Close(close_reason=0, diagnostic_information="é中")
    assert codec.decode(codec.encode(close)) == close
    in_latin_1 = codec.encode(close, LATIN_1)
    assert b"\x83\x02\xe9?" in in_latin_1
    assert codec.decode(in_latin_1) == Close(close_reason=0, diagnostic_information="é?")


def test_addinfo_is_a_visible_string_wherever_it_can_be() -> None:
    assert type(bib_1_diagnostic(114, "7").addinfo) is not V3Addinfo
    assert bib_1_diagnostic(114, "é").addinfo == V3Addinfo("é")
    assert bib_1_diagnostic(114, "é").text == "é"


def test_a_password_is_not_printed() -> None:
    for name in ("init with idPass", "init with open authentication"):
        apdu = codec.decode(bytes.fromhex(WRITTEN[name][1]))
        assert isinstance(apdu, InitializeRequest)
        assert "Secret(***)" in repr(apdu)
        assert "a/b" not in repr(apdu)


@pytest.mark.parametrize("name", ["search", "init with idPass"])
def test_the_reference_id_alone_can_be_read(name: str) -> None:
    apdu, octets = TABLE[name]
    assert isinstance(apdu, InitializeRequest | SearchRequest)
    assert codec.reference_id(bytes.fromhex(octets)) == apdu.reference_id


def test_a_string_may_come_in_parts() -> None:
    data = bytes.fromhex("bf 30 0d 9f 81 53 01 00 a3 06 04 01 61 04 01 62")
    apdu: Apdu = codec.decode(data)
    assert apdu == Close(close_reason=0, diagnostic_information="ab")


# What comes again


def query(reference_id: bytes | None = None, term: bytes = b"emma") -> bytes:
    request = msgspec.structs.replace(GOLDEN["search"][0], reference_id=reference_id)
    assert isinstance(request, SearchRequest)
    asked = RpnQuery(BIB_1, (AttributesPlusTerm((attribute(1, 4),), term),))
    return codec.encode(msgspec.structs.replace(request, query=asked))


@proves("Z39.50: a request that comes again means what it meant, whoever sends it")
def test_what_comes_again_is_the_same_object_but_for_its_reference_id() -> None:
    readings = Readings()
    first, second, third = [readings.decode(query(name), UTF_8) for name in (None, b"r1", b"r2")]
    assert first is readings.decode(query(), UTF_8)
    assert isinstance(first, SearchRequest)
    assert isinstance(second, SearchRequest)
    assert isinstance(third, SearchRequest)
    assert (first.reference_id, second.reference_id, third.reference_id) == (None, b"r1", b"r2")
    assert first.query is second.query is third.query


@proves("Z39.50: a request that comes again means what it meant, whoever sends it")
def test_character_sets_do_not_share_what_they_have_read() -> None:
    readings, request = Readings(), GOLDEN["search"][0]
    assert isinstance(request, SearchRequest)
    data = codec.encode(msgspec.structs.replace(request, result_set_name="é"), LATIN_1)
    names = [getattr(readings.decode(data, each), "result_set_name", "") for each in (LATIN_1, MARC_8) * 2]
    assert names == ["é", codec.decode(data, MARC_8).result_set_name] * 2  # type: ignore[union-attr]  # a search
    assert names[0] != names[1]


def test_nothing_secret_and_nothing_long_is_remembered() -> None:
    readings = Readings()
    for data in (bytes.fromhex(GOLDEN["init"][1]), query(term=b"a" * SHORT)):
        assert readings.decode(data, UTF_8) is not readings.decode(data, UTF_8)
        assert readings.decode(data, UTF_8) == codec.decode(data, UTF_8)


def test_so_many_are_remembered_and_no_more() -> None:
    readings = Readings()
    first = readings.decode(query(), UTF_8)
    for number in range(REMEMBERED - 1):
        readings.decode(query(term=b"%d" % number), UTF_8)
    assert readings.decode(query(), UTF_8) is first
    for number in range(REMEMBERED):
        readings.decode(query(term=b"again %d" % number), UTF_8)
    assert readings.decode(query(), UTF_8) is not first


@pytest.mark.parametrize(
    "octets",
    [
        "b6 00",
        "b8 06 82 01 61 82 01 62",
        "b8 08 82 01 61 84 00 82 01 62",
        "b8 80 82 01 61 00 00",
        "b8 03 82 05 61",
        "b8 81 82 82 01 61",
        "b8 04 a2 02 04 00",
        "b8 02 82 80",
    ],
)
def test_what_is_wrong_is_as_wrong_when_it_comes_again(octets: str) -> None:
    """Two reference ids, one behind an element that nobody has declared, one in another form, too long …"""
    data, readings = bytes.fromhex(octets), Readings()
    with pytest.raises(RemoteError) as fresh:
        codec.decode(data, UTF_8)
    for _ in range(2):
        with pytest.raises(RemoteError) as caught:
            readings.decode(data, UTF_8)
        assert (caught.value.defect, caught.value.place) == (fresh.value.defect, fresh.value.place)


def test_limits_are_kept_of_what_comes_again() -> None:
    """The elements of an APDU with a reference id are one more."""
    data, more = query(), query(b"r")
    elements = next(most for most in range(100) if is_readable(data, Limits(elements=most)))
    readings = Readings(Limits(elements=elements))
    assert readings.decode(data, UTF_8) == codec.decode(data, UTF_8)
    with pytest.raises(RemoteError, match="too many elements"):
        readings.decode(more, UTF_8)


def is_readable(data: bytes, limits: Limits) -> bool:
    try:
        codec.decode(data, UTF_8, limits)
    except RemoteError:
        return False
    return True
