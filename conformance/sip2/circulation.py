"""Item information, checkout, checkin, renewal (17/18, 11/12, 09/10, 29/30)."""

from conformance.case import Ask, Case, Level, ask
from conformance.sip2.claims import (
    LAYOUT,
    REFUSED_LOAN,
    blank,
    code,
    counted,
    field,
    filled,
    fixed,
    fixed_other,
    fixed_text,
    is_but,
    same_as,
    there,
)
from conformance.sip2.lines import CHECKIN, CHECKIN_LAST, CHECKOUT, INFORMATION, ITEM, RENEWAL, of, saying

_ITEM = "SIP2 2.00, Item Information Response 18"
_CHECKOUT = "SIP2 2.00, Checkout Response 12"
_CHECKIN = "SIP2 2.00, Checkin Response 10"
_RENEWAL = "SIP2 2.00, Renew Response 30"
_NO_ITEM = "no-such-item"
_NO_CARD = "no-such-card"
_BORROW = ask(CHECKOUT, code("12"), fixed("ok", "1"))
_RETURN = (ask(CHECKIN_LAST),)
_RENEWED_OR_NOT = is_but(
    "ok 1 with renewal ok Y, or ok 0",
    lambda answer: answer.fixed["ok"] == "0" or answer.fixed["renewal ok"] == "Y",
)


def _refused(name: str, title: str, level: Level, line: str, undo: tuple[Ask, ...] = ()) -> Case:
    """Return a case in which a checkout is refused, with all that a refusal must hold."""
    clause = f"{_CHECKOUT}: ok 0; AJ and AH are required fields"
    return Case(
        id=f"circulation.{name}",
        title=title,
        level=level,
        clause=clause,
        steps=(ask(line, *REFUSED_LOAN),),
        undo=undo,
    )


CASES = (
    Case(
        id="circulation.item",
        title="an item on the shelf is answered with number and title, and is not charged",
        level=Level.MUST,
        clause=_ITEM,
        steps=(
            ask(
                ITEM,
                code("18"),
                LAYOUT,
                field("AB", "{item}"),
                filled("AJ"),
                fixed_other("circulation status", "04"),
            ),
        ),
    ),
    Case(
        id="circulation.item-unknown",
        title="an unknown item is answered with the number as sent and AJ",
        level=Level.MUST,
        clause=_ITEM,
        steps=(
            ask(
                saying(ITEM, item=_NO_ITEM),
                code("18"),
                LAYOUT,
                field("AB", _NO_ITEM),
                there("AJ"),
                blank("AH"),
            ),
        ),
    ),
    Case(
        id="circulation.item-empty",
        title="an empty item number is no item",
        level=Level.MUST,
        clause=_ITEM,
        steps=(
            ask(
                saying(ITEM, item=""),
                code("18"),
                LAYOUT,
                fixed_other("circulation status", "03"),
                blank("AH"),
            ),
        ),
    ),
    Case(
        id="circulation.item-on-loan",
        title="an item on loan is charged, or recalled",
        level=Level.MUST,
        clause=f"{_ITEM}: circulation status",
        steps=(
            ask(
                of(ITEM, item="item_on_loan"),
                code("18"),
                LAYOUT,
                fixed_text("circulation status", "04", "05", "07"),
            ),
        ),
    ),
    Case(
        id="circulation.item-due",
        title="an item on loan tells when it is due",
        level=Level.SHOULD,
        clause=f"{_ITEM}: AH",
        steps=(ask(of(ITEM, item="item_on_loan"), filled("AH")),),
    ),
    Case(
        id="circulation.item-lost",
        title="a lost item is lost",
        level=Level.SHOULD,
        clause=f"{_ITEM}: circulation status 12",
        steps=(
            ask(of(ITEM, item="item_lost"), code("18"), LAYOUT, fixed_text("circulation status", "12", "13")),
        ),
    ),
    Case(
        id="circulation.item-remote",
        title="an item of a remote store is known, and its permanent location told",
        level=Level.SHOULD,
        clause=f"{_ITEM}: AQ",
        steps=(ask(of(ITEM, item="item_remote"), code("18"), LAYOUT, filled("AJ", "AQ")),),
    ),
    Case(
        id="circulation.loan",
        title="a checkout is answered with patron, item, title and due date, and is counted once",
        level=Level.MUST,
        clause=_CHECKOUT,
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(
                CHECKOUT,
                code("12"),
                fixed("ok", "1"),
                fixed("renewal ok", "N"),
                LAYOUT,
                field("AA", "{patron}"),
                field("AB", "{item}"),
                filled("AJ", "AH"),
            ),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.loan-shown",
        title="the item is charged from the checkout's answer to the checkin's",
        level=Level.MUST,
        clause=f"{_ITEM}: circulation status",
        steps=(
            _BORROW,
            ask(ITEM, fixed_text("circulation status", "04", "05", "07")),
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(ITEM, fixed_other("circulation status", "04")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.one-of-several",
        title="lending one of several items of a title answers with that item's number",
        level=Level.MUST,
        clause=f"{_CHECKOUT}: AB",
        steps=(
            ask(
                of(CHECKOUT, item="item_multi"),
                code("12"),
                fixed("ok", "1"),
                field("AB", "{item_multi}"),
                LAYOUT,
            ),
            ask(of(ITEM, item="item_multi"), fixed_text("circulation status", "04", "05", "07")),
            ask(ITEM, fixed_other("circulation status", "04")),
        ),
        undo=(ask(of(CHECKIN_LAST, item="item_multi")),),
    ),
    Case(
        id="circulation.due-date-blank",
        title="a blank no-block due date is no due date",
        level=Level.CLIENT,
        clause="field practice: 18 blanks, or 18 zeros",
        steps=(
            ask(
                CHECKOUT.replace("{now}{now}", "{now}" + " " * 18),
                code("12"),
                fixed("ok", "1"),
                LAYOUT,
                filled("AH"),
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.due-date-zeros",
        title="a no-block due date of zeros is no due date",
        level=Level.CLIENT,
        clause="field practice: 18 blanks, or 18 zeros",
        steps=(
            ask(
                CHECKOUT.replace("{now}{now}", "{now}" + "0" * 18),
                code("12"),
                fixed("ok", "1"),
                LAYOUT,
                filled("AH"),
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.blanks-around",
        title="blanks around a barcode do not make it another",
        level=Level.CLIENT,
        clause="field practice: scanners that pad",
        steps=(ask(ITEM.replace("{item}", " {item} "), code("18"), LAYOUT, filled("AJ")),),
    ),
    Case(
        id="circulation.stands-alone",
        title="a checkout is for the patron it names, whoever was asked about before",
        level=Level.MUST,
        clause="SIP2 2.00: a message depends on none before it",
        steps=(
            ask(INFORMATION, code("64")),
            ask(of(CHECKOUT, patron="patron2"), code("12"), fixed("ok", "1"), field("AA", "{patron2}")),
        ),
        undo=_RETURN,
    ),
    _refused(
        "unknown-item",
        "an unknown item is not lent",
        Level.MUST,
        saying(CHECKOUT, item=_NO_ITEM),
    ),
    _refused(
        "unknown-patron",
        "nothing is lent to an unknown patron",
        Level.MUST,
        saying(CHECKOUT, patron=_NO_CARD),
        _RETURN,
    ),
    _refused("empty-patron", "nothing is lent to nobody", Level.MUST, saying(CHECKOUT, patron=""), _RETURN),
    _refused("empty-item", "no item is not lent", Level.MUST, saying(CHECKOUT, item="")),
    _refused(
        "reference",
        "an item that may not be lent is refused",
        Level.MUST,
        of(CHECKOUT, item="item_reference"),
    ),
    _refused(
        "at-limit",
        "a patron who has reached the limit is refused",
        Level.MUST,
        of(CHECKOUT, patron="patron_at_limit"),
        _RETURN,
    ),
    _refused(
        "blocked", "a blocked patron is refused", Level.MUST, of(CHECKOUT, patron="patron_blocked"), _RETURN
    ),
    _refused(
        "expired",
        "a patron whose card has expired is refused",
        Level.MUST,
        of(CHECKOUT, patron="patron_expired"),
        _RETURN,
    ),
    _refused(
        "on-hold",
        "an item that another patron waits for is refused",
        Level.SHOULD,
        of(CHECKOUT, item="item_on_hold"),
    ),
    _refused("lost", "a lost item is refused", Level.SHOULD, of(CHECKOUT, item="item_lost")),
    _refused(
        "wrong-pin",
        "a checkout with a wrong PIN is refused",
        Level.SHOULD,
        CHECKOUT.replace("{pin}", "x{pin}"),
        _RETURN,
    ),
    Case(
        id="circulation.on-loan-elsewhere",
        title="an item on loan to another patron is refused, with its title, and stays where it is",
        level=Level.MUST,
        clause=f"{_CHECKOUT}: ok 0; AJ and AH are required fields",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(
                of(CHECKOUT, item="item_on_loan"), *REFUSED_LOAN, field("AB", "{item_on_loan}"), filled("AJ")
            ),
            ask(INFORMATION, counted("charged", 0, since="before")),
        ),
    ),
    Case(
        id="circulation.lent-a-moment-ago",
        title="an item just lent to one patron is refused to the next",
        level=Level.MUST,
        clause=f"{_CHECKOUT}: ok 0",
        steps=(_BORROW, ask(of(CHECKOUT, patron="patron2"), *REFUSED_LOAN, field("AA", "{patron2}"))),
        undo=_RETURN,
    ),
    Case(
        id="circulation.reason",
        title="a refusal gives its reason for the screen",
        level=Level.SHOULD,
        clause=f"{_CHECKOUT}: AF",
        steps=(ask(saying(CHECKOUT, item=_NO_ITEM), filled("AF")),),
    ),
    Case(
        id="circulation.checkin",
        title="a checkin is answered with item and permanent location",
        level=Level.MUST,
        clause=_CHECKIN,
        steps=(
            _BORROW,
            ask(CHECKIN, code("10"), fixed("ok", "1"), LAYOUT, field("AB", "{item}"), filled("AQ")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.checkin-not-on-loan",
        title="a checkin of an item that is not on loan is answered in the layout of 10",
        level=Level.MUST,
        clause=_CHECKIN,
        steps=(ask(CHECKIN, code("10"), LAYOUT, field("AB", "{item}")),),
    ),
    Case(
        id="circulation.checkin-unknown",
        title="a checkin of an unknown item is refused, with AQ",
        level=Level.MUST,
        clause=f"{_CHECKIN}: ok 0; AQ is a required field",
        steps=(
            ask(saying(CHECKIN, item=_NO_ITEM), code("10"), fixed("ok", "0"), LAYOUT, field("AB", _NO_ITEM)),
        ),
    ),
    Case(
        id="circulation.checkin-empty",
        title="a checkin of no item is refused",
        level=Level.MUST,
        clause=_CHECKIN,
        steps=(ask(saying(CHECKIN, item=""), code("10"), fixed("ok", "0"), LAYOUT),),
    ),
    Case(
        id="circulation.checkin-cancels",
        title="a checkin with BI Y takes the checkout back",
        level=Level.ALMA,
        clause="Alma self-check, Checkin: BI cancels a failed checkout; SIP2 2.00, BI",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            _BORROW,
            ask(CHECKIN.replace("BIN", "BIY"), code("10"), fixed("ok", "1")),
            ask(INFORMATION, counted("charged", 0, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.own-loan",
        title="a checkout of an item the patron has is a renewal, or refused, never a second loan",
        level=Level.MUST,
        clause=f"{_CHECKOUT}: renewal ok",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            _BORROW,
            ask(CHECKOUT.replace("{now}", "{later}"), code("12"), LAYOUT, _RENEWED_OR_NOT),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.own-loan-renewed",
        title="a checkout of an item the patron has renews it",
        level=Level.ALMA,
        clause="Alma self-check, Checkout: a loan of the same patron becomes a renewal",
        steps=(
            _BORROW,
            ask(
                CHECKOUT.replace("{now}", "{later}"), fixed("ok", "1"), fixed("renewal ok", "Y"), filled("AH")
            ),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.renewal-policy-no",
        title="a machine that does no renewals (SC renewal policy N) does not make a second loan either",
        level=Level.MUST,
        clause="SIP2 2.00, Checkout 11: SC renewal policy",
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            _BORROW,
            ask(CHECKOUT.replace("11Y", "11N").replace("{now}", "{later}"), code("12"), LAYOUT),
            ask(INFORMATION, counted("charged", +1, since="before")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.renewal",
        title="a renewal is answered in the layout of 30",
        level=Level.MUST,
        clause=_RENEWAL,
        steps=(
            _BORROW,
            ask(RENEWAL, code("30"), LAYOUT, _RENEWED_OR_NOT, field("AA", "{patron}"), field("AB", "{item}")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.renewal-granted",
        title="a patron in good standing may renew a loan that nobody waits for",
        level=Level.SHOULD,
        clause=_RENEWAL,
        steps=(
            _BORROW,
            ask(RENEWAL, fixed("ok", "1"), fixed("renewal ok", "Y"), filled("AH", "AJ")),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.renewal-not-on-loan",
        title="an item that is not on loan cannot be renewed",
        level=Level.MUST,
        clause=f"{_RENEWAL}: ok 0; AJ and AH are required fields",
        steps=(ask(RENEWAL, code("30"), fixed("ok", "0"), LAYOUT),),
    ),
    Case(
        id="circulation.renewal-of-another",
        title="a loan of another patron is not renewed where third parties are not allowed",
        level=Level.MUST,
        clause="SIP2 2.00, Renew 29: third party allowed",
        steps=(
            ask(CHECKOUT, code("12"), fixed("ok", "1"), name="loan"),
            ask(of(RENEWAL, patron="patron2"), code("30"), fixed("ok", "0"), LAYOUT),
        ),
        undo=_RETURN,
    ),
    Case(
        id="circulation.renewal-unknown",
        title="an unknown item cannot be renewed",
        level=Level.MUST,
        clause=_RENEWAL,
        steps=(ask(saying(RENEWAL, item=_NO_ITEM), code("30"), fixed("ok", "0"), LAYOUT),),
    ),
    Case(
        id="circulation.same-due-date",
        title="18 writes the due date as 12 did",
        level=Level.SHOULD,
        clause="field practice: two forms of one date (Koha 31552)",
        steps=(ask(CHECKOUT, fixed("ok", "1"), name="loan"), ask(ITEM, same_as("loan", "AH", "AJ"))),
        undo=_RETURN,
    ),
)
