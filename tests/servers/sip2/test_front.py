"""The SIP2 side as a whole: what the settings say reaches the lines and the doors."""

from __future__ import annotations

from servers.configuration.settings import PlainSettings, Sip2Settings
from servers.lines.accept import Door, Entry
from servers.lines.addresses import networks
from servers.lines.limits import Limits
from servers.sip2.front import doors, line_limits


def test_every_limit_of_the_settings_reaches_the_lines() -> None:
    sip2 = Sip2Settings(
        connections=1,
        connections_per_source=2,
        handshakes=9,
        handshakes_per_source=10,
        answers_waiting=3,
        handshake_timeout=4.0,
        ssl_shutdown_timeout=5.0,
        keepalive=(6, 7, 8),
    )
    assert line_limits(sip2) == Limits(
        connections=1,
        connections_per_source=2,
        handshakes=9,
        handshakes_per_source=10,
        answers_waiting=3,
        handshake_timeout=4.0,
        shutdown_timeout=5.0,
        keepalive=(6, 7, 8),
    )


def test_there_is_one_door_unless_a_plain_one_is_asked_for() -> None:
    assert doors(Sip2Settings(host="192.0.2.1", port=7)) == (Door("192.0.2.1", 7, Entry.TLS),)


def test_a_plain_door_has_its_own_address_and_its_own_list() -> None:
    plain = PlainSettings(host="192.0.2.1", port=6001, allow=("192.0.2.0/24",))
    sip2 = Sip2Settings(plain=plain, proxy_from=("10.0.0.1",))
    balancers = networks(["10.0.0.1"])
    assert doors(sip2) == (
        Door("0.0.0.0", 6443, Entry.TLS, (), balancers),
        Door("192.0.2.1", 6001, Entry.PLAIN, networks(["192.0.2.0/24"]), balancers),
    )
