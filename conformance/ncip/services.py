"""The services that do something: loans, requests, recalls, guests, records; and notifications."""

from conformance.case import Case, Level, Post, ReplyClaim, post
from conformance.ncip.claims import (
    LAYOUT,
    done,
    filled,
    fits,
    is_but,
    listed,
    not_listed,
    refused,
    times,
    told,
    told_if_at_all,
    told_one_of,
)
from conformance.ncip.texts import (
    BROKER,
    LOANS,
    REQUESTS,
    accept,
    cancel,
    check_in,
    check_out,
    elements,
    item,
    lookup_item,
    lookup_user,
    number,
    proof,
    renew,
    request,
    user,
)

_CHECK_OUT = "Z39.83-1: CheckOutItem"
_CHECK_IN = "Z39.83-1: CheckInItem"
_RENEW = "Z39.83-1: RenewItem"
_REQUEST = "Z39.83-1: RequestItem"
_CANCEL = "Z39.83-1: CancelRequestItem"
_ACCEPT = "Z39.83-1: AcceptItem"
_DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)"
_STATUS = "ItemOptionalFields/CirculationStatus"
_LENT = post(check_out(), done("CheckOutItem"), name="loan")
_RETURN = (post(check_in()),)
_HELD = post(request(), done("RequestItem"), name="request")
_UNHOLD = (post(cancel()),)
_ON_LOAN = post(
    lookup_item(None, "Circulation Status"), told_one_of(_STATUS, "On Loan", "Recalled"), done("LookupItem")
)
_ON_SHELF = post(
    lookup_item(None, "Circulation Status"), done("LookupItem"), told(_STATUS, "Available On Shelf")
)
_ACCEPTED = post(accept(), done("AcceptItem"))
_SENT_BACK = (post(check_in(item("{mark}"))),)
_IS_NOT_ON_LOAN = not_listed("LoanedItem/ItemId/ItemIdentifierValue", "{item}")


_RENEW_PROBLEMS = (
    "Item Not Renewable",
    "Maximum Renewals Exceeded",
    "Renewal Not Allowed - Item Has Outstanding Requests",
    "User Blocked",
    "User Ineligible To Renew This Item",
)
_RENEWED_OR_NOT = is_but(
    "a DateDue, Pending, or a Problem of the list for RenewItem",
    lambda reply: (
        reply.service == "RenewItemResponse"
        and (
            bool(reply.first("DateDue") or reply.elements("Pending"))
            or any(found.kind in _RENEW_PROBLEMS for found in reply.problems)
        )
    ),
)
_NO_EARLIER = ReplyClaim(
    "a DateDue, if any, no earlier than before",
    lambda reply, scene: (reply.first("DateDue") or "9") >= (scene.replied["first"].first("DateDue") or ""),
)
_RECORD = "ItemOptionalFields/BibliographicDescription/BibliographicRecordId"
_ASKED_FOR = post(
    lookup_user(None, REQUESTS),
    done("LookupUser"),
    times("RequestedItem/RequestId/RequestIdentifierValue", "{mark}", 1),
)
_NOT_ASKED_FOR = post(
    lookup_user(None, REQUESTS),
    done("LookupUser"),
    not_listed("RequestedItem/RequestId/RequestIdentifierValue", "{mark}"),
)


def _set_status(status: str) -> str:
    return (
        f"<UpdateCirculationStatus>{BROKER}{item()}<CirculationStatus>{status}</CirculationStatus>"
        "</UpdateCirculationStatus>"
    )


def _create(name: str = "{mark}") -> str:
    return (
        f"<CreateItem>{BROKER}{item(name)}{number(name)}<BibliographicDescription><Title>The waves</Title>"
        "</BibliographicDescription></CreateItem>"
    )


def _delete(name: str = "{mark}") -> str:
    return f"<DeleteItem>{BROKER}{item(name)}</DeleteItem>"


def _create_user(name: str = "{mark}") -> str:
    return (
        f"<CreateUser>{BROKER}{user(name)}<NameInformation><PersonalNameInformation><StructuredPersonalUserName>"
        "<GivenName>Ada</GivenName><Surname>Kit</Surname></StructuredPersonalUserName></PersonalNameInformation>"
        "</NameInformation></CreateUser>"
    )


def _delete_user(name: str = "{mark}") -> str:
    return f"<DeleteUser>{BROKER}{user(name)}</DeleteUser>"


def _told_of(name: str, service: str, content: str, level: Level = Level.SHOULD) -> Case:
    """Return a case in which a notification is taken: what it tells has happened already."""
    return Case(
        id=f"services.{name}",
        title=f"{service} is taken, and answered with nothing but a header",
        level=level,
        clause="Z39.83-1: notifications; the response holds ResponseHeader, Problem, Ext",
        steps=(post(f"<{service}>{BROKER}{content}</{service}>", done(service), LAYOUT),),
    )


def _unit(
    name: str, title: str, clause: str, *steps: Post, level: Level = Level.SHOULD, undo: tuple[Post, ...] = ()
) -> Case:
    return Case(id=f"services.{name}", title=title, level=level, clause=clause, steps=steps, undo=undo)


CASES = (
    Case(
        id="services.check-out",
        title="a loan is answered with item, user and due date, and is one",
        level=Level.MUST,
        clause=_CHECK_OUT,
        steps=(
            post(
                check_out(),
                done("CheckOutItem"),
                told("ItemId/ItemIdentifierValue", "{item}"),
                told("UserId/UserIdentifierValue", "{patron}"),
                filled("DateDue"),
                LAYOUT,
            ),
            _ON_LOAN,
        ),
        undo=_RETURN,
    ),
    Case(
        id="services.check-out-date",
        title="the due date is a moment with its zone",
        level=Level.SHOULD,
        clause="Z39.83-1: dates are ISO 8601 date-times, UTC preferred; field practice: midnight slips a day",
        steps=(
            post(
                check_out(), done("CheckOutItem"), fits("DateDue", _DATE, "a date-time with its zone"), LAYOUT
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="services.check-out-proved",
        title="a loan to a user who is named and proved by AuthenticationInput",
        level=Level.MUST,
        clause="Z39.83-1: CheckOutItem by AuthenticationInput",
        steps=(
            post(
                check_out(proof()),
                done("CheckOutItem"),
                told("UserId/UserIdentifierValue", "{patron}"),
                LAYOUT,
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="services.check-out-parts",
        title="a loan tells the parts of item and user that are asked for",
        level=Level.SHOULD,
        clause=f"{_CHECK_OUT}: ItemElementType, UserElementType",
        steps=(
            post(
                check_out(
                    more=elements("Item", "Bibliographic Description", "Circulation Status")
                    + elements("User", "Name Information")
                ),
                done("CheckOutItem"),
                filled("ItemOptionalFields/BibliographicDescription/Title"),
                told_if_at_all(_STATUS, "On Loan"),
                LAYOUT,
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="services.check-out-reversed",
        title="a loan whose item comes before its user is understood",
        level=Level.CLIENT,
        clause="field practice: many clients reverse UserId and ItemId",
        steps=(
            post(
                f"<CheckOutItem>{BROKER}{item()}{user()}</CheckOutItem>",
                done("CheckOutItem"),
                told("UserId/UserIdentifierValue", "{patron}"),
                LAYOUT,
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="services.check-out-own",
        title="what a user has already may be lent to the user again",
        level=Level.CLIENT,
        clause="field practice: a check-out to the patron who has it must pass",
        steps=(
            _LENT,
            post(check_out(more=elements("Item", "Circulation Status")), done("CheckOutItem"), LAYOUT),
        ),
        undo=_RETURN,
    ),
    Case(
        id="services.check-in",
        title="a return is answered with the item, and the loan is over",
        level=Level.MUST,
        clause=_CHECK_IN,
        steps=(
            _LENT,
            post(check_in(), done("CheckInItem"), told("ItemId/ItemIdentifierValue", "{item}"), LAYOUT),
            _ON_SHELF,
            post(lookup_user(None, LOANS), done("LookupUser"), _IS_NOT_ON_LOAN),
        ),
        undo=_RETURN,
    ),
    Case(
        id="services.check-in-again",
        title="a return of what is not on loan passes, or says Item Not Checked Out",
        level=Level.SHOULD,
        clause=f"{_CHECK_IN}; field practice: returns are repeated",
        steps=(
            post(
                check_in(),
                is_but(
                    "CheckInItemResponse, if with a Problem then Item Not Checked Out",
                    lambda reply: (
                        reply.service == "CheckInItemResponse"
                        and all(found.kind == "Item Not Checked Out" for found in reply.problems)
                    ),
                ),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="services.check-in-extras",
        title="a return that names user and request, as the schema does not, is understood",
        level=Level.CLIENT,
        clause="field practice: ILLiad addons send UserId and RequestId in CheckInItem",
        steps=(
            _LENT,
            post(
                f"<CheckInItem>{BROKER}{user()}{item()}{number()}</CheckInItem>", done("CheckInItem"), LAYOUT
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="services.renew",
        title="a renewal is answered with the item and a due date, or with a reason from the standard's list",
        level=Level.MUST,
        clause=_RENEW,
        steps=(
            _LENT,
            post(
                renew(),
                _RENEWED_OR_NOT,
                LAYOUT,
            ),
        ),
        undo=_RETURN,
    ),
    _unit(
        "renew-again",
        "a renewal after another is one more, or is refused by the list; the date never goes back",
        _RENEW,
        _LENT,
        post(renew(), _RENEWED_OR_NOT, name="first"),
        post(renew(more=elements("Item", "Circulation Status")), _RENEWED_OR_NOT, _NO_EARLIER, LAYOUT),
        undo=_RETURN,
    ),
    _unit(
        "undo-check-out",
        "a loan that is undone has not been",
        "Z39.83-1: UndoCheckOutItem",
        _LENT,
        post(
            f"<UndoCheckOutItem>{BROKER}{item()}{user()}</UndoCheckOutItem>",
            done("UndoCheckOutItem"),
            told("ItemId/ItemIdentifierValue", "{item}"),
            LAYOUT,
        ),
        _ON_SHELF,
        post(lookup_user(None, LOANS), done("LookupUser"), _IS_NOT_ON_LOAN),
        undo=_RETURN,
    ),
    _unit(
        "request-item",
        "a request for an item is answered with its number, user, type and scope, and is one",
        _REQUEST,
        post(
            request(),
            done("RequestItem"),
            told("RequestId/RequestIdentifierValue", "{mark}"),
            told("UserId/UserIdentifierValue", "{patron}"),
            told("RequestType", "Hold"),
            told("RequestScopeType", "Item"),
            LAYOUT,
        ),
        _ASKED_FOR,
        level=Level.MUST,
        undo=_UNHOLD,
    ),
    _unit(
        "request-number",
        "the number of a request comes back as it was sent, its agency included",
        f"{_REQUEST}: RequestId",
        post(request(), done("RequestItem"), told("RequestId/AgencyId", "{ncip_agency}"), LAYOUT),
        undo=_UNHOLD,
    ),
    _unit(
        "request-title",
        "a request for a title is answered likewise, with its scope",
        f"{_REQUEST}: BibliographicId",
        post(
            lookup_item(None, "Bibliographic Description"),
            done("LookupItem"),
            keep={"record": lambda reply: reply.first(f"{_RECORD}/BibliographicRecordIdentifier")},
        ),
        post(
            request(
                "<BibliographicId><BibliographicRecordId><BibliographicRecordIdentifier>{record}"
                "</BibliographicRecordIdentifier><AgencyId>{institution}</AgencyId></BibliographicRecordId>"
                "</BibliographicId>",
                "Bibliographic Item",
            ),
            done("RequestItem"),
            told("RequestId/RequestIdentifierValue", "{mark}"),
            told("RequestScopeType", "Bibliographic Item"),
            LAYOUT,
        ),
        _ASKED_FOR,
        undo=_UNHOLD,
    ),
    _unit(
        "request-pickup",
        "a request tells the place of pickup that it named",
        f"{_REQUEST}: PickupLocation",
        post(request(more="<PickupLocation>{pickup2}</PickupLocation>"), done("RequestItem"), LAYOUT),
        post(
            lookup_user(None, REQUESTS),
            done("LookupUser"),
            listed("RequestedItem/PickupLocation", "{pickup2}"),
        ),
        undo=_UNHOLD,
    ),
    _unit(
        "request-proved",
        "a request by a user who is named and proved by AuthenticationInput",
        f"{_REQUEST}: AuthenticationInput",
        post(
            request(who=proof()), done("RequestItem"), told("UserId/UserIdentifierValue", "{patron}"), LAYOUT
        ),
        undo=_UNHOLD,
    ),
    _unit(
        "cancel-by-number",
        "a request is cancelled by its number, and is gone",
        _CANCEL,
        _HELD,
        post(
            cancel(),
            done("CancelRequestItem"),
            told("RequestId/RequestIdentifierValue", "{mark}"),
            told("UserId/UserIdentifierValue", "{patron}"),
            LAYOUT,
        ),
        _NOT_ASKED_FOR,
        level=Level.MUST,
        undo=_UNHOLD,
    ),
    _unit(
        "cancel-by-item",
        "a request is cancelled by its item and user, and is gone",
        _CANCEL,
        _HELD,
        post(
            cancel(item()),
            done("CancelRequestItem"),
            told("ItemId/ItemIdentifierValue", "{item}"),
            LAYOUT,
        ),
        _NOT_ASKED_FOR,
        level=Level.MUST,
        undo=_UNHOLD,
    ),
    _unit(
        "update-request",
        "a request is changed: another place of pickup",
        "Z39.83-1: UpdateRequestItem; deletes come before adds",
        _HELD,
        post(
            f"<UpdateRequestItem>{BROKER}{number()}<AddRequestFields><PickupLocation>{{pickup2}}</PickupLocation>"
            "</AddRequestFields></UpdateRequestItem>",
            is_but("UpdateRequestItemResponse", lambda reply: reply.service == "UpdateRequestItemResponse"),
            done("UpdateRequestItem"),
            LAYOUT,
        ),
        post(
            lookup_user(None, REQUESTS),
            done("LookupUser"),
            listed("RequestedItem/PickupLocation", "{pickup2}"),
        ),
        undo=_UNHOLD,
    ),
    _unit(
        "recall",
        "a recall is answered with the item and a due date, and is called off",
        "Z39.83-1: RecallItem, CancelRecallItem",
        _LENT,
        post(
            f"<RecallItem>{BROKER}{item()}</RecallItem>",
            done("RecallItem"),
            told("ItemId/ItemIdentifierValue", "{item}"),
            LAYOUT,
        ),
        post(lookup_item(None, "Circulation Status"), done("LookupItem"), told(_STATUS, "Recalled")),
        post(f"<CancelRecallItem>{BROKER}{item()}</CancelRecallItem>", done("CancelRecallItem"), LAYOUT),
        post(lookup_item(None, "Circulation Status"), done("LookupItem"), told(_STATUS, "On Loan")),
        undo=_RETURN,
    ),
    _unit(
        "accept",
        "an item of another library is accepted, waits for its user, and is sent back",
        f"{_ACCEPT}: Hold For Pickup",
        post(
            accept(),
            done("AcceptItem"),
            told("RequestId/RequestIdentifierValue", "{mark}"),
            LAYOUT,
        ),
        post(
            lookup_item(item("{mark}"), "Circulation Status", "Bibliographic Description"),
            done("LookupItem"),
            told(_STATUS, "Available For Pickup"),
            told("ItemOptionalFields/BibliographicDescription/Title", "The waves"),
            LAYOUT,
        ),
        post(check_in(item("{mark}")), done("CheckInItem")),
        level=Level.MUST,
        undo=_SENT_BACK,
    ),
    _unit(
        "accept-lend",
        "an item of another library is lent to the user for whom it came",
        f"{_ACCEPT}; {_CHECK_OUT}",
        _ACCEPTED,
        post(check_out(which=item("{mark}")), done("CheckOutItem"), filled("DateDue"), LAYOUT),
        post(check_in(item("{mark}")), done("CheckInItem")),
        level=Level.MUST,
        undo=_SENT_BACK,
    ),
    _unit(
        "accept-ends",
        "what was sent back is gone: it is not lent again",
        f"{_ACCEPT}; field practice: temporary items are deleted at the return",
        _ACCEPTED,
        post(check_in(item("{mark}")), done("CheckInItem")),
        post(check_out(which=item("{mark}")), refused("CheckOutItem"), LAYOUT),
        undo=_SENT_BACK,
    ),
    _unit(
        "item-record",
        "a partner's item is made, changed and deleted",
        "Z39.83-1: CreateItem, UpdateItem, DeleteItem",
        post(_create(), done("CreateItem"), told("ItemId/ItemIdentifierValue", "{mark}"), LAYOUT),
        post(
            f"<UpdateItem>{BROKER}{item('{mark}')}<AddItemFields><ItemDescription>"
            "<CallNumber>KIT 1</CallNumber></ItemDescription></AddItemFields></UpdateItem>",
            done("UpdateItem"),
            LAYOUT,
        ),
        post(
            lookup_item(item("{mark}"), "Item Description"),
            done("LookupItem"),
            told("ItemOptionalFields/ItemDescription/CallNumber", "KIT 1"),
        ),
        post(_delete(), done("DeleteItem"), told("ItemId/ItemIdentifierValue", "{mark}"), LAYOUT),
        undo=(post(_delete()),),
    ),
    _unit(
        "user-record",
        "a user is made, changed and deleted",
        "Z39.83-1: CreateUser, UpdateUser, DeleteUser",
        post(_create_user(), done("CreateUser"), told("UserId/UserIdentifierValue", "{mark}"), LAYOUT),
        post(
            f"<UpdateUser>{BROKER}{user('{mark}')}<AddUserFields><UserAddressInformation><UserAddressRoleType>"
            "Multi-Purpose</UserAddressRoleType><ElectronicAddress><ElectronicAddressType>mailto"
            "</ElectronicAddressType><ElectronicAddressData>ada@example.org</ElectronicAddressData>"
            "</ElectronicAddress></UserAddressInformation></AddUserFields></UpdateUser>",
            done("UpdateUser"),
            LAYOUT,
        ),
        post(
            lookup_user(user("{mark}"), "", "User Address Information"),
            done("LookupUser"),
            listed(
                "UserOptionalFields/UserAddressInformation/ElectronicAddress/ElectronicAddressData",
                "ada@example.org",
            ),
        ),
        post(_delete_user(), done("DeleteUser"), LAYOUT),
        post(lookup_user(user("{mark}")), refused("LookupUser", "Unknown User")),
        undo=(post(_delete_user()),),
    ),
    _unit(
        "circulation-status",
        "an item is said to be missing, and to be on its shelf again",
        "Z39.83-1: UpdateCirculationStatus",
        post(_set_status("Missing"), done("UpdateCirculationStatus"), LAYOUT),
        post(lookup_item(None, "Circulation Status"), told(_STATUS, "Missing")),
        post(_set_status("Available On Shelf"), done("UpdateCirculationStatus")),
        _ON_SHELF,
        undo=(post(_set_status("Available On Shelf")),),
    ),
    _unit(
        "claimed-returned",
        "an item that its user says to have returned is claimed, until it is found",
        "Z39.83-1: ReportCirculationStatusChange, ItemReportedReturned",
        _LENT,
        post(
            f"<ReportCirculationStatusChange>{BROKER}{item()}{user()}<ItemReportedReturned>"
            "<DateReportedReturned>2026-01-05T10:00:00Z</DateReportedReturned></ItemReportedReturned>"
            "</ReportCirculationStatusChange>",
            done("ReportCirculationStatusChange"),
            LAYOUT,
        ),
        post(
            lookup_item(None, "Circulation Status"),
            told(_STATUS, "Claimed Returned Or Never Borrowed"),
        ),
        undo=_RETURN,
    ),
    _told_of(
        "item-checked-out",
        "ItemCheckedOut",
        f"{user()}{item('{mark}')}<DateDue>2031-01-31T23:59:00Z</DateDue>",
    ),
    _told_of(
        "item-received", "ItemReceived", f"{item('{mark}')}<DateReceived>2026-01-31T10:00:00Z</DateReceived>"
    ),
    _told_of(
        "item-shipped",
        "ItemShipped",
        f"{item('{mark}')}<DateShipped>2026-01-31T10:00:00Z</DateShipped><ShippingInformation><ElectronicAddress>"
        "<ElectronicAddressType>mailto</ElectronicAddressType><ElectronicAddressData>ill@example.org"
        "</ElectronicAddressData></ElectronicAddress></ShippingInformation>",
    ),
    _told_of("item-renewed", "ItemRenewed", f"{item('{mark}')}<DateDue>2031-01-31T23:59:00Z</DateDue>"),
    _told_of(
        "circulation-status-updated",
        "CirculationStatusUpdated",
        f"{item('{mark}')}<CirculationStatus>Renew Still Pending</CirculationStatus>",
    ),
)
