"""The ports of the core: what it needs from outside, as protocols.

Adapters live in `core.storage` and `servers`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from core.events import Recorded
from core.model.records import BibId, Record
from core.plan import Entry, Order, Plan
from core.query import SearchRefused


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

    async def memos(self, prefix: str) -> dict[str, bytes]:
        """The memos whose names begin so, in the order of their names: what those who follow the log know of
        how far they have come. Raises `StoreRefused` when they cannot be read.
        """

    async def keep_memos(self, memos: Mapping[str, bytes | None]) -> None:
        """Make these memos durable, each in place of the one of its name; None ends it. All of them or none.

        What they hold is their owners' business. Raises `StoreRefused` (nothing kept) or `StoreBroken`.
        """

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


class Found(Struct, frozen=True, gc=False):
    """How many bibs there are in all, and the ids of those that were asked for, in order."""

    count: int
    ids: tuple[BibId, ...]


class Counted(Struct, frozen=True, gc=False):
    """A word or a term as the index has it, and in how many bibs of those that were asked about."""

    term: str
    count: int


class Neighbours(Struct, frozen=True, gc=False):
    """Words or terms in their order, around a place. ``behind`` is how many of them come before the place;
    ``first`` and ``last``: there is nothing before the first, or after the last.
    """

    terms: tuple[Counted, ...]
    behind: int
    first: bool
    last: bool


class IndexView(Protocol):
    """The index as it was at one moment: every answer of a view is of that moment, for as long as it is kept.

    All calls are synchronous and most cost microseconds. One contract test runs against every adapter.
    """

    @property
    def position(self) -> int:
        """The number of the last event of the log that is in it."""

    def search(self, plan: Plan, order: Sequence[Order], offset: int, limit: int) -> Found | SearchRefused:
        """The bibs that the plan finds, and of these ``limit`` from ``offset`` on.

        In the given order, then in that of their ids. Refused: a mask stands for too many terms, or too many
        bibs are to be sorted by several keys.
        """

    def count(self, plan: Plan) -> int | SearchRefused:
        """How many bibs the plan finds."""

    def words(self, rows: Sequence[str], start: str, before: int, after: int) -> Neighbours:
        """Words in rows around ``start``: so many before it, and so many from it on, in code points.

        Each is in at least one bib; its count is that of a search for it.
        """

    def terms(self, point: str, start: str, before: int, after: int) -> Neighbours:
        """The same of the terms of a point."""

    def facet(self, plan: Plan, point: str) -> list[Counted] | SearchRefused:
        """The terms of a point that has facets in the bibs that the plan finds: the most frequent first."""


Piece = tuple[str, Any]
"""Something of an entry, as an index wants it; what it says is the index's own business."""
Pieces = tuple[Piece, ...]


class Prepared(Struct, frozen=True, gc=False):
    """An entry as an index takes it in (`Prepare`)."""

    id: BibId
    document: str


class Prepare(Protocol):
    """Makes of entries what an index takes in. Pure, and can be sent to another process.

    An entry is made of pieces. They depend on nothing but what they are made of, so that whoever has the same
    in many entries may make its pieces once.
    """

    def __call__(self, entry: Entry) -> Prepared:
        """A whole entry as the index wants it."""

    def text(self, row: str, text: str) -> Pieces:
        """The pieces of a text (`Entry.texts`)."""

    def term(self, point: str, term: str) -> Pieces:
        """The pieces of a term."""

    def order(self, point: str, key: str | int) -> Pieces:
        """The pieces of what the bib is sorted by."""

    def whole(self, bib: BibId, pieces: Sequence[Piece]) -> Prepared:
        """An entry of such pieces: texts are in their order, of what is there twice the first counts."""


class SearchIndex(Protocol):
    """What bibs are found by, derived from the store and kept beside it. May be lost at any time.

    All but `view` is for one thread, which need not be that of the event loop. Nothing that is done is seen
    before `commit`. Everything here raises `IndexBroken`.
    """

    @property
    def view(self) -> IndexView:
        """The index as it is now."""

    @property
    def prepare(self) -> Prepare:
        """Makes what `add` and `put` take."""

    def add(self, prepared: Sequence[Prepared]) -> None:
        """Take in bibs of which there is nothing yet."""

    def put(self, prepared: Sequence[Prepared]) -> None:
        """Take in bibs, in place of what there was of them."""

    def drop(self, ids: Sequence[BibId]) -> None:
        """Forget bibs."""

    def clear(self) -> None:
        """Forget everything."""

    def commit(self, position: int) -> None:
        """Let all of this be seen, and keep it with the number of the last event that is in it."""

    def divided(self, shares: int) -> Sequence[OpenIndex]:
        """Ways to open as many indexes, all empty: each can be sent to another process, and filled there."""

    def join(self, shares: int, position: int) -> None:
        """Let what was committed to these be seen in place of all there was, and keep it like `commit`. They
        are closed by now, and are no more from then on. No bib may be in two of them.
        """

    def close(self) -> None:
        """Let go of everything; what was not committed is forgotten. Idempotent."""


OpenIndex = Callable[[], SearchIndex]
"""Opens an index, and makes one where there is none of this format. Another process may be given it."""


class IndexBroken(Exception):
    """The index cannot be read or written. It must be built anew; the message is for the operator."""
