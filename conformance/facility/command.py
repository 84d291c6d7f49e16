"""`circdesk-conformance facility`: a storage facility for demonstrations and tests, and how it is operated.

The rule: errands are done one after the other, as by one machine with one operator; each is a line that says
what happened, when it has.
"""

import argparse
import asyncio
import ssl
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from aiohttp import web

from conformance.facility.caller import Caller, Pace, UnheardError
from conformance.facility.messages import Party
from conformance.facility.responder import responder
from conformance.facility.shelf import Shelf
from conformance.facility.store import Store
from conformance.target import Ncip, target_at

EXITS: Final = """exit codes with --once: 0 everything was done and taken, 1 something was refused or nobody
heard it; 2 the command line is wrong"""
_TYPE: Final = "refile BARCODE puts it back, look reads the folder, quit ends"
_LOOPBACK: Final = "127.0.0.1"

Errand = Callable[[], Awaitable[object]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk-conformance facility`."""
    parser.epilog = f"While it runs, type: {_TYPE}. {EXITS}"
    parser.add_argument(
        "--inventory",
        metavar="FILE",
        required=True,
        help="its items, a barcode a line; it is kept up to date",
    )
    parser.add_argument("--requests", metavar="FOLDER", help="where request files come (Alma's form)")
    parser.add_argument(
        "--missing", metavar="BARCODE", action="append", default=[], help="not found if asked for; repeatable"
    )
    parser.add_argument(
        "--refile-after", metavar="S", type=_seconds, help="put back what was retrieved after S seconds"
    )
    parser.add_argument(
        "--every",
        metavar="S",
        type=_seconds,
        default=2.0,
        help="seconds between looks at the folder; default 2",
    )
    parser.add_argument(
        "--once", action="store_true", help="do what is asked for now, then end; nothing is typed"
    )
    ncip = parser.add_argument_group("what it tells (NCIP)")
    ncip.add_argument("--facts", metavar="FILE", help="facts of a demonstration, in place of all these")
    ncip.add_argument("--ncip", metavar="URL", help="where the library's system hears NCIP")
    ncip.add_argument("--agency", metavar="ID", help="the agency it says it is (FromAgencyId)")
    ncip.add_argument("--to-agency", metavar="ID", help="the agency it speaks to; default: the same")
    ncip.add_argument("--profile", metavar="NAME", help="its profile (ApplicationProfileType)")
    ncip.add_argument("--desk", metavar="ID", help="where its items come out (OnBehalfOfAgency)")
    ncip.add_argument(
        "--user", metavar="ID", default="STORAGE", help="the user that stands for it; default STORAGE"
    )
    ncip.add_argument("--secret", metavar="WORD", help="its secret (FromAgencyAuthentication), if it has one")
    ncip.add_argument("--ca", metavar="FILE", help="PEM of the authority to trust; default: the system's")
    ncip.add_argument("--cert", metavar="FILE", help="PEM of its certificate, if it has one")
    ncip.add_argument("--key", metavar="FILE", help="PEM of its key, if it is not in the same file")
    ncip.add_argument(
        "--deadline", metavar="S", type=_seconds, default=30.0, help="seconds for an answer; default 30"
    )
    ncip.add_argument(
        "--tries",
        metavar="N",
        type=int,
        default=0,
        help="how often a message is sent; default: until it is heard, with --once five times",
    )
    hears = parser.add_argument_group("what it hears (DeleteItem)")
    hears.add_argument(
        "--listen", metavar="[HOST]:PORT", help=f"where it hears NCIP; host {_LOOPBACK} if none; port 0: any"
    )
    hears.add_argument("--listen-cert", metavar="FILE", help="PEM of the certificate it serves TLS with")
    hears.add_argument("--listen-key", metavar="FILE", help="PEM of its key, if it is not in the same file")
    hears.add_argument(
        "--expect", metavar="WORD", default="", help="the secret that others must show, if any"
    )


def run(options: argparse.Namespace) -> int:
    """Be a facility; returns the exit code. Raises ValueError, OSError."""
    try:
        return asyncio.run(_work(options))
    except KeyboardInterrupt:
        say("stopped")
        return 0


def say(what: str) -> None:
    """A line for the operator."""
    print(f"{datetime.now():%H:%M:%S} {what}", flush=True)


async def _work(options: argparse.Namespace) -> int:
    party, url, ca = _party(options)
    errands: asyncio.Queue[Errand | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def retrieved(barcode: str) -> None:
        if options.refile_after is not None:
            loop.call_later(options.refile_after, errands.put_nowait, partial(store.refile, barcode))

    tries = options.tries or (5 if options.once else 0)
    caller = Caller(url, _trusting(options, ca), Pace(deadline=options.deadline, tries=tries), say)
    shelf = Shelf(Path(options.inventory))
    store = Store(shelf, caller, party, say, options.missing, retrieved)
    folder = Path(options.requests) if options.requests else None
    say(f"{len(shelf)} items on the shelf")

    async def look() -> None:
        if folder is not None:
            await store.look(folder)

    async with _hearing(options, store, errands):
        if options.once:
            return await _once(store, look)
        threading.Thread(
            target=_read_commands, args=(loop, errands, store, look), name="commands", daemon=True
        ).start()
        await _run_errands(errands, store, look, options.every)
    return 0


async def _once(store: Store, look: Errand) -> int:
    try:
        await store.let_go()
        await look()
    except UnheardError as problem:
        say(f"given up: {problem}")
        return 1
    return int(bool(store.failures))


async def _run_errands(
    errands: asyncio.Queue[Errand | None], store: Store, look: Errand, every: float
) -> None:
    """Do errands as they come, and look at the folder in between, until there is a None."""
    errand: Errand | None = store.let_go
    while errand is not None:
        try:
            await errand()
        except UnheardError as problem:
            say(f"given up: {problem}")
        try:
            async with asyncio.timeout(every):
                errand = await errands.get()
        except TimeoutError:
            errand = look


def _read_commands(
    loop: asyncio.AbstractEventLoop, errands: asyncio.Queue[Errand | None], store: Store, look: Errand
) -> None:
    """Take what is typed, until there is no more; a thread of its own waits for it."""
    for line in sys.stdin:
        match line.split():
            case ["refile", barcode]:
                errand: Errand | None = partial(store.refile, barcode)
            case ["look"]:
                errand = look
            case ["quit"]:
                errand = None
            case []:
                continue
            case _:
                say(_TYPE)
                continue
        loop.call_soon_threadsafe(errands.put_nowait, errand)


@asynccontextmanager
async def _hearing(
    options: argparse.Namespace, store: Store, errands: asyncio.Queue[Errand | None]
) -> AsyncIterator[None]:
    """Hear NCIP meanwhile, if that is wanted. Raises OSError."""
    if not options.listen:
        yield
        return
    host, port = _address(options.listen)
    context = None
    if options.listen_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.listen_cert, options.listen_key)
    hears = responder(store.deleted, lambda: errands.put_nowait(store.let_go), options.expect)
    runner = web.AppRunner(hears, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=context).start()
        ((shown, taken, *_),) = runner.addresses
        say(f"listening on {'http' if context is None else 'https'}://{shown}:{taken}/")
        yield
    finally:
        await runner.cleanup()


def _party(options: argparse.Namespace) -> tuple[Party, str, str | None]:
    """Who it is, whom it speaks to, and whom it trusts: what the options say, else the facts. Raises
    ValueError.
    """
    target = target_at(options.facts) if options.facts else None
    known = Ncip() if target is None or target.ncip is None else target.ncip
    url = options.ncip or known.url
    agency = options.agency or known.store_agency or known.agency
    profile = options.profile or known.profile
    for name, value in (("--ncip", url), ("--agency", agency), ("--profile", profile)):
        if not value:
            raise ValueError(f"{name} is needed, or --facts that know it")
    institution = "" if target is None else target.institution
    party = Party(
        agency=agency,
        to_agency=options.to_agency or institution or agency,
        profile=profile,
        desk=options.desk or known.desk,
        user=options.user,
        secret=options.secret or known.store_secret,
    )
    return party, url, options.ca or known.ca


def _trusting(options: argparse.Namespace, ca: str | None) -> ssl.SSLContext:
    """TLS that trusts this authority and shows the certificate of the options. Raises OSError."""
    context = ssl.create_default_context(cafile=ca)
    if options.cert:
        context.load_cert_chain(options.cert, options.key)
    return context


def _address(text: str) -> tuple[str, int]:
    """Where to listen. Raises ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal():
        raise ValueError(f"--listen {text!r} is not [HOST]:PORT")
    return host.strip("[]") or _LOOPBACK, int(port)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value
