"""Sequence numbers, 97 and 96, and the same message again: what keeps one act from being done twice."""

from msgspec import Struct

from conformance.case import Ask, Awaits, Beside, Case, Claim, Level, Opening, Reconnect, ask
from conformance.sip2.claims import (
    LAYOUT,
    PAYING,
    SEALED,
    code,
    counted,
    field,
    filled,
    fixed,
    fixed_text,
    holds_counted,
    is_bytes,
    numbered,
    owed,
    same_as,
    same_bytes_as,
)
from conformance.sip2.lines import (
    ABILITIES,
    BLOCK,
    CANCEL_HOLD,
    CANCEL_HOLD_LAST,
    CHECKIN,
    CHECKIN_LAST,
    CHECKOUT,
    ENABLE,
    ENABLE_LAST,
    HOLD,
    INFORMATION,
    ITEM,
    LOGIN,
    NOTE,
    PAYMENT,
    RENEW_ALL,
    RENEWAL,
    STATUS,
    of,
)
from conformance.sip2.shapes import with_wrong_sum
from conformance.wire.sip2 import Detection

_RESEND = "SIP2 2.00, Request ACS Resend 97"
_AGAIN = "SIP2 2.00, AY: the same sequence number and checksum as before ask for the same answer"
_NUMBERS = "SIP2 2.00, AY"
_RECONNECT = "reading: AY begins anew with the connection, the transaction date does not"
_RETURN = (ask(CHECKIN_LAST),)
_AGAIN_PLEASE = "97"
_LOST = "reading: a machine that has no answer cannot know whether it was heard"
_HOLD = of(HOLD, item="item_on_loan")
_NO_HOLD = (ask(of(CANCEL_HOLD_LAST, item="item_on_loan")),)
_ENABLED = (ask(ENABLE_LAST),)
_OWING = of(STATUS, patron="patron_fines")
_PAY = of(PAYMENT, now="first")
_LEARN = ask(_OWING, code("24"), name="before", keep=PAYING)
_PAID = fixed("payment accepted", "Y")


class _Act(Struct, frozen=True):
    """A request that changes something, its answer, and what undoes it."""

    request: str
    what: str
    line: str
    answer: str
    undo: tuple[Ask, ...] = ()
    ready: tuple[Ask, ...] = ()


_ACTS = (
    _Act("01", "a block", BLOCK, "24", _ENABLED),
    _Act("15", "a hold", _HOLD, "16", _NO_HOLD),
    _Act("19", "an item status update", NOTE, "20"),
    _Act("25", "a patron enable", ENABLE, "26", _ENABLED, (ask(BLOCK, code("24")),)),
    _Act("29", "a renewal", RENEWAL, "30", _RETURN, (ask(CHECKOUT, code("12"), fixed("ok", "1")),)),
    _Act("65", "a request to renew all", RENEW_ALL, "66"),
)


def _same_bytes(act: _Act) -> Case:
    return Case(
        id=f"resend.same-{act.request}",
        title=f"{act.what} sent again (AY and AZ), or asked for by 97, brings the same bytes",
        level=Level.MUST,
        clause=f"{_AGAIN}; {_RESEND}",
        steps=(
            *act.ready,
            ask(act.line, code(act.answer), sequence=6, name="first"),
            ask(act.line, same_bytes_as("first"), sequence=6),
            ask(_AGAIN_PLEASE, same_bytes_as("first"), detection=Detection.SUM_ONLY),
            ask(act.line, same_bytes_as("first"), sequence=6),
        ),
        undo=act.undo,
    )


def _damaged(act: _Act) -> Case:
    return Case(
        id=f"resend.damaged-{act.request}",
        title=f"{act.what} that was damaged is answered 96, and done when it comes again whole",
        level=Level.MUST,
        clause="SIP2 2.00, Request SC Resend 96",
        steps=(
            *act.ready,
            ask(act.line, is_bytes(b"96AZFEF6"), sequence=6, shape=with_wrong_sum),
            ask(act.line, code(act.answer), LAYOUT, sequence=6),
        ),
        undo=act.undo,
    )


def _lost(
    name: str,
    title: str,
    line: str,
    *claims: Claim,
    ready: tuple[Ask, ...],
    then: Ask,
    undo: tuple[Ask, ...] = (),
) -> Case:
    """Return a case of a request whose answer is lost with its connection, sent again on the next one."""
    return Case(
        id=f"resend.lost-{name}",
        title=title,
        level=Level.SHOULD,
        clause=_LOST,
        steps=(
            *ready,
            ask(line, awaits=Awaits.SILENCE),
            Reconnect(),
            ask(line, *claims, LAYOUT),
            then,
        ),
        undo=undo,
    )


_BEFORE = ask(INFORMATION, code("64"), name="before")
_LENT = ask(CHECKOUT, code("12"), fixed("ok", "1"))
_LOST_CASES = (
    _lost(
        "checkout",
        "a checkout whose answer was lost is answered as a new loan when it is sent again; there is one",
        CHECKOUT,
        code("12"),
        fixed("ok", "1"),
        fixed("renewal ok", "N"),
        ready=(_BEFORE,),
        then=ask(INFORMATION, counted("charged", +1, since="before")),
        undo=_RETURN,
    ),
    _lost(
        "checkin",
        "a checkin whose answer was lost is answered as done when it is sent again",
        CHECKIN,
        code("10"),
        fixed("ok", "1"),
        ready=(_BEFORE, _LENT),
        then=ask(INFORMATION, counted("charged", 0, since="before")),
        undo=_RETURN,
    ),
    _lost(
        "hold",
        "a hold whose answer was lost is answered as done when it is sent again; there is one",
        _HOLD,
        code("16"),
        fixed("ok", "1"),
        ready=(_BEFORE,),
        then=ask(INFORMATION, holds_counted(+1, since="before")),
        undo=_NO_HOLD,
    ),
    _lost(
        "payment",
        "a payment whose answer was lost is answered as done when it is sent again; it is booked once",
        _PAY + "BK{mark}|",
        code("38"),
        _PAID,
        ready=(_LEARN,),
        then=ask(_OWING, owed("coin", since="before")),
    ),
)

CASES = (
    Case(
        id="resend.nothing-yet",
        title="97 before anything was sent is answered 96",
        level=Level.MUST,
        clause=f"{_RESEND}; SIP2 2.00, Request SC Resend 96",
        opening=Opening.UNTOUCHED,
        steps=(ask(_AGAIN_PLEASE, is_bytes(b"96AZFEF6"), detection=Detection.SUM_ONLY),),
    ),
    Case(
        id="resend.nothing-yet-bare",
        title="97 without AZ before anything was sent is answered 96",
        level=Level.MUST,
        clause=f"{_RESEND}; SIP2 2.00, Request SC Resend 96",
        opening=Opening.UNTOUCHED,
        steps=(ask(_AGAIN_PLEASE, code("96"), detection=Detection.NONE),),
    ),
    Case(
        id="resend.last-answer",
        title="97 brings the last answer again, byte for byte, as often as asked",
        level=Level.MUST,
        clause=_RESEND,
        steps=(
            ask(STATUS, code("24"), name="first"),
            ask(_AGAIN_PLEASE, same_bytes_as("first"), detection=Detection.SUM_ONLY),
            ask(_AGAIN_PLEASE, same_bytes_as("first"), detection=Detection.SUM_ONLY),
        ),
    ),
    Case(
        id="resend.not-done-again",
        title="97 after a checkout brings its answer again and lends nothing more",
        level=Level.MUST,
        clause=_RESEND,
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(CHECKOUT, code("12"), fixed("ok", "1"), name="loan"),
            ask(_AGAIN_PLEASE, same_bytes_as("loan"), detection=Detection.SUM_ONLY),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="resend.last-96",
        title="97 after a 96 brings the 96 again",
        level=Level.MUST,
        clause=_RESEND,
        steps=(
            ask(STATUS, code("96"), shape=with_wrong_sum),
            ask(_AGAIN_PLEASE, code("96"), detection=Detection.SUM_ONLY),
        ),
    ),
    Case(
        id="resend.same-message",
        title="the same message again (AY and AZ) brings the same bytes",
        level=Level.MUST,
        clause=_AGAIN,
        steps=(
            ask(INFORMATION, code("64"), sequence=4, name="first"),
            ask(INFORMATION, same_bytes_as("first"), sequence=4),
        ),
    ),
    Case(
        id="resend.same-checkout",
        title="the same checkout again brings the same bytes and makes one loan",
        level=Level.MUST,
        clause=_AGAIN,
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(CHECKOUT, code("12"), fixed("ok", "1"), sequence=5, name="loan"),
            ask(CHECKOUT, same_bytes_as("loan"), sequence=5),
            ask(CHECKOUT, same_bytes_as("loan"), sequence=5),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="resend.same-checkin",
        title="the same checkin again brings the same bytes",
        level=Level.MUST,
        clause=_AGAIN,
        steps=(
            ask(CHECKOUT, code("12"), fixed("ok", "1")),
            ask(CHECKIN, code("10"), fixed("ok", "1"), sequence=7, name="return"),
            ask(CHECKIN, same_bytes_as("return"), sequence=7),
        ),
        undo=_RETURN,
    ),
    Case(
        id="resend.after-96",
        title="a message sent again because it was damaged is done",
        level=Level.MUST,
        clause="SIP2 2.00, Request SC Resend 96",
        steps=(
            ask(ITEM, code("96"), sequence=3, shape=with_wrong_sum),
            ask(ITEM, code("18"), LAYOUT, sequence=3),
        ),
    ),
    Case(
        id="resend.96-between",
        title="a damaged message between does not make the server forget the last good one",
        level=Level.SHOULD,
        clause=f"{_AGAIN}; reading: a message that failed its checksum was not received",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(CHECKOUT, code("12"), fixed("ok", "1"), sequence=5, name="loan"),
            ask(CHECKOUT, code("96"), sequence=5, shape=with_wrong_sum),
            ask(CHECKOUT, fixed("ok", "1"), same_as("loan", "renewal ok", "AH"), sequence=5),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="resend.other-message-same-digit",
        title="another message with the same digit is a message of its own",
        level=Level.MUST,
        clause=_AGAIN,
        steps=(
            ask(STATUS, code("24"), sequence=3),
            ask(ITEM, code("18"), LAYOUT, sequence=3),
        ),
    ),
    Case(
        id="resend.echo",
        title="every digit, 0 too, comes back as it was sent",
        level=Level.MUST,
        clause=_NUMBERS,
        steps=tuple(ask(ABILITIES, SEALED, numbered(digit), sequence=digit) for digit in (*range(10), 0, 1)),
    ),
    Case(
        id="resend.jump",
        title="a jump in the digits is served",
        level=Level.MUST,
        clause=f"{_NUMBERS}: the client's digit comes back; refusing a jump locks the client out",
        steps=(
            ask(STATUS, code("24"), sequence=1),
            ask(ITEM, code("18"), sequence=7),
            ask(STATUS, code("24"), sequence=2),
        ),
    ),
    Case(
        id="resend.counter-restarts",
        title="a counter that starts at 0 again is served",
        level=Level.CLIENT,
        clause="field practice: machines that restart without reconnecting",
        steps=(ask(STATUS, code("24"), sequence=5), ask(ITEM, code("18"), sequence=0)),
    ),
    Case(
        id="resend.without-numbers",
        title="without AY two equal requests are two requests, both answered",
        level=Level.MUST,
        clause="SIP2 2.00: error detection is optional",
        steps=(
            ask(STATUS, code("24"), detection=Detection.NONE),
            ask(STATUS, code("24"), detection=Detection.NONE),
        ),
    ),
    Case(
        id="resend.login-again",
        title="the same login with the same digit is let in again",
        level=Level.CLIENT,
        clause="field practice: 93 as a heartbeat, its counter at 0 each time",
        opening=Opening.UNTOUCHED,
        steps=(
            ask(LOGIN, code("94"), fixed("ok", "1"), sequence=0),
            ask(LOGIN, code("94"), fixed("ok", "1"), sequence=0),
        ),
    ),
    Case(
        id="resend.checkout-after-reconnect",
        title="a checkout sent again on a new connection has its first outcome and makes one loan",
        level=Level.SHOULD,
        clause=_RECONNECT,
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(CHECKOUT, code("12"), fixed("ok", "1"), name="loan"),
            Reconnect(),
            ask(
                CHECKOUT,
                code("12"),
                same_as("loan", "ok", "renewal ok", "desensitize", "AA", "AB", "AJ", "AH"),
            ),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="resend.checkin-after-reconnect",
        title="a checkin sent again on a new connection has its first outcome",
        level=Level.SHOULD,
        clause=_RECONNECT,
        steps=(
            ask(CHECKOUT, code("12"), fixed("ok", "1")),
            ask(CHECKIN, code("10"), fixed("ok", "1"), name="return"),
            Reconnect(),
            ask(CHECKIN, code("10"), same_as("return", "ok", "resensitize", "alert", "AB", "AQ")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="resend.renewal-after-reconnect",
        title="a renewal sent again on a new connection does not extend the loan twice",
        level=Level.SHOULD,
        clause=_RECONNECT,
        steps=(
            ask(CHECKOUT, code("12"), fixed("ok", "1")),
            ask(RENEWAL, code("30"), filled("AH"), name="renewal"),
            Reconnect(),
            ask(RENEWAL, code("30"), same_as("renewal", "ok", "renewal ok", "AH")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="resend.nothing-after-reconnect",
        title="97 on a new connection does not bring an answer of the former one",
        level=Level.MUST,
        clause=f"{_RESEND}; a connection begins with nothing sent",
        steps=(
            ask(STATUS, code("24")),
            Reconnect(Opening.UNTOUCHED),
            ask(_AGAIN_PLEASE, code("96"), detection=Detection.SUM_ONLY),
        ),
    ),
    Case(
        id="resend.hold-after-reconnect",
        title="a hold sent again on a new connection has its first outcome and is one hold",
        level=Level.SHOULD,
        clause=_RECONNECT,
        steps=(
            _BEFORE,
            ask(_HOLD, code("16"), fixed("ok", "1"), name="hold"),
            Reconnect(),
            ask(_HOLD, code("16"), same_as("hold", "ok", "available", "AA", "AB", "BR", "BS", "BW")),
            ask(INFORMATION, holds_counted(+1, since="before")),
        ),
        undo=_NO_HOLD,
    ),
    Case(
        id="resend.cancellation-after-reconnect",
        title="the cancellation of a hold sent again on a new connection has its first outcome",
        level=Level.SHOULD,
        clause=_RECONNECT,
        steps=(
            ask(_HOLD, code("16"), fixed("ok", "1")),
            ask(of(CANCEL_HOLD, item="item_on_loan"), code("16"), fixed("ok", "1"), name="gone"),
            Reconnect(),
            ask(of(CANCEL_HOLD, item="item_on_loan"), code("16"), same_as("gone", "ok", "AA", "AB")),
        ),
        undo=_NO_HOLD,
    ),
    Case(
        id="resend.renew-all-after-reconnect",
        title="a request to renew all sent again on a new connection has its first outcome",
        level=Level.SHOULD,
        clause=_RECONNECT,
        steps=(
            ask(of(CHECKOUT, patron="patron_no_loans"), code("12"), fixed("ok", "1")),
            ask(RENEW_ALL, code("66"), name="first"),
            ask(ITEM, code("18"), name="item"),
            Reconnect(),
            ask(RENEW_ALL, code("66"), same_as("first", "ok", "renewed", "unrenewed", "BM", "BN")),
            ask(ITEM, same_as("item", "AH")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="resend.payment-after-reconnect",
        title="a payment without BK sent again on a new connection is accepted and booked once",
        level=Level.SHOULD,
        clause=_RECONNECT,
        steps=(
            _LEARN,
            ask(_PAY, code("38"), _PAID, name="paid"),
            Reconnect(),
            ask(_PAY, code("38"), _PAID, same_as("paid", "AA", "BK")),
            ask(_OWING, owed("coin", since="before")),
        ),
    ),
    Case(
        id="resend.two-payments",
        title="two payments of the same sum at two moments are two payments",
        level=Level.MUST,
        clause="SIP2 2.00, Fee Paid 37: transaction date",
        steps=(
            _LEARN,
            ask(_PAY, code("38"), _PAID),
            ask(_OWING, code("24"), owed("coin", since="before"), name="between"),
            ask(of(_PAY, first="second"), code("38"), _PAID),
            ask(_OWING, owed("coin", since="between")),
        ),
    ),
    Case(
        id="resend.block-after-reconnect",
        title="a block sent again on a new connection has its first outcome, and one enable lifts it",
        level=Level.SHOULD,
        clause=_RECONNECT,
        steps=(
            ask(BLOCK, code("24"), name="blocked"),
            Reconnect(),
            ask(BLOCK, code("24"), same_as("blocked", "patron status", "AA", "AE")),
            ask(ENABLE, code("26"), LAYOUT),
            ask(of(STATUS, patron="patron_to_block"), code("24"), fixed_text("patron status", " " * 14)),
        ),
        undo=_ENABLED,
    ),
    Case(
        id="resend.other-digit-after-reconnect",
        title="an act sent again on a new connection with another AY carries that AY",
        level=Level.MUST,
        clause=f"{_NUMBERS}; {_RECONNECT}",
        steps=(
            ask(CHECKOUT, code("12"), fixed("ok", "1"), sequence=3, name="loan"),
            Reconnect(),
            ask(CHECKOUT, code("12"), numbered(8), same_as("loan", "ok", "AH"), sequence=8),
        ),
        undo=_RETURN,
    ),
    Case(
        id="resend.later-checkout",
        title="after a return, the checkout of a later moment is a new loan, not the old answer",
        level=Level.MUST,
        clause="SIP2 2.00, Checkout 11: transaction date",
        steps=(
            _BEFORE,
            _LENT,
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(of(CHECKOUT, now="last"), code("12"), fixed("ok", "1"), fixed("renewal ok", "N")),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=(ask(CHECKIN_LAST),),
    ),
    Case(
        id="resend.same-digit-other-person",
        title="the same digit for another patron is another message, however alike the lines are",
        level=Level.MUST,
        clause=_AGAIN,
        steps=(
            ask(STATUS, code("24"), field("AA", "{patron}"), sequence=2),
            ask(of(STATUS, patron="patron2"), code("24"), field("AA", "{patron2}"), sequence=2),
            ask(STATUS, code("24"), field("AA", "{patron}"), sequence=2),
        ),
    ),
    Case(
        id="resend.digits-on-two-connections",
        title="two connections of one terminal count each for itself",
        level=Level.MUST,
        clause=_AGAIN,
        steps=(
            ask(STATUS, code("24"), sequence=5, name="first"),
            Beside((ask(of(STATUS, patron="patron2"), field("AA", "{patron2}"), numbered(5), sequence=5),)),
            ask(_AGAIN_PLEASE, same_bytes_as("first"), detection=Detection.SUM_ONLY),
            ask(STATUS, same_bytes_as("first"), sequence=5),
        ),
    ),
    Case(
        id="resend.nothing-beside",
        title="97 on a second connection does not bring the answer of the first",
        level=Level.MUST,
        clause=f"{_RESEND}; a connection begins with nothing sent",
        steps=(
            ask(STATUS, code("24")),
            Beside(
                (ask(_AGAIN_PLEASE, code("96"), detection=Detection.SUM_ONLY),),
                Opening.UNTOUCHED,
            ),
            ask(STATUS, code("24")),
        ),
    ),
    Case(
        id="resend.half-open",
        title="a terminal that comes again while its old connection still stands is served on both",
        level=Level.SHOULD,
        clause="field practice: machines reconnect without closing",
        steps=(
            ask(STATUS, code("24")),
            Beside((ask(STATUS, code("24"), filled("AE")), ask(ITEM, code("18")))),
            ask(STATUS, code("24"), filled("AE")),
        ),
    ),
    Case(
        id="resend.on-both-connections",
        title="a checkout sent on a second connection while the first still stands makes one loan",
        level=Level.SHOULD,
        clause=_RECONNECT,
        steps=(
            _BEFORE,
            ask(CHECKOUT, code("12"), fixed("ok", "1"), name="loan"),
            Beside((ask(CHECKOUT, code("12"), same_as("loan", "ok", "renewal ok", "AH")),)),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="resend.of-another-terminal",
        title="the same checkout from another terminal is an act of its own, and no second loan",
        level=Level.MUST,
        clause="SIP2 2.00: a terminal repeats its own messages",
        steps=(
            _BEFORE,
            ask(CHECKOUT, code("12"), fixed("ok", "1")),
            Beside((ask(CHECKOUT, code("12"), LAYOUT),), Opening.OTHER),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    *map(_same_bytes, _ACTS),
    *map(_damaged, _ACTS),
    *_LOST_CASES,
)
