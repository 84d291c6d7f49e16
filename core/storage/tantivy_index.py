"""The search index in a folder of tantivy: words with their places, whole terms, columns to list and sort by.

The rule it keeps: what an answer says is of one moment. A view holds a searcher, and a searcher holds the
files it reads; commits make new ones beside them.

A document has few fields, and a point is a code of two capital letters ahead of its words and terms, which
have none: hundreds of points cost no more than one. ``w`` holds the words in a row, ``h`` the terms, each in
one word; both are listed by their dictionaries. Points that have facets have a column of their terms, and
those that are sorted by have columns of numbers, which hold the first characters of a text in its order.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path
from shutil import rmtree
from struct import Struct as NumbersOf
from typing import Any, Final, assert_never
from unicodedata import unidata_version

import msgspec
import tantivy
from msgspec import Struct
from tantivy import FieldType, Occur, Query
from tantivy import Order as Direction

from core.analysis import stands_alone
from core.model.records import BibId
from core.plan import (
    AllOf,
    AnyOf,
    Between,
    Edge,
    Entry,
    InRow,
    Known,
    Order,
    Pattern,
    Phrase,
    Plan,
    Present,
    Sortable,
    Term,
    Without,
)
from core.ports import Counted, Found, IndexBroken, Neighbours, Piece, Pieces, Prepared
from core.query import Mask, QueryFault, SearchRefused

FORMAT: Final = 3
"""Of the documents. Another one is built anew."""

_MEMORY: Final = 200_000_000
"""Bytes of documents that are gathered before they are written as a segment."""

_EDGES: Final = {Edge.START: "^", Edge.END: "$"}
"""What stands at the ends of a text: no word has these."""

_STATE: Final = "circdesk.json"
_SCHEMA: Final = "meta.json"
_FILES: Final = ".managed.json"
"""The files of the index that tantivy deletes when they are of no more use."""
_TOKENS: Final = "blanks"
_ROWS: Final = "w"
_TERMS: Final = "h"

_SAMPLES: Final = {"1": 251 * 251, "2": 251}
"""Of so many bibs one has its words and terms in other dictionaries too, whose names end so, the smallest
first. They tell whether there is much or little that begins so.
"""

_LONGEST: Final = 16_000
"""Characters of a term; tantivy leaves out what has more than 65,530 bytes."""

_MOST_LISTED: Final = 10_000
"""Values of a facet."""


class Layout(Struct, frozen=True):
    """The rows of an index, its points, those of them that have facets, those whose terms are digits only,
    and those it sorts by, with whether that is a text.
    """

    rows: tuple[str, ...]
    points: tuple[str, ...]
    facets: frozenset[str]
    numbers: frozenset[str]
    sorted: Mapping[str, bool]
    made_by: str = ""
    """Tells by which rules the entries are made."""

    @property
    def row_codes(self) -> dict[str, str]:
        """The two letters of each row."""
        return _coded(self.rows)

    @property
    def codes(self) -> dict[str, str]:
        """The two letters of each point."""
        return _coded(self.points)

    @property
    def mark(self) -> str:
        """Tells this layout, and this format, from any other."""
        told = (
            FORMAT,
            unidata_version,
            self.rows,
            self.points,
            sorted(self.facets),
            sorted(self.numbers),
            sorted(self.sorted.items()),
            self.made_by,
        )
        return sha256(repr(told).encode()).hexdigest()[:16]


def _coded(names: Sequence[str]) -> dict[str, str]:
    return {name: chr(65 + index // 26) + chr(65 + index % 26) for index, name in enumerate(names)}


class _State(Struct, frozen=True):
    """What is kept beside the index: of which layout it is, how far it follows the log, and the characters of
    its words beyond ASCII.
    """

    layout: str
    position: int
    letters: str = ""


_BLANK: Final = "!"
"""Stands for a blank within a term, as terms stand between blanks; it comes before all that words are made
of, as a blank does.
"""


class _Preparing:
    """Makes documents; knows nothing but the layout.

    A piece is the code of a row with a text, ``h`` with a term, or a column with a value; a point that is
    sorted by has its columns together.
    """

    def __init__(self, layout: Layout) -> None:
        self._rows = {
            row: (code, f"{code}^ {code}", f" {code}", f" {code}$") for row, code in layout.row_codes.items()
        }
        self._codes = frozenset(layout.row_codes.values())
        self._points = {
            point: (code, point in layout.facets, point in layout.numbers)
            for point, code in layout.codes.items()
        }
        self._orders = {
            point: [f"o{layout.codes[point]}{index}" for index in range(_DEPTH)] for point in layout.sorted
        }

    def __call__(self, entry: Entry) -> Prepared:
        """The document of an entry."""
        pieces: list[Piece] = []
        for row, texts in entry.texts.items():
            for text in texts:
                pieces += self.text(row, text)
        for point, terms in entry.terms.items():
            for term in terms:
                pieces += self.term(point, term)
        for point, key in entry.order.items():
            pieces += self.order(point, key)
        return self.whole(entry.id, pieces)

    def text(self, row: str, text: str) -> Pieces:
        """A text between its ends, each word behind the code of the row."""
        code, start, between, end = self._rows[row]
        return ((code, f"{start}{text.replace(' ', between)}{end}"),)

    def term(self, point: str, term: str) -> Pieces:
        """A term behind the code of its point, which stands alone too, and in the columns of the point.

        One that is too long is left out: nobody can ask for it.
        """
        code, has_facets, is_number = self._points[point]
        if len(term) > _LONGEST:
            return ()
        found = (_TERMS, f"{code} {code}{_one_word(term)}")
        if is_number:
            number = (f"n{code}", int(term))
            return (found, (f"c{code}", term), number) if has_facets else (found, number)
        return (found, (f"c{code}", term)) if has_facets else (found,)

    def order(self, point: str, key: str | int) -> Pieces:
        """Numbers for the columns that the point is sorted by."""
        columns = self._orders[point]
        numbers = packed(key) if isinstance(key, str) else (key,)
        return ((columns[0], dict(zip(columns, numbers, strict=False))),)

    def whole(self, bib: BibId, pieces: Sequence[Piece]) -> Prepared:
        """A document in JSON."""
        found: defaultdict[str, list[Any]] = defaultdict(list)
        for name, value in pieces:
            found[name].append(value)
        document: dict[str, Any] = {"id": bib, _TERMS: " ".join(found.pop(_TERMS, ()))}
        rows: list[str] = []
        codes = self._codes
        for name, values in found.items():
            if name in codes:
                rows += values
            elif name[0] == "o":
                document.update(values[0])
            else:
                document[name] = values[0] if len(values) == 1 else list(dict.fromkeys(values))
        document[_ROWS] = " ".join(rows)
        for sample, every in _SAMPLES.items():
            if not bib % every:
                document[_ROWS + sample] = document[_ROWS]
                document[_TERMS + sample] = document[_TERMS]
        return Prepared(bib, _encode(document).decode())


_encode: Final = msgspec.json.Encoder().encode

_DEPTH: Final = 5
"""Numbers of a sorted text, eight bytes of UTF-8 each: they are in the order of its code points."""


def packed(text: str) -> tuple[int, ...]:
    """The beginning of a text as numbers, in its order."""
    start = text.encode()[: 8 * _DEPTH].ljust(8 * _DEPTH, b"\0")
    return _UNPACK(start)


_UNPACK: Final = NumbersOf(f">{_DEPTH}Q").unpack


class TantivyIndex:
    """A `core.ports.SearchIndex` in a folder. Made by `open`."""

    def __init__(self, folder: Path, layout: Layout, index: tantivy.Index, state: _State) -> None:
        self._folder = folder
        self._layout = layout
        self._index = index
        self._writer: tantivy.IndexWriter | None = None
        self._letters = set(state.letters)
        self._prepare = _Preparing(layout)
        self._view = self._looked(state.position)

    @classmethod
    def open(cls, folder: Path, layout: Layout) -> TantivyIndex:
        """The index in the folder; an empty one if there is none, or none that this program can read.

        Raises `IndexBroken`.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            state = _read_state(folder)
            if state is None or state.layout != layout.mark:
                return cls._made(folder, layout)
            try:
                return cls(folder, layout, _opened(folder), state)
            except ValueError:  # files are missing or damaged
                return cls._made(folder, layout)
        except (ValueError, OSError) as error:
            raise IndexBroken(f"{folder}: {error}") from error

    @classmethod
    def _made(cls, folder: Path, layout: Layout) -> TantivyIndex:
        state = _State(layout.mark, 0)
        _make(folder, layout)
        _write_state(folder, state)
        return cls(folder, layout, _opened(folder), state)

    @property
    def view(self) -> TantivyView:
        """The index as it is now."""
        return self._view

    @property
    def prepare(self) -> _Preparing:
        """Makes what `add` and `put` take."""
        return self._prepare

    def add(self, prepared: Sequence[Prepared]) -> None:
        """Take in bibs of which there is nothing yet."""
        try:
            writer = self._writing()
            for one in prepared:
                if not one.document.isascii():
                    self._letters.update(one.document)
                writer.add_json(one.document)
        except (ValueError, OSError) as error:
            raise IndexBroken(f"{self._folder}: {error}") from error

    def put(self, prepared: Sequence[Prepared]) -> None:
        """Take in bibs, in place of what there was of them."""
        self.drop([one.id for one in prepared])
        self.add(prepared)

    def drop(self, ids: Sequence[BibId]) -> None:
        """Forget bibs."""
        try:
            these = Query.term_set_query(self._index.schema, "id", list(ids))
            self._writing().delete_documents_by_query(these)
        except (ValueError, OSError) as error:
            raise IndexBroken(f"{self._folder}: {error}") from error

    def clear(self) -> None:
        """Forget everything."""
        try:
            self._writing().delete_all_documents()
        except (ValueError, OSError) as error:
            raise IndexBroken(f"{self._folder}: {error}") from error

    def commit(self, position: int) -> None:
        """Let all of this be seen, and keep it with the number of the last event that is in it.

        The number is written last: an index that was cut off between the two follows from where it was.
        """
        try:
            self._writing().commit()
            self._letters = {char for char in self._letters if not char.isascii()}
            letters = "".join(sorted(self._letters))
            _write_state(self._folder, _State(self._layout.mark, position, letters))
            self._index.reload()
        except (ValueError, OSError) as error:
            raise IndexBroken(f"{self._folder}: {error}") from error
        self._view = self._looked(position)

    def divided(self, shares: int) -> list[Callable[[], TantivyIndex]]:
        """Ways to open as many empty indexes, in folders beside this one."""
        for left in self._shares():
            rmtree(left)
        return [partial(TantivyIndex.open, self._share(number), self._layout) for number in range(shares)]

    def _shares(self) -> Iterator[Path]:
        return self._folder.parent.glob(f"{self._folder.name}-*")

    def _share(self, number: int) -> Path:
        return self._folder.with_name(f"{self._folder.name}-{number}")

    def join(self, shares: int, position: int) -> None:
        """Let what was committed to these be seen in place of all there was.

        A segment is a few files that know nothing of where they are; those there are of an index are listed
        in one file. So nothing is written anew but that.
        """
        try:
            self.close()
            folders = [self._share(number) for number in range(shares)]
            self._letters = set()
            for folder in folders:
                state = _read_state(folder)
                self._letters.update("" if state is None else state.letters)
            _take_segments(self._folder, folders)
            _write_state(self._folder, _State(self._layout.mark, position, "".join(sorted(self._letters))))
            self._index = _opened(self._folder)
        except (ValueError, OSError) as error:
            raise IndexBroken(f"{self._folder}: {error}") from error
        self._view = self._looked(position)

    def close(self) -> None:
        """Let go of everything; what was not committed is forgotten. Idempotent."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with suppress(ValueError):  # whatever is wrong with its files, it is let go of
                writer.rollback()
                writer.wait_merging_threads()

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_MEMORY, 1)
        return self._writer

    def _looked(self, position: int) -> TantivyView:
        return TantivyView(
            self._index.schema, self._index.searcher(), self._layout, position, frozenset(self._letters)
        )


def _opened(folder: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(folder))
    index.config_reader("manual")
    blanks = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_TOKENS, blanks)
    return index


def _make(folder: Path, layout: Layout) -> None:
    """An empty index.

    The binding gives every column an inverted index of its own, which nobody reads and which costs five times
    what the column does; so it is taken out of the schema before anything is written by it.
    """
    for left in folder.iterdir():
        left.unlink()
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_text_field(_ROWS, tokenizer_name=_TOKENS)
    builder.add_text_field(_TERMS, tokenizer_name=_TOKENS, index_option="basic")
    for sample in _SAMPLES:
        for field in (_ROWS, _TERMS):
            builder.add_text_field(field + sample, tokenizer_name=_TOKENS, index_option="basic")
    columns = []
    for point, code in layout.codes.items():
        if point in layout.facets:
            builder.add_text_field(f"c{code}", fast=True, tokenizer_name="raw", index_option="basic")
            columns.append(f"c{code}")
        if point in layout.numbers:
            builder.add_unsigned_field(f"n{code}", fast=True)
        if point in layout.sorted:
            for index in range(_DEPTH if layout.sorted[point] else 1):
                builder.add_unsigned_field(f"o{code}{index}", fast=True)
    tantivy.Index(builder.build(), path=str(folder))
    described = json.loads((folder / _SCHEMA).read_text())
    for field in described["schema"]:
        if field["name"] in columns:
            field["options"]["indexing"] = None
        elif field["type"] == "text":
            field["options"]["indexing"]["fieldnorms"] = False
    (folder / _SCHEMA).write_text(json.dumps(described))


def _take_segments(folder: Path, others: Sequence[Path]) -> None:
    """Put the segments of other indexes of one layout in place of all there is, and end the others."""
    for left in folder.iterdir():
        left.unlink()
    described, *rest = [json.loads((other / _SCHEMA).read_text()) for other in others]
    for each in rest:
        described["segments"] += each["segments"]
        described["opstamp"] = max(described["opstamp"], each["opstamp"])
    names = {name for other in others for name in json.loads((other / _FILES).read_text())}
    for other in others:
        for file in other.glob("*.*"):
            if file.name in names and file.name != _SCHEMA:
                os.replace(file, folder / file.name)
        rmtree(other)
    (folder / _FILES).write_text(json.dumps(sorted(names)))
    (folder / _SCHEMA).write_text(json.dumps(described))


def _read_state(folder: Path) -> _State | None:
    """What the folder says of itself; None if it holds no index of ours."""
    try:
        return msgspec.json.decode((folder / _STATE).read_bytes(), type=_State)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _write_state(folder: Path, state: _State) -> None:
    """Whole or not at all."""
    new = folder / f"{_STATE}.new"
    new.write_bytes(msgspec.json.encode(state))
    os.replace(new, folder / _STATE)


class TantivyView:
    """A `core.ports.IndexView`: a searcher, and what the layout means."""

    def __init__(
        self,
        schema: tantivy.Schema,
        searcher: tantivy.Searcher,
        layout: Layout,
        position: int,
        letters: frozenset[str],
    ) -> None:
        self._schema = schema
        self._searcher = searcher
        self._codes = layout.codes
        self._row_codes = layout.row_codes
        self._sorted = layout.sorted
        self._numbers = layout.numbers
        self._letters = sorted(letters)
        self.position = position

    def search(self, plan: Plan, order: Sequence[Order], offset: int, limit: int) -> Found | SearchRefused:
        """The bibs that the plan finds, and of these ``limit`` from ``offset`` on."""
        try:
            query = self._query(plan)
            if offset >= self._searcher.num_docs or limit <= 0:
                return Found(self._count(query), ())
            if not order:
                found = self._searcher.search(query, limit, True, "id", offset, Direction.Asc)
                return Found(_count_of(found), self._ids(found))
            keys = [self._key(one) for one in order]
            return Found(self._count(query), tuple(self._sorted_page(query, keys, offset, limit)))
        except ValueError as error:
            return _too_many(error)

    def count(self, plan: Plan) -> int | SearchRefused:
        """How many bibs the plan finds."""
        try:
            return self._count(self._query(plan))
        except ValueError as error:
            return _too_many(error)

    # Sorting

    def _key(self, order: Order) -> _Key:
        code = self._codes[order.point]
        depth = _DEPTH if self._sorted[order.point] else 1
        return _Key(
            tuple([f"o{code}{index}" for index in range(depth)]), order.descending, order.missing_first
        )

    def _sorted_page(self, query: Query, keys: Sequence[_Key], offset: int, limit: int) -> Iterator[BibId]:
        """A page in the order of the keys, and then of the ids.

        The bibs that have something in the first key and those that have nothing are two rows, one behind the
        other.
        """
        if limit <= 0:
            return
        if not keys:
            yield from self._ids(self._searcher.search(query, limit, False, "id", offset, Direction.Asc))
            return
        key, rest = keys[0], keys[1:]
        has = Query.exists_query(key.columns[0])
        with_it, without_it = _all([query, has]), _without(query, has)
        ahead = self._count(without_it if key.missing_first else with_it)
        inside = max(min(limit, ahead - offset), 0)
        behind = max(offset - ahead, 0)
        if key.missing_first:
            yield from self._sorted_page(without_it, rest, offset, inside)
            yield from self._page_by(with_it, key, 0, rest, behind, limit - inside)
        else:
            yield from self._page_by(with_it, key, 0, rest, offset, inside)
            yield from self._sorted_page(without_it, rest, behind, limit - inside)

    def _page_by(
        self, query: Query, key: _Key, depth: int, rest: Sequence[_Key], offset: int, limit: int
    ) -> Iterator[BibId]:
        """A page in the order of the key from its column ``depth`` on. Bibs that are equal in a column are
        sorted by what comes after it; of most of them there is one.
        """
        if limit <= 0:
            return
        if depth == len(key.columns):
            yield from self._sorted_page(query, rest, offset, limit)
            return
        column, direction = key.columns[depth], Direction.Desc if key.descending else Direction.Asc
        hits = self._searcher.search(query, limit, False, column, offset, direction).hits
        at = 0
        for value, members in groupby(hits, key=lambda hit: hit[0]):
            addresses = [address for _, address in members]
            end = at + len(addresses)
            if len(addresses) == 1 and at and end < len(hits):
                yield from self._ids_at(addresses)
            else:
                equal = _all([query, self._range(column, value, value)])
                earlier = 0 if at else offset - self._ahead(query, column, value, key.descending)
                yield from self._page_by(equal, key, depth + 1, rest, earlier, len(addresses))
            at = end

    def _ahead(self, query: Query, column: str, value: int, descending: bool) -> int:
        """How many come before those that have the value in a column."""
        if descending:
            return self._count(_all([query, self._range(column, value + 1, None)]))
        return self._count(_all([query, self._range(column, None, value - 1)])) if value else 0

    def _range(self, name: str, low: int | None, high: int | None) -> Query:
        return Query.range_query(self._schema, name, FieldType.Unsigned, low, high)

    # Listing

    def words(self, rows: Sequence[str], start: str, before: int, after: int) -> Neighbours:
        """Words in rows around ``start``."""
        codes = [self._row_codes[row] for row in rows]
        return self._around(_ROWS, codes, self._inner, start, before, after)

    def terms(self, point: str, start: str, before: int, after: int) -> Neighbours:
        """Terms of a point around ``start``."""
        return self._around(_TERMS, [self._codes[point]], self._letters, start, before, after)

    def _around(
        self, field: str, codes: Sequence[str], inner: Sequence[str], start: str, before: int, after: int
    ) -> Neighbours:
        walk = _Walk(_Dictionary(self._schema, self._searcher, field, codes), self._letters, inner)
        behind = list(islice(walk.down(start), before + 1))
        ahead = list(islice(walk.up(start), after + 1))
        return _neighbours(behind, ahead, before, after)

    @cached_property
    def _inner(self) -> Sequence[str]:
        """Characters that do not only stand at the beginning of words."""
        return [char for char in self._letters if not stands_alone(char)]

    def facet(self, plan: Plan, point: str) -> list[Counted] | SearchRefused:
        """The terms of the point in the bibs that the plan finds, the most frequent first, then in order."""
        try:
            column = f"c{self._codes[point]}"
            asked = {"terms": {"field": column, "size": _MOST_LISTED, "order": {"_count": "desc"}}}
            found = self._searcher.aggregate(self._query(plan), {"found": asked})["found"]["buckets"]
        except ValueError as error:
            return _too_many(error)
        counted = [Counted(bucket["key"], bucket["doc_count"]) for bucket in found]
        return sorted(counted, key=lambda one: (-one.count, one.term))

    # Looking up

    def _count(self, query: Query) -> int:
        return _count_of(self._searcher.search(query, 1, order_by_field="id"))

    def _ids(self, found: tantivy.SearchResult) -> tuple[BibId, ...]:
        return tuple([BibId(bib) for bib, _ in found.hits])

    def _ids_at(self, addresses: list[tantivy.DocAddress]) -> list[BibId]:
        return [BibId(int(bib or 0)) for bib in self._searcher.fast_field_values("id", addresses)]

    def _query(self, plan: Plan) -> Query:
        match plan:
            case Phrase():
                return self._phrase(plan)
            case Term(point, like):
                pieces = [piece if isinstance(piece, Mask) else _one_word(piece) for piece in like]
                return self._term("h", self._codes[point], tuple(pieces))
            case Between():
                return self._between(plan)
            case InRow(row):
                start = f"{self._row_codes[row]}{_EDGES[Edge.START]}"
                return Query.term_query(self._schema, "w", start)
            case Present(point):
                return Query.term_query(self._schema, "h", self._codes[point])
            case Sortable(point):
                return Query.exists_query(f"o{self._codes[point]}0")
            case Known(ids):
                return Query.term_set_query(self._schema, "id", list(ids))
            case AllOf(parts):
                return _all([self._query(part) for part in parts]) if parts else Query.all_query()
            case AnyOf(parts):
                return _any([self._query(part) for part in parts]) if parts else Query.empty_query()
            case Without(kept, taken):
                return _without(self._query(kept), self._query(taken))
            case _:
                assert_never(plan)

    def _term(self, field: str, code: str, like: Pattern) -> Query:
        if len(like) == 1 and isinstance(like[0], str):
            return Query.term_query(self._schema, field, code + like[0])
        return Query.regex_query(self._schema, field, code + _regex(like))

    def _between(self, plan: Between) -> Query:
        """A range of terms: of numbers by their column, of others by patterns."""
        code, low, high = self._codes[plan.point], plan.low, plan.high
        if plan.point in self._numbers and (low is not None or high is not None):
            return Query.range_query(
                self._schema,
                f"n{code}",
                FieldType.Unsigned,
                None if low is None else int(low),
                None if high is None else int(high),
                include_lower=low is None or plan.low_included,
                include_upper=high is None or plan.high_included,
            )
        bounds = _ranges(
            _one_word(low or ""),
            None if high is None else _one_word(high),
            low is not None and plan.low_included,
            plan.high_included,
        )
        found = [Query.regex_query(self._schema, "h", code + pattern) for pattern in bounds.patterns()]
        return _any(found) if found else Query.empty_query()

    def _phrase(self, phrase: Phrase) -> Query:
        code = self._row_codes[phrase.row]
        first = phrase.slots[0].at
        held: list[tuple[int, Pattern]] = [
            (slot.at - first, (_EDGES[slot.holds],) if isinstance(slot.holds, Edge) else slot.holds)
            for slot in phrase.slots
        ]
        if len(held) == 1:
            return self._term("w", code, held[0][1])
        if all(len(like) == 1 and isinstance(like[0], str) for _, like in held):
            return Query.phrase_query(self._schema, "w", [(at, f"{code}{like[0]}") for at, like in held])
        return Query.regex_phrase_query(self._schema, "w", [(at, code + _regex(like)) for at, like in held])


def _one_word(term: str) -> str:
    """A term, or a piece of one, as the index has it."""
    return term.replace(" ", _BLANK)


def _count_of(found: tantivy.SearchResult) -> int:
    count: int = found.count  # type: ignore[attr-defined]  # the stub leaves it out
    return count


class _Key(Struct, frozen=True, gc=False):
    """The columns of one sort key, and which way they are read."""

    columns: tuple[str, ...]
    descending: bool
    missing_first: bool


class _Dictionary:
    """The words of rows, or the terms of a point; blanks are as they are in the index.

    It can be asked for all that begin so, no more; that is dear where they are many.
    """

    def __init__(
        self, schema: tantivy.Schema, searcher: tantivy.Searcher, field: str, codes: Sequence[str]
    ) -> None:
        self._schema = schema
        self._searcher = searcher
        self._field = field
        self._codes = codes

    def beginning(self, prefix: str, sample: str = "") -> set[str]:
        """All that begin so, in any bib there was."""
        found = {
            term[len(code) :]
            for code in self._codes
            for term, _ in self._searcher.terms_with_prefix(self._field + sample, code + prefix)
        }
        return found - _NO_WORDS

    def some(self, prefix: str) -> set[str]:
        """Some of those that begin so, if they are many."""
        samples = (self.beginning(prefix, sample) for sample in _SAMPLES)
        return next((found for found in samples if len(found) > _FEW), set())

    def goes_beyond(self, prefix: str) -> bool:
        """Whether a character beyond ASCII comes behind the prefix in any."""
        pattern = f"{_literal(prefix)}{_range_of(0x80, _LAST)}.*"
        queries = [Query.regex_query(self._schema, self._field, code + pattern) for code in self._codes]
        return self._finds(queries) > 0

    def count(self, whole: str) -> int:
        """How many bibs have it."""
        queries = [Query.term_query(self._schema, self._field, code + whole) for code in self._codes]
        return self._finds(queries)

    def _finds(self, queries: Sequence[Query]) -> int:
        return _count_of(self._searcher.search(_any(queries), 1, order_by_field="id"))


_NO_WORDS: Final = frozenset({"", *_EDGES.values()})
_FEW: Final = 4
"""Of a sample: there are some thousand in all for these."""


class _Walk:
    """What is in a dictionary in its order, from a place on, upwards or downwards, with its counts.

    Where many begin alike, they are asked for by one more character at a time, in the order of the characters
    there are. ``letters`` are those beyond ASCII, and ``inner`` those of them that follow others.
    """

    def __init__(self, dictionary: _Dictionary, letters: Sequence[str], inner: Sequence[str]) -> None:
        self._dictionary = dictionary
        self._letters = letters
        self._inner = inner

    def up(self, start: str) -> Iterator[Counted]:
        """From ``start`` on, itself included."""
        return self._counted(self._walk("", _one_word(start), upwards=True))

    def down(self, start: str) -> Iterator[Counted]:
        """From before ``start`` on, backwards."""
        return self._counted(self._walk("", _one_word(start), upwards=False))

    def _counted(self, found: Iterator[str]) -> Iterator[Counted]:
        """Without what is in no bib, or in none any more."""
        for one in found:
            if count := self._dictionary.count(one):
                yield Counted(one.replace(_BLANK, " "), count)

    def _walk(self, prefix: str, start: str, *, upwards: bool) -> Iterator[str]:
        """What begins with the prefix, on one side of the start."""
        bound = start[: len(prefix)]
        if (prefix < bound) if upwards else (prefix > bound):
            return
        some = self._dictionary.some(prefix) if len(prefix) < _DEEPEST else set()
        if not some:
            found = self._dictionary.beginning(prefix)
            wanted = [one for one in found if ((one >= start) if upwards else (one < start))]
            yield from sorted(wanted, reverse=not upwards)
            return
        alone = [prefix] if prefix and ((prefix >= start) if upwards else (prefix < start)) else []
        letters = [*_ASCII_LETTERS, *self._beyond(prefix, some)]
        if upwards:
            yield from alone
        for letter in letters if upwards else reversed(letters):
            yield from self._walk(prefix + letter, start, upwards=upwards)
        if not upwards:
            yield from alone

    def _beyond(self, prefix: str, some: set[str]) -> Sequence[str]:
        """Characters beyond ASCII that may follow the prefix; there may be thousands."""
        letters = self._inner if prefix else self._letters
        at = len(prefix)
        if len(letters) <= _ASKED_FOR or any(not one[at : at + 1].isascii() for one in some):
            return letters
        return letters if self._dictionary.goes_beyond(prefix) else ()


_ASCII_LETTERS: Final = f"{_BLANK}#+.0123456789abcdefghijklmnopqrstuvwxyz"
"""All that an entry has of ASCII, in order."""
_DEEPEST: Final = 32
"""Characters by which a place is looked for: what has more in common is never so much."""
_ASKED_FOR: Final = 100
"""Characters that are asked for one by one sooner than whether there are any of them."""


def _neighbours(behind: list[Counted], ahead: list[Counted], before: int, after: int) -> Neighbours:
    """What was found on both sides, one more than was asked for if there is more."""
    return Neighbours(
        (*reversed(behind[:before]), *ahead[:after]),
        min(len(behind), before),
        first=len(behind) <= before,
        last=len(ahead) <= after,
    )


def _too_many(error: ValueError) -> SearchRefused:
    """A mask stands for more words than a phrase may try. Raises `IndexBroken` for anything else."""
    if "expansion" in str(error):
        return SearchRefused(QueryFault.TOO_MANY_TERMS)
    raise IndexBroken(str(error)) from error


def _all(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _without(kept: Query, taken: Query) -> Query:
    return Query.boolean_query([(Occur.Must, kept), (Occur.MustNot, taken)])


_MASKS: Final = {Mask.ONE: r"[^\^$]", Mask.RUN: r"[^\^$]*"}
"""Any character but those that stand at the ends of texts."""
_LAST: Final = 0x10FFFF


def _regex(like: Pattern) -> str:
    return "".join([_MASKS[piece] if isinstance(piece, Mask) else _literal(piece) for piece in like])


def _literal(text: str) -> str:
    return "".join([char if char.isascii() and char.isalnum() else f"\\x{{{ord(char):x}}}" for char in text])


def _range_of(low: int, high: int) -> str:
    """One character between two code points; nothing if there is none."""
    return f"[\\x{{{low:x}}}-\\x{{{high:x}}}]" if low <= high else ""


_PARTS: Final = 12
"""Of one pattern: an automaton may have a thousand states."""


class _Bounds(Struct, frozen=True, gc=False):
    """What lies in a range: texts that begin so, and texts that are so. All are patterns."""

    beginnings: tuple[str, ...]
    wholes: tuple[str, ...] = ()

    def behind(self, prefix: str) -> _Bounds:
        """The same behind a text."""
        ahead = _literal(prefix)
        return _Bounds(
            tuple([ahead + one for one in self.beginnings]), tuple([ahead + one for one in self.wholes])
        )

    def patterns(self) -> Iterator[str]:
        """As few patterns as may be: each costs half a millisecond."""
        for at in range(0, len(self.beginnings), _PARTS):
            yield f"({'|'.join(self.beginnings[at : at + _PARTS])}).*"
        for at in range(0, len(self.wholes), _PARTS):
            yield f"({'|'.join(self.wholes[at : at + _PARTS])})"


def _runs(text: str) -> Iterator[tuple[str, int]]:
    """For each run of one character: a pattern of the text up to anywhere in the run, and the character."""
    at = 0
    for char, run in groupby(text):
        length = len(list(run))
        yield f"{_literal(text[:at])}{_literal(char)}{{0,{length - 1}}}", ord(char)
        at += length


def _above(low: str, included: bool) -> _Bounds:
    """What is greater than a text: at its first, its second ... character, or because it is longer."""
    greater = [ahead + _range_of(code + 1, _LAST) for ahead, code in _runs(low) if code < _LAST]
    return _Bounds((*greater, _literal(low) if included else f"{_literal(low)}."))


def _below(high: str, nothing: bool, included: bool) -> _Bounds:
    """What is less than a text: at its first, its second ... character, or because it is shorter.

    ``nothing``: the empty text is one of these.
    """
    less = [ahead + _range_of(1, code - 1) for ahead, code in _runs(high)]
    wholes = [_literal(high[:at]) for at in range(len(high) + included) if at or nothing]
    return _Bounds(tuple(less), tuple(wholes))


def _ranges(low: str, high: str | None, low_included: bool, high_included: bool) -> _Bounds:
    """What lies between two texts, code point by code point. ``high`` None is no bound."""
    if high is None:
        return _above(low, low_included)
    pairs = enumerate(zip(low, high, strict=False))
    shared = next((at for at, pair in pairs if pair[0] != pair[1]), min(len(low), len(high)))
    prefix, low, high = low[:shared], low[shared:], high[shared:]
    if not low:
        return _below(high, low_included, high_included).behind(prefix)
    if not high or low[0] > high[0]:
        return _Bounds(())
    inner = _range_of(ord(low[0]) + 1, ord(high[0]) - 1)
    above = _above(low[1:], low_included).behind(low[0])
    below = _below(high[1:], True, high_included).behind(high[0])
    between = _Bounds(
        (*above.beginnings, *([inner] if inner else ()), *below.beginnings), (*above.wholes, *below.wholes)
    )
    return between.behind(prefix)
