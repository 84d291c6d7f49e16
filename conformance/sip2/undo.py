"""BI: a checkout or checkin that failed at the machine is taken back, and all is as it was."""

from conformance.case import Beside, Case, Level, Opening, Reconnect, ask
from conformance.sip2.claims import (
    LAYOUT,
    code,
    counted,
    counted_if,
    field,
    filled,
    fixed,
    fixed_other,
    fixed_text,
    same_as,
)
from conformance.sip2.lines import (
    CANCEL_HOLD_LAST,
    CHECKIN,
    CHECKIN_LAST,
    CHECKOUT,
    HOLD,
    INFORMATION,
    ITEM,
    OFFLINE_CHECKIN,
    OFFLINE_CHECKIN_LAST,
    OFFLINE_CHECKOUT,
    cancelling,
    of,
    saying,
)

_CANCEL = "SIP2 2.00, BI"
_ALMA = "Alma self-check, Checkin: BI cancels a failed checkout; SIP2 2.00, BI"
_TRUE = f"{_CANCEL}; reading: what is cancelled has not been"
_ONCE = "reading: the transaction date names the act"
_LENT = ask(CHECKOUT, code("12"), fixed("ok", "1"))
_UNLEND = cancelling(CHECKIN)
_UNRETURN = cancelling(of(CHECKOUT, now="last"))
_RETURN = (ask(CHECKIN_LAST),)
_CHARGED = fixed_text("circulation status", "04", "05", "07")
_NOT_CHARGED = fixed_other("circulation status", "04")
_HELD_HERE = ask(HOLD + "BS{pickup}|", code("16"), fixed("ok", "1"))
_NO_HOLD = (ask(CANCEL_HOLD_LAST), *_RETURN)

CASES = (
    Case(
        id="undo.checkout",
        title="a checkout that is cancelled has not been: item and patron are as before",
        level=Level.ALMA,
        clause=_ALMA,
        steps=(
            ask(ITEM, code("18"), name="item"),
            ask(INFORMATION, code("64"), name="before"),
            _LENT,
            ask(_UNLEND, code("10"), fixed("ok", "1"), LAYOUT, field("AB", "{item}")),
            ask(ITEM, same_as("item", "circulation status", "AH", "AJ", "AQ", "AP")),
            ask(INFORMATION, counted("charged", 0, since="before"), same_as("before", "patron status", "BV")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.checkout-at-once",
        title="a cancellation sent again is answered the same",
        level=Level.SHOULD,
        clause=_ONCE,
        steps=(
            _LENT,
            ask(_UNLEND, code("10"), fixed("ok", "1"), name="undone"),
            ask(_UNLEND, code("10"), same_as("undone", "ok", "alert", "AB", "AQ")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.checkout-after-reconnect",
        title="a cancellation sent again on a new connection is answered the same",
        level=Level.SHOULD,
        clause=_ONCE,
        steps=(
            _LENT,
            ask(_UNLEND, code("10"), fixed("ok", "1"), name="undone"),
            Reconnect(),
            ask(_UNLEND, code("10"), same_as("undone", "ok", "alert", "AB", "AQ")),
            ask(ITEM, _NOT_CHARGED),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.lent-again",
        title="what was cancelled can be lent to somebody else at once",
        level=Level.SHOULD,
        clause=_TRUE,
        steps=(
            _LENT,
            ask(_UNLEND, code("10"), fixed("ok", "1")),
            ask(of(CHECKOUT, patron="patron2", now="last"), code("12"), fixed("ok", "1"), LAYOUT),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.no-trap",
        title="a cancelled checkout is no return: the item is not put aside for who waits for another copy",
        level=Level.SHOULD,
        clause=f"{_TRUE}; field practice: a cancelled checkout was trapped (Evergreen 1503903)",
        steps=(
            _LENT,
            ask(of(HOLD, patron="patron2") + "BS{pickup}|", code("16")),
            ask(_UNLEND, code("10"), LAYOUT),
            ask(ITEM, fixed_other("circulation status", "08")),
        ),
        undo=(ask(of(CANCEL_HOLD_LAST, patron="patron2")), *_RETURN),
    ),
    Case(
        id="undo.hold-restored",
        title="a hold that was filled by the cancelled loan exists again, ready at its place",
        level=Level.SHOULD,
        clause=_TRUE,
        steps=(
            ask(of(CHECKOUT, patron="patron2"), code("12"), fixed("ok", "1")),
            _HELD_HERE,
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(ITEM, fixed_text("circulation status", "08"), name="item"),
            ask(INFORMATION, code("64"), name="ready"),
            ask(of(CHECKOUT, now="last"), code("12"), fixed("ok", "1")),
            ask(INFORMATION, counted("hold", -1, since="ready")),
            ask(cancelling(of(CHECKIN, later="last")), code("10"), fixed("ok", "1"), LAYOUT),
            ask(ITEM, same_as("item", "circulation status", "AH")),
            ask(INFORMATION, counted("hold", 0, since="ready"), counted("charged", 0, since="ready")),
        ),
        undo=_NO_HOLD,
    ),
    Case(
        id="undo.nothing-lent",
        title="cancelling a checkout that has not been leaves the item where it is",
        level=Level.MUST,
        clause=f"{_CANCEL}; SIP2 2.00, Checkin Response 10",
        steps=(
            ask(ITEM, code("18"), name="item"),
            ask(_UNLEND, code("10"), LAYOUT, field("AB", "{item}")),
            ask(ITEM, same_as("item", "circulation status", "AH")),
        ),
    ),
    Case(
        id="undo.already-returned",
        title="cancelling a checkout whose loan has been returned leaves the item where it is",
        level=Level.SHOULD,
        clause=_TRUE,
        steps=(
            _LENT,
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(cancelling(of(CHECKIN, later="last")), code("10"), LAYOUT),
            ask(ITEM, _NOT_CHARGED),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.unknown-item",
        title="cancelling the checkout of an unknown item is refused",
        level=Level.MUST,
        clause="SIP2 2.00, Checkin Response 10: ok 0; AQ is a required field",
        steps=(ask(saying(_UNLEND, item="no-such-item"), code("10"), fixed("ok", "0"), LAYOUT),),
    ),
    Case(
        id="undo.of-another-terminal",
        title="a loan that another terminal made is not cancelled",
        level=Level.SHOULD,
        clause=f"{_CANCEL}; reading: a machine takes back what it did itself",
        steps=(
            _LENT,
            Beside((ask(_UNLEND, code("10"), LAYOUT),), Opening.OTHER),
            ask(ITEM, _CHARGED),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.checkin",
        title="a checkin that is cancelled has not been: the loan is there, of the same patron",
        level=Level.ALMA,
        clause="Alma self-check: cancel of checkin; SIP2 2.00, Checkout 11: BI",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(CHECKOUT, code("12"), fixed("ok", "1"), name="loan"),
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(_UNRETURN, code("12"), fixed("ok", "1"), LAYOUT, same_as("loan", "AA", "AB", "AJ", "AH")),
            ask(ITEM, _CHARGED, same_as("loan", "AH")),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.checkin-due",
        title="a loan that comes back by cancelling its checkin is due when it was, not anew",
        level=Level.SHOULD,
        clause=f"{_TRUE}; the loan was made off line, with a due date of the machine",
        steps=(
            ask(OFFLINE_CHECKOUT, code("12"), fixed("ok", "1"), name="loan"),
            ask(OFFLINE_CHECKIN, code("10"), fixed("ok", "1")),
            ask(of(_UNRETURN, item="offline_item"), code("12"), fixed("ok", "1"), same_as("loan", "AH")),
            ask(of(ITEM, item="offline_item"), _CHARGED, same_as("loan", "AH")),
        ),
        undo=(ask(OFFLINE_CHECKIN_LAST),),
    ),
    Case(
        id="undo.checkin-at-once",
        title="a cancelled checkin sent again, here and on a new connection, is answered the same; one loan",
        level=Level.SHOULD,
        clause=_ONCE,
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            _LENT,
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(_UNRETURN, code("12"), fixed("ok", "1"), name="undone"),
            ask(_UNRETURN, code("12"), same_as("undone", "ok", "AA", "AB", "AJ", "AH")),
            Reconnect(),
            ask(_UNRETURN, code("12"), same_as("undone", "ok", "AA", "AB", "AJ", "AH")),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.checkin-of-another",
        title="a checkin is not cancelled in the name of somebody who did not have the item",
        level=Level.MUST,
        clause="SIP2 2.00, Checkout 11: AA",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            _LENT,
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(of(_UNRETURN, patron="patron2"), code("12"), LAYOUT),
            ask(INFORMATION, counted("charged", 0, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.nothing-returned",
        title="cancelling a checkin that has not been is an ordinary checkout, or refused; one story is told",
        level=Level.MUST,
        clause="SIP2 2.00, Checkout Response 12: ok",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(_UNRETURN, code("12"), LAYOUT, name="loan"),
            ask(INFORMATION, counted_if("ok", "loan", "charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.returned-again",
        title="a loan that came back by cancelling its checkin can be returned",
        level=Level.SHOULD,
        clause=_TRUE,
        steps=(
            _LENT,
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(_UNRETURN, code("12"), fixed("ok", "1"), filled("AH")),
            ask(of(CHECKIN, later="last"), code("10"), fixed("ok", "1")),
            ask(ITEM, _NOT_CHARGED),
        ),
        undo=_RETURN,
    ),
    Case(
        id="undo.odd-flag",
        title="a BI that is neither Y nor N is answered",
        level=Level.CLIENT,
        clause="field practice: BI empty, BI 0, bi y",
        steps=(
            ask(CHECKOUT.replace("BIN", "BI"), code("12"), LAYOUT),
            ask(CHECKIN.replace("BIN", "BI0"), code("10"), LAYOUT),
            ask(of(CHECKIN, later="last").replace("BIN", "BIy"), code("10", "96"), LAYOUT),
        ),
        undo=_RETURN,
    ),
)
