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
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from certs.authority import ensure_authority
from certs.issue import ensure_server
from core.answered import AnsweredRequests
from core.desk import CirculationDesk
from core.journal import Journal
from core.library import Library
from core.policy_table import PolicyTable
from core.ports import Store
from core.storage.memory import MemoryStore
from core.storage.sqlite import SqliteStore
from servers.credentials import ScryptCredentials
from servers.line import Limits, LineListener
from servers.log import get_logger
from servers.settings import Settings, Sip2Settings, StoreKind, policy_of
from servers.sip2.listener import Sip2Service
from servers.sip2.terminals import Terminals
from servers.tls import days_left, server_context

log = get_logger(__name__)


COLLECT = (20_000, 20, 50)
"""The garbage collector's thresholds: a message leaves nothing behind to be looked for so often."""


class Address(NamedTuple):
    """Where a listener listens."""

    host: str
    port: int


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


class TlsFiles(NamedTuple):
    """The PEM files of a TLS listener. ``authority`` is whom clients of this server trust, None if unknown to
    us.
    """

    certificate: Path
    key: Path
    client_ca: Path
    authority: Path | None


class Server:
    """A running server. Made by `start`; `stop` ends it."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        journal: Journal,
        desk: CirculationDesk,
        credentials: ScryptCredentials,
        tls: TlsFiles,
    ) -> None:
        self.settings = settings
        self.desk = desk
        self.tls = tls
        self.sip2_address = Address("", 0)
        self._store = store
        self._journal = journal
        self._credentials = credentials
        terminals = Terminals(settings.terminal, desk, credentials)
        self._sip2 = Sip2Service(settings.sip2, terminals, desk)
        self._listener = LineListener("sip2", line_limits(settings.sip2), self._sip2.converse)

    @classmethod
    async def start(cls, settings: Settings, state: Path) -> Server:
        """Start on what the state directory holds. Raises `StoreUnusable`, `TlsProblem`, `CertificateError`,
        OSError.
        """
        state.mkdir(parents=True, exist_ok=True)
        tls = tls_files(settings.sip2, state)
        context = server_context(tls.certificate, tls.key, tls.client_ca)
        store = open_store(settings, state)
        credentials = ScryptCredentials(time.monotonic)
        try:
            server = cls._on(settings, store, credentials, tls)
        except BaseException:
            credentials.close()
            await store.close()
            raise
        server._journal.start()
        try:
            address = await server._listener.open(settings.sip2.host, settings.sip2.port, context)
        except BaseException:
            await server._close()
            raise
        server.sip2_address = Address(*address)
        log.info(
            "listening",
            listener="sip2",
            host=address[0],
            port=address[1],
            certificate_days=days_left(tls.certificate),
        )
        return server

    @classmethod
    def _on(cls, settings: Settings, store: Store, credentials: ScryptCredentials, tls: TlsFiles) -> Server:
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
        desk = CirculationDesk(library, journal, answered, policy, clock, ids, credentials)
        return cls(settings, store, journal, desk, credentials, tls)

    async def stop(self) -> None:
        """Let what is being answered finish, then close everything."""
        self._sip2.draining = True
        await self._listener.drain(self.settings.sip2.drain_seconds)
        await self._close()
        log.info("stopped")

    async def _close(self) -> None:
        try:
            await self._journal.close()
        finally:
            self._credentials.close()
            await self._store.close()

    async def broken(self) -> None:
        """Return when the store is broken and the server must stop."""
        await self._journal.broken.wait()


async def serve(settings: Settings, state: Path, ready: Callable[[Server], None]) -> int:
    """Run a server until SIGTERM or SIGINT; ``ready`` is called once when every listener accepts.

    Returns the exit status: 0, or 1 after the store has broken.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await Server.start(settings, state)
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


def open_store(settings: Settings, state: Path) -> Store:
    """The store that the settings name, in the state directory. Raises `StoreUnusable`."""
    match settings.store.kind:
        case StoreKind.MEMORY:
            return MemoryStore()
        case StoreKind.SQLITE:
            return SqliteStore.open(state / settings.store.file)


def tls_files(settings: Sip2Settings, state: Path) -> TlsFiles:
    """The files the settings name; what they leave out is made by the development authority."""
    if settings.tls_certificate and settings.tls_client_ca:
        certificate, key = Path(settings.tls_certificate), Path(settings.tls_key)
        return TlsFiles(certificate, key, Path(settings.tls_client_ca), None)
    authority = ensure_authority(state).path
    client_ca = Path(settings.tls_client_ca) if settings.tls_client_ca else authority
    if settings.tls_certificate:
        return TlsFiles(Path(settings.tls_certificate), Path(settings.tls_key), client_ca, None)
    certificate, key = ensure_server(state, ())
    return TlsFiles(certificate, key, client_ca, authority)


def line_limits(settings: Sip2Settings) -> Limits:
    """What a SIP2 line bears."""
    return Limits(
        connections=settings.connections,
        connections_per_source=settings.connections_per_source,
        answers_waiting=settings.answers_waiting,
        handshake_timeout=settings.handshake_timeout,
        shutdown_timeout=settings.ssl_shutdown_timeout,
        keepalive=settings.keepalive,
    )
