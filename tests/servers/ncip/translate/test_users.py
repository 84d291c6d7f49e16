"""LookupUser: what a partner is told of a patron, and what it is not."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from core.model.records import BlockKind
from servers.configuration.settings import PinCheck, Settings
from tests.fakes.world import ANN, KIOSK, METROPOLIS, World
from tests.matrix import proves
from tests.servers.ncip.speaking import BROKER, Speaker, problem, proof, user

ID = "{UserId {AgencyId TOWN}{UserIdentifierValue P1}}"


def lookup(who: str, *elements: str, also: str = "") -> str:
    kinds = "".join(f"<UserElementType>{element}</UserElementType>" for element in elements)
    return f"<LookupUser>{who}{kinds}{also}</LookupUser>"


async def test_only_the_id_is_told_where_nothing_else_is_asked_for(broker: Speaker) -> None:
    assert await broker.ask(lookup(user("P1"))) == f"{{LookupUserResponse {ID}}}"


async def test_whoever_is_not_known_is_an_unknown_user(broker: Speaker) -> None:
    assert await broker.ask(lookup(user("P9"))) == problem(
        "LookupUserResponse", "Unknown User", "Unknown patron", "//LookupUser/UserId", "P9"
    )


@proves("LookupUser")
async def test_the_elements_that_are_asked_for_are_told(broker: Speaker) -> None:
    assert await broker.ask(lookup(user("P1"), "Name Information", "User Privilege")) == (
        f"{{LookupUserResponse {ID}{{UserOptionalFields {{NameInformation {{PersonalNameInformation "
        "{StructuredPersonalUserName {GivenName Ann}{Surname Ngata}}{UnstructuredPersonalUserName Ann Ngata}"
        "}}{UserPrivilege {AgencyId TOWN}{AgencyUserPrivilegeType adult}"
        "{UserPrivilegeStatus {UserPrivilegeStatusType ACTIVE}}}}}"
    )


@pytest.mark.parametrize(("patron", "status"), [("P1", "ACTIVE"), ("P4", "EXPIRED"), ("P2", "BARRED")])
async def test_standing_is_told_in_the_words_that_clients_look_for(
    world: World, broker: Speaker, patron: str, status: str
) -> None:
    world.desk.block(KIOSK, "P2", BlockKind.STAFF)
    answer = await broker.ask(lookup(user(patron), "User Privilege"))
    assert f"{{UserPrivilegeStatusType {status}}}" in answer


async def test_blocks_are_told_where_there_are_any(world: World, broker: Speaker) -> None:
    assert "BlockOrTrap " not in await broker.ask(lookup(user("P1"), "Block Or Trap"))
    world.desk.block(KIOSK, "P1", BlockKind.CARD_LOST)
    answer = await broker.ask(lookup(user("P1"), "Block Or Trap"))
    for kind in ("Block Check Out", "Block Renewal", "Block Request Item", "Trap For Lost Card"):
        assert f"{{BlockOrTrapType {kind}}}" in answer


@proves("LookupUser")
async def test_loans_requests_and_fees_are_told_where_they_are_desired(world: World, broker: Speaker) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.place_hold(KIOSK, "P1", METROPOLIS, "MAIN")
    world.charge(ANN, "1.50")
    desired = "<LoanedItemsDesired/><RequestedItemsDesired/><UserFiscalAccountDesired/>"
    assert await broker.ask(lookup(user("P1"), also=desired)) == (
        f"{{LookupUserResponse {ID}"
        "{UserFiscalAccount {AccountBalance {CurrencyCode EUR}{MonetaryValue 150}}"
        "{AccountDetails {AccrualDate 2026-03-02T09:30:00Z}{FiscalTransactionInformation "
        "{FiscalActionType Assess}{FiscalTransactionReferenceId {AgencyId TOWN}"
        "{FiscalTransactionIdentifierValue 900}}{FiscalTransactionType Fine}"
        "{Amount {CurrencyCode EUR}{MonetaryValue 150}}}}}"
        "{LoanedItem {ItemId {AgencyId TOWN}{ItemIdentifierValue I1}}{DateDue 2026-03-30T21:59:00Z}"
        "{Title Emma}{MediumType Book}}"
        "{RequestedItem {RequestId {AgencyId TOWN}{RequestIdentifierValue 1000}}{RequestType Hold}"
        "{RequestStatusType In Process}{DatePlaced 2026-03-02T09:30:00Z}{PickupLocation MAIN}"
        "{HoldQueuePosition 1}{Title Metropolis}}}"
    )


class TestPins:
    async def test_a_right_one_is_as_good_as_an_id(self, broker: Speaker) -> None:
        assert await broker.ask(lookup(proof("P1", "pin-of-P1"))) == f"{{LookupUserResponse {ID}}}"

    @pytest.mark.parametrize("patron", ["P1", "P9"], ids=["known", "unknown"])
    async def test_a_wrong_one_tells_nothing_and_is_not_repeated(self, broker: Speaker, patron: str) -> None:
        assert await broker.ask(lookup(proof(patron, "Canary1"))) == problem(
            "LookupUserResponse",
            "User Authentication Failed",
            "Wrong pin",
            "//LookupUser/AuthenticationInput",
        )

    async def test_an_id_beside_a_proof_is_taken_though_the_schema_forbids_it(self, broker: Speaker) -> None:
        assert (
            await broker.ask(lookup(user("P1") + proof("P1", "pin-of-P1"))) == f"{{LookupUserResponse {ID}}}"
        )

    async def test_a_partner_may_be_obliged_to_send_one(self, world: World) -> None:
        strict = replace(BROKER, pin=PinCheck.ALWAYS)
        broker = Speaker(world, strict, settings=Settings(ncip_agency=(strict,)))
        assert "User Authentication Failed" in await broker.ask(lookup(user("P1")))
        assert await broker.ask(lookup(proof("P1", "pin-of-P1"))) == f"{{LookupUserResponse {ID}}}"

    async def test_a_partner_may_go_without(self, world: World) -> None:
        trusting = replace(BROKER, pin=PinCheck.NEVER)
        broker = Speaker(world, trusting, settings=Settings(ncip_agency=(trusting,)))
        assert await broker.ask(lookup(proof("P1", "wrong"))) == f"{{LookupUserResponse {ID}}}"
