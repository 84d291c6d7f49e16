"""One act, seen over both: what is done over NCIP is so at the kiosk (SIP2), and the other way round."""

from conformance.case import Ask, Case, Level, Post, ReplyClaim, Scene, Step, ask, post
from conformance.ncip.claims import done, listed, not_listed, refused, times, told_one_of
from conformance.ncip.storage import NOT_FOUND, SENT_OUT, SHELVED
from conformance.ncip.texts import (
    ACCOUNT,
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
    user,
)
from conformance.sip2.claims import PAYING, code, counted, fixed, fixed_other, fixed_text, holds_counted
from conformance.sip2.lines import (
    BLOCK,
    CANCEL_HOLD,
    CANCEL_HOLD_LAST,
    CHECKIN,
    CHECKIN_LAST,
    CHECKOUT,
    ENABLE_LAST,
    HOLD_THIS_COPY,
    INFORMATION,
    ITEM,
    PAYMENT,
    RENEWAL,
    STATUS,
    of,
    saying,
)
from conformance.wire.ncip import Reply

_ONE = "one library: an act is the same act, over whichever protocol it came"
_WALK = "Alma remote storage, the cycle: asked for, sent out, scanned, lent, returned, refiled"
_STATUS = "ItemOptionalFields/CirculationStatus"
_LOANED = "LoanedItem/ItemId/ItemIdentifierValue"
_REQUESTED = "RequestedItem/ItemId/ItemIdentifierValue"
_OWED = "UserFiscalAccount/AccountBalance/MonetaryValue"
_REMOTE = item("{item_remote}")
_STATE = "circulation status"
_LENT_BY_PARTNER = post(check_out(), done("CheckOutItem"))
_LENT_AT_KIOSK = ask(CHECKOUT, code("12"), fixed("ok", "1"))
_RETURN = (post(check_in()),)
_UNHOLD = (post(cancel()),)
_CHARGED = fixed_text(_STATE, "04", "05", "07")
_COUNTED_BEFORE = ask(INFORMATION, code("64"), name="before")
_IS_THEIRS = post(lookup_user(None, LOANS), done("LookupUser"), times(_LOANED, "{item}", 1))
_IS_NOT_THEIRS = post(lookup_user(None, LOANS), done("LookupUser"), not_listed(_LOANED, "{item}"))
_GUEST = saying(ITEM, item="{mark}")
_KIOSK_REMOTE = of(ITEM, item="item_remote")


def _stands(name: str, *statuses: str) -> Post:
    """Ask over NCIP how an item stands."""
    asked = lookup_item(item(name), "Circulation Status")
    return post(asked, done("LookupItem"), told_one_of(_STATUS, *statuses))


def _case(
    name: str,
    title: str,
    *steps: Step,
    undo: tuple[Ask | Post, ...] = (),
    level: Level = Level.MUST,
    clause: str = _ONE,
) -> Case:
    return Case(id=f"together.{name}", title=title, level=level, clause=clause, steps=steps, undo=undo)


def _a_coin_less(reply: Reply, scene: Scene) -> bool:
    before, now = scene.replied["owing"].first(_OWED) or "", reply.first(_OWED) or ""
    return before.isdecimal() and now.isdecimal() and int(before) - int(now) == 1


_A_COIN_LESS = ReplyClaim(f"{_OWED} one less than before", _a_coin_less)

CASES = (
    _case(
        "loan-by-partner",
        "a loan over NCIP is charged at the kiosk, and counted to the patron once",
        _COUNTED_BEFORE,
        _LENT_BY_PARTNER,
        ask(ITEM, code("18"), _CHARGED),
        ask(INFORMATION, counted("charged", +1, since="before")),
        undo=_RETURN,
    ),
    _case(
        "loan-at-kiosk",
        "a loan at the kiosk is on loan over NCIP, and among the patron's",
        _LENT_AT_KIOSK,
        _stands("{item}", "On Loan"),
        _IS_THEIRS,
        undo=(ask(CHECKIN_LAST),),
    ),
    _case(
        "lent-once",
        "what the kiosk has lent is not lent to another over NCIP, nor the other way round",
        _LENT_AT_KIOSK,
        post(check_out(user("{patron2}")), refused("CheckOutItem")),
        ask(CHECKIN, code("10"), fixed("ok", "1")),
        _LENT_BY_PARTNER,
        ask(of(CHECKOUT, now="end", patron="patron2"), code("12"), fixed("ok", "0")),
        _IS_THEIRS,
        undo=_RETURN,
    ),
    _case(
        "returned-at-kiosk",
        "a loan over NCIP is returned at the kiosk",
        _LENT_BY_PARTNER,
        ask(CHECKIN, code("10"), fixed("ok", "1")),
        _stands("{item}", "Available On Shelf"),
        _IS_NOT_THEIRS,
        undo=_RETURN,
    ),
    _case(
        "returned-by-partner",
        "a loan at the kiosk is returned over NCIP",
        _COUNTED_BEFORE,
        _LENT_AT_KIOSK,
        post(check_in(), done("CheckInItem")),
        ask(ITEM, code("18"), fixed_other(_STATE, "04")),
        ask(INFORMATION, counted("charged", 0, since="before")),
        undo=(ask(CHECKIN_LAST),),
    ),
    _case(
        "renewed-at-kiosk",
        "a loan over NCIP is renewed at the kiosk: there is still one",
        _LENT_BY_PARTNER,
        ask(RENEWAL, code("30"), fixed("ok", "1")),
        _IS_THEIRS,
        undo=_RETURN,
    ),
    _case(
        "renewed-by-partner",
        "a loan at the kiosk is renewed over NCIP: it is still charged",
        _LENT_AT_KIOSK,
        post(renew(), done("RenewItem")),
        ask(ITEM, code("18"), _CHARGED),
        undo=(ask(CHECKIN_LAST),),
    ),
    _case(
        "request-cancelled-at-kiosk",
        "a request over NCIP is counted at the kiosk, cancelled there, and gone",
        _COUNTED_BEFORE,
        post(request(), done("RequestItem")),
        ask(INFORMATION, holds_counted(+1, since="before")),
        ask(CANCEL_HOLD, code("16"), fixed("ok", "1")),
        post(
            lookup_user(None, REQUESTS),
            done("LookupUser"),
            not_listed("RequestedItem/RequestId/RequestIdentifierValue", "{mark}"),
        ),
        undo=_UNHOLD,
    ),
    _case(
        "request-cancelled-by-partner",
        "a hold at the kiosk is among the patron's requests over NCIP, cancelled there, and gone",
        _COUNTED_BEFORE,
        ask(HOLD_THIS_COPY, code("16"), fixed("ok", "1")),
        post(lookup_user(None, REQUESTS), done("LookupUser"), listed(_REQUESTED, "{item}")),
        post(cancel(item()), done("CancelRequestItem")),
        ask(INFORMATION, holds_counted(0, since="before")),
        undo=(ask(CANCEL_HOLD_LAST),),
    ),
    _case(
        "request-lent",
        "what is asked for over NCIP is borrowed at the kiosk, and the request is done",
        post(request(), done("RequestItem")),
        _LENT_AT_KIOSK,
        post(
            lookup_user(None, REQUESTS),
            done("LookupUser"),
            not_listed("RequestedItem/RequestId/RequestIdentifierValue", "{mark}"),
        ),
        undo=(ask(CHECKIN_LAST), *_UNHOLD),
    ),
    _case(
        "recalled",
        "what is recalled over NCIP is recalled at the kiosk",
        _LENT_BY_PARTNER,
        post(f"<RecallItem>{BROKER}{item()}</RecallItem>", done("RecallItem")),
        ask(ITEM, code("18"), fixed_text(_STATE, "07")),
        undo=_RETURN,
        level=Level.SHOULD,
    ),
    _case(
        "paid",
        "what is paid at the kiosk is owed no more over NCIP",
        post(lookup_user(user("{patron_fines}"), ACCOUNT), done("LookupUser"), name="owing"),
        ask(of(STATUS, patron="patron_fines"), code("24"), keep=PAYING),
        ask(PAYMENT + "BK{mark}|", code("38"), fixed("payment accepted", "Y")),
        post(lookup_user(user("{patron_fines}"), ACCOUNT), done("LookupUser"), _A_COIN_LESS),
    ),
    _case(
        "blocked",
        "a card that the kiosk keeps borrows nothing over NCIP",
        ask(BLOCK, code("24")),
        post(
            check_out(user("{patron_to_block}")),
            refused("CheckOutItem", "User Blocked", "User Ineligible To Check Out This Item"),
        ),
        undo=(ask(ENABLE_LAST), *_RETURN),
    ),
    _case(
        "guest-lent-at-kiosk",
        "an item of another library waits on the hold shelf, is borrowed and returned at the kiosk",
        post(accept(), done("AcceptItem")),
        ask(_GUEST, code("18"), fixed_text(_STATE, "08")),
        ask(saying(CHECKOUT, item="{mark}"), code("12"), fixed("ok", "1")),
        _stands("{mark}", "On Loan"),
        ask(saying(CHECKIN, item="{mark}"), code("10"), fixed("ok", "1")),
        post(lookup_user(None, LOANS), done("LookupUser"), not_listed(_LOANED, "{mark}")),
        undo=(post(check_in(item("{mark}"))),),
    ),
    _case(
        "storage-walk",
        "asked for, sent out of the store, scanned, borrowed and returned at the kiosk, refiled",
        post(request(_REMOTE, more="<PickupLocation>{pickup}</PickupLocation>"), done("RequestItem")),
        post(SENT_OUT, done("CheckOutItem")),
        ask(_KIOSK_REMOTE, code("18"), fixed_text(_STATE, "06", "08", "10")),
        ask(of(CHECKIN, item="item_remote", later="now"), code("10")),
        ask(_KIOSK_REMOTE, code("18"), fixed_text(_STATE, "08")),
        _stands("{item_remote}", "Available For Pickup"),
        ask(of(CHECKOUT, item="item_remote"), code("12"), fixed("ok", "1")),
        _stands("{item_remote}", "On Loan"),
        ask(of(CHECKIN, item="item_remote"), code("10"), fixed("ok", "1")),
        ask(_KIOSK_REMOTE, code("18"), fixed_other(_STATE, "04")),
        post(SHELVED, done("CheckInItem")),
        ask(_KIOSK_REMOTE, code("18"), fixed_text(_STATE, "03")),
        _stands("{item_remote}", "Available On Shelf"),
        undo=(*_UNHOLD, post(SHELVED)),
        level=Level.ALMA,
        clause=_WALK,
    ),
    _case(
        "storage-in-ends-kiosk-loan",
        "what the kiosk lent and the store has put away is not charged any more",
        ask(of(CHECKOUT, item="item_remote"), code("12"), fixed("ok", "1")),
        post(SHELVED, done("CheckInItem")),
        ask(_KIOSK_REMOTE, code("18"), fixed_text(_STATE, "03")),
        undo=(post(SHELVED),),
        level=Level.ALMA,
        clause=_WALK,
    ),
    _case(
        "storage-not-found",
        "what the store does not find is missing at the kiosk, and is not lent",
        post(request(_REMOTE), done("RequestItem")),
        post(NOT_FOUND, done("CancelRequestItem")),
        ask(_KIOSK_REMOTE, code("18"), fixed_text(_STATE, "12", "13")),
        undo=(*_UNHOLD, post(SHELVED)),
        level=Level.ALMA,
        clause=_WALK,
    ),
)
