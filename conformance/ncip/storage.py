"""Remote storage as Alma does it: an item has come in, has gone out, is not there."""

from conformance.case import AtOnce, Case, Level, Post, post
from conformance.ncip.claims import (
    LAYOUT,
    NOT_BUSY,
    SWAPPED,
    about,
    done,
    in_version,
    is_but,
    not_listed,
    prefixed,
    refused,
    same_bytes_as,
    told,
    told_one_of,
)
from conformance.ncip.texts import (
    STORE,
    cancel,
    check_in,
    check_out,
    item,
    lookup_item,
    lookup_user,
    request,
    saying,
    user,
)
from conformance.wire.ncip import V2_0

_IN = "Alma remote storage: CheckInItem says that an item is in place; its moves and loans end"
_OUT = "Alma remote storage: CheckOutItem is a scan at the desk that OnBehalfOfAgency names"
_GONE = "Alma remote storage: CancelRequestItem makes an item missing"
_HEADER = "Alma remote storage: institution in From and To, desk in OnBehalfOfAgency, profile"
_STATUS = "ItemOptionalFields/CirculationStatus"
_REMOTE = item("{item_remote}")
_BARE = "<ItemId><ItemIdentifierValue>{item_remote}</ItemIdentifierValue></ItemId>"
_NO_ITEM = item("no-such-item")
_STOP = user("STOP-KIT")
SHELVED = check_in(_REMOTE, header=STORE)
SENT_OUT = check_out(_STOP, _REMOTE, header=STORE)
NOT_FOUND = cancel(_REMOTE, _STOP, header=STORE)
_BACK = (post(SHELVED),)
_BACK_UNWANTED = (post(cancel()), *_BACK)
_COMBINATION = (
    "Unauthorized Combination Of Element Values For Agency",
    "Unauthorized Combination Of Element Values For System",
)


def _stands(*statuses: str) -> Post:
    """Ask how the item in the store stands."""
    return post(
        lookup_item(_REMOTE, "Circulation Status"), done("LookupItem"), told_one_of(_STATUS, *statuses)
    )


def _case(name: str, title: str, clause: str, *steps: Post | AtOnce, undo: tuple[Post, ...] = _BACK) -> Case:
    return Case(id=f"storage.{name}", title=title, level=Level.ALMA, clause=clause, steps=steps, undo=undo)


_IN_PLACE = _stands("Available On Shelf")
_AWAY = (
    "In Transit Between Library Locations",
    "Available For Pickup",
    "In Process",
    "Waiting To Be Reshelved",
)

CASES = (
    _case(
        "in",
        "an item that has come in is answered with its id, and is in place",
        _IN,
        post(SHELVED, done("CheckInItem"), told("ItemId/ItemIdentifierValue", "{item_remote}"), LAYOUT),
        _IN_PLACE,
    ),
    _case(
        "in-as-alma",
        "the answer is in Alma's own version with its prefix, From and To in its header",
        f"{_HEADER}; clients look for ns1 literally",
        post(
            SHELVED,
            done("CheckInItem"),
            SWAPPED,
            prefixed("ns1"),
            in_version(V2_0.uri),
            LAYOUT,
            dialect=V2_0,
        ),
    ),
    _case(
        "in-again",
        "an item that is in place already may come in again: nothing changes",
        f"{_IN}; repeated by stores",
        post(SHELVED, done("CheckInItem"), name="first"),
        post(SHELVED, done("CheckInItem"), same_bytes_as("first")),
        _IN_PLACE,
    ),
    _case(
        "in-ends-loan",
        "an item on loan that comes in has been returned",
        _IN,
        post(check_out(which=_REMOTE), done("CheckOutItem")),
        post(SHELVED, done("CheckInItem"), LAYOUT),
        _IN_PLACE,
        post(
            lookup_user(None, "<LoanedItemsDesired/>"),
            done("LookupUser"),
            not_listed("LoanedItem/ItemId/ItemIdentifierValue", "{item_remote}"),
        ),
    ),
    _case(
        "out",
        "an item that has gone out is answered with its id; it is on no loan",
        _OUT,
        post(SENT_OUT, done("CheckOutItem"), told("ItemId/ItemIdentifierValue", "{item_remote}"), LAYOUT),
        post(
            lookup_item(_REMOTE, "Circulation Status"),
            done("LookupItem"),
            is_but("another status than On Loan", lambda reply: reply.first(_STATUS) != "On Loan"),
        ),
    ),
    _case(
        "out-wanted",
        "an item that goes out for a request is on its way, or on the hold shelf",
        _OUT,
        post(request(_REMOTE), done("RequestItem")),
        post(SENT_OUT, done("CheckOutItem"), LAYOUT),
        _stands(*_AWAY),
        undo=_BACK_UNWANTED,
    ),
    _case(
        "out-wanted-elsewhere",
        "an item that goes out for a request at another place is in transit",
        _OUT,
        post(request(_REMOTE, more="<PickupLocation>{pickup2}</PickupLocation>"), done("RequestItem")),
        post(SENT_OUT, done("CheckOutItem")),
        _stands("In Transit Between Library Locations"),
        undo=_BACK_UNWANTED,
    ),
    _case(
        "out-again",
        "an item that has gone out may be told to have gone out again",
        f"{_OUT}; repeated by stores",
        post(SENT_OUT, done("CheckOutItem"), name="first"),
        post(SENT_OUT, done("CheckOutItem"), same_bytes_as("first")),
    ),
    _case(
        "out-at-once",
        "one event told four times at once is one, and all are answered the same",
        f"{_OUT}; repeated by stores",
        post(request(_REMOTE), done("RequestItem")),
        AtOnce(
            (
                post(SENT_OUT, done("CheckOutItem"), name="first"),
                *(post(SENT_OUT, done("CheckOutItem"), same_bytes_as("first")) for _ in range(3)),
            )
        ),
        _stands(*_AWAY),
        undo=_BACK_UNWANTED,
    ),
    _case(
        "round",
        "wanted, gone out, come back in: the request goes on and the item is in place",
        f"{_OUT}; {_IN}",
        post(SENT_OUT, done("CheckOutItem")),
        post(SHELVED, done("CheckInItem")),
        _IN_PLACE,
        post(SENT_OUT, done("CheckOutItem")),
        post(SHELVED, done("CheckInItem")),
        _IN_PLACE,
    ),
    _case(
        "not-found",
        "an item that is not there is missing, until it comes in",
        _GONE,
        post(request(_REMOTE), done("RequestItem")),
        post(
            NOT_FOUND, done("CancelRequestItem"), told("ItemId/ItemIdentifierValue", "{item_remote}"), LAYOUT
        ),
        _stands("Missing"),
        post(SHELVED, done("CheckInItem")),
        _stands("Available On Shelf", "Available For Pickup", "In Process"),
        undo=_BACK_UNWANTED,
    ),
    _case(
        "not-found-again",
        "an item that is not there may be told to be missing again",
        f"{_GONE}; repeated by stores",
        post(request(_REMOTE), done("RequestItem")),
        post(NOT_FOUND, done("CancelRequestItem"), name="first"),
        post(NOT_FOUND, done("CancelRequestItem"), same_bytes_as("first")),
        _stands("Missing"),
        undo=_BACK_UNWANTED,
    ),
    _case(
        "unknown-item",
        "an unknown item is named with its value",
        "Alma remote storage: Unknown Item",
        post(
            check_in(_NO_ITEM, header=STORE),
            refused("CheckInItem", "Unknown Item"),
            about("ItemId(/ItemIdentifierValue)?", "no-such-item"),
            LAYOUT,
        ),
        post(
            check_out(_STOP, _NO_ITEM, header=STORE),
            refused("CheckOutItem", "Unknown Item"),
            LAYOUT,
        ),
        post(
            cancel(_NO_ITEM, _STOP, header=STORE),
            refused("CancelRequestItem", "Unknown Item"),
            LAYOUT,
        ),
        undo=(),
    ),
    _case(
        "desk-unknown",
        "a desk that there is not is named with its value, and nothing moves",
        f"{_HEADER}; Unauthorized Combination Of Element Values For Agency",
        post(
            saying(SENT_OUT, ncip_desk="NOWHERE.NO_DESK"),
            refused("CheckOutItem", *_COMBINATION),
            about("OnBehalfOfAgency(/AgencyId)?", "NOWHERE.NO_DESK"),
            NOT_BUSY,
            LAYOUT,
        ),
        _IN_PLACE,
    ),
    _case(
        "profile-unknown",
        "a profile that there is not is refused, and nothing moves",
        f"{_HEADER}; Unauthorized Combination Of Element Values For Agency",
        post(
            saying(SENT_OUT, ncip_profile="NO_SUCH_PROFILE"),
            refused("CheckOutItem", *_COMBINATION, "Unknown Agency", "Agency Authentication Failed"),
            NOT_BUSY,
            LAYOUT,
        ),
        _IN_PLACE,
    ),
    _case(
        "item-elsewhere",
        "the store does not send out what it does not hold: refused, or a scan at its desk; never a loan",
        "Alma remote storage: Item Access Denied, or accepted with a note",
        post(
            check_out(_STOP, item(), header=STORE),
            is_but("CheckOutItemResponse", lambda reply: reply.service == "CheckOutItemResponse"),
            NOT_BUSY,
            LAYOUT,
        ),
        post(
            lookup_item(None, "Circulation Status"),
            done("LookupItem"),
            is_but("another status than On Loan", lambda reply: reply.first(_STATUS) != "On Loan"),
        ),
        undo=(post(check_in()),),
    ),
    _case(
        "id-bare",
        "an item id without its agency is one of the institution's",
        f"{_HEADER}; Z39.83-1: AgencyId is optional in ItemId",
        post(
            check_in(_BARE, header=STORE),
            done("CheckInItem"),
            LAYOUT,
        ),
    ),
)
