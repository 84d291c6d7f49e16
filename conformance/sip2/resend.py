"""Sequence numbers, 97 and 96, and the same message again: what keeps one act from being done twice."""

from conformance.case import Case, Level, Opening, Reconnect, ask
from conformance.sip2.claims import (
    LAYOUT,
    SEALED,
    code,
    counted,
    filled,
    fixed,
    is_bytes,
    numbered,
    same_as,
    same_bytes_as,
)
from conformance.sip2.lines import (
    ABILITIES,
    CHECKIN,
    CHECKIN_LAST,
    CHECKOUT,
    INFORMATION,
    ITEM,
    LOGIN,
    RENEWAL,
    STATUS,
)
from conformance.sip2.shapes import with_wrong_sum
from conformance.wire.sip2 import Detection

_RESEND = "SIP2 2.00, Request ACS Resend 97"
_AGAIN = "SIP2 2.00, AY: the same sequence number and checksum as before ask for the same answer"
_NUMBERS = "SIP2 2.00, AY"
_RECONNECT = "reading: AY begins anew with the connection, the transaction date does not"
_RETURN = (ask(CHECKIN_LAST),)
_AGAIN_PLEASE = "97"

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
)
