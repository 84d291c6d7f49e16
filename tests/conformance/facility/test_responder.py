"""What a facility answers to whoever tells it what it need not keep: always NCIP, always with status 200."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web

from conformance.facility.responder import answered, responder
from conformance.wire.ncip import V1_0, V2_0, V2_02, Problem, read

HEADER = (
    "<InitiationHeader><FromAgencyId><AgencyId>TOWN</AgencyId></FromAgencyId>"
    "<FromAgencyAuthentication>{}</FromAgencyAuthentication>"
    "<ToAgencyId><AgencyId>STORE</AgencyId></ToAgencyId></InitiationHeader>"
)
ITEM = "<ItemId><ItemIdentifierValue>D1</ItemIdentifierValue></ItemId>"


def message(content: str = ITEM, service: str = "DeleteItem", secret: str = "word") -> bytes:
    return V2_02.written(f"<{service}>{HEADER.format(secret)}{content}</{service}>").encode()


class Told:
    """Knows every item."""

    def __init__(self) -> None:
        self.barcodes: list[str] = []

    def delete(self, barcode: str) -> bool:
        """Take note of it."""
        self.barcodes.append(barcode)
        return True


def test_what_is_known_is_deleted_and_the_header_goes_back() -> None:
    told = Told()
    answer = read(answered(message(), told.delete))
    assert (answer.service, answer.problems, told.barcodes) == ("DeleteItemResponse", (), ["D1"])
    assert answer.first("ItemId/ItemIdentifierValue") == "D1"
    assert answer.first("ResponseHeader/FromAgencyId/AgencyId") == "STORE"
    assert answer.first("ResponseHeader/ToAgencyId/AgencyId") == "TOWN"
    assert answer.faults() == ()


@pytest.mark.parametrize(
    ("body", "service", "problem"),
    [
        (
            message(),
            "DeleteItemResponse",
            Problem("Unknown Item", "Unknown Item", "//DeleteItem/ItemId", "D1"),
        ),
        (
            message(""),
            "DeleteItemResponse",
            Problem("Needed Data Missing", "Needed Data Missing", "//DeleteItem/ItemId"),
        ),
        (
            message(service="CheckInItem"),
            "CheckInItemResponse",
            Problem("Unsupported Service", "Unsupported Service"),
        ),
        (b"It works!", "Problem", Problem("Invalid Message Syntax Error", "Invalid Message Syntax Error")),
        (b"", "Problem", Problem("Invalid Message Syntax Error", "Invalid Message Syntax Error")),
    ],
)
def test_what_cannot_be_done_is_a_problem(body: bytes, service: str, problem: Problem) -> None:
    answer = read(answered(body, lambda barcode: False))
    assert (answer.service, answer.problems, answer.faults()) == (service, (problem,), ())
    assert answer.uri == V2_0.uri != V1_0.uri


@pytest.mark.parametrize("secret", ["", "Word", "wörd"])
def test_who_does_not_show_the_secret_is_not_heard(secret: str) -> None:
    told = Told()
    answer = read(answered(message(secret=secret), told.delete, "word"))
    assert [problem.kind for problem in answer.problems] == ["Agency Authentication Failed"]
    assert not told.barcodes
    assert not read(answered(message(), lambda barcode: True, "word")).problems


async def test_it_hears_at_every_path_and_says_so_when_it_has_answered() -> None:
    told, done = Told(), asyncio.Event()
    runner = web.AppRunner(responder(told.delete, done.set), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ((host, port),) = runner.addresses
    async with aiohttp.ClientSession() as session:
        async with session.post(f"http://{host}:{port}/a/b", data=message()) as answer:
            assert (answer.status, answer.content_type) == (200, "application/xml")
            assert not read(await answer.read()).problems
        async with session.post(f"http://{host}:{port}/", data=b" " * 70_000) as answer:
            assert answer.status == 413
    await runner.cleanup()
    assert (told.barcodes, done.is_set()) == (["D1"], True)
