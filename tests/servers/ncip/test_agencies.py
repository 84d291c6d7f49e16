"""Who may speak: by name and profile, and then by secret, certificate and address."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from servers.configuration.settings import (
    NcipAgency,
    NcipSettings,
    RemoteStorage,
    SecretHash,
    Settings,
)
from servers.lines.tls import PeerIdentity
from servers.ncip.agencies import MOST_MET
from tests.fakes.world import World
from tests.matrix import proves
from tests.servers.ncip.speaking import (
    AT_ONCE,
    BROKER,
    DEPOT_STORAGE,
    STORE,
    Speaker,
    item,
    problem,
    short,
    user,
)

ASKED = f"<LookupUser>{user('P1')}</LookupUser>"
ANSWER = "{LookupUserResponse {UserId {AgencyId TOWN}{UserIdentifierValue P1}}}"
HEADER = "//LookupUser/InitiationHeader"
FAILED = problem(
    "LookupUserResponse",
    "Agency Authentication Failed",
    "Agency Authentication Failed",
    f"{HEADER}/FromAgencyAuthentication",
)
KIOSK_CERTIFICATE = PeerIdentity("broker.example.org", ("b.example.org",), "ab" * 32)


def speaker(world: World, *agencies: NcipAgency, **given: str) -> Speaker:
    storages: tuple[RemoteStorage, ...] = (DEPOT_STORAGE,)
    settings = Settings(ncip=AT_ONCE, ncip_agency=agencies, remote_storage=storages)
    return Speaker(world, agencies[0], settings=settings, **given)


def guesser(world: World, *others: NcipAgency) -> Speaker:
    """Somebody with a wrong secret where three are too many."""
    few = NcipSettings(secret_failure_delay=0, secret_failures_per_source=3, secret_failure_window=60)
    settings = Settings(ncip=few, ncip_agency=(BROKER, *others))
    return Speaker(world, BROKER, secret="word-9", settings=settings)


class TestNames:
    async def test_whoever_is_not_listed_is_an_unknown_agency(self, world: World) -> None:
        stranger = speaker(world, BROKER, sender="MOON")
        assert await stranger.ask(ASKED) == problem(
            "LookupUserResponse",
            "Unknown Agency",
            "Unknown Agency",
            f"{HEADER}/FromAgencyId/AgencyId",
            "MOON",
        )

    async def test_an_alias_is_a_name(self, world: World) -> None:
        named = replace(BROKER, aliases=("OTHER",))
        assert await speaker(world, named, sender="OTHER").ask(ASKED) == ANSWER

    async def test_a_profile_that_is_not_its_own_is_refused(self, world: World) -> None:
        kind = "Unauthorized Combination Of Element Values For Agency"
        assert await speaker(world, BROKER, profile="DEPOT").ask(ASKED) == problem(
            "LookupUserResponse", kind, kind, f"{HEADER}/ApplicationProfileType", "DEPOT"
        )

    async def test_a_partner_without_profiles_may_name_any(self, world: World) -> None:
        plain = replace(BROKER, profiles=())
        assert await speaker(world, plain, profile="WHATEVER").ask(ASKED) == ANSWER

    async def test_a_store_is_one_only_under_a_profile_that_its_partner_lists(self, world: World) -> None:
        plain = replace(BROKER, profiles=())
        lent = await speaker(world, plain, profile="DEPOT").ask(
            f"<CheckOutItem>{user('P1')}{item('I1')}</CheckOutItem>"
        )
        assert "{DateDue " in lent

    async def test_two_of_one_name_are_told_apart_by_profile(self, world: World) -> None:
        broker = replace(BROKER, aliases=("TOWN",))
        assert await speaker(world, broker, STORE, sender="TOWN").ask(ASKED) == ANSWER
        as_store = speaker(world, STORE, broker, sender="TOWN")
        assert "Unsupported Service" in await as_store.ask(ASKED)

    async def test_without_a_header_something_is_missing(self, world: World) -> None:
        broker = speaker(world, BROKER)
        body = broker.message(ASKED).replace(broker.header(), "").encode()
        answer = (await broker.post(body)).body
        assert b"Needed Data Missing" in answer
        assert b"ResponseHeader" not in answer

    async def test_a_certificate_does_for_a_header(self, world: World) -> None:
        certified = NcipAgency("BROKER", certificate="broker.example.org")
        broker = speaker(world, certified)
        broker.identity = KIOSK_CERTIFICATE
        body = broker.message(ASKED).replace(broker.header(), "").encode()
        assert b"UserIdentifierValue>P1<" in (await broker.post(body)).body


class TestProofs:
    @proves("a partner is proven by secret, certificate or address")
    async def test_a_wrong_secret_fails(self, world: World) -> None:
        assert await speaker(world, BROKER, secret="Canary1").ask(ASKED) == FAILED

    async def test_the_secret_of_the_system_is_as_good(self, world: World) -> None:
        broker = speaker(world, BROKER)
        told = broker.message(ASKED).replace("FromAgencyAuthentication", "FromSystemAuthentication")
        assert b"P1" in (await broker.post(told.encode())).body

    @pytest.mark.parametrize(
        "certificate",
        ["broker.example.org", "B.example.org", "AB:" * 31 + "AB"],
        ids=["name", "DNS", "print"],
    )
    @proves("a partner is proven by secret, certificate or address")
    async def test_a_certificate_must_be_shown_where_there_is_one(
        self, world: World, certificate: str
    ) -> None:
        certified = replace(BROKER, secret=SecretHash(), certificate=certificate)
        broker = speaker(world, certified)
        assert await broker.ask(ASKED) == FAILED
        broker.identity = KIOSK_CERTIFICATE
        assert await broker.ask(ASKED) == ANSWER
        broker.identity = PeerIdentity("other", (), "cd" * 32)
        assert await broker.ask(ASKED) == FAILED

    @proves("a partner is proven by secret, certificate or address")
    async def test_whoever_comes_from_elsewhere_fails(self, world: World) -> None:
        broker = speaker(world, replace(BROKER, addresses=("192.0.2.0/24",)))
        assert await broker.ask(ASKED) == FAILED
        broker.peer = "192.0.2.7"
        assert await broker.ask(ASKED) == ANSWER

    @proves("a partner is proven by secret, certificate or address")
    async def test_whoever_was_let_in_proves_it_again_from_elsewhere_and_for_something_else(
        self, world: World
    ) -> None:
        near = replace(BROKER, secret=SecretHash(), addresses=("192.0.2.7/32",), services=("LookupUser",))
        broker = speaker(world, near)
        for peer, answer in (("192.0.2.7", ANSWER), ("192.0.2.8", FAILED)) * 2:
            broker.peer = peer
            assert await broker.ask(ASKED) == answer
        broker.peer = "192.0.2.7"
        assert "Unauthorized Service" in await broker.ask(f"<LookupItem>{item('I1')}</LookupItem>")

    async def test_so_many_are_remembered_and_all_let_in(self, world: World) -> None:
        broker = speaker(world, replace(BROKER, secret=SecretHash()))
        for number in range(MOST_MET + 2):
            broker.peer = f"192.0.{number // 256}.{number % 256}"
            assert await broker.ask(ASKED) == ANSWER


class TestGuesses:
    """Wrong secrets: too many from one address, and its partners that failed are not looked at any more."""

    @proves("secrets cannot be guessed at speed")
    async def test_after_too_many_not_even_the_right_secret_is_looked_at(self, world: World) -> None:
        broker = guesser(world)
        with capture_logs() as lines:
            for _ in range(3):
                assert await broker.ask(ASKED) == FAILED
        assert [line["event"] for line in lines if line["log_level"] == "error"] == ["ncip-secrets-failing"]
        checks = world.credentials.checks
        broker.secret = "word-1"
        assert await broker.ask(ASKED) == FAILED
        assert world.credentials.checks == checks
        broker.seconds.now += 60
        assert await broker.ask(ASKED) == ANSWER

    async def test_another_address_is_not_kept_out(self, world: World) -> None:
        broker = guesser(world)
        for _ in range(3):
            await broker.ask(ASKED)
        broker.secret, broker.peer = "word-1", "192.0.2.7"
        assert await broker.ask(ASKED) == ANSWER

    async def test_a_partner_that_has_not_failed_from_there_is_let_in(self, world: World) -> None:
        other = replace(BROKER, code="OTHER", secret=SecretHash("word-2"))
        broker = guesser(world, other)
        for _ in range(3):
            await broker.ask(ASKED)
        broker.sender, broker.secret = "OTHER", "word-2"
        assert await broker.ask(ASKED) == ANSWER

    async def test_whoever_fails_waits_for_the_answer(self, world: World) -> None:
        slow = Settings(ncip=NcipSettings(secret_failure_delay=3600), ncip_agency=(BROKER,))
        broker = Speaker(world, BROKER, settings=slow)
        assert await broker.ask(ASKED) == ANSWER
        broker.secret = "word-9"
        asked = asyncio.ensure_future(broker.ask(ASKED))
        done, _ = await asyncio.wait([asked], timeout=0.01)
        assert not done
        asked.cancel()

    async def test_limits_and_failures_outlive_a_reload(self, world: World) -> None:
        broker = guesser(world)
        for _ in range(3):
            await broker.ask(ASKED)
        broker.responder.take_on(broker.settings)
        broker.secret = "word-1"
        assert await broker.ask(ASKED) == FAILED
        few = replace(broker.settings, ncip=replace(broker.settings.ncip, secret_failures_per_source=9))
        broker.responder.take_on(few)
        assert await broker.ask(ASKED) == ANSWER


class TestReceivers:
    """ToAgencyId: a message for somebody else is not for us."""

    @pytest.mark.parametrize("name", ["TOWN", "town", "MAIN", "East", "MAIN.DESK", "Main", "SYMBOL"])
    async def test_we_are_called_by_our_codes_in_any_case_and_by_what_a_partner_calls_us(
        self, world: World, name: str
    ) -> None:
        broker = speaker(world, replace(BROKER, our_names=("Symbol",)))
        body = broker.message(ASKED).replace("<ToAgencyId><AgencyId>TOWN<", f"<ToAgencyId><AgencyId>{name}<")
        assert b"UserIdentifierValue>P1<" in (await broker.post(body.encode())).body

    async def test_no_name_is_fine(self, world: World) -> None:
        broker = speaker(world, BROKER)
        body = broker.message(ASKED).replace("<ToAgencyId><AgencyId>TOWN</AgencyId></ToAgencyId>", "")
        assert b"UserIdentifierValue>P1<" in (await broker.post(body.encode())).body

    @proves("a message for another agency is an Unknown Agency")
    async def test_another_agency_is_unknown_here(self, world: World) -> None:
        broker = speaker(world, BROKER)
        body = broker.message(ASKED).replace("<ToAgencyId><AgencyId>TOWN<", "<ToAgencyId><AgencyId>MOON<")
        kind = "Unknown Agency"
        assert short((await broker.post(body.encode())).body) == problem(
            "LookupUserResponse", kind, kind, f"{HEADER}/ToAgencyId/AgencyId", "MOON"
        )

    async def test_whoever_is_not_proven_learns_nothing_of_our_names(self, world: World) -> None:
        broker = speaker(world, BROKER, secret="Canary1")
        body = broker.message(ASKED).replace("<ToAgencyId><AgencyId>TOWN<", "<ToAgencyId><AgencyId>MOON<")
        assert short((await broker.post(body.encode())).body) == FAILED


class TestRights:
    @proves("services and systems by partner")
    async def test_a_service_that_is_not_listed_is_not_authorised(self, world: World) -> None:
        broker = speaker(world, replace(BROKER, services=("LookupItem",)))
        kind = "Unauthorized Service For Agency"
        assert await broker.ask(ASKED) == problem(
            "LookupUserResponse", kind, kind, f"{HEADER}/FromAgencyId/AgencyId", "BROKER"
        )
        assert "Problem" not in await broker.ask(f"<LookupItem>{item('I1')}</LookupItem>")

    @proves("services and systems by partner")
    async def test_a_system_that_is_not_listed_is_unknown(self, world: World) -> None:
        broker = speaker(world, replace(BROKER, systems=("ILL",)))
        assert await broker.ask(ASKED) == problem(
            "LookupUserResponse", "Unknown System", "Unknown System", f"{HEADER}/FromSystemId"
        )
