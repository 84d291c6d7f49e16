"""What the tests of loading start from: small records, small files, and a load on a store in memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from core.model.records import Bib, Hold, Item, Patron, Portfolio, Representation
from core.ports import Batch, Change, Store
from protocols.marc.iso2709 import Marc, pack
from servers.load.mapping import Mapping
from servers.load.report import Tally
from servers.load.verdict import Entry, Outcome, Verdict
from servers.load.work import Work, do

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LEADER = b"00000nam a2200000 a 4500"
_Record = TypeVar("_Record", Bib, Item, Patron, Hold, Portfolio, Representation)


class ReadableCredentials:
    """Hashes that a test can read, and as salted as real ones: no two are the same."""

    def __init__(self) -> None:
        self.hashed: list[str] = []

    def known(self, secret: str, hashed: str) -> bool | None:
        return None

    async def verify(self, secret: str, hashed: str) -> bool:
        return hashed.rpartition("$")[2] == secret[::-1]

    def hash(self, secret: str) -> str:
        self.hashed.append(secret)
        return f"hash${len(self.hashed)}${secret[::-1]}"

    def close(self) -> None:
        """Nothing to let go of."""


def marc(*fields: tuple[str, str], leader: bytes = LEADER) -> Marc:
    """A record; ``$`` in data fields begins a subfield."""
    return Marc(leader, tuple((tag.encode(), data.replace("$", "\x1f").encode()) for tag, data in fields))


def bib(number: str, title: str = "A title", *more: tuple[str, str], leader: bytes = LEADER) -> bytes:
    """A small record in ISO 2709."""
    return pack(marc(("001", number), ("245", f"10$a{title}"), *more, leader=leader))


class Load:
    """What came of a load: the counters, and each entry with its verdict."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.noted: list[tuple[Entry, Verdict]] = []

    def note(self, entry: Entry, verdict: Verdict) -> None:
        self.tally.note(verdict)
        self.noted.append((entry, verdict))

    @property
    def counts(self) -> tuple[int, ...]:
        """Added, replaced, unchanged, skipped, rejected."""
        return tuple(self.tally.outcomes[outcome] for outcome in Outcome)

    @property
    def whys(self) -> list[str]:
        """Reason and detail of each entry that has a reason, in order."""
        return [f"{verdict.reason}: {verdict.detail}" for _, verdict in self.noted if verdict.reason]


async def load_file(
    store: Store,
    kind: str,
    file: Path | Sequence[Path],
    mapping: Mapping = Mapping(),  # noqa: B008 (frozen)
    *,
    credentials: ReadableCredentials | None = None,
    dry_run: bool = False,
    encoding: str = "",
    now: datetime = NOW,
) -> Load:
    """Load a file, or several, as the command would."""
    load = Load()
    work = Work(
        kind=kind,
        files=(file,) if isinstance(file, Path) else tuple(file),
        credentials=credentials or ReadableCredentials(),
        now=lambda: now,
        mapping=mapping,
        encoding=encoding,
        dry_run=dry_run,
        shelf_time=timedelta(days=7),
    )
    await do(work, store, load.note, io.StringIO())
    return load


async def load_table(
    store: Store, kind: str, folder: Path, table: str, mapping: Mapping | None = None, **options: object
) -> Load:
    """Load a table written with spaces for tabs and ``_`` for an empty cell; columns are named as fields."""
    lines = [
        "\t".join("" if cell == "_" else cell for cell in line.split()) for line in table.strip().splitlines()
    ]
    file = folder / f"{kind}.tsv"
    file.write_text("\n".join(lines) + "\n")
    own = {name: name for name in lines[0].split("\t")}
    given = mapping or Mapping()
    columns = {**own, **given.columns}
    return await load_file(store, kind, file, replace(given, columns=columns), **options)  # type: ignore[arg-type]


async def with_bibs(store: Store, folder: Path, *numbers: str) -> None:
    """Put small bibs with these control numbers into the store."""
    file = folder / "given-bibs.mrc"
    file.write_bytes(b"".join(bib(number, f"Title {number}") for number in numbers))
    await load_file(store, "marc", file)


def kept(store: Store, kind: type[_Record]) -> list[_Record]:
    """The records of a kind in the store."""
    return [record for chunk in store.load() for record in chunk if isinstance(record, kind)]


async def put(store: Store, *changes: Change, events: Iterable[object] = ()) -> None:
    """Change records behind the back of the loader, as the desk would."""
    await store.commit(Batch(tuple(events), changes))  # type: ignore[arg-type]
