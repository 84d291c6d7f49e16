"""The whole server: what it starts on, what it keeps, and how it stops. Over loopback with TLS."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import trustme
from msgspec.structs import replace
from structlog.testing import capture_logs

from core.model.records import ItemStatus
from core.ports import Batch, Change, StoreUnusable
from core.storage.memory import MemoryStore
from core.storage.sqlite import SqliteStore
from protocols.sip2 import messages as m
from protocols.sip2.fields import Secret
from servers.app import CountingIds, Server, SystemClock, TlsFiles, line_limits, open_store, serve, tls_files
from servers.line import Limits
from servers.settings import Settings, Sip2Settings, StoreKind, StoreSettings
from servers.sip2.client import ClientProblem, Sip2Client, Target
from servers.tls import TlsProblem
from tests.fakes.served import ANYWHERE, PASSWORD, USER, fill, served, settings
from tests.fakes.stores import RefusingStore
from tests.fakes.world import ANN, BOOK, RECORDS

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
        server = await Server.start(Settings(sip2=ANYWHERE), tmp_path / "new" / "state")
        assert server.sip2_address.host == "127.0.0.1"
        assert server.sip2_address.port > 0
        assert server.desk.library.items == {}
        where = replace(target(server), user="")
        refused = await asyncio.to_thread(asked, where)
        await server.stop()
        assert isinstance(refused, m.CheckoutResponse)
        assert not refused.ok
        assert sorted(path.name for path in (tmp_path / "new" / "state").iterdir()) == [
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
            with pytest.raises(OSError, match="address already in use"):
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

    def test_what_they_leave_out_is_made_in_the_state_directory(self, tmp_path: Path) -> None:
        certs = tmp_path / "certs"
        made = TlsFiles(certs / "server.pem", certs / "server.key", certs / "ca.pem", certs / "ca.pem")
        assert tls_files(Sip2Settings(), tmp_path) == made

    def test_a_certificate_alone_is_used_with_our_own_terminals(self, tmp_path: Path) -> None:
        files = tls_files(Sip2Settings(tls_certificate="s.pem", tls_key="s.key"), tmp_path)
        assert files == TlsFiles(Path("s.pem"), Path("s.key"), tmp_path / "certs" / "ca.pem", None)
        assert not (tmp_path / "certs" / "server.pem").exists()

    def test_terminals_of_another_authority_are_taken_with_our_own_certificate(self, tmp_path: Path) -> None:
        files = tls_files(Sip2Settings(tls_client_ca="theirs.pem"), tmp_path)
        certs = tmp_path / "certs"
        assert files == TlsFiles(
            certs / "server.pem", certs / "server.key", Path("theirs.pem"), certs / "ca.pem"
        )


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


def test_every_limit_of_the_settings_reaches_the_lines() -> None:
    sip2 = Sip2Settings(
        connections=1,
        connections_per_source=2,
        answers_waiting=3,
        handshake_timeout=4.0,
        ssl_shutdown_timeout=5.0,
        keepalive=(6, 7, 8),
    )
    assert line_limits(sip2) == Limits(
        connections=1,
        connections_per_source=2,
        answers_waiting=3,
        handshake_timeout=4.0,
        shutdown_timeout=5.0,
        keepalive=(6, 7, 8),
    )
