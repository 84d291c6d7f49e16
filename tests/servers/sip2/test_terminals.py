"""Which terminal is on the line: by its certificate or its login, and by both only if they agree."""

from __future__ import annotations

from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.model.policy import Agency
from protocols.sip2.codec import ErrorDetection as WireDetection
from protocols.sip2.codec import LimitUnit as WireUnit
from protocols.sip2.framing import Terminator as WireTerminator
from servers.configuration.settings import ErrorDetection, LimitUnit, SecretHash, Terminal, Terminator
from servers.lines.tls import PeerIdentity
from servers.sip2.terminals import Terminals, wire
from servers.words.languages import Language
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


async def test_where_a_terminal_names_no_language_it_speaks_the_librarys(world: World) -> None:
    known = Terminals((), world.desk, world.credentials, home=Language.DE)
    assert known.station(Terminal("quiet")).language is Language.DE
    assert known.station(Terminal("french", language="002")).language is Language.FR


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
        assert terminals(world, BY_DNS, BY_NAME, BY_FINGERPRINT).certified(shown) == (found,)

    @pytest.mark.parametrize(
        "shown", [None, identity(), identity("else", ("else.example.org",)), identity("")]
    )
    async def test_who_is_not_in_the_configuration_is_nobody(
        self, world: World, shown: PeerIdentity | None
    ) -> None:
        known = terminals(world, BY_DNS, BY_NAME, BY_FINGERPRINT, LENT)
        assert known.certified(shown) is None

    async def test_a_terminal_with_addresses_is_nowhere_else(self, world: World) -> None:
        kiosk = replace(BY_NAME, addresses=("192.0.2.0/28", "2001:db8::/64"))
        known = terminals(world, kiosk)
        for address, found in [
            ("192.0.2.15", True),
            ("2001:db8::99", True),
            ("::ffff:192.0.2.1", True),
            ("192.0.2.16", False),
            ("", False),
        ]:
            assert known.certified(identity("kiosk-1"), address) == ((kiosk,) if found else ())

    async def test_a_fingerprint_is_no_name(self, world: World) -> None:
        """Anybody may write it into a certificate's name."""
        assert terminals(world, BY_FINGERPRINT).certified(identity(FINGERPRINT)) is None


SHARED = Terminal("anywhere", "user-a", SecretHash("word-a"), "kiosks")
BESIDE = Terminal("beside", "user-b", SecretHash("word-b"), "kiosks")
NEAR = Terminal("near", certificate="kiosks", addresses=("192.0.2.0/24",))
NEARER = Terminal("nearer", certificate="kiosks", addresses=("192.0.2.0/28", "198.51.100.0/24"))


class TestSharedCertificate:
    @pytest.mark.parametrize(
        ("address", "found"),
        [
            ("192.0.2.1", [NEARER]),
            ("192.0.2.99", [NEAR]),
            ("198.51.100.1", [NEARER]),
            ("203.0.113.1", [SHARED, BESIDE]),
        ],
        ids=["the smaller network", "the only network", "another network", "no network"],
    )
    async def test_the_smallest_network_decides_and_then_the_login(
        self, world: World, address: str, found: list[Terminal]
    ) -> None:
        known = terminals(world, SHARED, NEAR, NEARER, BESIDE)
        assert known.certified(identity("kiosks"), address) == tuple(found)

    async def test_the_login_chooses_among_exactly_those(self, world: World) -> None:
        known = terminals(world, SHARED, BESIDE, LENT)
        certified = known.certified(identity("kiosks"))
        chosen = await known.by_login("user-b", "word-b", certified)
        assert chosen is not None
        assert chosen.terminal is BESIDE
        assert await known.by_login("user-1", "word-1", certified) is None

    async def test_a_certificate_from_where_its_terminals_are_not_lets_nobody_log_in(
        self, world: World
    ) -> None:
        """It may have been stolen."""
        known = terminals(world, NEAR, LENT)
        certified = known.certified(identity("kiosks"), "203.0.113.1")
        assert certified == ()
        assert await known.by_login("user-1", "word-1", certified) is None

    async def test_a_certificate_of_nobody_leaves_the_login_open(self, world: World) -> None:
        known = terminals(world, NEAR, LENT)
        certified = known.certified(identity("unknown"))
        assert certified is None
        assert await known.by_login("user-1", "word-1", certified) is not None


class TestByAddress:
    BRANCH = Terminal("branch", addresses=("192.0.2.0/24", "2001:db8::/32"))
    DESK = Terminal("desk", addresses=("192.0.2.7",))

    def known(self, world: World, address_login: bool = True) -> Terminals:
        """Two of a branch, and others that must show more than an address."""
        shown = (replace(LENT, addresses=("192.0.2.8",)), replace(BY_NAME, addresses=("192.0.2.9",)))
        return Terminals((self.BRANCH, self.DESK, *shown), world.desk, world.credentials, address_login)

    @pytest.mark.parametrize(
        ("address", "found"),
        [
            ("192.0.2.7", "desk"),
            ("192.0.2.6", "branch"),
            ("2001:db8::1", "branch"),
            ("192.0.2.8", "branch"),
            ("192.0.2.9", "branch"),
            ("192.0.3.1", None),
            ("127.0.0.1", None),
            ("", None),
            ("/run/socket", None),
        ],
    )
    async def test_the_smallest_network_decides(self, world: World, address: str, found: str | None) -> None:
        station = self.known(world).by_address(address)
        assert (None if station is None else station.terminal.name) == found

    async def test_nobody_is_known_by_it_where_it_is_not_allowed(self, world: World) -> None:
        assert self.known(world, address_login=False).by_address("192.0.2.7") is None


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

    @pytest.mark.parametrize(("address", "let_in"), [("192.0.2.1", True), ("192.0.3.1", False), ("", False)])
    async def test_a_terminal_logs_in_from_its_addresses_alone(
        self, world: World, address: str, let_in: bool
    ) -> None:
        known = terminals(world, replace(LENT, addresses=("192.0.2.0/24",)), OTHER)
        assert (await known.by_login("user-1", "word-1", address=address) is not None) is let_in
        assert await known.by_login("user-2", "word-2", address=address) is not None

    @pytest.mark.parametrize(("location", "let_in"), [("MAIN", True), ("", True), ("EAST", False)])
    async def test_a_location_that_it_names_must_be_one_of_its_own(
        self, world: World, location: str, let_in: bool
    ) -> None:
        known = terminals(world, replace(LENT, locations=("MAIN",)), OTHER)
        assert (await known.by_login("user-1", "word-1", location=location) is not None) is let_in
        assert await known.by_login("user-2", "word-2", location=location) is not None

    async def test_whoever_is_refused_for_an_address_is_checked_like_others(self, world: World) -> None:
        """Else the time of the answer would tell from where a terminal may come."""
        known = terminals(world, replace(LENT, addresses=("192.0.2.0/24",)))
        await known.by_login("user-1", "wrong", address="203.0.113.1")
        assert world.credentials.checks == 1

    async def test_login_and_certificate_must_be_the_same_terminal_s(self, world: World) -> None:
        known = terminals(world, LENT, OTHER)
        assert await known.by_login("user-1", "word-1", (LENT,)) is not None
        assert await known.by_login("user-1", "word-1", (OTHER,)) is None


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
        field_limit_unit=LimitUnit.BYTES,
        screen_width=20,
        print_width=40,
    )
    written = wire(terminal)
    assert (written.field_limit_unit, written.screen_width, written.print_width) == (WireUnit.BYTES, 20, 40)
    assert (written.charset, written.fallback_charset, written.delimiter) == ("cp850", "ascii", "^")
    assert (written.terminator, written.error_detection) == (WireTerminator.CRLF, WireDetection.REQUIRED)


@pytest.mark.parametrize("terminator", Terminator)
def test_every_terminator_of_the_settings_is_one_of_sip2_s(terminator: Terminator) -> None:
    assert wire(Terminal("kiosk", terminator=terminator)).terminator.value == terminator.value


@pytest.mark.parametrize("detection", ErrorDetection)
def test_every_error_detection_of_the_settings_is_one_of_sip2_s(detection: ErrorDetection) -> None:
    assert wire(Terminal("kiosk", error_detection=detection)).error_detection.value == detection.value


@pytest.mark.parametrize("unit", LimitUnit)
def test_every_unit_of_the_settings_is_one_of_sip2_s(unit: LimitUnit) -> None:
    assert wire(Terminal("kiosk", field_limit_unit=unit)).field_limit_unit.value == unit.value


def test_terminals_that_write_alike_share_how() -> None:
    assert wire(Terminal("one", retries=1)) is wire(Terminal("other", retries=2))
