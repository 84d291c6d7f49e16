"""The ports of the core: what it needs from outside, as protocols.

Adapters live in `core.storage` and `servers`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from core.events import Recorded
from core.model.records import BibId, Record


class Change(Struct, frozen=True, gc=False):
    """One record in place of another: ``before`` is None for a new one, ``after`` None for one that ends."""

    before: Record | None
    after: Record | None


class Batch(Struct, frozen=True):
    """What the store keeps together: events in the order of the log, changed records each once, newest only.

    ``read`` are the (id, version) of records that were looked at but not changed, for stores that several
    processes share.
    """

    events: Sequence[Recorded]
    changes: Sequence[Change]
    read: Sequence[tuple[int, int]] = ()


class StoreRefused(Exception):
    """The store did not take the batch, and is as it was before. The act may be tried again later."""


class StoreBroken(Exception):
    """The store cannot tell whether the batch is kept, or can keep nothing more.

    The process must stop and recover.
    """


class Conflict(StoreRefused):
    """Another process changed a record of the batch first.

    Catch up with `Store.follow`, then decide again.
    """


class StoreUnusable(Exception):
    """The store cannot be opened or loaded. The message is for the operator, and names the store."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")


class Store(Protocol):
    """Where records and the event log are kept. One contract test runs against every adapter.

    `commit` returns only when the batch is durable, and keeps all of it or nothing. Batches are kept in the
    order in which their `commit` was called. After `close` nothing is committed or read: `StoreRefused`.
    """

    def load(self) -> Iterator[Sequence[Record]]:
        """Every record but bib bodies, in chunks of one kind; bibs before items before holds.

        Called once, at the start. A million records are as many objects: switch the garbage collector off
        while they are put in their place. Raises `StoreUnusable` at a record that cannot be read.
        """

    def recent(self, since: datetime) -> Iterable[Recorded]:
        """The events of the log from ``since`` on, in order. Called once, at the start."""

    def next_seq(self) -> int:
        """The number the next event of the log will have (1 in an empty store)."""

    def next_id(self) -> int:
        """An id above that of every record there was, even one that came and went within a batch."""

    async def commit(self, batch: Batch) -> None:
        """Make the batch durable. Raises `StoreRefused` (nothing kept), `Conflict` or `StoreBroken`.

        The events must go on where the log ends, without a gap; else the batch is refused. With the card of a
        bib its body ends too. After `StoreBroken` every commit raises it again. Of a cancelled commit nobody
        knows the outcome.
        """

    def follow(self, after: int) -> AsyncIterator[Recorded]:
        """The events with a number above ``after``, in order, as far as the log goes now.

        Raises `StoreRefused` when they cannot be read.
        """

    async def bibs(self, ids: Sequence[BibId]) -> dict[BibId, bytes]:
        """The MARC bodies of the bibs, those that exist. Raises `StoreRefused` when they cannot be read."""

    async def close(self) -> None:
        """Finish what is being written and let go of everything. Idempotent."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class Ids(Protocol):
    """Gives ids that no record has had."""

    def next(self) -> int:
        """An id unique across all kinds of records."""


class Credentials(Protocol):
    """Checks secrets against slow hashes. A hash is text; neither it nor the secret is ever logged."""

    def known(self, secret: str, hashed: str) -> bool | None:
        """What an earlier check of the same pair found, while it is remembered; None: `verify` must run."""

    async def verify(self, secret: str, hashed: str) -> bool:
        """Whether the secret belongs to the hash. Takes long, off the loop, even if the hash is no hash."""

    def hash(self, secret: str) -> str:
        """A new salted slow hash of the secret. Takes long."""
