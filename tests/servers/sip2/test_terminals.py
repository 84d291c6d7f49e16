"""Which terminal is on the line: by its certificate or its login, and by both only if they agree."""

from __future__ import annotations

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.model.policy import Agency
from protocols.sip2.codec import ErrorDetection as WireDetection
from protocols.sip2.framing import Terminator as WireTerminator
from servers.settings import ErrorDetection, SecretHash, Terminal, Terminator
from servers.sip2.terminals import Terminals, wire
from servers.tls import PeerIdentity
from tests.fakes.world import POLICY, World

FINGERPRINT = "0123456789abcdef" * 4
COLONS = ":".join(FINGERPRINT.upper()[i : i + 2] for i in range(0, 64, 2))


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """The small library; EAST lies in another zone."""
    east = Agency("EAST", "East Branch", "Asia/Tokyo")
    world = await World(replace(POLICY, agencies=(POLICY.agencies[0], east))).start()
    yield world
    await world.stop()


def terminals(world: World, *known: Terminal) -> Terminals:
    """These terminals of the small library."""
    return Terminals(known, world.desk, world.credentials)


def identity(
    common_name: str | None = None, dns_names: tuple[str, ...] = (), fingerprint: str = "f" * 64
) -> PeerIdentity:
    """What a certificate says."""
    return PeerIdentity(common_name, dns_names, fingerprint)


BY_FINGERPRINT = Terminal("by-fingerprint", certificate=COLONS)
BY_NAME = Terminal("by-name", certificate="Kiosk-1")
BY_DNS = Terminal("by-dns", certificate="kiosk-1.example.org")
LENT = Terminal("kiosk-1", "user-1", SecretHash("word-1"), agency="EAST")
OTHER = Terminal("kiosk-2", "user-2", SecretHash("word-2"))


class TestByCertificate:
    @pytest.mark.parametrize(
        ("shown", "found"),
        [
            (identity("KIOSK-1", ("kiosk-1.example.org",), FINGERPRINT), BY_FINGERPRINT),
            (identity(None, (), FINGERPRINT), BY_FINGERPRINT),
            (identity("KIOSK-1", ("kiosk-1.example.org",)), BY_NAME),
            (identity("kiosk-1"), BY_NAME),
            (identity("unknown", ("else.example.org", "kiosk-1.example.org")), BY_DNS),
            (identity(None, ("kiosk-1.example.org",)), BY_DNS),
        ],
        ids=["fingerprint first", "fingerprint only", "then common name", "any case", "then DNS", "DNS only"],
    )
    async def test_the_fingerprint_goes_before_the_names(
        self, world: World, shown: PeerIdentity, found: Terminal
    ) -> None:
        station = terminals(world, BY_DNS, BY_NAME, BY_FINGERPRINT).by_certificate(shown)
        assert station is not None
        assert station.terminal is found

    @pytest.mark.parametrize(
        "shown", [None, identity(), identity("else", ("else.example.org",)), identity("")]
    )
    async def test_who_is_not_in_the_configuration_is_nobody(
        self, world: World, shown: PeerIdentity | None
    ) -> None:
        known = terminals(world, BY_DNS, BY_NAME, BY_FINGERPRINT, LENT)
        assert known.by_certificate(shown) is None

    async def test_a_fingerprint_is_no_name(self, world: World) -> None:
        """Anybody may write it into a certificate's name."""
        assert terminals(world, BY_FINGERPRINT).by_certificate(identity(FINGERPRINT)) is None


class TestByLogin:
    async def test_user_and_password_find_the_terminal(self, world: World) -> None:
        station = await terminals(world, LENT, OTHER).by_login("user-2", "word-2", None)
        assert station is not None
        assert station.terminal is OTHER

    @pytest.mark.parametrize(
        ("user", "password"),
        [("user-1", "word-2"), ("user-1", ""), ("USER-1", "word-1"), ("kiosk-1", "word-1"), ("", "")],
    )
    async def test_anything_else_finds_nobody(self, world: World, user: str, password: str) -> None:
        known = terminals(world, LENT, OTHER, Terminal("nameless"), Terminal("wordless", "user-3"))
        assert await known.by_login(user, password, None) is None

    async def test_a_terminal_without_a_password_cannot_log_in(self, world: World) -> None:
        assert await terminals(world, Terminal("wordless", "user-3")).by_login("user-3", "", None) is None

    async def test_an_unknown_user_is_checked_like_a_known_one(self, world: World) -> None:
        """Else the time of the answer would tell which users there are."""
        known = terminals(world, LENT)
        await known.by_login("user-1", "wrong", None)
        await known.by_login("nobody", "wrong", None)
        assert world.credentials.checks == 2

    async def test_a_password_that_was_right_is_not_checked_again(self, world: World) -> None:
        known = terminals(world, LENT)
        for _ in range(2):
            assert await known.by_login("user-1", "word-1", None) is not None
        assert world.credentials.checks == 1

    async def test_login_and_certificate_must_be_the_same_terminal_s(self, world: World) -> None:
        known = terminals(world, LENT, OTHER)
        assert await known.by_login("user-1", "word-1", known.station(LENT)) is not None
        assert await known.by_login("user-1", "word-1", known.station(OTHER)) is None


class TestAtWork:
    async def test_a_terminal_stands_in_its_agency_and_in_the_agency_s_zone(self, world: World) -> None:
        station = terminals(world).station(LENT)
        assert (station.actor.name, station.actor.agency) == ("kiosk-1", "EAST")
        assert station.zone == ZoneInfo("Asia/Tokyo")

    async def test_without_an_agency_it_stands_in_the_first_one(self, world: World) -> None:
        station = terminals(world).station(OTHER)
        assert (station.actor.agency, station.zone) == ("MAIN", ZoneInfo("Europe/Berlin"))

    async def test_its_own_zone_goes_before_its_agency_s(self, world: World) -> None:
        station = terminals(world).station(replace(LENT, time_zone="America/Lima"))
        assert station.zone == ZoneInfo("America/Lima")

    async def test_a_library_without_agencies_can_be_served_too(self) -> None:
        world = await World(replace(POLICY, agencies=())).start()
        station = terminals(world).station(OTHER)
        await world.stop()
        assert (station.actor.agency, station.zone) == ("", ZoneInfo("Europe/Berlin"))

    async def test_each_session_is_a_station_of_its_own(self, world: World) -> None:
        known = terminals(world, LENT)
        assert known.station(LENT) is not known.station(LENT)


def test_a_terminal_s_settings_are_how_its_messages_are_written() -> None:
    terminal = Terminal(
        "kiosk",
        charset="cp850",
        fallback="ascii",
        delimiter="^",
        terminator=Terminator.CRLF,
        error_detection=ErrorDetection.REQUIRED,
    )
    written = wire(terminal)
    assert (written.charset, written.fallback_charset, written.delimiter) == ("cp850", "ascii", "^")
    assert (written.terminator, written.error_detection) == (WireTerminator.CRLF, WireDetection.REQUIRED)


@pytest.mark.parametrize("terminator", Terminator)
def test_every_terminator_of_the_settings_is_one_of_sip2_s(terminator: Terminator) -> None:
    assert wire(Terminal("kiosk", terminator=terminator)).terminator.value == terminator.value


@pytest.mark.parametrize("detection", ErrorDetection)
def test_every_error_detection_of_the_settings_is_one_of_sip2_s(detection: ErrorDetection) -> None:
    assert wire(Terminal("kiosk", error_detection=detection)).error_detection.value == detection.value
