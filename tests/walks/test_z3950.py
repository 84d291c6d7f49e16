"""Z39.50, whole: clients of the field, a kiosk whose loans they see at once, real records, damage."""

from __future__ import annotations

import asyncio
import gc
import random
import re
import socket
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.model.records import Bib
from core.storage.sqlite import SqliteStore
from protocols.secret import Secret
from protocols.sip2 import messages as m
from protocols.z3950 import codec
from protocols.z3950.apdus import (
    CaseSensitivity,
    Close,
    DeleteFunction,
    DeleteResultSetRequest,
    InitializeRequest,
    RequestedAction,
    ScanRequest,
    SortAttributes,
    SortKeySpec,
    SortRelation,
    SortRequest,
    TriggerResourceControlRequest,
)
from protocols.z3950.ber import Limits
from protocols.z3950.externals import cql_query
from protocols.z3950.framing import Framer
from protocols.z3950.negotiation import ALL_VERSIONS, SEARCH_OPTIONS
from protocols.z3950.oids import BIB_1
from protocols.z3950.pqf import parse
from protocols.z3950.rpn import attribute
from protocols.z3950.structures import AttributesPlusTerm
from servers.app import Server
from servers.calling import ClientProblem
from servers.configuration.settings import Settings, Z3950TlsSettings
from servers.sip2.client import Sip2Client
from servers.sip2.client import Target as Kiosk
from servers.z3950.client.destination import Target
from servers.z3950.client.origin import associated, search
from tests.fakes.served import PASSWORD, USER
from tests.matrix import proves
from tests.servers.catalogue.real_sets import SETS, UNIQUE, load_set
from tests.servers.sru.served import wire
from tests.servers.z3950.given import present
from tests.servers.z3950.served import HERE, USERS, address, at_z3950, serving, yaz_client, zoomsh

DUE = re.compile(r"availabil\w*Date: \d{4}-\d\d-\d\d \d\d:\d\d")


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server with the town's catalogue."""
    async with serving(tmp_path / "state") as running:
        yield running


async def said(server: Server, *lines: str) -> str:
    """What yaz-client says to these lines."""
    return await asyncio.to_thread(yaz_client, address(server), "base TOWN", *lines)


# Programs


@proves("Search, Present, Scan, Sort and Delete by yaz-client and zoomsh")
@pytest.mark.needs_tool("yaz-client")
async def test_every_operation_by_yaz_client(server: Server) -> None:
    told = await said(
        server,
        "find @attr 1=1003 austen",
        "show 1+2",
        "sort 1=4 i>",
        "show 1",
        "scan @attr 1=4 emma",
        "find @and @set 1 @attr 1=4 emma",
        "delete 1",
        "show 1+1+1",
        "find @attr 1=9999 x",
        "show 9",
        "close",
    )
    assert "Options: search present delSet triggerResourceCtrl scan sort namedResultSets" in told
    assert "Number of hits: 2, setno 1" in told
    assert "SearchResult-1: term=austen cnt=2" in told
    assert told.count("245 10 $a Pride and prejudice") == 2
    assert "Received SortResponse: status=success" in told
    assert "* emma (1)" in told
    assert "Number of hits: 1, setno 2" in told
    assert "[1] Permanent" not in told
    assert "[114] Unsupported Use attribute -- v2 addinfo '9999'" in told
    assert "Got deleteResultSetResponse status=0" in told
    assert "reason=0" in told or "Target has closed the association" in told


@proves("records in USMARC, OPAC, XML and SUTRS, full and brief")
@pytest.mark.needs_tool("yaz-client")
async def test_every_syntax_by_yaz_client(server: Server) -> None:
    told = await said(
        server,
        *("find emma", "show 1", "format opac", "show 1", "format xml", "show 1", "elements dc", "show 1"),
        *("elements B", "format sutrs", "show 1", "format usmarc", "show 1", "format grs-1", "show 1"),
        *("format usmarc", "elements Z", "show 1"),
    )
    for shown in ("USmarc", "OPAC", "XML", "SUTRS"):
        assert f"[TOWN]Record type: {shown}" in told
    assert told.count(" itemId: I") == 2
    assert "<dc:title>Emma &amp; other stories</dc:title>" in told
    assert "Title:        Emma & other stories" in told
    assert "[239] Record syntax not supported -- v2 addinfo '1.2.840.10003.5.105'" in told
    assert "[25]" in told


@proves("MARC-8 or UTF-8 as agreed, with a leader that tells the truth")
@pytest.mark.needs_tool("yaz-client")
async def test_negotiation_by_yaz_client(server: Server) -> None:
    told = await said(
        server,
        *("close", "negcharset UTF-8", f"open {address(server)}", "base TOWN"),
        *('find "anfänger"', "show 1"),
    )
    assert "Accepted character set : UTF-8" in told
    assert "Number of hits: 1" in told
    assert "Sudoku für Anfänger" in told


@proves("records come at once by the rules of small, medium and large sets")
@pytest.mark.needs_tool("yaz-client")
async def test_records_at_once_by_yaz_client(server: Server) -> None:
    told = await said(server, "ssub 9", "lslb 10", "mspn 0", "find @attr 1=1003 austen")
    assert "records returned: 2" in told
    assert told.count("Record type: USmarc") == 2


@proves("Search, Present, Scan, Sort and Delete by yaz-client and zoomsh")
@pytest.mark.needs_tool("yaz-client")
async def test_cql_and_ccl_by_yaz_client(server: Server) -> None:
    told = await said(server, "querytype cql", "find title = emma", "querytype ccl", "find emma")
    assert "Number of hits: 1" in told
    assert "[107] Query type not supported" in told


@proves("Search, Present, Scan, Sort and Delete by yaz-client and zoomsh")
@pytest.mark.needs_tool("zoomsh")
async def test_zoomsh(server: Server) -> None:
    told = await asyncio.to_thread(
        zoomsh,
        "set preferredRecordSyntax opac",
        f"connect {address(server)}/TOWN",
        "search @attr 1=1003 austen",
        "show 0 2",
        "set preferredRecordSyntax usmarc",
        "search cql:title=emma",
        "show 0 1",
        "search @attr 1=9999 x",
        "scan @attr 1=4 emma",
    )
    assert f"{address(server)}/TOWN: 2 hits" in told
    assert told.count("<itemId>") == 3
    assert '<availableNow value="1"/>' in told
    assert f"{address(server)}/TOWN: 1 hits" in told
    assert "Unsupported Use attribute (Bib-1:114) 9999" in told


# Users


@pytest_asyncio.fixture
async def closed_server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server that two users alone may search."""
    own = replace(HERE, login_failure_delay=0.0)
    async with serving(tmp_path / "state", own=own, users=USERS) as running:
        yield running


@proves("who may search over Z39.50: everybody, or users by password or address")
@pytest.mark.needs_tool("yaz-client")
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("auth union/word-1", "Number of hits: 1"),
        ("auth branch/town/word-2", "Number of hits: 1"),
        ("auth union/word-9", "code=1011 (Init/AC: Bad Userid and/or Password)"),
        ("auth branch/word-2", "code=1011 (Init/AC: Bad Userid and/or Password)"),
        ("querytype prefix", "addinfo='user and password are needed'"),
    ],
)
async def test_users_by_yaz_client(closed_server: Server, typed: str, told: str) -> None:
    lines = (typed, f"open {address(closed_server)}", "base TOWN", "find emma")
    said = await asyncio.to_thread(yaz_client, "", *lines)
    assert told in said
    assert ("Connection accepted" in said) == told.startswith("Number")
    assert ("Connection rejected" in said) != told.startswith("Number")


@proves("who may search over Z39.50: everybody, or users by password or address")
@pytest.mark.needs_tool("zoomsh")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("user union", "password word-1"), "1 hits"),
        (("user branch", "group town", "password word-2"), "1 hits"),
        (("user union/word-1",), "1 hits"),
        (("user branch", "group country", "password word-2"), "(Bib-1:1011)"),
        (("user union", "password word-9"), "Init/AC: Bad Userid and/or Password (Bib-1:1011)"),
        ((), "Init/AC: Bad Userid (Bib-1:1010)"),
    ],
)
async def test_users_by_zoomsh(closed_server: Server, options: tuple[str, ...], told: str) -> None:
    """idPass with a group and without, and the open string."""
    lines = (*(f"set {option}" for option in options), f"connect {address(closed_server)}/TOWN")
    assert told in await asyncio.to_thread(zoomsh, *lines, "search @attr 1=4 emma")


@proves("who may search over Z39.50: everybody, or users by password or address")
async def test_users_that_are_new_keep_nobody_out_who_is_in(server: Server) -> None:
    place = Target("127.0.0.1", int(address(server).rpartition(":")[2]), "TOWN")
    context = server.z3950.listener.tls
    assert context is not None
    with ExitStack() as open_one:
        caller = await asyncio.to_thread(open_one.enter_context, associated(place, 30))
        server.z3950.take_on(replace(server.settings, z3950_user=USERS), context)
        assert (await asyncio.to_thread(caller.search, QUERY)).result_count == 1
        with ExitStack() as other, pytest.raises(ClientProblem, match="1010 Bad user id"):
            await asyncio.to_thread(other.enter_context, associated(place, 30))


# One truth over three protocols


@proves("an item lent over SIP2 shows in the next OPAC record")
@pytest.mark.needs_tool("yaz-client")
async def test_a_loan_at_a_kiosk_is_in_the_very_next_opac_record(server: Server) -> None:
    target = Kiosk(*server.sip2_address, authority=server.tls.authority, user=USER, password=PASSWORD)

    def asked() -> str:
        return yaz_client(address(server), "base TOWN", "format opac", "find emma", "show 1")

    def walk() -> None:
        assert (asked().count("availableNow: 1"), DUE.search(asked())) == (2, None)
        with Sip2Client(target) as kiosk:
            assert kiosk.log_in()
            told = kiosk.ask(
                m.Checkout(
                    sc_renewal_policy=True,
                    no_block=False,
                    transaction_date=datetime.now().replace(microsecond=0),
                    nb_due_date=None,
                    institution_id="TOWN",
                    patron_identifier="P1",
                    item_identifier="I1",
                    terminal_password=Secret(""),
                )
            )
            assert isinstance(told, m.CheckoutResponse)
            assert told.ok
            after = asked()
            assert (after.count("availableNow: 1"), after.count("availableNow: 0")) == (1, 1)
            assert DUE.search(after)
            back = kiosk.ask(
                m.Checkin(
                    no_block=False,
                    transaction_date=datetime.now().replace(microsecond=0),
                    return_date=datetime.now().replace(microsecond=0),
                    current_location="",
                    institution_id="TOWN",
                    item_identifier="I1",
                    terminal_password=Secret(""),
                )
            )
            assert isinstance(back, m.CheckinResponse)
            assert back.ok
        assert (asked().count("availableNow: 1"), DUE.search(asked())) == (2, None)

    await asyncio.to_thread(walk)


TROUBLE = re.compile(r'["\\*?^]')
"""Signs that mean something in one of the two languages."""
PAIRS = (
    ("@attr 1=4 {pqf}", "alma.title = {cql}"),
    ("@attr 1=1003 {pqf}", "alma.creator = {cql}"),
    ("@attr 1=21 {pqf}", "alma.subjects = {cql}"),
    ("@attr 1=1016 {pqf}", "alma.all_for_ui = {cql}"),
    ("@attr 1=4 @attr 4=6 {pqf}", "alma.title all {cql}"),
    ("@attr 1=4 @attr 3=1 @attr 4=1 @attr 6=3 {pqf}", "alma.title == {cql}"),
    ("@and @attr 1=4 {pqf} @attr 1=54 eng", "alma.title = {cql} and alma.language = eng"),
    ("@or @attr 1=4 {pqf} @attr 1=1003 {pqf}", "alma.title = {cql} or alma.creator = {cql}"),
    ("@not @attr 1=1016 {pqf} @attr 1=4 {pqf}", "alma.all_for_ui = {cql} not alma.title = {cql}"),
    (
        "@and @attr 1=1016 {pqf} @attr 1=31 @attr 2=5 1980",
        "alma.all_for_ui = {cql} and alma.main_pub_date > 1980",
    ),
)


@proves("hits over Z39.50 equal hits over SRU for the same query")
async def test_hits_are_those_of_sru(real_data: Path, tmp_path: Path) -> None:
    """Over every set of real records, all in one database. Terms are words of their titles and authors, of
    every seventh bib of each set; what one protocol refuses, the other refuses too.
    """
    terms = await _fill(real_data, tmp_path / "state")
    server = await Server.start(at_z3950(), tmp_path / "state")
    try:
        await server.indexing.built()
        counted = await asyncio.to_thread(_compare, server, terms)
    finally:
        await server.stop()
    assert counted.keys() == set(SETS)
    assert counted.total() > 100


async def _fill(real_data: Path, state: Path) -> dict[str, list[list[str]]]:
    """All sets in one store; the words of some titles and authors of each."""
    state.mkdir()
    store = SqliteStore.open(state / Settings().store.file)
    terms: dict[str, list[list[str]]] = {}
    first = 0
    for name in SETS:
        assert await load_set(store, real_data / name, UNIQUE)
        bibs = [one for records in store.load() for one in records if isinstance(one, Bib) and one.id > first]
        first = max(bib.id for bib in bibs)
        texts = [text for bib in bibs[::7] for text in (bib.title, bib.author)]
        terms[name] = [words for text in texts if (words := TROUBLE.sub(" ", text).split())]
    await store.close()
    return terms


def _compare(server: Server, terms: Mapping[str, list[list[str]]]) -> Counter[str]:
    """Ask for words and phrases of the records in both languages over both wires; how many queries of each
    set have found something.
    """
    sru, counted = wire(server), Counter[str]()
    with associated(Target("127.0.0.1", int(address(server).rpartition(":")[2]), "TOWN"), 30) as caller:

        @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.sampled_from(PAIRS), st.sampled_from(SETS), st.data())
        def same(pair: tuple[str, str], name: str, data: st.DataObject) -> None:
            words = data.draw(st.sampled_from(terms[name]))
            start = data.draw(st.integers(0, len(words) - 1))
            term = '"' + " ".join(words[start : start + data.draw(st.integers(1, 4))]) + '"'
            pqf, cql = (written.format(pqf=term, cql=term) for written in pair)
            found = caller.search(search(parse(pqf), "TOWN"))
            reply = sru.search(cql, maximumRecords=0)
            assert found.search_status is not bool(reply.diagnostics), (pqf, cql)
            if found.search_status:
                assert found.result_count == reply.hits, (pqf, cql)
                counted[name] += found.result_count > 0

        same()
    return counted


# Damaged input

INIT = codec.encode(
    InitializeRequest(
        protocol_version=ALL_VERSIONS,
        options=SEARCH_OPTIONS,
        preferred_message_size=2**20,
        exceptional_record_size=2**20,
    )
)
QUERY = search(parse("@and @attr 1=1003 austen @attr 1=4 emma"), "TOWN")
REQUESTS = (
    codec.encode(QUERY),
    codec.encode(present()),
    codec.encode(replace(QUERY, query=cql_query("title = emma or title any pride"))),
    codec.encode(
        ScanRequest(
            database_names=("TOWN",),
            term_list_and_start_point=AttributesPlusTerm((attribute(1, 4),), b"emma"),
            number_of_terms_requested=5,
        )
    ),
    codec.encode(
        SortRequest(
            input_result_set_names=("default",),
            sorted_result_set_name="default",
            sort_sequence=(
                SortKeySpec(
                    sort_element=SortAttributes(BIB_1, (attribute(1, 4),)),
                    sort_relation=SortRelation.ASCENDING,
                    case_sensitivity=CaseSensitivity.INSENSITIVE,
                ),
            ),
        )
    ),
    codec.encode(DeleteResultSetRequest(delete_function=DeleteFunction.ALL)),
    codec.encode(TriggerResourceControlRequest(requested_action=RequestedAction.CANCEL)),
)
CONVERSATIONS, GROWN = 1500, 256 * 1024
"""Damaged ones, twice; bytes that the second half may leave behind."""


@proves("damaged, nested and endless APDUs end one association alone")
async def test_damaged_input_harms_nobody_else(server: Server) -> None:
    """Bytes are changed, cut out and doubled, from a seed; somebody else goes on all the while, and as many
    conversations again leave nothing behind.
    """
    port = int(address(server).rpartition(":")[2])
    chance, ends = random.Random(39), Counter[str]()

    def attack() -> None:
        with associated(Target("127.0.0.1", port, "TOWN"), 30) as other:
            for number in range(CONVERSATIONS):
                ends[_said_to(port, _damaged(chance))] += 1
                if not number % 100:
                    assert other.search(QUERY).result_count == 1

    async def left() -> int:
        await asyncio.to_thread(attack)
        async with asyncio.timeout(30):
            while server.z3950.listener.seats.taken:
                await asyncio.sleep(0)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = await left()
        assert await left() - before < GROWN
    finally:
        tracemalloc.stop()
    assert ends.keys() <= {"answered", "Close", "closed"}
    assert min(ends.values()) > 20


def _damaged(chance: random.Random) -> bytes:
    """A conversation of which something is wrong: in its Init now and then, else in what follows."""
    said = chance.sample(REQUESTS, chance.randint(1, 3))
    whole = bytearray(INIT + b"".join(said))
    first = 0 if chance.random() < 0.2 else len(INIT)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(min(first, len(whole) - 1), len(whole))
        match chance.randrange(4):
            case 0:
                whole[at] = chance.randrange(256)
            case 1:
                del whole[at : at + chance.randint(1, 9)]
            case 2:
                whole[at:at] = whole[max(0, at - 20) : at]
            case _:
                whole[at:at] = chance.choice(
                    (b"\xa1\x80" * 1200, b"\x80", b"\xff" * 9, b"\x30\x84\x7f\xff\xff\xff")
                )
    return bytes(whole)


def _said_to(port: int, data: bytes) -> str:
    """How a conversation ends in which this is said and no more: every answer can be read."""
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        line.sendall(data)
        line.shutdown(socket.SHUT_WR)
        framer, heard = Framer(Limits(size=2**24)), []
        try:
            while came := line.recv(2**16):
                framer.feed(came)
        except ConnectionResetError:
            return "closed"
    while (apdu := framer.next()) is not None:
        heard.append(codec.decode(apdu))
    if heard and isinstance(heard[-1], Close):
        return "Close"
    return "answered" if len(heard) > 1 else "closed"


@proves("damaged, nested and endless APDUs end one association alone")
@pytest.mark.parametrize(
    "endless",
    [
        b"\xb6\x80" + b"\xa1\x80" * 60_000,
        b"\xb6\x80" + b"\x04\x01x" * 60_000,
        b"\xb6\x84\x00\xff\xff\xff" + b"x" * 3_000_000,
    ],
)
async def test_endless_input_is_ended(server: Server, endless: bytes) -> None:
    def attack() -> str:
        with socket.create_connection(("127.0.0.1", int(address(server).rpartition(":")[2])), 30) as line:
            try:
                line.sendall(INIT + endless)
                framer = Framer(Limits())
                while came := line.recv(2**16):
                    framer.feed(came)
            except (ConnectionResetError, BrokenPipeError):
                return "closed"
        framer.next()
        last = framer.next()
        assert last is not None
        return type(codec.decode(last)).__name__

    assert await asyncio.to_thread(attack) in ("Close", "closed")


@proves("a target that is asked too fast or not read holds back")
async def test_answers_wait_for_who_reads_late_and_all_of_them_come(server: Server) -> None:
    """Many times what the line holds: the target stops in between, and goes on as soon as it is read."""
    asked = search(parse("@attr 2=103 x"), "TOWN")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address(server).rpartition(":")[2]))
    writer.write(INIT + codec.encode(asked) + codec.encode(present(1, 5)) * 4000)
    async with asyncio.timeout(60):
        while not any(line.cut_off < float("inf") for line in server.z3950.listener.lines):
            await asyncio.sleep(0)
        framer, heard = Framer(Limits(size=2**24)), 0
        while heard < 4002:
            framer.feed(await reader.read(2**16))
            while framer.next() is not None:
                heard += 1
    writer.close()
    await writer.wait_closed()


async def test_a_server_that_stops_says_close(tmp_path: Path) -> None:
    async with serving(tmp_path / "state") as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address(running).rpartition(":")[2]))
        writer.write(INIT)
        await reader.readexactly(2)
        stopping = asyncio.create_task(running.z3950.drain(5))
        data = await reader.read()
        await stopping
        writer.close()
    close = codec.decode(data[data.index(b"\xbf\x30") :])
    assert isinstance(close, Close)
    assert close.diagnostic_information == "the server is closing down"


async def test_the_same_over_tls(tmp_path: Path) -> None:
    secured = replace(HERE, enabled=False, tls=Z3950TlsSettings(enabled=True, host="127.0.0.1", port=0))
    async with serving(tmp_path / "state", own=secured) as running:
        assert running.z3950.address is None
        assert running.z3950.tls is not None
        target = Target("127.0.0.1", running.z3950.tls.port, "TOWN", True, running.https_tls.authority)

        def ask() -> int:
            with associated(target, 30) as origin:
                return origin.search(QUERY).result_count

        assert await asyncio.to_thread(ask) == 1
