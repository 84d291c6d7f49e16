"""`circdesk z3950`, typed at a server that is truly served, and its exit statuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from servers.app import Server
from servers.cli import main
from servers.places import FACTS
from servers.z3950.client.command import FOUND, MISTYPED, NOTHING, UNREACHED
from tests.fakes.served import facts
from tests.matrix import proves
from tests.servers.z3950.served import HERE, USERS, address, serving


class Typed:
    """What is typed behind `circdesk z3950`, and what it comes to."""

    def __init__(self, state: Path, server: Server, said: pytest.CaptureFixture[str]) -> None:
        self.server = server
        self._state = state
        self._said = said

    async def __call__(self, *words: str, facts: bool = True) -> tuple[int, str]:
        """Status, and what was said: on standard output, else on standard error."""
        where = ("--state", str(self._state)) if facts else ()
        status = await asyncio.to_thread(main, ["z3950", *words, *where])
        said = self._said.readouterr()
        return status, said.out or said.err


@pytest.fixture
async def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Typed]:
    """The command, and a server for it."""
    with capture_logs():  # they would be written between the answers
        async with serving(tmp_path) as server:
            assert server.z3950.address is not None
            known = {"host": "127.0.0.1", "port": server.z3950.address.port, "database": "TOWN"}
            (tmp_path / FACTS).write_text(json.dumps({**facts(server), "z3950": known}), "utf-8")
            yield Typed(tmp_path, server, capsys)


@proves("circdesk z3950 searches, shows and scans")
async def test_hits_with_what_each_operand_finds(typed: Typed) -> None:
    status, said = await typed("@and @attr 1=1003 austen @attr 1=4 pride")
    lines = said.splitlines()
    assert status == FOUND
    assert lines[0].startswith("1 record, 1 to 1, in ")
    assert [line.split() for line in lines[1:3]] == [["2", "austen"], ["1", "pride"]]
    assert lines[3] == "1  Pride and prejudice  Austen, Jane, 1813  b6"


@proves("circdesk z3950 searches, shows and scans")
async def test_what_is_on_the_shelf_now(typed: Typed) -> None:
    status, said = await typed("emma", "--opac")
    assert status == FOUND
    assert "available  Central Library, Main stacks  PR4034 .E5  I1" in said
    assert "available  Central Library, Main stacks  PR4034 .E5  I2" in said


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("--marc",), "245 10 $a Emma & other stories $c Jane Austen"),
        (("--marc", "--elements", "B"), "020 "),
        (("--marc", "--opac"), "  item_id: I1"),
        (("--marc", "--syntax", "xml", "--elements", "dc"), "<dc:creator>Austen, Jane</dc:creator>"),
        (("--syntax", "xml"), "available  Central Library, Main stacks  PR4034 .E5  2 of 2"),
        (("--marc", "--syntax", "sutrs"), "Title:        Emma & other stories"),
        (("--syntax", "sutrs"), "Author:       Austen, Jane"),
        (("--charset", "marc-8"), "Emma & other stories"),
    ],
)
async def test_every_syntax_is_shown(typed: Typed, words: tuple[str, ...], shown: str) -> None:
    status, said = await typed("@attr 1=4 emma", *words)
    assert (status, shown in said) == (FOUND, True), said


@proves("circdesk z3950 searches, shows and scans")
async def test_pages_and_order(typed: Typed) -> None:
    _, first = await typed("@attr 1=1003 austen", "--count", "1", "--sort", "4", "--descending")
    _, second = await typed(
        "@attr 1=1003 austen", "--count", "1", "--start", "2", "--sort", "4", "--descending"
    )
    assert "1  Pride and prejudice" in first
    assert "2  Emma & other stories" in second
    status, said = await typed("austen", "--sort", "7")
    assert (status, "Cannot sort according to sequence (isbn)" in said) == (NOTHING, True)


@proves("circdesk z3950 searches, shows and scans")
async def test_cql(typed: Typed) -> None:
    status, said = await typed("--cql", "title = emma", "--json")
    page = json.loads(said)
    assert status == FOUND
    assert (page["hits"], page["records"][0]["title"]) == (1, "Emma & other stories")
    status, said = await typed("--cql", "titel = emma")
    assert status == NOTHING
    assert "Diagnostic 114: Unsupported use attribute (titel (character 1; there is no such index" in said


@proves("circdesk z3950 searches, shows and scans")
async def test_a_scan(typed: Typed) -> None:
    status, said = await typed("--scan", "@attr 1=4 emma", "--count", "2")
    assert (status, said.split()) == (FOUND, ["1", "emma", "1", "fur"])
    status, said = await typed("--scan", "@attr 1=9999 x", "--json")
    assert (status, json.loads(said)["told"][0]["number"]) == (NOTHING, "114")


async def test_a_trace_can_be_decoded(typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    await asyncio.to_thread(main, ["z3950", "emma", "--trace", "--target", f"{address(typed.server)}/TOWN"])
    trace = capsys.readouterr().err
    assert main(["decode", trace]) == 0
    shown = capsys.readouterr().out
    assert [line.split()[1] for line in shown.splitlines() if line.startswith("Z39.50")] == [
        *("InitializeRequest", "InitializeResponse", "SearchRequest", "SearchResponse"),
        *("PresentRequest", "PresentResponse", "Close"),
    ]


@pytest.fixture
async def closed(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database that two users alone may search."""
    async with serving(
        tmp_path / "closed", own=replace(HERE, login_failure_delay=0.0), users=USERS
    ) as server:
        yield f"{address(server)}/TOWN"


@proves("who may search over Z39.50: everybody, or users by password or address")
async def test_a_user_shows_a_password_typed_or_in_a_file(typed: Typed, closed: str, tmp_path: Path) -> None:
    (tmp_path / "word").write_text("word-2\nmore\n", "utf-8")
    ways = (
        (("--user", "union", "--password", "word-1"), FOUND),
        (("--user", "branch", "--group", "town", "--password-file", str(tmp_path / "word")), FOUND),
        (("--user", "union", "--password", "word-9"), UNREACHED),
        (("--user", "union"), UNREACHED),
        ((), UNREACHED),
    )
    for words, status in ways:
        found, said = await typed("emma", "--target", closed, *words, facts=False)
        assert (found, "lets nobody in" in said) == (status, status != FOUND), said
    _, said = await typed("emma", "--target", closed, "--user", "union", "--password", "x", facts=False)
    assert "lets nobody in like this: 1011 Bad user id or password" in said


@proves("no password of Z39.50 in a log, a trace or a decoded APDU")
async def test_no_password_is_in_a_trace(
    typed: Typed, closed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--user", "union", "--password", "word-1", "--target", closed)
    await asyncio.to_thread(main, ["z3950", "emma", "--trace", *words])
    trace = capsys.readouterr().err
    assert b"word-1".hex(" ") not in trace
    assert main(["decode", trace]) == 0
    shown = capsys.readouterr().out
    assert [line.split() for line in shown.splitlines() if "user_id" in line or "password" in line] == [
        ["user_id", "union"],
        ["password", "***"],
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--password", "x"), "name the user of the password with --user"),
        (("--user", "u", "--password-file", "/nowhere"), "/nowhere cannot be read (No such file"),
    ],
)
async def test_half_a_user_is_none(typed: Typed, words: tuple[str, ...], sentence: str) -> None:
    status, said = await typed("emma", *words)
    assert (status, sentence in said) == (UNREACHED, True), said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "give a query, or --scan PQF"),
        (("a", "--scan", "b"), "give a query, or --scan PQF"),
        (("@attr 1=4",), "'@attr 1=4' is no PQF: character "),
        (("--scan", "@and a b"), "is no place in an index"),
        (("--scan", "@attr"), "is no PQF"),
        (("emma", "--charset", "klingon"), "there is no character set 'klingon'"),
    ],
)
async def test_what_is_typed_wrongly_is_said_so(typed: Typed, words: tuple[str, ...], sentence: str) -> None:
    status, said = await typed(*words)
    assert (status, sentence in said) == (MISTYPED, True), said


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("127.0.0.1:1/TOWN", "nobody answers at 127.0.0.1:1"),
        ("nonsense:port/x", "'nonsense:port/x' is no address"),
        ("127.0.0.1:99999/x", "is no address"),
    ],
)
async def test_no_answer_is_one_sentence(typed: Typed, target: str, sentence: str) -> None:
    status, said = await typed("emma", "--target", target, facts=False)
    assert (status, sentence in said) == (UNREACHED, True), said


async def test_who_speaks_something_else_is_told_apart(typed: Typed) -> None:
    """HTTPS closes what is no TLS without a word."""
    assert typed.server.https.address is not None
    status, said = await typed(
        "emma", "--target", f"127.0.0.1:{typed.server.https.address.port}/x", facts=False
    )
    assert (status, said.count("\n")) == (UNREACHED, 1)


def test_a_demonstration_without_it_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FACTS).write_text(json.dumps({"sip2": {"host": "x", "port": 1}, "z3950": None}), "utf-8")
    assert main(["z3950", "emma", "--state", str(tmp_path)]) == UNREACHED
    assert "does not speak Z39.50" in capsys.readouterr().err
