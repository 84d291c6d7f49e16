"""Builds a demonstration in a state directory, or finds the one that is there.

The rule it keeps: an interrupted build is never served: while it lasts, the file that says what was built
says that nothing was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from msgspec import Struct

from certs.issue import issue_terminal
from core.model.records import Record
from core.policy_table import PolicyTable
from core.ports import Change, Store
from servers.app import open_store
from servers.configuration.reading import read_settings
from servers.configuration.settings import Settings, policy_of
from servers.demo.built import (
    BUILT,
    CONFIGURATION,
    RECORDS,
    Built,
    DemoProblem,
    Range,
    alone,
    read_built,
    write_built,
    write_private,
)
from servers.demo.house import CERTIFIED, configuration, hashed, new_passwords, new_pin
from servers.demo.population import Sizes, population
from servers.demo.register import ITEMS, PATRONS, Register
from servers.demo.works import written
from servers.load.loader import Keeper

SEED = 1
ITEMS_BY_DEFAULT = 1500
PATRONS_BY_DEFAULT = 60
SMALLEST = Sizes(bibs=100, items=100, patrons=30)
"""What the story needs, and some ordinary life."""
LARGEST = Sizes(bibs=1_000_000, items=1_000_000, patrons=1_000_000)
UNIT = 10_000
"""Records in one unit of work."""

Progress = Callable[[int], None]
"""Told how many records more are kept."""


class Wish(Struct, frozen=True):
    """What is asked of a demonstration; None: whatever there is, or what is usual."""

    bibs: int | None = None
    items: int | None = None
    patrons: int | None = None
    seed: int | None = None

    def sizes(self) -> Sizes:
        """The sizes to build. What is not said goes with the number of items."""
        items = self.items or (2 * self.bibs if self.bibs else ITEMS_BY_DEFAULT)
        bibs = self.bibs or (len(written()) if items == ITEMS_BY_DEFAULT else max(SMALLEST.bibs, items // 3))
        return Sizes(bibs, items, self.patrons or max(PATRONS_BY_DEFAULT, items // 25))

    def is_met_by(self, built: Built) -> bool:
        """Whether everything that is said is so."""
        sizes = built.sizes
        said = (self.bibs, self.items, self.patrons, self.seed)
        return all(
            wanted in (None, found)
            for wanted, found in zip(said, (sizes.bibs, sizes.items, sizes.patrons, built.seed), strict=True)
        )


def ensure_built(
    state: Path, wish: Wish, *, fresh: bool, now: datetime, progress: Progress
) -> tuple[Built, bool]:
    """The demonstration in the directory, and whether it was built just now.

    Raises `DemoProblem`, `StoreUnusable` (it is running), `CertificateError`, OSError.
    """
    with alone(state):
        built = None if fresh and (state / BUILT).exists() else read_built(state)
        if built is None:
            return _build(state, wish, now, progress), True
        if not wish.is_met_by(built):
            sizes = built.sizes
            raise DemoProblem(
                f"{state} holds {sizes.bibs:,} bibs, {sizes.items:,} items, {sizes.patrons:,} patrons "
                f"of seed {built.seed}; give --fresh to have it built anew, or name another --state DIR"
            )
        return built, False


def _build(state: Path, wish: Wish, now: datetime, progress: Progress) -> Built:
    _remove_records(state)
    passwords, pin = new_passwords(), new_pin()
    write_private(state / CONFIGURATION, configuration(passwords).encode())
    issue_terminal(state, CERTIFIED)
    settings = read_settings(state / CONFIGURATION)
    register = Register(PolicyTable(policy_of(settings)), now, hashed(pin))
    sizes, seed = wish.sizes(), SEED if wish.seed is None else wish.seed
    asyncio.run(_fill(settings, state, population(register, sizes, seed), progress))
    built = Built(
        built_at=now,
        seed=seed,
        sizes=sizes,
        pin=pin,
        passwords=passwords,
        patrons=Range(PATRONS, 1, register.patrons),
        items=Range(ITEMS, 1, register.items),
        cases=register.cases,
    )
    write_built(state, built)
    return built


def _remove_records(state: Path) -> None:
    """Make way for new ones. Raises `StoreUnusable` if a server is running on the old ones."""
    records = state / RECORDS
    if records.exists():
        asyncio.run(open_store(Settings(), state).close())
    write_built(state, None)
    for path in (records, records.with_name(f"{RECORDS}-wal"), records.with_name(f"{RECORDS}-shm")):
        path.unlink(missing_ok=True)


async def _fill(settings: Settings, state: Path, records: Iterable[Record], progress: Progress) -> None:
    store = open_store(settings, state)
    try:
        await keep(store, records, progress)
    finally:
        await store.close()


async def keep(store: Store, records: Iterable[Record], progress: Progress) -> None:
    """Put new records into a store, with the events that say so."""
    keeper = Keeper(store, lambda: datetime.now(UTC))
    for unit in _units(records):
        await keeper([Change(None, record) for record in unit])
        progress(len(unit))


def _units(records: Iterable[Record]) -> Iterator[list[Record]]:
    remaining = iter(records)
    while unit := list(islice(remaining, UNIT)):
        yield unit
