"""SC status and ACS status (99/98): what the server says of itself."""

from conformance.case import Case, Level, ask
from conformance.sip2.claims import (
    BX_AGREES,
    BX_SIXTEEN,
    LAYOUT,
    code,
    filled,
    fixed,
    fixed_text,
    is_but,
)
from conformance.sip2.lines import ABILITIES

_ANSWER = "SIP2 2.00, ACS Status 98"
_REQUEST = "SIP2 2.00, SC Status 99"

CASES = (
    Case(
        id="status.layout",
        title="98 has its fixed part of 36 characters, AO and BX",
        level=Level.MUST,
        clause=_ANSWER,
        steps=(ask(ABILITIES, code("98"), LAYOUT, filled("AO")),),
    ),
    Case(
        id="status.supported-messages",
        title="BX is 16 letters Y or N",
        level=Level.MUST,
        clause=f"{_ANSWER}, BX",
        steps=(ask(ABILITIES, BX_SIXTEEN),),
    ),
    Case(
        id="status.truth",
        title="BX and the flags for checkin and checkout tell the same story",
        level=Level.SHOULD,
        clause=f"{_ANSWER}: checkin ok, checkout ok, BX",
        steps=(ask(ABILITIES, BX_SIXTEEN, BX_AGREES),),
    ),
    Case(
        id="status.online",
        title="a server that answers says that it is online, with a time to wait",
        level=Level.MUST,
        clause=f"{_ANSWER}: on-line status; timeout 000 means off-line",
        steps=(
            ask(
                ABILITIES,
                fixed("online", "Y"),
                is_but("a timeout other than 000", lambda answer: answer.fixed["timeout"] != "000"),
            ),
        ),
    ),
    Case(
        id="status.version",
        title="a client of version 2.00 is answered in version 2.00",
        level=Level.MUST,
        clause=f"{_ANSWER}: protocol version",
        steps=(ask(ABILITIES, fixed_text("protocol version", "2.00")),),
    ),
    Case(
        id="status.older-version",
        title="a client of version 1.00 is answered",
        level=Level.SHOULD,
        clause=f"{_REQUEST}: protocol version",
        steps=(ask("9900801.00", code("98")),),
    ),
    Case(
        id="status.out-of-paper",
        title="a machine whose printer is out of paper is answered",
        level=Level.MUST,
        clause=f"{_REQUEST}: status code 1",
        steps=(ask("9910802.00", code("98")),),
    ),
    Case(
        id="status.shutting-down",
        title="a machine that is about to shut down is answered",
        level=Level.MUST,
        clause=f"{_REQUEST}: status code 2",
        steps=(ask("9920802.00", code("98")),),
    ),
    Case(
        id="status.short-width",
        title="a print width of two digits does not hide the version",
        level=Level.CLIENT,
        clause="field practice: 990402.00",
        steps=(ask("990402.00", code("98"), LAYOUT),),
    ),
    Case(
        id="status.delimiter-first",
        title="a delimiter after the fixed part does no harm",
        level=Level.CLIENT,
        clause="field practice: 9900802.00|",
        steps=(ask("9900802.00|", code("98"), LAYOUT),),
    ),
    Case(
        id="status.heartbeat",
        title="99 sent again and again with the same digit is answered each time",
        level=Level.CLIENT,
        clause="field practice: a heartbeat that starts its counter anew",
        steps=(
            ask(ABILITIES, code("98"), sequence=0),
            ask(ABILITIES, code("98"), sequence=0),
            ask(ABILITIES, code("98"), sequence=0),
        ),
    ),
)
