"""A program that commits batches one after the other, and says on its output what it was told of each.

    python -m tests.core.storage.committer STORE COUNT

Batch ``n`` is the same in every run, and carries event ``n``; so the last event in the log tells what the
whole store must hold. A refused batch is tried again; after the store broke three more commits are tried.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from core.events import Recorded, RecordsLoaded
from core.model.records import BibId, Item, ItemId
from core.ports import Batch, Change, StoreBroken, StoreRefused, StoreUnusable
from core.storage.sqlite import SqliteStore

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def rows(number: int) -> int:
    """How many items batch ``number`` writes: some, and at times so many that a checkpoint follows."""
    return 2500 if number % 20 == 0 else number * 7919 % 97 + 1


def batch(number: int) -> Batch:
    """Batch ``number``: items 1 to so many, in version ``number``."""
    items = [
        Item(ItemId(item), number, f"B{item}", BibId(1), "MAIN/STACKS", note="x" * (number % 50))
        for item in range(1, rows(number) + 1)
    ]
    event = RecordsLoaded("Item", tuple(item.id for item in items))
    return Batch([Recorded(number, NOON, "committer", event)], [Change(None, item) for item in items])


def state(number: int) -> dict[int, int]:
    """The version of each item after batch ``number``."""
    return {item: version for version in range(1, number + 1) for item in range(1, rows(version) + 1)}


def say(line: str) -> None:
    """Write a line by one system call, so that a kill leaves all of it or nothing."""
    os.write(1, f"{line}\n".encode())


async def commit(store: SqliteStore, count: int) -> None:
    """Commit ``count`` batches, from where the log ends."""
    failures = 0
    for _ in range(count):
        number = store.next_seq()
        try:
            await store.commit(batch(number))
        except StoreRefused as refused:
            say(f"refused {number} {refused}")
        except StoreBroken as broken:
            say(f"broken {number} {broken}")
            failures += 1
            if failures > 3:
                break
        else:
            say(f"kept {number}")
    await store.close()


if __name__ == "__main__":
    try:
        opened = SqliteStore.open(Path(sys.argv[1]), lock_wait=0)
    except StoreUnusable as unusable:
        say(f"unusable {unusable}")
    else:
        asyncio.run(commit(opened, int(sys.argv[2])))
