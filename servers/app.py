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
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from core.answered import AnsweredRequests
from core.catalogue import Catalogue
from core.desk import CirculationDesk
from core.journal import Journal
from core.library import Library
from core.pins import PinGuard
from core.policy_table import PolicyTable
from core.ports import Store
from core.storage.memory import MemoryStore
from core.storage.sqlite import SqliteStore
from core.storage.tantivy_index import Layout, TantivyIndex
from servers.catalogue.access_points import DIGITS, TEXTS, Table, table
from servers.catalogue.indexing import Indexing
from servers.catalogue.local_ids import resolvers
from servers.configuration.settings import Settings, Sip2Settings, StoreKind, policy_of
from servers.control.reload import Certificates, Read, ReloadRefused, Reread, read_anew
from servers.control.socket import ControlServer, Verb, VerbRefused
from servers.credentials import ScryptCredentials
from servers.http.front import HttpsFront
from servers.http.health import Health
from servers.http.metrics import Acts, Metrics, Reading
from servers.http.readings import (
    of_acts,
    of_answers,
    of_build,
    of_certificates,
    of_journal,
    of_listeners,
    of_ncip,
    of_outgoing,
    of_sru,
    of_store,
    of_terminals,
    of_z3950,
)
from servers.lines.addresses import Address
from servers.lines.tls_files import Expiry, TlsFiles, days_until
from servers.log import get_logger
from servers.ncip.front import NcipTcpFront
from servers.ncip.outgoing.facility import facilities
from servers.ncip.outgoing.outgoing import Outgoing
from servers.ncip.responder import NcipResponder
from servers.ncip.servlet import NcipServlet
from servers.reconcile import verbs as work_list
from servers.search.front import SearchPage
from servers.sip2.dry_run import verbs as dry_run
from servers.sip2.front import Sip2Front
from servers.sru.endpoint import SruFront
from servers.sru.house import House
from servers.storage import verbs as storage
from servers.storage.exported import Exported
from servers.z3950.front import Z3950Front
from servers.z3950.house import House as Z3950House

log = get_logger(__name__)


HOUR = 3600.0
"""Seconds between two looks at how long the certificate lasts, where its files are not watched."""

CATALOGUE = "catalogue"
"""The folder of what is derived for searching, in the state directory. It may be deleted at any time."""

COLLECT = (20_000, 20, 50)
"""The garbage collector's thresholds: a message leaves nothing behind to be looked for so often."""


class SystemClock:
    """The time of this machine: ``now`` is the present moment, aware, in UTC."""

    now = staticmethod(partial(datetime.now, UTC))


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
        answered: AnsweredRequests,
        desk: CirculationDesk,
        credentials: ScryptCredentials,
        certificates: Certificates,
        state: Path,
        reread: Reread,
    ) -> None:
        self.settings = settings
        self.desk = desk
        self.sip2 = Sip2Front(settings, desk, credentials)
        self.ncip = NcipResponder(settings, desk, credentials, time.monotonic)
        self.ncip_tcp = NcipTcpFront(settings.ncip_tcp, self.ncip)
        self.outgoing = Outgoing(store, SystemClock(), desk)
        self.exported = Exported(store)
        self.indexing = indexing_of(store, desk.library, state)
        self.catalogue = Catalogue(
            table().points, lambda: self.indexing.view, time.monotonic, resolvers(desk.library)
        )
        house = House(self.catalogue, desk, self.indexing, store.bibs)
        self.sru = SruFront(house)
        self.z3950 = Z3950Front(settings, Z3950House(self.catalogue, desk, self.indexing), credentials)
        self._certificates = certificates
        self._store = store
        self._journal = journal
        self._answered = answered
        self._credentials = credentials
        self._state = state
        self._reread = reread
        self._reloading = asyncio.Lock()
        self._stopping = False
        self._expiries = {listener: Expiry() for listener in certificates._fields}
        self._seen = certificates.seen
        self._watching: asyncio.Task[None] | None = None
        self._control = ControlServer(state, verbs(self))
        acts = Acts(store)
        fronts = (
            Health(self._hindrances),
            Metrics(self._readings(acts), acts),
            NcipServlet(self.ncip),
            self.sru,
            SearchPage(house),
        )
        self.https = HttpsFront(settings, fronts)

    @classmethod
    async def start(cls, settings: Settings, state: Path, reread: Reread | None = None) -> Server:
        """Start on what the state directory holds; ``reread`` reads the settings for a reload, which are else
        the same again. Raises `StoreUnusable`, `TlsProblem`, `CertificateError`, OSError.
        """
        state.mkdir(parents=True, exist_ok=True)
        certificates, told = Certificates.load(settings, state), facilities(settings)
        store = open_store(settings, state)
        credentials = ScryptCredentials(time.monotonic)
        try:
            server = cls._on(settings, store, credentials, certificates, state, reread or (lambda: settings))
        except BaseException:
            credentials.close()
            await store.close()
            raise
        server._journal.start()
        try:
            await server._open()
            server.outgoing.take_on(told)
            server.indexing.start()
        except BaseException:
            await server._drain(0, 0, 0, 0)
            await server._close()
            raise
        return server

    @property
    def sip2_address(self) -> Address:
        """Where SIP2 over TLS listens."""
        return self.sip2.tls

    @property
    def tls(self) -> TlsFiles:
        """The files that SIP2 is served with now."""
        return self._certificates.sip2.files

    @property
    def https_tls(self) -> TlsFiles:
        """The files that HTTPS is served with now."""
        return self._certificates.https.files

    async def _open(self) -> None:
        sip2, https = self._certificates
        self.sip2.open(self.settings.sip2, sip2.context)
        self._tell_listening("sip2", self.sip2.tls, certificate_days=days_until(sip2.ends))
        if self.sip2.plain is not None:
            self._tell_listening("sip2-plain", self.sip2.plain)
        self.https.open(https.context)
        if self.https.address is not None:
            self._tell_listening("https", self.https.address, certificate_days=days_until(https.ends))
        if self.https.plain is not None:
            self._tell_listening("https-plain", self.https.plain)
        self.ncip_tcp.open(https.context)
        if self.ncip_tcp.tls is not None:
            self._tell_listening("ncip_tcp", self.ncip_tcp.tls, certificate_days=days_until(https.ends))
        if self.ncip_tcp.plain is not None:
            self._tell_listening("ncip_tcp-plain", self.ncip_tcp.plain)
        self.z3950.open(https.context)
        if self.z3950.address is not None:
            self._tell_listening("z3950", self.z3950.address)
        if self.z3950.tls is not None:
            self._tell_listening("z3950-tls", self.z3950.tls, certificate_days=days_until(https.ends))
        await self._control.open()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    @staticmethod
    def _tell_listening(listener: str, address: Address, **fields: int) -> None:
        log.info("listening", listener=listener, **address._asdict(), **fields)

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
        for listener, ends in self._certificates.ends.items():
            self._expiries[listener].look(ends)
        if self.settings.sip2.watch_certificates and self._certificates.look() != self._seen:
            with suppress(ReloadRefused):
                await self._reload(lambda: self.settings)

    async def _reload(self, reread: Reread) -> Read:
        async with self._reloading:
            self._seen = self._certificates.look()
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
        self._answered.brief = _brief(read.settings)
        self._certificates, self._seen = read.certificates, read.certificates.seen
        self.sip2.take_on(read.settings, read.certificates.sip2.context)
        self.ncip.take_on(read.settings)
        self.ncip_tcp.take_on(read.settings.ncip_tcp, read.certificates.https.context)
        self.https.take_on(read.settings, read.certificates.https.context)
        self.z3950.take_on(read.settings, read.certificates.https.context)
        self.outgoing.take_on(read.facilities)
        days = min(map(days_until, read.certificates.ends.values()))
        log.info("reloaded", terminals=len(read.settings.terminal), certificate_days=days)
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
        certificates: Certificates,
        state: Path,
        reread: Reread,
    ) -> Server:
        started, clock, library = time.monotonic(), SystemClock(), Library()
        answered = AnsweredRequests(brief=_brief(settings), now=clock.now)
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
        return cls(settings, store, journal, answered, desk, credentials, certificates, state, reread)

    async def stop(self) -> None:
        """Let what is being answered finish, then close everything."""
        settings = self.settings
        await self._drain(
            settings.sip2.drain_seconds,
            settings.https.drain_seconds,
            settings.ncip_tcp.drain_seconds,
            settings.z3950.drain_seconds,
        )
        await self._close()
        log.info("stopped")

    async def _drain(
        self, sip2_seconds: float, https_seconds: float, ncip_tcp_seconds: float, z3950_seconds: float
    ) -> None:
        self._stopping = True
        await asyncio.gather(
            self.sip2.drain(sip2_seconds),
            self.https.drain(https_seconds),
            self.ncip_tcp.drain(ncip_tcp_seconds),
            self.z3950.drain(z3950_seconds),
        )

    def _hindrances(self) -> Iterator[str]:
        """Why the server cannot do its work just now."""
        if self._stopping:
            yield "closing down"
        if self._journal.broken.is_set():
            yield "the store is broken"

    def _readings(self, acts: Acts) -> Iterator[Reading]:
        """What metrics tell of the server."""
        store = self._state / self.settings.store.file
        yield of_build
        yield lambda: of_terminals(self.sip2.service.board.counted())
        yield lambda: of_listeners(
            (self.sip2.listener, self.https.listener, self.ncip_tcp.listener, self.z3950.listener)
        )
        yield lambda: of_answers(self.https.service.answers)
        yield lambda: of_ncip(self.ncip.answers)
        yield lambda: of_sru(self.sru.answers)
        yield lambda: of_z3950(self.z3950.service.answers)
        yield lambda: of_journal(self._journal)
        yield lambda: of_store((store, store.with_name(f"{store.name}-wal")))
        yield lambda: of_acts(acts.loans, acts.returns)
        yield lambda: of_outgoing(self.outgoing.counts, self.outgoing.waiting())
        yield lambda: of_certificates(self._certificates.ends)

    async def _close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        try:
            await self._control.close()
            await self.outgoing.close()
            await self.indexing.close()
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
        **storage.verbs(server.desk, server.exported, server.outgoing, lambda: server.settings),
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


def indexing_of(store: Store, library: Library, state: Path) -> Indexing:
    """The catalogue of a library, in its state directory; standard error shows how far it is."""
    folder = state / CATALOGUE
    opens = partial(TantivyIndex.open, folder / "index", index_layout(table()))
    return Indexing(store, library, folder, opens, sys.stderr)


def _brief(settings: Settings) -> timedelta:
    """How long what has no number is a repetition, where it may soon be meant anew."""
    return timedelta(seconds=settings.ncip.repeat_window)


def index_layout(rules: Table) -> Layout:
    """What the index holds, by the table of access points."""
    return Layout(
        rules.rows,
        tuple([filling.key for filling in rules.fillings]),
        frozenset([filling.key for filling in rules.fillings if filling.facet]),
        frozenset([filling.key for filling in rules.fillings if filling.kind in DIGITS]),
        {filling.key: filling.kind in TEXTS for filling in rules.fillings if filling.sorted_by},
        rules.mark,
    )


def pin_guard(settings: Sip2Settings) -> PinGuard:
    """How often a PIN may be wrong."""
    return PinGuard(
        tries=settings.pin_tries,
        pause=timedelta(minutes=settings.pin_pause_minutes),
        tries_a_day=settings.pin_tries_a_day,
    )
