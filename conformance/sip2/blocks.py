"""Blocking a patron and lifting the block (01/24, 25/26): done only where 98 says "status update ok"."""

from conformance.case import Case, Level, ask
from conformance.sip2.claims import (
    LAYOUT,
    as_allowed,
    blank,
    code,
    field,
    filled,
    fixed_text,
    flag,
    never,
    same_as,
    there,
)
from conformance.sip2.lines import (
    ABILITIES,
    BLOCK,
    CHECKIN_LAST,
    CHECKOUT,
    ENABLE,
    ENABLE_LAST,
    INFORMATION,
    STATUS,
    of,
    saying,
)

_BLOCK = "SIP2 2.00, Block Patron 01"
_ENABLE = "SIP2 2.00, Patron Enable 25"
_ENABLED = "SIP2 2.00, Patron Enable Response 26"
_ALLOWED = "SIP2 2.00, ACS Status 98: status update ok"
_STATUS = of(STATUS, patron="patron_to_block")
_MAY = ask(ABILITIES, code("98"), name="98")
_BEFORE = ask(_STATUS, code("24"), flag(0, " "), name="before")
_LIFTED = (ask(ENABLE_LAST),)
_OK = "status update ok"
_AS_BEFORE = same_as("before", "patron status")
_NO_CARD = "no-such-card"

CASES = (
    Case(
        id="blocks.layout",
        title="01 is answered in the layout of 24, with the patron's number",
        level=Level.MUST,
        clause=f"{_BLOCK}: the answer is 24",
        steps=(ask(BLOCK, code("24"), LAYOUT, field("AA", "{patron_to_block}"), there("AE")),),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.language",
        title="the language in the answer to 01, which names none, is 000",
        level=Level.SHOULD,
        clause=f"{_BLOCK} has no language; SIP2 2.00, language 000: unknown",
        steps=(ask(BLOCK, code("24"), fixed_text("language", "000")),),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.as-allowed",
        title="the patron is denied checkout, or keeps the status they had, as 98 says",
        level=Level.MUST,
        clause=_ALLOWED,
        steps=(
            _MAY,
            _BEFORE,
            ask(
                BLOCK,
                code("24"),
                as_allowed(_OK, flag(0, "Y"), _AS_BEFORE),
            ),
        ),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.all-privileges",
        title="a card that is blocked is denied checkout, renewal, recall and holds",
        level=Level.SHOULD,
        clause=f"{_BLOCK}; Patron Status Response 24: places 0 to 3",
        steps=(_MAY, ask(BLOCK, *(as_allowed(_OK, flag(place, "Y")) for place in range(4)))),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.told-again",
        title="23 and 63 tell of a block as the answer to 01 did",
        level=Level.MUST,
        clause=_ALLOWED,
        steps=(
            ask(BLOCK, code("24"), name="blocked"),
            ask(_STATUS, code("24"), same_as("blocked", "patron status")),
            ask(of(INFORMATION, patron="patron_to_block"), code("64"), same_as("blocked", "patron status")),
        ),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.nothing-lent",
        title="nothing is lent to a patron whom a machine has blocked",
        level=Level.MUST,
        clause=_ALLOWED,
        steps=(
            _MAY,
            ask(BLOCK, code("24")),
            ask(
                of(CHECKOUT, patron="patron_to_block"),
                code("12"),
                LAYOUT,
                as_allowed(_OK, fixed_text("ok", "0")),
            ),
        ),
        undo=(ask(CHECKIN_LAST), *_LIFTED),
    ),
    Case(
        id="blocks.card-retained",
        title="a card that the machine has kept is blocked too",
        level=Level.MUST,
        clause=f"{_BLOCK}: card retained",
        steps=(
            _MAY,
            ask(
                BLOCK.replace("01N", "01Y"),
                code("24"),
                LAYOUT,
                field("AA", "{patron_to_block}"),
                as_allowed(_OK, flag(0, "Y")),
            ),
        ),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.twice",
        title="a patron who is blocked may be blocked again",
        level=Level.SHOULD,
        clause=_BLOCK,
        steps=(
            ask(BLOCK, code("24"), name="blocked"),
            ask(of(BLOCK, first="second"), code("24"), same_as("blocked", "patron status"), LAYOUT),
        ),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.no-message",
        title="a block without a message (AL empty) is a block",
        level=Level.SHOULD,
        clause=f"{_BLOCK}: AL",
        steps=(
            _MAY,
            ask(
                BLOCK.replace("ALleft in the machine", "AL"),
                code("24"),
                LAYOUT,
                as_allowed(_OK, flag(0, "Y")),
            ),
        ),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.unknown",
        title="blocking an unknown card is answered as asking for it is",
        level=Level.MUST,
        clause=f"{_BLOCK}: the answer is 24",
        steps=(
            ask(
                saying(BLOCK, patron_to_block=_NO_CARD),
                code("24"),
                LAYOUT,
                field("AA", _NO_CARD),
                never("BL", "Y"),
                blank("AE"),
            ),
        ),
    ),
    Case(
        id="blocks.nobody",
        title="blocking nobody is answered, and blocks nobody",
        level=Level.MUST,
        clause=f"{_BLOCK}: the answer is 24",
        steps=(
            ask(saying(BLOCK, patron_to_block=""), code("24"), LAYOUT, never("BL", "Y"), blank("AE")),
            _BEFORE,
        ),
    ),
    Case(
        id="blocks.enabled",
        title="25 lifts the block: 26 and 24 show the status from before",
        level=Level.MUST,
        clause=_ENABLED,
        steps=(
            _BEFORE,
            ask(BLOCK, code("24")),
            ask(
                ENABLE,
                code("26"),
                LAYOUT,
                field("AA", "{patron_to_block}"),
                filled("AE"),
                never("BL", "N"),
                _AS_BEFORE,
            ),
            ask(_STATUS, _AS_BEFORE),
        ),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.enable-lends-again",
        title="a patron whose block is lifted may borrow",
        level=Level.MUST,
        clause=_ENABLED,
        steps=(
            ask(BLOCK, code("24")),
            ask(ENABLE, code("26")),
            ask(of(CHECKOUT, patron="patron_to_block"), code("12"), fixed_text("ok", "1")),
        ),
        undo=(ask(CHECKIN_LAST), *_LIFTED),
    ),
    Case(
        id="blocks.enable-retained",
        title="the block of a card that was kept is lifted too",
        level=Level.SHOULD,
        clause=_ENABLED,
        steps=(ask(BLOCK.replace("01N", "01Y"), code("24")), ask(ENABLE, code("26"), flag(0, " "), LAYOUT)),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.enable-nothing",
        title="25 for a patron without a block shows the status they have",
        level=Level.MUST,
        clause=_ENABLED,
        steps=(
            ask(STATUS, code("24"), name="before"),
            ask(
                of(ENABLE, patron_to_block="patron"),
                code("26"),
                LAYOUT,
                same_as("before", "patron status", "AE", "AA", "BL"),
            ),
        ),
    ),
    Case(
        id="blocks.enable-not-the-staff",
        title="25 does not lift what the staff has blocked",
        level=Level.MUST,
        clause=f"{_ENABLE}; reading: a machine lifts what machines have blocked",
        steps=(
            ask(of(ENABLE, patron_to_block="patron_blocked"), code("26"), LAYOUT, flag(0, "Y")),
            ask(of(STATUS, patron="patron_blocked"), flag(0, "Y")),
        ),
    ),
    Case(
        id="blocks.enable-not-the-expired",
        title="25 does not renew a card that has expired",
        level=Level.MUST,
        clause=f"{_ENABLE}; reading: a machine lifts what machines have blocked",
        steps=(ask(of(ENABLE, patron_to_block="patron_expired"), code("26"), LAYOUT, flag(0, "Y")),),
    ),
    Case(
        id="blocks.enable-not-the-fines",
        title="25 does not forgive what is owed",
        level=Level.MUST,
        clause=f"{_ENABLE}; reading: a machine lifts what machines have blocked",
        steps=(
            ask(of(STATUS, patron="patron_fines"), code("24"), name="before"),
            ask(of(ENABLE, patron_to_block="patron_fines"), code("26"), _AS_BEFORE),
            ask(of(STATUS, patron="patron_fines"), same_as("before", "patron status", "BV")),
        ),
    ),
    Case(
        id="blocks.enable-wrong-pin",
        title="25 with a wrong PIN lifts nothing",
        level=Level.SHOULD,
        clause=f"{_ENABLE}: AD; CQ",
        steps=(
            ask(BLOCK, code("24"), name="blocked"),
            ask(ENABLE.replace("{pin}", "x{pin}"), code("26"), LAYOUT, never("CQ", "Y")),
            ask(_STATUS, same_as("blocked", "patron status")),
        ),
        undo=_LIFTED,
    ),
    Case(
        id="blocks.enable-unknown",
        title="25 for an unknown card enables nobody",
        level=Level.MUST,
        clause=_ENABLED,
        steps=(
            ask(
                saying(ENABLE, patron_to_block=_NO_CARD),
                code("26"),
                LAYOUT,
                field("AA", _NO_CARD),
                flag(0, "Y"),
                never("BL", "Y"),
                blank("AE"),
            ),
        ),
    ),
    Case(
        id="blocks.enable-nobody",
        title="25 for nobody enables nobody",
        level=Level.MUST,
        clause=_ENABLED,
        steps=(ask(saying(ENABLE, patron_to_block=""), code("26"), LAYOUT, never("BL", "Y"), blank("AE")),),
    ),
)
