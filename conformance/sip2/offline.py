"""No block: what a machine did while the line was down, told afterwards. It is booked, not judged.

What is older than the last that is known of an item may be passed over. So these cases have items to
themselves, and return them in the past too; else the run before would overtake them.
"""

from conformance.case import Case, Level, Reconnect, ask
from conformance.sip2.claims import (
    LAYOUT,
    REFUSED_LOAN,
    as_allowed,
    code,
    counted,
    counted_if,
    differs_from,
    field,
    filled,
    fixed,
    fixed_other,
    fixed_text,
    on_day,
    same_as,
)
from conformance.sip2.lines import (
    ABILITIES,
    CHECKIN_LAST,
    CHECKOUT,
    INFORMATION,
    ITEM,
    OFFLINE_CHECKIN,
    OFFLINE_CHECKIN_LAST,
    OFFLINE_CHECKOUT,
    OFFLINE_RENEWAL,
    of,
    saying,
)

_NO_BLOCK = "SIP2 2.00, no block"
_DUE = "SIP2 2.00, Checkout 11: nb due date"
_ALMA = "Alma self-check, offline: without block checking, with the due dates the machine gave"
_ONCE = "reading: the transaction date names the act"
_RETURN = (ask(CHECKIN_LAST),)
_NONE = "no-such-item"
_ORDINARY = of(OFFLINE_CHECKOUT, offline_item="item")
_BACK = (ask(OFFLINE_CHECKIN_LAST),)
_ITEM = of(ITEM, item="offline_item")
_BOOKED = (code("12"), fixed("ok", "1"), LAYOUT, filled("AH"))
_CHARGED = fixed_text("circulation status", "04", "05", "07")
_NOT_CHARGED = fixed_other("circulation status", "04")
_SAME_LOAN = same_as("loan", "ok", "renewal ok", "AA", "AB", "AJ", "AH")


def _in_spite_of(name: str, title: str, patron: str) -> Case:
    """Return a case in which a loan is booked for a patron who would be refused now."""
    return Case(
        id=f"offline.{name}",
        title=title,
        level=Level.ALMA,
        clause=f"{_ALMA}; {_NO_BLOCK}",
        steps=(
            ask(
                of(OFFLINE_CHECKOUT, patron=patron),
                *_BOOKED,
                field("AA", f"{{{patron}}}"),
                on_day("AH", "in_a_week"),
            ),
            ask(_ITEM, _CHARGED),
        ),
        undo=_BACK,
    )


CASES = (
    Case(
        id="offline.promise",
        title="a server whose 98 says off-line ok books what was done off line",
        level=Level.MUST,
        clause="SIP2 2.00, ACS Status 98: off-line ok",
        steps=(
            ask(ABILITIES, code("98"), name="98"),
            ask(OFFLINE_CHECKOUT, code("12"), LAYOUT, as_allowed("offline ok", fixed("ok", "1"))),
        ),
        undo=_BACK,
    ),
    _in_spite_of("blocked", "a loan made off line to a patron who is blocked is booked", "patron_blocked"),
    _in_spite_of("expired", "a loan made off line on a card that has expired is booked", "patron_expired"),
    _in_spite_of("at-limit", "a loan made off line to a patron at the limit is booked", "patron_at_limit"),
    Case(
        id="offline.due-date",
        title="a loan made off line is due when the machine said",
        level=Level.MUST,
        clause=f"{_DUE}; field practice: it was ignored (Koha 32934)",
        steps=(ask(OFFLINE_CHECKOUT, *_BOOKED, on_day("AH", "in_a_week")),),
        undo=_BACK,
    ),
    Case(
        id="offline.due-dates",
        title="two loans with two due dates of the machine are due on two days",
        level=Level.MUST,
        clause=_DUE,
        steps=(
            ask(OFFLINE_CHECKOUT, *_BOOKED, name="loan"),
            ask(
                of(OFFLINE_CHECKOUT, offline_item="offline_item2", in_a_week="in_two_weeks"),
                *_BOOKED,
                differs_from("loan", "AH"),
            ),
        ),
        undo=(*_BACK, ask(of(OFFLINE_CHECKIN_LAST, offline_item="offline_item2"))),
    ),
    Case(
        id="offline.due-date-shown",
        title="18 tells the due date that the machine gave",
        level=Level.SHOULD,
        clause=f"{_DUE}; SIP2 2.00, Item Information Response 18: AH",
        steps=(ask(OFFLINE_CHECKOUT, *_BOOKED, name="loan"), ask(_ITEM, same_as("loan", "AH"), _CHARGED)),
        undo=_BACK,
    ),
    Case(
        id="offline.due-date-blank",
        title="a loan made off line without a due date gets one",
        level=Level.SHOULD,
        clause=f"{_DUE}; reading: blanks are no date",
        steps=(ask(OFFLINE_CHECKOUT.replace("{in_a_week}", " " * 18), *_BOOKED),),
        undo=_BACK,
    ),
    Case(
        id="offline.due-date-zeros",
        title="a due date of zeros is none",
        level=Level.CLIENT,
        clause="field practice: 18 zeros for no date",
        steps=(ask(OFFLINE_CHECKOUT.replace("{in_a_week}", "0" * 18), *_BOOKED),),
        undo=_BACK,
    ),
    Case(
        id="offline.due-date-none",
        title="a due date that is no date does not keep a loan from being booked",
        level=Level.CLIENT,
        clause="field practice: dates with a letter or a digit astray",
        steps=(ask(OFFLINE_CHECKOUT.replace("{in_a_week}", "2O26OIOI    l2OOOO"), *_BOOKED),),
        undo=_BACK,
    ),
    Case(
        id="offline.no-date",
        title="an act off line without a transaction date is answered",
        level=Level.CLIENT,
        clause="field practice: 18 blanks for no date",
        steps=(
            ask(
                _ORDINARY.replace("{past}", " " * 18),
                code("12", "96"),
                LAYOUT,
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="offline.future",
        title="an act of tomorrow is answered",
        level=Level.CLIENT,
        clause="field practice: clocks that run ahead",
        steps=(ask(of(_ORDINARY, past="tomorrow"), code("12"), LAYOUT),),
        undo=_RETURN,
    ),
    Case(
        id="offline.unknown-patron",
        title="a loan made off line to an unknown card cannot be booked, and is answered so",
        level=Level.MUST,
        clause=f"{_NO_BLOCK}: ok 0 for what cannot be done at all",
        steps=(ask(saying(OFFLINE_CHECKOUT, patron="no-such-card"), *REFUSED_LOAN), ask(_ITEM, _NOT_CHARGED)),
        undo=_BACK,
    ),
    Case(
        id="offline.unknown-item",
        title="a loan made off line of an unknown item cannot be booked, and is answered so",
        level=Level.MUST,
        clause=f"{_NO_BLOCK}: ok 0 for what cannot be done at all",
        steps=(ask(saying(OFFLINE_CHECKOUT, offline_item=_NONE), *REFUSED_LOAN),),
    ),
    Case(
        id="offline.unknown-return",
        title="a return off line of an unknown item cannot be booked, and is answered so",
        level=Level.MUST,
        clause=f"{_NO_BLOCK}: ok 0 for what cannot be done at all",
        steps=(ask(saying(OFFLINE_CHECKIN, offline_item=_NONE), code("10"), fixed("ok", "0"), LAYOUT),),
    ),
    Case(
        id="offline.at-once",
        title="the same act off line sent again is answered the same, and makes one loan",
        level=Level.SHOULD,
        clause=_ONCE,
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(OFFLINE_CHECKOUT, *_BOOKED, name="loan"),
            ask(OFFLINE_CHECKOUT, code("12"), _SAME_LOAN),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_BACK,
    ),
    Case(
        id="offline.after-reconnect",
        title="the same act off line sent again on a new connection is answered the same, and makes one loan",
        level=Level.SHOULD,
        clause=_ONCE,
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(OFFLINE_CHECKOUT, *_BOOKED, name="loan"),
            Reconnect(),
            ask(OFFLINE_CHECKOUT, code("12"), _SAME_LOAN),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_BACK,
    ),
    Case(
        id="offline.return",
        title="a return off line, later than the loan, ends the loan",
        level=Level.ALMA,
        clause=f"Alma self-check, Checkin: no block: nothing may block it; {_NO_BLOCK}",
        steps=(
            ask(OFFLINE_CHECKOUT, *_BOOKED),
            ask(OFFLINE_CHECKIN, code("10"), fixed("ok", "1"), LAYOUT),
            ask(_ITEM, _NOT_CHARGED),
        ),
        undo=_BACK,
    ),
    Case(
        id="offline.return-again",
        title="a return off line sent again on a new connection is answered the same",
        level=Level.SHOULD,
        clause=_ONCE,
        steps=(
            ask(OFFLINE_CHECKOUT, *_BOOKED),
            ask(OFFLINE_CHECKIN, code("10"), fixed("ok", "1"), name="return"),
            Reconnect(),
            ask(OFFLINE_CHECKIN, code("10"), same_as("return", "ok", "alert", "AB", "AQ")),
        ),
        undo=_BACK,
    ),
    Case(
        id="offline.old-return",
        title="a return of this morning, told now, does not end a loan of this moment",
        level=Level.SHOULD,
        clause="reading: what is older does not undo what is newer",
        steps=(
            ask(CHECKOUT, code("12"), fixed("ok", "1")),
            ask(of(OFFLINE_CHECKIN, offline_item="item"), code("10"), LAYOUT),
            ask(ITEM, _CHARGED),
        ),
        undo=_RETURN,
    ),
    Case(
        id="offline.out-of-order",
        title="a return told before its loan, both off line: the loan is over",
        level=Level.SHOULD,
        clause="reading: what is older does not undo what is newer",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(OFFLINE_CHECKIN, code("10"), LAYOUT),
            ask(OFFLINE_CHECKOUT, code("12"), LAYOUT),
            ask(INFORMATION, counted("charged", 0, since="before")),
        ),
        undo=_BACK,
    ),
    Case(
        id="offline.one-borrower",
        title="an item that was lent off line to two has one borrower",
        level=Level.MUST,
        clause=f"SIP2 2.00, Item Information Response 18; {_NO_BLOCK}",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(of(OFFLINE_CHECKOUT, patron="patron2"), *_BOOKED),
            ask(of(OFFLINE_CHECKOUT, past="past_3"), code("12"), LAYOUT, name="loan"),
            ask(_ITEM, _CHARGED),
            ask(INFORMATION, counted_if("ok", "loan", "charged", +1, since="before")),
        ),
        undo=_BACK,
    ),
    Case(
        id="offline.renewal",
        title="a renewal off line is booked with the due date the machine gave",
        level=Level.MUST,
        clause="SIP2 2.00, Renew 29: no block, nb due date",
        steps=(
            ask(of(OFFLINE_CHECKOUT, in_a_week="tomorrow"), *_BOOKED),
            ask(OFFLINE_RENEWAL, code("30"), fixed("ok", "1"), LAYOUT, on_day("AH", "in_a_week")),
        ),
        undo=_BACK,
    ),
    Case(
        id="offline.renewal-unknown",
        title="a renewal off line of what is not on loan cannot be booked, and is answered so",
        level=Level.MUST,
        clause="SIP2 2.00, Renew Response 30: ok 0",
        steps=(ask(OFFLINE_RENEWAL, code("30"), fixed("ok", "0"), LAYOUT),),
    ),
    Case(
        id="offline.not-now",
        title="no block does not open the door to what a machine does now: a blocked patron is refused",
        level=Level.CLIENT,
        clause="field practice: machines that always say no block, and so lend to anybody (OCLC)",
        steps=(
            ask(of(_ORDINARY, patron="patron_blocked", past="end"), *REFUSED_LOAN),
            ask(ITEM, _NOT_CHARGED),
        ),
        undo=_RETURN,
    ),
)
