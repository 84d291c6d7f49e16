"""Refusals: the ProblemType that the standard has for each, the element it is about, and what stood there."""

from conformance.case import Case, Level, Post, post
from conformance.ncip.claims import (
    LAYOUT,
    NO_TRACE,
    NOT_BUSY,
    NOT_UNDERSTOOD,
    about,
    done,
    filled,
    is_but,
    missing,
    not_listed,
    problem,
    quiet_about,
    refused,
    told,
)
from conformance.ncip.shapes import replacing
from conformance.ncip.texts import (
    BROKER,
    LOANS,
    LOOKUP_ITEM,
    accept,
    cancel,
    check_in,
    check_out,
    item,
    lookup_item,
    lookup_user,
    number,
    proof,
    renew,
    request,
    saying,
    user,
)

_LIST = "Z39.83-1, appendix: ProblemType"
_GROUND = "Z39.83-1: Problem, ProblemElement, ProblemValue"
_NO_ITEM = "no-such-item"
_NO_USER = "no-such-user"
_LENT = post(check_out(), done("CheckOutItem"))
_RETURN = (post(check_in()),)
_UNHOLD = (post(cancel()),)
_MEMBERS = (
    "Item Does Not Circulate",
    "Resource Cannot Be Provided",
    "User Ineligible To Check Out This Item",
    "User Blocked",
)


_REFUSED_OR_ANOTHERS = is_but(
    "CheckOutItemResponse with a Problem, or with the UserId of another user",
    lambda reply: (
        reply.service == "CheckOutItemResponse"
        and (bool(reply.problems) or reply.first("UserId/UserIdentifierValue") not in (None, "", _NO_USER))
    ),
)


def _refusal(
    name: str,
    title: str,
    text: str,
    *kinds: str,
    element: str = "",
    value: str | None = None,
    before: tuple[Post, ...] = (),
    undo: tuple[Post, ...] = (),
    level: Level = Level.MUST,
) -> Case:
    """Return a case in which a service is refused with one of these types."""
    service = text[1 : text.index(">")]
    claims = (refused(service, *kinds), NOT_BUSY, LAYOUT, *((about(element, value),) if element else ()))
    return Case(
        id=f"problems.{name}",
        title=title,
        level=level,
        clause=f"{_LIST} of {service}",
        steps=(*before, post(text, *claims)),
        undo=undo,
    )


CASES = (
    _refusal(
        "item-unknown",
        "an unknown item is named with its value",
        lookup_item(item(_NO_ITEM)),
        "Unknown Item",
        element="ItemId(/ItemIdentifierValue)?",
        value=_NO_ITEM,
    ),
    _refusal(
        "item-empty",
        "an empty item id is no item",
        lookup_item(item("")),
        *("Unknown Item", "Needed Data Missing", NOT_UNDERSTOOD),
    ),
    _refusal(
        "user-unknown",
        "an unknown user is named with its value",
        lookup_user(user(_NO_USER)),
        "Unknown User",
        element="UserId(/UserIdentifierValue)?",
        value=_NO_USER,
    ),
    _refusal(
        "check-in-unknown", "an unknown item is not taken back", check_in(item(_NO_ITEM)), "Unknown Item"
    ),
    _refusal(
        "check-out-unknown-item",
        "an unknown item is not lent",
        check_out(which=item(_NO_ITEM)),
        "Unknown Item",
        element="ItemId(/ItemIdentifierValue)?",
        value=_NO_ITEM,
    ),
    _refusal(
        "renew-unknown-item",
        "an unknown item is not renewed",
        renew(which=item(_NO_ITEM)),
        "Unknown Item",
        element="ItemId(/ItemIdentifierValue)?",
        value=_NO_ITEM,
    ),
    _refusal(
        "renew-not-lent",
        "what is not on loan is not renewed",
        renew(),
        *("Item Not Checked Out", "User Ineligible To Renew This Item", "Item Not Renewable"),
    ),
    _refusal(
        "renew-of-another",
        "the loan of another user is not renewed",
        renew(user("{patron2}")),
        *("User Ineligible To Renew This Item", "Item Not Checked Out", "Item Not Renewable"),
        before=(_LENT,),
        undo=_RETURN,
    ),
    _refusal(
        "check-out-of-another",
        "what another user has is not lent",
        check_out(user("{patron2}")),
        *_MEMBERS,
        before=(_LENT,),
        undo=_RETURN,
    ),
    _refusal(
        "check-out-not-for-loan",
        "an item for use in the library is not lent",
        check_out(which=item("{item_reference}")),
        *("Item Does Not Circulate", "Resource Cannot Be Provided"),
    ),
    _refusal(
        "check-out-lost",
        "a lost item is not lent",
        check_out(which=item("{item_lost}")),
        *_MEMBERS,
        level=Level.SHOULD,
    ),
    _refusal(
        "check-out-blocked",
        "a blocked user borrows nothing",
        check_out(user("{patron_blocked}")),
        *("User Blocked", "User Ineligible To Check Out This Item"),
    ),
    _refusal(
        "check-out-expired",
        "an expired user borrows nothing",
        check_out(user("{patron_expired}")),
        *("User Blocked", "User Ineligible To Check Out This Item"),
    ),
    _refusal(
        "check-out-limit",
        "a user with all the loans there may be borrows no more",
        check_out(user("{patron_at_limit}")),
        *("Maximum Check Outs Exceeded", "User Ineligible To Check Out This Item"),
        undo=_RETURN,
    ),
    _refusal(
        "check-out-held",
        "what waits for another user is not lent",
        check_out(which=item("{item_on_hold}")),
        *_MEMBERS,
    ),
    _refusal(
        "request-unknown-item",
        "an unknown item is not asked for",
        request(item(_NO_ITEM)),
        "Unknown Item",
        element="ItemId(/ItemIdentifierValue)?",
        value=_NO_ITEM,
    ),
    _refusal(
        "request-blocked",
        "a blocked user asks for nothing",
        request(who=user("{patron_blocked}")),
        *("User Blocked", "User Ineligible To Request This Item"),
        undo=_UNHOLD,
    ),
    _refusal(
        "request-twice",
        "a second request for the same is a duplicate",
        saying(request(), mark="{mark}-2"),
        *("Duplicate Request", "User Ineligible To Request This Item"),
        before=(post(request(), done("RequestItem")),),
        undo=(*_UNHOLD, post(saying(cancel(), mark="{mark}-2"))),
        level=Level.SHOULD,
    ),
    _refusal(
        "request-own-loan",
        "what a user has on loan is not asked for by the same user",
        request(),
        *("User Ineligible To Request This Item", "Duplicate Request", "Element Rule Violated"),
        before=(_LENT,),
        undo=(*_UNHOLD, *_RETURN),
        level=Level.SHOULD,
    ),
    _refusal(
        "request-pickup",
        "a place of pickup that there is not is refused, and named",
        request(more="<PickupLocation>NO-SUCH-PLACE</PickupLocation>"),
        *("Element Rule Violated", "Unknown Value From Known Scheme"),
        element="PickupLocation",
        value="NO-SUCH-PLACE",
        undo=_UNHOLD,
        level=Level.SHOULD,
    ),
    _refusal(
        "cancel-unknown",
        "an unknown request is not cancelled",
        cancel(number("no-such-request")),
        "Unknown Request",
        element="RequestId(/RequestIdentifierValue)?",
        value="no-such-request",
    ),
    _refusal(
        "cancel-of-another",
        "the request of another user is not cancelled by its item",
        cancel(item(), user("{patron2}")),
        *("Unknown Request", "Unknown Item", "Element Rule Violated"),
        before=(post(request(), done("RequestItem")),),
        undo=_UNHOLD,
        level=Level.SHOULD,
    ),
    _refusal(
        "recall-not-lent",
        "what is not on loan is not recalled",
        f"<RecallItem>{BROKER}{item()}</RecallItem>",
        *("Item Not Checked Out", "Item Cannot Be Recalled"),
    ),
    _refusal(
        "undo-unknown",
        "a loan of an unknown item is not undone",
        f"<UndoCheckOutItem>{BROKER}{item(_NO_ITEM)}</UndoCheckOutItem>",
        "Unknown Item",
    ),
    _refusal(
        "accept-known-barcode",
        "an item is not accepted under the barcode of one of ours",
        accept().replace(item("{mark}"), item("{item_on_loan}")),
        *("Cannot Accept Item", "Element Rule Violated", "Duplicate Item"),
        level=Level.SHOULD,
        undo=(post(check_in(item("{mark}"))),),
    ),
    _refusal(
        "accept-unknown-user",
        "an item is not accepted for a user whom nobody knows",
        saying(accept(), patron=_NO_USER),
        "Unknown User",
        undo=(post(check_in(item("{mark}"))),),
    ),
    _refusal(
        "lookup-request-unknown",
        "an unknown request is named with its value",
        f"<LookupRequest>{BROKER}{number('no-such-request')}</LookupRequest>",
        "Unknown Request",
    ),
    _refusal(
        "agency-unknown",
        "an unknown agency is not described",
        f"<LookupAgency>{BROKER}<AgencyId>NO-SUCH-AGENCY</AgencyId>"
        "<AgencyElementType>Organization Name Information</AgencyElementType></LookupAgency>",
        "Unknown Agency",
    ),
    Case(
        id="problems.pin-wrong",
        title="a wrong PIN is refused and never comes back",
        level=Level.MUST,
        clause=f"{_LIST} of LookupUser; security: a secret is not echoed",
        steps=(
            post(
                lookup_user(proof(pin="wrong-{mark}")),
                refused("LookupUser", "User Authentication Failed"),
                quiet_about("wrong-{mark}"),
                missing("UserId", "UserOptionalFields"),
                LAYOUT,
            ),
            post(lookup_user(proof()), done("LookupUser")),
        ),
    ),
    Case(
        id="problems.pin-wrong-loan",
        title="nothing is lent for a wrong PIN",
        level=Level.MUST,
        clause=f"{_LIST} of CheckOutItem",
        steps=(
            post(
                check_out(proof(pin="wrong-{mark}")),
                refused("CheckOutItem", "User Authentication Failed"),
                quiet_about("wrong-{mark}"),
                LAYOUT,
            ),
            post(
                lookup_user(proof(), LOANS),
                done("LookupUser"),
                not_listed("LoanedItem/ItemId/ItemIdentifierValue", "{item}"),
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="problems.pin-of-nobody",
        title="a card that there is not cannot be told from a wrong PIN by anything but its type",
        level=Level.SHOULD,
        clause="security: cards are not to be found by trying",
        steps=(
            post(
                lookup_user(proof(card=_NO_USER, pin="wrong-{mark}")),
                refused("LookupUser", "User Authentication Failed", "Unknown User"),
                quiet_about("wrong-{mark}"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="problems.service-unknown",
        title="a service that there is not is Unknown Service",
        level=Level.MUST,
        clause="Z39.83-1, appendix: Unknown Service",
        steps=(post(f"<MakeCoffee>{BROKER}{item()}</MakeCoffee>", problem("Unknown Service"), NOT_BUSY),),
    ),
    Case(
        id="problems.response-as-request",
        title="a response is no request",
        level=Level.MUST,
        clause="Z39.83-1, appendix: Unknown Service, Protocol Error",
        steps=(
            post(
                f"<LookupItemResponse>{item()}</LookupItemResponse>",
                problem("Unknown Service", "Protocol Error", NOT_UNDERSTOOD),
                NOT_BUSY,
            ),
        ),
    ),
    Case(
        id="problems.nothing-asked",
        title="an envelope without a service is refused",
        level=Level.MUST,
        clause="Z39.83-1, appendix: Invalid Message Syntax Error",
        steps=(
            post(
                "",
                problem("Unknown Service", "Protocol Error", NOT_UNDERSTOOD, "Needed Data Missing"),
                NOT_BUSY,
            ),
        ),
    ),
    Case(
        id="problems.two-asked",
        title="two services in one envelope are refused, and neither is done",
        level=Level.MUST,
        clause="NCIP 2.02 schema: NCIPMessage holds exactly one message",
        steps=(
            post(
                check_out() + check_out(which=item("{item2}")),
                is_but("a Problem", lambda reply: bool(reply.problems)),
                NOT_BUSY,
            ),
            post(
                lookup_user(None, LOANS),
                done("LookupUser"),
                not_listed("LoanedItem/ItemId/ItemIdentifierValue", "{item}"),
                not_listed("LoanedItem/ItemId/ItemIdentifierValue", "{item2}"),
            ),
        ),
        undo=(*_RETURN, post(check_in(item("{item2}")))),
    ),
    Case(
        id="problems.item-missing",
        title="what a service cannot do without is Needed Data Missing",
        level=Level.MUST,
        clause="Z39.83-1, appendix: Needed Data Missing",
        steps=(
            post(
                f"<CheckOutItem>{BROKER}{user()}</CheckOutItem>",
                refused("CheckOutItem", "Needed Data Missing", NOT_UNDERSTOOD, "Unknown Item"),
                NOT_BUSY,
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="problems.user-missing",
        title="a loan to nobody is refused, or is the partner's own and names whose it is",
        level=Level.MUST,
        clause="Z39.83-1, appendix: Needed Data Missing; Alma: lending to a partner",
        steps=(
            post(
                f"<CheckOutItem>{BROKER}{item()}</CheckOutItem>",
                _REFUSED_OR_ANOTHERS,
                LAYOUT,
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="problems.check-out-unknown-user",
        title="a loan to a user whom nobody knows is refused, or is the partner's own and names whose it is",
        level=Level.MUST,
        clause="Z39.83-1, appendix: Unknown User; Alma: lending to a partner",
        steps=(post(check_out(user(_NO_USER)), _REFUSED_OR_ANOTHERS, LAYOUT),),
        undo=_RETURN,
    ),
    Case(
        id="problems.date",
        title="a date that is none is Invalid Date",
        level=Level.SHOULD,
        clause="Z39.83-1, appendix: Invalid Date",
        steps=(
            post(
                check_out(more="<DesiredDateDue>the day after</DesiredDateDue>"),
                refused("CheckOutItem", "Invalid Date", NOT_UNDERSTOOD),
                NOT_BUSY,
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="problems.amount",
        title="an amount that is no integer is Invalid Amount",
        level=Level.SHOULD,
        clause="Z39.83-1, appendix: Invalid Amount; amounts are integers in the minor unit",
        steps=(
            post(
                f"<CreateUserFiscalTransaction>{BROKER}{user('{patron_fines}')}<FiscalTransactionInformation>"
                "<FiscalActionType>Assess</FiscalActionType><FiscalTransactionType>Fine</FiscalTransactionType>"
                "<Amount><CurrencyCode>EUR</CurrencyCode><MonetaryValue>1.50</MonetaryValue></Amount>"
                "</FiscalTransactionInformation></CreateUserFiscalTransaction>",
                refused("CreateUserFiscalTransaction", "Invalid Amount", NOT_UNDERSTOOD),
                NOT_BUSY,
            ),
        ),
    ),
    Case(
        id="problems.element-unknown",
        title="an element that there is not is passed over, or is Unknown Element",
        level=Level.MUST,
        clause="Z39.83-1, appendix: Unknown Element",
        steps=(
            post(
                LOOKUP_ITEM,
                is_but(
                    "LookupItemResponse, if with a Problem then Unknown Element or one of syntax",
                    lambda reply: (
                        reply.service == "LookupItemResponse"
                        and all(found.kind in ("Unknown Element", NOT_UNDERSTOOD) for found in reply.problems)
                    ),
                ),
                LAYOUT,
                shape=replacing(b"<ns1:ItemId>", b"<ns1:Mood>good</ns1:Mood><ns1:ItemId>"),
            ),
        ),
    ),
    Case(
        id="problems.detail",
        title="a Problem has a type and says something of it",
        level=Level.SHOULD,
        clause=_GROUND,
        steps=(
            post(
                lookup_item(item(_NO_ITEM)),
                filled("Problem/ProblemType", "Problem/ProblemDetail"),
                told("Problem/ProblemValue", _NO_ITEM),
                NO_TRACE,
                LAYOUT,
            ),
        ),
    ),
)
