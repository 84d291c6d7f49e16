"""Messages that were damaged, or written carelessly: what is refused, what is passed over."""

from conformance.case import Awaits, Case, Level, ask
from conformance.sip2.claims import (
    LAYOUT,
    NO_CONTROLS,
    blank,
    code,
    counted,
    field,
    filled,
    is_bytes,
    never,
    same_as,
)
from conformance.sip2.lines import ABILITIES, CHECKIN_LAST, CHECKOUT, INFORMATION, ITEM, STATUS
from conformance.sip2.shapes import (
    with_flipped_byte,
    with_letters_for_sum,
    with_lower_case_sum,
    with_short_sum,
    with_wrong_sum,
)
from conformance.wire.sip2 import Detection

_RESEND = "SIP2 2.00, Request SC Resend 96"
_SUM = "SIP2 2.00, AZ"
_UNKNOWN_FIELDS = "SIP2 2.00: unknown fields are ignored"
_UNKNOWN_MESSAGES = "SIP2 2.00: unknown messages are ignored"
_ORDER = "SIP2 2.00: identified fields come in any order"
_HERE = ask(ABILITIES, code("98"))

CASES = (
    Case(
        id="damaged.wrong-sum",
        title="a wrong checksum is answered 96, sealed and without AY",
        level=Level.MUST,
        clause=_RESEND,
        steps=(ask(STATUS, is_bytes(b"96AZFEF6"), shape=with_wrong_sum), ask(STATUS, code("24"))),
    ),
    Case(
        id="damaged.flipped-bit",
        title="a flipped bit is noticed",
        level=Level.MUST,
        clause=_SUM,
        steps=(ask(STATUS, code("96"), shape=with_flipped_byte), _HERE),
    ),
    Case(
        id="damaged.nothing-done",
        title="a damaged checkout is not done",
        level=Level.MUST,
        clause=_RESEND,
        steps=(
            ask(INFORMATION, code("64"), name="before"),
            ask(CHECKOUT, code("96"), shape=with_wrong_sum),
            ask(INFORMATION, counted("charged", 0, since="before")),
        ),
        undo=(ask(CHECKIN_LAST),),
    ),
    Case(
        id="damaged.short-sum",
        title="a checksum of two digits is no checksum",
        level=Level.SHOULD,
        clause=f"{_SUM}: four digits",
        steps=(ask(STATUS, code("96"), shape=with_short_sum), _HERE),
    ),
    Case(
        id="damaged.letters-for-sum",
        title="a checksum of letters is no checksum",
        level=Level.SHOULD,
        clause=f"{_SUM}: hexadecimal digits",
        steps=(ask(STATUS, code("96"), shape=with_letters_for_sum), _HERE),
    ),
    Case(
        id="damaged.lower-case-sum",
        title="a checksum in lower case is a checksum",
        level=Level.CLIENT,
        clause="field practice: azfe4b",
        steps=(
            # Any one sum may be all digits; that all three are is unlikely.
            ask(STATUS, code("24"), shape=with_lower_case_sum),
            ask(ABILITIES, code("98"), shape=with_lower_case_sum),
            ask(ITEM, code("18"), shape=with_lower_case_sum),
        ),
    ),
    Case(
        id="damaged.good-after-bad",
        title="five damaged messages do not end the connection",
        level=Level.SHOULD,
        clause=_RESEND,
        steps=(*(ask(STATUS, code("96"), shape=with_wrong_sum) for _ in range(5)), ask(STATUS, code("24"))),
    ),
    Case(
        id="damaged.unknown-fields",
        title="unknown fields change nothing",
        level=Level.MUST,
        clause=_UNKNOWN_FIELDS,
        steps=(
            ask(STATUS, code("24"), name="plain"),
            ask(
                STATUS + "ZZwhat|Q1is|XYthis|",
                same_as("plain", "patron status", "AA", "AE", "BL", "CQ"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="damaged.any-order",
        title="fields in another order change nothing",
        level=Level.MUST,
        clause=_ORDER,
        steps=(
            ask(STATUS, code("24"), name="plain"),
            ask(
                "23001{now}AD{pin}|AC|AA{patron}|AO{institution}|",
                same_as("plain", "patron status", "AA", "AE", "BL", "CQ"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="damaged.lower-case-ids",
        title="field ids are upper-case: aa is not AA",
        level=Level.SHOULD,
        clause=_UNKNOWN_FIELDS,
        steps=(ask("23001{now}AO{institution}|aa{patron}|AC|AD{pin}|", never("BL", "Y"), blank("AE")),),
    ),
    Case(
        id="damaged.last-delimiter",
        title="a last field without its delimiter is read",
        level=Level.CLIENT,
        clause="field practice: …AC|ADpin",
        steps=(
            ask(
                "23001{now}AO{institution}|AC|AA{patron}",
                code("24"),
                field("AA", "{patron}"),
                filled("AE"),
                LAYOUT,
            ),
            ask(
                "23001{now}AO{institution}|AC|AA{patron}",
                code("24"),
                field("AA", "{patron}"),
                detection=Detection.NONE,
            ),
        ),
    ),
    Case(
        id="damaged.doubled-delimiter",
        title="a doubled delimiter does no harm",
        level=Level.CLIENT,
        clause="field practice: AO||AAx||",
        steps=(
            ask(
                "23001{now}AO{institution}||AA{patron}||AC||AD{pin}||",
                code("24"),
                LAYOUT,
                field("AA", "{patron}"),
            ),
        ),
    ),
    Case(
        id="damaged.delimiter-first",
        title="a delimiter after the fixed part does no harm",
        level=Level.CLIENT,
        clause="field practice: 23…|AO",
        steps=(
            ask(STATUS.replace("AO", "|AO", 1), code("24"), LAYOUT, field("AA", "{patron}"), filled("AE")),
        ),
    ),
    Case(
        id="damaged.trailing-delimiters",
        title="delimiters at the end do no harm",
        level=Level.CLIENT,
        clause="field practice: …|||",
        steps=(ask(STATUS + "|||", code("24"), LAYOUT, filled("AE")),),
    ),
    Case(
        id="damaged.one-letter-field",
        title="a field too short for an id does no harm",
        level=Level.CLIENT,
        clause=_UNKNOWN_FIELDS,
        steps=(ask(STATUS + "X|", code("24"), LAYOUT, filled("AE")),),
    ),
    Case(
        id="damaged.two-patrons",
        title="two AA in one request are not mixed: number and name belong to one of them",
        level=Level.SHOULD,
        clause="reading: the first of two fields counts",
        steps=(
            ask(STATUS, code("24"), name="first"),
            ask(STATUS + "AA{patron2}|", code("24"), same_as("first", "AA", "AE", "patron status")),
        ),
    ),
    Case(
        id="damaged.date",
        title="a date that is none does not keep a request from being answered",
        level=Level.CLIENT,
        clause="field practice: dates with a digit too many or too few",
        steps=(
            ask(ITEM.replace("{now}", "99999999    999999"), code("18", "96"), LAYOUT),
            ask(ITEM.replace("{now}", " " * 18), code("18", "96"), LAYOUT),
            ask(ITEM.replace("{now}", "not a date at all!"), code("18", "96"), LAYOUT),
            _HERE,
        ),
    ),
    Case(
        id="damaged.cut-short",
        title="a request cut off in its fixed part is answered, with nobody found",
        level=Level.SHOULD,
        clause="SIP2 2.00: every recognised message is answered",
        steps=(
            ask("23001", code("24", "96"), never("BL", "Y"), LAYOUT),
            ask("11YN2026", code("12", "96"), LAYOUT),
            _HERE,
        ),
    ),
    Case(
        id="damaged.no-fields",
        title="a request without any field is answered, and nothing is done",
        level=Level.SHOULD,
        clause="SIP2 2.00: every recognised message is answered",
        steps=(
            ask("11YN{now}{now}", code("12", "96"), LAYOUT),
            ask("09N{now}{now}", code("10", "96"), LAYOUT),
            ask("17{now}", code("18", "96"), LAYOUT),
            _HERE,
        ),
    ),
    Case(
        id="damaged.unknown-message",
        title="a message of an unknown code is passed over in silence, and the next one is answered",
        level=Level.MUST,
        clause=_UNKNOWN_MESSAGES,
        steps=(
            ask("77001{now}AO{institution}|AA{patron}|", awaits=Awaits.SILENCE),
            ask(STATUS, code("24"), LAYOUT),
        ),
    ),
    Case(
        id="damaged.unknown-messages",
        title="letters for a code, or a line of one character, are passed over in silence",
        level=Level.SHOULD,
        clause=_UNKNOWN_MESSAGES,
        steps=(
            ask("HELLO", awaits=Awaits.SILENCE, detection=Detection.NONE),
            ask("9", awaits=Awaits.SILENCE, detection=Detection.NONE),
            ask("?", awaits=Awaits.SILENCE, detection=Detection.NONE),
            ask(STATUS, code("24"), LAYOUT, NO_CONTROLS),
        ),
    ),
    Case(
        id="damaged.answer-as-request",
        title="a message that only a server sends is passed over in silence",
        level=Level.SHOULD,
        clause=_UNKNOWN_MESSAGES,
        steps=(
            ask("941", awaits=Awaits.SILENCE),
            ask("36Y{now}AO{institution}|AA{patron}|", awaits=Awaits.SILENCE),
            ask(STATUS, code("24"), LAYOUT),
        ),
    ),
)
