"""What peers really send, and what it is read as: one row for each way to be wrong."""

import msgspec
import pytest

from protocols.ncip import schemes
from protocols.ncip.codec import read, read_response
from protocols.ncip.dialects import Version
from protocols.ncip.errors import RemoteError
from protocols.ncip.messages import (
    AcceptItem,
    BareProblem,
    CheckInItem,
    CheckInItemResponse,
    CheckOutItem,
    DeleteItem,
    ItemRequested,
    ItemShippedResponse,
    LookupItemSet,
    LookupUser,
    LookupUserResponse,
    LookupVersion,
    Message,
    RenewItem,
    RequestItem,
    RequestItemResponse,
    UndoCheckOutItem,
)
from protocols.ncip.problems import ProblemType
from protocols.ncip.repairs import ALLOWED, PROBLEMS, TRIFLES, Mode, Repair, Repaired
from protocols.ncip.structures import (
    Amount,
    AuthenticationInput,
    InitiationHeader,
    ItemId,
    LoanedItem,
    Party,
    Problem,
    RequestId,
    UserId,
    UserOptionalFields,
)
from protocols.ncip.values import SchemeValuePair as P
from protocols.secret import Secret
from tests.protocols.ncip.test_codec import DUE

ROOT = 'xmlns="http://www.niso.org/2008/ncip" xmlns:n="http://www.niso.org/2008/ncip" n:version="2.02"'
FIRST = 'version="http://www.niso.org/ncip/v1_0/imp1/dtd/ncip_v1_0.dtd"'
ITEM = "<ItemId><ItemIdentifierValue>D1</ItemIdentifierValue></ItemId>"
USER = "<UserId><UserIdentifierValue>r1</UserIdentifierValue></UserId>"
D1, R1 = ItemId(item_identifier_value="D1"), UserId(user_identifier_value="r1")
RETURNED = CheckInItem(item_id=D1)
R = Repair


class Row(msgspec.Struct, frozen=True):
    """What is sent, what is wrong with it and where, and what it is read as."""

    says: str
    sent: str
    message: Message
    repairs: tuple[tuple[Repair, str], ...]
    quiet: bool = False


def asked(body: str, root: str = ROOT) -> str:
    return f"<NCIPMessage {root}>{body}</NCIPMessage>"


ROWS = [
    Row(
        "the version without its prefix",
        asked(f"<CheckInItem>{ITEM}</CheckInItem>", ROOT.replace("n:version", "version")),
        RETURNED,
        ((R.UNQUALIFIED, "//NCIPMessage/@version"),),
    ),
    Row(
        "the version with a prefix that nobody declared",
        asked(f"<CheckInItem>{ITEM}</CheckInItem>", ROOT.replace("n:version", "ncip:version")),
        RETURNED,
        ((R.UNQUALIFIED, "//NCIPMessage/@version"),),
    ),
    Row(
        "no namespace",
        asked(f"<CheckInItem>{ITEM}</CheckInItem>", 'version="http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd"'),
        RETURNED,
        ((R.NAMESPACE, "//NCIPMessage"),),
    ),
    Row(
        "another namespace",
        asked(f"<CheckInItem>{ITEM}</CheckInItem>", 'xmlns="http://www.niso.org/ncip" version="2.02"'),
        RETURNED,
        ((R.NAMESPACE, "//NCIPMessage"),),
    ),
    Row(
        "elements outside the namespace of the root",
        asked(f'<CheckInItem xmlns="">{ITEM}</CheckInItem>'),
        RETURNED,
        ((R.NAMESPACE, "//CheckInItem"),),
    ),
    Row(
        "a prefix that nobody declared",
        '<ns1:NCIPMessage ns1:version="2.02"><ns1:CheckInItem><ns1:ItemId><ns1:ItemIdentifierValue>D1'
        "</ns1:ItemIdentifierValue></ns1:ItemId></ns1:CheckInItem></ns1:NCIPMessage>",
        RETURNED,
        ((R.PREFIX, "//NCIPMessage"),),
    ),
    Row(
        "a version that there is not",
        asked(f"<CheckInItem>{ITEM}</CheckInItem>", ROOT.replace("2.02", "5.6")),
        RETURNED,
        ((R.VERSION, "//NCIPMessage"),),
    ),
    Row(
        "user and item in the wrong order",
        asked(f"<CheckOutItem>{ITEM}{USER}</CheckOutItem>"),
        CheckOutItem(item_id=D1, user_id=R1),
        ((R.ORDER, "//CheckOutItem/UserId"),),
    ),
    Row(
        "user and request where there are none",
        asked(f"<CheckInItem>{USER}{ITEM}<RequestId><RequestIdentifierValue>Q"
        f"</RequestIdentifierValue></RequestId></CheckInItem>"),
        CheckInItem(item_id=D1, user_id=R1, request_id=RequestId(request_identifier_value="Q")),
        (
            (R.STRAY, "//CheckInItem/UserId"),
            (R.ORDER, "//CheckInItem/ItemId"),
            (R.STRAY, "//CheckInItem/RequestId"),
        ),
    ),
    Row(
        "a user by id and by input at once",
        asked(
            f"<LookupUser>{USER}<AuthenticationInput><AuthenticationInputData>1</AuthenticationInputData>"
            "<AuthenticationDataFormatType/><AuthenticationInputType>PIN</AuthenticationInputType>"
            "</AuthenticationInput></LookupUser>"
        ),
        LookupUser(
            user_id=R1,
            authentication_input=(
                AuthenticationInput(
                    authentication_input_data=Secret("1"),
                    authentication_input_type=P(schemes.AuthenticationInputType.PIN),
                ),
            ),
        ),
        (
            (R.EMPTY, "//LookupUser/AuthenticationInput/AuthenticationDataFormatType"),
            (R.MISSING, "//LookupUser/AuthenticationInput/AuthenticationDataFormatType"),
            (R.CHOICE, "//LookupUser/UserId"),
        ),
    ),
    Row(
        "no user at all",
        asked(f"<CheckOutItem>{ITEM}</CheckOutItem>"),
        CheckOutItem(item_id=D1),
        ((R.MISSING, "//CheckOutItem/UserId"),),
    ),
    Row(
        "elements of its own",
        asked(f"<CheckInItem>{ITEM}<Branch><Code>7</Code></Branch></CheckInItem>"),
        RETURNED,
        ((R.UNKNOWN_ELEMENT, "//CheckInItem/Branch"),),
    ),
    Row(
        "an item twice",
        asked(f"<CheckInItem>{ITEM}{ITEM.replace('D1', 'D2')}</CheckInItem>"),
        RETURNED,
        ((R.REPEATED, "//CheckInItem/ItemId"),),
    ),
    Row(
        "empty elements",
        asked(f"<CheckInItem>{ITEM}<ItemElementType/><UserElementType> </UserElementType></CheckInItem>"),
        RETURNED,
        ((R.EMPTY, "//CheckInItem/ItemElementType"), (R.EMPTY, "//CheckInItem/UserElementType")),
        quiet=True,
    ),
    Row(
        "empty dates and amounts",
        asked(f"<RenewItem>{USER}{ITEM}<DesiredDateDue/><PaidFeeAmount><MonetaryValue/></PaidFeeAmount></RenewItem>"),
        RenewItem(user_id=R1, item_id=D1),
        (
            (R.EMPTY, "//RenewItem/DesiredDateDue"),
            (R.EMPTY, "//RenewItem/PaidFeeAmount/MonetaryValue"),
            (R.INCOMPLETE, "//RenewItem/PaidFeeAmount"),
        ),
    ),
    Row(
        "an id without a value",
        asked(f"<UndoCheckOutItem>{ITEM}<UserId><AgencyId>A</AgencyId></UserId></UndoCheckOutItem>"),
        UndoCheckOutItem(item_id=D1),
        (
            (R.MISSING, "//UndoCheckOutItem/UserId/UserIdentifierValue"),
            (R.INCOMPLETE, "//UndoCheckOutItem/UserId"),
        ),
    ),
    Row(
        "blanks around values",
        asked("<CheckInItem><ItemId>\n <ItemIdentifierValue>\n D1 "
        "</ItemIdentifierValue></ItemId></CheckInItem>"),
        RETURNED,
        ((R.PADDED, "//CheckInItem/ItemId/ItemIdentifierValue"),),
        quiet=True,
    ),
    Row(
        "an attribute without its prefix",
        asked(f'<DeleteItem><ItemId><AgencyId Scheme="urn:a">A</AgencyId>{ITEM[8:]}</DeleteItem>'),
        DeleteItem(item_id=ItemId(agency_id=P("A", "urn:a"), item_identifier_value="D1")),
        ((R.UNQUALIFIED, "//DeleteItem/ItemId/AgencyId/@Scheme"),),
    ),
    Row(
        "attributes of its own",
        asked(f'<CheckInItem id="7">{ITEM}</CheckInItem>'),
        RETURNED,
        ((R.UNKNOWN_ATTRIBUTE, "//CheckInItem/@id"),),
        quiet=True,
    ),
    Row(
        "text between elements",
        asked(f"<CheckInItem>item: {ITEM}</CheckInItem>"),
        RETURNED,
        ((R.STRAY_TEXT, "//CheckInItem"),),
        quiet=True,
    ),
    Row(
        "another name for a value",
        asked(f"<RequestItem>{USER}{ITEM}<RequestType>HOLD</RequestType>"
        f"<RequestScopeType>Title</RequestScopeType></RequestItem>"),
        RequestItem(
            user_id=R1, item_id=(D1,), request_type=P(schemes.RequestType.HOLD),
            request_scope_type=P(schemes.RequestScopeType.BIBLIOGRAPHIC_ITEM),
        ),
        ((R.SYNONYM, "//RequestItem/RequestType"), (R.SYNONYM, "//RequestItem/RequestScopeType")),
        quiet=True,
    ),
    Row(
        "a flag that says no",
        asked(f"<LookupUser>{USER}<LoanedItemsDesired>false</LoanedItemsDesired>"
        f"<RequestedItemsDesired>true</RequestedItemsDesired></LookupUser>"),
        LookupUser(user_id=R1, requested_items_desired=True),
        ((R.FLAG, "//LookupUser/LoanedItemsDesired"), (R.FLAG, "//LookupUser/RequestedItemsDesired")),
    ),
    Row(
        "a date in another form",
        asked(f"<RenewItem>{USER}{ITEM}<DesiredDateDue>2027-01-31T23:59:00+0000"
        f"</DesiredDateDue></RenewItem>"),
        RenewItem(user_id=R1, item_id=D1, desired_date_due=DUE),
        ((R.DATE, "//RenewItem/DesiredDateDue"),),
    ),
    Row(
        "a due date under the name of the answer's",
        asked(f"<RenewItem>{USER}{ITEM}<DateDue>2027-01-31T23:59:00Z</DateDue></RenewItem>"),
        RenewItem(user_id=R1, item_id=D1, desired_date_due=DUE),
        ((R.MISNAMED, "//RenewItem/DateDue"),),
    ),
    Row(
        "ids and values as in version 1",
        asked(
            "<CheckInItem><UniqueItemId><UniqueAgencyId><Scheme>urn:a</Scheme>"
            "<Value>A</Value></UniqueAgencyId>"
            "<ItemIdentifierValue>D1</ItemIdentifierValue></UniqueItemId></CheckInItem>"
        ),
        CheckInItem(item_id=ItemId(agency_id=P("A", "urn:a"), item_identifier_value="D1")),
        (
            (R.OTHER_VERSION, "//CheckInItem/UniqueItemId"),
            (R.OTHER_VERSION, "//CheckInItem/UniqueItemId/UniqueAgencyId"),
            (R.OTHER_VERSION, "//CheckInItem/UniqueItemId/UniqueAgencyId"),
        ),
    ),
    Row(
        "ids and values as in version 2, in version 1",
        asked(f"<CheckInItem><ItemId><AgencyId>A</AgencyId>{ITEM[8:]}</CheckInItem>", FIRST),
        CheckInItem(item_id=ItemId(agency_id=P("A"), item_identifier_value="D1")),
        (
            (R.OTHER_VERSION, "//CheckInItem/ItemId"),
            (R.OTHER_VERSION, "//CheckInItem/ItemId/AgencyId"),
            (R.OTHER_VERSION, "//CheckInItem/ItemId/AgencyId"),
        ),
    ),
    Row(
        "a visible id, in version 1",
        asked(
            "<LookupUser><VisibleUserId><VisibleUserIdentifierType><Scheme>urn:t"
            "</Scheme><Value>Barcode Id</Value>"
            "</VisibleUserIdentifierType><VisibleUserIdentifier>r1"
            "</VisibleUserIdentifier></VisibleUserId></LookupUser>",
            FIRST,
        ),
        LookupUser(
            user_id=UserId(
                user_identifier_type=P(schemes.UserIdentifierType.BARCODE, "urn:t"),
                user_identifier_value="r1",
            )
        ),
        ((R.SYNONYM, "//LookupUser/VisibleUserId/VisibleUserIdentifierType"),),
        quiet=True,
    ),
    Row(
        "an id that is mere text",
        asked("<CheckInItem><ItemId>D1</ItemId></CheckInItem>"),
        RETURNED,
        ((R.TEXT_FOR_ELEMENT, "//CheckInItem/ItemId"),),
    ),
    Row(
        "text where nothing can be made of it",
        asked(f"<AcceptItem><MandatedAction>yes</MandatedAction>{ITEM}<RequestId>Q</RequestId>"
              "<RequestedActionType>Circulate</RequestedActionType></AcceptItem>"),
        AcceptItem(
            request_id=RequestId(request_identifier_value="Q"), item_id=D1,
            requested_action_type=P(schemes.RequestedActionType.CIRCULATE),
        ),
        (
            (R.STRAY_TEXT, "//AcceptItem/MandatedAction"),
            (R.EMPTY, "//AcceptItem/MandatedAction"),
            (R.ORDER, "//AcceptItem/RequestId"),
            (R.TEXT_FOR_ELEMENT, "//AcceptItem/RequestId"),
            (R.ORDER, "//AcceptItem/RequestedActionType"),
        ),
    ),
    Row(
        "elements within a value",
        asked("<CheckInItem><ItemId><AgencyId><b>A</b></AgencyId><ItemIdentifierValue>D1<b/></ItemIdentifierValue>"
              "</ItemId></CheckInItem>"),
        RETURNED,
        (
            (R.UNKNOWN_ELEMENT, "//CheckInItem/ItemId/AgencyId/b"),
            (R.UNKNOWN_ELEMENT, "//CheckInItem/ItemId/ItemIdentifierValue/b"),
        ),
    ),
    Row(
        "an agency within itself",
        asked("<DeleteItem><ItemId><AgencyId><AgencyId>A</AgencyId></AgencyId>"
              "<ItemIdentifierValue>D1</ItemIdentifierValue></ItemId></DeleteItem>"),
        DeleteItem(item_id=ItemId(agency_id=P("A"), item_identifier_value="D1")),
        ((R.OTHER_VERSION, "//DeleteItem/ItemId/AgencyId/AgencyId"),),
    ),
    Row(
        "a scheme without a value",
        asked("<CheckInItem><UniqueItemId><UniqueAgencyId><Scheme>urn:a</Scheme></UniqueAgencyId>"
              "<ItemIdentifierValue>D1</ItemIdentifierValue></UniqueItemId></CheckInItem>", FIRST),
        RETURNED,
        (),
        quiet=True,
    ),
    Row(
        "nothing, to a service that can do without",
        asked("<LookupVersion/>"),
        LookupVersion(),
        ((R.MISSING, "//LookupVersion/FromAgencyId"), (R.MISSING, "//LookupVersion/ToAgencyId")),
    ),
    Row(
        "a service that its version does not have yet",
        asked("<LookupItemSet><ItemId>D1</ItemId></LookupItemSet>", ROOT.replace("2.02", "2.0")),
        LookupItemSet(item_id=(D1,)),
        ((R.LATER, "//LookupItemSet"), (R.TEXT_FOR_ELEMENT, "//LookupItemSet/ItemId")),
    ),
    Row(
        "two items where its version has one",
        asked(f"<RequestItem>{USER}{ITEM}{ITEM}<RequestType>Hold</RequestType>"
              "<RequestScopeType>Item</RequestScopeType></RequestItem>", ROOT.replace("2.02", "2.0")),
        RequestItem(
            user_id=R1, item_id=(D1, D1), request_type=P(schemes.RequestType.HOLD),
            request_scope_type=P(schemes.RequestScopeType.ITEM),
        ),
        ((R.LATER, "//RequestItem/ItemId"),),
        quiet=True,
    ),
    Row(
        "an element that its version does not have yet",
        asked("<ItemRequested><UniqueItemId><ItemIdentifierValue>D1</ItemIdentifierValue></UniqueItemId>"
              "<PickupLocation><Scheme/><Value>MAIN</Value></PickupLocation></ItemRequested>", FIRST),
        ItemRequested(item_id=D1, pickup_location=P("MAIN")),
        (
            (R.LATER, "//ItemRequested/PickupLocation"),
            (R.MISSING, "//ItemRequested/UserId"),
            (R.MISSING, "//ItemRequested/RequestType"),
            (R.MISSING, "//ItemRequested/RequestScopeType"),
        ),
    ),
]  # fmt: skip

ANSWERS = [
    Row(
        "an empty Problem",
        asked("<CheckInItemResponse><Problem/></CheckInItemResponse>"),
        CheckInItemResponse(),
        (
            (R.EMPTY, "//CheckInItemResponse/Problem"),
            (R.MISSING, "//CheckInItemResponse/ItemId"),
        ),
    ),
    Row(
        "a Problem beside what was done",
        asked(f"<CheckInItemResponse><Problem><ProblemType>Unknown Item</ProblemType>"
        f"</Problem>{ITEM}</CheckInItemResponse>"),
        CheckInItemResponse(problem=(Problem(problem_type=P(ProblemType.UNKNOWN_ITEM)),), item_id=D1),
        ((R.CHOICE, "//CheckInItemResponse/ItemId"),),
    ),
    Row(
        "a fee for what was done",
        asked(f"<RequestItemResponse><RequiredFeeAmount><MonetaryValue>1</MonetaryValue></RequiredFeeAmount>{ITEM}"
              f"{USER}<RequestType>Hold</RequestType><RequestScopeType>Item</RequestScopeType>"
              "</RequestItemResponse>"),
        RequestItemResponse(
            required_fee_amount=Amount(monetary_value=1), item_id=D1, user_id=R1,
            request_type=P(schemes.RequestType.HOLD), request_scope_type=P(schemes.RequestScopeType.ITEM),
        ),
        (
            (R.MISSING, "//RequestItemResponse/RequiredFeeAmount/CurrencyCode"),
            (R.CHOICE, "//RequestItemResponse/RequiredFeeAmount"),
        ),
    ),
    Row(
        "an error of version 1",
        asked(
            "<ItemShippedResponse><Problem><ProcessingError><ProcessingErrorType><Scheme>urn:e</Scheme>"
            "<Value>Unknown Item</Value></ProcessingErrorType>"
            "<ProcessingErrorElement><ElementName>ItemId</ElementName>"
            "</ProcessingErrorElement></ProcessingError></Problem></ItemShippedResponse>",
            FIRST,
        ),
        ItemShippedResponse(
            problem=(Problem(problem_type=P(ProblemType.UNKNOWN_ITEM, "urn:e"), problem_element="ItemId"),)
        ),
        (),
    ),
    Row(
        "an error of version 1 without a Problem around it",
        asked(
            "<MessagingError><MessagingErrorType><Scheme>urn:e</Scheme><Value>Unknown Service</Value>"
            "</MessagingErrorType></MessagingError>",
            FIRST,
        ),
        BareProblem(problem=(Problem(problem_type=P(ProblemType.UNKNOWN_SERVICE, "urn:e")),)),
        ((R.OTHER_VERSION, "//NCIPMessage/MessagingError"),),
    ),
    Row(
        "loans wrapped as in version 1, and without what a loan has",
        asked(f"<LookupUserResponse>{USER}<UserTransaction><LoanedItem>{ITEM}"
        f"</LoanedItem></UserTransaction></LookupUserResponse>"),
        LookupUserResponse(user_id=R1, loaned_item=(LoanedItem(item_id=D1),)),
        (
            (R.OTHER_VERSION, "//LookupUserResponse/UserTransaction"),
            (R.MISSING, "//LookupUserResponse/LoanedItem/DateDue"),
        ),
    ),
    Row(
        "a number that is none",
        asked(f"<LookupUserResponse>{USER}<LoanedItem>{ITEM}<ReminderLevel>first</ReminderLevel>"
              "<IndeterminateLoanPeriodFlag/></LoanedItem><UserOptionalFields/></LookupUserResponse>"),
        LookupUserResponse(
            user_id=R1, loaned_item=(LoanedItem(item_id=D1, indeterminate_loan_period_flag=True),),
            user_optional_fields=UserOptionalFields(),
        ),
        ((R.NUMBER, "//LookupUserResponse/LoanedItem/ReminderLevel"),),
    ),
]  # fmt: skip


def shown(row: Row) -> str:
    return row.says


@pytest.mark.parametrize("row", ROWS, ids=shown)
def test_an_initiation_is_read_as_it_was_meant(row: Row) -> None:
    thorough = read(row.sent.encode(), mode=Mode.REPORT)
    assert thorough.message == row.message
    assert [(each.repair, each.path) for each in thorough.repairs] == list(row.repairs)
    lenient = read(row.sent.encode())
    assert lenient.message == row.message
    assert [each.repair for each in lenient.repairs] == [
        repair for repair, _ in row.repairs if repair not in TRIFLES
    ]
    assert row.quiet is not bool(lenient.repairs)


@pytest.mark.parametrize("row", ANSWERS, ids=shown)
def test_a_response_is_read_as_it_was_meant(row: Row) -> None:
    received = read_response(row.sent.encode(), mode=Mode.REPORT)
    assert received.message == row.message
    assert [(each.repair, each.path) for each in received.repairs] == list(row.repairs)


@pytest.mark.parametrize("row", [*ROWS, *ANSWERS], ids=shown)
def test_strict_reading_forgives_none_of_it(row: Row) -> None:
    wrong = [repair for repair, _ in row.repairs if repair not in ALLOWED]
    reading = read if row in ROWS else read_response
    if wrong:
        with pytest.raises(RemoteError) as caught:
            reading(row.sent.encode(), mode=Mode.STRICT)
        kind = caught.value.problem.problem_type
        assert kind is not None
        assert kind.value in {PROBLEMS[repair] for repair in Repair}
    else:
        assert reading(row.sent.encode(), mode=Mode.STRICT).message == row.message


def test_a_header_may_stand_anywhere_and_hold_plain_text() -> None:
    data = asked(
        f"<CheckInItem>{ITEM}<InitiationHeader><FromAgencyId>A</FromAgencyId>"
        f"<ToAgencyId><UniqueAgencyId><Value>B</Value>"
        "</UniqueAgencyId></ToAgencyId></InitiationHeader></CheckInItem>"
    )
    received = read(data.encode())
    assert received.message == RETURNED
    assert received.header == InitiationHeader(
        from_agency_id=Party(agency_id=P("A")), to_agency_id=Party(agency_id=P("B"))
    )
    assert Repaired(R.ORDER, "//CheckInItem/InitiationHeader") in received.repairs
    assert Repaired(R.TEXT_FOR_ELEMENT, "//CheckInItem/InitiationHeader/FromAgencyId") in received.repairs


def test_of_two_headers_the_first_counts() -> None:
    header = "<InitiationHeader><FromAgencyId><AgencyId>{}</AgencyId></FromAgencyId></InitiationHeader>"
    received = read(
        asked(f"<CheckInItem>{header.format('A')}{header.format('B')}{ITEM}</CheckInItem>").encode()
    )
    assert received.header == InitiationHeader(from_agency_id=Party(agency_id=P("A")))
    assert Repaired(R.REPEATED, "//CheckInItem/InitiationHeader") in received.repairs


# What nobody can read ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind", "element", "value"),
    [
        ("<Frobnicate/>", ProblemType.UNKNOWN_SERVICE, "//Frobnicate", None),
        ("<Ext/>", ProblemType.UNKNOWN_SERVICE, "//Ext", None),
        ("<Problem/>", ProblemType.UNKNOWN_SERVICE, "//Problem", None),
        ("", ProblemType.NEEDED_DATA_MISSING, "//NCIPMessage", None),
        ("<CheckInItemResponse/>", ProblemType.PROTOCOL_ERROR, "//CheckInItemResponse", None),
    ],
)
def test_what_names_no_service_is_answered_with_a_problem_alone(
    body: str, kind: ProblemType, element: str, value: str | None
) -> None:
    with pytest.raises(RemoteError) as caught:
        read(asked(body).encode())
    assert caught.value.service is None
    assert caught.value.answer == BareProblem(problem=(caught.value.problem,))
    assert caught.value.problem.problem_type == P(kind)
    assert (caught.value.problem.problem_element, caught.value.problem.problem_value) == (element, value)


def test_a_root_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(RemoteError, match="no NCIPMessage"):
        read(b"<html><body>It works!</body></html>")


@pytest.mark.parametrize(
    ("body", "kind", "element", "value"),
    [
        ("<CheckInItem></CheckInItem>", ProblemType.NEEDED_DATA_MISSING, "//CheckInItem/ItemId", None),
        ("<CheckInItem><ItemElementType>Location</ItemElementType></CheckInItem>",
         ProblemType.NEEDED_DATA_MISSING, "//CheckInItem/ItemId", None),
        ("<CheckInItem><ItemId><ItemIdentifierValue/></ItemId></CheckInItem>",
         ProblemType.NEEDED_DATA_MISSING, "//CheckInItem/ItemId", None),
        (f"<RenewItem>{ITEM}<DesiredDateDue>soon</DesiredDateDue></RenewItem>",
         ProblemType.INVALID_DATE, "//RenewItem/DesiredDateDue", "soon"),
        (f"<RenewItem>{ITEM}<PaidFeeAmount><MonetaryValue>1.50</MonetaryValue></PaidFeeAmount></RenewItem>",
         ProblemType.INVALID_AMOUNT, "//RenewItem/PaidFeeAmount/MonetaryValue", "1.50"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", [Mode.LENIENT, Mode.REPORT])
def test_what_cannot_be_understood_is_answered_by_its_service(
    mode: Mode, body: str, kind: ProblemType, element: str, value: str | None
) -> None:
    header = "<InitiationHeader><FromAgencyId><AgencyId>A</AgencyId></FromAgencyId></InitiationHeader>"
    name = body[1 : body.index(">")]
    with pytest.raises(RemoteError) as caught:
        read(asked(body.replace(f"<{name}>", f"<{name}>{header}", 1)).encode(), mode=mode)
    error = caught.value
    assert type(error.answer).__name__ == f"{name}Response"
    assert error.header == InitiationHeader(from_agency_id=Party(agency_id=P("A")))
    assert error.dialect.version is Version.V2_02
    assert error.problem.problem_type == P(kind)
    assert (error.problem.problem_element, error.problem.problem_value) == (element, value)


def test_a_value_that_its_named_list_has_not_is_refused_where_nothing_is_forgiven() -> None:
    scheme = schemes.scheme_of(schemes.ItemElementType)
    data = asked(
        f'<CheckInItem>{ITEM}<ItemElementType n:Scheme="{scheme}">Colour</ItemElementType></CheckInItem>'
    )
    with pytest.raises(RemoteError, match=ProblemType.UNKNOWN_VALUE_FROM_KNOWN_SCHEME):
        read(data.encode(), mode=Mode.STRICT)
    assert read(data.encode()).message == CheckInItem(item_id=D1, item_element_type=(P("Colour", scheme),))


def test_every_repair_has_its_problem_and_is_seen_in_a_test() -> None:
    assert set(PROBLEMS) == set(Repair)
    here = {repair for row in [*ROWS, *ANSWERS] for repair, _ in row.repairs}
    elsewhere = {R.TEXT_FOR_ELEMENT, R.AMPERSAND, R.CHARSET, R.DOCTYPE, R.ENTITY}
    assert here | elsewhere == set(Repair)


def test_two_services_in_one_message_are_refused_for_one_would_be_forgotten() -> None:
    with pytest.raises(RemoteError) as caught:
        read(asked(f"<CheckInItem>{ITEM}</CheckInItem><CheckOutItem>{ITEM}</CheckOutItem>").encode())
    problem = caught.value.problem
    assert problem.problem_type is not None
    assert problem.problem_type.value == ProblemType.INVALID_MESSAGE_SYNTAX_ERROR
    assert problem.problem_element == "//NCIPMessage/CheckOutItem"
