"""Requests: placed under a partner's number or without one, and cancelled by it or by item."""

from __future__ import annotations

import pytest

from core.model.records import Reference
from tests.fakes.world import ANN, BEN, BOOK, EMMA, KIOSK, World
from tests.matrix import proves
from tests.servers.ncip.speaking import Speaker, item, problem, request, user

TYPES = "<RequestType>Hold</RequestType><RequestScopeType>{}</RequestScopeType>"
TITLE = (
    "<BibliographicId><BibliographicRecordId><BibliographicRecordIdentifier>{}"
    "</BibliographicRecordIdentifier><AgencyId>TOWN</AgencyId></BibliographicRecordId></BibliographicId>"
)

ISBN = (
    "<BibliographicId><BibliographicItemId><BibliographicItemIdentifier>9780141439587"
    "</BibliographicItemIdentifier><BibliographicItemIdentifierCode>ISBN</BibliographicItemIdentifierCode>"
    "</BibliographicItemId></BibliographicId>"
)
OCLC = TITLE.format("b1").replace(
    "<AgencyId>TOWN</AgencyId>",
    "<BibliographicRecordIdentifierCode>OCLC</BibliographicRecordIdentifierCode>",
)


def ask(who: str, what: str, number: str = "", scope: str = "Item", more: str = "") -> str:
    known = request(number) if number else ""
    return f"<RequestItem>{user(who)}{what}{known}{TYPES.format(scope)}{more}</RequestItem>"


def drop(who: str, what: str) -> str:
    inside = f"{user(who)}{what}<RequestType>Hold</RequestType>"
    return f"<CancelRequestItem>{inside}</CancelRequestItem>"


@proves("RequestItem")
class TestRequestItem:
    async def test_an_item_is_held_under_the_number_of_the_partner(
        self, world: World, broker: Speaker
    ) -> None:
        assert await broker.ask(ask("P1", item("I1"), "R1")) == (
            "{RequestItemResponse {RequestId {AgencyId BROKER}{RequestIdentifierValue R1}}"
            "{ItemId {AgencyId TOWN}{ItemIdentifierValue I1}}"
            "{UserId {AgencyId TOWN}{UserIdentifierValue P1}}{RequestType Hold}{RequestScopeType Item}}"
        )
        (hold,) = world.library.holds_of(ANN)
        assert (hold.item, hold.reference, hold.pickup) == (BOOK, Reference("BROKER", "R1"), "MAIN")

    async def test_without_a_number_it_is_asked_for_once_until_a_loan_has_filled_it(
        self, world: World, broker: Speaker
    ) -> None:
        asked = ask("P1", TITLE.format("b1"), scope="Bibliographic Item")
        for _ in range(3):
            first = await broker.ask(asked)
            (hold,) = world.library.holds_of(ANN)
            assert await broker.ask(asked) == first
            assert world.library.holds_of(ANN) == [hold]
            world.desk.check_out(KIOSK, "P1", "I1")
            world.desk.check_in(KIOSK, "I1")
            assert world.library.holds_of(ANN) == []

    async def test_the_agency_of_its_number_is_told_as_it_was_sent(self, broker: Speaker) -> None:
        sent = request("R1").replace("<RequestId>", "<RequestId><AgencyId>DEMO</AgencyId>")
        answer = await broker.ask(
            ask("P1", item("I1"), more="").replace("<RequestType>", f"{sent}<RequestType>")
        )
        assert "{RequestId {AgencyId DEMO}{RequestIdentifierValue R1}}" in answer

    async def test_without_a_number_it_gets_one_of_ours(self, world: World, broker: Speaker) -> None:
        answer = await broker.ask(ask("P1", item("I1")))
        (hold,) = world.library.holds_of(ANN)
        assert f"{{RequestId {{AgencyId TOWN}}{{RequestIdentifierValue {hold.id}}}}}" in answer

    @pytest.mark.parametrize(
        "what", [TITLE.format("b1"), item("I1")], ids=["by title", "by one of its items"]
    )
    async def test_any_copy_of_a_title_will_do(self, world: World, broker: Speaker, what: str) -> None:
        answer = await broker.ask(ask("P1", what, "R1", "Bibliographic Item"))
        assert "{RequestScopeType Bibliographic Item}" in answer
        (hold,) = world.library.holds_of(ANN)
        assert (hold.bib, hold.item) == (EMMA, None)

    async def test_the_place_of_pickup_may_have_the_partners_name(
        self, world: World, broker: Speaker
    ) -> None:
        await broker.ask(ask("P1", item("I1"), "R1", more="<PickupLocation>Main</PickupLocation>"))
        await broker.ask(ask("P3", item("I1"), "R2", more="<PickupLocation>EAST</PickupLocation>"))
        assert [hold.pickup for hold in world.library.queue_of(EMMA)] == ["MAIN", "EAST"]

    async def test_the_last_day_it_is_needed_is_its_last_day(self, world: World, broker: Speaker) -> None:
        await broker.ask(ask("P1", item("I1"), "R1", more="<NeedBeforeDate>2026-04-01</NeedBeforeDate>"))
        (hold,) = world.library.holds_of(ANN)
        assert str(hold.expires) == "2026-04-01"

    async def test_for_a_stranger_it_is_for_who_stands_for_the_partner(
        self, world: World, broker: Speaker
    ) -> None:
        await broker.ask(ask("somebody", item("I1"), "R1"))
        await broker.ask(ask("somebody else", item("I1"), "R2"))
        assert len(list(world.library.holds_of(BEN))) == 2

    async def test_a_repeated_message_makes_no_second_request(self, world: World, broker: Speaker) -> None:
        first = await broker.ask(ask("P1", item("I1")))
        assert await broker.ask(ask("P1", item("I1"))) == first
        assert len(list(world.library.holds_of(ANN))) == 1

    @pytest.mark.parametrize(
        ("who", "what", "more", "kind", "detail", "element", "value"),
        [
            ("P1", item("I9"), "", "Unknown Item", "Unknown item", "ItemId", "I9"),
            ("P1", TITLE.format("b9"), "", "Unknown Item", "Unknown bib", "BibliographicId", "b9"),
            ("P4", item("I1"), "", "User Blocked", "Patron expired", "UserId", "P4"),
            ("P1", item("I4"), "", "Item Does Not Circulate", "Not holdable", "ItemId", "I4"),
            ("P1", item("I2"), "", "Duplicate Request", "Already held", "UserId", "P1"),
            (
                *("P3", item("I1"), "<PickupLocation>MOON</PickupLocation>"),
                *("Element Rule Violated", "Unknown pickup", "PickupLocation", "MOON"),
            ),
        ],
    )
    async def test_a_refusal_names_what_is_wrong(
        self,
        world: World,
        broker: Speaker,
        who: str,
        what: str,
        more: str,
        kind: str,
        detail: str,
        element: str,
        value: str,
    ) -> None:
        world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN", item="I2")
        assert await broker.ask(ask(who, what, more=more)) == problem(
            "RequestItemResponse", kind, detail, f"//RequestItem/{element}", value
        )

    @pytest.mark.parametrize("kind", ["Hold", "Loan", "Page", "Physical", "Stack Retrieval"])
    async def test_whatever_brings_the_thing_itself_is_a_hold(
        self, world: World, broker: Speaker, kind: str
    ) -> None:
        answer = await broker.ask(ask("P1", item("I1")).replace("Hold", kind))
        assert f"{{RequestType {kind}}}" in answer
        assert len(list(world.library.holds_of(ANN))) == 1

    @pytest.mark.parametrize(
        ("title", "element", "value"),
        [
            (ISBN, "BibliographicItemId", "9780141439587"),
            (OCLC, "BibliographicRecordId", "b1"),
        ],
    )
    async def test_titles_are_known_by_their_control_number_alone(
        self, world: World, broker: Speaker, title: str, element: str, value: str
    ) -> None:
        assert await broker.ask(ask("P1", title)) == problem(
            "RequestItemResponse",
            "Element Rule Violated",
            "Titles are known here by their control number alone",
            f"//RequestItem/BibliographicId/{element}",
            value,
        )
        assert "Problem" not in await broker.ask(ask("P1", title + TITLE.format("b1"))), "one of them is"

    async def test_a_copy_is_not_made_here(self, broker: Speaker) -> None:
        asked = ask("P1", item("I1")).replace("Hold", "Non-returnable Copy")
        kind = "Element Rule Violated"
        assert await broker.ask(asked) == problem(
            "RequestItemResponse", kind, kind, "//RequestItem/RequestType", "Non-returnable Copy"
        )


@proves("CancelRequestItem")
class TestCancelRequestItem:
    @pytest.mark.parametrize("what", [request("R1"), item("I1"), request("R1") + item("I1")])
    async def test_it_ends_by_its_number_or_by_user_and_item(
        self, world: World, broker: Speaker, what: str
    ) -> None:
        await broker.ask(ask("P1", item("I1"), "R1"))
        answer = await broker.ask(drop("P1", what))
        assert answer.startswith("{CancelRequestItemResponse {")
        assert answer.endswith("{UserId {AgencyId TOWN}{UserIdentifierValue P1}}}")
        assert list(world.library.holds_of(ANN)) == []
        assert await broker.ask(drop("P1", what)) == answer, "told again, it is told the same"

    async def test_our_own_number_is_good_for_its_user_only(self, world: World, broker: Speaker) -> None:
        world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN")
        (hold,) = world.library.holds_of(ANN)
        assert "{ProblemType Unknown Request}" in await broker.ask(drop("P3", request(str(hold.id))))
        assert "Problem" not in await broker.ask(drop("P1", request(str(hold.id))))

    async def test_what_nobody_asked_for_is_an_unknown_request(self, broker: Speaker) -> None:
        assert await broker.ask(drop("P1", request("R9"))) == problem(
            "CancelRequestItemResponse",
            "Unknown Request",
            "Unknown hold",
            "//CancelRequestItem/RequestId",
            "R9",
        )

    async def test_a_new_request_for_the_same_item_is_cancelled_by_the_same_message(
        self, world: World, broker: Speaker
    ) -> None:
        for number in ("R1", "R2"):
            await broker.ask(ask("P1", item("I1"), number))
            assert "Problem" not in await broker.ask(drop("P1", item("I1")))
            assert world.library.holds_of(ANN) == []
        assert "Problem" not in await broker.ask(drop("P1", item("I1")))


class TestUpdateRequestItem:
    def change(self, what: str, gone: str = "", new: str = "", more: str = "") -> str:
        deleted = f"<DeleteRequestFields>{gone}</DeleteRequestFields>" if gone else ""
        added = f"<AddRequestFields>{new}</AddRequestFields>" if new else ""
        return f"<UpdateRequestItem>{what}{deleted}{added}{more}</UpdateRequestItem>"

    MAIN, EAST = "<PickupLocation>Main</PickupLocation>", "<PickupLocation>EAST</PickupLocation>"
    UNTIL = "<NeedBeforeDate>2026-04-01</NeedBeforeDate>"

    @proves("UpdateRequestItem")
    async def test_it_is_fetched_elsewhere_and_needed_until_another_day(
        self, world: World, broker: Speaker
    ) -> None:
        await broker.ask(ask("P1", item("I1"), "R1"))
        done = (
            "{UpdateRequestItemResponse {ItemId {AgencyId TOWN}{ItemIdentifierValue I1}}"
            "{UserId {AgencyId TOWN}{UserIdentifierValue P1}}{RequestType Hold}{RequestScopeType Item}}"
        )
        changed = self.change(request("R1"), self.MAIN, self.EAST + self.UNTIL)
        assert await broker.ask(changed) == done
        (hold,) = world.library.holds_of(ANN)
        assert (hold.pickup, str(hold.expires)) == ("EAST", "2026-04-01")
        assert await broker.ask(changed) == done, "told again, it is told the same"
        assert await broker.ask(self.change(request("R1"), self.UNTIL)) == done
        (hold,) = world.library.holds_of(ANN)
        assert (hold.pickup, hold.expires) == ("EAST", None)

    async def test_without_a_number_user_and_item_tell_which(self, world: World, broker: Speaker) -> None:
        world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN")
        which = f"{user('P1')}{item('I2')}<RequestType>Hold</RequestType>"
        kinds = (
            "<ItemElementType>Circulation Status</ItemElementType><UserElementType>User Id</UserElementType>"
        )
        answer = await broker.ask(self.change(which, new=self.EAST, more=kinds))
        assert "{ItemIdentifierValue I2}" in answer
        assert "{RequestScopeType Bibliographic Item}" in answer
        assert "{CirculationStatus Available On Shelf}" in answer
        assert "{UserOptionalFields {UserId " in answer
        (hold,) = world.library.holds_of(ANN)
        assert hold.pickup == "EAST"

    async def test_what_is_so_already_stays(self, world: World, broker: Speaker) -> None:
        await broker.ask(ask("P1", TITLE.format("b1"), "R1", "Bibliographic Item"))
        answer = await broker.ask(self.change(request("R1"), new=self.MAIN))
        assert "{ItemIdentifierValue I1}" in answer, "the first that it may be"

    @pytest.mark.parametrize(
        ("what", "gone", "new", "kind", "detail", "element", "value"),
        [
            ("R9", "", EAST, "Unknown Request", "Unknown hold", "RequestId", "R9"),
            (
                *("R1", "", UNTIL + "<PickupLocation>MOON</PickupLocation>", "Element Rule Violated"),
                *("Unknown pickup", "AddRequestFields/PickupLocation", "MOON"),
            ),
            (
                *("R1", MAIN, UNTIL, "Unable To Delete Element", "Unable To Delete Element"),
                *("DeleteRequestFields/PickupLocation", "Main"),
            ),
            (
                *("R1", "", EAST + "<DateAvailable>2026-04-01T00:00:00Z</DateAvailable>"),
                *("Unable To Add Element", "Unable To Add Element", "AddRequestFields/DateAvailable", ""),
            ),
            (
                *("R1", "<RequestType>Hold</RequestType>", EAST, "Unable To Delete Element"),
                *("Unable To Delete Element", "DeleteRequestFields/RequestType", ""),
            ),
            (
                *("R1", "", EAST + "<NeedBeforeDate>2026-01-01</NeedBeforeDate>"),
                *("Invalid Date", "Invalid date", "", ""),
            ),
        ],
        ids=["request", "pickup", "no pickup", "no place for it", "not without it", "past"],
    )
    async def test_if_a_part_cannot_be_done_none_is(
        self,
        world: World,
        broker: Speaker,
        what: str,
        gone: str,
        new: str,
        kind: str,
        detail: str,
        element: str,
        value: str,
    ) -> None:
        await broker.ask(ask("P1", item("I1"), "R1"))
        before = world.library.holds_of(ANN)
        path = f"//UpdateRequestItem/{element}" if element else ""
        assert await broker.ask(self.change(request(what), gone, new)) == problem(
            "UpdateRequestItemResponse", kind, detail, path, value
        )
        assert world.library.holds_of(ANN) == before

    async def test_what_stands_ready_is_not_fetched_elsewhere(self, world: World, broker: Speaker) -> None:
        await broker.ask(ask("P1", item("I1"), "R1"))
        world.desk.check_in(KIOSK, "I1")
        answer = await broker.ask(self.change(request("R1"), new=self.EAST))
        assert "{ProblemType Unable To Add Element}{ProblemDetail Superseded}" in answer

    async def test_told_again_when_all_is_over_it_says_so(self, world: World, broker: Speaker) -> None:
        await broker.ask(ask("P1", TITLE.format("b1"), "R1", "Bibliographic Item"))
        changed = self.change(request("R1"), new=self.UNTIL)
        first = await broker.ask(changed)
        world.desk.check_out(KIOSK, "P1", "I2")
        assert world.library.holds_of(ANN) == []
        assert await broker.ask(changed) == first.replace("Bibliographic Item", "Item")
        world.desk.check_in(KIOSK, "I2")
        for barcode in ("I1", "I2"):
            world.desk.stock.delete_item(KIOSK, barcode)
        assert "{ProblemDetail Superseded}" in await broker.ask(changed)


@proves("LookupRequest")
class TestLookupRequest:
    ALL = (
        *("User Id", "Request Type", "Request Scope Type", "Request Status Type", "Hold Queue Position"),
        *("Need Before Date", "Pickup Location", "Pickup Expiry Date", "Date Of User Request"),
    )

    async def test_what_is_asked_for_is_told(self, broker: Speaker) -> None:
        await broker.ask(ask("P1", item("I1"), "R1"))
        kinds = "".join(f"<RequestElementType>{kind}</RequestElementType>" for kind in self.ALL)
        assert await broker.ask(f"<LookupRequest>{request('R1')}{kinds}</LookupRequest>") == (
            "{LookupRequestResponse {RequestId {AgencyId BROKER}{RequestIdentifierValue R1}}"
            "{ItemId {AgencyId TOWN}{ItemIdentifierValue I1}}"
            "{UserId {AgencyId TOWN}{UserIdentifierValue P1}}{RequestType Hold}{RequestScopeType Item}"
            "{RequestStatusType In Process}{HoldQueuePosition 1}{PickupLocation MAIN}"
            "{DateOfUserRequest 2026-03-02T09:30:00Z}}"
        )

    async def test_without_a_number_user_and_item_tell_which(self, world: World, broker: Speaker) -> None:
        world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN")
        asked = f"<LookupRequest>{user('P1')}{item('I1')}<RequestType>Hold</RequestType></LookupRequest>"
        assert (await broker.ask(asked)).startswith("{LookupRequestResponse {RequestId {AgencyId TOWN}")

    async def test_what_nobody_asked_for_is_unknown(self, broker: Speaker) -> None:
        assert await broker.ask(f"<LookupRequest>{request('R9')}</LookupRequest>") == problem(
            "LookupRequestResponse", "Unknown Request", "Unknown hold", "//LookupRequest/RequestId", "R9"
        )
