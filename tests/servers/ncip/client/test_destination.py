"""Where to, and as whom: what is typed, else what the facts say."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from servers.calling import ClientProblem
from servers.ncip.client.command import add_arguments
from servers.ncip.client.destination import Caller, Carrier, Target, address, caller_of, facts_of, target_of
from servers.places import FACTS

TOLD = {
    "institution": "TOWN",
    "sip2": {"host": "desk", "port": 6443},
    "https": {
        "ca": "ca.pem",
        "ncip": "https://desk:8443/view/NCIPServlet",
        "ncip_tcp": "tls://desk:7443",
        "ncip_agency": "TOWN",
        "ncip_profile": "DEPOT",
        "ncip_desk": "MAIN.DESK",
        "ncip_partner": "ILL",
    },
}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state directory of a demonstration."""
    (tmp_path / FACTS).write_text(json.dumps(TOLD))
    return tmp_path


def found(*words: str) -> tuple[Target, Caller]:
    """What comes of the options."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    args = parser.parse_args(["LookupVersion", *words])
    facts = facts_of(args)
    return target_of(args, facts), caller_of(args, facts)


def test_the_facts_say_where_the_demonstration_is_and_who_its_broker(state: Path) -> None:
    assert found("--state", str(state)) == (
        Target(Carrier.HTTPS, "desk", 8443, authority=Path("ca.pem")),
        Caller(agency="TOWN", to="TOWN", profile="ILL"),
    )


def test_and_who_its_store(state: Path) -> None:
    target, caller = found("--state", str(state), "--as", "store", "--tcp")
    assert str(target) == "tls://desk:7443"
    assert caller == Caller(agency="TOWN", to="TOWN", profile="DEPOT", desk="MAIN.DESK")


def test_what_is_typed_goes_before_the_facts(state: Path) -> None:
    typed = ("--agency", "MOON", "--to", "EAST", "--profile", "", "--desk", "EAST.DESK", "--system", "S")
    target, caller = found("--state", str(state), "--target", "tcp://here:7", "--cert", "c.pem", *typed)
    assert target == Target(Carrier.TCP, "here", 7, authority=Path("ca.pem"), certificate=Path("c.pem"))
    assert caller == Caller("MOON", "EAST", "", "EAST.DESK", "S")


def test_a_server_that_was_named_is_told_nothing_of_a_demonstration() -> None:
    assert found("--target", "here:7", "--ca", "b.pem") == (
        Target(Carrier.HTTPS, "here", 7, authority=Path("b.pem")),
        Caller(),
    )


@pytest.mark.parametrize("https", [None, {"ncip": ""}])
def test_a_demonstration_without_ncip_is_a_sentence(state: Path, https: object) -> None:
    (state / FACTS).write_text(json.dumps({**TOLD, "https": https}))
    with pytest.raises(ClientProblem, match="the demonstration speaks no NCIP"):
        found("--state", str(state))


def test_where_no_demonstration_runs_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ClientProblem, match="no demonstration has run in"):
        found("--state", str(tmp_path))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("here", "https://here:443/view/NCIPServlet"),
        ("here:8443", "https://here:8443/view/NCIPServlet"),
        ("https://here/", "https://here:443/view/NCIPServlet"),
        ("https://here/ncip?x=1", "https://here:443/ncip?x=1"),
        ("http://here:81/v1", "http://here:81/v1"),
        ("https://here/a b/ü%20", "https://here:443/a%20b/%C3%BC%20"),
        ("tls://[::1]:7443", "tls://[::1]:7443"),
        ("tcp://here:5001", "tcp://here:5001"),
    ],
)
def test_an_address_is_a_url_or_host_and_port(text: str, target: str) -> None:
    assert str(address(text)) == target


@pytest.mark.parametrize(
    "text", ["", "ftp://here", "tcp://here", "https://", "here:99999", "here:x", "tls://:7"]
)
def test_what_is_no_address_is_a_sentence(text: str) -> None:
    with pytest.raises(ClientProblem, match="is no address"):
        address(text)


@pytest.mark.parametrize("seconds", ["0", "-1", "x", "nan", "4000"])
def test_a_deadline_is_a_number_of_seconds(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        found("--timeout", seconds)
    assert "is no number of seconds" in capsys.readouterr().err
