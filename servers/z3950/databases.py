"""The databases: the institution's, and parts of it that are named after a campus or a library.

The rule it keeps: names are the same in any case of letters, and one that there is not is refused. In the
database of a library are the bibs of which something belongs there, or is there for a while; what stands
elsewhere is not told of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from core.availability import Inventory
from core.model.policy import Policy
from core.query import And, Clause, Match, Or, Query, Word
from servers.z3950.refusal import Refused

LIBRARIES: Final = ("itemLibrary", "temporaryLibrary")
"""The access points for the library that items belong to, and for the one where they are for a while."""

EXPLAIN: Final = "ir-explain-1"
"""The database of the Explain facility (Z39.50-1995, appendix EXP), which is not there."""

NAMES: Final = 256
"""So many names are remembered, with what they mean: there are few databases, but in any case of letters."""

_UNKNOWN, _NO_EXPLAIN = 235, 1007


class Database(Struct, frozen=True):
    """What is searched, by the name that the origin gave it. ``agencies`` are the libraries whose holdings
    count; None: all of them.
    """

    name: str
    agencies: frozenset[str] | None = None

    def narrowed(self, query: Query) -> Query:
        """The query, asked of this database alone."""
        if self.agencies is None:
            return query
        held: Iterable[Query] = [
            Clause(point, Match.EQ, (Word((code,)),)) for code in sorted(self.agencies) for point in LIBRARIES
        ]
        return And(query, reduce(Or, held))

    def of(self, inventory: Inventory) -> Inventory:
        """What there is of a bib in this database."""
        if self.agencies is None:
            return inventory
        here = [holding for holding in inventory.holdings if holding.agency in self.agencies]
        return replace(inventory, holdings=tuple(here))


class Databases:
    """The databases of an institution."""

    def __init__(self, policy: Policy, also: Sequence[str] = ()) -> None:
        """``also`` are other names for the institution's own."""
        self._institutions = {name.lower() for name in (policy.institution, *also)}
        self._parts: dict[str, frozenset[str]] = {}
        for agency in policy.agencies:
            self._parts[agency.code.lower()] = frozenset({agency.code})
        for campus in {agency.campus for agency in policy.agencies if agency.campus}:
            there = [agency.code for agency in policy.agencies if agency.campus == campus]
            self._parts[campus.lower()] = frozenset(there)
        self._known = lru_cache(maxsize=NAMES)(self._database)

    def named(self, names: Sequence[str]) -> Database:
        """The databases with these names, as one. Raises `Refused`."""
        if not names:
            raise Refused(_UNKNOWN)
        first, *more = [self._known(name) for name in names]
        return reduce(_together, more, first)

    def _database(self, name: str) -> Database:
        institution, slash, part = name.lower().partition("/")
        if institution == EXPLAIN:
            raise Refused(_NO_EXPLAIN, name)
        if institution not in self._institutions or (slash and part not in self._parts):
            raise Refused(_UNKNOWN, name)
        return Database(name, self._parts[part] if slash else None)


def _together(one: Database, other: Database) -> Database:
    """Both as one, by the name of the first, or of the first that is the institution's own."""
    if one.agencies is None or other.agencies is None:
        return one if one.agencies is None else other
    return Database(one.name, one.agencies | other.agencies)
