"""NCIP straight over TCP as a whole: what the settings say reaches the lines and the doors."""

from __future__ import annotations

from servers.configuration.settings import NcipTcpSettings, PlainSettings
from servers.lines.accept import Door, Entry
from servers.lines.addresses import networks
from servers.lines.limits import Limits
from servers.ncip.front import doors, line_limits


def test_every_limit_of_the_settings_reaches_the_lines() -> None:
    settings = NcipTcpSettings(
        connections=1,
        connections_per_source=2,
        handshakes=9,
        handshakes_per_source=10,
        answers_waiting=3,
        handshake_timeout=4.0,
    )
    assert line_limits(settings) == Limits(
        connections=1,
        connections_per_source=2,
        handshakes=9,
        handshakes_per_source=10,
        answers_waiting=3,
        handshake_timeout=4.0,
    )


def test_there_is_no_door_unless_one_is_asked_for() -> None:
    assert doors(NcipTcpSettings()) == ()


def test_either_door_may_be_the_only_one() -> None:
    balancers = networks(["10.0.0.1"])
    tls = NcipTcpSettings(enabled=True, host="192.0.2.1", port=7, proxy_from=("10.0.0.1",))
    assert doors(tls) == (Door("192.0.2.1", 7, Entry.TLS, (), balancers),)
    plain = NcipTcpSettings(plain=PlainSettings(host="192.0.2.1", port=7001, allow=("192.0.2.0/24",)))
    assert doors(plain) == (Door("192.0.2.1", 7001, Entry.PLAIN, networks(["192.0.2.0/24"])),)
