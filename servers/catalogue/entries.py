"""What a bib is found by: from its MARC body, its card and its items.

The rule it keeps: this is work for another process too, so it knows nothing but the table and what it is
given. A field in another script (880) counts as the field it is linked to. What does not sort at the
beginning of a title (its indicator counts it, or control characters stand around it) is in one form of the
title and not in another, and both are found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from core.analysis import call_number_words, fold, heading, spread, term
from core.model.records import Bib, Item, Portfolio, Representation
from core.plan import Entry
from core.points import PointKind
from protocols.marc.errors import NotMarc
from protocols.marc.iso2709 import ENTRY, FIELD_END, LEADER, Marc, unpack
from servers.catalogue.access_points import TEXTS, Fill, Place, Table

EVERYTHING: Final = "everything"
"""The place that is every word of a record, save those of hidden fields."""

_ADMINISTRATIVE: Final = frozenset({"029", "040", "042", "049", "066"})
_HOLDINGS: Final = 841
"""From this tag on there are holdings, locations and local fields, which are not among all words."""

_NON_FILING: Final = {"130": 0, "730": 0, "740": 0, "222": 1, "240": 1, "245": 1, "440": 1, "830": 1}
"""Which indicator counts the characters that do not sort."""

_NOT_SORTED: Final = re.compile("\x98[^\x9c]*\x9c|\x88[^\x89]*\x89")
"""What stands between the control characters for non-sorting (ISO 6630, and its form in MARC-8)."""

_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")


class Subject(Struct, frozen=True):
    """A bib as it is to be found: its card, its body (empty if there is none), and all there is of it."""

    bib: Bib
    body: bytes
    items: tuple[Item, ...]
    portfolios: tuple[Portfolio, ...] = ()
    representations: tuple[Representation, ...] = ()


class _Tag(Struct, frozen=True):
    """What is done with the fields of a tag. ``article`` is the indicator that counts the characters that do
    not sort; ``common``: its words are among all words.
    """

    selections: tuple[tuple[str, Mapping[str, Fill], Fill], ...]
    """Codes, and what becomes of their text: by indicators, or else."""
    values: tuple[tuple[Place, PointKind, str], ...]
    article: int | None
    common: bool


_Named = tuple[str, str]


class _Part(Struct, frozen=True):
    """What comes of one field, or of one value that was worked out: texts by row, and the rest by point."""

    whole: str
    texts: tuple[_Named, ...]
    terms: tuple[_Named, ...]
    headings: tuple[_Named, ...]
    order: tuple[tuple[str, str | int], ...]


_REMEMBERED: Final = 50_000
"""Fields that are known by heart: the same subjects, names and publishers come again and again."""


class Entries:
    """Makes entries, by the table of access points."""

    def __init__(self, table: Table) -> None:
        common = {f"{tag:03}" for tag in range(10, _HOLDINGS)} - _ADMINISTRATIVE
        self._tags: Final = {
            name.encode(): _Tag(
                tuple([(one.codes, one.fills, one.plain) for one in table.texts.get(name, ())]),
                table.values.get(name, ()),
                _NON_FILING.get(name),
                name in common,
            )
            for name in {*table.texts, *table.values, *common} - {EVERYTHING}
        }
        self._everything = table.texts[EVERYTHING][0].plain.row
        self._numbers = {
            place.tag: filling.key
            for filling in table.fillings
            if filling.kind not in TEXTS
            for place in filling.sorted_by
        }
        self._field = lru_cache(_REMEMBERED)(self._read_field)
        self._worked_out = lru_cache(_REMEMBERED)(self._read_worked_out)

    def __call__(self, subject: Subject) -> Entry:
        """The entry of a bib. A body that cannot be read leaves what is known of the card and the items."""
        return self.of(subject, taken_apart(subject.body))

    def of(self, subject: Subject, marc: Marc) -> Entry:
        """The same, of a body that is taken apart already."""
        leader, fields = marc.leader, marc.fields
        parts = [self._field(name, data) for name, data in fields if name in self._tags or name == b"880"]
        parts += [
            self._worked_out(name, value)
            for name, values in _WORKED_OUT.items()
            for value in values(subject, leader, fields)
        ]
        texts: dict[str, list[str]] = {}
        terms: dict[str, list[str]] = {}
        headings: dict[str, list[str]] = {}
        order: dict[str, str | int] = {}
        everything = []
        for part in parts:
            if part.whole:
                everything.append(part.whole)
            for row, text in part.texts:
                texts.setdefault(row, []).append(text)
            for point, value in part.terms:
                terms.setdefault(point, []).append(value)
            for point, value in part.headings:
                headings.setdefault(point, []).append(value)
            for point, key in part.order:
                order.setdefault(point, key)
        if everything:
            texts[self._everything] = everything
        return Entry(subject.bib.id, texts, _each_once(terms), _each_once(headings), order)

    def _read_field(self, name: bytes, data: bytes) -> _Part:
        tag = self._tags.get(_linked(data) if name == b"880" else name)
        if tag is None:
            return _NOTHING
        text = data.decode("utf-8", "replace")
        if name < b"010":
            return self._fixed(tag, text)
        indicators, *subfields = text.split("\x1f")
        return self._read(tag, indicators, [one for one in subfields if one], text.isascii())

    def _read_worked_out(self, name: bytes, value: str) -> _Part:
        part = self._read(self._tags[name], "", [f"a{value}"], value.isascii())
        point = self._numbers.get(name.decode())
        number = term(PointKind.NUMBER, value) if point else ""
        return replace(part, whole="", order=((point, int(number)),)) if point and number else part

    def _fixed(self, tag: _Tag, text: str) -> _Part:
        """Positions of a control field; what is only filling characters is nothing."""
        terms = []
        for place, kind, point in tag.values:
            value = text[place.start : place.end]
            if value.strip(" |#\\") and (value := term(kind, value)):
                terms.append((point, value))
        return _Part("", (), tuple(terms), (), ())

    def _read(self, tag: _Tag, indicators: str, subfields: Sequence[str], ascii_only: bool) -> _Part:
        """What comes of a field: a text for each selection of its subfields, and values of their own."""
        letters = [one[1:] for one in subfields if one[0] in _LETTERS]
        all_typed = " ".join(letters)
        all_folded = fold(all_typed)
        texts: list[_Named] = []
        terms = _values(tag.values, indicators, subfields) if tag.values else []
        headings: list[_Named] = []
        order: list[tuple[str, str | int]] = []
        for codes, fills, plain in tag.selections:
            typed, folded = all_typed, all_folded
            if codes:
                chosen = [one[1:] for one in subfields if one[0] in codes]
                if len(chosen) != len(letters):
                    typed = " ".join(chosen)
                    folded = fold(typed)
            if not folded:
                continue
            fill = fills.get(indicators, plain)
            short = folded
            if not ascii_only or (tag.article is not None and (not codes or "a" in codes)):
                short = fold(_sorting(tag.article, indicators, typed)) or folded
            for point in fill.shelves:
                terms.append((point, term(PointKind.CALL_NUMBER, typed)))
            for form in (folded,) if short == folded else (short, folded):
                if fill.row:
                    texts.append((fill.row, call_number_words(form) if fill.shelves else form))
                if fill.lists:
                    headings += [(point, form) for point in fill.lists]
            if fill.sorts:
                order += [(point, short) for point in fill.sorts]
        whole = all_folded if tag.common else ""
        if not ascii_only:
            whole = spread(whole)
            texts = [(row, spread(text)) for row, text in texts]
            headings = [(point, heading(text)) for point, text in headings]
        return _Part(whole, tuple(texts), tuple(terms), tuple(headings), tuple(order))


_NOTHING: Final = _Part("", (), (), (), ())


def _each_once(values: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        point: found if len(found) == 1 else list(dict.fromkeys(found)) for point, found in values.items()
    }


def taken_apart(body: bytes) -> Marc:
    """The record of a body. Where fields stand in the order of the directory it is enough to cut; any other
    record is read with all care, and what is no record is empty.
    """
    directory, *datas = body.split(FIELD_END)
    entries = range(LEADER, len(directory), ENTRY)
    starts = [directory[at + 7 : at + ENTRY] for at in entries]
    if starts and len(starts) + 1 == len(datas) and starts == sorted(starts):
        tags = [directory[at : at + 3] for at in entries]
        return Marc(body[:LEADER], tuple(zip(tags, datas, strict=False)))
    try:
        return unpack(body)
    except NotMarc:
        return Marc(b"", ())


def _values(
    values: Sequence[tuple[Place, PointKind, str]], indicators: str, subfields: Sequence[str]
) -> list[_Named]:
    """The values of subfields that stand for themselves."""
    found: list[_Named] = []
    first, second = indicators[:1], indicators[1:2]
    for place, kind, point in values:
        if place.first != "*" and place.first != first:
            continue
        if place.second != "*" and place.second != second:
            continue
        if place.source and place.source not in [one.casefold() for one in subfields]:
            continue
        codes = place.codes or _LETTERS
        for one in subfields:
            if one[0] in codes and (not place.prefix or one[1:].casefold().startswith(place.prefix)):
                value = term(kind, one[1:])
                if value:
                    found.append((point, value))
    return found


def _sorting(article: int | None, indicators: str, typed: str) -> str:
    """The text without what does not sort at its beginning; the text itself if there is no such thing."""
    if "\x98" in typed or "\x88" in typed:
        return _NOT_SORTED.sub("", typed)
    count = "" if article is None else indicators[article : article + 1]
    return typed[int(count) :] if count.isdecimal() and count != "0" else typed


def _linked(data: bytes) -> bytes:
    """The tag that a field in another script is linked to ($6, MARC 21 appendix A)."""
    at = data.find(b"\x1f6")
    return data[at + 2 : at + 5] if at >= 0 else b""


_MATERIALS: Final = {
    b"a": "book", b"t": "manuscript", b"c": "score", b"d": "manuscript score", b"e": "map",
    b"f": "manuscript map", b"g": "film", b"i": "spoken recording", b"j": "music recording", b"k": "picture",
    b"m": "computer file", b"o": "kit", b"p": "mixed material", b"r": "object",
}  # fmt: skip
"""What a record describes, by leader/06."""

_Fields = Sequence[tuple[bytes, bytes]]


def _material(subject: Subject, leader: bytes, fields: _Fields) -> Iterable[str]:
    kind, level = leader[6:7], leader[7:8]
    if kind == b"a" and level in (b"b", b"i", b"s"):
        return ("journal",)
    return (_MATERIALS[kind],) if kind in _MATERIALS else ()


def _told(there: object) -> str:
    return "true" if there else "false"


def _home(item: Item) -> str:
    """Where an item belongs."""
    return item.permanent_location or item.location


def _away(item: Item) -> str:
    """Where it is for a while instead, if it is."""
    return item.location if item.permanent_location else ""


def _of_items(what: Callable[[Item], str]) -> Callable[[Subject, bytes, _Fields], Iterable[str]]:
    return lambda subject, leader, fields: map(what, subject.items)


_WORKED_OUT: Final[Mapping[bytes, Callable[[Subject, bytes, _Fields], Iterable[str]]]] = {
    b"year": lambda subject, leader, fields: (subject.bib.year,),
    b"type": lambda subject, leader, fields: (leader[6:7].decode("ascii", "replace"),),
    b"level": lambda subject, leader, fields: (leader[7:8].decode("ascii", "replace"),),
    b"material": _material,
    b"format": lambda subject, leader, fields: ("marc21",),
    b"has_items": lambda subject, leader, fields: (_told(subject.items),),
    b"has_inventory": lambda subject, leader, fields: (
        _told(subject.items or subject.portfolios or subject.representations),
    ),
    b"portfolio.pid": lambda subject, leader, fields: [one.pid for one in subject.portfolios],
    b"portfolio.url": lambda subject, leader, fields: [one.url for one in subject.portfolios],
    b"portfolio.interface": lambda subject, leader, fields: [one.interface for one in subject.portfolios],
    b"portfolio.collection": lambda subject, leader, fields: [one.collection for one in subject.portfolios],
    b"portfolio.collection_name": lambda subject, leader, fields: [
        one.collection_name for one in subject.portfolios
    ],
    b"representation.pid": lambda subject, leader, fields: [one.pid for one in subject.representations],
    b"bib.number": lambda subject, leader, fields: (subject.bib.control_number,),
    b"item.barcode": _of_items(lambda item: item.barcode),
    b"item.id": _of_items(lambda item: str(item.id)),
    b"item.library": _of_items(lambda item: _home(item).partition("/")[0]),
    b"item.location": _of_items(_home),
    b"item.temporary_library": _of_items(lambda item: _away(item).partition("/")[0]),
    b"item.temporary_location": _of_items(_away),
    b"item.call_number": _of_items(lambda item: item.call_number),
    b"item.policy": _of_items(lambda item: item.policy),
    b"item.description": _of_items(lambda item: item.description),
    b"item.medium": _of_items(lambda item: item.medium.name),
}
"""Places that are no field of a record."""
