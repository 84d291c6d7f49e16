"""Fees and payments (BV and BH in 24 and 64, 37/38). A payment here is the smallest coin of the currency."""

from conformance.case import Case, Level, Reconnect, ask
from conformance.sip2.claims import (
    LAYOUT,
    PAYING,
    code,
    field,
    fits,
    fixed,
    is_but,
    never,
    owed,
    same_as,
    there,
)
from conformance.sip2.lines import INFORMATION, PAYMENT, STATUS, of, saying

_OWING = of(STATUS, patron="patron_fines")
_PAID = "SIP2 2.00, Fee Paid Response 38"
_AMOUNT = "SIP2 2.00, Fee Paid 37: BV is an amount with a decimal point"
_LEARN = ask(_OWING, code("24"), name="before", keep=PAYING)
_BK = "BK{mark}|"
_NOT_PAID = is_but(
    "no payment accepted", lambda answer: answer.code == "96" or answer.fixed.get("payment accepted") == "N"
)


def _refused(name: str, title: str, level: Level, clause: str, line: str) -> Case:
    """Return a case in which a payment is refused and nothing is booked."""
    return Case(
        id=f"fees.{name}",
        title=title,
        level=level,
        clause=clause,
        steps=(
            _LEARN,
            ask(line, code("38", "96"), _NOT_PAID),
            ask(_OWING, same_as("before", "BV")),
        ),
    )


CASES = (
    Case(
        id="fees.amounts",
        title="what is owed is written as digits with a point, in a currency of three letters",
        level=Level.MUST,
        clause="SIP2 2.00, BV and BH",
        steps=(
            ask(
                _OWING,
                code("24"),
                fits("BV", r"-?\d+(\.\d{1,3})?", "digits with a decimal point"),
                fits("BH", "[A-Z]{3}", "three letters"),
            ),
        ),
    ),
    Case(
        id="fees.told",
        title="a patron who owes is told how much",
        level=Level.SHOULD,
        clause="SIP2 2.00, Patron Status Response 24: BV, BH",
        steps=(
            ask(
                _OWING,
                there("BH"),
                is_but("a BV above 0", lambda answer: (answer.first("BV") or "0").strip("0.") != ""),
            ),
        ),
    ),
    Case(
        id="fees.agree",
        title="24 and 64 name the same sum",
        level=Level.SHOULD,
        clause="SIP2 2.00, BV; field practice: two sums for one debt",
        steps=(
            ask(_OWING, there("BV"), name="status"),
            ask(of(INFORMATION, patron="patron_fines"), same_as("status", "BV", "BH")),
        ),
    ),
    Case(
        id="fees.part-payment",
        title="a part of what is owed may be paid, and the rest is still owed",
        level=Level.SHOULD,
        clause=_PAID,
        steps=(
            _LEARN,
            ask(
                PAYMENT + _BK,
                code("38"),
                fixed("payment accepted", "Y"),
                LAYOUT,
                field("AA", "{patron_fines}"),
            ),
            ask(_OWING, owed("coin", since="before")),
        ),
    ),
    Case(
        id="fees.paid-once",
        title="a payment sent again with the same BK on the same connection is booked once",
        level=Level.SHOULD,
        clause="SIP2 2.00, BK; reading: the client's transaction id names the payment",
        steps=(
            _LEARN,
            ask(PAYMENT + _BK, code("38"), fixed("payment accepted", "Y")),
            ask(PAYMENT + _BK, code("38")),
            ask(_OWING, owed("coin", since="before")),
        ),
    ),
    Case(
        id="fees.paid-once-after-reconnect",
        title="a payment whose answer was lost, sent again on a new connection, is accepted and booked once",
        level=Level.SHOULD,
        clause="reading: AY begins anew with the connection, BK and the transaction date do not",
        steps=(
            _LEARN,
            ask(PAYMENT + _BK, code("38"), fixed("payment accepted", "Y"), name="paid"),
            Reconnect(),
            ask(PAYMENT + _BK, code("38"), fixed("payment accepted", "Y"), same_as("paid", "BK")),
            ask(_OWING, owed("coin", since="before")),
        ),
    ),
    _refused(
        "over-payment",
        "more than is owed is not taken",
        Level.SHOULD,
        "reading: a machine cannot give change",
        PAYMENT.replace("{coin}", "{too_much}"),
    ),
    _refused(
        "wrong-currency",
        "another currency is not taken",
        Level.SHOULD,
        "SIP2 2.00, Fee Paid 37: currency type",
        of(PAYMENT, currency="other_currency"),
    ),
    _refused("negative", "a negative amount is not taken", Level.MUST, _AMOUNT, PAYMENT.replace("BV", "BV-")),
    _refused("zero", "nothing is not a payment", Level.SHOULD, _AMOUNT, saying(PAYMENT, coin="0.00")),
    _refused(
        "no-number", "words are not taken for money", Level.MUST, _AMOUNT, saying(PAYMENT, coin="plenty")
    ),
    _refused("not-a-number", "NaN is not taken for money", Level.MUST, _AMOUNT, saying(PAYMENT, coin="NaN")),
    _refused("empty", "an empty amount is not taken", Level.MUST, _AMOUNT, saying(PAYMENT, coin="")),
    _refused(
        "unknown-fee",
        "a payment for a fee that the patron does not owe is not taken",
        Level.SHOULD,
        "SIP2 2.00, Fee Paid 37: CG",
        PAYMENT + "CGno-such-fee|",
    ),
    Case(
        id="fees.unknown-patron",
        title="a payment for an unknown patron is not accepted",
        level=Level.MUST,
        clause=_PAID,
        steps=(
            ask(
                "37{now}0100EURBV1.00|AO{institution}|AAno-such-card|AC|AD|",
                code("38"),
                fixed("payment accepted", "N"),
                field("AA", "no-such-card"),
                never("BL", "Y"),
                LAYOUT,
            ),
        ),
    ),
)
