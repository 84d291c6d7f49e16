"""The facts: all that a program needs, in the shape that programs rely on."""

from __future__ import annotations

import json
import os
from pathlib import Path

from msgspec.structs import replace

from servers.demo.facts import facts_of, reachable, write_facts
from servers.places import FACTS
from tests.servers.demo.given import Running


async def test_the_file_has_exactly_the_shape_that_programs_rely_on(running: Running, tmp_path: Path) -> None:
    also = tmp_path / "also.json"
    write_facts(running.facts, running.state, also)
    text = (running.state / FACTS).read_bytes()
    built = running.built
    assert also.read_bytes() == text
    assert json.loads(text) == {
        "pid": os.getpid(),
        "institution": "DEMO",
        "sip2": {
            "host": "127.0.0.1",
            "port": running.server.sip2_address.port,
            "tls": True,
            "ca": str(running.state.absolute() / "certs" / "ca.pem"),
            "user": "kiosk-main",
            "password": built.passwords["kiosk-main"],
            "location": "Entrance hall",
        },
        "https": None,
        "z3950": None,
        "patrons": {"template": "21234%09d", "first": 1, "count": built.patrons.count},
        "items": {"template": "31234%09d", "first": 1, "count": built.items.count},
        "pin": built.pin,
        "cases": built.cases,
    }


async def test_the_file_is_its_owners_alone(running: Running) -> None:
    write_facts(running.facts, running.state, None)
    assert (running.state / FACTS).stat().st_mode & 0o777 == 0o600


async def test_a_terminal_that_was_taken_out_of_the_configuration_is_not_offered(running: Running) -> None:
    server = running.server
    server.settings = replace(server.settings, terminal=server.settings.terminal[1:])
    assert facts_of(server, running.built).sip2.user == "kiosk-east"
    server.settings = replace(server.settings, terminal=())
    assert facts_of(server, running.built).sip2.user == ""


def test_who_listens_everywhere_is_reached_on_loopback() -> None:
    hosts = ("0.0.0.0", "::", "127.0.0.1", "192.0.2.7")
    assert [reachable(host) for host in hosts] == ["127.0.0.1", "::1", "127.0.0.1", "192.0.2.7"]
