"""A demonstration in memory: its policy, its records, and a desk on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeVar

from core.answered import AnsweredRequests
from core.desk import Actor, CirculationDesk
from core.journal import Journal
from core.library import Library
from core.model.records import Record
from core.policy_table import PolicyTable
from core.storage.memory import MemoryStore
from servers.app import CountingIds, Server
from servers.configuration.reading import read_settings
from servers.configuration.settings import policy_of
from servers.demo.built import Built, Range
from servers.demo.facts import Facts
from servers.demo.house import configuration, new_passwords
from servers.demo.population import Sizes, population
from servers.demo.register import ITEMS, PATRONS, Register
from tests.fakes.world import HandClock, PlainCredentials

R = TypeVar("R")

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KIOSK = Actor("kiosk-main", "MAIN")
PIN_HASH = "the hash of every PIN"
USUAL = Sizes(bibs=722, items=1500, patrons=60)


class Made(NamedTuple):
    """Records, and the register that made them."""

    records: tuple[Record, ...]
    register: Register

    def of(self, kind: type[R]) -> list[R]:
        """The records of one kind."""
        return [record for record in self.records if isinstance(record, kind)]

    @property
    def patrons(self) -> Range:
        """The ordinary patrons."""
        return Range(PATRONS, 1, self.register.patrons)

    @property
    def items(self) -> Range:
        """The ordinary items."""
        return Range(ITEMS, 1, self.register.items)


class Running(NamedTuple):
    """A server on a free port, what it runs on, and the facts of it."""

    state: Path
    built: Built
    server: Server
    facts: Facts


@cache
def policy() -> PolicyTable:
    """The policy that the demonstration's own configuration says."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "circdesk.toml")
        path.write_text(configuration(new_passwords()), "utf-8")
        return PolicyTable(policy_of(read_settings(path)))


def make(sizes: Sizes = USUAL, seed: int = 1, now: datetime = NOW) -> Made:
    """The records of a demonstration."""
    register = Register(policy(), now, PIN_HASH)
    return Made(tuple(population(register, sizes, seed)), register)


@cache
def usual() -> Made:
    """The demonstration as it usually is."""
    return make()


def desk_on(records: Iterable[Record]) -> CirculationDesk:
    """A desk in memory. What is done at it is not kept anywhere, which suits a test."""
    library, answered, clock = Library(), AnsweredRequests(), HandClock()
    clock.time = NOW
    library.install(records)
    journal = Journal(MemoryStore(), library, answered, limit=100_000)
    return CirculationDesk(
        library, journal, answered, policy(), clock, CountingIds(10_000_000), PlainCredentials()
    )
