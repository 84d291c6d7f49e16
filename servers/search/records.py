"""A record as readers see it: what it is, in lines with a label each.

The rule it keeps: whatever is shown stands in the record. A heading leads on to everything else that has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from core.model.records import Bib
from protocols.marc.elements import first, fixed, joined, texts
from protocols.marc.errors import NotMarc
from protocols.marc.iso2709 import Marc, unpack
from servers.search.asked import Asked
from servers.search.holdings import Online, Place
from servers.search.languages import language_name


class Value(Struct, frozen=True):
    """A text, and where it leads, if anywhere."""

    text: str
    address: str = ""


class Line(Struct, frozen=True):
    """A label and its values."""

    label: str
    values: tuple[Value, ...]


class Head(Struct, frozen=True):
    """What something is, in few words. ``script`` is its title in its own script."""

    number: str
    title: str
    script: str
    author: str
    year: str

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"/record/{quote(self.number, safe='')}"


class Hit(Struct, frozen=True):
    """A line of a list of hits."""

    head: Head
    places: tuple[Place, ...]
    online: tuple[Online, ...]


class Whole(Struct, frozen=True):
    """All of a record. ``waiting`` is how many readers wait for it."""

    head: Head
    lines: tuple[Line, ...]
    places: tuple[Place, ...]
    online: tuple[Online, ...]
    waiting: int


def marc_of(body: bytes | None) -> Marc:
    """The record in a body; one that has nothing in it where that is none."""
    try:
        return Marc(b"", ()) if body is None else unpack(body)
    except NotMarc:
        return Marc(b"", ())


def head_of(card: Bib, marc: Marc) -> Head:
    """What a bib is: as its record tells it, else as its card does."""
    return Head(
        number=card.control_number,
        title=first(marc, b"245", "abnp") or card.title or card.control_number,
        script=_in_script(marc),
        author=card.author or first(marc, b"245", "c"),
        year=card.year,
    )


def lines_of(marc: Marc) -> tuple[Line, ...]:
    """All that is told of it, in the order of an entry."""
    made = [Line(label, tuple(dict.fromkeys(values(marc)))) for label, values in _LINES]
    return tuple([line for line in made if line.values])


def _in_script(marc: Marc) -> str:
    """The title in its own script (880 with $6 245)."""
    linked = (data for data in marc.all(b"880") if joined(data, "6").startswith("245"))
    return next((text for data in linked if (text := joined(data, "abnp"))), "")


_Values = Callable[[Marc], Iterator[Value]]


def _texts(tags: str, codes: str) -> _Values:
    def values(marc: Marc) -> Iterator[Value]:
        for data in marc.all(*tags.encode().split()):
            if text := joined(data, codes):
                yield Value(text)

    return values


def _headings(tags: str, codes: str, where: str) -> _Values:
    """Headings, each with the search for it; its subdivisions are set off by dashes."""

    def values(marc: Marc) -> Iterator[Value]:
        for data in marc.all(*tags.encode().split()):
            parts = texts(data, codes)
            if parts:
                sought = " ".join(parts).replace('"', "")
                yield Value(_DASH.join(parts), Asked(text=f'"{sought}"', where=where).address)

    return values


def _names(tags: str) -> _Values:
    def values(marc: Marc) -> Iterator[Value]:
        for data in marc.all(*tags.encode().split()):
            if text := joined(data, "abcdq"):
                sought = text.replace('"', "")
                yield Value(text, Asked(text=f'"{sought}"', where="author").address)

    return values


def _language(marc: Marc) -> Iterator[Value]:
    if code := fixed(marc, 35, 38).strip():
        yield Value(language_name(code))


def _number(marc: Marc) -> Iterator[Value]:
    if number := marc.first(b"001").decode("utf-8", "replace").strip():
        yield Value(number)


_DASH: Final = " \u2013 "

_LINES: Final[tuple[tuple[str, _Values], ...]] = (
    ("Responsibility", _texts("245", "c")),
    ("Author", _names("100 110 111")),
    ("With", _names("700 710 711")),
    ("Edition", _texts("250", "ab")),
    ("Published", _texts("260 264", "abc")),
    ("Extent", _texts("300", "abce")),
    ("Series", _texts("490 830", "av")),
    ("Language", _language),
    ("Contents", _texts("505", "agrt")),
    ("Summary", _texts("520", "ab")),
    ("Notes", _texts("500 502 504 511 546", "a")),
    ("Subjects", _headings("600 610 611 630 650 651", "abcdtvxyz", "subject")),
    ("Genre", _headings("655", "avxyz", "subject")),
    ("ISBN", _texts("020", "aq")),
    ("ISSN", _texts("022", "a")),
    ("Record number", _number),
)
