"""Messages travel over HTTP, TLS and plain TCP; what comes is judged, what does not come is said."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from msgspec.structs import replace

from conformance.case import AtOnce, Awaits, Behind, Case, Level, Post, Step, post
from conformance.ncip.claims import done, status, told
from conformance.ncip.texts import BROKER, LOOKUP_ITEM, item, lookup_item
from conformance.runner import Findings, Outcome, Verdict, run
from conformance.target import Ncip, Target, TargetError
from conformance.wire.ncip import V2_02

ANSWER = V2_02.written(
    "<LookupItemResponse><ItemId><ItemIdentifierValue>I1</ItemIdentifierValue></ItemId></LookupItemResponse>"
).encode()
SERVES_ON = post(LOOKUP_ITEM, done("LookupItem"))
Judge = Callable[..., Awaitable[Findings]]


def case_of(*steps: Step, undo: tuple[Post, ...] = ()) -> tuple[Case, ...]:
    return (Case(id="a.b", title="t", level=Level.MUST, clause="c", steps=steps, undo=undo),)


@asynccontextmanager
async def answering(
    *answers: bytes, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Answer the first connection, the second …, the last and all after it; what was heard is kept."""
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65536))
        writer.write(answers[min(len(heard), len(answers)) - 1])
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


async def played(step: Post, answer: bytes, deadline: float = 5.0) -> tuple[Outcome, list[bytes]]:
    """Play one message against a server that answers with these bytes."""
    async with answering(answer) as (port, heard):
        ncip = Ncip(url=f"http://127.0.0.1:{port}/x", agency="A", tcp=f"tcp://127.0.0.1:{port}")
        target = Target(institution="H", items=("I1",), ncip=ncip)
        (outcome,) = (await run(case_of(step), target, deadline=deadline)).outcomes
    return outcome, heard


def over_http(body: bytes, code: int = 200) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (code, len(body), body)


async def test_a_message_goes_with_its_header_its_names_and_its_length() -> None:
    outcome, heard = await played(SERVES_ON, over_http(ANSWER))
    assert outcome.verdict is Verdict.PASS, outcome.reason
    head, _, body = heard[-1].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /x HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b'Content-Type: application/xml; charset="utf-8"' in head
    assert b"Content-Length: %d" % len(body) in head
    assert b"<ns1:FromAgencyId><ns1:AgencyId>A</ns1:AgencyId></ns1:FromAgencyId>" in body
    assert b"<ns1:ItemIdentifierValue>I1</ns1:ItemIdentifierValue>" in body
    assert b"Authentication" not in body
    assert b"ApplicationProfileType" not in body


async def test_values_are_written_as_xml_wants_them() -> None:
    ncip = Ncip(url="http://127.0.0.1:1/x", agency="A & <B>")
    async with answering(over_http(ANSWER)) as (port, heard):
        target = Target(institution="H", items=("I1",), ncip=replace(ncip, url=f"http://127.0.0.1:{port}/x"))
        await run(case_of(SERVES_ON), target)
    assert b"<ns1:AgencyId>A &amp; &lt;B&gt;</ns1:AgencyId>" in heard[-1]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (over_http(ANSWER, 500), "must have status 200, and has 500"),
        (over_http(b"It works!"), "must be NCIP: the answer is no XML"),
        (b"<html>", "the answer is no HTTP"),
        (b"", "the server closed the connection"),
        (over_http(ANSWER)[:-3], "the server closed the connection"),
    ],
)
async def test_what_is_no_answer_is_a_failure_in_words(answer: bytes, reason: str) -> None:
    async with answering(over_http(ANSWER), answer) as (port, _):
        ncip = Ncip(url=f"http://127.0.0.1:{port}/x", agency="A")
        target = Target(institution="H", items=("I1",), ncip=ncip)
        (outcome,) = (await run(case_of(SERVES_ON), target)).outcomes
    assert outcome.verdict is Verdict.FAIL
    assert reason in outcome.reason


async def test_any_status_may_come_where_any_is_awaited() -> None:
    outcome, _ = await played(post("", status(404), awaits=Awaits.HTTP), over_http(b"nothing here", 404))
    assert outcome.verdict is Verdict.PASS, outcome.reason


async def test_an_end_is_no_failure_where_it_may_come() -> None:
    silent = post(LOOKUP_ITEM, done("LookupItem"), awaits=Awaits.ANSWER_OR_END, over_tcp=True)
    outcome, _ = await played(silent, b"")
    assert outcome.verdict is Verdict.PASS, outcome.reason
    assert any("closed" in line for line in outcome.transcript)


async def test_over_bare_tcp_there_is_no_http() -> None:
    outcome, heard = await played(replace(SERVES_ON, over_tcp=True), ANSWER)
    assert outcome.verdict is Verdict.PASS, outcome.reason
    assert heard[-1].startswith(b"<ns1:NCIPMessage ")


async def test_what_a_message_keeps_is_a_name_for_those_after_it(judge: Judge) -> None:
    keeps = replace(SERVES_ON, keep={"found": lambda reply: reply.first("ItemId/ItemIdentifierValue")})
    again = post(
        lookup_item(item("{found}")), done("LookupItem"), told("ItemId/ItemIdentifierValue", "{item}")
    )
    (outcome,) = (await judge("", case_of(keeps, again))).outcomes
    assert outcome.verdict is Verdict.PASS, outcome.reason
    lacks = replace(SERVES_ON, keep={"found": lambda reply: reply.first("NextItemToken")})
    (outcome,) = (await judge("", case_of(lacks))).outcomes
    assert outcome.reason == "the answer to LookupItem does not tell the found"


async def test_messages_behind_each_other_and_at_once_are_each_judged(judge: Judge) -> None:
    wrong = replace(SERVES_ON, claims=(done("LookupUser"),))
    for step in (Behind((SERVES_ON, wrong)), AtOnce((SERVES_ON, wrong))):
        (outcome,) = (await judge("", case_of(step))).outcomes
        assert outcome.reason == "the answer to LookupItem must have LookupUserResponse without a Problem"
        (outcome,) = (await judge("", case_of(replace(step, posts=(SERVES_ON,) * 3)))).outcomes
        assert outcome.verdict is Verdict.PASS, outcome.reason


async def test_what_could_not_be_undone_is_said(judge: Judge) -> None:
    undo = (post(f"<MakeCoffee>{BROKER}</MakeCoffee>", done("MakeCoffee")),)
    (outcome,) = (await judge("", case_of(SERVES_ON, undo=undo))).outcomes
    assert outcome.verdict is Verdict.PASS
    assert outcome.reason.startswith(
        "what the case did could not be undone: the answer to MakeCoffee must have"
    )


async def test_a_responder_behind_tls_must_be_one_that_is_trusted(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with answering(over_http(ANSWER), tls=context) as (port, _):
        ncip = Ncip(url=f"https://127.0.0.1:{port}/x", agency="A", ca=str(tmp_path / "ca.pem"))
        target = Target(institution="H", items=("I1",), ncip=ncip)
        (outcome,) = (await run(case_of(SERVES_ON), target)).outcomes
        assert outcome.verdict is Verdict.PASS, outcome.reason
        with pytest.raises(TargetError, match="certificate verify failed"):
            await run(case_of(SERVES_ON), replace(target, ncip=replace(ncip, ca=None)))


async def test_a_responder_that_is_not_there_is_no_verdict() -> None:
    target = Target(institution="H", items=("I1",), ncip=Ncip(url="http://127.0.0.1:1/x", agency="A"))
    with pytest.raises(TargetError, match=r"http://127\.0\.0\.1:1/x does not answer"):
        await run(case_of(SERVES_ON), target)
