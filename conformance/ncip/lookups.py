"""The services that only look: LookupUser, LookupItem, LookupItemSet, LookupRequest, LookupAgency."""

from conformance.case import Case, Level, Post, post
from conformance.ncip.claims import (
    LAYOUT,
    at_most,
    done,
    filled,
    fits,
    is_but,
    listed,
    missing,
    not_listed,
    other_than,
    quiet_about,
    refused,
    there,
    told,
    told_one_of,
)
from conformance.ncip.texts import (
    ACCOUNT,
    BROKER,
    LOANS,
    REQUESTS,
    cancel,
    check_in,
    check_out,
    elements,
    item,
    lookup_item,
    lookup_user,
    number,
    proof,
    request,
    user,
)
from conformance.wire.ncip import Reply

_ITEM = "Z39.83-1: LookupItem; ItemElementType says which parts come back"
_USER = "Z39.83-1: LookupUser; UserElementType says which parts come back"
_SET = "Z39.83-1: LookupItemSet"
_REQUEST = "Z39.83-1: LookupRequest"
_OPTIONAL = "ItemOptionalFields"
_STATUS = f"{_OPTIONAL}/CirculationStatus"
_LENT = post(check_out(), done("CheckOutItem"))
_RETURN = (post(check_in()),)
_HELD = post(request(), done("RequestItem"))
_CANCEL = (post(cancel()),)
_OUT = "ItemTransaction", "ItemOptionalFields/CurrentBorrower"
_TITLE = f"{_OPTIONAL}/BibliographicDescription/Title"
_PARTS = elements("Request", "User Id", "Request Type", "Request Status Type", "Hold Queue Position")
_BIBS = "BibInformation"
_SET_ITEMS = f"{_BIBS}/HoldingsSet/ItemInformation"


def _part(name: str, part: str, path: str, level: Level = Level.SHOULD) -> Case:
    """Return a case in which one part of an item is asked for, and comes."""
    return Case(
        id=f"lookups.item-{name}",
        title=f"an item tells its {part} when it is asked for",
        level=level,
        clause=_ITEM,
        steps=(post(lookup_item(None, part), done("LookupItem"), filled(f"{_OPTIONAL}/{path}"), LAYOUT),),
    )


def _status(name: str, fact: str, title: str, *texts: str) -> Case:
    """Return a case in which an item of a special kind tells how it stands."""
    return Case(
        id=f"lookups.item-{name}",
        title=title,
        level=Level.SHOULD,
        clause="Z39.83-1: CirculationStatus",
        steps=(
            post(
                lookup_item(item("{" + fact + "}"), "Circulation Status"),
                done("LookupItem"),
                told_one_of(_STATUS, *texts),
                LAYOUT,
            ),
        ),
    )


def _set(content: str, more: str = "") -> str:
    return f"<LookupItemSet>{BROKER}{content}{elements('Item', 'Circulation Status')}{more}</LookupItemSet>"


def _told_items(reply: Reply) -> tuple[str, ...]:
    return reply.every(f"{_SET_ITEMS}/ItemId/ItemIdentifierValue")


def _next(reply: Reply) -> str | None:
    return reply.first("NextItemToken")


def _page(token: str = "") -> str:
    more = f"<NextItemToken>{token}</NextItemToken>" if token else ""
    return _set(item("{item}") + item("{item2}"), f"<MaximumItemsCount>1</MaximumItemsCount>{more}")


_PAGES: tuple[Post, ...] = (
    post(
        _page(),
        done("LookupItemSet"),
        at_most(_SET_ITEMS, 1),
        LAYOUT,
        name="first",
        keep={"token": _next},
    ),
)


CASES = (
    Case(
        id="lookups.item",
        title="an item is answered with its id and no part that was not asked for",
        level=Level.MUST,
        clause=_ITEM,
        steps=(
            post(
                lookup_item(),
                done("LookupItem"),
                told("ItemId/ItemIdentifierValue", "{item}"),
                missing(_TITLE, _STATUS, f"{_OPTIONAL}/Location"),
                LAYOUT,
            ),
        ),
    ),
    _part("title", "Bibliographic Description", "BibliographicDescription/Title", Level.MUST),
    _part("status", "Circulation Status", "CirculationStatus", Level.MUST),
    _part("queue", "Hold Queue Length", "HoldQueueLength"),
    _part("description", "Item Description", "ItemDescription/CallNumber"),
    _part("location", "Location", "Location/LocationName/LocationNameInstance/LocationNameValue"),
    _status("on-shelf", "item", "an item on its shelf is available", "Available On Shelf"),
    _status("on-loan", "item_on_loan", "an item on loan is on loan, or recalled", "On Loan", "Recalled"),
    _status("lost", "item_lost", "a lost item is lost", "Lost", "Missing"),
    _status("remote", "item_remote", "an item in a remote store is available", "Available On Shelf"),
    Case(
        id="lookups.item-due",
        title="an item on loan tells when it is due",
        level=Level.SHOULD,
        clause="NCIP 2.02: ItemElementType Date Due",
        steps=(
            post(
                lookup_item(item("{item_on_loan}"), "Date Due"),
                done("LookupItem"),
                filled(f"{_OPTIONAL}/DateDue"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.item-not-for-loan",
        title="an item for use in the library tells its restriction",
        level=Level.SHOULD,
        clause="Z39.83-1: ItemUseRestrictionType",
        steps=(
            post(
                lookup_item(item("{item_reference}"), "Item Use Restriction Type"),
                done("LookupItem"),
                told_one_of(
                    f"{_OPTIONAL}/ItemUseRestrictionType",
                    "Not For Loan",
                    "In Library Use Only",
                    "Use Only In Controlled Access",
                ),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.item-all-parts",
        title="all parts of an item at once come in the order of the schema",
        level=Level.MUST,
        clause=_ITEM,
        steps=(
            post(
                lookup_item(
                    None,
                    "Location",
                    "Item Description",
                    "Hold Queue Length",
                    "Circulation Status",
                    "Item Use Restriction Type",
                    "Bibliographic Description",
                    "Physical Condition",
                    "Security Marker",
                    "Electronic Resource",
                    "Sensitization Flag",
                    "Date Due",
                ),
                done("LookupItem"),
                there(_OPTIONAL),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.item-borrower-untold",
        title="a partner is not told who has an item, or is refused",
        level=Level.SHOULD,
        clause="Z39.83-1: CurrentBorrowerDesired; privacy: left out where the asker may not know",
        steps=(
            _LENT,
            post(
                lookup_item().replace("</LookupItem>", "<CurrentBorrowerDesired/></LookupItem>"),
                missing(*_OUT),
                quiet_about("{patron}"),
                LAYOUT,
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="lookups.item-by-request",
        title="an item is found by the request for it",
        level=Level.SHOULD,
        clause="Z39.83-1: LookupItem by RequestId",
        steps=(
            _HELD,
            post(
                f"<LookupItem>{BROKER}{number()}</LookupItem>",
                done("LookupItem"),
                told("RequestId/RequestIdentifierValue", "{mark}"),
                LAYOUT,
            ),
        ),
        undo=_CANCEL,
    ),
    Case(
        id="lookups.user",
        title="a user is answered with an id and no part that was not asked for",
        level=Level.MUST,
        clause=_USER,
        steps=(
            post(
                lookup_user(),
                done("LookupUser"),
                told("UserId/UserIdentifierValue", "{patron}"),
                missing(
                    "UserOptionalFields/NameInformation", "LoanedItem", "RequestedItem", "UserFiscalAccount"
                ),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.user-name",
        title="a user's name is told when it is asked for",
        level=Level.MUST,
        clause=_USER,
        steps=(
            post(
                lookup_user(None, "", "Name Information"),
                done("LookupUser"),
                there("UserOptionalFields/NameInformation/PersonalNameInformation"),
                missing("UserOptionalFields/UserAddressInformation"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.user-all-parts",
        title="all parts of a user at once come in the order of the schema",
        level=Level.MUST,
        clause=_USER,
        steps=(
            post(
                lookup_user(
                    None,
                    LOANS + REQUESTS + ACCOUNT,
                    "Previous User Id",
                    "User Id",
                    "Block Or Trap",
                    "User Privilege",
                    "User Language",
                    "Date Of Birth",
                    "User Address Information",
                    "Name Information",
                    "Authentication Input",
                ),
                done("LookupUser"),
                there("UserOptionalFields"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.user-privilege",
        title="a user in good standing has a privilege and is not blocked",
        level=Level.SHOULD,
        clause="Z39.83-1: UserPrivilege, BlockOrTrap",
        steps=(
            post(
                lookup_user(None, "", "User Privilege", "Block Or Trap"),
                done("LookupUser"),
                filled(
                    "UserOptionalFields/UserPrivilege/AgencyId",
                    "UserOptionalFields/UserPrivilege/AgencyUserPrivilegeType",
                ),
                not_listed("UserOptionalFields/BlockOrTrap/BlockOrTrapType", "Block Check Out"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.user-blocked",
        title="a user who may not borrow has a block, or a privilege that says so",
        level=Level.SHOULD,
        clause="Z39.83-1: BlockOrTrap; field practice: UserPrivilegeStatusType",
        steps=(
            post(
                lookup_user(user("{patron_blocked}"), "", "User Privilege", "Block Or Trap"),
                done("LookupUser"),
                is_but(
                    "a BlockOrTrap, or a UserPrivilegeStatus other than good",
                    lambda reply: bool(
                        reply.elements("UserOptionalFields/BlockOrTrap")
                        or set(
                            reply.every(
                                "UserOptionalFields/UserPrivilege/UserPrivilegeStatus/UserPrivilegeStatusType"
                            )
                        )
                        - {"ACTIVE", "Active", "OK", "Ok", "Y", "GOOD"}
                    ),
                ),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.user-proved",
        title="a user is found by card and PIN",
        level=Level.MUST,
        clause="Z39.83-1: LookupUser by AuthenticationInput",
        steps=(
            post(
                lookup_user(proof()),
                done("LookupUser"),
                told("UserId/UserIdentifierValue", "{patron}"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.user-id-and-proof",
        title="a user who is named and proved, which the schema does not have, is found",
        level=Level.CLIENT,
        clause="field practice: VuFind and others send UserId and AuthenticationInput together",
        steps=(post(lookup_user(user() + proof()), done("LookupUser")),),
    ),
    Case(
        id="lookups.user-loans",
        title="what a user has on loan is listed with its due date when it is asked for, and not before",
        level=Level.MUST,
        clause="Z39.83-1: LookupUser, LoanedItemsDesired",
        steps=(
            post(
                lookup_user(None, LOANS),
                done("LookupUser"),
                not_listed("LoanedItem/ItemId/ItemIdentifierValue", "{item}"),
            ),
            _LENT,
            post(
                lookup_user(None, LOANS),
                done("LookupUser"),
                listed("LoanedItem/ItemId/ItemIdentifierValue", "{item}"),
                filled("LoanedItem/DateDue"),
                LAYOUT,
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="lookups.user-requests",
        title="what a user has asked for is listed when that is asked for",
        level=Level.MUST,
        clause="Z39.83-1: LookupUser, RequestedItemsDesired",
        steps=(
            _HELD,
            post(
                lookup_user(None, REQUESTS),
                done("LookupUser"),
                filled(
                    "RequestedItem/RequestType", "RequestedItem/RequestStatusType", "RequestedItem/DatePlaced"
                ),
                listed("RequestedItem/RequestId/RequestIdentifierValue", "{mark}"),
                LAYOUT,
            ),
        ),
        undo=_CANCEL,
    ),
    Case(
        id="lookups.user-account",
        title="what a user owes is told as an integer of the smallest unit, with its currency",
        level=Level.MUST,
        clause="Z39.83-1: UserFiscalAccount; amounts are integers in the minor unit",
        steps=(
            post(
                lookup_user(user("{patron_fines}"), ACCOUNT),
                done("LookupUser"),
                fits("UserFiscalAccount/AccountBalance/MonetaryValue", r"[1-9]\d*", "a positive integer"),
                fits("UserFiscalAccount/AccountBalance/CurrencyCode", "[A-Z]{3}", "three letters"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.agency",
        title="the institution tells its name when it is asked for",
        level=Level.SHOULD,
        clause="Z39.83-1: LookupAgency; only what is asked for comes back",
        steps=(
            post(
                f"<LookupAgency>{BROKER}<AgencyId>{{institution}}</AgencyId>"
                f"{elements('Agency', 'Organization Name Information')}</LookupAgency>",
                done("LookupAgency"),
                told("AgencyId", "{institution}"),
                filled("OrganizationNameInformation/OrganizationName"),
                missing("AuthenticationPrompt", "AgencyUserPrivilegeType"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.request",
        title="a request is found by its number, with the parts that are asked for",
        level=Level.SHOULD,
        clause=_REQUEST,
        steps=(
            _HELD,
            post(
                f"<LookupRequest>{BROKER}{number()}{_PARTS}</LookupRequest>",
                done("LookupRequest"),
                told("RequestId/RequestIdentifierValue", "{mark}"),
                told("UserId/UserIdentifierValue", "{patron}"),
                filled("RequestType", "RequestStatusType", "HoldQueuePosition"),
                missing("PickupLocation", "DateOfUserRequest"),
                LAYOUT,
            ),
        ),
        undo=_CANCEL,
    ),
    Case(
        id="lookups.request-by-user",
        title="a request is found by its user, its item and its type",
        level=Level.SHOULD,
        clause=_REQUEST,
        steps=(
            _HELD,
            post(
                f"<LookupRequest>{BROKER}{user()}{item()}<RequestType>Hold</RequestType>"
                f"{elements('Request', 'Request Status Type')}</LookupRequest>",
                done("LookupRequest"),
                filled("RequestStatusType"),
                LAYOUT,
            ),
        ),
        undo=_CANCEL,
    ),
    Case(
        id="lookups.set",
        title="several items are told at once",
        level=Level.SHOULD,
        clause=_SET,
        steps=(
            post(
                _set(item() + item("{item2}")),
                done("LookupItemSet"),
                listed(f"{_SET_ITEMS}/ItemId/ItemIdentifierValue", "{item}"),
                listed(f"{_SET_ITEMS}/ItemId/ItemIdentifierValue", "{item2}"),
                filled(f"{_SET_ITEMS}/{_STATUS}"),
                missing("NextItemToken"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.set-unknown",
        title="an unknown item in a set does not hide the others",
        level=Level.SHOULD,
        clause=f"{_SET}: a Problem takes the place of what it is about",
        steps=(
            post(
                _set(item("no-such-item") + item()),
                is_but("LookupItemSetResponse", lambda reply: reply.service == "LookupItemSetResponse"),
                listed(f"{_SET_ITEMS}/ItemId/ItemIdentifierValue", "{item}"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.set-pages",
        title="a set comes in pages of the size wanted, each item once, and the last has no token",
        level=Level.SHOULD,
        clause=f"{_SET}: MaximumItemsCount, NextItemToken",
        steps=(
            *_PAGES,
            post(
                _page("{token}"),
                done("LookupItemSet"),
                at_most(_SET_ITEMS, 1),
                other_than("first", f"{_SET_ITEMS}/ItemId/ItemIdentifierValue"),
                missing("NextItemToken"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="lookups.set-token-again",
        title="a token may be used again, on any connection: the same page comes",
        level=Level.SHOULD,
        clause=f"{_SET}: NextItemToken; field practice: an answer that was lost is asked for again",
        steps=(
            *_PAGES,
            post(_page("{token}"), done("LookupItemSet"), name="second"),
            post(
                _page("{token}"),
                done("LookupItemSet"),
                is_but("an item", lambda reply: bool(_told_items(reply))),
                other_than("first", f"{_SET_ITEMS}/ItemId/ItemIdentifierValue"),
            ),
        ),
    ),
    Case(
        id="lookups.set-token-wrong",
        title="a token that was never given is refused and names the element",
        level=Level.SHOULD,
        clause=f"{_SET}: NextItemToken is good for the same question only",
        steps=(post(_page("no-such-token"), refused("LookupItemSet", "Element Rule Violated"), LAYOUT),),
    ),
    Case(
        id="lookups.set-token-of-another",
        title="a token of another question is refused",
        level=Level.SHOULD,
        clause=f"{_SET}: NextItemToken is good for the same question only",
        steps=(
            *_PAGES,
            post(
                _set(
                    item("{item_multi}") + item("{item_lost}"),
                    "<MaximumItemsCount>1</MaximumItemsCount><NextItemToken>{token}</NextItemToken>",
                ),
                refused("LookupItemSet", "Element Rule Violated"),
            ),
        ),
    ),
)
