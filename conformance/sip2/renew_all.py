"""Renewing everything a patron has (65/66). The patron has no loans but those that a case makes."""

from conformance.case import Case, Level, ask
from conformance.sip2.claims import (
    LAYOUT,
    code,
    field,
    filled,
    fixed,
    is_but,
    missing,
    same_as,
    starts,
    told_renewed,
)
from conformance.sip2.lines import (
    CANCEL_HOLD_LAST,
    CHECKIN_LAST,
    CHECKOUT,
    HOLD_THIS_COPY,
    ITEM,
    RENEW_ALL,
    of,
    saying,
)
from conformance.wire.sip2 import Answer

_ANSWER = "SIP2 2.00, Renew All Response 66"
_COUNTS = f"{_ANSWER}: renewed count, unrenewed count, BM, BN"
_LENDS = of(CHECKOUT, patron="patron_no_loans")
_LENT = ask(_LENDS, code("12"), fixed("ok", "1"))
_LENT_2, _LENT_3 = (ask(of(_LENDS, item=item), code("12"), fixed("ok", "1")) for item in ("item2", "item3"))
_RETURNED = (ask(CHECKIN_LAST),)
_RETURNED_2 = (*_RETURNED, ask(of(CHECKIN_LAST, item="item2")))
_RETURNED_3 = (*_RETURNED_2, ask(of(CHECKIN_LAST, item="item3")))
_WANTED = ask(of(HOLD_THIS_COPY, patron="patron2"), code("16"), fixed("ok", "1"))
_NOT_WANTED = ask(of(CANCEL_HOLD_LAST, patron="patron2"))
_NOTHING = (code("66"), fixed("ok", "0"), told_renewed(0, 0), LAYOUT)


def _adds_up(answer: Answer) -> bool:
    counts = {"BM": answer.fixed["renewed"], "BN": answer.fixed["unrenewed"]}
    return all(len(answer.every(name)) == int(count) for name, count in counts.items())


_ADDS_UP = is_but("as many BM and BN as it counts", _adds_up)
_ALL_THREE = is_but(
    "three loans in its counts",
    lambda answer: int(answer.fixed["renewed"]) + int(answer.fixed["unrenewed"]) == 3,
)

CASES = (
    Case(
        id="renew-all.layout",
        title="66 counts in four digits, twice, and names the institution",
        level=Level.MUST,
        clause=_ANSWER,
        steps=(ask(RENEW_ALL, code("66"), LAYOUT, filled("AO")),),
    ),
    Case(
        id="renew-all.none",
        title="who has nothing on loan has nothing renewed, and that is no failure",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: ok",
        steps=(ask(RENEW_ALL, code("66"), fixed("ok", "1"), told_renewed(0, 0)),),
    ),
    Case(
        id="renew-all.one",
        title="the one loan of a patron is renewed, and listed by its barcode",
        level=Level.SHOULD,
        clause=_COUNTS,
        steps=(
            _LENT,
            ask(RENEW_ALL, code("66"), fixed("ok", "1"), LAYOUT, told_renewed(1, 0), field("BM", "{item}")),
        ),
        undo=_RETURNED,
    ),
    Case(
        id="renew-all.all",
        title="every loan is either renewed or not: counts and lists agree",
        level=Level.MUST,
        clause=_COUNTS,
        steps=(_LENT, _LENT_2, _LENT_3, ask(RENEW_ALL, code("66"), LAYOUT, _ADDS_UP, _ALL_THREE)),
        undo=_RETURNED_3,
    ),
    Case(
        id="renew-all.some",
        title="a loan that somebody waits for is not renewed (BN), the other is (BM)",
        level=Level.SHOULD,
        clause=_COUNTS,
        steps=(
            _LENT,
            _LENT_2,
            _WANTED,
            ask(
                RENEW_ALL,
                code("66"),
                fixed("ok", "1"),
                LAYOUT,
                told_renewed(1, 1),
                field("BM", "{item2}"),
                starts("BN", "{item}"),
            ),
        ),
        undo=(_NOT_WANTED, *_RETURNED_2),
    ),
    Case(
        id="renew-all.none-renewed",
        title="where there are loans and none can be renewed, ok is 0",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: ok; reading: ok 1 if anything was renewed, or nothing was there",
        steps=(_LENT, _WANTED, ask(RENEW_ALL, code("66"), fixed("ok", "0"), LAYOUT, told_renewed(0, 1))),
        undo=(_NOT_WANTED, *_RETURNED),
    ),
    Case(
        id="renew-all.due",
        title="a loan is due no earlier for being renewed, and 18 tells the date",
        level=Level.MUST,
        clause=_ANSWER,
        steps=(
            _LENT,
            ask(RENEW_ALL, code("66")),
            ask(ITEM, code("18"), filled("AH")),
        ),
        undo=_RETURNED,
    ),
    Case(
        id="renew-all.at-once",
        title="the same request again is answered the same: nothing is renewed twice",
        level=Level.SHOULD,
        clause="reading: the transaction date names the act",
        steps=(
            _LENT,
            ask(RENEW_ALL, code("66"), name="first"),
            ask(ITEM, code("18"), name="item"),
            ask(RENEW_ALL, same_as("first", "ok", "renewed", "unrenewed", "BM", "BN")),
            ask(ITEM, same_as("item", "AH", "circulation status")),
        ),
        undo=_RETURNED,
    ),
    Case(
        id="renew-all.unknown-patron",
        title="nothing is renewed for an unknown patron",
        level=Level.MUST,
        clause=f"{_ANSWER}: ok 0, counts 0000",
        steps=(ask(saying(RENEW_ALL, patron_no_loans="no-such-card"), *_NOTHING),),
    ),
    Case(
        id="renew-all.nobody",
        title="nothing is renewed for nobody",
        level=Level.MUST,
        clause=f"{_ANSWER}: ok 0, counts 0000",
        steps=(ask(saying(RENEW_ALL, patron_no_loans=""), *_NOTHING),),
    ),
    Case(
        id="renew-all.wrong-pin",
        title="nothing is renewed with a wrong PIN",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: ok 0, counts 0000",
        steps=(
            _LENT,
            ask(RENEW_ALL.replace("{pin}", "x{pin}"), *_NOTHING, missing("BM")),
        ),
        undo=_RETURNED,
    ),
    Case(
        id="renew-all.absent-pin",
        title="a request without AC, AD and BO is answered",
        level=Level.CLIENT,
        clause="field practice: clients leave AC and AD out (Koha 27600)",
        steps=(ask("65{first}AO{institution}|AA{patron_no_loans}|", code("66"), LAYOUT, _ADDS_UP),),
    ),
)
