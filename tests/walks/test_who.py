"""Who a terminal is where its login alone does not say: a certificate that several share, an address."""

import socket
import ssl
from collections.abc import Iterator

import pytest

from certs.issue import issue_terminal
from tests.matrix import proves
from tests.walks.conftest import end
from tests.walks.given import (
    CERTIFIED,
    PATIENCE,
    STATUS,
    Conversation,
    Server,
    information,
    login,
    prepare,
    terminal,
)

GROUP = "group"
"""The certificate of two machines."""

NEAR, FAR = "127.0.0.2", "127.0.0.3"

TERMINALS = (
    terminal("left", f'certificate = "{GROUP}"', 'desk = "Left"'),
    terminal("right", f'certificate = "{GROUP}"', 'desk = "Right"'),
    terminal("alone", 'desk = "Alone"'),
    f'[[terminal]]\nname = "near"\naddresses = ["{NEAR}/32"]\ndesk = "Near"\n',
    terminal("kept-here", f'addresses = ["{FAR}/32"]', 'desk = "Far"'),
    terminal("placed", 'locations = ["FOYER"]', 'desk = "Foyer"'),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with these terminals."""
    state = prepare(tmp_path_factory.mktemp("who") / "state", "".join(TERMINALS), address_login=True)
    running = Server(state)
    try:
        yield running.start()
    finally:
        end(running)


def desk(kiosk: Conversation) -> str | None:
    """Where the server says that the terminal stands."""
    return kiosk.ask(STATUS).first("AN")


def coming_from(server: Server, address: str, context: ssl.SSLContext | None = None) -> Conversation:
    """A conversation over TLS from another address of this machine."""
    plain = socket.create_connection((server.host, server.port), PATIENCE, (address, 0))
    return Conversation((context or server.context()).wrap_socket(plain, server_hostname=server.host))


@proves("several machines share a certificate")
def test_a_shared_certificate_leaves_the_login_to_say_which_of_its_terminals_it_is(server: Server) -> None:
    context = server.context(*issue_terminal(server.state, GROUP))
    for user, place in (("left", "Left"), ("right", "Right")):
        with server.call(context) as kiosk:
            assert kiosk.ask(information("P1")).first("AE") == "", "not known before"
            assert kiosk.ask(login(user=user)).fixed["ok"] == "1"
            assert desk(kiosk) == place
    with server.call(context) as kiosk:
        assert kiosk.ask(login(user="alone")).fixed["ok"] == "0", "not one of them"


@proves("a client certificate names the terminal")
def test_a_certificate_of_one_terminal_needs_no_login_and_takes_no_other(server: Server) -> None:
    with server.call(server.certified()) as kiosk:
        assert kiosk.ask(information("P1")).first("AE") == "Ann Ngata"
        assert kiosk.ask(login(user="alone")).fixed["ok"] == "0"
    assert f"terminal={CERTIFIED}" in server.log


@proves("an address names the terminal")
def test_an_address_names_the_terminal_that_has_nothing_else(server: Server) -> None:
    with coming_from(server, NEAR) as kiosk:
        assert kiosk.ask(information("P1")).first("AE") == "Ann Ngata"
        assert desk(kiosk) == "Near"
    with coming_from(server, FAR) as kiosk:
        assert kiosk.ask(information("P1")).first("AE") == ""


@proves("a terminal with addresses is nowhere else")
def test_a_terminal_with_addresses_logs_in_from_nowhere_else(server: Server) -> None:
    with coming_from(server, FAR) as kiosk:
        assert kiosk.ask(login(user="kept-here")).fixed["ok"] == "1"
        assert desk(kiosk) == "Far"
    with server.call() as kiosk:
        assert kiosk.ask(login(user="kept-here")).fixed["ok"] == "0"


@proves("the location named at the login is one of the terminal's")
def test_a_login_names_one_of_its_locations_or_none(server: Server) -> None:
    with server.call() as kiosk:
        assert kiosk.ask(login(user="placed") + "CPATTIC|").fixed["ok"] == "0"
        assert kiosk.ask(login(user="placed") + "CPFOYER|").fixed["ok"] == "1"
        assert kiosk.ask(login(user="placed")).fixed["ok"] == "1"
