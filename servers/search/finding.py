"""From what is asked to what is shown: hits with what there is of each right now, or why there are none.

The rule it keeps: availability is looked at last, when all else is at hand, and what is shown of it is
durable. A query means here what it means over SRU.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from core.availability import Inventory
from core.catalogue import Catalogue, Hits
from core.journal import Settled
from core.model.records import Bib, BibId
from core.ports import StoreRefused
from core.query import EVERYTHING, Query, QueryFault, SearchRefused, SortKey
from protocols.cql import tree
from protocols.cql.errors import CqlError, pointed
from protocols.cql.writing import write, write_clause
from protocols.sru.diagnostics import KINDS
from servers.configuration.settings import Settings
from servers.search.asked import (
    CQL,
    FACETS,
    LAST_PAGE,
    PER_PAGE,
    Asked,
    Only,
    typed,
    unsorted,
    whole,
    word_by_word,
)
from servers.search.holdings import Holdings
from servers.search.languages import language_name
from servers.search.records import Hit, Whole, head_of, lines_of, marc_of
from servers.settling import settled
from servers.sru.house import House
from servers.sru.translate.diagnostics import FAULTS, culprit
from servers.sru.translate.queries import QueryReader, Read
from servers.sru.translate.sorting import of_cql

FACET_VALUES: Final = 8

MOST_ORDERED: Final = 10_000
"""Hits that are put in order; nobody pages through more, and a kiosk would wait for it."""

MOST_COUNTED: Final = 100_000
"""Hits whose values are counted."""

BROWSING: Final = timedelta(minutes=1)
"""For how long the values of the whole catalogue are those that were counted."""


class Narrowing(Struct, frozen=True):
    """A value of a facet, how many hits have it, and where only those are."""

    label: str
    count: int
    address: str


class FacetShown(Struct, frozen=True):
    """A facet with its commonest values."""

    title: str
    values: tuple[Narrowing, ...]


class Applied(Struct, frozen=True):
    """A value by which hits are narrowed down already, and where they are not."""

    title: str
    label: str
    address: str


class Part(Struct, frozen=True):
    """A part of a query that found nothing, with what it finds alone, and where."""

    text: str
    count: int
    address: str


class Listed(Struct, frozen=True):
    """A page of hits. ``query`` is the whole query in CQL; ``parts`` are there if nothing was found.

    ``is_ordered`` is false if there are too many for that.
    """

    query: str
    count: int
    is_ordered: bool
    hits: tuple[Hit, ...]
    facets: tuple[FacetShown, ...]
    applied: tuple[Applied, ...]
    parts: tuple[Part, ...]


class Trouble(Struct, frozen=True):
    """Why nothing can be shown: what is wrong, what helps, and the place in the query where it is, if any."""

    status: HTTPStatus
    title: str
    hint: str
    pointed: str = ""
    diagnostic: str = ""


NO_SUCH_RECORD: Final = Trouble(
    HTTPStatus.NOT_FOUND,
    "There is no such record",
    "It may have been withdrawn from the catalogue. Search for its title instead.",
)
COME_AGAIN: Final = Trouble(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The catalogue is not there just now",
    "It is being made ready. Load this page again in a few seconds.",
)


class _Failed(Exception):
    """Carries trouble up to `Finder`; it does not leave this file."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble


class Finder:
    """Finds for readers, by settings that do not change."""

    def __init__(self, house: House, settings: Settings) -> None:
        self._house = house
        self._catalogue: Catalogue = house.catalogue
        self._reader = QueryReader(house.catalogue.points)
        self._holdings = Holdings(house.desk.policy, ZoneInfo(settings.institution.time_zone))
        self._names = _place_names(settings)
        self._headings = house.headings()
        self._browsing: tuple[FacetShown, ...] = ()
        self._browsed: datetime | None = None

    async def listed(self, asked: Asked) -> Listed | Trouble:
        """A page of hits."""
        try:
            return await self._listed(asked)
        except _Failed as failed:
            return failed.trouble

    async def whole(self, number: str) -> Whole | Trouble:
        """A record."""
        card = self._house.desk.library.bib(number)
        if card is None:
            return NO_SUCH_RECORD
        try:
            bodies = await self._bodies([card.id])
            inventory = (await self._inventories([card.id]))[card.id]
        except _Failed as failed:
            return failed.trouble
        marc = marc_of(bodies.get(card.id))
        return Whole(
            head=head_of(card, marc),
            lines=lines_of(marc),
            places=self._holdings.places(inventory),
            online=self._holdings.online(inventory),
            waiting=inventory.queue_length,
        )

    def browsing(self) -> tuple[FacetShown, ...]:
        """What the whole catalogue can be narrowed down by; nothing while there is no index."""
        now = self._house.desk.clock.now()
        if self._catalogue.ready and (self._browsed is None or now - self._browsed > BROWSING):
            self._browsing, self._browsed = self._facets(EVERYTHING, Asked()), now
        return self._browsing

    async def _listed(self, asked: Asked) -> Listed:
        own = self._read(asked)
        meant = whole(own.written, asked)
        read, sort = self._reader.read(write(meant)), of_cql(self._reader, meant.sort)
        found = self._hits(read, sort, asked)
        return Listed(
            query=write(meant),
            count=found.count,
            is_ordered=found.count <= MOST_ORDERED,
            hits=await self._shown(found.ids),
            facets=self._facets(read.query, asked) if 1 < found.count <= MOST_COUNTED else (),
            applied=tuple(self._applied(asked)),
            parts=() if found.count else tuple(self._parts(asked, own)),
        )

    def _read(self, asked: Asked) -> Read:
        """What was typed, alone: so a mistake stands where the reader has made it."""
        try:
            written = typed(asked)
            read = self._reader.read(write(unsorted(written)) if asked.where != CQL else asked.text)
            of_cql(self._reader, written.sort)
        except CqlError as error:
            raise _Failed(_mistaken(asked, error)) from error
        refused = self._catalogue.check(read.query)
        if refused is not None:
            raise _Failed(self._refused(asked, read, refused))
        return read

    def _hits(self, read: Read, sort: Sequence[SortKey], asked: Asked) -> Hits:
        found = self._catalogue.search(read.query, (), asked.first - 1, PER_PAGE)
        if isinstance(found, Hits) and found.count <= MOST_ORDERED:
            found = self._catalogue.search(read.query, sort, asked.first - 1, PER_PAGE)
        if isinstance(found, SearchRefused):
            raise _Failed(self._refused(asked, read, found))
        return found

    def _refused(self, asked: Asked, read: Read, refused: SearchRefused) -> Trouble:
        if refused.fault is QueryFault.NOT_READY:
            return COME_AGAIN
        fault = FAULTS[refused.fault]
        part = culprit(read.parts, refused, self._catalogue.check)
        place = None if part is None or asked.where != CQL else part.written.place
        return _trouble(asked, fault.number, fault.hint, place)

    async def _shown(self, bibs: Sequence[BibId]) -> tuple[Hit, ...]:
        """Those that are still there; one may have gone since it was found."""
        if not bibs:
            return ()
        bodies = await self._bodies(bibs)
        inventories = await self._inventories(bibs)
        cards = [card for bib in bibs if (card := self._house.desk.library.bibs.get(bib)) is not None]
        return tuple([self._hit(card, bodies, inventories[card.id]) for card in cards])

    def _hit(self, card: Bib, bodies: Mapping[BibId, bytes], inventory: Inventory) -> Hit:
        return Hit(
            head=head_of(card, marc_of(bodies.get(card.id))),
            places=self._holdings.places(inventory),
            online=self._holdings.online(inventory),
        )

    async def _bodies(self, bibs: Sequence[BibId]) -> Mapping[BibId, bytes]:
        try:
            return await self._house.bodies(bibs)
        except StoreRefused as error:
            raise _Failed(COME_AGAIN) from error

    async def _inventories(self, bibs: Sequence[BibId]) -> Mapping[BibId, Inventory]:
        """What there is of each, as it is kept; what was undone meanwhile is looked at anew."""
        while True:
            answer = self._house.desk.shelves.inventory(bibs)
            how = await settled(answer.unit)
            if how is Settled.KEPT:
                return answer.outcome
            if how is Settled.UNKNOWN:
                raise _Failed(COME_AGAIN)

    def _facets(self, query: Query, asked: Asked) -> tuple[FacetShown, ...]:
        """Those with something to choose from. That they cannot be counted takes nothing from the hits."""
        taken = {one.facet for one in asked.only}
        points = {
            name: self._reader.point(index, 0).name
            for name, (_, index) in FACETS.items()
            if name not in taken
        }
        found = self._catalogue.facets(query, list(points.values()))
        if isinstance(found, SearchRefused):
            return ()
        made = []
        for name, facet in zip(points, found, strict=True):
            values = [
                Narrowing(
                    self._label(name, term.value), term.count, asked.narrowed(Only(name, term.value)).address
                )
                for term in facet.terms[:FACET_VALUES]
            ]
            if len(values) > 1:
                made.append(FacetShown(FACETS[name][0], tuple(values)))
        return tuple(made)

    def _applied(self, asked: Asked) -> Iterator[Applied]:
        for one in asked.only:
            label = self._label(one.facet, one.value)
            yield Applied(FACETS[one.facet][0], label, asked.widened(one).address)

    def _label(self, facet: str, value: str) -> str:
        match facet:
            case "library" | "shelf":
                return self._names.get(value, value.capitalize())
            case "language":
                return language_name(value)
            case _:
                point = self._reader.point(FACETS[facet][1], 0)
                return self._headings.written(point, value) or value.capitalize()

    def _parts(self, asked: Asked, read: Read) -> Iterator[Part]:
        """The words of what was typed, or the clauses of a query, with what each finds alone."""
        for text, alone in word_by_word(asked).items():
            yield from self._part(text, alone)
        if asked.where == CQL and len(read.parts) > 1:
            for part in read.parts:
                if isinstance(part.written, tree.Clause):
                    text = write_clause(part.written)
                    yield from self._part(text, Asked(text=text, where=CQL))
        if asked.only:
            text = f"{asked.text or 'Everything'}, not narrowed down"
            yield from self._part(text, Asked(asked.text, asked.where))

    def _part(self, text: str, alone: Asked) -> Iterator[Part]:
        found = self._catalogue.analysis(self._reader.read(write(unsorted(typed(alone)))).query)
        if not isinstance(found, SearchRefused):
            yield Part(text, found[0].count, alone.address)


def last_page(count: int) -> int:
    """The number of the last page of so many hits."""
    return min(max(1, -(-count // PER_PAGE)), LAST_PAGE)


def _mistaken(asked: Asked, error: CqlError) -> Trouble:
    number = int(error.diagnostic)
    return _trouble(asked, number, error.hint, error.place if asked.where == CQL else None)


def _trouble(asked: Asked, number: int, hint: str, place: int | None) -> Trouble:
    return Trouble(
        HTTPStatus.BAD_REQUEST,
        "This cannot be searched for",
        f"{hint[:1].upper()}{hint[1:]}." if hint else "",
        "" if place is None else pointed(asked.text, place),
        f"{KINDS[number].message} (diagnostic {number})",
    )


def _place_names(settings: Settings) -> Mapping[str, str]:
    """What libraries and shelves are called, by their codes as the index has them: small, without signs."""
    names = {agency.code.casefold(): agency.name or agency.code for agency in settings.agency}
    for place in settings.location:
        names[place.code.casefold().replace("/", " ")] = place.name or place.code
    return names
