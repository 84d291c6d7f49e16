"""A small library with a desk on a memory store, its clock turned by hand.

Ann, Ben and Cyd are adults; Dan's card has expired. MAIN and EAST are open every day. Emma has two copies at
MAIN, Metropolis one film at EAST, the Atlas is for reference. A depot, where a world is given one, keeps the
only copy of Walden. PINs are `pin-of-` and the barcode, checked at
once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from msgspec.structs import replace

from core.answered import AnsweredRequests
from core.desk import Actor, CirculationDesk
from core.journal import Journal
from core.library import Library
from core.model.policy import Agency, Location, Policy
from core.model.records import (
    Bib,
    BibId,
    Fee,
    FeeId,
    FeeKind,
    Item,
    ItemId,
    Medium,
    Patron,
    PatronId,
    Record,
)
from core.policy_table import PolicyTable
from core.ports import Batch, Change
from core.storage.memory import MemoryStore
from tests.fakes.stores import RefusingStore

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
EMMA, METROPOLIS, ATLAS = BibId(1), BibId(2), BibId(3)
BOOK, COPY, FILM, MAPS = ItemId(11), ItemId(12), ItemId(13), ItemId(14)
ANN, BEN, CYD, DAN = PatronId(21), PatronId(22), PatronId(23), PatronId(24)
KIOSK, EAST_KIOSK = Actor("kiosk-1", "MAIN"), Actor("kiosk-2", "EAST")

POLICY = Policy(
    institution="TOWN",
    name="Town Library",
    currency="EUR",
    time_zone="Europe/Berlin",
    agencies=(Agency("MAIN", "Central Library"), Agency("EAST", "East Branch")),
    locations=(Location("MAIN/STACKS", "Main stacks"), Location("EAST/FILMS", "Films")),
)

RECORDS: tuple[Record, ...] = (
    Bib(EMMA, 1, "b1", "Emma", "Austen, Jane"),
    Bib(METROPOLIS, 1, "b2", "Metropolis"),
    Bib(ATLAS, 1, "b3", "Atlas"),
    Item(BOOK, 1, "I1", EMMA, "MAIN/STACKS", "book", "PR4034 .E5"),
    Item(COPY, 1, "I2", EMMA, "MAIN/STACKS", "book", "PR4034 .E5"),
    Item(FILM, 1, "I3", METROPOLIS, "EAST/FILMS", "dvd", medium=Medium.DISC),
    Item(MAPS, 1, "I4", ATLAS, "MAIN/STACKS", "reference"),
    Patron(ANN, 1, "P1", "Ngata", "Ann", "adult", "MAIN", ("ann@example.org",), "pin-of-P1"),
    Patron(BEN, 1, "P2", "Sá", "Ben", "adult", "MAIN", (), "pin-of-P2"),
    Patron(CYD, 1, "P3", "Ó Briain", "Cyd", "adult", "EAST", (), "pin-of-P3"),
    Patron(DAN, 1, "P4", "Roe", "Dan", "adult", "MAIN", (), "", date(2025, 12, 31)),
)

WALDEN, STORED = BibId(4), ItemId(15)
DEPOT = Actor("depot", "MAIN", ("MAIN/DEPOT",))
WITH_DEPOT = replace(POLICY, locations=(*POLICY.locations, Location("MAIN/DEPOT", "Depot", remote=True)))
IN_DEPOT: tuple[Record, ...] = (
    *RECORDS,
    Bib(WALDEN, 1, "b4", "Walden", "Thoreau, Henry David"),
    Item(STORED, 1, "D1", WALDEN, "MAIN/DEPOT", "book", "PS3048 .A1"),
)


class HandClock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        """The present moment."""
        return self.time

    def advance(self, **by: float) -> None:
        """Move on by hours, days ..."""
        self.time += timedelta(**by)


class CountedIds:
    """Ids from 1000, or from the first that no record has had."""

    def __init__(self, first: int = 1000) -> None:
        self._ids = count(max(first, 1000))

    def next(self) -> int:
        """The next id."""
        return next(self._ids)


class PlainCredentials:
    """Secrets that are their own hashes. ``remembered`` are those that need no second check."""

    def __init__(self) -> None:
        self.remembered: set[tuple[str, str]] = set()
        self.checks = 0

    def known(self, secret: str, hashed: str) -> bool | None:
        """True for what was right before."""
        return True if (secret, hashed) in self.remembered else None

    async def verify(self, secret: str, hashed: str) -> bool:
        """Compare."""
        self.checks += 1
        if secret != hashed or not hashed:
            return False
        self.remembered.add((secret, hashed))
        return True

    def hash(self, secret: str) -> str:
        """The secret itself."""
        return secret


class World:
    """The library, the desk and the store, to be started and stopped by the test."""

    def __init__(self, policy: Policy = POLICY, records: tuple[Record, ...] = RECORDS) -> None:
        self.memory = MemoryStore()
        self.store = RefusingStore(self.memory)
        self.clock = HandClock()
        self.library = Library()
        self.answered = AnsweredRequests(now=self.clock.now)
        self.credentials = PlainCredentials()
        self.policy = PolicyTable(policy)
        self._records = records

    async def start(self) -> World:
        """Fill the store, load memory from it, open the desk."""
        await self.memory.commit(Batch([], [Change(None, record) for record in self._records]))
        self.load()
        return self

    def load(self) -> None:
        """As a server starts: everything from the store."""
        for records in self.memory.load():
            self.library.install(records)
        self.answered.replay(self.memory.recent(self.clock.now() - self.answered.keep))
        self.journal = Journal(self.store, self.library, self.answered)
        ids = CountedIds(self.memory.next_id())
        self.desk = CirculationDesk(
            self.library, self.journal, self.answered, self.policy, self.clock, ids, self.credentials
        )
        self.journal.start()

    async def restart(self) -> World:
        """Stop, and start as a new process would: with nothing but what the store and the clock know."""
        await self.stop()
        reborn = World(self.policy.policy)
        reborn.memory, reborn.clock = self.memory, self.clock
        reborn.store = RefusingStore(self.memory)
        reborn.load()
        return reborn

    async def stop(self) -> None:
        """Settle what waits."""
        await self.journal.close()

    def charge(self, patron: PatronId, amount: str, fee: int = 900) -> FeeId:
        """Put an open fee in a patron's ledger, as if it had always been there."""
        owed = Fee(FeeId(fee), 1, patron, FeeKind.OVERDUE, Decimal(amount), "EUR", NOW)
        self.library.install([owed])
        return owed.id
