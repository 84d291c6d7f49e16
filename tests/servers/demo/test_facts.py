"""The facts: all that a program needs, in the shape that programs rely on."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

from msgspec.structs import replace

from protocols.sru.dialects import Operation, Version
from servers.configuration.settings import SruProfile
from servers.demo.facts import OFFLINE_ITEMS, facts_of, reachable, write_facts
from servers.places import FACTS
from servers.sru.client.destination import address
from servers.sru.client.exchange import ask
from servers.sru.client.reading import read_search
from tests.matrix import proves
from tests.servers.demo.given import Running


async def test_the_file_has_exactly_the_shape_that_programs_rely_on(running: Running, tmp_path: Path) -> None:
    also = tmp_path / "also.json"
    write_facts(running.facts, running.state, also)
    assert running.server.https.address is not None
    assert running.server.ncip_tcp.tls is not None
    assert running.server.z3950.address is not None
    assert running.facts.https is not None
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
            "sru": f"https://127.0.0.1:{running.server.https.address.port}/view/sru/DEMO",
            "sru_open": f"https://127.0.0.1:{running.server.https.address.port}/view/sru/OPEN",
            "sru_title": running.facts.https.sru_title,
            "ncip": f"https://127.0.0.1:{running.server.https.address.port}/view/NCIPServlet",
            "ncip_tcp": f"tls://127.0.0.1:{running.server.ncip_tcp.tls.port}",
            "ncip_agency": "DEMO",
            "ncip_profile": "DEPOT",
            "ncip_desk": "MAIN.STORE_DESK",
            "ncip_partner": "BROKER",
        },
        "z3950": {
            "host": "127.0.0.1",
            "port": running.server.z3950.address.port,
            "database": "DEMO",
            "title": running.facts.https.sru_title,
        },
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


async def test_partners_that_would_have_to_prove_themselves_are_not_offered(running: Running) -> None:
    server = running.server
    store, broker = server.settings.ncip_agency
    server.settings = replace(server.settings, ncip_agency=(replace(store, certificate="store"), broker))
    https = facts_of(server, running.built).https
    assert https is not None
    assert (https.ncip_profile, https.ncip_desk, https.ncip_partner) == ("", "", "BROKER")
    server.settings = replace(server.settings, ncip_agency=())
    https = facts_of(server, running.built).https
    assert https is not None
    assert (https.ncip_profile, https.ncip_partner) == ("", "")


@proves("the demonstration's catalogue is searched, and its facts say where")
async def test_the_word_of_the_facts_is_found_in_both_catalogues(running: Running) -> None:
    https = running.facts.https
    assert https is not None
    for version, where in ((Version.V1_2, https.sru), (Version.V2_0, https.sru_open)):
        target = address(where, version, Path(https.ca or ""))
        said = {"query": f"alma.title = {https.sru_title}"}
        answer = await asyncio.to_thread(ask, target, Operation.SEARCH_RETRIEVE, said, 30)
        assert read_search(answer.body).hits


async def test_a_style_that_nobody_serves_is_nowhere(running: Running) -> None:
    server = running.server
    server.settings = replace(server.settings, sru=(SruProfile(database="HERE"),))
    https = facts_of(server, running.built).https
    assert https is not None
    assert (https.sru, https.sru_open) == (f"{https.url}/view/sru/HERE", "")


async def test_without_https_there_is_none_in_the_facts(running: Running) -> None:
    running.server.https.address = None
    assert facts_of(running.server, running.built).https is None
