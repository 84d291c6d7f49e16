"""Login (93/94): who is let in, and what is told to those who are not."""

from conformance.case import Awaits, Case, Level, Opening, ask
from conformance.sip2.claims import LAYOUT, blank, code, filled, fixed, is_but, never
from conformance.sip2.lines import ABILITIES, LOGIN, STATUS

_LOGIN = "SIP2 2.00, Login 93"
_ANSWER = "SIP2 2.00, Login Response 94"
_WRONG = "9300CN{user}|COnot-{password}|"
_NOTHING_TOLD = (blank("AE", "BD", "BE", "BF", "BV"), never("BL", "Y"))

CASES = (
    Case(
        id="login.accepted",
        title="the right name and password are let in",
        level=Level.MUST,
        clause=_ANSWER,
        opening=Opening.UNTOUCHED,
        steps=(ask(LOGIN, code("94"), fixed("ok", "1")),),
    ),
    Case(
        id="login.refused",
        title="a wrong password is answered 940",
        level=Level.MUST,
        clause=_ANSWER,
        opening=Opening.UNTOUCHED,
        steps=(ask(_WRONG, code("94"), fixed("ok", "0")),),
    ),
    Case(
        id="login.another-try",
        title="after an unknown name is refused, the right one is let in on the same connection",
        level=Level.SHOULD,
        clause="field practice: machines try again without reconnecting",
        opening=Opening.UNTOUCHED,
        steps=(
            ask("9300CNnobody-of-this-name|COnothing|", code("94"), fixed("ok", "0")),
            ask(LOGIN, code("94"), fixed("ok", "1")),
        ),
    ),
    Case(
        id="login.layout",
        title="94 holds its one flag and no fields",
        level=Level.SHOULD,
        clause=_ANSWER,
        opening=Opening.UNTOUCHED,
        steps=(ask(LOGIN, LAYOUT, is_but("no fields", lambda answer: not answer.body)),),
    ),
    Case(
        id="login.location",
        title="a login that names its location is let in",
        level=Level.MUST,
        clause=f"{_LOGIN}: CP is optional",
        opening=Opening.UNTOUCHED,
        steps=(ask(LOGIN + "CP{location}|", code("94"), fixed("ok", "1")),),
    ),
    Case(
        id="login.any-order",
        title="CO before CN is the same login",
        level=Level.MUST,
        clause="SIP2 2.00: identified fields come in any order",
        opening=Opening.UNTOUCHED,
        steps=(ask("9300CO{password}|CN{user}|", code("94"), fixed("ok", "1")),),
    ),
    Case(
        id="login.last-delimiter",
        title="a login whose last field lacks its delimiter is let in",
        level=Level.CLIENT,
        clause="field practice: e-book clients leave the last delimiter out",
        opening=Opening.UNTOUCHED,
        steps=(ask("9300CN{user}|CO{password}", code("94"), fixed("ok", "1")),),
    ),
    Case(
        id="login.delimiter-first",
        title="a delimiter after the fixed part does no harm",
        level=Level.CLIENT,
        clause="field practice: 9300|CN…",
        opening=Opening.UNTOUCHED,
        steps=(ask("9300|CN{user}|CO{password}|", code("94"), fixed("ok", "1")),),
    ),
    Case(
        id="login.unknown-algorithm",
        title="a password said to be encrypted in an unknown way is refused",
        level=Level.SHOULD,
        clause=f"{_LOGIN}: UID and PWD algorithm 0 is plain text, others need an agreement",
        opening=Opening.UNTOUCHED,
        steps=(ask("9399CN{user}|CO{password}|", code("94"), fixed("ok", "0")),),
    ),
    Case(
        id="login.again",
        title="a second login on the same connection is let in",
        level=Level.SHOULD,
        clause="field practice: machines log in again as a heartbeat",
        opening=Opening.UNTOUCHED,
        steps=(
            ask(LOGIN, code("94"), fixed("ok", "1")),
            ask(LOGIN, code("94"), fixed("ok", "1")),
            ask(STATUS, code("24"), filled("AE")),
        ),
    ),
    Case(
        id="login.failure-ends-login",
        title="a failing second login ends the first",
        level=Level.SHOULD,
        clause="field practice: a failed login left the former account at work (Koha 42847)",
        opening=Opening.UNTOUCHED,
        steps=(
            ask(LOGIN, code("94"), fixed("ok", "1")),
            ask(_WRONG, code("94"), fixed("ok", "0")),
            ask(STATUS, *_NOTHING_TOLD, awaits=Awaits.ANSWER_OR_END),
        ),
    ),
    Case(
        id="login.nothing-before",
        title="nothing about a patron is told to a machine that has not logged in",
        level=Level.SHOULD,
        clause=f"{_LOGIN}: first message, where the server wants one",
        opening=Opening.UNTOUCHED,
        also_needs=("user",),
        steps=(ask(STATUS, *_NOTHING_TOLD, awaits=Awaits.ANSWER_OR_END),),
    ),
    Case(
        id="login.answered-before",
        title="a request before login is answered with its own answer, not with silence or a closed line",
        level=Level.SHOULD,
        clause="SIP2 2.00: every recognised message is answered",
        opening=Opening.UNTOUCHED,
        also_needs=("user",),
        steps=(ask(STATUS, code("24"), LAYOUT),),
    ),
    Case(
        id="login.status-first",
        title="99 before 93 is answered",
        level=Level.CLIENT,
        clause="field practice: some machines send 99 first and log in after",
        opening=Opening.UNTOUCHED,
        steps=(ask(ABILITIES, code("98"), LAYOUT), ask(LOGIN, code("94"), fixed("ok", "1"))),
    ),
)
