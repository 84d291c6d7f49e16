"""`circdesk search`, typed as people type it, over the real wire."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from lxml import etree

from servers.places import FACTS
from servers.sru.client.command import EXAMPLES
from tests.fakes.world import KIOSK
from tests.matrix import proves
from tests.servers.sru.client.typing_it import Typed


@proves("hits and availability from the command line, of versions 1.1, 1.2 and 2.0")
@pytest.mark.parametrize("options", [(), ("--alma",), ("--version", "1.1"), ("--alma", "--version", "2.0")])
async def test_hits_are_shown_with_where_they_are(search: Typed, options: tuple[str, ...]) -> None:
    said = await search("alma.creator = austen", "--sort", "alma.title", *options)
    assert (said.status, said.err) == (0, "")
    assert re.fullmatch(r"2 records, 1 to 2, in \d+ ms", said.lines[0])
    assert said.lines[1:] == [
        "1 Emma & other stories Austen, Jane, 1815 b1",
        "available Central Library, Main stacks PR4034 .E5 2 of 2",
        "2 Pride and prejudice Austen, Jane, 1813 b6",
        "available East Branch, Films 1 of 1",
    ]


@proves("hits and availability from the command line, of versions 1.1, 1.2 and 2.0")
async def test_a_check_out_is_in_the_next_answer(search: Typed) -> None:
    search.server.desk.check_out(KIOSK, "P1", "I1")
    assert "available Central Library, Main stacks PR4034 .E5 1 of 2" in (await search("emma")).lines
    search.server.desk.check_out(KIOSK, "P2", "I2")
    assert "unavailable Central Library, Main stacks PR4034 .E5 0 of 2" in (await search("emma")).lines


@proves("records in each schema, made readable")
async def test_holdings_tell_when_what_is_on_loan_is_due(search: Typed) -> None:
    lent = search.server.desk.check_out(KIOSK, "P1", "I1").outcome
    due = search.server.desk.library.item("I1")
    assert lent is not None
    assert due is not None
    assert due.loan is not None
    said = await search("alma.title = emma", "--schema", "isohold")
    day = due.loan.due.date().isoformat()
    assert said.lines[1:] == [
        "1 b1",
        f"on loan until {day} Central Library, Main stacks PR4034 .E5",
        "available Central Library, Main stacks PR4034 .E5",
    ]


@proves("records in each schema, made readable")
@pytest.mark.parametrize(
    ("schema", "line"),
    [
        ("marcxml", "1 Emma & other stories Austen, Jane, 1815 b1"),
        ("dc", "1 Emma & other stories Austen, Jane b1"),
        ("mods", "1 Emma & other stories Austen, Jane, 1815 b1"),
        ("avail", "1 b1"),
    ],
)
async def test_every_schema_can_be_read(search: Typed, schema: str, line: str) -> None:
    said = await search("alma.title = emma", "--schema", schema)
    assert said.lines[1] == line


@proves("a query as a tree, with the hits of each part")
@pytest.mark.parametrize("options", [(), ("--alma",)])
async def test_a_query_is_a_tree_with_the_hits_of_each_part(search: Typed, options: tuple[str, ...]) -> None:
    query = "alma.title = emma or (alma.creator = austen and alma.title = pride)"
    said = await search(query, "--explain", *options)
    assert said.lines[:5] == [
        "2 or",
        "1 alma.title = emma",
        "and",
        "2 alma.creator = austen",
        "1 alma.title = pride",
    ]
    assert said.lines[5].startswith("2 records, 1 to 2, in ")
    assert (await search("emma", "--explain", *options)).lines[0] == "1 emma"


@proves("a query as a tree, with the hits of each part")
async def test_where_nothing_is_found_the_parts_are_told_unasked(search: Typed) -> None:
    said = await search("alma.title = emma and alma.creator = nobody")
    assert said.status == 1
    assert said.lines[0].startswith("0 records, in ")
    assert said.lines[1:] == ["0 and", "1 alma.title = emma", "0 alma.creator = nobody"]
    assert len((await search("zzz")).lines) == 1


@proves("an index scanned, and the indexes listed, from the command line")
async def test_an_index_is_scanned(search: Typed) -> None:
    said = await search("--scan", "alma.title = p", "--count", "2")
    assert (said.status, said.lines) == (0, ["1 prejudice", "1 pride"])
    said = await search("--scan", "alma.nothing = p")
    assert said.status == 1
    assert said.lines[:2] == ["alma.nothing = p", "^"]


@proves("an index scanned, and the indexes listed, from the command line")
async def test_the_indexes_are_listed(search: Typed) -> None:
    said = await search("--indexes")
    assert said.status == 0
    assert said.lines[0] == "Town Library"
    assert any(re.fullmatch(r"alma\.title Title all = == .* sort scan", line) for line in said.lines)
    assert said.lines[-1] == "schemas: marcxml dc mods isohold avail"
    alma = await search("--indexes", "--alma")
    assert "alma.title Title all = == sort" in alma.lines


async def test_pages_go_on_where_they_are_told_to(search: Typed) -> None:
    first = await search("cql.allRecords = 1", "--count", "2")
    assert first.lines[-1] == "--start 3 goes on"
    third = await search("cql.allRecords = 1", "--count", "2", "--start", "5")
    assert third.lines[0].startswith("5 records, 5 to 5, ")
    assert not third.lines[-1].startswith("--start")


async def test_a_mistake_is_pointed_at(search: Typed) -> None:
    said = await search("alma.title = (emma")
    assert said.status == 1
    assert said.lines[:2] == ["alma.title = (emma", "^"]
    assert said.out.splitlines()[1].index("^") == len("alma.title = ")
    assert said.lines[2].startswith("Diagnostic 10: Query syntax error")


async def test_programs_have_it_as_json(search: Typed) -> None:
    said = await search("alma.title = emma and alma.creator = austen", "--json", "--explain")
    told = json.loads(said.out)
    assert told["hits"] == 1
    assert told["records"][0]["title"] == "Emma & other stories"
    assert told["records"][0]["copies"][0]["status"] == "available"
    assert [part["count"] for part in told["analysis"]] == [1, 1, 2]
    terms = json.loads((await search("--scan", "alma.title = pride", "--count", "1", "--json")).out)
    assert terms["terms"] == [{"value": "pride", "hits": "1"}]
    assert json.loads((await search("--indexes", "--json")).out)["indexes"][0]["name"] == "alma.all_for_ui"


@pytest.mark.parametrize("words", [("emma",), ("--scan", "alma.title = a"), ("--indexes",)])
async def test_the_bytes_of_the_answer_can_be_had(search: Typed, words: tuple[str, ...]) -> None:
    said = await search(*words, "--xml")
    assert said.status == 0
    assert etree.fromstring(said.out.encode()).tag.endswith("Response")


@pytest.mark.parametrize("words", [(), ("a", "--indexes"), ("a", "--scan", "b")])
async def test_one_thing_is_asked_at_a_time(search: Typed, words: tuple[str, ...]) -> None:
    said = await search(*words)
    assert (said.status, said.out) == (2, "")
    assert said.err == "circdesk search: give a query, or --scan CQL, or --indexes; --help has examples.\n"


@pytest.mark.parametrize(
    "words", [("a", "--count", "0"), ("a", "--start", "x"), ("a", "--timeout", "0"), ("a", "--timeout", "x")]
)
async def test_numbers_are_numbers(search: Typed, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        await search(*words)
    assert ended.value.code == 2


async def test_any_server_can_be_named(search: Typed) -> None:
    https = json.loads((search.state / FACTS).read_text("utf-8"))["https"]
    said = await search.at("emma", "--target", https["sru"].removeprefix("https://"), "--ca", https["ca"])
    assert said.status == 0
    said = await search.at("emma", "--target", https["sru"])
    assert said.status == 3
    assert "is not to be trusted" in said.err


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("https://127.0.0.1:1/x", "nobody answers at 127.0.0.1:1"),
        ("ftp://a", "'ftp://a' is no address: https://HOST"),
        ("https://", "'https://' is no address"),
    ],
)
async def test_a_server_that_is_none_is_told_in_a_sentence(search: Typed, target: str, told: str) -> None:
    said = await search.at("emma", "--target", target)
    assert (said.status, said.out) == (3, "")
    assert told in said.err


async def test_what_is_no_sru_is_told_to_be_none(search: Typed) -> None:
    https = json.loads((search.state / FACTS).read_text("utf-8"))["https"]
    root = https["sru"].partition("/view")[0]
    said = await search.at("emma", "--target", f"{root}/health/live", "--ca", https["ca"])
    assert (said.status, said.err) == (
        3,
        "circdesk search: the answer cannot be read: not well-formed: syntax error, line 1, column 1.\n",
    )
    said = await search.at("emma", "--target", f"{root}/nowhere", "--ca", https["ca"])
    assert said.status == 3
    assert "answers with HTTP 404 Not Found: There is nothing at this path." in said.err


async def test_a_demonstration_without_a_catalogue_is_told_to_have_none(search: Typed) -> None:
    facts = json.loads((search.state / FACTS).read_text("utf-8"))
    del facts["https"]
    (search.state / FACTS).write_text(json.dumps(facts), "utf-8")
    said = await search("emma")
    assert said.status == 3
    assert "name a server with --target" in said.err


@pytest.mark.parametrize("example", re.findall(r"^  circdesk search (.*)$", EXAMPLES, re.MULTILINE))
async def test_every_example_of_the_help_is_taken(search: Typed, example: str) -> None:
    assert (await search(*shlex.split(example))).status in (0, 1)
