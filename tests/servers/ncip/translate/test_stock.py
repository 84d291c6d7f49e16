"""What partners say of the record of an item."""

from __future__ import annotations

import pytest

from core.model.records import Guest, ItemStatus, Medium, Reference
from tests.fakes.world import ANN, BOOK, EMMA, KIOSK, World
from tests.matrix import proves
from tests.servers.ncip.speaking import Speaker, item, problem, request, user
from tests.servers.ncip.translate.test_guests import accept


def status(name: str, barcode: str = "I1") -> str:
    kind = f"<CirculationStatus>{name}</CirculationStatus>"
    return f"<UpdateCirculationStatus>{item(barcode)}{kind}</UpdateCirculationStatus>"


def report(flag: str) -> str:
    inside = f"{item('I1')}{user('P1')}{flag}"
    return f"<ReportCirculationStatusChange>{inside}</ReportCirculationStatusChange>"


def described(**fields: str) -> str:
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
    return f"<BibliographicDescription>{inside}</BibliographicDescription>" if inside else ""


def located(*names: str, kind: str = "Permanent Location") -> str:
    levels = "".join(
        f"<LocationNameInstance><LocationNameLevel>{level}</LocationNameLevel>"
        f"<LocationNameValue>{name}</LocationNameValue></LocationNameInstance>"
        for level, name in enumerate(names, 1)
    )
    return f"<Location><LocationType>{kind}</LocationType><LocationName>{levels}</LocationName></Location>"


def create(*parts: str) -> str:
    return f"<CreateItem>{''.join(parts)}</CreateItem>"


def change(barcode: str, gone: str = "", new: str = "") -> str:
    deleted = f"<DeleteItemFields>{gone}</DeleteItemFields>" if gone else ""
    added = f"<AddItemFields>{new}</AddItemFields>" if new else ""
    return f"<UpdateItem>{item(barcode)}{deleted}{added}</UpdateItem>"


RECORD = (
    "<BibliographicRecordId><BibliographicRecordIdentifier>{}</BibliographicRecordIdentifier>{}"
    "</BibliographicRecordId>"
)
HERE = "<AgencyId>TOWN</AgencyId>"
STACKS = located("MAIN", "Main stacks")
SHELF_MARK = (
    "<ItemDescription><CallNumber>PR 1</CallNumber><HoldingsInformation><StructuredHoldingsData>"
    "<HoldingsEnumeration><EnumerationLevelInstance><EnumerationCaption>Vol.</EnumerationCaption>"
    "<EnumerationValue>2</EnumerationValue></EnumerationLevelInstance></HoldingsEnumeration>"
    "<HoldingsChronology><ChronologyLevelInstance><ChronologyLevel>1</ChronologyLevel>"
    "<ChronologyValue>1999</ChronologyValue></ChronologyLevelInstance></HoldingsChronology>"
    "</StructuredHoldingsData></HoldingsInformation></ItemDescription>"
)


class TestCreateItem:
    @proves("CreateItem")
    async def test_a_new_item_has_a_title_a_place_and_a_status(self, world: World, broker: Speaker) -> None:
        title = described(Author="Woolf, Virginia", PublicationDate="1931", Title="The waves")
        title = title.replace("</Bib", "<MediumType>CD-ROM</MediumType></Bib")
        status = "<CirculationStatus>In Process</CirculationStatus>"
        asked = create(item("N1"), title, status, SHELF_MARK, STACKS)
        answer = "{CreateItemResponse {ItemId {AgencyId TOWN}{ItemIdentifierValue N1}}}"
        assert await broker.ask(asked) == answer
        made = world.library.item("N1")
        assert made is not None
        assert (made.location, made.status, made.medium) == (
            "MAIN/STACKS",
            ItemStatus.IN_PROCESS,
            Medium.DISC,
        )
        assert (made.call_number, made.description, made.guest) == ("PR 1", "Vol. 2 1999", None)
        bib = world.library.bibs[made.bib]
        assert (bib.title, bib.author, bib.year) == ("The waves", "Woolf, Virginia", "1931")
        assert await broker.ask(asked) == answer, "told again, it is told the same"
        assert "{ProblemType Duplicate Item}" in await broker.ask(create(item("N1"), title, STACKS))

    async def test_a_record_of_ours_makes_it_a_copy(self, world: World, broker: Speaker) -> None:
        title = described(Title="Emma").replace("<Title>", RECORD.format("b1", HERE) + "<Title>")
        await broker.ask(create(item("N1"), title, STACKS))
        made = world.library.item("N1")
        assert made is not None
        assert made.bib == EMMA
        unknown = title.replace("b1", "b99")
        assert await broker.ask(create(item("N2"), unknown, STACKS)) == problem(
            *("CreateItemResponse", "Element Rule Violated", "Unknown bib"),
            *("//CreateItem/BibliographicDescription/BibliographicRecordId", "b99"),
        )

    @pytest.mark.parametrize(
        "whose",
        [
            "<AgencyId>BROKER</AgencyId>",
            "<BibliographicRecordIdentifierCode>OCLC</BibliographicRecordIdentifierCode>",
        ],
    )
    async def test_the_number_of_another_catalogue_is_not_ours(
        self, world: World, broker: Speaker, whose: str
    ) -> None:
        title = described(Title="Not Emma").replace("<Title>", RECORD.format("b1", whose) + "<Title>")
        await broker.ask(create(item("N1"), title, STACKS))
        made = world.library.item("N1")
        assert made is not None
        assert world.library.title(made) == "Not Emma"

    async def test_for_a_request_it_is_a_guest_until_it_is_sent_back(
        self, world: World, broker: Speaker
    ) -> None:
        limit = "<ItemUseRestrictionType>Renewals Not Permitted</ItemUseRestrictionType>"
        asked = create(request("ILL-1"), described(Title="The waves"), limit)
        assert "{ItemIdentifierValue ILL-1}" in await broker.ask(asked)
        made = world.library.item("ILL-1")
        assert made is not None
        assert made.guest == Guest(Reference("BROKER", "ILL-1"), renewable=False)
        assert made.location == "MAIN/GUESTS"
        assert "Problem" not in await broker.ask(f"<CheckInItem>{item('ILL-1')}</CheckInItem>")
        assert world.library.item("ILL-1") is None

    async def test_a_guest_that_has_a_record_already_is_accepted_with_it(
        self, world: World, broker: Speaker
    ) -> None:
        await broker.ask(create(request("ILL-1"), described(Title="The waves")))
        asked = accept(barcode="", title="")
        for _ in range(2):
            assert "{ItemIdentifierValue ILL-1}" in await broker.ask(asked)
        made = world.library.item("ILL-1")
        assert made is not None
        assert made.status is ItemStatus.ON_HOLD_SHELF
        (hold,) = world.library.holds_of(ANN)
        assert hold.trapped == made.id

    async def test_without_any_number_it_gets_one_of_ours(self, world: World, broker: Speaker) -> None:
        answer = await broker.ask(create(described(Title="The waves"), STACKS))
        assert "{ItemIdentifierValue own-" in answer

    @pytest.mark.parametrize(
        ("parts", "kind", "element", "value"),
        [
            ((STACKS,), "Needed Data Missing", "BibliographicDescription", ""),
            ((described(Author="A"), STACKS), "Needed Data Missing", "BibliographicDescription", ""),
            ((described(Title="T"), located("MOON")), "Element Rule Violated", "Location", "MOON"),
            (
                (described(Title="T"), located("EAST", "Main stacks")),
                *("Element Rule Violated", "Location", "EAST / Main stacks"),
            ),
            (
                (described(Title="T"), "<CirculationStatus>On Loan</CirculationStatus>", STACKS),
                *("Element Rule Violated", "CirculationStatus", "On Loan"),
            ),
            (
                (
                    described(Title="T"),
                    "<ItemUseRestrictionType>Not For Loan</ItemUseRestrictionType>",
                    STACKS,
                ),
                *("Element Rule Violated", "ItemUseRestrictionType", "Not For Loan"),
            ),
        ],
        ids=["description", "title", "place", "place of another agency", "status", "restriction"],
    )
    async def test_a_refusal_names_what_is_wrong(
        self,
        world: World,
        broker: Speaker,
        parts: tuple[str, ...],
        kind: str,
        element: str,
        value: str,
    ) -> None:
        items = len(world.library.items)
        answer = await broker.ask(create(item("N1"), *parts))
        assert f"{{ProblemType {kind}}}" in answer
        shown = f"{{ProblemValue {value}}}" if value else ""
        assert f"{{ProblemElement //CreateItem/{element}}}{shown}}}" in answer
        assert len(world.library.items) == items

    @pytest.mark.parametrize(
        ("names", "code"),
        [
            (("MAIN/STACKS",), "MAIN/STACKS"),
            (("Main stacks",), "MAIN/STACKS"),
            (("Central Library", "Main stacks"), "MAIN/STACKS"),
            (("EAST", "FILMS"), "EAST/FILMS"),
            (("EAST/NEW",), "EAST/NEW"),
        ],
    )
    async def test_a_place_has_a_code_or_the_names_that_it_is_told_with(
        self, world: World, broker: Speaker, names: tuple[str, ...], code: str
    ) -> None:
        await broker.ask(create(item("N1"), described(Title="T"), located(*names)))
        made = world.library.item("N1")
        assert made is not None
        assert made.location == code


class TestUpdateItem:
    DONE = "{UpdateItemResponse {ItemId {ItemIdentifierValue I1}}}"

    @proves("UpdateItem")
    async def test_what_is_deleted_goes_before_what_is_added_comes(
        self, world: World, broker: Speaker
    ) -> None:
        old = "<ItemDescription><CallNumber>PR4034 .E5</CallNumber></ItemDescription>"
        assert await broker.ask(change("I1", old + STACKS, located("EAST/FILMS"))) == self.DONE
        found = world.library.items[BOOK]
        assert (found.call_number, found.location) == ("", "EAST/FILMS")
        medium = "<BibliographicDescription><MediumType>Magazine</MediumType></BibliographicDescription>"
        assert await broker.ask(change("I1", new=medium + SHELF_MARK)) == self.DONE
        found = world.library.items[BOOK]
        assert (found.call_number, found.description, found.medium) == (
            "PR 1",
            "Vol. 2 1999",
            Medium.MAGAZINE,
        )
        assert await broker.ask(change("I1", medium)) == self.DONE
        assert world.library.items[BOOK].medium is Medium.OTHER
        assert await broker.ask(change("I1")) == self.DONE, "nothing is a change too"

    async def test_of_several_places_it_is_the_permanent_one(self, world: World, broker: Speaker) -> None:
        now = located("MAIN/STACKS", kind="Current Location")
        await broker.ask(change("I1", new=now + located("EAST/FILMS")))
        assert world.library.items[BOOK].location == "EAST/FILMS"

    async def test_a_guest_has_a_title_of_its_own(self, world: World, broker: Speaker) -> None:
        await broker.ask(create(request("G1"), described(Title="The waves", Author="X")))
        old = described(Author="X")
        await broker.ask(change("G1", old, described(Title="The years")))
        guest = world.library.item("G1")
        assert guest is not None
        bib = world.library.bibs[guest.bib]
        assert (bib.title, bib.author) == ("The years", "")

    @pytest.mark.parametrize(
        ("barcode", "gone", "new", "kind", "element"),
        [
            ("I9", "", STACKS, "Unknown Item", "ItemId"),
            ("I1", "", described(Title="Emma?"), "Element Rule Violated", ""),
            ("I1", STACKS, "", "Needed Data Missing", ""),
            ("I1", "", located("MOON"), "Element Rule Violated", "AddItemFields/Location"),
            (
                *("I1", "", STACKS + described(Publisher="P"), "Unable To Add Element"),
                "AddItemFields/BibliographicDescription/Publisher",
            ),
            (
                *("I1", "<SensitizationFlag/>", SHELF_MARK, "Unable To Delete Element"),
                "DeleteItemFields/SensitizationFlag",
            ),
        ],
    )
    async def test_if_a_part_cannot_be_done_none_is(
        self,
        world: World,
        broker: Speaker,
        barcode: str,
        gone: str,
        new: str,
        kind: str,
        element: str,
    ) -> None:
        answer = await broker.ask(change(barcode, gone, new))
        assert f"{{ProblemType {kind}}}" in answer
        assert not element or f"{{ProblemElement //UpdateItem/{element}}}" in answer
        assert world.library.items[BOOK].version == 1


@proves("DeleteItem")
async def test_a_deleted_item_is_no_more(world: World, broker: Speaker) -> None:
    assert await broker.ask(f"<DeleteItem>{item('I1')}</DeleteItem>") == (
        "{DeleteItemResponse {ItemId {ItemIdentifierValue I1}}}"
    )
    assert world.library.item("I1") is None


async def test_what_is_on_loan_is_not_deleted(world: World, broker: Speaker) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    answer = await broker.ask(f"<DeleteItem>{item('I1')}</DeleteItem>")
    assert "{ProblemDetail Still in use}" in answer
    assert world.library.item("I1") is not None


@proves("UpdateCirculationStatus")
async def test_a_status_may_be_set(world: World, broker: Speaker) -> None:
    await broker.ask(status("Missing"))
    assert world.library.items[BOOK].status is ItemStatus.MISSING


@pytest.mark.parametrize("name", ["On Loan", "Sold"])
async def test_one_that_follows_from_acts_alone_may_not(broker: Speaker, name: str) -> None:
    kind = "Element Rule Violated"
    assert await broker.ask(status(name)) == problem(
        "UpdateCirculationStatusResponse", kind, kind, "//UpdateCirculationStatus/CirculationStatus", name
    )


@proves("ReportCirculationStatusChange")
@pytest.mark.parametrize(
    ("flag", "became"),
    [
        (
            "<ItemReportedReturned><DateReportedReturned>2026-03-01</DateReportedReturned>"
            "</ItemReportedReturned>",
            ItemStatus.CLAIMED_RETURNED,
        ),
        ("<ItemReportedNeverBorrowed/>", ItemStatus.CLAIMED_RETURNED),
        ("<ItemReportedLost/>", ItemStatus.LOST),
    ],
)
async def test_what_a_user_says_is_taken_down(
    world: World, broker: Speaker, flag: str, became: ItemStatus
) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    assert await broker.ask(report(flag)) == (
        "{ReportCirculationStatusChangeResponse {ItemId {ItemIdentifierValue I1}}"
        "{UserId {UserIdentifierValue P1}}}"
    )
    assert world.library.items[BOOK].status is became


async def test_what_they_do_not_have_they_can_say_nothing_of(broker: Speaker) -> None:
    answer = await broker.ask(report("<ItemReportedLost/>"))
    assert "{ProblemType Item Not Checked Out To This User}" in answer
