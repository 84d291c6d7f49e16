"""ISO 2709: records are cut, read and written; damage costs the damaged record only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.marc.errors import NotMarc
from protocols.marc.iso2709 import Marc, pack, subfields, unpack
from tests.servers.load.given import LEADER, bib, marc

WRITTEN = b"00061nam a2200049 a 4500001000300000245000800003\x1eu1\x1e10\x1faTie\x1e\x1d"


def test_a_record_is_written_as_the_standard_has_it() -> None:
    """Leader/00-04 is the length, 12-16 the base address of the data, an entry tag, length and start."""
    record = marc(("001", "u1"), ("245", "10$aTie"))
    written = pack(record)
    assert written == WRITTEN
    assert int(written[:5]) == len(written)


@pytest.mark.parametrize("data", [WRITTEN, WRITTEN[:-1]])
def test_what_was_written_is_read_back_with_its_terminator_or_without(data: bytes) -> None:
    record = unpack(data)
    assert record.fields == ((b"001", b"u1"), (b"245", b"10\x1faTie"))
    assert subfields(record.first(b"245")) == [(b"a", b"Tie")]


tags = st.from_regex(rb"[0-9A-Z]{3}", fullmatch=True)
datas = st.binary(max_size=40).map(lambda data: data.translate(None, b"\x1d\x1e"))


@given(st.lists(st.tuples(tags, datas), min_size=1, max_size=20))
def test_any_fields_are_read_back(fields: list[tuple[bytes, bytes]]) -> None:
    record = unpack(pack(Marc(LEADER, tuple(fields)))[:-1])
    assert record.fields == tuple(fields)


@given(st.binary(max_size=200))
def test_noise_is_a_record_or_no_marc(noise: bytes) -> None:
    """No other exception comes out, whatever is read."""
    try:
        record = unpack(noise)
    except NotMarc:
        return
    assert record.fields


@pytest.mark.parametrize("lie", [b"99999", b"00000", b"     ", b"\xff\xff\xff\xff\xff"])
def test_lengths_in_the_leader_are_not_believed(lie: bytes) -> None:
    """The directory ends at the first field terminator, whatever 00-04 and 12-16 say."""
    damaged = lie + WRITTEN[5:12] + lie + WRITTEN[17:-1]
    assert unpack(damaged).first(b"245") == b"10\x1faTie"


def test_what_is_no_ascii_in_the_leader_becomes_blank() -> None:
    damaged = WRITTEN[:6] + b"\x92" + WRITTEN[7:-1]
    assert unpack(damaged).leader[6:7] == b" "


def test_a_directory_that_counts_characters_is_mended() -> None:
    """Both fields end where their terminators are; there is no other way to read it."""
    record = Marc(LEADER, ((b"245", "10\x1faÉtudes".encode()), (b"001", b"u1")))
    written = pack(record).replace(b"245001200000", b"245001100000").replace(b"001000300012", b"001000300011")
    assert unpack(written[:-1]).fields == record.fields


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no directory"),
        (b"not MARC at all", "no directory"),
        (b"\x1e" * 40, "no directory"),
        (WRITTEN[:24] + b"0" + WRITTEN[24:-1], "entries of 12 bytes"),
        (WRITTEN[:-1].replace(b"0003", b"00x3", 1), "not a tag and two numbers"),
        (WRITTEN[:-1].replace(b"0003", b"0002", 1) + b"more\x1e", "does not fit the fields"),
    ],
)
def test_a_record_that_cannot_be_understood_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(NotMarc, match=reason):
        unpack(data)


def test_a_field_too_long_for_its_length_is_refused() -> None:
    with pytest.raises(NotMarc, match="a field is longer"):
        pack(Marc(LEADER, ((b"500", b"x" * 9_999),)))


def test_a_record_too_long_for_its_length_is_refused() -> None:
    with pytest.raises(NotMarc, match="the record is longer"):
        pack(Marc(LEADER, ((b"500", b"x" * 9_000),) * 12))


def test_the_longest_record_is_written() -> None:
    """99,999 bytes are what five digits can say: 24 of leader, 12 for each field, two ends."""
    rest = 99_999 - 24 - 11 * 12 - 2 - 11 - 10 * 9_000
    assert len(pack(Marc(LEADER, (*[(b"500", b"x" * 9_000)] * 10, (b"500", b"x" * rest))))) == 99_999


def test_a_small_record_of_the_helpers_is_one() -> None:
    assert unpack(bib("u7")[:-1]).first(b"001") == b"u7"
