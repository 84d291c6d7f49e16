"""Where an APDU ends, however the stream is cut, and what is refused at once."""

import pytest

from protocols.z3950 import ber
from protocols.z3950.ber import Limits
from protocols.z3950.errors import Defect, RemoteError
from protocols.z3950.framing import Framer
from tests.matrix import proves
from tests.protocols.z3950.golden import GOLDEN

DEFINITE = bytes.fromhex(GOLDEN["search"][1])
INDEFINITE = bytes.fromhex("b9 80 98 01 01 bc 80 30 80 80 01 61 00 00 00 00 04 02 00 00 00 00")
STREAM = DEFINITE + INDEFINITE + DEFINITE


def framed(*pieces: bytes, limits: Limits | None = None) -> list[bytes]:
    framer = Framer(limits or Limits())
    found = []
    for piece in pieces:
        framer.feed(piece)
        while (apdu := framer.next()) is not None:
            found.append(apdu)
    return found


@proves("Z39.50: APDUs in pieces, and several at once, no byte looked at twice")
def test_apdus_end_where_they_end_however_the_stream_is_cut() -> None:
    whole = [DEFINITE, INDEFINITE, DEFINITE]
    assert framed(STREAM) == whole
    assert framed(*[STREAM[at : at + 1] for at in range(len(STREAM))]) == whole
    for cut in range(len(STREAM)):
        assert framed(STREAM[:cut], STREAM[cut:]) == whole


@proves("Z39.50: APDUs in pieces, and several at once, no byte looked at twice")
def test_no_element_is_measured_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack: elements without end, in small pieces. Each is measured once, or tried once in vain."""
    looked_at: list[int] = []
    measure = ber.measure

    def counted(data: bytes | bytearray, at: int) -> tuple[int, int, int]:
        looked_at.append(at)
        return measure(data, at)

    monkeypatch.setattr(ber, "measure", counted)
    pieces = [b"\xb6\x80", *[b"\x04\x01a" * 10] * 100]
    assert framed(*pieces) == []
    assert len(looked_at) <= 1 + 10 * 100 + len(pieces)


@pytest.mark.parametrize(
    "begin", [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01", b"99", b"\x00", b"\x30\x80", b"\x9f"]
)
def test_what_begins_no_apdu_is_refused_at_once(begin: bytes) -> None:
    with pytest.raises(RemoteError) as caught:
        framed(begin)
    assert caught.value.defect is Defect.NOT_AN_APDU


@pytest.mark.parametrize(
    ("stream", "defect"),
    [
        (b"\xb6\x83\x10\x00\x00", Defect.TOO_LONG),
        (b"\xb6\x80\x04\x83\x10\x00\x00", Defect.TOO_LONG),
        (b"\xb6\x80" + b"\x04\x01a" * 4000, Defect.TOO_LONG),
        (b"\xb6\x80" + b"\x04\x00" * 600, Defect.TOO_MANY_ELEMENTS),
        (b"\xb6\x80" * 101, Defect.TOO_DEEP),
        (b"\xb6\x80\x04\x80", Defect.BAD_LENGTH),
        (b"\xb6\xff", Defect.BAD_LENGTH),
        (b"\xb6\x80\x00\x01", Defect.BAD_LENGTH),
        (b"\xbf\x81\x81\x81\x81\x81", Defect.BAD_IDENTIFIER),
    ],
)
def test_limits_are_kept_before_the_bytes_have_come(stream: bytes, defect: Defect) -> None:
    limits = Limits(size=10_000, elements=500 if defect is Defect.TOO_MANY_ELEMENTS else 5000, depth=100)
    with pytest.raises(RemoteError) as caught:
        framed(stream, limits=limits)
    assert caught.value.defect is defect


def test_an_apdu_as_long_as_the_limit_is_taken() -> None:
    assert framed(DEFINITE, limits=Limits(size=len(DEFINITE))) == [DEFINITE]
    with pytest.raises(RemoteError):
        framed(DEFINITE, limits=Limits(size=len(DEFINITE) - 1))


def test_what_is_cleared_is_forgotten() -> None:
    framer = Framer(Limits())
    framer.feed(INDEFINITE[:10])
    assert framer.next() is None
    framer.clear()
    framer.feed(DEFINITE)
    assert framer.next() == DEFINITE
