"""The house: a configuration that the server reads, and secrets that nobody can guess or read there."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from servers.configuration.reading import read_settings
from servers.configuration.settings import Settings
from servers.credentials import ScryptCredentials
from servers.demo.house import CERTIFIED, SELF_CHECK, TERMINALS, configuration, new_passwords, new_pin
from tests.servers.demo.given import usual

PASSWORDS = new_passwords()


@pytest.fixture(scope="module")
def text() -> str:
    """A configuration."""
    return configuration(PASSWORDS)


@pytest.fixture(scope="module")
def settings(text: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same, as the server has it."""
    path = tmp_path_factory.mktemp("house") / "circdesk.toml"
    path.write_text(text, "utf-8")
    return read_settings(path)


def test_every_terminal_is_described_and_has_a_password_of_its_own(settings: Settings) -> None:
    assert [terminal.name for terminal in settings.terminal] == list(TERMINALS)
    assert len(set(PASSWORDS.values())) == len(TERMINALS)
    assert settings.terminal[0].name == SELF_CHECK
    assert [terminal.name for terminal in settings.terminal if terminal.certificate] == [CERTIFIED]


async def test_the_passwords_open_what_is_configured(settings: Settings) -> None:
    credentials = ScryptCredentials(time.monotonic)
    checks = [
        credentials.verify(PASSWORDS[terminal.name], str(terminal.password)) for terminal in settings.terminal
    ]
    assert all(await asyncio.gather(*checks))
    credentials.close()


def test_no_password_stands_in_the_configuration(text: str) -> None:
    assert not any(password in text for password in PASSWORDS.values())


def test_secrets_differ_from_one_demonstration_to_the_next() -> None:
    assert set(new_passwords().values()).isdisjoint(PASSWORDS.values())
    assert len({new_pin() for _ in range(50)}) > 10


def test_the_house_has_three_libraries_and_a_remote_store(settings: Settings) -> None:
    assert [agency.code for agency in settings.agency] == ["MAIN", "EAST", "MUSIC"]
    assert [location.code for location in settings.location if location.remote] == ["MAIN/STORE"]


def test_the_broker_borrows_for_strangers_on_a_card_that_there_is(settings: Settings) -> None:
    assert [partner.borrower for partner in settings.ncip_agency if partner.borrower] == [
        usual().register.cases["patron_partner"]
    ]


def test_the_store_holds_every_remote_location(settings: Settings) -> None:
    (storage,) = settings.remote_storage
    assert storage.locations == tuple(location.code for location in settings.location if location.remote)


def test_the_server_is_for_this_machine_only(settings: Settings) -> None:
    assert (settings.sip2.host, settings.sip2.port) == ("127.0.0.1", 6443)
    assert (settings.https.host, settings.https.port) == ("127.0.0.1", 8443)
    assert (settings.ncip_tcp.host, settings.ncip_tcp.port) == ("127.0.0.1", 0)
    assert (settings.z3950.enabled, settings.z3950.host, settings.z3950.port) == (True, "127.0.0.1", 2100)


def test_the_configuration_says_whose_it_is(text: str, tmp_path: Path) -> None:
    assert text.startswith("# The configuration of this demonstration")
