"""Files of records are cut at their terminators: damage costs the damaged record only."""

import io

from hypothesis import given
from hypothesis import strategies as st

from servers.load.frames import LARGEST_FRAME, Frame, frames

WRITTEN = b"00061nam a2200049 a 4500001000300000245000800003\x1eu1\x1e10\x1faTie\x1e\x1d"


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
    assert (whole.whole, cut.whole) == (True, False)


def test_a_stream_without_terminators_does_not_fill_the_memory() -> None:
    pieces = list(frames(io.BytesIO(b"x" * (3 * LARGEST_FRAME))))
    assert len(pieces) > 1
    assert not any(piece.whole for piece in pieces)
    assert max(len(piece.data) for piece in pieces) < 2 * LARGEST_FRAME
