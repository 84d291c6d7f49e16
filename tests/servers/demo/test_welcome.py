"""The words of welcome: complete, true, and fit for pasting at any width."""

from __future__ import annotations

import io

import pytest
from msgspec.structs import replace
from rich.console import Console

from servers.demo.facts import write_facts
from servers.demo.story import CASES
from servers.demo.things import things_to_type
from servers.demo.welcome import welcome
from tests.servers.demo.given import Running


def said(running: Running, *, width: int = 120, new: bool = True) -> str:
    """The text, as it is where there is no terminal."""
    stream = io.StringIO()
    console = Console(file=stream, width=width)
    welcome(running.server, running.built, running.facts, running.state, console, new=new)
    return stream.getvalue()


async def test_whoever_reads_it_can_get_in(running: Running) -> None:
    text = said(running)
    port = running.server.sip2_address.port
    assert f"127.0.0.1:{port}, institution DEMO" in text
    assert str(running.facts.sip2.ca) in text
    assert running.facts.https is not None
    assert f" {running.facts.https.url}\n" in text
    assert f" {running.facts.https.url}/, in a browser\n" in text
    assert f" {running.facts.https.sru} and {running.facts.https.sru_open}\n" in text
    assert f" {running.facts.https.ncip}, store DEPOT at MAIN.STORE_DESK, broker BROKER\n" in text
    assert f"PIN {running.built.pin}" in text
    lines = [line.split()[:2] for line in text.splitlines()]
    assert all([name, password] in lines for name, password in running.built.passwords.items())


async def test_every_case_is_shown_with_what_it_is(running: Running) -> None:
    text = said(running)
    for case, barcode in running.built.cases.items():
        (line,) = [line for line in text.splitlines() if line.startswith(barcode)]
        assert line.rstrip().endswith(CASES[case])


@pytest.mark.parametrize("width", [40, 80, 200])
async def test_what_can_be_pasted_is_never_broken(running: Running, width: int) -> None:
    shown = [line.strip() for line in said(running, width=width).splitlines()]
    for thing in things_to_type(running.server.desk, running.built, running.facts, running.state):
        assert thing.line in shown
    words = {word for line in shown for word in line.split()}
    assert words.issuperset(running.built.passwords.values())
    assert words.issuperset(running.built.cases.values())


async def test_the_paths_that_are_named_exist(running: Running) -> None:
    write_facts(running.facts, running.state, None)
    names = ("authority", "configuration", "facts")
    lines = [line.split(maxsplit=1) for line in said(running).splitlines()]
    paths = {line[0]: line[1] for line in lines if line and line[0] in names}
    assert paths == {
        "authority": str(running.state / "certs" / "ca.pem"),
        "configuration": str(running.state / "circdesk.toml"),
        "facts": str(running.state / "facts.json"),
    }


async def test_a_later_start_says_since_when_it_is_in_use(running: Running) -> None:
    assert "built just now" in said(running)
    assert "and used since (--fresh builds it anew)" in said(running, new=False)


async def test_a_terminal_of_ones_own_is_shown_without_its_password(running: Running) -> None:
    server = running.server
    ours = replace(server.settings.terminal[0], name="ours", user="ours[1]", desk="Annexe")
    server.settings = replace(server.settings, terminal=(ours,))
    assert "ours[1]  (as you set it)  Annexe" in said(running)
