"""Holds (15/16): placed, changed, cancelled, filled. What is wanted is on loan, so that there is a queue."""

from conformance.case import Ask, Case, Level, ask
from conformance.sip2.claims import (
    LAYOUT,
    code,
    counted,
    field,
    fits,
    fixed,
    fixed_other,
    fixed_text,
    holds_counted,
    is_but,
    on_day,
    same_as,
    then,
    told_as,
)
from conformance.sip2.lines import (
    CANCEL_HOLD,
    CANCEL_HOLD_LAST,
    CHANGE_HOLD,
    CHECKIN,
    CHECKIN_LAST,
    CHECKOUT,
    HOLD,
    HOLD_BY_TITLE,
    HOLD_THIS_COPY,
    INFORMATION,
    ITEM,
    of,
    saying,
)

_HOLD = "SIP2 2.00, Hold 15"
_ANSWER = "SIP2 2.00, Hold Response 16"
_REFUSED = (code("16"), fixed("ok", "0"), LAYOUT)
_TAKEN = (code("16"), fixed("ok", "1"), LAYOUT)
_NONE = "no-such-item"
_ITEM = of(HOLD, item="item_on_loan")
_CANCEL = of(CANCEL_HOLD, item="item_on_loan")
_CANCEL_LAST = of(CANCEL_HOLD_LAST, item="item_on_loan")
_CHANGE = of(CHANGE_HOLD, item="item_on_loan")
_CANCELLED = (ask(_CANCEL_LAST),)
_CANCELLED_TITLE = (ask(_CANCEL_LAST.replace("AB{item_on_loan}", "AJ{title_on_loan}")),)
_LENT = ask(of(CHECKOUT, patron="patron2"), code("12"), fixed("ok", "1"))
_CANCELLED_AND_RETURNED = (ask(CANCEL_HOLD_LAST), ask(CHECKIN_LAST))
_AT_PICKUP = "BS{pickup}|"
_PLACED_HERE = ask(HOLD + _AT_PICKUP, *_TAKEN)


def _refused(name: str, title: str, level: Level, line: str, undo: tuple[Ask, ...] = _CANCELLED) -> Case:
    """Return a case in which no hold is placed, changed or cancelled, with all that a refusal must hold."""
    return Case(
        id=f"holds.{name}",
        title=title,
        level=level,
        clause=f"{_ANSWER}: ok 0",
        steps=(ask(line, *_REFUSED, fixed("available", "N")),),
        undo=undo,
    )


CASES = (
    Case(
        id="holds.placed",
        title="a hold on an item is answered with patron and item, and is counted once",
        level=Level.MUST,
        clause=_ANSWER,
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(_ITEM, *_TAKEN, field("AA", "{patron}"), field("AB", "{item_on_loan}")),
            ask(INFORMATION, holds_counted(+1, since="before")),
        ),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.placed-by-title",
        title="a hold on a title is answered with the patron, and is counted once",
        level=Level.MUST,
        clause=f"{_HOLD}: AJ instead of AB",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(HOLD_BY_TITLE, *_TAKEN, field("AA", "{patron}")),
            ask(INFORMATION, holds_counted(+1, since="before")),
        ),
        undo=_CANCELLED_TITLE,
    ),
    Case(
        id="holds.any-copy",
        title="a hold of type 2 (any copy of the title) is placed by AJ",
        level=Level.SHOULD,
        clause=f"{_HOLD}: hold type 2",
        steps=(ask(HOLD_BY_TITLE.replace("{first}", "{first}BY2|"), *_TAKEN),),
        undo=_CANCELLED_TITLE,
    ),
    Case(
        id="holds.unknown-type",
        title="a hold of a reserved type is any hold",
        level=Level.CLIENT,
        clause=f"{_HOLD}: hold types 5 to 9 are reserved",
        steps=(ask(_ITEM.replace("{first}", "{first}BY9|"), *_TAKEN),),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.not-available",
        title="a copy that is on loan is not called available",
        level=Level.MUST,
        clause=f"{_ANSWER}: available",
        steps=(ask(of(HOLD_THIS_COPY, item="item_on_loan"), *_TAKEN, fixed("available", "N")),),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.available",
        title="a copy on the shelf that nobody waits for is called available, where it may be held at all",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: available",
        steps=(
            ask(
                HOLD_THIS_COPY,
                code("16"),
                LAYOUT,
                is_but(
                    "available Y, or ok 0",
                    lambda answer: answer.fixed["ok"] == "0" or answer.fixed["available"] == "Y",
                ),
            ),
        ),
        undo=(ask(CANCEL_HOLD_LAST),),
    ),
    Case(
        id="holds.position",
        title="the place in the queue, where it is told, is a number that grows by one",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: BR",
        steps=(
            ask(_ITEM, *_TAKEN, fits("BR", r"\d+", "a number"), name="first"),
            ask(of(_ITEM, patron="patron2"), *_TAKEN, then("BR", +1, after="first")),
        ),
        undo=(ask(of(_CANCEL_LAST, patron="patron2")), *_CANCELLED),
    ),
    Case(
        id="holds.pickup",
        title="the place of pickup asked for, where it is told, is the one that comes back",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: BS",
        steps=(ask(_ITEM + "BS{pickup2}|", *_TAKEN, told_as("BS", "{pickup2}")),),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.expiry",
        title="the day the hold ends, where it is told, is the day asked for",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: BW",
        steps=(
            ask(
                _ITEM.replace("{first}", "{first}BW{in_a_week}|"),
                *_TAKEN,
                fits("BW", ".{18}", "18 characters"),
                on_day("BW", "in_a_week"),
            ),
        ),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.twice-at-once",
        title="the same request again is the same hold, on the same connection with another AY",
        level=Level.SHOULD,
        clause="reading: the transaction date names the hold",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(_ITEM, *_TAKEN, name="hold"),
            ask(_ITEM, code("16"), same_as("hold", "ok", "available", "AA", "AB", "BR", "BS", "BW")),
            ask(INFORMATION, holds_counted(+1, since="before")),
        ),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.twice",
        title="a second hold on the same item is refused",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: ok 0",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(_ITEM, *_TAKEN),
            ask(_ITEM.replace("{first}", "{second}"), *_REFUSED),
            ask(INFORMATION, holds_counted(+1, since="before")),
        ),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.own-loan",
        title="nobody waits for what they have",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: ok 0",
        steps=(ask(CHECKOUT, code("12"), fixed("ok", "1")), ask(HOLD, *_REFUSED)),
        undo=_CANCELLED_AND_RETURNED,
    ),
    _refused(
        "nothing-wanted",
        "a hold on neither item nor title is refused",
        Level.MUST,
        "15+{first}AO{institution}|AA{patron}|AD{pin}|AC|",
        (),
    ),
    _refused(
        "empty-wanted",
        "a hold on an empty item and an empty title is refused",
        Level.MUST,
        "15+{first}AO{institution}|AA{patron}|AD{pin}|AB|AJ|AC|",
        (),
    ),
    _refused("unknown-item", "an unknown item is not held", Level.MUST, saying(HOLD, item=_NONE), ()),
    _refused(
        "unknown-title",
        "an unknown title is not held",
        Level.MUST,
        saying(HOLD_BY_TITLE, title_on_loan="no-such-title"),
        (),
    ),
    _refused(
        "unknown-patron",
        "nothing is held for an unknown patron",
        Level.MUST,
        saying(_ITEM, patron="no-such-card"),
    ),
    _refused("empty-patron", "nothing is held for nobody", Level.MUST, saying(_ITEM, patron="")),
    _refused(
        "blocked",
        "nothing is held for a blocked patron",
        Level.SHOULD,
        of(_ITEM, patron="patron_blocked"),
        (ask(of(_CANCEL_LAST, patron="patron_blocked")),),
    ),
    _refused(
        "expired",
        "nothing is held for a patron whose card has expired",
        Level.SHOULD,
        of(_ITEM, patron="patron_expired"),
        (ask(of(_CANCEL_LAST, patron="patron_expired")),),
    ),
    _refused(
        "wrong-pin", "a hold with a wrong PIN is refused", Level.SHOULD, _ITEM.replace("{pin}", "x{pin}")
    ),
    _refused(
        "not-for-loan",
        "an item that is never lent is not held (Koha 29094)",
        Level.SHOULD,
        of(HOLD, item="item_reference"),
        (ask(of(CANCEL_HOLD_LAST, item="item_reference")),),
    ),
    _refused(
        "unknown-pickup",
        "a place of pickup that does not exist is refused",
        Level.SHOULD,
        _ITEM + "BSno-such-place|",
    ),
    _refused(
        "past-expiry",
        "a hold that ended yesterday is refused",
        Level.SHOULD,
        _ITEM.replace("{first}", "{first}BW{yesterday}|"),
    ),
    _refused("cancel-unknown", "a hold that does not exist cannot be cancelled", Level.MUST, _CANCEL, ()),
    _refused(
        "cancel-nothing",
        "a cancellation that names neither item nor title is refused",
        Level.MUST,
        "15-{first}AO{institution}|AA{patron}|AD{pin}|AC|",
        (),
    ),
    _refused("change-unknown", "a hold that does not exist cannot be changed", Level.MUST, _CHANGE, ()),
    _refused(
        "unknown-mode",
        "a hold mode that is neither +, - nor * is refused",
        Level.SHOULD,
        _ITEM.replace("15+", "15x"),
    ),
    Case(
        id="holds.cancelled",
        title="a hold is cancelled, and counted no more",
        level=Level.MUST,
        clause=f"{_HOLD}: hold mode -",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(_ITEM, *_TAKEN),
            ask(_CANCEL, *_TAKEN, field("AA", "{patron}")),
            ask(INFORMATION, holds_counted(0, since="before")),
        ),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.cancelled-by-title",
        title="a hold placed by title is cancelled by title",
        level=Level.MUST,
        clause=f"{_HOLD}: AJ instead of AB",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(HOLD_BY_TITLE, *_TAKEN),
            ask(HOLD_BY_TITLE.replace("15+{first}", "15-{second}"), *_TAKEN),
            ask(INFORMATION, holds_counted(0, since="before")),
        ),
        undo=_CANCELLED_TITLE,
    ),
    Case(
        id="holds.cancelled-at-once",
        title="the same cancellation again is answered the same, and a later one finds nothing",
        level=Level.SHOULD,
        clause="reading: the transaction date names the act",
        steps=(
            ask(_ITEM, *_TAKEN),
            ask(_CANCEL, *_TAKEN, name="gone"),
            ask(_CANCEL, code("16"), same_as("gone", "ok", "AA", "AB")),
            ask(of(_CANCEL, second="third"), *_REFUSED),
        ),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.of-another",
        title="nobody's hold is cancelled in the name of somebody else",
        level=Level.MUST,
        clause=f"{_HOLD}: AA",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(_ITEM, *_TAKEN),
            ask(of(_CANCEL, patron="patron2"), *_REFUSED),
            ask(INFORMATION, holds_counted(+1, since="before")),
        ),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.changed-pickup",
        title="the place of pickup is changed, and the hold counted once",
        level=Level.SHOULD,
        clause=f"{_HOLD}: hold mode *",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(_ITEM + _AT_PICKUP, *_TAKEN),
            ask(_CHANGE + "BS{pickup2}|", *_TAKEN, told_as("BS", "{pickup2}")),
            ask(INFORMATION, holds_counted(+1, since="before")),
        ),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.changed-expiry",
        title="the day the hold ends is changed, and nothing else",
        level=Level.SHOULD,
        clause=f"{_HOLD}: hold mode *; only BW, BS and BY change",
        steps=(
            ask(_ITEM + "BS{pickup2}|", *_TAKEN, name="hold"),
            ask(
                _CHANGE.replace("{second}", "{second}BW{in_a_week}|"),
                *_TAKEN,
                on_day("BW", "in_a_week"),
                same_as("hold", "BS", "BR", "AA", "AB"),
            ),
        ),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.change-to-nowhere",
        title="a change to a place of pickup that does not exist is refused",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: ok 0",
        steps=(ask(_ITEM, *_TAKEN), ask(_CHANGE + "BSno-such-place|", *_REFUSED)),
        undo=_CANCELLED,
    ),
    Case(
        id="holds.filled",
        title="what comes back for somebody is put aside: an alert, status 08, one hold ready",
        level=Level.SHOULD,
        clause="SIP2 2.00, Checkin Response 10: alert; Item Information Response 18: circulation status 08",
        steps=(
            _LENT,
            ask(INFORMATION, code("64"), name="before"),
            _PLACED_HERE,
            ask(CHECKIN, code("10"), fixed("ok", "1"), fixed("alert", "Y"), LAYOUT),
            ask(ITEM, fixed_text("circulation status", "08")),
            ask(INFORMATION, counted("hold", +1, since="before")),
        ),
        undo=_CANCELLED_AND_RETURNED,
    ),
    Case(
        id="holds.kept-from-others",
        title="what is put aside for one patron is refused to another",
        level=Level.MUST,
        clause="SIP2 2.00, Checkout Response 12: ok 0",
        steps=(
            _LENT,
            _PLACED_HERE,
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(of(CHECKOUT, patron="patron3"), code("12"), fixed("ok", "0"), LAYOUT),
        ),
        undo=_CANCELLED_AND_RETURNED,
    ),
    Case(
        id="holds.fetched",
        title="what is put aside is lent to who waits for it, and the hold is counted no more",
        level=Level.MUST,
        clause="SIP2 2.00, Checkout Response 12; Patron Information Response 64: hold items",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            _LENT,
            _PLACED_HERE,
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(CHECKOUT, code("12"), fixed("ok", "1"), LAYOUT),
            ask(INFORMATION, holds_counted(0, since="before"), counted("charged", +1, since="before")),
        ),
        undo=_CANCELLED_AND_RETURNED,
    ),
    Case(
        id="holds.released",
        title="what was put aside for a hold that is cancelled is not put aside any more",
        level=Level.SHOULD,
        clause="SIP2 2.00, Hold 15: hold mode -; Item Information Response 18: circulation status",
        steps=(
            _LENT,
            _PLACED_HERE,
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(CANCEL_HOLD, *_TAKEN),
            ask(of(CHECKIN, later="last"), code("10"), LAYOUT),
            ask(ITEM, fixed_other("circulation status", "08")),
        ),
        undo=_CANCELLED_AND_RETURNED,
    ),
    Case(
        id="holds.wanted-not-renewed",
        title="a loan that somebody waits for is not renewed",
        level=Level.SHOULD,
        clause="SIP2 2.00, Renew Response 30: ok 0",
        steps=(
            _LENT,
            ask(HOLD_THIS_COPY, *_TAKEN),
            ask(
                "29NN{later}{later}AO{institution}|AA{patron2}|AD{pin}|AB{item}|AC|BON|",
                code("30"),
                fixed("ok", "0"),
                LAYOUT,
            ),
        ),
        undo=_CANCELLED_AND_RETURNED,
    ),
)
