"""The facts: all that a program needs, in the shape that programs rely on."""

from __future__ import annotations

import json
import os
from pathlib import Path

from msgspec.structs import replace

from servers.demo.facts import OFFLINE_ITEMS, facts_of, reachable, write_facts
from servers.places import FACTS
from tests.servers.demo.given import Running


async def test_the_file_has_exactly_the_shape_that_programs_rely_on(running: Running, tmp_path: Path) -> None:
    also = tmp_path / "also.json"
    write_facts(running.facts, running.state, also)
    assert running.server.https.address is not None
    text = (running.state / FACTS).read_bytes()
    built = running.built
    apart = min(OFFLINE_ITEMS, built.items.count // 3)
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
            "other_user": "kiosk-east",
            "other_password": built.passwords["kiosk-east"],
        },
        "https": {
            "url": f"https://127.0.0.1:{running.server.https.address.port}",
            "ca": str(running.state.absolute() / "certs" / "ca.pem"),
        },
        "z3950": None,
        "patrons": {"template": "21234%09d", "first": 1, "count": built.patrons.count},
        "items": {"template": "31234%09d", "first": 1, "count": built.items.count - apart},
        "offline_items": {
            "template": "31234%09d",
            "first": built.items.count - apart + 1,
            "count": apart,
        },
        "pickups": ["MAIN", "EAST", "MUSIC"],
        "pin": built.pin,
        "cases": built.cases,
    }


async def test_the_file_is_its_owners_alone(running: Running) -> None:
    write_facts(running.facts, running.state, None)
    assert (running.state / FACTS).stat().st_mode & 0o777 == 0o600


async def test_a_terminal_that_was_taken_out_of_the_configuration_is_not_offered(running: Running) -> None:
    server = running.server
    server.settings = replace(server.settings, terminal=server.settings.terminal[1:])
    sip2 = facts_of(server, running.built).sip2
    assert (sip2.user, sip2.other_user) == ("kiosk-east", "sorter-main")
    server.settings = replace(server.settings, terminal=())
    sip2 = facts_of(server, running.built).sip2
    assert (sip2.user, sip2.other_user) == ("", "")


def test_who_listens_everywhere_is_reached_on_loopback() -> None:
    hosts = ("0.0.0.0", "::", "127.0.0.1", "192.0.2.7")
    assert [reachable(host) for host in hosts] == ["127.0.0.1", "::1", "127.0.0.1", "192.0.2.7"]


async def test_without_https_there_is_none_in_the_facts(running: Running) -> None:
    running.server.https.address = None
    assert facts_of(running.server, running.built).https is None
