"""Files of MARC records, ISO 2709 or MARCXML: what is in them, in order, each with its place.

The rule it keeps: which of the two a file is, is seen from its first sign; its name says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from protocols.marc.errors import NotMarc
from protocols.marc.iso2709 import FIELD_END, Marc, subfields, unpack
from servers.load.frames import Frame, frames
from servers.load.marcxml import xml_records
from servers.load.problem import LoadProblem
from servers.load.verdict import EXTRACT, Place, Verdict, one_line, rejected

_UTF8_MARK = b"\xef\xbb\xbf"
DIGEST = "digest"
"""The place of a control number that no field holds: it is made from the record itself."""


class MarcEntry(Struct, frozen=True):
    """A record of a file in its own charset, or what is wrong with it."""

    place: Place
    marc: Marc | Verdict
    text: str = ""

    def extract(self) -> str:
        """The beginning of the record, control characters made visible."""
        return one_line(_raw(self.marc) if isinstance(self.marc, Marc) else self.text)


def _raw(marc: Marc) -> str:
    data = FIELD_END.join((marc.leader, *(tag + data for tag, data in marc.fields)))
    return data[:EXTRACT].decode("ascii", "backslashreplace")


def read_marc(files: Iterable[Path]) -> Iterator[MarcEntry]:
    """Every record of the files, in order. Raises `LoadProblem` if one cannot be opened."""
    for file in files:
        yield from _read_xml(file) if _is_xml(file) else _read_iso2709(file)


def _is_xml(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return stream.read(256).removeprefix(_UTF8_MARK).lstrip()[:1] == b"<"
    except OSError as error:
        raise LoadProblem(f"{file}: {error.strerror}") from error


def _read_xml(file: Path) -> Iterator[MarcEntry]:
    with file.open("rb") as stream:
        for number, record in enumerate(xml_records(stream), 1):
            yield MarcEntry(Place(str(file), number), record.marc, f"line {record.line}: {record.extract}")


def _read_iso2709(file: Path) -> Iterator[MarcEntry]:
    with file.open("rb") as stream:
        for number, frame in enumerate(frames(stream), 1):
            place = Place(str(file), number, frame.offset)
            marc = _unpacked(frame)
            extract = frame.data[:EXTRACT].decode("ascii", "backslashreplace")
            yield MarcEntry(place, marc, "" if isinstance(marc, Marc) else extract)


def _unpacked(frame: Frame) -> Marc | Verdict:
    """The record, or why it is none."""
    if not frame.whole:
        return rejected("no record terminator")
    try:
        return unpack(frame.data)
    except NotMarc as error:
        return rejected(error.reason, error.detail)


class KeyPlaces(Struct, frozen=True):
    """Where control numbers are looked for, in turn: ``001``, a subfield such as ``907a``, or ``digest``."""

    places: tuple[str, ...] = ("001",)

    @classmethod
    def parse(cls, text: str) -> KeyPlaces:
        """Read ``001,907a,digest``. Raises `LoadProblem`."""
        places = tuple(place.strip() for place in text.split(","))
        for place in places:
            if place != DIGEST and not (place.isalnum() and len(place) == (3 if place < "010" else 4)):
                raise LoadProblem(
                    f"control_number: {place!r} is neither a tag (001), a subfield (907a) nor 'digest'"
                )
        return cls(places)

    def key(self, marc: Marc) -> str:
        """The control number of the record, or nothing."""
        return next((key for place in self.places if (key := _key_at(place, marc))), "")


def _key_at(place: str, marc: Marc) -> str:
    if place == DIGEST:
        content = FIELD_END.join(tag + data for tag, data in marc.fields)
        return f"digest-{sha256(content).hexdigest()[:16]}"
    tag, code = place[:3].encode(), place[3:].encode()
    if not code:
        return marc.first(tag).decode(errors="replace").strip()
    datas = (data for field in marc.all(tag) for found, data in subfields(field) if found == code)
    return next(datas, b"").decode(errors="replace").strip()
