"""What a machine that was set up for Alma relies on, where Alma's own SIP2 is documented."""

from conformance.case import Case, Level, ask
from conformance.sip2.claims import (
    code,
    field,
    filled,
    fits,
    fixed,
    flag,
    is_but,
    there,
)
from conformance.sip2.lines import ABILITIES, CHECKIN, CHECKIN_LAST, CHECKOUT, STATUS, of
from conformance.wire.sip2 import SUPPORTED_ORDER, Answer

_STATUS = "Alma self-check, Patron Status Response"
_CHECKIN = "Alma self-check, Checkin Response"
_LENT = ask(CHECKOUT, code("12"), fixed("ok", "1"))
_RETURNED = (ask(CHECKIN_LAST),)
_ALMA_ANSWERS = ("23", "11", "09", "99", "93", "63", "37", "17", "29", "65")


def _supports(answer: Answer) -> bool:
    flags = dict(zip(SUPPORTED_ORDER, answer.first("BX") or "", strict=False))
    return all(flags.get(request) == "Y" for request in _ALMA_ANSWERS)


CASES = (
    Case(
        id="alma.messages",
        title="98 says that every message is answered that Alma answers",
        level=Level.ALMA,
        clause="Alma self-check: supported messages",
        steps=(ask(ABILITIES, is_but("a BX with Y for what Alma answers", _supports)),),
    ),
    Case(
        id="alma.good-standing",
        title="a patron in good standing has no flag at all",
        level=Level.ALMA,
        clause=_STATUS,
        steps=(ask(STATUS, code("24"), *(flag(place, " ") for place in range(14))),),
    ),
    Case(
        id="alma.name",
        title="AE has first and last name",
        level=Level.ALMA,
        clause=f"{_STATUS}: AE",
        steps=(ask(STATUS, fits("AE", r"\S+ .*\S", "two words at least"), filled("AE")),),
    ),
    Case(
        id="alma.balance",
        title="24 tells currency and balance of a patron who owes",
        level=Level.ALMA,
        clause=f"{_STATUS}: BH, BV",
        steps=(ask(of(STATUS, patron="patron_fines"), filled("BH", "BV")),),
    ),
    Case(
        id="alma.fines-flag",
        title="a patron who owes too much has the flag of fines or that of fees",
        level=Level.ALMA,
        clause=f"{_STATUS}: places 10 and 11",
        steps=(
            ask(
                of(STATUS, patron="patron_fines"),
                is_but(
                    "Y at place 10 or 11 of the patron status",
                    lambda answer: "Y" in answer.fixed["patron status"][10:12],
                ),
            ),
        ),
    ),
    Case(
        id="alma.checkin-tells",
        title="10 tells title, permanent location, who had the item, and the media type",
        level=Level.ALMA,
        clause=f"{_CHECKIN}: AJ, AQ, AA, CK",
        steps=(
            _LENT,
            ask(
                CHECKIN,
                code("10"),
                filled("AJ", "AQ"),
                field("AA", "{patron}"),
                there("CK"),
                fits("CK", r"0\d\d", "three digits"),
            ),
        ),
        undo=_RETURNED,
    ),
    Case(
        id="alma.checkin-quiet",
        title="what nobody waits for raises no alert",
        level=Level.ALMA,
        clause=f"{_CHECKIN}: alert",
        steps=(_LENT, ask(CHECKIN, code("10"), fixed("ok", "1"), fixed("alert", "N"))),
        undo=_RETURNED,
    ),
    Case(
        id="alma.desensitise",
        title="what may leave the building is desensitised when it is lent",
        level=Level.ALMA,
        clause="Alma self-check: desensitize from the item policy",
        steps=(ask(CHECKOUT, code("12"), fixed("ok", "1"), fixed("desensitize", "Y")),),
        undo=_RETURNED,
    ),
    Case(
        id="alma.renewal-policy",
        title="SC renewal policy N has no effect: an own loan is renewed by 11",
        level=Level.ALMA,
        clause="Alma self-check, Checkout: SC renewal policy",
        steps=(
            _LENT,
            ask(
                CHECKOUT.replace("11Y", "11N").replace("{now}", "{later}"),
                code("12"),
                fixed("ok", "1"),
                fixed("renewal ok", "Y"),
            ),
        ),
        undo=_RETURNED,
    ),
)
