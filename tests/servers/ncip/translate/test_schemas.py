"""What is answered is valid by the schema of its version, whether it is done or refused.

LookupVersion is in no schema (Z39.83-1 has it, its XSDs have not).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree
from msgspec import Struct

from protocols.ncip import messages as m
from protocols.ncip.dialects import DIALECTS, Version
from tests.fakes.world import ANN, EMMA, KIOSK, World
from tests.matrix import proves
from tests.protocols.ncip.test_codec import VERSION_2
from tests.servers.ncip.speaking import VERSION, Speaker, item, proof, request, user
from tests.servers.ncip.translate import (
    test_fiscal,
    test_guests,
    test_item_sets,
    test_items,
    test_libraries,
    test_loans,
    test_members,
    test_requests,
    test_stock,
)

SECOND = [version for version in Version if version >= Version.V2_0]
ITEM_ELEMENTS = (
    *("Bibliographic Description", "Circulation Status", "Hold Queue Length", "Item Description"),
    *("Item Use Restriction Type", "Location", "Date Due"),
)
USER_ELEMENTS = (
    *("Block Or Trap", "Date Of Birth", "Name Information", "User Address Information", "User Id"),
    *("User Language", "User Privilege"),
)
ELEMENTS = "".join(f"<ItemElementType>{kind}</ItemElementType>" for kind in ITEM_ELEMENTS)
OF_BOTH = ELEMENTS + "".join(f"<UserElementType>{kind}</UserElementType>" for kind in USER_ELEMENTS)
DESIRED = "<LoanedItemsDesired/><RequestedItemsDesired/><UserFiscalAccountDesired/>"
HOLD = "<RequestType>Hold</RequestType>"
NOTICE = (
    "<UserNoticeDetails><NoticeType>Letter</NoticeType><NoticeContent>{}</NoticeContent>"
    f"{test_members.privilege('adult')}</UserNoticeDetails>"
)


class Case(Struct, frozen=True):
    """A question that can be answered, one that is refused, and what happens before."""

    done: str
    refused: str
    before: Callable[[World], object] = lambda _: None


def lend(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.charge(ANN, "2.50")
    world.desk.place_hold(KIOSK, "P1", world.library.items_of(world.library.bib("b2").id)[0].bib, "MAIN")  # type: ignore[union-attr]


def recall(world: World) -> None:
    lend(world)
    world.desk.recalls.recall(KIOSK, "I1")


def wish(world: World) -> None:
    world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN", item="I1")


def owe(world: World) -> None:
    world.charge(ANN, "2.50")


CASES: dict[type[m.Initiation], Case] = {
    m.LookupAgency: Case(
        test_libraries.lookup("TOWN", "Organization Name Information", "Agency User Privilege Type"),
        test_libraries.lookup("MOON", "Organization Name Information"),
    ),
    m.LookupItem: Case(test_items.lookup(item("I1"), *ITEM_ELEMENTS), test_items.lookup(item("I9")), recall),
    m.LookupItemSet: Case(
        test_item_sets.ask(
            test_item_sets.title("b1"), test_item_sets.title("b9"), elements=ITEM_ELEMENTS, most=1
        ),
        test_item_sets.ask(item("I1"), after="no"),
        recall,
    ),
    m.LookupRequest: Case(
        f"<LookupRequest>{user('P1')}{item('I1')}{HOLD}"
        + "".join(
            f"<RequestElementType>{kind}</RequestElementType>" for kind in test_requests.TestLookupRequest.ALL
        )
        + f"{OF_BOTH}</LookupRequest>",
        f"<LookupRequest>{request('R9')}</LookupRequest>",
        wish,
    ),
    m.LookupUser: Case(
        f"<LookupUser>{user('P1')}{OF_BOTH.removeprefix(ELEMENTS)}{DESIRED}</LookupUser>",
        f"<LookupUser>{proof('P1', 'wrong')}</LookupUser>",
        lend,
    ),
    m.AcceptItem: Case(test_guests.accept(), test_guests.accept("P9")),
    m.CancelRecallItem: Case(
        f"<CancelRecallItem>{item('I1')}</CancelRecallItem>",
        f"<CancelRecallItem>{item('I2')}</CancelRecallItem>",
        recall,
    ),
    m.CancelRequestItem: Case(
        test_requests.drop("P1", item("I1")), test_requests.drop("P1", request("R9")), wish
    ),
    m.CheckInItem: Case(test_loans.back(more=OF_BOTH), test_loans.back("I9"), lend),
    m.CheckOutItem: Case(test_loans.out(user("P1"), more=OF_BOTH), test_loans.out(user("P4"))),
    m.CreateItem: Case(
        test_stock.create(item("N1"), test_stock.described(Title="T"), test_stock.STACKS),
        test_stock.create(item("N1"), test_stock.described(Title="T"), test_stock.located("MOON")),
    ),
    m.CreateUser: Case(
        test_members.create(user("N1"), test_members.name("X")),
        test_members.create(user("P1"), test_members.name("X")),
    ),
    m.CreateUserFiscalTransaction: Case(
        test_fiscal.ask("Assess", 100, known=test_fiscal.number("F1")),
        test_fiscal.ask("Waive", 100, known=test_fiscal.related(7)),
    ),
    m.DeleteItem: Case(
        f"<DeleteItem>{item('I2')}</DeleteItem>", f"<DeleteItem>{item('I1')}</DeleteItem>", lend
    ),
    m.DeleteUser: Case(
        f"<DeleteUser>{user('P2')}</DeleteUser>", f"<DeleteUser>{user('P1')}</DeleteUser>", owe
    ),
    m.RecallItem: Case(
        f"<RecallItem>{item('I1')}</RecallItem>", f"<RecallItem>{item('I2')}</RecallItem>", lend
    ),
    m.RenewItem: Case(
        test_loans.again(user("P1")).replace("</RenewItem>", f"{OF_BOTH}</RenewItem>"),
        test_loans.again(user("P2")),
        lend,
    ),
    m.ReportCirculationStatusChange: Case(
        test_stock.report("<ItemReportedLost/>" + OF_BOTH),
        test_stock.report("<ItemReportedLost/>").replace("P1", "P2"),
        lend,
    ),
    m.RequestItem: Case(
        test_requests.ask("P1", item("I1"), "R1", more=OF_BOTH), test_requests.ask("P1", item("I4"))
    ),
    m.SendUserNotice: Case(
        f"<SendUserNotice>{user('P1')}{NOTICE.format('Hello.')}</SendUserNotice>",
        f"<SendUserNotice>{user('P9')}{NOTICE.format('Hello.')}</SendUserNotice>",
    ),
    m.UndoCheckOutItem: Case(
        f"<UndoCheckOutItem>{item('I1')}{user('P1')}</UndoCheckOutItem>",
        f"<UndoCheckOutItem>{item('I9')}{user('P1')}</UndoCheckOutItem>",
    ),
    m.UpdateCirculationStatus: Case(test_stock.status("Missing"), test_stock.status("On Loan")),
    m.UpdateItem: Case(
        test_stock.change("I1", test_stock.STACKS, test_stock.located("EAST/FILMS")),
        test_stock.change("I1", "<SensitizationFlag/>"),
    ),
    m.UpdateRequestItem: Case(
        test_requests.TestUpdateRequestItem().change(
            f"{user('P1')}{item('I1')}{HOLD}", new="<PickupLocation>EAST</PickupLocation>", more=OF_BOTH
        ),
        test_requests.TestUpdateRequestItem().change(
            f"{user('P1')}{item('I1')}{HOLD}", new="<PickupLocation>MOON</PickupLocation>"
        ),
        wish,
    ),
    m.UpdateUser: Case(
        test_members.change("P1", new=test_members.name("X")),
        test_members.change("P1", new=test_members.BLOCK),
    ),
}
UNSUPPORTED = {m.CreateAgency, m.UpdateAgency}
SPOKEN = [(service, version) for service in CASES for version in SECOND if service.since <= version]


def name(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


async def answered(speaker: Speaker, content: str, version: Version) -> bytes:
    """What is answered to this in the version, with and without its header being asked for."""
    message = speaker.message(content).replace(VERSION, DIALECTS[version].uri)
    return (await speaker.post(message.encode())).body


def test_every_service_that_is_done_here_is_in_the_table() -> None:
    others = {m.LookupVersion, *m.Notification.__subclasses__()}
    assert set(m.SERVICES) == CASES.keys() | UNSUPPORTED | others


@proves("every answer is valid in 2.0, 2.01 and 2.02")
@pytest.mark.parametrize(("service", "version"), SPOKEN, ids=name)
async def test_what_is_done_is_told_validly(
    world: World,
    broker: Speaker,
    schemas: dict[Version, etree.XMLSchema],
    service: type[m.Initiation],
    version: Version,
) -> None:
    CASES[service].before(world)
    if service is m.UndoCheckOutItem:
        await broker.ask(test_loans.out(user("P1")))
    body = await answered(broker, CASES[service].done, version)
    schemas[version].assertValid(etree.fromstring(body))
    assert f"<{service.__name__}Response>".encode() in body
    assert service is m.LookupItemSet or b"Problem" not in body


@proves("every answer is valid in 2.0, 2.01 and 2.02")
@pytest.mark.parametrize(("service", "version"), SPOKEN, ids=name)
async def test_what_is_refused_is_refused_validly(
    world: World,
    broker: Speaker,
    schemas: dict[Version, etree.XMLSchema],
    service: type[m.Initiation],
    version: Version,
) -> None:
    CASES[service].before(world)
    body = await answered(broker, CASES[service].refused, version)
    schemas[version].assertValid(etree.fromstring(body))
    assert f"<{service.__name__}Response>".encode() in body
    assert b"<ProblemType>" in body


@pytest.mark.parametrize("version", SECOND)
@pytest.mark.parametrize(
    "row",
    [row for row in VERSION_2 if isinstance(row[0], m.Initiation) and type(row[0]) is not m.LookupVersion],
    ids=lambda row: type(row[0]).__name__,
)
async def test_whatever_the_codec_reads_is_answered_validly(
    broker: Speaker,
    schemas: dict[Version, etree.XMLSchema],
    row: tuple[m.Message, str],
    version: Version,
) -> None:
    message, content = row
    if message.since <= version:
        body = await answered(broker, content, version)
        schemas[version].assertValid(etree.fromstring(body))


@proves("a service without meaning here is unsupported")
@pytest.mark.parametrize("version", SECOND)
@pytest.mark.parametrize(
    "content",
    [
        "<CreateAgency><OrganizationNameInformation><OrganizationNameType>Official</OrganizationNameType>"
        "<OrganizationName>X</OrganizationName></OrganizationNameInformation></CreateAgency>",
        "<UpdateAgency><AgencyId>TOWN</AgencyId></UpdateAgency>",
    ],
)
async def test_what_means_nothing_here_is_unsupported(
    broker: Speaker, schemas: dict[Version, etree.XMLSchema], content: str, version: Version
) -> None:
    body = await answered(broker, content, version)
    schemas[version].assertValid(etree.fromstring(body))
    assert b"<ProblemType>Unsupported Service</ProblemType>" in body
