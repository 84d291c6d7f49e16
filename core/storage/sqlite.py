"""The embedded store: one SQLite file beside its lock, written by one thread and read by another.

What has been acknowledged survives a kill and a power cut (WAL and ``synchronous=FULL``: one fdatasync a
commit). What SQLite gave up cleanly is refused. After an error that leaves the outcome open, nothing is
written any more: SQLite itself would go on after a failed fsync as if nothing had been.

A table for each kind of record holds (id, version, body), the body being the struct as a MessagePack array.
The open loan is inside its item and the id is the primary key: two open loans of one item cannot be stored.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from core.events import Event, Recorded
from core.model.records import (
    Bib,
    BibBody,
    BibId,
    Discrepancy,
    Fee,
    Hold,
    Item,
    Patron,
    Payment,
    Portfolio,
    Record,
    Representation,
)
from core.ports import Batch, StoreBroken, StoreRefused, StoreUnusable
from core.storage import lockfile
from core.storage.numbering import check_numbers, highest_id
from core.storage.worker import Worker

T = TypeVar("T")

FORMAT: Final = 4
"""The format this program writes, and the newest it reads. Format 1 had neither discrepancies nor undoing,
format 2 nothing of depots, partners and recalls, format 3 neither memos
nor electronic inventory.
"""

_TABLES: Final[dict[type[Record], str]] = {
    Bib: "bib",
    BibBody: "bib_body",
    Item: "item",
    Patron: "patron",
    Hold: "hold",
    Fee: "fee",
    Payment: "payment",
    Discrepancy: "discrepancy",
    Portfolio: "portfolio",
    Representation: "representation",
}
"""The kinds of record in the order in which `load` yields them. A bib's body is kept as it is: ISO 2709."""

_RECORD_TABLES: Final = [
    f"CREATE TABLE IF NOT EXISTS {table} "
    "(id INTEGER PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL)"
    for table in _TABLES.values()
]

_MEMO_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS memo (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID"
)

_SCHEMA: Final = [
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    *_RECORD_TABLES,
    _MEMO_TABLE,
    "CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, "
    "request TEXT NOT NULL, body BLOB NOT NULL)",
    "CREATE INDEX event_at ON event (at)",
    f"INSERT INTO meta VALUES ('format', {FORMAT}), ('last_id', 0)",
]

_RENEWAL: Final = [*_RECORD_TABLES, _MEMO_TABLE, f"UPDATE meta SET value = {FORMAT} WHERE key = 'format'"]
"""What makes a store of an older format one of this. What it holds is read as it is: all that was added since
has defaults.
"""

_REFUSALS: Final = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the store is read-only",
    sqlite3.SQLITE_BUSY: "another program has locked the store",
    sqlite3.SQLITE_LOCKED: "another program has locked the store",
    sqlite3.SQLITE_TOOBIG: "a record is too big",
}
"""The errors after which SQLite has given the whole transaction up. Any other one leaves the outcome open."""

_CHUNK: Final = 2000
"""Rows fetched at a time: enough to spread the cost of a call, few enough for the processor's cache."""

_REMEMBERED: Final = 1000
"""Events at the end of the log that are told from memory: a busy desk has as many in the time between two
looks of those who follow it. Up to as many again are kept, so that few commits have any to forget.
"""

_MOST_ROWS: Final = 512
"""Rows of the longest INSERT: of five columns each, they stay far below the variables SQLite allows."""

_PAGE: Final = 1024
"""Bytes of a page. A loan changes one row, but whole pages are logged: small ones cost a third less."""

_CHECKPOINT_ROWS: Final = 8000
"""Rows written between two checkpoints. Each takes about a page of the write-ahead log."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_encode: Final = msgspec.msgpack.Encoder().encode
_decode_event: Final[Callable[[bytes], Event]] = msgspec.msgpack.Decoder[Event](Event).decode


class SqliteStore:
    """A `core.ports.Store` in one file, for one process. Made by `open`."""

    def __init__(self, path: Path, lock: int, connect: Callable[[], sqlite3.Connection]) -> None:
        self._path = path
        self._lock = lock
        self._connect = connect
        self._connection = connect()  # the writer's; from here on for its thread alone
        self._reading = connect()  # the reader's
        self._reading.execute("PRAGMA query_only = ON")
        self._writer = Worker("store-writer")
        self._reader = Worker("store-reader")
        self._last_id: int = _one(self._connection, "SELECT value FROM meta WHERE key = 'last_id'")
        self._next_seq: int = _one(self._connection, "SELECT coalesce(max(seq), 0) + 1 FROM event")
        self._newest: list[Recorded] = []  # the end of the log, for those who follow closely
        self._rows = 0  # written since the last checkpoint
        self._broken = ""  # what broke the store
        self._closed = False

    @classmethod
    def open(cls, path: Path, *, lock_wait: float = 2.0) -> SqliteStore:
        """Open the store, made if there is none (its folder must exist), for this process alone.

        A commit waits ``lock_wait`` seconds for a lock that another program has on the database.
        Raises `StoreUnusable`.
        """

        def connect() -> sqlite3.Connection:
            return _connect(path, lock_wait)

        try:
            lock = lockfile.acquire(path.with_name(path.name + ".lock"))
        except lockfile.HeldError as held:
            raise StoreUnusable(str(path), f"in use by process {held.holder}") from None
        except OSError as error:
            raise StoreUnusable(str(path), f"cannot be opened ({_name(error)})") from error
        try:
            path.touch(mode=0o600)  # for names and addresses; the files SQLite puts beside it take its mode
            with closing(connect()) as connection:
                _prepare(path, connection)
            _sync_folder(path.parent)
            return cls(path, lock, connect)
        except (sqlite3.Error, OSError, StoreUnusable) as error:
            os.close(lock)
            if isinstance(error, StoreUnusable):
                raise
            raise StoreUnusable(str(path), f"cannot be opened ({_name(error)})") from error

    def load(self) -> Iterator[Sequence[Record]]:
        """Every record but bib bodies, in chunks of one kind: bibs, items, patrons, holds, fees, payments.

        A chunk is decoded by one call from the bodies laid end to end, twice as fast as record by record.
        """
        with closing(self._connect()) as connection:
            for kind, table in _TABLES.items():
                if kind is not BibBody:
                    yield from self._loaded(kind, connection.execute(f"SELECT body FROM {table} ORDER BY id"))

    def _loaded(self, kind: type[Record], bodies: sqlite3.Cursor) -> Iterator[Sequence[Record]]:
        decode = msgspec.msgpack.Decoder(list[kind]).decode  # type: ignore[valid-type]  # one type a table
        try:
            while rows := bodies.fetchmany(_CHUNK):
                array = b"\xdd" + len(rows).to_bytes(
                    4, "big"
                )  # MessagePack's array 32, ahead of its elements
                yield decode(array + b"".join([body for (body,) in rows]))
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise StoreUnusable(
                str(self._path), f"a record of kind {kind.__name__} cannot be read"
            ) from error

    def recent(self, since: datetime) -> Iterable[Recorded]:
        """The events of the log from ``since`` on, in order."""
        with closing(self._connect()) as connection:
            yield from map(
                _recorded,
                connection.execute("SELECT * FROM event WHERE at >= ? ORDER BY seq", [_micros(since)]),
            )

    def next_seq(self) -> int:
        """The number the next event of the log will have."""
        return self._next_seq

    def next_id(self) -> int:
        """An id above that of every record there was."""
        return self._last_id + 1

    async def commit(self, batch: Batch) -> None:
        """Make the batch durable. Raises `StoreRefused` (nothing kept) or `StoreBroken` (from now on)."""
        await self._run(self._writer, self._write, batch)
        if self._rows >= _CHECKPOINT_ROWS and not self._closed:
            self._writer.do(self._checkpoint)  # the batch is acknowledged now, and need not wait for it

    async def follow(self, after: int) -> AsyncIterator[Recorded]:
        """The events with a number above ``after``, in order, as far as the log goes now."""
        self._check_open()
        end = self._next_seq
        while after + 1 < end:
            chunk = self._remembered(after, end) or await self._run(
                self._reader, self._read_events, after, end
            )
            if not chunk:
                return
            for recorded in chunk:
                yield recorded
            after = chunk[-1].seq

    def _remembered(self, after: int, end: int) -> Sequence[Recorded]:
        """The events between, if they are all among the newest."""
        newest = self._newest
        if not newest or newest[0].seq > after + 1:
            return ()
        return newest[after + 1 - newest[0].seq : end - newest[0].seq]

    async def bibs(self, ids: Sequence[BibId]) -> dict[BibId, bytes]:
        """The MARC bodies of the bibs, those that exist."""
        return await self._run(self._reader, self._read_bibs, ids)

    async def memos(self, prefix: str) -> dict[str, bytes]:
        """The memos whose names begin so, in the order of their names."""
        return await self._run(self._reader, self._read_memos, prefix)

    async def keep_memos(self, memos: Mapping[str, bytes | None]) -> None:
        """Make these memos durable; None ends one. Raises `StoreRefused` (nothing kept) or `StoreBroken`."""
        await self._run(self._writer, self._write_memos, memos)

    async def close(self) -> None:
        """Finish what is being written and let go of the files. Idempotent."""
        if self._closed:
            return
        self._closed = True
        await self._reader.do(self._reading.close)
        await self._writer.do(self._connection.close)
        self._reader.close()
        self._writer.close()
        os.close(self._lock)

    async def _run(self, thread: Worker, work: Callable[..., T], *args: object) -> T:
        self._check_open()
        return await thread.do(work, *args)

    def _check_open(self) -> None:
        if self._closed:
            raise StoreRefused("the store is closed")

    # In the writer's thread

    def _write(self, batch: Batch) -> None:
        """Commit the batch.

        Rows are encoded here and not on the event loop, which has better things to do. They go in by as few
        statements as can be: each gives the interpreter lock away, and gets it back behind a busy loop only.
        """
        self._check_whole()
        check_numbers(batch, self._next_seq)
        if not batch.events and not batch.changes:
            return
        last_id = max(self._last_id, highest_id(batch))
        with self._transaction():
            events = _event_rows(batch)
            puts, ends = _record_rows(batch)
            self._insert("INSERT INTO event", 5, events)
            for table, rows in puts.items():
                self._insert(f"INSERT OR REPLACE INTO {table}", 3, rows)
            for table, ids in ends.items():
                self._connection.execute(
                    f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?))", [str(ids)]
                )
            if last_id > self._last_id:
                self._connection.execute("UPDATE meta SET value = ? WHERE key = 'last_id'", [last_id])
        self._last_id = last_id
        self._remember(batch.events)
        self._next_seq += len(batch.events)

    def _remember(self, events: Sequence[Recorded]) -> None:
        """The loop reads the list meanwhile: it is added to at the end, or another takes its place."""
        self._newest += events
        if len(self._newest) > 2 * _REMEMBERED:
            self._newest = self._newest[-_REMEMBERED:]

    def _write_memos(self, memos: Mapping[str, bytes | None]) -> None:
        self._check_whole()
        puts: list[Any] = []
        for name, body in memos.items():
            if body is not None:
                puts += name, body
        ends = json.dumps([name for name, body in memos.items() if body is None])
        with self._transaction():
            self._insert("INSERT OR REPLACE INTO memo", 2, puts)
            self._connection.execute(
                "DELETE FROM memo WHERE name IN (SELECT value FROM json_each(?))", [ends]
            )

    def _check_whole(self) -> None:
        if self._broken:
            raise StoreBroken(self._broken)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All that is written within, or nothing of it. Raises `StoreRefused` or `StoreBroken`."""
        before = self._connection.total_changes
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except (UnicodeEncodeError, OverflowError, MemoryError, sqlite3.Error) as error:
            raise self._failure(error) from error
        self._rows += self._connection.total_changes - before

    def _insert(self, into: str, width: int, values: list[Any]) -> None:
        """Put rows of ``width`` values in, by a statement for each power of two in their number."""
        start, rows = 0, len(values) // width
        while rows:
            size = min(1 << (rows.bit_length() - 1), _MOST_ROWS)
            end = start + size * width
            self._connection.execute(_statement(into, width, size), values[start:end])
            start, rows = end, rows - size

    def _failure(self, error: Exception) -> StoreRefused | StoreBroken:
        """What the commit raises: `StoreRefused` only where it is known that nothing of it was kept."""
        reason = _refusal(error)
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as worse:
            error, reason = worse, None
        if reason is not None:
            return StoreRefused(reason)
        self._broken = _name(error)
        return StoreBroken(self._broken)

    def _checkpoint(self) -> None:
        """Copy the WAL into the database.

        Done by hand, because SQLite keeps the errors of its automatic checkpoints to itself.
        """
        self._rows = 0
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as error:
            if _refusal(error) is None:
                self._broken = _name(error)

    # In the reader's thread

    def _read_events(self, after: int, end: int) -> list[Recorded]:
        query = "SELECT * FROM event WHERE seq > ? AND seq < ? ORDER BY seq LIMIT ?"
        return [_recorded(row) for row in self._read(query, [after, end, _CHUNK])]

    def _read_bibs(self, ids: Sequence[BibId]) -> dict[BibId, bytes]:
        query = "SELECT id, body FROM bib_body WHERE id IN (SELECT value FROM json_each(?))"
        return dict(self._read(query, [str(list(ids))]))

    def _read_memos(self, prefix: str) -> dict[str, bytes]:
        query = "SELECT name, body FROM memo WHERE substr(name, 1, ?) = ? ORDER BY name"
        return dict(self._read(query, [len(prefix), prefix]))

    def _read(self, query: str, values: list[Any]) -> list[Any]:
        try:
            return self._reading.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise StoreRefused(f"the store cannot be read ({_name(error)})") from error


def _connect(path: Path, lock_wait: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path,
        timeout=lock_wait,
        isolation_level=None,  # transactions begin and end where the code says so
        check_same_thread=False,  # opened by the caller, then used by one thread
        cached_statements=256,  # each table's INSERT in ten lengths
    )
    try:
        connection.execute(f"PRAGMA page_size = {_PAGE}")  # of a new file; an old one keeps its own
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA temp_store = MEMORY")
        # A patron taken out of a record is not left in a free page.
        connection.execute("PRAGMA secure_delete = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _prepare(path: Path, connection: sqlite3.Connection) -> None:
    """Put the tables into a new file, or see that an old one is of our kind. Raises `StoreUnusable`."""
    tables = _one(connection, "SELECT count(*) FROM sqlite_schema")
    found = _format(path, connection) if tables else 0
    if _one(connection, "PRAGMA journal_mode = WAL") != "wal":
        raise StoreUnusable(str(path), "SQLite cannot keep a write-ahead log here (is it a network disk?)")
    if found < FORMAT:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _RENEWAL if tables else _SCHEMA:
            connection.execute(statement)
        connection.execute("COMMIT")
    # What a killed process left in the WAL may be in the kernel's memory only.
    # Nobody is told of it before it is on the disk.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _format(path: Path, connection: sqlite3.Connection) -> int:
    """The format of a file that has tables. Raises `StoreUnusable` if it is not ours, or too new."""
    try:
        found: int | None = _one(connection, "SELECT max(value) FROM meta WHERE key = 'format'")
    except sqlite3.OperationalError:
        found = None
    if found is None:
        raise StoreUnusable(str(path), "a database, but not one of circdesk")
    if found > FORMAT:
        raise StoreUnusable(
            str(path), f"written by a newer circdesk (in format {found}; this one reads up to {FORMAT})"
        )
    return found


def _one(connection: sqlite3.Connection, query: str) -> Any:
    """The single value that the query finds."""
    (value,) = connection.execute(query).fetchone()
    return value


def _sync_folder(folder: Path) -> None:
    """Make the names of new files in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _event_rows(batch: Batch) -> list[Any]:
    values: list[Any] = []
    for recorded in batch.events:
        values += (
            recorded.seq,
            _micros(recorded.at),
            recorded.actor,
            recorded.request,
            _encode(recorded.event),
        )
    return values


def _record_rows(batch: Batch) -> tuple[dict[str, list[Any]], dict[str, list[int]]]:
    """The values to put into each table, and the ids to take out of it."""
    puts: dict[str, list[Any]] = defaultdict(list)
    ends: dict[str, list[int]] = defaultdict(list)
    for change in batch.changes:
        if (record := change.after) is not None:
            body = record.marc if isinstance(record, BibBody) else _encode(record)
            puts[_TABLES[type(record)]] += record.id, record.version, body
        elif (record := change.before) is not None:
            ends[_TABLES[type(record)]].append(record.id)
    if "bib" in ends:
        ends["bib_body"] += ends["bib"]
    return puts, ends


def _recorded(row: tuple[int, int, str, str, bytes]) -> Recorded:
    seq, at, actor, request, body = row
    return Recorded(seq, _EPOCH + at * _MICROSECOND, actor, _decode_event(body), request)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


@cache
def _statement(into: str, width: int, rows: int) -> str:
    row = f"({','.join('?' * width)})"
    return f"{into} VALUES {','.join([row] * rows)}"


def _refusal(error: Exception) -> str | None:
    """Why nothing was kept, in a few words; None if that is not known."""
    match error:
        case UnicodeEncodeError() | OverflowError():
            return "a record holds what cannot be written"
        case sqlite3.Error():
            return _REFUSALS.get(_code(error))
        case _:
            return None


def _code(error: sqlite3.Error) -> int:
    """The primary code of the error (its low byte). An error of the module, and not of SQLite, has none."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF


def _name(error: Exception) -> str:
    """The error as an operator may look it up; never SQLite's text, which may hold SQL."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return getattr(error, "sqlite_errorname", type(error).__name__)
