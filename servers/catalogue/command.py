"""`circdesk index`: build the index of the catalogue while no server runs, and say at what rate."""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from pathlib import Path
from shutil import rmtree

from core.library import Library
from servers.app import CATALOGUE, indexing_of, open_store
from servers.configuration.settings import Settings
from servers.log import set_up
from servers.serve import add_state_arguments, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk index`."""
    add_state_arguments(parser)
    parser.add_argument("--rebuild", action="store_true", help="build all anew, even if nothing is missing")
    parser.epilog = (
        "A server builds what is missing on its own when it starts, and serves circulation meanwhile; this "
        "does it beforehand. It may be broken off at any time."
    )


def run(args: argparse.Namespace) -> int:
    """Build what is missing. Raises `StoreUnusable`, OSError."""
    settings = settings_of(args)
    set_up(settings.log)
    print(asyncio.run(_index(settings, args.state, anew=args.rebuild)))
    return 0


async def _index(settings: Settings, state: Path, *, anew: bool) -> str:
    store = open_store(settings, state)
    try:
        if anew and (state / CATALOGUE).exists():
            rmtree(state / CATALOGUE)
        library = Library()
        gc.disable()
        for records in store.load():
            library.install(records)
        gc.freeze()
        gc.enable()
        indexing = indexing_of(store, library, state)
        started = time.monotonic()
        indexing.start()
        try:
            await indexing.built()
            seconds = time.monotonic() - started
            await indexing.finished()
        finally:
            await indexing.close()
    finally:
        await store.close()
    if not indexing.done:
        return f"The index was there: {len(library.bibs):,} bibs. --rebuild builds it anew."
    return f"Indexed {indexing.done:,} bibs in {seconds:,.1f} s: {indexing.done / seconds:,.0f} a second."
