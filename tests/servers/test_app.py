"""The whole server: what it starts on, what it keeps, and how it stops. Over loopback with TLS."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import structlog
import trustme
from msgspec.structs import replace
from structlog.testing import capture_logs

from core.model.records import ItemStatus
from core.ports import Batch, Change, StoreUnusable
from core.storage.memory import MemoryStore
from core.storage.sqlite import SqliteStore
from protocols.secret import Secret
from protocols.sip2 import messages as m
from servers.app import (
    CountingIds,
    Server,
    SystemClock,
    open_store,
    pin_guard,
    serve,
)
from servers.calling import ClientProblem
from servers.configuration.reading import ConfigurationProblems, Problem
from servers.configuration.settings import PlainSettings, Settings, Sip2Settings, StoreKind, StoreSettings
from servers.control.client import ControlProblem, ask
from servers.control.reload import ReloadRefused
from servers.lines.tls import TlsProblem
from servers.sip2.client import Sip2Client, Target
from tests.fakes.served import ANYWHERE, ANYWHERE_HTTPS, PASSWORD, USER, fill, served, settings
from tests.fakes.stores import RefusingStore
from tests.fakes.world import ANN, BOOK, RECORDS
from tests.matrix import proves
from tests.walks.given import free_port

NOW = datetime.now().replace(microsecond=0)
CHECKOUT = m.Checkout(
    sc_renewal_policy=True,
    no_block=False,
    transaction_date=NOW,
    nb_due_date=None,
    institution_id="TOWN",
    patron_identifier="P1",
    item_identifier="I1",
    terminal_password=Secret(""),
)


def target(server: Server) -> Target:
    """How a terminal gets in."""
    return Target(*server.sip2_address, authority=server.tls.authority, user=USER, password=PASSWORD)


def asked(where: Target, request: m.FromSc = CHECKOUT) -> m.Message:
    """What a terminal that logs in and asks this is answered. Blocks."""
    with Sip2Client(where) as client:
        assert client.log_in()
        return client.ask(request)


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """A server sets the garbage collector up for itself; the tests want it as it was."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


Log = list[MutableMapping[str, Any]]


@pytest.fixture
def app_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """What the server itself logs."""
    monkeypatch.setattr("servers.app.log", structlog.get_logger())
    with capture_logs() as entries:
        yield entries


@pytest_asyncio.fixture
async def held(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RefusingStore]:
    """The next server finds this store, with the small library in it."""
    memory = MemoryStore()
    await memory.commit(Batch([], [Change(None, record) for record in RECORDS]))
    store = RefusingStore(memory)
    monkeypatch.setattr("servers.app.open_store", lambda settings, state: store)
    yield store
    store.release()


class TestStarting:
    async def test_an_empty_directory_is_enough(self, tmp_path: Path) -> None:
        """It is made, with an authority, a certificate and a store; there is nobody to lend to yet."""
        server = await Server.start(Settings(sip2=ANYWHERE, https=ANYWHERE_HTTPS), tmp_path / "new" / "state")
        assert server.sip2_address.host == "127.0.0.1"
        assert server.sip2_address.port > 0
        assert server.desk.library.items == {}
        where = replace(target(server), user="")
        refused = await asyncio.to_thread(asked, where)
        await server.stop()
        assert isinstance(refused, m.CheckoutResponse)
        assert not refused.ok
        assert sorted(path.name for path in (tmp_path / "new" / "state").iterdir()) == [
            "catalogue",
            "certs",
            "circdesk.db",
            "circdesk.db.lock",
        ]

    async def test_what_was_acknowledged_is_there_after_a_restart(self, tmp_path: Path) -> None:
        """And the terminal that asks again gets its first answer again."""
        async with served(tmp_path) as server:
            first = await asyncio.to_thread(asked, target(server))
        server = await Server.start(settings(), tmp_path)
        assert [item.id for item in server.desk.library.loans_of(ANN)] == [BOOK]
        again = await asyncio.to_thread(asked, target(server))
        await server.stop()
        assert isinstance(first, m.CheckoutResponse)
        assert isinstance(again, m.CheckoutResponse)
        assert (first.ok, again.ok, again.renewal_ok) == (True, True, False)
        assert first.due_date == again.due_date

    async def test_new_ids_are_above_those_of_the_store(self, tmp_path: Path) -> None:
        await fill(tmp_path)
        store = open_store(settings(), tmp_path)
        assert CountingIds(store.next_id()).next() > max(record.id for record in RECORDS)
        await store.close()

    async def test_a_store_in_use_is_named_with_its_holder(self, tmp_path: Path) -> None:
        hold = (
            "import sys\nfrom pathlib import Path\nfrom core.storage.sqlite import SqliteStore\n"
            "store = SqliteStore.open(Path(sys.argv[1]))\nprint(flush=True)\nsys.stdin.read()"
        )
        database = tmp_path / "circdesk.db"
        with subprocess.Popen(
            [sys.executable, "-c", hold, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"\n"
            with pytest.raises(StoreUnusable, match=rf"{database}: .*\b{holder.pid}\b"):
                await Server.start(settings(), tmp_path)
            holder.kill()
        await (await Server.start(settings(), tmp_path)).stop()

    async def test_a_damaged_record_is_told_and_nothing_is_left_open(self, tmp_path: Path) -> None:
        await fill(tmp_path)
        store = SqliteStore.open(tmp_path / "circdesk.db")
        store._connection.execute("UPDATE item SET body = x'00'")
        store._connection.commit()
        await store.close()
        for _ in range(2):
            with pytest.raises(StoreUnusable, match=r"circdesk\.db: "):
                await Server.start(settings(), tmp_path)
        assert gc.isenabled()

    async def test_an_address_in_use_leaves_nothing_open(self, tmp_path: Path) -> None:
        """Not even the store: the next start finds it free."""
        async with served(tmp_path / "first") as server:
            taken = settings(replace(ANYWHERE, port=server.sip2_address.port))
            with pytest.raises(OSError, match="Address already in use"):
                await Server.start(taken, tmp_path / "second")
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "journal"]
        await (await Server.start(settings(), tmp_path / "second")).stop()

    async def test_a_certificate_that_cannot_be_used_is_told_before_the_store_is_opened(
        self, tmp_path: Path
    ) -> None:
        unusable = replace(ANYWHERE, tls_certificate="missing.pem", tls_key="missing.key")
        with pytest.raises(TlsProblem, match=r"missing\.pem does not exist"):
            await Server.start(settings(unusable), tmp_path)
        assert not (tmp_path / "circdesk.db").exists()


class TestTlsFiles:
    async def test_the_files_of_the_settings_are_used(self, tmp_path: Path) -> None:
        """Whoever trusts their authority gets in, and terminals of their authority are known."""
        authority = trustme.CA()
        paths = {name: str(tmp_path / name) for name in ("server.pem", "server.key", "ca.pem")}
        issued = authority.issue_cert("127.0.0.1")
        issued.cert_chain_pems[0].write_to_path(paths["server.pem"])
        issued.private_key_pem.write_to_path(paths["server.key"])
        authority.cert_pem.write_to_path(paths["ca.pem"])
        kiosk = authority.issue_cert("kiosk-1.example.org", common_name="kiosk-1")
        kiosk.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "kiosk.pem"))
        sip2 = replace(
            ANYWHERE,
            tls_certificate=paths["server.pem"],
            tls_key=paths["server.key"],
            tls_client_ca=paths["ca.pem"],
        )
        async with served(tmp_path / "state", sip2) as server:
            assert server.tls.authority is None
            where = Target(
                *server.sip2_address, authority=Path(paths["ca.pem"]), certificate=tmp_path / "kiosk.pem"
            )
            answer = await asyncio.to_thread(asked, where)
        assert isinstance(answer, m.CheckoutResponse)
        assert answer.ok
        assert not (tmp_path / "state" / "certs").exists()


class TestStopping:
    async def test_what_is_in_work_is_answered_then_the_line_is_closed(
        self, held: RefusingStore, tmp_path: Path
    ) -> None:
        server = await Server.start(settings(), tmp_path)
        held.hold()

        def visit() -> tuple[m.Message, str]:
            with Sip2Client(target(server)) as client:
                client.log_in()
                answer = client.ask(CHECKOUT)
                with pytest.raises(ClientProblem) as closed:
                    client.ask(CHECKOUT)
                return answer, str(closed.value)

        visiting = asyncio.get_running_loop().create_task(asyncio.to_thread(visit))
        await held.waiting()
        stopping = asyncio.get_running_loop().create_task(server.stop())
        await asyncio.wait([stopping], timeout=0.01)
        assert not stopping.done()
        held.release()
        await stopping
        answer, closed = await visiting
        assert isinstance(answer, m.CheckoutResponse)
        assert answer.ok
        assert closed.startswith("the server ")
        assert len(held.batches) == 1

    async def test_who_does_not_finish_is_cut_off_and_the_loan_is_kept(
        self, held: RefusingStore, tmp_path: Path
    ) -> None:
        server = await Server.start(settings(replace(ANYWHERE, drain_seconds=0.01)), tmp_path)
        held.hold()

        def visit() -> None:
            with Sip2Client(target(server)) as client:
                client.log_in()
                with pytest.raises(ClientProblem, match="the server "):
                    client.ask(CHECKOUT)

        visiting = asyncio.get_running_loop().create_task(asyncio.to_thread(visit))
        await held.waiting()
        stopping = asyncio.get_running_loop().create_task(server.stop())
        await visiting
        held.release()
        await stopping
        assert len(held.batches) == 1
        assert server.desk.library.items[BOOK].status is ItemStatus.ON_LOAN

    async def test_afterwards_nobody_is_let_in(self, tmp_path: Path) -> None:
        async with served(tmp_path) as server:
            pass
        with pytest.raises(ClientProblem, match="nobody answers"):
            await asyncio.to_thread(asked, target(server))


class TestReloading:
    """Sessions are held while the configuration and the certificates change."""

    class Changing:
        """A configuration that the test changes while the server runs on it."""

        def __init__(self) -> None:
            self.settings = settings()

        def __call__(self) -> Settings:
            if not self.settings.terminal:
                raise ConfigurationProblems([Problem(Path("circdesk.toml"), 1, "Nobody may come in.")])
            return self.settings

    @pytest_asyncio.fixture
    async def running(self, tmp_path: Path) -> AsyncIterator[tuple[Server, Changing]]:
        """A server on the small library, and its configuration."""
        await fill(tmp_path)
        changing = self.Changing()
        server = await Server.start(changing.settings, tmp_path, changing)
        yield server, changing
        await server.stop()

    async def test_loan_rules_apply_to_who_is_in_already(self, running: tuple[Server, Changing]) -> None:
        server, changing = running
        forbidden = tuple(replace(terms, loanable=False) for terms in changing.settings.terms)
        changing.settings = replace(changing.settings, terms=forbidden)

        def visit(reload: Callable[[], object]) -> m.Message:
            with Sip2Client(target(server)) as client:
                client.log_in()
                reload()
                return client.ask(CHECKOUT)

        loop = asyncio.get_running_loop()
        answer = await asyncio.to_thread(
            visit, lambda: asyncio.run_coroutine_threadsafe(server.reload(), loop).result(10)
        )
        assert isinstance(answer, m.CheckoutResponse)
        assert not answer.ok

    async def test_a_broken_configuration_changes_nothing_and_is_told_line_by_line(
        self, running: tuple[Server, Changing], app_log: Log
    ) -> None:
        server, changing = running
        changing.settings = replace(changing.settings, terminal=())
        with pytest.raises(ReloadRefused):
            await server.reload()
        assert [entry["problem"] for entry in app_log if entry["event"] == "reload-refused"] == [
            "circdesk.toml:1: Nobody may come in."
        ]
        assert isinstance(await asyncio.to_thread(asked, target(server)), m.CheckoutResponse)

    async def test_through_the_control_socket_whoever_asks_is_told(
        self, running: tuple[Server, Changing], tmp_path: Path
    ) -> None:
        _, changing = running
        changing.settings = replace(changing.settings, sip2=replace(changing.settings.sip2, port=1))
        answer = await asyncio.to_thread(ask, tmp_path, "reload")
        assert answer == {"terminals": 1, "waiting": ["sip2.port"]}
        changing.settings = replace(changing.settings, terminal=())
        with pytest.raises(ControlProblem, match=r"circdesk\.toml:1: Nobody may come in\."):
            await asyncio.to_thread(ask, tmp_path, "reload")

    async def test_certificate_files_that_have_changed_are_taken_on_by_themselves(
        self, running: tuple[Server, Changing], app_log: Log
    ) -> None:
        server, _ = running

        def served_certificate() -> bytes:
            context = ssl.create_default_context(cafile=str(server.tls.authority))
            with (
                socket.create_connection(server.sip2_address, 10) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as session,
            ):
                shown = session.getpeercert(binary_form=True)
                assert shown is not None
                return shown

        before = await asyncio.to_thread(served_certificate)
        await server.look_at_certificates()
        assert "reloaded" not in [entry["event"] for entry in app_log]
        server.tls.certificate.unlink()
        await server.look_at_certificates()
        after = await asyncio.to_thread(served_certificate)
        assert before != after
        assert [entry["event"] for entry in app_log if entry["event"].startswith("reload")] == ["reloaded"]

    async def test_a_broken_certificate_file_is_told_once_and_the_old_one_serves(
        self, running: tuple[Server, Changing], app_log: Log
    ) -> None:
        server, _ = running
        server.tls.client_ca.write_text("damaged")
        for _ in range(3):
            await server.look_at_certificates()
        assert len([entry for entry in app_log if entry["event"] == "reload-refused"]) == 1


class TestHttps:
    """What the whole server tells over HTTPS."""

    @staticmethod
    @asynccontextmanager
    async def client(server: Server) -> AsyncIterator[Callable[[str], Awaitable[tuple[int, str]]]]:
        """Asks for one path after another on a connection that trusts the authority."""
        assert server.https.address is not None
        base = "https://{}:{}".format(*server.https.address)
        context = ssl.create_default_context(cafile=str(server.https_tls.authority))
        connector = aiohttp.TCPConnector(ssl=context, limit=1)
        async with aiohttp.ClientSession(base, connector=connector) as session:

            async def ask(path: str) -> tuple[int, str]:
                async with session.get(path) as answer:
                    return answer.status, await answer.text()

            yield ask

    async def test_it_is_ready_as_soon_as_it_listens_and_until_the_store_breaks(self, tmp_path: Path) -> None:
        async with served(tmp_path) as server, self.client(server) as ask:
            assert await ask("/health/ready") == (200, "ready\n")
            server._journal.broken.set()
            assert await ask("/health/ready") == (503, "not ready: the store is broken\n")
            assert await ask("/health/live") == (200, "live\n")
            server._journal.broken.clear()

    async def test_while_it_closes_down_it_lives_and_is_not_ready(self, tmp_path: Path) -> None:
        async with served(tmp_path) as server, self.client(server) as ask, self.client(server) as again:
            assert await ask("/health/ready") == await again("/health/ready") == (200, "ready\n")
            server._stopping = server.https.service.draining = True
            assert await ask("/health/ready") == (503, "not ready: closing down\n")
            assert await again("/health/live") == (200, "live\n")

    async def test_metrics_tell_of_all_of_it(self, tmp_path: Path) -> None:
        async with served(tmp_path) as server, self.client(server) as ask:
            await ask("/metrics")
            await asyncio.to_thread(asked, target(server))
            status, text = await ask("/metrics")
        assert status == 200
        values = {line.rpartition(" ")[0]: line.rpartition(" ")[2] for line in text.splitlines()}
        told = {
            'circdesk_sip2_messages_total{terminal="kiosk-1"}': "1.0",
            'circdesk_https_requests_total{path="/metrics",status="200"}': "1.0",
            'circdesk_connections{listener="https"}': "1.0",
            'circdesk_loans_total{agency="MAIN"}': "1.0",
            "circdesk_journal_commits_total": "1.0",
            "circdesk_journal_waiting": "0.0",
        }
        assert {name: values[name] for name in told} == told
        assert float(values["circdesk_store_bytes"]) > 0
        assert float(values["circdesk_journal_commit_seconds_total"]) > 0
        assert float(values['circdesk_certificate_days{listener="https"}']) > 30

    async def test_only_those_who_may_read_the_metrics_do(self, tmp_path: Path) -> None:
        nobody = replace(ANYWHERE_HTTPS, metrics_from=())
        async with served(tmp_path, https=nobody) as server, self.client(server) as ask:
            status, text = await ask("/metrics")
        assert status == 403
        assert "circdesk_" not in text

    async def test_it_may_have_a_certificate_of_its_own_which_is_taken_on_when_it_changes(
        self, tmp_path: Path
    ) -> None:
        paths = {name: str(tmp_path / name) for name in ("own.pem", "own.key")}

        def issue() -> bytes:
            issued = trustme.CA().issue_cert("127.0.0.1")
            issued.cert_chain_pems[0].write_to_path(paths["own.pem"])
            issued.private_key_pem.write_to_path(paths["own.key"])
            return issued.cert_chain_pems[0].bytes()

        async def shown(server: Server) -> bytes:
            assert server.https.address is not None
            pem = await asyncio.to_thread(ssl.get_server_certificate, server.https.address)
            return ssl.PEM_cert_to_DER_cert(pem)

        before = ssl.PEM_cert_to_DER_cert(issue().decode())
        own = replace(ANYWHERE_HTTPS, tls_certificate=paths["own.pem"], tls_key=paths["own.key"])
        async with served(tmp_path / "state", https=own) as server:
            assert await shown(server) == before
            after = ssl.PEM_cert_to_DER_cert(issue().decode())
            await server.look_at_certificates()
            assert await shown(server) == after
            assert isinstance(await asyncio.to_thread(asked, target(server)), m.CheckoutResponse)

    @proves("plain HTTP for loopback or an allow list")
    async def test_it_is_served_without_tls_where_a_port_is_named(self, tmp_path: Path) -> None:
        both = replace(ANYWHERE_HTTPS, plain=PlainSettings(port=free_port()))
        for https in (both, replace(both, enabled=False)):
            async with served(tmp_path, https=https) as server:
                assert server.https.plain is not None
                assert (server.https.address is None) is not https.enabled
                async with aiohttp.ClientSession("http://{}:{}".format(*server.https.plain)) as session:
                    await server.reload()
                    assert (await session.get("/health/ready")).status == 200

    async def test_it_can_be_left_out(self, tmp_path: Path) -> None:
        async with served(tmp_path, https=replace(ANYWHERE_HTTPS, enabled=False)) as server:
            assert server.https.address is None
            await server.reload()
            assert isinstance(await asyncio.to_thread(asked, target(server)), m.CheckoutResponse)


class TestServing:
    @staticmethod
    def visiting(
        visit: Callable[[Server], object],
    ) -> tuple[Callable[[Server], None], list[asyncio.Task[object]]]:
        """To be called when the server is ready: visits it in a thread."""
        visits: list[asyncio.Task[object]] = []

        def ready(server: Server) -> None:
            visits.append(asyncio.get_running_loop().create_task(asyncio.to_thread(visit, server)))

        return ready, visits

    async def test_a_broken_store_ends_it_with_1_and_nobody_is_told_that_it_went_well(
        self, held: RefusingStore, tmp_path: Path
    ) -> None:
        held.break_next()
        ready, visits = self.visiting(lambda server: asked(target(server)))
        with capture_logs() as log:
            async with asyncio.timeout(10):
                assert await serve(settings(), tmp_path, ready) == 1
        answer = await visits[0]
        assert isinstance(answer, m.AcsStatus)
        assert not answer.online_status
        assert [entry["log_level"] for entry in log if entry["event"] == "store-broken"] == ["error"]
        assert log[-1]["event"] == "stopped"

    async def test_a_signal_ends_it_with_0(self, tmp_path: Path) -> None:
        def interrupt(server: Server) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

        ready, visits = self.visiting(interrupt)
        async with asyncio.timeout(10):
            assert await serve(settings(), tmp_path, ready) == 0
        await visits[0]

    async def test_if_nobody_can_be_told_that_it_is_ready_it_stops_in_order(self, tmp_path: Path) -> None:
        def ready(server: Server) -> None:
            raise PermissionError(13, "Permission denied", "facts.json")

        with pytest.raises(PermissionError):
            await serve(settings(), tmp_path, ready)
        await (await Server.start(settings(), tmp_path)).stop()


async def test_each_kind_of_store_can_be_opened(tmp_path: Path) -> None:
    for kind, store in ((StoreKind.MEMORY, MemoryStore), (StoreKind.SQLITE, SqliteStore)):
        opened = open_store(Settings(store=StoreSettings(kind, "mine.db")), tmp_path)
        assert isinstance(opened, store)
        await opened.close()
    assert (tmp_path / "mine.db").exists()


def test_the_clock_tells_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_the_limits_of_guessing_reach_the_desk() -> None:
    guard = pin_guard(Sip2Settings(pin_tries=2, pin_pause_minutes=3, pin_tries_a_day=4))
    now = SystemClock().now()
    for _ in range(2):
        guard.tried("kiosk-1", ANN, False, now)
    assert not guard.is_open("kiosk-1", ANN, now + timedelta(minutes=3) - timedelta(seconds=1))
    assert guard.is_open("kiosk-2", ANN, now)
    for terminal in ("kiosk-2", "kiosk-3"):
        guard.tried(terminal, ANN, False, now)
    assert not guard.is_open("kiosk-4", ANN, now)
