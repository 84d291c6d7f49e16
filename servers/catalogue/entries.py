"""What a bib is found by: from its MARC body, its card and its items.

The rule it keeps: this is work for another process too, so it knows nothing but the table and what it is
given. A field in another script (880) counts as the field it is linked to. What does not sort at the
beginning of a title (its indicator counts it, or control characters stand around it) is in one form of the
title and not in another, and both are found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from functools import lru_cache
from struct import Struct as Layout
from typing import Final

from msgspec import Struct

from core.analysis import NORMAL, call_number_words, fold, fold_each, heading, spread, term
from core.model.records import Bib, Item, Portfolio, Representation
from core.points import PointKind
from core.ports import Piece, Pieces, Prepare, Prepared
from protocols.marc.errors import NotMarc
from protocols.marc.iso2709 import ENTRY, FIELD_END, LEADER, Marc, unpack
from servers.catalogue.access_points import TEXTS, Fill, Place, Selection, Table

EVERYTHING: Final = "everything"
"""The place that is every word of a record, save those of hidden fields."""

_ADMINISTRATIVE: Final = frozenset({"029", "040", "042", "049", "066"})
_HOLDINGS: Final = 841
"""From this tag on there are holdings, locations and local fields, which are not among all words."""

_NON_FILING: Final = {"130": 0, "730": 0, "740": 0, "222": 1, "240": 1, "245": 1, "440": 1, "830": 1}
"""Which indicator counts the characters that do not sort."""

_NOT_SORTED: Final = re.compile("\x98[^\x9c]*\x9c|\x88[^\x89]*\x89")
"""What stands between the control characters for non-sorting (ISO 6630, and its form in MARC-8)."""

_LINKED: Final = b"880"
"""A field in another script."""

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

    selections: tuple[Selection, ...]
    values: tuple[tuple[Place, PointKind, str], ...]
    article: int | None
    common: bool


_Indices = tuple[int, ...]


class _Value(Struct, frozen=True, gc=False):
    """A subfield that stands for itself: the how many-th, how it is normalised, and the points. It counts if
    it begins with ``prefix``, in a field with a subfield that is ``source``.
    """

    at: int
    normal: Callable[[str], str]
    prefix: str
    source: str
    points: tuple[str, ...]


class _Form(Struct, frozen=True):
    """What is done with the fields of a tag that have the same indicators and the same codes in the same
    order: there are few such forms. ``choices`` are subfields whose text is read, all letters first,
    ``fills`` what becomes of which, and how many characters at its beginning do not sort.
    """

    choices: tuple[_Indices, ...]
    fills: tuple[tuple[int, Fill, int], ...]
    values: tuple[_Value, ...]
    common: bool


_REMEMBERED: Final = 5_000
"""Fields that are known by heart: the same subjects, names and publishers come again and again."""
_FORMS: Final = 20_000
"""Forms of fields that are known; so many as only damaged records have."""

_OWN: Final = frozenset(b"001 010 015 016 020 022 024 028 035 050 082 245 520 856".split())
"""Fields that no two bibs have in common, mostly: they are not remembered."""


class Entries:
    """Makes entries as an index takes them in, by the table of access points."""

    def __init__(self, table: Table, prepare: Prepare) -> None:
        common = {f"{tag:03}" for tag in range(10, _HOLDINGS)} - _ADMINISTRATIVE
        self._tags: Final = {
            name.encode(): _Tag(
                table.texts.get(name, ()), table.values.get(name, ()), _NON_FILING.get(name), name in common
            )
            for name in {*table.texts, *table.values, *common} - {EVERYTHING}
        }
        self._own = _OWN & self._tags.keys()
        self._others = frozenset(self._tags.keys() - _OWN | {_LINKED})
        self._everything = table.texts[EVERYTHING][0].plain.row
        self._numbers = {
            place.tag.encode(): filling.key
            for filling in table.fillings
            if filling.kind not in TEXTS
            for place in filling.sorted_by
        }
        self._prepare = prepare
        self._form = lru_cache(_FORMS)(self._find_form)
        self._field = lru_cache(_REMEMBERED)(self._read_field)
        self._kind = lru_cache(_REMEMBERED)(self._read_kind)
        self._place = lru_cache(_REMEMBERED)(self._read_place)

    def __call__(self, subject: Subject) -> Prepared:
        """The entry of a bib. A body that cannot be read leaves what is known of the card and the items."""
        return self.of(subject, taken_apart(subject.body))

    def of(self, subject: Subject, marc: Marc) -> Prepared:
        """The same, of a body that is taken apart already."""
        own, others, bib, leader = self._own, self._others, subject.bib, marc.leader
        pieces: list[Piece] = []
        for name, data in marc.fields:
            if name in own:
                pieces += self._read_field(name, data)
            elif name in others:
                pieces += self._field(name, data)
        has_inventory = bool(subject.items or subject.portfolios or subject.representations)
        pieces += self._kind(leader[6:8], bib.year, bool(subject.items), has_inventory)
        pieces += self._worked_out(b"bib.number", bib.control_number)
        for item in subject.items:
            pieces += self._item(item)
        for portfolio in subject.portfolios:
            pieces += self._portfolio(portfolio)
        for representation in subject.representations:
            pieces += self._worked_out(b"representation.pid", representation.pid)
        return self._prepare.whole(bib.id, pieces)

    def _item(self, item: Item) -> list[Piece]:
        """Its barcode and its number are its own; the rest many have in common."""
        return [
            *self._worked_out(b"item.barcode", item.barcode),
            *self._worked_out(b"item.id", str(item.id)),
            *self._place(
                item.permanent_location or item.location,
                item.location if item.permanent_location else "",
                item.call_number,
                item.policy,
                item.description,
                item.medium.name,
            ),
        ]

    def _portfolio(self, portfolio: Portfolio) -> list[Piece]:
        return [
            *self._worked_out(b"portfolio.pid", portfolio.pid),
            *self._worked_out(b"portfolio.url", portfolio.url),
            *self._worked_out(b"portfolio.interface", portfolio.interface),
            *self._worked_out(b"portfolio.collection", portfolio.collection),
            *self._worked_out(b"portfolio.collection_name", portfolio.collection_name),
        ]

    def _read_kind(self, kind_and_level: bytes, year: str, has_items: bool, has_inventory: bool) -> Pieces:
        """What many bibs have in common that is in no field."""
        return (
            *self._worked_out(b"year", year),
            *self._worked_out(b"type", kind_and_level[:1].decode("ascii", "replace")),
            *self._worked_out(b"level", kind_and_level[1:].decode("ascii", "replace")),
            *self._worked_out(b"material", _material(kind_and_level)),
            *self._worked_out(b"format", "marc21"),
            *self._worked_out(b"has_items", _told(has_items)),
            *self._worked_out(b"has_inventory", _told(has_inventory)),
        )

    def _read_place(
        self, home: str, away: str, call_number: str, policy: str, description: str, medium: str
    ) -> Pieces:
        """What many items have in common."""
        return (
            *self._worked_out(b"item.library", home.partition("/")[0]),
            *self._worked_out(b"item.location", home),
            *self._worked_out(b"item.temporary_library", away.partition("/")[0]),
            *self._worked_out(b"item.temporary_location", away),
            *self._worked_out(b"item.call_number", call_number),
            *self._worked_out(b"item.policy", policy),
            *self._worked_out(b"item.description", description),
            *self._worked_out(b"item.medium", medium),
        )

    def _worked_out(self, name: bytes, value: str) -> Pieces:
        if not value:
            return ()
        pieces = self._read(name, "", [f"a{value}"], value.isascii())
        point = self._numbers.get(name)
        number = term(PointKind.NUMBER, value) if point else ""
        return (*pieces, *self._prepare.order(point, int(number))) if point and number else pieces

    def _read_field(self, name: bytes, data: bytes) -> Pieces:
        if name == _LINKED:
            name = _linked(data)
            if name not in self._tags:
                return ()
        text = data.decode("utf-8", "replace")
        if name < b"010":
            return self._fixed(self._tags[name], text)
        indicators, *subfields = text.split("\x1f")
        return self._read(name, indicators, subfields, text.isascii())

    def _fixed(self, tag: _Tag, text: str) -> Pieces:
        """Positions of a control field; what is only filling characters is nothing."""
        pieces: list[Piece] = []
        for place, kind, point in tag.values:
            value = text[place.start : place.end]
            if value.strip(" |#\\") and (value := term(kind, value)):
                pieces += self._prepare.term(point, value)
        return tuple(pieces)

    def _find_form(self, name: bytes, indicators: str, codes: str) -> _Form:
        tag = self._tags[name]
        letters = _of_codes(codes, _LETTERS)
        choices: dict[_Indices, int] = {letters: 0}
        fills = []
        for selection in tag.selections:
            chosen = _of_codes(codes, selection.codes) if selection.codes else letters
            at = choices.setdefault(chosen, len(choices))
            has_article = tag.article is not None and (not selection.codes or "a" in selection.codes)
            fill = selection.fills.get(indicators, selection.plain)
            fills.append((at, fill, _not_filed(indicators, tag.article) if has_article else 0))
        values: dict[tuple[int, PointKind, str, str], list[str]] = {}
        for place, kind, point in tag.values:
            if place.first in ("*", indicators[:1]) and place.second in ("*", indicators[1:2]):
                for at in _of_codes(codes, place.codes or _LETTERS):
                    values.setdefault((at, kind, place.prefix, place.source), []).append(point)
        return _Form(
            tuple(choices),
            tuple(fills),
            tuple(
                [
                    _Value(at, NORMAL[kind], prefix, source, tuple(points))
                    for (at, kind, prefix, source), points in values.items()
                ]
            ),
            tag.common,
        )

    def _read(self, name: bytes, indicators: str, subfields: Sequence[str], is_ascii: bool) -> Pieces:
        """What comes of a field: a text for each selection of its subfields, and values of their own."""
        form = self._form(name, indicators, "".join([one[:1] or "\x1f" for one in subfields]))
        typed = [one[1:] for one in subfields]
        folded = fold_each(typed)
        choices = [folded[one[0]] if len(one) == 1 else _text(folded, one) for one in form.choices]
        prepare, pieces = self._prepare, list[Piece]()
        if form.common and (text := choices[0]):
            pieces += prepare.text(self._everything, text if is_ascii else spread(text))
        if form.values:
            for point, value in _values(form.values, typed, subfields):
                pieces += prepare.term(point, value)
        for at, fill, skipped in form.fills:
            whole = short = choices[at]
            if not whole:
                continue
            if skipped or not is_ascii:
                short = fold(_sorting(_text(typed, form.choices[at]), skipped)) or whole
            for point in fill.shelves:
                shelf = term(PointKind.CALL_NUMBER, _text(typed, form.choices[at]))
                pieces += prepare.term(point, shelf)
            for text in (whole,) if short == whole else (short, whole):
                if fill.row:
                    words = call_number_words(text) if fill.shelves else text
                    pieces += prepare.text(fill.row, words if is_ascii else spread(words))
                for point in fill.lists:
                    pieces += prepare.term(point, text if is_ascii else heading(text))
            for point in fill.sorts:
                pieces += prepare.order(point, short)
        return tuple(pieces)


_DIRECTORY: Final = Layout("3s 4x 5s")
"""An entry of the directory: a tag, how long its field is, where it starts."""


def taken_apart(body: bytes) -> Marc:
    """The record of a body. Where fields stand in the order of the directory it is enough to cut; any other
    record is read with all care, and what is no record is empty.
    """
    directory, *datas = body.split(FIELD_END)
    if len(directory) == LEADER + ENTRY * (len(datas) - 1) > LEADER:
        tags, starts = zip(*_DIRECTORY.iter_unpack(directory[LEADER:]), strict=True)
        if list(starts) == sorted(starts):
            return Marc(body[:LEADER], tuple(zip(tags, datas, strict=False)))
    try:
        return unpack(body)
    except NotMarc:
        return Marc(b"", ())


def _of_codes(codes: str, wanted: Container[str]) -> _Indices:
    """Which subfields have a code that is wanted."""
    return tuple([at for at, code in enumerate(codes) if code in wanted])


def _text(pieces: Sequence[str], chosen: _Indices) -> str:
    """Those that are chosen, with a blank between two."""
    return " ".join([pieces[at] for at in chosen if pieces[at]])


def _values(
    values: Sequence[_Value], typed: Sequence[str], subfields: Sequence[str]
) -> list[tuple[str, str]]:
    """The values of subfields that stand for themselves."""
    found: list[tuple[str, str]] = []
    for one in values:
        text = typed[one.at]
        if one.source and one.source not in [each.casefold() for each in subfields]:
            continue
        if one.prefix and not text.casefold().startswith(one.prefix):
            continue
        if value := one.normal(text):
            found += [(point, value) for point in one.points]
    return found


def _not_filed(indicators: str, article: int | None) -> int:
    """How many characters at the beginning of a title do not sort."""
    count = "" if article is None else indicators[article : article + 1]
    return int(count) if count.isdecimal() else 0


def _sorting(typed: str, skipped: int) -> str:
    """The text without what does not sort at its beginning; the text itself if there is no such thing."""
    if "\x98" in typed or "\x88" in typed:
        return _NOT_SORTED.sub("", typed)
    return typed[skipped:]


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


def _material(kind_and_level: bytes) -> str:
    kind, level = kind_and_level[:1], kind_and_level[1:]
    return "journal" if kind == b"a" and level in (b"b", b"i", b"s") else _MATERIALS.get(kind, "")


def _told(there: bool) -> str:
    return "true" if there else "false"
