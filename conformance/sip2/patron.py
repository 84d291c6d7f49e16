"""Patron status, patron information, end of session (23/24, 63/64, 35/36)."""

from conformance.case import Case, Level, ask
from conformance.sip2.claims import (
    COUNT_OF,
    LAYOUT,
    LISTS,
    NO_LISTS,
    blank,
    code,
    counted,
    entries,
    field,
    filled,
    fixed,
    fixed_text,
    flag,
    missing,
    never,
    only_list,
    same_as,
    there,
)
from conformance.sip2.lines import (
    CHECKIN,
    CHECKIN_LAST,
    CHECKOUT,
    END_SESSION,
    INFORMATION,
    STATUS,
    information_with,
    of,
    saying,
)

_STATUS = "SIP2 2.00, Patron Status Response 24"
_INFORMATION = "SIP2 2.00, Patron Information Response 64"
_SUMMARY = "SIP2 2.00, Patron Information 63: summary"
_PAGING = "SIP2 2.00, Patron Information 63: BP and BQ"
_SESSION = "SIP2 2.00, End Session Response 36"
_PIN = "SIP2 2.00, AD and CQ"
_NO_CARD = "no-such-card"
_HIS_LOANS = of(information_with("  Y       "), patron="patron_at_limit")
# Whose lists are looked at; an ordinary patron's are mostly empty, and that must fit too.
_WHOSE = {"AU": "patron_at_limit", "AV": "patron_fines"}

_LIST_CASES = tuple(
    Case(
        id=f"patron.list-{name}",
        title=f"the {COUNT_OF[name]} list {name} is as long as its count, and comes alone",
        level=Level.SHOULD,
        clause=_SUMMARY,
        steps=(
            ask(
                of(
                    information_with(" " * place + "Y" + " " * (9 - place)), patron=_WHOSE.get(name, "patron")
                ),
                code("64"),
                only_list(name),
                LAYOUT,
            ),
        ),
    )
    for place, name in enumerate(LISTS)
)

CASES = (
    Case(
        id="patron.status",
        title="a patron in good standing is answered with number and name, in the layout of 24",
        level=Level.MUST,
        clause=_STATUS,
        steps=(ask(STATUS, code("24"), LAYOUT, field("AA", "{patron}"), filled("AE")),),
    ),
    Case(
        id="patron.status-good",
        title="a patron in good standing is not called invalid and not denied checkout",
        level=Level.MUST,
        clause=f"{_STATUS}: patron status, BL",
        steps=(ask(STATUS, never("BL", "N"), flag(0, " ")),),
    ),
    Case(
        id="patron.language",
        title="the language asked for is named in the answer",
        level=Level.SHOULD,
        clause=f"{_STATUS}: language",
        steps=(ask(STATUS, fixed_text("language", "001")),),
    ),
    Case(
        id="patron.unknown",
        title="an unknown patron is answered with the number as sent and never called valid",
        level=Level.MUST,
        clause=f"{_STATUS}: AA, AE and BL",
        steps=(
            ask(
                saying(STATUS, patron=_NO_CARD),
                code("24"),
                field("AA", _NO_CARD),
                there("AE"),
                never("BL", "Y"),
                never("CQ", "Y"),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="patron.unknown-denied",
        title="an unknown patron is denied checkout and said to be invalid",
        level=Level.SHOULD,
        clause=f"{_STATUS}: patron status, BL",
        steps=(ask(saying(STATUS, patron=_NO_CARD), flag(0, "Y"), field("BL", "N"), blank("AE")),),
    ),
    Case(
        id="patron.empty-number",
        title="an empty patron number is nobody",
        level=Level.MUST,
        clause=f"{_STATUS}; field practice: an empty key found somebody (Koha 23403)",
        steps=(
            ask(saying(STATUS, patron=""), code("24"), never("BL", "Y"), blank("AE"), LAYOUT),
            ask(saying(INFORMATION, patron=""), code("64"), never("BL", "Y"), blank("AE"), LAYOUT),
        ),
    ),
    Case(
        id="patron.no-number",
        title="a request without AA is answered",
        level=Level.SHOULD,
        clause="SIP2 2.00: every recognised message is answered",
        steps=(ask("23001{now}AO{institution}|AC|AD|", code("24", "96"), never("BL", "Y")),),
    ),
    Case(
        id="patron.right-pin",
        title="the right PIN is confirmed",
        level=Level.SHOULD,
        clause=_PIN,
        steps=(ask(STATUS, field("CQ", "Y")), ask(INFORMATION, field("CQ", "Y"))),
    ),
    Case(
        id="patron.wrong-pin",
        title="a wrong PIN is not confirmed",
        level=Level.MUST,
        clause=_PIN,
        steps=(ask(STATUS.replace("{pin}", "x{pin}"), code("24"), never("CQ", "Y"), LAYOUT),),
    ),
    Case(
        id="patron.empty-pin",
        title="an empty PIN is not confirmed, and the right one still is after it",
        level=Level.SHOULD,
        clause=f"{_PIN}; field practice: showing an account locked it (Koha 21997)",
        steps=(
            *(ask(saying(STATUS, pin=""), code("24"), never("CQ", "Y")) for _ in range(8)),
            ask(STATUS, code("24"), never("CQ", "N")),
        ),
    ),
    Case(
        id="patron.absent-pin",
        title="a request without AD is answered, with no word on a PIN",
        level=Level.CLIENT,
        clause="field practice: clients leave AC and AD out",
        steps=(ask("23001{now}AO{institution}|AA{patron}|", code("24"), filled("AE"), missing("CQ")),),
    ),
    Case(
        id="patron.blocked",
        title="a blocked patron is denied checkout",
        level=Level.MUST,
        clause=f"{_STATUS}: patron status, charge privileges denied",
        steps=(ask(of(STATUS, patron="patron_blocked"), code("24"), flag(0, "Y"), LAYOUT),),
    ),
    Case(
        id="patron.blocked-as-alma",
        title="a blocked patron is denied checkout and holds; flags that Alma never sets stay blank",
        level=Level.ALMA,
        clause="Alma self-check, Patron Status Response: positions 0, 3, 5, 6, 10 and 11",
        steps=(
            ask(
                of(STATUS, patron="patron_blocked"),
                flag(0, "Y"),
                flag(3, "Y"),
                *(flag(place, " ") for place in (1, 2, 4, 7, 8, 9, 12, 13)),
            ),
        ),
    ),
    Case(
        id="patron.expired",
        title="a patron whose card has expired is denied checkout",
        level=Level.SHOULD,
        clause=f"{_STATUS}: patron status, charge privileges denied",
        steps=(ask(of(STATUS, patron="patron_expired"), code("24"), flag(0, "Y"), LAYOUT),),
    ),
    Case(
        id="patron.at-limit",
        title="a patron who has reached the limit of loans has too many charged",
        level=Level.SHOULD,
        clause=f"{_STATUS}: patron status, too many items charged",
        steps=(ask(of(STATUS, patron="patron_at_limit"), code("24"), flag(5, "Y"), LAYOUT),),
    ),
    Case(
        id="patron.information",
        title="64 has its counts of four digits, number and name",
        level=Level.MUST,
        clause=_INFORMATION,
        steps=(ask(INFORMATION, code("64"), LAYOUT, field("AA", "{patron}"), filled("AE")),),
    ),
    Case(
        id="patron.information-unknown",
        title="an unknown patron is answered in the layout of 64",
        level=Level.MUST,
        clause=_INFORMATION,
        steps=(
            ask(
                saying(INFORMATION, patron=_NO_CARD),
                code("64"),
                LAYOUT,
                field("AA", _NO_CARD),
                never("BL", "Y"),
            ),
        ),
    ),
    Case(
        id="patron.no-lists",
        title="a summary of blanks brings counts and no list",
        level=Level.MUST,
        clause=_SUMMARY,
        steps=(ask(of(INFORMATION, patron="patron_at_limit"), code("64"), NO_LISTS),),
    ),
    *_LIST_CASES,
    Case(
        id="patron.loan-listed",
        title="a loan is counted and listed as soon as its checkout is answered",
        level=Level.MUST,
        clause=f"{_INFORMATION}: charged items",
        steps=(
            ask(information_with("  Y       "), code("64"), name="before"),
            ask(CHECKOUT, code("12"), fixed("ok", "1")),
            ask(
                information_with("  Y       "), counted("charged", +1, since="before"), entries("AU", 1, 9999)
            ),
            ask(CHECKIN, code("10"), fixed("ok", "1")),
            ask(information_with("  Y       "), counted("charged", 0, since="before")),
        ),
        undo=(ask(CHECKIN_LAST),),
    ),
    Case(
        id="patron.several-lists",
        title="a summary with several Y is answered",
        level=Level.CLIENT,
        clause=f"{_SUMMARY}: one Y at most; clients send more",
        steps=(ask(of(information_with("YYYYYY    "), patron="patron_at_limit"), code("64"), LAYOUT),),
    ),
    Case(
        id="patron.reserved-summary",
        title="a Y in the reserved places of the summary does no harm",
        level=Level.CLIENT,
        clause=f"{_SUMMARY}; field practice: it ended a server (Koha 25903)",
        steps=(
            ask(information_with("      YYYY"), code("64"), LAYOUT, NO_LISTS),
            ask(information_with("YYYYYYYYYY"), code("64"), LAYOUT),
        ),
    ),
    Case(
        id="patron.paging",
        title="BP and BQ bring one entry of the list and leave the count whole",
        level=Level.MUST,
        clause=_PAGING,
        steps=(
            ask(_HIS_LOANS, code("64"), name="whole"),
            ask(_HIS_LOANS + "BP1|BQ1|", entries("AU", 1, 1), counted("charged", 0, since="whole")),
        ),
    ),
    Case(
        id="patron.paging-digits",
        title="BP and BQ of five digits are numbers too",
        level=Level.CLIENT,
        clause="field practice: BP00001|BQ00001",
        steps=(ask(_HIS_LOANS + "BP00001|BQ00001|", code("64"), entries("AU", 1, 1)),),
    ),
    Case(
        id="patron.paging-backwards",
        title="BP after BQ brings no entry",
        level=Level.CLIENT,
        clause=_PAGING,
        steps=(ask(_HIS_LOANS + "BP5|BQ1|", code("64"), entries("AU", 0, 0), LAYOUT),),
    ),
    Case(
        id="patron.paging-nonsense",
        title="BP and BQ that are no numbers do no harm",
        level=Level.CLIENT,
        clause=_PAGING,
        steps=(ask(_HIS_LOANS + "BPone|BQ-3|", code("64"), LAYOUT),),
    ),
    Case(
        id="patron.language-letters",
        title="a language in letters is answered",
        level=Level.CLIENT,
        clause="field practice: 23eng",
        steps=(ask(STATUS.replace("23001", "23eng"), code("24"), LAYOUT, filled("AE")),),
    ),
    Case(
        id="patron.zone-zeros",
        title="a zone of 0000 in the date is local time",
        level=Level.CLIENT,
        clause="field practice: 200101010000…",
        steps=(ask(STATUS.replace("{now}", "202001010000120000"), code("24"), LAYOUT, filled("AE")),),
    ),
    Case(
        id="patron.zone-universal",
        title="a zone of Z in the date is universal time",
        level=Level.MUST,
        clause="SIP2 2.00, transaction date: ZZZZ",
        steps=(ask(STATUS.replace("{now}", "20200101   Z120000"), code("24"), LAYOUT, filled("AE")),),
    ),
    Case(
        id="patron.end-session",
        title="a session ends without an earlier 23 or 63, and names its patron",
        level=Level.MUST,
        clause=f"{_SESSION}; a message stands alone",
        steps=(ask(END_SESSION, code("36"), fixed("end session", "Y"), field("AA", "{patron}"), LAYOUT),),
    ),
    Case(
        id="patron.end-session-delimiter",
        title="a delimiter after the fixed part of 35 does no harm",
        level=Level.CLIENT,
        clause="field practice: 35…|AO",
        steps=(ask(END_SESSION.replace("AO", "|AO", 1), code("36"), field("AA", "{patron}"), LAYOUT),),
    ),
    Case(
        id="patron.stands-alone",
        title="asking for one patron does not colour the answer about the next",
        level=Level.MUST,
        clause="SIP2 2.00: a message depends on none before it",
        steps=(
            ask(STATUS, name="alone"),
            ask(of(STATUS, patron="patron_blocked"), code("24"), field("AA", "{patron_blocked}")),
            ask(of(STATUS, patron="patron2"), code("24"), field("AA", "{patron2}"), flag(0, " ")),
            ask(STATUS, same_as("alone", "patron status", "AE", "AA", "BL", "CQ")),
        ),
    ),
)
