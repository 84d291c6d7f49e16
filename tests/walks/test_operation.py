"""What an operator sees of a running server: the work list, the board, why a loan is refused."""

import json
from collections.abc import Callable

import pytest

from servers.cli import main
from tests.matrix import proves
from tests.walks.given import CERTIFIED, DATE, PIN, Server, checkout, item_information, who

Circdesk = Callable[..., tuple[int, str]]


@pytest.fixture
def circdesk(server: Server, capsys: pytest.CaptureFixture[str]) -> Circdesk:
    """Type a command about the server; returns its exit status and what it said."""

    def typed(*words: str) -> tuple[int, str]:
        status = main([*words, "--state", str(server.state)])
        said = capsys.readouterr()
        return status, said.out + said.err

    return typed


@proves("rules an offline transaction broke go to a work list")
def test_what_was_done_offline_against_the_rules_is_on_the_work_list_until_it_is_settled(
    server: Server, circdesk: Circdesk
) -> None:
    offline = checkout("P2", "I1", date="20260301    101500").replace("11YN", "11YY")
    assert "I1" not in circdesk("reconcile")[1]
    with server.kiosk() as kiosk:
        assert kiosk.ask(f"01N{DATE}AOTOWN|ALlost|AAP2|AC|").code == "24"
        assert kiosk.ask(offline).fixed["ok"] == "1"
        assert kiosk.ask(item_information("I1")).fixed["circulation status"] == "04"
    status, said = circdesk("reconcile")
    assert status == 0
    for told in ("kiosk-1", "I1", "P2", "blocked"):
        assert told in said
    (line,) = json.loads(circdesk("reconcile", "--json")[1])
    status, said = circdesk("reconcile", "settle", str(line["number"]), "--note", "spoken to")
    assert status == 0, said
    assert "I1" not in circdesk("reconcile")[1]
    assert "spoken to" in circdesk("reconcile", "--all")[1]


@proves("why: a dry run that shows the rules")
def test_why_a_loan_is_refused_is_shown_and_nothing_is_done(server: Server, circdesk: Circdesk) -> None:
    with server.kiosk() as kiosk:
        assert kiosk.ask(checkout("P3", "I3")).fixed["ok"] == "1"
        status, said = circdesk("sip2", "checkout", "--patron", "P4", "--item", "I3", "--explain")
        assert status == 1, said
        assert "lent-to-another" in said
        status, said = circdesk("sip2", "checkout", "--patron", "P4", "--item", "I4", "--explain")
        assert status == 0, said
        line = f"11YN{DATE}{' ' * 18}{who('P4')}ABI4|"
        status, said = circdesk("sip2", f"--explain={line}")
        assert status == 0, said
        assert PIN not in said
        assert kiosk.ask(item_information("I4")).fixed["circulation status"] == "03"


@proves("a live board of terminals", "a profile suggested from what a machine sends")
def test_the_board_shows_who_is_there_and_what_profile_would_suit_it(
    server: Server, circdesk: Circdesk
) -> None:
    """A machine that ends its messages with LF and writes Latin-1, from its first message on."""
    with server.call(server.certified()) as kiosk:
        for number in range(20):
            kiosk.socket.sendall(f"17{DATE}AOTOWN|ABBäume-{number}|AC|\n".encode("latin-1"))
            assert kiosk.socket.recv(65_536).endswith(b"\n")
        status, said = circdesk("terminals", "--once")
        assert (status, f"{CERTIFIED} " in said) == (0, True)
        assert "1 of 2 terminals connected" in said
        status, said = circdesk("terminals", "--suggest", CERTIFIED)
        assert status == 0
        for line in ("[[profile]]", 'charset = "latin-1"', 'terminator = "lf"'):
            assert line in said, said
