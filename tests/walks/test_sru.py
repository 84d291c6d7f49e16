"""SRU, whole: clients of the field over HTTPS, and a kiosk whose loans they see at once."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import subprocess
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from pathlib import Path
from shutil import rmtree
from urllib.parse import urlencode

import almasru  # type: ignore[import-untyped] # it has no types
import pytest
import pytest_asyncio
import requests
import sruthi  # type: ignore[import-untyped] # nor has this
from lxml import etree

from core.refusals import Refused
from core.rules.stock import Description
from protocols.secret import Secret
from protocols.sip2 import messages as m
from servers.app import Server
from servers.catalogue import indexing
from servers.sip2.client import Sip2Client, Target
from tests.fakes.served import PASSWORD, USER
from tests.fakes.world import KIOSK
from tests.matrix import proves
from tests.servers.sru.given import Reply
from tests.servers.sru.served import PATIENCE, Wire, serving, wire

VERSIONS = ("1.1", "1.2", "2.0")
DATABASES = ("TOWN", "TOWN_OPEN")
MARC = {"m": "http://www.loc.gov/MARC21/slim"}
AVAILABLE = re.compile(r'code="g">([0-9]+)<')


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server with the town's catalogue."""
    async with serving(tmp_path / "state") as running:
        yield running


def said(*command: str, **environment: str) -> str:
    """What a program says."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout + done.stderr


# Programs


@proves(
    "yaz-client and zoomsh over SRU 1.1, 1.2 and 2.0",
    "searchRetrieve, scan and explain in 1.1, 1.2 and 2.0",
)
@pytest.mark.needs_tool("yaz-client")
@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("version", VERSIONS)
async def test_yaz_client(server: Server, tmp_path: Path, version: str, database: str) -> None:
    script = tmp_path / "script"
    script.write_text(
        f"open {wire(server).url}{database}\nsru get {version}\nquerytype cql\n"
        "find dc.creator = austen\nshow 1+2\nfind alma.titel = x\nquit\n"
    )
    tls = tmp_path / "gnutls"
    tls.write_text("[overrides]\ndisabled-version = tls1.3\n")  # it takes session tickets for answers
    command = ("yaz-client", "-f", str(script))
    told = await asyncio.to_thread(partial(said, *command, GNUTLS_SYSTEM_PRIORITY_FILE=str(tls)))
    assert "Number of hits: 2" in told
    assert told.count("pos=") == 2
    assert "Emma &amp; other stories" in told
    assert "Pride and prejudice" in told
    assert "alma.titel" in told


@proves("yaz-client and zoomsh over SRU 1.1, 1.2 and 2.0")
@pytest.mark.needs_tool("zoomsh")
@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("version", VERSIONS)
async def test_zoomsh(server: Server, version: str, database: str) -> None:
    asked = (
        *("set sru get", f"set sru_version {version}", f"connect {wire(server).url}{database}"),
        *("search cql:dc.creator=austen", "show 0 2", "search cql:alma.titel=x", "quit"),
    )
    told = await asyncio.to_thread(said, "zoomsh", *asked)
    assert "2 hits" in told
    assert "Emma &amp; other stories" in told
    assert "Pride and prejudice" in told
    assert "Unsupported index" in told


@pytest.mark.needs_tool("zoomsh")
@pytest.mark.parametrize("way", ["post", "soap"])
async def test_zoomsh_by_post_and_soap(server: Server, way: str) -> None:
    asked = (
        *(f"set sru {way}", "set sru_version 1.1", f"connect {wire(server).url}TOWN"),
        *("search cql:dc.creator=austen", "show 0 2", "quit"),
    )
    told = await asyncio.to_thread(said, "zoomsh", *asked)
    assert "2 hits" in told
    assert "Pride and prejudice" in told


# Libraries


@proves("SRU clients from the package index are served")
@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
async def test_sruthi(server: Server, version: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(wire(server).authority))

    def ask() -> None:
        with requests.Session() as session:
            client = sruthi.Client(f"{wire(server).url}{database}", 2, None, version, session)
            found = client.searchretrieve("cql.allRecords = 1")
            titles = [str(record) for record in found]  # goes on by nextRecordPosition
            assert (found.count, len(titles)) == (5, 5)
            assert "Pride and prejudice" in titles[-1]
            explained = client.explain()
            assert explained["server"]["database"] == database
            assert {"marcxml", "dc", "mods", "isohold"} <= set(explained["schema"])
            with pytest.raises(sruthi.errors.SruError, match="titel"):
                client.searchretrieve("alma.titel = x").count  # noqa: B018 (it is asked for here)

    await asyncio.to_thread(ask)


@proves("SRU clients from the package index are served")
async def test_almasru(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # it keeps what it is answered in a folder here
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(wire(server).authority))

    def ask() -> None:
        almasru.SruClient.set_base_url(f"{wire(server).url}TOWN")
        client = almasru.SruClient()
        found = client.fetch_records("dc.creator = austen", 50)
        assert (found.error, found.error_messages) == (False, [])
        assert [record.mms_id for record in found.records] == ["b1", "b6"]
        refused = client.fetch_records("alma.titel = x")
        assert refused.error
        assert "Unsupported index" in refused.error_messages[0]
        one = almasru.IzSruRecord("b1", base_url=f"{wire(server).url}TOWN")
        assert one.data.findtext(".//m:datafield[@tag='245']/m:subfield[@code='a']", namespaces=MARC) == (
            "Emma & other stories"
        )
        almasru.SruClient.clean_old_requests()

    await asyncio.to_thread(ask)


# The wire


@proves("GET, a posted form and SOAP are answered alike")
async def test_the_manners_of_http(server: Server) -> None:
    def ask() -> None:
        place, asked = wire(server), "version=1.2&operation=searchRetrieve&query=emma"
        plain = place.ask(asked)
        assert (plain.status, plain.hits) == (200, 1)
        assert plain.headers["X-Content-Type-Options"] == "nosniff"
        head = place.ask(asked, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        assert head.headers["Content-Length"] == plain.headers["Content-Length"]
        options = place.ask(method="OPTIONS")
        assert options.status == 204
        assert options.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
        json = place.ask(method="POST", body=b"{}", headers={"Content-Type": "application/json"})
        assert json.status == 415
        assert place.ask(method="DELETE").status == 405
        assert place.ask("query=" + "x" * 9000).status == 414
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        long = urlencode({"version": "1.2", "operation": "searchRetrieve", "query": '"' + "x " * 4000 + '"'})
        posted = place.ask(method="POST", body=long.encode(), headers=form)
        assert (posted.status, len(posted.diagnostics)) == (200, 1)
        assert place.ask(method="POST", body=b"x" * 300_000, headers=form).status == 413
        assert place.ask(asked, "NOWHERE").diagnostics == [(235, "NOWHERE")]
        explained = place.ask("", "TOWN_OPEN")
        again = place.ask("", "TOWN_OPEN", headers={"If-None-Match": explained.headers["ETag"]})
        assert (again.status, again.body) == (304, b"")
        small = place.ask("", "TOWN_OPEN", headers={"Accept-Encoding": "gzip"})
        assert small.headers["Content-Encoding"] == "gzip"
        assert len(small.body) < len(explained.body) / 4

    await asyncio.to_thread(ask)


@proves("hits obey arithmetic over SRU, and pages join")
async def test_hits_obey_arithmetic(server: Server) -> None:
    def ask() -> None:
        place = wire(server)

        def hits(query: str) -> int:
            return place.search(query).hits

        a, b = "dc.creator = austen", "alma.title = emma"
        assert hits(f"{a} and {b}") + hits(f"{a} not {b}") == hits(a)
        assert hits(f"{a} or {b}") == hits(a) + hits(b) - hits(f"{a} and {b}")
        assert hits(f"cql.allRecords = 1 not ({a})") == hits("cql.allRecords = 1") - hits(a)
        pages = [place.search("cql.allRecords = 1", startRecord=n, maximumRecords=2) for n in (1, 3, 5)]
        joined = [identifier for page in pages for identifier in page.identifiers]
        assert joined == place.search("cql.allRecords = 1", maximumRecords=50).identifiers

    await asyncio.to_thread(ask)


@proves("a cursor goes on in its own moment, whatever becomes of the index")
async def test_a_cursor_over_a_catalogue_that_changes_and_is_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "RETRY", 0.0)
    state = tmp_path / "state"

    async def page(server: Server, cursor: str) -> Reply:
        asked = {"version": "1.2", "operation": "searchRetrieve", "query": "cql.allRecords = 1"}
        query = urlencode({**asked, "maximumRecords": 2, "x-cursor": cursor})
        return await asyncio.to_thread(partial(wire(server).ask, query, "TOWN_OPEN"))

    async with serving(state) as server:
        pages = [await page(server, "*")]
        take_in(server, "N1")
        await server.indexing.reached(1)
        (cursor,) = pages[0].texts("cursor")
        pages.append(await page(server, cursor))
        rmtree(state / "catalogue" / "index")
        take_in(server, "N2")
        await server.indexing.reached(2)
        pages.append(await page(server, *pages[1].texts("cursor")))
        now = await page(server, "*")
    assert [each.hits for each in pages] == [5, 5, 5]
    assert [number for each in pages for number in each.identifiers] == ["b1", "b2", "b3", "b5", "b6"]
    assert pages[2].texts("cursor") == []
    assert now.hits == 7
    async with serving(state, ()) as server:
        assert [number for number, _ in (await page(server, cursor)).diagnostics] == [51]


def take_in(server: Server, barcode: str) -> None:
    """An item with a bib of its own, which the catalogue has from then on."""
    taken = server.desk.stock.create_item(KIOSK, barcode, Description(title=barcode, location="MAIN/STACKS"))
    assert not isinstance(taken.outcome, Refused)


@proves(
    "a check-out over SIP2 is in the very next SRU answer",
    "AVA, AVE and AVD as things are at the answer",
)
async def test_a_loan_at_a_kiosk_is_in_the_very_next_answer(server: Server) -> None:
    def walk() -> None:
        place = wire(server)
        target = Target(*server.sip2_address, authority=server.tls.authority, user=USER, password=PASSWORD)
        with Sip2Client(target) as kiosk:
            assert kiosk.log_in()
            for act, out in ((_checkout, 1), (_checkin, 0)) * 3:
                told = kiosk.ask(act())
                assert isinstance(told, m.CheckoutResponse | m.CheckinResponse)
                assert told.ok
                assert _out(place, "TOWN") == _out(place, "TOWN_OPEN") == out

    await asyncio.to_thread(walk)


def _out(place: Wire, database: str) -> int:
    """How many copies of Emma are out."""
    told = place.search("alma.mms_id = b1", database, recordSchema="avail")
    (number,) = AVAILABLE.findall(etree.tostring(told.root, encoding="unicode"))
    return int(number)


def _checkout() -> m.Checkout:
    return m.Checkout(
        sc_renewal_policy=True,
        no_block=False,
        transaction_date=datetime.now().replace(microsecond=0),
        nb_due_date=None,
        institution_id="TOWN",
        patron_identifier="P1",
        item_identifier="I1",
        terminal_password=Secret(""),
    )


def _checkin() -> m.Checkin:
    now = datetime.now().replace(microsecond=0)
    return m.Checkin(
        no_block=False,
        transaction_date=now,
        return_date=now,
        current_location="",
        institution_id="TOWN",
        item_identifier="I1",
        terminal_password=Secret(""),
    )


async def test_clients_keep_their_connection(server: Server) -> None:
    """Ten searches on one connection, as a discovery tool sends them."""
    place = wire(server)
    reader, writer = await asyncio.open_connection(place.host, place.port, ssl=place.context)
    assert isinstance(writer.get_extra_info("ssl_object"), ssl.SSLObject)
    for _ in range(10):
        writer.write(
            b"GET /view/sru/TOWN?version=1.2&operation=searchRetrieve&query=emma HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        (length,) = re.findall(rb"Content-Length: ([0-9]+)", head)
        assert b"<numberOfRecords>1<" in await reader.readexactly(int(length))
    writer.close()
    await writer.wait_closed()
