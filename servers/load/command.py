"""`circdesk load`: bring in what another system has exported.

The rule it keeps: the same command may be given again, after an interruption or by mistake, and does
only what is still to do.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from servers.load.fields import MARC, TABLES

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from core.ports import Store
    from servers.configuration.settings import Settings
    from servers.load.mapping import Mapping
    from servers.load.report import Rejects, Tally
    from servers.load.verdict import Entry, Verdict

STATE = Path("state")
CONFIGURATION = "circdesk.toml"
KINDS = (MARC, *TABLES)
_INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk load`."""
    parser.add_argument(
        "kind", choices=KINDS, metavar="KIND", help=f"what is in the files: {', '.join(KINDS)}"
    )
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="MARC 21 (ISO 2709 or MARCXML), or a table (TSV or CSV)",
    )
    parser.add_argument(
        "--state",
        type=Path,
        default=STATE,
        metavar="DIR",
        help=f"directory of the records (default: {STATE})",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"configuration (default: {CONFIGURATION} in the state directory, if there is one)",
    )
    parser.add_argument(
        "--mapping",
        metavar="FILE|NAME",
        help="how to read the table, or the name of a ready mapping: concerto-items",
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="the column of a field; may be repeated. Of marc only control_number: 001, 907a, digest",
    )
    parser.add_argument(
        "--lookup",
        action="append",
        default=[],
        metavar="FIELD=TABLE:KEY:VALUE",
        help="a table beside the file: the field's value stands in column KEY, what it means in VALUE",
    )
    parser.add_argument(
        "--time-zone",
        metavar="ZONE",
        help="of times without offset (default: the mapping's, else the institution's)",
    )
    parser.add_argument(
        "--encoding",
        default="",
        metavar="NAME",
        help="of a table; or of MARC: auto, utf-8, marc-8, latin-1 (default: seen from the bytes)",
    )
    parser.add_argument("--dry-run", action="store_true", help="do everything but keep it")
    parser.add_argument(
        "--rejects",
        type=Path,
        metavar="FILE",
        help="where rejects go (default: rejects/KIND-TIME.tsv in the state directory)",
    )


def run(args: argparse.Namespace) -> int:
    """Load. Returns 0; 1 if nothing could be read, or the store refused; 2 for what was typed or mapped
    wrongly.
    """
    # Imported here because every `circdesk` command loads this file's package.
    from core.ports import StoreBroken, StoreRefused
    from servers.load.problem import LoadProblem
    from servers.load.report import Rejects, Tally

    tally = Tally()
    rejects = Rejects(args.rejects or args.state / "rejects" / f"{args.kind}-{_now():%Y%m%dT%H%M%SZ}.tsv")
    try:
        asyncio.run(_load(args, tally, rejects))
        status = 0 if tally.usable else 1
    except LoadProblem as problem:
        print(f"circdesk load: {problem}", file=sys.stderr)
        return 2
    except (StoreRefused, StoreBroken) as error:
        print(f"circdesk load: the store did not take it: {error}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("circdesk load: interrupted; the same command goes on from here.", file=sys.stderr)
        status = _INTERRUPTED
    finally:
        rejects.close()
    for line in tally.lines(args.kind):
        print(line)
    if args.dry_run:
        print("dry run: nothing was kept")
    if rejects.any:
        print(f"rejects: {rejects.path}")
    return status


async def _load(args: argparse.Namespace, tally: Tally, rejects: Rejects) -> None:
    from servers.configuration.reading import read_settings
    from servers.configuration.settings import Settings
    from servers.credentials import ScryptCredentials
    from servers.load.work import Work, do

    path = args.config or args.state / CONFIGURATION
    settings = read_settings(path) if args.config or path.exists() else Settings()
    mapping = _mapping(args)
    zone = _zone(args.time_zone or mapping.time_zone or settings.institution.time_zone)
    credentials = ScryptCredentials(time.monotonic)
    work = Work(
        kind=args.kind,
        files=tuple(args.files),
        credentials=credentials,
        now=_now,
        mapping=mapping,
        zone=zone,
        encoding=args.encoding,
        shelf_time=timedelta(days=max(terms.hold_shelf_days for terms in settings.terms)),
        dry_run=args.dry_run,
    )

    def note(entry: Entry, verdict: Verdict) -> None:
        tally.note(verdict)
        rejects.note(entry, verdict)

    store = _open_store(args, settings)
    try:
        await do(work, store, note, sys.stderr)
    finally:
        credentials.close()
        await store.close()


def _mapping(args: argparse.Namespace) -> Mapping:
    """The mapping of the arguments, if it fits the kind. Raises `LoadProblem`."""
    from protocols.marc.charset import Charset
    from servers.load.mapping import Mapping, check, read_mapping, with_arguments
    from servers.load.problem import LoadProblem
    from servers.load.work import CONTROL_NUMBER

    mapping = with_arguments(read_mapping(args.mapping) if args.mapping else Mapping(), args.map, args.lookup)
    if args.kind in TABLES:
        check(mapping, TABLES[args.kind])
        return mapping
    if set(mapping.columns) - {CONTROL_NUMBER}:
        raise LoadProblem(f"marc has no field to map but {CONTROL_NUMBER}")
    if args.encoding not in ("", *Charset):
        raise LoadProblem(f"{args.encoding}: MARC is {', '.join(Charset)}")
    return mapping


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo

    from servers.load.problem import LoadProblem

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown, not a name, a folder of names
        raise LoadProblem(f"{name}: no such time zone") from error


def _open_store(args: argparse.Namespace, settings: Settings) -> Store:
    """The store of the state directory; for a dry run without one, an empty one that leaves no trace."""
    from msgspec.structs import replace

    from servers.app import open_store
    from servers.configuration.settings import StoreKind
    from servers.load.problem import LoadProblem

    if args.dry_run and not (args.state / settings.store.file).exists():
        in_memory = replace(settings.store, kind=StoreKind.MEMORY)
        return open_store(replace(settings, store=in_memory), args.state)
    if settings.store.kind is StoreKind.MEMORY:
        raise LoadProblem('the configuration keeps nothing: [store] kind is "memory"')
    args.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open_store(settings, args.state)


def _now() -> datetime:
    return datetime.now(UTC)
