"""Lending, renewing and taking back, as brokers and discovery systems ask for it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from core.model.records import ItemStatus
from tests.fakes.world import ANN, BEN, BOOK, EAST_KIOSK, EMMA, FILM, KIOSK, POLICY, World
from tests.matrix import proves
from tests.servers.ncip.speaking import Speaker, item, problem, proof, request, town, user

ITEM = "{ItemId {AgencyId TOWN}{ItemIdentifierValue I1}}"
MANDATED = "<MandatedAction><DateEventOccurred>2026-03-01T10:00:00</DateEventOccurred></MandatedAction>"


def out(who: str, barcode: str = "I1", more: str = "", before: str = "") -> str:
    return f"<CheckOutItem>{before}{who}{item(barcode)}{more}</CheckOutItem>"


def back(barcode: str = "I1", more: str = "") -> str:
    return f"<CheckInItem>{item(barcode)}{more}</CheckInItem>"


def again(who: str, barcode: str = "I1") -> str:
    return f"<RenewItem>{who}{item(barcode)}</RenewItem>"


@proves("CheckOutItem")
class TestCheckOutItem:
    async def test_the_answer_tells_until_when(self, world: World, broker: Speaker) -> None:
        assert await broker.ask(out(user("P1"))) == (
            f"{{CheckOutItemResponse {ITEM}{{UserId {{AgencyId TOWN}}{{UserIdentifierValue P1}}}}"
            "{DateDue 2026-03-30T21:59:00Z}{RenewalCount 0}}"
        )
        loan = world.library.items[BOOK].loan
        assert loan is not None
        assert loan.patron == ANN

    async def test_a_repeated_message_gets_the_first_answer(self, world: World, broker: Speaker) -> None:
        first = await broker.ask(out(user("P1")))
        world.clock.advance(hours=3)
        assert await broker.ask(out(user("P1"))) == first

    async def test_koha_sends_another_message_for_who_has_it_and_is_told_of_the_loan(
        self, world: World, broker: Speaker
    ) -> None:
        first = await broker.ask(out(user("P1")))
        world.clock.advance(hours=3)
        other = out(user("P1"), more="<DesiredDateDue>2026-05-01</DesiredDateDue>")
        assert await broker.ask(other) == first

    async def test_after_its_return_the_same_message_lends_it_again(
        self, world: World, broker: Speaker
    ) -> None:
        await broker.ask(out(user("P1")))
        world.desk.check_in(KIOSK, "I1")
        await broker.ask(out(user("P1")))
        assert world.library.items[BOOK].status is ItemStatus.ON_LOAN

    async def test_for_a_stranger_it_is_lent_to_who_stands_for_the_partner(
        self, world: World, broker: Speaker
    ) -> None:
        await broker.ask(out(user("borrower-of-elsewhere")))
        loan = world.library.items[BOOK].loan
        assert loan is not None
        assert loan.patron == BEN

    async def test_elements_that_are_asked_for_come_with_it(self, broker: Speaker) -> None:
        kinds = (
            "<ItemElementType>Circulation Status</ItemElementType>"
            "<UserElementType>Name Information</UserElementType>"
        )
        answer = await broker.ask(out(user("P1"), more=kinds))
        assert "{ItemOptionalFields {CirculationStatus On Loan}}" in answer
        assert "{UnstructuredPersonalUserName Ann Ngata}" in answer

    @pytest.mark.parametrize(
        ("who", "barcode", "kind", "detail", "element", "value"),
        [
            ("P1", "I9", "Unknown Item", "Unknown item", "ItemId", "I9"),
            ("P4", "I1", "User Blocked", "Patron expired", "UserId", "P4"),
            ("P1", "I4", "Item Does Not Circulate", "Not for loan", "ItemId", "I4"),
            ("P1", "I2", "Resource Cannot Be Provided", "Lent to another", "ItemId", "I2"),
        ],
    )
    async def test_a_refusal_names_what_is_wrong(
        self,
        world: World,
        broker: Speaker,
        who: str,
        barcode: str,
        kind: str,
        detail: str,
        element: str,
        value: str,
    ) -> None:
        world.desk.check_out(KIOSK, "P3", "I2")
        assert await broker.ask(out(user(who), barcode)) == problem(
            "CheckOutItemResponse", kind, detail, f"//CheckOutItem/{element}", value
        )

    async def test_a_wrong_pin_is_refused_and_told_of_no_earlier_loan(self, broker: Speaker) -> None:
        await broker.ask(out(proof("P1", "pin-of-P1")))
        answer = await broker.ask(out(proof("P1", "wrong")))
        assert "{ProblemType User Authentication Failed}" in answer
        assert "wrong" not in answer

    async def test_what_costs_a_fee_is_lent_once_that_is_acknowledged(self) -> None:
        rental = tuple(replace(terms, rental=Decimal("1.50")) for terms in POLICY.terms)
        world = await town(terms=rental)
        broker = Speaker(world)
        assert await broker.ask(out(user("P1"))) == (
            "{CheckOutItemResponse {Problem {ProblemType Needed Data Missing}"
            "{ProblemDetail Fee to acknowledge}{ProblemElement //CheckOutItem/AcknowledgedFeeAmount}}"
            "{RequiredFeeAmount {CurrencyCode EUR}{MonetaryValue 150}}}"
        )
        amount = "<CurrencyCode>EUR</CurrencyCode><MonetaryValue>150</MonetaryValue>"
        agreed = f"<AcknowledgedFeeAmount>{amount}</AcknowledgedFeeAmount>"
        answer = await broker.ask(out(user("P1"), more=agreed))
        assert "{FiscalTransactionType Rental}{Amount {CurrencyCode EUR}{MonetaryValue 150}}" in answer
        await world.stop()

    async def test_what_has_happened_already_is_booked_as_of_then(
        self, world: World, broker: Speaker
    ) -> None:
        """Z39.83-1, MandatedAction: recorded whatever the rules say; without a zone it is the library's."""
        await broker.ask(out(user("P4"), before=MANDATED))
        loan = world.library.items[BOOK].loan
        assert loan is not None
        assert loan.out_at.isoformat() == "2026-03-01T09:00:00+00:00"
        (line,) = world.desk.discrepancies()
        assert line.reasons == ("patron-expired",)


@proves("CheckInItem")
class TestCheckInItem:
    async def test_the_answer_tells_who_had_it(self, world: World, broker: Speaker) -> None:
        world.desk.check_out(KIOSK, "P1", "I1")
        assert await broker.ask(back()) == (
            f"{{CheckInItemResponse {ITEM}{{UserId {{AgencyId TOWN}}{{UserIdentifierValue P1}}}}}}"
        )

    async def test_what_is_not_on_loan_is_well_where_it_is(self, broker: Speaker) -> None:
        assert await broker.ask(back()) == f"{{CheckInItemResponse {ITEM}}}"

    async def test_what_belongs_elsewhere_is_sent_there(self, world: World, broker: Speaker) -> None:
        answer = await broker.ask(back("I3"))
        assert "{RoutingInformation {RoutingInstructions Please send to East Branch.}" in answer
        assert "{LocationNameValue East Branch}" in answer
        assert world.library.items[FILM].status is ItemStatus.IN_TRANSIT

    async def test_the_same_scan_later_is_another_and_finds_who_waits_since(
        self, world: World, broker: Speaker
    ) -> None:
        first = await broker.ask(back())
        world.desk.place_hold(KIOSK, "P3", EMMA, "EAST")
        assert await broker.ask(back()) == first, "so soon it may be a repetition"
        world.clock.advance(hours=3)
        assert "{RoutingInformation " in await broker.ask(back())

    async def test_a_user_and_a_request_are_passed_over_though_the_schema_forbids_them(
        self, broker: Speaker
    ) -> None:
        answer = await broker.ask(back(more=user("P1") + request("R1")))
        assert answer == f"{{CheckInItemResponse {ITEM}}}"


@proves("RenewItem")
class TestRenewItem:
    async def test_the_answer_tells_until_when(self, world: World, broker: Speaker) -> None:
        world.desk.check_out(KIOSK, "P1", "I1")
        world.clock.advance(days=7)
        assert await broker.ask(again(user("P1"))) == (
            f"{{RenewItemResponse {ITEM}{{UserId {{AgencyId TOWN}}{{UserIdentifierValue P1}}}}"
            "{DateDue 2026-04-06T21:59:00Z}{RenewalCount 1}}"
        )

    async def test_the_same_words_soon_are_a_repetition_and_later_another_renewal(
        self, world: World, broker: Speaker
    ) -> None:
        """Clients ask again when an answer is late (mod-ncip, Princeton's); readers renew twice a day."""
        world.desk.check_out(KIOSK, "P1", "I1")
        world.clock.advance(days=7)
        first = await broker.ask(again(user("P1")))
        assert "{RenewalCount 1}" in first
        world.clock.advance(minutes=15)
        assert await broker.ask(again(user("P1"))) == first
        world.clock.advance(hours=20)
        assert "{RenewalCount 2}" in await broker.ask(again(user("P1")))

    async def test_a_renewal_that_tells_its_moment_is_that_renewal_all_day(
        self, world: World, broker: Speaker
    ) -> None:
        world.desk.check_out(KIOSK, "P1", "I1")
        world.clock.advance(days=7)
        moment = "<DateEventOccurred>2026-03-09T08:00:00Z</DateEventOccurred>"
        happened = f"<RenewItem><MandatedAction>{moment}</MandatedAction>"
        told = again(user("P1")).replace("<RenewItem>", happened)
        first = await broker.ask(told)
        world.clock.advance(hours=3)
        assert await broker.ask(told) == first

    async def test_what_somebody_else_has_cannot_be_renewed(self, world: World, broker: Speaker) -> None:
        world.desk.check_out(KIOSK, "P3", "I1")
        kind = "User Ineligible To Renew This Item"
        assert await broker.ask(again(user("P1"))) == problem(
            "RenewItemResponse", kind, "Not lent to patron", "//RenewItem/ItemId", "I1"
        )

    async def test_what_is_not_on_loan_cannot_be_renewed(self, broker: Speaker) -> None:
        assert await broker.ask(again(user("P1"))) == problem(
            "RenewItemResponse", "Item Not Checked Out", "Not on loan", "//RenewItem/ItemId", "I1"
        )

    async def test_what_others_wait_for_cannot_be_renewed(self, world: World, broker: Speaker) -> None:
        for barcode, who in (("I1", "P1"), ("I2", "P2")):
            world.desk.check_out(KIOSK, who, barcode)
        world.desk.place_hold(EAST_KIOSK, "P3", EMMA, "EAST")
        answer = await broker.ask(again(user("P1")))
        assert "{ProblemType Renewal Not Allowed - Item Has Outstanding Requests}" in answer


@proves("RecallItem", "CancelRecallItem")
class TestRecalls:
    async def test_a_recall_tells_the_new_date_and_its_end_brings_back_the_old_one(
        self, world: World, broker: Speaker
    ) -> None:
        world.desk.check_out(KIOSK, "P1", "I1")
        world.clock.advance(days=10)
        recalled = await broker.ask(f"<RecallItem>{item('I1')}</RecallItem>")
        assert recalled == (
            "{RecallItemResponse {ItemId {ItemIdentifierValue I1}}{DateDue 2026-03-19T22:59:00Z}}"
        )
        await broker.ask(f"<CancelRecallItem>{item('I1')}</CancelRecallItem>")
        loan = world.library.items[BOOK].loan
        assert loan is not None
        assert loan.due.isoformat() == "2026-03-30T21:59:00+00:00"

    async def test_what_is_not_on_loan_cannot_be_recalled(self, broker: Speaker) -> None:
        assert await broker.ask(f"<RecallItem>{item('I1')}</RecallItem>") == problem(
            "RecallItemResponse", "Item Not Checked Out", "Not on loan", "//RecallItem/ItemId", "I1"
        )


@proves("UndoCheckOutItem")
async def test_a_loan_can_be_undone_as_if_it_had_never_been(world: World, broker: Speaker) -> None:
    await broker.ask(out(user("P1")))
    assert await broker.ask(f"<UndoCheckOutItem>{item('I1')}</UndoCheckOutItem>") == (
        "{UndoCheckOutItemResponse {ItemId {ItemIdentifierValue I1}}}"
    )
    assert world.library.items[BOOK].loan is None
