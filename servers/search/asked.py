"""What a reader asks for, as it stands in the address of a page; and the query in CQL that it comes to.

The rule it keeps: everything is in the address. A page can be kept, sent on and gone back to; nothing else is
remembered of who asked. What is sought on the page is a query that SRU answers alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct
from msgspec.structs import replace

from protocols.cql.parser import parse
from protocols.cql.terms import raw_of
from protocols.cql.tree import Chain, Clause, Modifier, Node, Operator, Query, Relation, SortKey, Step, Term

LONGEST: Final = 1000
"""Characters of what is typed that are read."""

LAST_PAGE: Final = 1000
PER_PAGE: Final = 10
CQL: Final = "cql"
"""Where what is typed is a query as it stands."""

_MOST_PARAMETERS: Final = 40


class Field(Struct, frozen=True):
    """A choice of where to look: what it is called, the index, and whether all words must be there or the one
    term.
    """

    label: str
    index: str
    relation: str = "all"


FIELDS: Final[Mapping[str, Field]] = {
    "anywhere": Field("Anywhere", "alma.all_for_ui"),
    "title": Field("Title", "alma.title"),
    "author": Field("Author", "alma.creator"),
    "subject": Field("Subject", "alma.subjects"),
    "isbn": Field("ISBN", "alma.isbn", "="),
    "call-number": Field("Call number", "alma.PermanentCallNumber", "="),
    "barcode": Field("Barcode", "alma.barcode", "="),
    CQL: Field("Query in CQL", ""),
}


class Order(Struct, frozen=True):
    """An order of the hits, by one index."""

    label: str
    index: str
    direction: str = "sort.ascending"


ORDERS: Final[Mapping[str, Order]] = {
    "title": Order("Title", "alma.title"),
    "author": Order("Author", "alma.creator"),
    "newest": Order("Newest", "alma.main_pub_date", "sort.descending"),
    "oldest": Order("Oldest", "alma.main_pub_date"),
}

FACETS: Final[Mapping[str, tuple[str, str]]] = {
    "kind": ("Kind", "alma.mms_material_type"),
    "library": ("Library", "alma.itemLibrary"),
    "shelf": ("Shelf", "alma.itemPhysicalLocation"),
    "language": ("Language", "alma.language"),
    "genre": ("Genre", "alma.genre_form"),
}
"""What hits can be narrowed down by: a title, and the index."""


class Only(Struct, frozen=True):
    """A value that all hits must have."""

    facet: str
    value: str


class Asked(Struct, frozen=True):
    """What a reader asks for. ``only`` are the values by which it was narrowed down."""

    text: str = ""
    where: str = "anywhere"
    order: str = "title"
    page: int = 1
    only: tuple[Only, ...] = ()

    @property
    def is_anything(self) -> bool:
        """Whether there is something to look for."""
        return bool(self.text or self.only)

    @property
    def first(self) -> int:
        """The place of the first hit on the page."""
        return (self.page - 1) * PER_PAGE + 1

    @property
    def address(self) -> str:
        """Where the page is; what is as usual is left out."""
        said = [("q", self.text)] if self.text else []
        said += [("in", self.where)] if self.where != _USUAL.where else []
        said += [("order", self.order)] if self.order != _USUAL.order else []
        said += [(one.facet, one.value) for one in self.only]
        said += [("page", str(self.page))] if self.page > 1 else []
        return f"/?{urlencode(said)}" if said else "/"

    def at(self, page: int) -> Asked:
        """Another page of the same."""
        return replace(self, page=page)

    def ordered(self, order: str) -> Asked:
        """The same in another order."""
        return replace(self, order=order, page=1)

    def narrowed(self, one: Only) -> Asked:
        """Only hits with this value, too."""
        return replace(self, only=(*self.only, one), page=1)

    def widened(self, one: Only) -> Asked:
        """Hits without this value, too."""
        return replace(self, only=tuple(other for other in self.only if other != one), page=1)


_USUAL: Final = Asked()


def asked_in(query_string: str) -> Asked:
    """What an address asks for. What cannot be meant is as if it were not there."""
    text = query_string.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, errors="replace", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return _USUAL
    said = dict(pairs)
    where, order, page = said.get("in", ""), said.get("order", ""), said.get("page", "")
    return Asked(
        text=" ".join(said.get("q", "")[:LONGEST].split()),
        where=where if where in FIELDS else _USUAL.where,
        order=order if order in ORDERS else _USUAL.order,
        page=min(max(int(page), 1), LAST_PAGE) if page.isdecimal() and len(page) < 9 else 1,
        only=tuple(dict.fromkeys(Only(name, value) for name, value in pairs if name in FACETS)),
    )


def typed(asked: Asked) -> Query:
    """What was typed, as a query. Raises `CqlError` where that is one, and wrong."""
    if not asked.text:
        return Query(Clause(Term("1"), "cql.allRecords"))
    if asked.where == CQL:
        return parse(asked.text)
    field = FIELDS[asked.where]
    phrase = _PHRASE.fullmatch(asked.text)
    if phrase is not None:
        return Query(Clause(Term(_term(phrase[1])), field.index, Relation("=")))
    return Query(Clause(Term(_term(asked.text)), field.index, Relation(field.relation)))


def word_by_word(asked: Asked) -> Mapping[str, Asked]:
    """What was typed, each word alone, where it is words and more than one."""
    words = asked.text.split()
    if asked.where == CQL or FIELDS[asked.where].relation != "all" or len(words) < 2:
        return {}
    alone = [word.strip('"') for word in words]
    return {word: Asked(text=word, where=asked.where) for word in alone if word}


def whole(query: Query, asked: Asked) -> Query:
    """A query, narrowed down and sorted as was asked; an order of its own goes before that."""
    steps = [Step(Operator.AND, _only(one)) for one in asked.only]
    order = ORDERS[asked.order]
    usual = (SortKey(order.index, (Modifier(order.direction),)),)
    return Query(_joined(query.root, steps), query.prefixes, query.sort or usual)


def unsorted(query: Query) -> Query:
    """The query without its order."""
    return Query(query.root, query.prefixes)


def _joined(root: Node, steps: list[Step]) -> Node:
    """Booleans have one rank and go from left to right, so no parentheses are needed."""
    if not steps:
        return root
    if isinstance(root, Chain):
        return Chain(root.first, (*root.steps, *steps))
    return Chain(root, tuple(steps))


def _only(one: Only) -> Clause:
    _, index = FACETS[one.facet]
    return Clause(Term(raw_of(one.value)), index, Relation("=="))


_PHRASE: Final = re.compile(r'"([^"]+)"')
_SIGNS: Final = re.compile(r'[?^"\\]')


def _term(text: str) -> str:
    """The text with its ``*`` as a mask; a question mark is one, for people."""
    return _SIGNS.sub(r"\\\g<0>", text)
