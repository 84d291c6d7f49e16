"""A remote store and the library, whole: each act over its own wire, and every state seen over the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers.cli import main
from tests.matrix import proves
from tests.walks.annex import Annex, configuration, listening, lookup
from tests.walks.given import Conversation, Server, checkin, checkout, item_information, terminal, wait_until
from tests.walks.test_messages import hold

Make = Callable[..., Server]
Circdesk = Callable[..., str]


@pytest.fixture
def server(fresh_server: Make) -> Server:
    """A running server with a depot, which holds V1, and a terminal at its other library."""
    east = terminal("east-desk", 'agency = "EAST"', "checked_in_ok = true")
    return fresh_server(east + configuration()).start()


@pytest.fixture
def circdesk(server: Server, capsys: pytest.CaptureFixture[str]) -> Circdesk:
    """Type a command on the machine of the server; returns what it said. It must end well."""

    def typed(*words: str) -> str:
        status = main([*words, "--state", str(server.state)])
        said = capsys.readouterr()
        assert status == 0, said
        return said.out

    return typed


@pytest.fixture
def annex(server: Server, circdesk: Circdesk, tmp_path: Path) -> Iterator[Annex]:
    """The depot's system, which runs, has V1 and is told what leaves it."""
    circdesk("storage", "move", "V1", "MAIN/DEPOT")
    made = Annex(server, tmp_path / "annex", "V1")
    try:
        listening(server, made.start().url)
        yield made
    finally:
        made.stop()


def stands(server: Server, kiosk: Conversation, sip2: str, ncip: str) -> None:
    """V1 is of this status, whoever is asked."""
    assert kiosk.ask(item_information("V1")).fixed["circulation status"] == sip2
    assert lookup(server, "V1").first("ItemOptionalFields/CirculationStatus") == ncip


@proves("a loop from hold to refile, every state seen over SIP2 and NCIP")
def test_from_hold_to_refile(server: Server, circdesk: Circdesk, annex: Annex) -> None:
    with server.kiosk() as kiosk, server.kiosk("east-desk") as east:
        stands(server, kiosk, "03", "Available On Shelf")

        placed = kiosk.ask(hold("+", "P1", "ABV1|", "BSEAST|BY3|"))
        assert placed.fixed["ok"] == "1", placed
        assert kiosk.ask(item_information("V1")).first("CF") == "1"

        (wanted,) = json.loads(circdesk("storage", "requests", "DEPOT", "--json"))
        said = circdesk("storage", "requests", "DEPOT", "--out", str(annex.requests))
        assert said.endswith(": 1 requests.\n")
        annex.until(f"retrieved V1 (request {wanted['number']})")
        stands(server, kiosk, "10", "In Transit Between Library Locations")
        assert "nothing new" in circdesk("storage", "requests", "DEPOT", "--out", str(annex.requests))

        arrived = east.ask(checkin("V1"))
        assert (arrived.fixed["ok"], arrived.fixed["alert"]) == ("1", "Y"), arrived
        stands(server, kiosk, "08", "Available For Pickup")

        lent = east.ask(checkout("P1", "V1"))
        assert lent.fixed["ok"] == "1", lent
        stands(server, kiosk, "04", "On Loan")

        back = east.ask(checkin("V1", date="20260302    093100"))
        assert back.fixed["ok"] == "1"
        stands(server, kiosk, "10", "In Transit Between Library Locations")

        annex.type("refile V1")
        annex.until("refiled V1")
        stands(server, kiosk, "03", "Available On Shelf")
    assert annex.inventory.read_text() == "V1\n"
    assert sorted(path.suffix for path in (annex.requests / "OLD").iterdir()) == [".xml"]


def test_what_is_not_on_the_shelf_is_missing_and_the_request_ends(
    server: Server, circdesk: Circdesk, annex: Annex
) -> None:
    annex.stop()
    annex.inventory.write_text("")
    with server.kiosk() as kiosk:
        assert kiosk.ask(hold("+", "P1", "ABV1|", "BSMAIN|BY3|")).fixed["ok"] == "1"
        circdesk("storage", "requests", "DEPOT", "--out", str(annex.requests))
        status, said = annex.once()
        assert status == 0, said
        assert "not here V1" in said
        stands(server, kiosk, "13", "Missing")
    assert "asked for nothing" in circdesk("storage", "requests", "DEPOT")


@proves("withdrawn or moved away: told, picked, scanned in at the desk")
@pytest.mark.parametrize(
    ("act", "sip2", "ncip"),
    [
        (("withdraw", "V1"), "01", "Not Available"),
        (("move", "V1", "EAST/STACKS"), "10", "In Transit Between Library Locations"),
        (("move", "V1", "MAIN/STACKS"), "03", "Available On Shelf"),
    ],
)
def test_what_leaves_for_good_is_told_picked_and_scanned_in(
    server: Server, circdesk: Circdesk, annex: Annex, act: tuple[str, ...], sip2: str, ncip: str
) -> None:
    circdesk("storage", *act)
    annex.until("told to let go of V1")
    annex.until("sent out for good V1")
    with server.kiosk() as kiosk:
        stands(server, kiosk, sip2, ncip)
    assert annex.inventory.read_text() == "V1 gone\n"
    assert "Every message was taken" in circdesk("storage", "letters")


@proves("a facility that is down is told later, in order, even after a kill")
def test_a_kill_and_a_facility_that_is_down_lose_nothing(
    server: Server, circdesk: Circdesk, annex: Annex
) -> None:
    """And circulation notices nothing of either."""
    port = int(annex.url.rstrip("/").rpartition(":")[2])
    items = [f"I{n}" for n in range(1, 6)]
    for item in items:
        circdesk("storage", "move", item, "MAIN/DEPOT")
        annex.type(f"refile {item}")
        annex.until(f"refiled {item}")
    annex.stop()
    for item in items[:3]:
        circdesk("storage", "move", item, "EAST/STACKS")
    wait_until(lambda: "storage-waits" in server.log, "it is told that it waits")
    assert "is tried again" in circdesk("storage", "letters")
    with server.kiosk() as kiosk:
        assert kiosk.ask(checkout("P1", "I20")).fixed["ok"] == "1"
    server.kill()
    server.start()
    for item in items[3:]:
        circdesk("storage", "move", item, "EAST/STACKS")
    server.kill()
    server.start()
    again = annex.start(port)
    for item in items:
        again.until(f"told to let go of {item}")
    told = [line.split()[-1] for line in again.said.splitlines() if "told to let go" in line]
    assert list(dict.fromkeys(told)) == items
    assert "Every message was taken" in circdesk("storage", "letters")
