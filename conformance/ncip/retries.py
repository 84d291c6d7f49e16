"""The same message again: NCIP has no message numbers, so what was lost is sent anew; one act is done."""

from msgspec.structs import replace

from conformance.case import AtOnce, Awaits, Case, Level, Post, ReplyClaim, post
from conformance.ncip.claims import (
    LAYOUT,
    done,
    is_but,
    not_listed,
    same_as,
    same_bytes_as,
    times,
    told,
)
from conformance.ncip.shapes import broken_off
from conformance.ncip.texts import (
    BROKER,
    LOANS,
    REQUESTS,
    accept,
    cancel,
    check_in,
    check_out,
    item,
    lookup_item,
    lookup_user,
    renew,
    request,
    saying,
    user,
)

_ONCE = "Z39.83-1 has no message ids: the same message seen twice has the same answer, and no second effect"
_TIMEOUTS = "field practice: clients wait 3 to 30 seconds and ask again"
_GROUND = f"{_ONCE}; {_TIMEOUTS}"
_ENDS = f"{_ONCE}; what else happened in between makes it another message"
_RECALL = f"<RecallItem>{BROKER}{item()}</RecallItem>"
_STATUS = "ItemOptionalFields/CirculationStatus"
_RETURN = (post(check_in()),)
_UNHOLD = (post(cancel()),)
_SENT_BACK = (post(check_in(item("{mark}"))),)
_LENT = post(check_out(), done("CheckOutItem"), name="first")
_ONE_LOAN = post(
    lookup_user(None, LOANS), done("LookupUser"), times("LoanedItem/ItemId/ItemIdentifierValue", "{item}", 1)
)
_NO_LOAN = post(
    lookup_user(None, LOANS),
    done("LookupUser"),
    not_listed("LoanedItem/ItemId/ItemIdentifierValue", "{item}"),
)
_ONE_REQUEST = post(
    lookup_user(None, REQUESTS),
    done("LookupUser"),
    times("RequestedItem/RequestId/RequestIdentifierValue", "{mark}", 1),
)


_MANDATED = (
    f"<CheckOutItem>{BROKER}<MandatedAction><DateEventOccurred>{{happened}}</DateEventOccurred></MandatedAction>"
    f"{user()}{item('{told_item}')}</CheckOutItem>"
)
_MANDATED_BACK = (
    f"<CheckInItem>{BROKER}<MandatedAction><DateEventOccurred>{{happened_last}}</DateEventOccurred>"
    f"</MandatedAction>{item('{told_item}')}</CheckInItem>"
)
_ONE_OF_TWO = ReplyClaim(
    "CheckOutItemResponse, with a Problem if and only if the other has none",
    lambda reply, scene: (
        reply.service == "CheckOutItemResponse"
        and bool(reply.problems) is not bool(scene.replied["first"].problems)
    ),
)


def _set_status(status: str) -> str:
    return (
        f"<UpdateCirculationStatus>{BROKER}{item()}<CirculationStatus>{status}</CirculationStatus>"
        "</UpdateCirculationStatus>"
    )


def _answered(service: str) -> ReplyClaim:
    """The service was answered, whatever that is."""
    return is_but(f"{service}Response", lambda reply: reply.service == f"{service}Response")


def _heard_by_nobody(text: str) -> Post:
    """Send a message and hang up before it is answered."""
    return post(text, awaits=Awaits.SILENCE)


def _same(message: Post) -> Post:
    """Send a message again: what comes is what came."""
    return replace(message, claims=(*message.claims, same_bytes_as("first")), name="")


CASES = (
    Case(
        id="retries.check-out",
        title="a loan asked for again is answered the same, and is one",
        level=Level.MUST,
        clause=_GROUND,
        steps=(_LENT, _same(_LENT), _ONE_LOAN),
        undo=_RETURN,
    ),
    Case(
        id="retries.check-out-thrice",
        title="a loan asked for again and again has the due date of the first time, and no renewal",
        level=Level.SHOULD,
        clause=_GROUND,
        steps=(
            _LENT,
            post(check_out(), done("CheckOutItem"), same_as("first", "DateDue", "RenewalCount")),
            post(check_out(), done("CheckOutItem"), same_as("first", "DateDue", "RenewalCount")),
            _ONE_LOAN,
        ),
        undo=_RETURN,
    ),
    Case(
        id="retries.check-out-unheard",
        title="a loan whose answer nobody heard is answered when it is asked for again",
        level=Level.MUST,
        clause=_GROUND,
        steps=(_heard_by_nobody(check_out()), post(check_out(), done("CheckOutItem"), LAYOUT), _ONE_LOAN),
        undo=_RETURN,
    ),
    Case(
        id="retries.check-out-at-once",
        title="a loan asked for four times at once is one, and all are answered the same",
        level=Level.MUST,
        clause=f"{_GROUND}; a retry that comes while the first still runs waits for it",
        steps=(
            AtOnce((_LENT, *(_same(_LENT) for _ in range(3)))),
            _ONE_LOAN,
        ),
        undo=_RETURN,
    ),
    Case(
        id="retries.check-out-two-users",
        title="of two users who want one item at once, one gets it",
        level=Level.MUST,
        clause="Z39.83-1: CheckOutItem; an item has one loan",
        steps=(
            AtOnce(
                (
                    post(
                        check_out(),
                        _answered("CheckOutItem"),
                        name="first",
                    ),
                    post(check_out(user("{patron2}")), _ONE_OF_TWO, LAYOUT),
                )
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="retries.check-in",
        title="a return sent again is answered the same",
        level=Level.MUST,
        clause=_GROUND,
        steps=(
            _LENT,
            post(check_in(), done("CheckInItem"), name="first"),
            post(check_in(), done("CheckInItem"), same_bytes_as("first")),
            _NO_LOAN,
        ),
        undo=_RETURN,
    ),
    Case(
        id="retries.lent-again",
        title="after a return the same loan is a new one: it is not taken for the first, sent again",
        level=Level.MUST,
        clause=_ENDS,
        steps=(
            _LENT,
            post(check_in(), done("CheckInItem")),
            post(check_out(), done("CheckOutItem")),
            _ONE_LOAN,
        ),
        undo=_RETURN,
    ),
    Case(
        id="retries.cancelled-again",
        title="what is asked for anew may be cancelled anew: that is not the first cancellation, sent again",
        level=Level.MUST,
        clause=_ENDS,
        steps=(
            post(request(), done("RequestItem")),
            post(cancel(item()), done("CancelRequestItem")),
            post(saying(request(), mark="{mark}-2"), done("RequestItem")),
            post(cancel(item()), done("CancelRequestItem")),
            post(
                lookup_user(None, REQUESTS),
                done("LookupUser"),
                not_listed("RequestedItem/RequestId/RequestIdentifierValue", "{mark}-2"),
            ),
        ),
        undo=(*_UNHOLD, post(saying(cancel(), mark="{mark}-2"))),
    ),
    Case(
        id="retries.recalled-again",
        title="after a recall is called off the same recall is a new one",
        level=Level.MUST,
        clause=_ENDS,
        steps=(
            _LENT,
            post(_RECALL, done("RecallItem")),
            post(f"<CancelRecallItem>{BROKER}{item()}</CancelRecallItem>", done("CancelRecallItem")),
            post(_RECALL, done("RecallItem")),
            post(lookup_item(None, "Circulation Status"), done("LookupItem"), told(_STATUS, "Recalled")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="retries.missing-again",
        title="an item that was missing, and found, may be said to be missing again",
        level=Level.MUST,
        clause=_ENDS,
        steps=(
            post(_set_status("Missing"), done("UpdateCirculationStatus")),
            post(_set_status("Available On Shelf"), done("UpdateCirculationStatus")),
            post(_set_status("Missing"), done("UpdateCirculationStatus")),
            post(lookup_item(None, "Circulation Status"), done("LookupItem"), told(_STATUS, "Missing")),
        ),
        undo=(post(_set_status("Available On Shelf")),),
    ),
    Case(
        id="retries.renew",
        title="a renewal sent again does not renew again",
        level=Level.MUST,
        clause=_GROUND,
        steps=(
            _LENT,
            post(
                renew(),
                _answered("RenewItem"),
                name="first",
            ),
            post(renew(), same_as("first", "DateDue", "RenewalCount", "Problem/ProblemType")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="retries.request",
        title="a request sent again is answered the same, and is one",
        level=Level.MUST,
        clause=f"{_GROUND}: RequestId",
        steps=(
            post(request(), done("RequestItem"), name="first"),
            post(request(), done("RequestItem"), same_bytes_as("first")),
            _ONE_REQUEST,
        ),
        undo=_UNHOLD,
    ),
    Case(
        id="retries.request-at-once",
        title="a request sent four times at once is one",
        level=Level.MUST,
        clause=f"{_GROUND}: RequestId",
        steps=(AtOnce(tuple(post(request(), done("RequestItem")) for _ in range(4))), _ONE_REQUEST),
        undo=_UNHOLD,
    ),
    Case(
        id="retries.cancel",
        title="a cancellation sent again is answered the same",
        level=Level.SHOULD,
        clause=_GROUND,
        steps=(
            post(request(), done("RequestItem")),
            post(cancel(), done("CancelRequestItem"), name="first"),
            post(cancel(), done("CancelRequestItem"), same_bytes_as("first")),
        ),
        undo=_UNHOLD,
    ),
    Case(
        id="retries.accept",
        title="an item accepted twice is one",
        level=Level.MUST,
        clause=f"{_GROUND}; field practice: a second copy was made of what was sent again",
        steps=(
            post(accept(), done("AcceptItem"), name="first"),
            post(accept(), done("AcceptItem"), same_bytes_as("first")),
            _ONE_REQUEST,
        ),
        undo=_SENT_BACK,
    ),
    Case(
        id="retries.guest-sent-back",
        title="an item of another library that has gone back may be told to have gone back again",
        level=Level.MUST,
        clause=f"{_GROUND}; field practice: returns are repeated",
        steps=(
            post(accept(), done("AcceptItem")),
            post(check_in(item("{mark}")), done("CheckInItem"), name="first"),
            post(check_in(item("{mark}")), done("CheckInItem"), same_bytes_as("first")),
        ),
        undo=_SENT_BACK,
    ),
    Case(
        id="retries.half-heard",
        title="a loan whose message broke off in the middle is not done",
        level=Level.MUST,
        clause="RFC 9112, 8: a message that is not whole is not acted upon",
        steps=(post(check_out(), request=broken_off, awaits=Awaits.SILENCE), _NO_LOAN),
        undo=_RETURN,
    ),
    Case(
        id="retries.mandated",
        title="what is said to have happened is recorded once, however often it is told",
        level=Level.MUST,
        clause="Z39.83-1: MandatedAction has happened already; it is replayed after an outage",
        steps=(
            post(_MANDATED, done("CheckOutItem"), name="first"),
            post(_MANDATED, done("CheckOutItem"), same_as("first", "DateDue")),
            post(
                lookup_user(None, LOANS),
                done("LookupUser"),
                times("LoanedItem/ItemId/ItemIdentifierValue", "{told_item}", 1),
            ),
        ),
        undo=(post(_MANDATED_BACK),),
    ),
)
