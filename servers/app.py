"""The whole server, wired: store → library → desk → listeners. Here it starts, and here it stops, in this
order.

Start: open the store, read everything into memory, recall the answered requests, then listen; never earlier.
Stop: stop listening, let what is being answered finish, let the journal settle, close the store. When the
store breaks the server answers offline and stops, so that it recovers from disk.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.answered import AnsweredRequests
from core.desk import CirculationDesk
from core.journal import Journal
from core.library import Library
from core.pins import PinGuard
from core.policy_table import PolicyTable
from core.ports import Store
from core.storage.memory import MemoryStore
from core.storage.sqlite import SqliteStore
from servers.configuration.settings import Settings, Sip2Settings, StoreKind, policy_of
from servers.control.reload import Read, ReloadRefused, Reread, read_anew
from servers.control.socket import ControlServer, Verb, VerbRefused
from servers.credentials import ScryptCredentials
from servers.lines.tls_files import Expiry, ServedTls, TlsFiles, days_until, load, seen
from servers.log import get_logger
from servers.reconcile import verbs as work_list
from servers.sip2.dry_run import verbs as dry_run
from servers.sip2.front import Address, Sip2Front

log = get_logger(__name__)


HOUR = 3600.0
"""Seconds between two looks at how long the certificate lasts, where its files are not watched."""

COLLECT = (20_000, 20, 50)
"""The garbage collector's thresholds: a message leaves nothing behind to be looked for so often."""


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class CountingIds:
    """Ids one after the other, from above all that the store has seen."""

    def __init__(self, first: int) -> None:
        self._next = first

    def next(self) -> int:
        """The next id."""
        given = self._next
        self._next += 1
        return given


class Server:
    """A running server. Made by `start`; `stop` ends it."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        journal: Journal,
        desk: CirculationDesk,
        credentials: ScryptCredentials,
        tls: ServedTls,
        state: Path,
        reread: Reread,
    ) -> None:
        self.settings = settings
        self.desk = desk
        self.sip2 = Sip2Front(settings, desk, credentials)
        self._served = tls
        self._store = store
        self._journal = journal
        self._credentials = credentials
        self._state = state
        self._reread = reread
        self._reloading = asyncio.Lock()
        self._expiry = Expiry()
        self._seen = tls.seen
        self._watching: asyncio.Task[None] | None = None
        self._control = ControlServer(state, verbs(self))

    @classmethod
    async def start(cls, settings: Settings, state: Path, reread: Reread | None = None) -> Server:
        """Start on what the state directory holds; ``reread`` reads the settings for a reload, which are else
        the same again. Raises `StoreUnusable`, `TlsProblem`, `CertificateError`, OSError.
        """
        state.mkdir(parents=True, exist_ok=True)
        tls = load(settings.sip2, state)
        store = open_store(settings, state)
        credentials = ScryptCredentials(time.monotonic)
        try:
            server = cls._on(settings, store, credentials, tls, state, reread or (lambda: settings))
        except BaseException:
            credentials.close()
            await store.close()
            raise
        server._journal.start()
        try:
            await server._open()
        except BaseException:
            await server.sip2.drain(0)
            await server._close()
            raise
        return server

    @property
    def sip2_address(self) -> Address:
        """Where SIP2 over TLS listens."""
        return self.sip2.tls

    @property
    def tls(self) -> TlsFiles:
        """The files that are served now."""
        return self._served.files

    async def _open(self) -> None:
        self.sip2.open(self.settings.sip2, self._served.context)
        days = days_until(self._served.ends)
        log.info("listening", listener="sip2", **self.sip2.tls._asdict(), certificate_days=days)
        if self.sip2.plain is not None:
            log.info("listening", listener="sip2-plain", **self.sip2.plain._asdict())
        await self._control.open()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def reload(self) -> Read:
        """Read the configuration and its files anew, and go on by them. Raises `ReloadRefused`, and then goes
        on as before; either way the log tells.
        """
        return await self._reload(self._reread)

    async def reload_or_tell(self) -> None:
        """Reload; that it was refused stands in the log and nowhere else."""
        with suppress(ReloadRefused):
            await self.reload()

    async def look_at_certificates(self) -> None:
        """Tell of a certificate that ends soon, and take on files that have changed."""
        self._expiry.look(self._served.ends)
        if self.settings.sip2.watch_certificates and seen(self.tls) != self._seen:
            with suppress(ReloadRefused):
                await self._reload(lambda: self.settings)

    async def _reload(self, reread: Reread) -> Read:
        async with self._reloading:
            self._seen = seen(self.tls)
            try:
                read = await asyncio.to_thread(read_anew, self.settings, reread, self._state)
            except ReloadRefused as refused:
                for problem in refused.problems:
                    log.error("reload-refused", problem=problem)
                raise
            self._take_on(read)
        return read

    def _take_on(self, read: Read) -> None:
        """All at once: no message is answered by half of the new settings."""
        self.settings = read.settings
        self.desk.policy = PolicyTable(policy_of(read.settings))
        self._served, self._seen = read.tls, read.tls.seen
        self.sip2.take_on(read.settings, read.tls.context)
        log.info(
            "reloaded", terminals=len(read.settings.terminal), certificate_days=days_until(read.tls.ends)
        )
        if read.waiting:
            log.warning("reload-incomplete", keys=read.waiting, advice="these wait for the next start")

    async def _watch(self) -> None:
        while True:
            await self.look_at_certificates()
            await asyncio.sleep(self.settings.sip2.watch_certificates or HOUR)

    @classmethod
    def _on(
        cls,
        settings: Settings,
        store: Store,
        credentials: ScryptCredentials,
        tls: ServedTls,
        state: Path,
        reread: Reread,
    ) -> Server:
        started, clock, library, answered = time.monotonic(), SystemClock(), Library(), AnsweredRequests()
        gc.disable()
        try:
            for records in store.load():
                library.install(records)
        finally:
            gc.freeze()
            gc.set_threshold(*COLLECT)
            gc.enable()
        answered.replay(store.recent(clock.now() - answered.keep))
        log.info(
            "loaded",
            bibs=len(library.bibs),
            items=len(library.items),
            patrons=len(library.patrons),
            holds=len(library.holds),
            seconds=round(time.monotonic() - started, 2),
        )
        journal = Journal(store, library, answered)
        ids = CountingIds(store.next_id())
        policy = PolicyTable(policy_of(settings))
        pins = pin_guard(settings.sip2)
        desk = CirculationDesk(library, journal, answered, policy, clock, ids, credentials, pins)
        return cls(settings, store, journal, desk, credentials, tls, state, reread)

    async def stop(self) -> None:
        """Let what is being answered finish, then close everything."""
        await self.sip2.drain(self.settings.sip2.drain_seconds)
        await self._close()
        log.info("stopped")

    async def _close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        try:
            await self._control.close()
            await self._journal.close()
        finally:
            self._credentials.close()
            await self._store.close()

    async def broken(self) -> None:
        """Return when the store is broken and the server must stop."""
        await self._journal.broken.wait()


async def serve(
    settings: Settings, state: Path, ready: Callable[[Server], None], reread: Reread | None = None
) -> int:
    """Run a server until SIGTERM or SIGINT; SIGHUP reloads it. ``ready`` is called once when every listener
    accepts.

    Returns the exit status: 0, or 1 after the store has broken.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await Server.start(settings, state, reread)
    reloads: set[asyncio.Task[None]] = set()

    def hang_up() -> None:
        reloads.add(reload := loop.create_task(server.reload_or_tell()))
        reload.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, hang_up)
    told, broken = loop.create_task(stop.wait()), loop.create_task(server.broken())
    try:
        ready(server)
        await asyncio.wait([told, broken], return_when=asyncio.FIRST_COMPLETED)
        status = 1 if broken.done() else 0
        if status:
            log.error(
                "store-broken", advice="see to the disk, then start again: everything acknowledged is kept"
            )
    finally:
        for task in (told, broken):
            task.cancel()
        await server.stop()
    return status


def verbs(server: Server) -> Mapping[str, Verb]:
    """What can be asked of a server through its control socket."""

    async def reload(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            read = await server.reload()
        except ReloadRefused as refused:
            raise VerbRefused(*refused.problems) from refused
        return {"terminals": len(read.settings.terminal), "waiting": read.waiting}

    async def terminals(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"terminals": server.sip2.states()}

    async def suggest(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        suggestion = server.sip2.suggestion(str(arguments.get("terminal")))
        if suggestion is None:
            raise VerbRefused("There is no terminal of that name.")
        return {"suggestion": suggestion}

    return {
        "reload": reload,
        "terminals": terminals,
        "suggest": suggest,
        **work_list.verbs(server.desk, lambda: server.settings.terminal),
        **dry_run.verbs(
            lambda: server.settings.terminal,
            lambda terminal: server.sip2.service.terminals.station(terminal),
            MemoryStore,
        ),
    }


def open_store(settings: Settings, state: Path) -> Store:
    """The store that the settings name, in the state directory. Raises `StoreUnusable`."""
    match settings.store.kind:
        case StoreKind.MEMORY:
            return MemoryStore()
        case StoreKind.SQLITE:
            return SqliteStore.open(state / settings.store.file)


def pin_guard(settings: Sip2Settings) -> PinGuard:
    """How often a PIN may be wrong."""
    return PinGuard(
        tries=settings.pin_tries,
        pause=timedelta(minutes=settings.pin_pause_minutes),
        tries_a_day=settings.pin_tries_a_day,
    )
