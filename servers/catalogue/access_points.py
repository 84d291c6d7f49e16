"""The table of access points (`access_points.toml`), read: what can be searched, and what fills it.

The rule it keeps: a point is added, renamed or filled otherwise in the table alone. An index that was built
by another table is built anew (`core.storage.tantivy_index.Layout`, and `mark` for the places).
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from core.points import AccessPoint, AccessPoints, Name, PointKind
from core.query import Match

_FILE: Final = files(__package__) / "access_points.toml"

_ANYWHERE: Final = frozenset({Match.ALL, Match.ANY, Match.EQ, Match.HEADING, Match.NO_VALUE, Match.ANY_VALUE})
_WORDS: Final = _ANYWHERE | {Match.PHRASE, Match.BEGINS, Match.NE}
_LISTS: Final = _ANYWHERE | {Match.BEGINS, Match.NE}
_ORDERED: Final = frozenset({Match.LT, Match.LE, Match.GT, Match.GE, Match.WITHIN})
_COUNTS: Final = _ANYWHERE | _ORDERED | {Match.NE}
MATCHES: Final[Mapping[PointKind, frozenset[Match]]] = {
    PointKind.TEXT: _WORDS,
    PointKind.CODE: _LISTS,
    PointKind.NUMBER: _COUNTS,
    PointKind.DATE: _COUNTS,
    PointKind.RECORD_NUMBER: _LISTS | _ORDERED,
    PointKind.IDENTIFIER: _LISTS,
    PointKind.ISBN: _LISTS,
    PointKind.ISSN: _LISTS,
    PointKind.LCCN: _LISTS,
    PointKind.OCLC: _LISTS,
    PointKind.CALL_NUMBER: _WORDS | _ORDERED,
}
"""How each kind of value can be asked for."""


class Place(Struct, frozen=True):
    """A place of a record. ``tag`` is a tag, or a word for what is worked out (`entries`).

    ``first`` and ``second`` are the indicators it must have, ``*`` any; ``codes`` the subfields, empty for
    all that are letters; ``start`` and ``end`` the positions of a control field. Of the values those count
    that begin with ``prefix``, in a field whose subfield ``source[0]`` is the rest of ``source``. They are
    written as those of another ``kind``, if one is named.
    """

    tag: str
    first: str = "*"
    second: str = "*"
    codes: str = ""
    start: int = 0
    end: int | None = None
    prefix: str = ""
    source: str = ""
    kind: PointKind | None = None


_POSITIONS: Final = re.compile(r"(00\d)/(\d\d)(?:-(\d\d))?")


def place(text: str) -> Place:
    """A place as the table writes it. Raises ValueError."""
    text, _, condition = text.partition(" if ")
    text, _, kind = text.partition(" as ")
    if found := _POSITIONS.fullmatch(text):
        tag, start, end = found.groups()
        return Place(tag, start=int(start), end=int(end or start) + 1)
    match text.split():
        case [tag]:
            read = Place(tag)
        case [tag, codes]:
            read = Place(tag, codes=codes)
        case [tag, indicators, codes] if len(indicators) == 2:
            read = Place(tag, indicators[0], indicators[1], "" if codes == "*" else codes)
        case _:
            raise ValueError(f"no place of a record: {text!r}")
    if kind:
        read = replace(read, kind=PointKind(kind))
    if condition.startswith("$"):
        return replace(read, source=condition[1] + condition[3:])
    return replace(read, prefix=condition.casefold())


class Filling(Struct, frozen=True):
    """What fills a point, and what sorts by it."""

    key: str
    kind: PointKind
    listed: bool
    facet: bool
    places: tuple[Place, ...]
    sorted_by: tuple[Place, ...]


class Fill(Struct, frozen=True):
    """What becomes of a text: the row it stands in, the points that list it and those that sort by it."""

    row: str = ""
    lists: tuple[str, ...] = ()
    shelves: tuple[str, ...] = ()
    """Points of call numbers, which list it in the order of the shelf."""
    sorts: tuple[str, ...] = ()


class Selection(Struct, frozen=True):
    """Some subfields of a field (none named: all that are letters), and what becomes of their text: by both
    indicators, or else ``plain``.
    """

    codes: str
    fills: Mapping[str, Fill]
    plain: Fill


class Table(Struct, frozen=True):
    """The table, read. ``texts`` are the selections of each tag, and of places that are worked out;
    ``values`` the places whose values stand for themselves. ``rows`` are all rows there are.
    """

    points: AccessPoints
    fillings: tuple[Filling, ...]
    texts: Mapping[str, tuple[Selection, ...]]
    values: Mapping[str, tuple[tuple[Place, PointKind, str], ...]]
    rows: tuple[str, ...]
    mark: str


TEXTS: Final = frozenset({PointKind.TEXT, PointKind.CALL_NUMBER})
"""The kinds that are searched by their words."""

DIGITS: Final = frozenset({PointKind.NUMBER, PointKind.DATE})
"""The kinds whose terms are digits only."""


@cache
def table() -> Table:
    """The table that this program comes with."""
    text = _FILE.read_text(encoding="utf-8")
    rows: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    fillings = tuple(_fillings(rows))
    texts = _texts(fillings)
    fills = [fill for row in texts.values() for one in row for fill in (one.plain, *one.fills.values())]
    names = sorted({fill.row for fill in fills if fill.row})
    return Table(
        AccessPoints(_point(name, row, rows, names) for name, row in rows.items()),
        fillings,
        texts,
        _values(fillings),
        tuple(names),
        sha256(text.encode()).hexdigest()[:16],
    )


def _point(
    name: str, row: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], texts: Sequence[str]
) -> AccessPoint:
    key = row.get("same", name)
    filled = rows[key]
    kind = PointKind(filled["kind"])
    own = Name(row.get("set", "alma"), name)
    return AccessPoint(
        name,
        row["title"],
        kind,
        (own, *(Name(*also.split(".")) for also in row.get("also", ()))),
        tuple(row["relations"].split()),
        MATCHES[kind],
        key,
        tuple([text for text in texts if key in text.split("+")]),
        empty=row.get("empty", False),
        sortable="sort_from" in filled,
        listed=filled.get("listed", False),
        facet=filled.get("facet", False),
        use=tuple(row.get("use", ())),
    )


def _fillings(rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Filling]:
    for name, row in rows.items():
        if "same" not in row:
            yield Filling(
                name,
                PointKind(row["kind"]),
                row.get("listed", False),
                row.get("facet", False),
                tuple(map(place, row["from"])),
                tuple(map(place, row.get("sort_from", ()))),
            )


_Wanted = tuple[Place, Filling, bool]
"""A place, what it fills, and whether that is only for sorting."""


def _texts(fillings: Sequence[Filling]) -> dict[str, tuple[Selection, ...]]:
    """The selections of each tag. Points that have the same text of a field share a row, so that it is
    indexed once.
    """
    wanted: dict[str, dict[str, list[_Wanted]]] = defaultdict(lambda: defaultdict(list))
    for filling in fillings:
        if filling.kind in TEXTS:
            for one in filling.places:
                wanted[one.tag][one.codes].append((one, filling, False))
            for one in filling.sorted_by:
                wanted[one.tag][one.codes].append((one, filling, True))
    return {
        tag: tuple([_selection(codes, found) for codes, found in selections.items()])
        for tag, selections in wanted.items()
    }


_INDICATORS: Final = " #|0123456789"


def _selection(codes: str, wanted: Sequence[_Wanted]) -> Selection:
    plain = _fill([one for one in wanted if one[0].first == one[0].second == "*"])
    pairs = (first + second for first in _INDICATORS for second in _INDICATORS)
    fills = {pair: _fill([one for one in wanted if _fits(one[0], pair)]) for pair in pairs}
    return Selection(codes, {pair: fill for pair, fill in fills.items() if fill != plain}, plain)


def _fits(one: Place, pair: str) -> bool:
    return one.first in ("*", pair[0]) and one.second in ("*", pair[1])


def _fill(wanted: Sequence[_Wanted]) -> Fill:
    filled = [filling for _, filling, sorts in wanted if not sorts]
    return Fill(
        "+".join(sorted({filling.key for filling in filled})),
        tuple([one.key for one in filled if one.listed and one.kind is PointKind.TEXT]),
        tuple([one.key for one in filled if one.kind is PointKind.CALL_NUMBER]),
        tuple([filling.key for _, filling, sorts in wanted if sorts]),
    )


def _values(fillings: Sequence[Filling]) -> dict[str, tuple[tuple[Place, PointKind, str], ...]]:
    found: dict[str, list[tuple[Place, PointKind, str]]] = defaultdict(list)
    for filling in fillings:
        if filling.kind not in TEXTS:
            for one in filling.places:
                found[one.tag].append((one, one.kind or filling.kind, filling.key))
    return {tag: tuple(places) for tag, places in found.items()}
