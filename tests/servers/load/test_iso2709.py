"""ISO 2709: records are cut, read and written; damage costs the damaged record only."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.load.iso2709 import LARGEST_FRAME, Frame, Marc, frames, pack, subfields, unpack
from servers.load.verdict import Unusable
from tests.servers.load.given import LEADER, bib, marc

WRITTEN = b"00061nam a2200049 a 4500001000300000245000800003\x1eu1\x1e10\x1faTie\x1e\x1d"


def test_a_record_is_written_as_the_standard_has_it() -> None:
    """Leader/00-04 is the length, 12-16 the base address of the data, an entry tag, length and start."""
    record = marc(("001", "u1"), ("245", "10$aTie"))
    written = pack(record)
    assert written == WRITTEN
    assert int(written[:5]) == len(written)


def test_what_was_written_is_read_back() -> None:
    record = unpack(Frame(0, WRITTEN[:-1]))
    assert record.fields == ((b"001", b"u1"), (b"245", b"10\x1faTie"))
    assert subfields(record.first(b"245")) == [(b"a", b"Tie")]


tags = st.from_regex(rb"[0-9A-Z]{3}", fullmatch=True)
datas = st.binary(max_size=40).map(lambda data: data.translate(None, b"\x1d\x1e"))


@given(st.lists(st.tuples(tags, datas), min_size=1, max_size=20))
def test_any_fields_are_read_back(fields: list[tuple[bytes, bytes]]) -> None:
    record = unpack(Frame(0, pack(Marc(LEADER, tuple(fields)))[:-1]))
    assert record.fields == tuple(fields)


@given(st.binary(max_size=200))
def test_noise_is_a_record_or_unusable(noise: bytes) -> None:
    """No other exception comes out, whatever is read."""
    try:
        record = unpack(Frame(0, noise))
    except Unusable:
        return
    assert record.fields


@given(st.binary(max_size=300), st.integers(1, 50))
def test_a_stream_is_cut_the_same_however_it_arrives(data: bytes, size: int) -> None:
    class Dripping(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            return super().read(size)

    assert list(frames(Dripping(data))) == list(frames(io.BytesIO(data)))


def test_line_ends_between_records_are_not_part_of_them() -> None:
    found = list(frames(io.BytesIO(b"\n" + WRITTEN + b"\r\n" + WRITTEN + b"\n\0")))
    assert found == [Frame(1, WRITTEN[:-1]), Frame(len(WRITTEN) + 3, WRITTEN[:-1])]


def test_a_file_that_ends_inside_a_record_says_so() -> None:
    whole, cut = frames(io.BytesIO(WRITTEN + WRITTEN[:30]))
    assert unpack(whole).first(b"001") == b"u1"
    with pytest.raises(Unusable, match="no record terminator"):
        unpack(cut)


def test_a_stream_without_terminators_does_not_fill_the_memory() -> None:
    pieces = list(frames(io.BytesIO(b"x" * (3 * LARGEST_FRAME))))
    assert len(pieces) > 1
    assert not any(piece.whole for piece in pieces)
    assert max(len(piece.data) for piece in pieces) < 2 * LARGEST_FRAME


@pytest.mark.parametrize("lie", [b"99999", b"00000", b"     ", b"\xff\xff\xff\xff\xff"])
def test_lengths_in_the_leader_are_not_believed(lie: bytes) -> None:
    """The directory ends at the first field terminator, whatever 00-04 and 12-16 say."""
    damaged = lie + WRITTEN[5:12] + lie + WRITTEN[17:-1]
    assert unpack(Frame(0, damaged)).first(b"245") == b"10\x1faTie"


def test_what_is_no_ascii_in_the_leader_becomes_blank() -> None:
    damaged = WRITTEN[:6] + b"\x92" + WRITTEN[7:-1]
    assert unpack(Frame(0, damaged)).leader[6:7] == b" "


def test_a_directory_that_counts_characters_is_mended() -> None:
    """Both fields end where their terminators are; there is no other way to read it."""
    record = Marc(LEADER, ((b"245", "10\x1faÉtudes".encode()), (b"001", b"u1")))
    written = pack(record).replace(b"245001200000", b"245001100000").replace(b"001000300012", b"001000300011")
    assert unpack(Frame(0, written[:-1])).fields == record.fields


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
    with pytest.raises(Unusable, match=reason):
        unpack(Frame(0, data))


def test_a_field_too_long_for_its_length_is_refused() -> None:
    with pytest.raises(Unusable, match="a field is longer"):
        pack(Marc(LEADER, ((b"500", b"x" * 9_999),)))


def test_a_record_too_long_for_its_length_is_refused() -> None:
    with pytest.raises(Unusable, match="the record is longer"):
        pack(Marc(LEADER, ((b"500", b"x" * 9_000),) * 12))


def test_the_longest_record_is_written() -> None:
    """99,999 bytes are what five digits can say: 24 of leader, 12 for each field, two ends."""
    rest = 99_999 - 24 - 11 * 12 - 2 - 11 - 10 * 9_000
    assert len(pack(Marc(LEADER, (*[(b"500", b"x" * 9_000)] * 10, (b"500", b"x" * rest))))) == 99_999


def test_a_small_record_of_the_helpers_is_one() -> None:
    assert unpack(Frame(0, bib("u7")[:-1])).first(b"001") == b"u7"
