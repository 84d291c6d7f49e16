"""PINs (AD, CQ): guessing one is stopped at the machine where it is tried, and teaches nothing.

The patron of these cases is nobody's: the tries that a machine has for them may all be used up.
"""

from conformance.case import Beside, Case, Level, Opening, Reconnect, ask
from conformance.sip2.claims import LAYOUT, code, field, fixed, is_but, like, missing, never
from conformance.sip2.lines import (
    CANCEL_HOLD_LAST,
    CHECKIN_LAST,
    CHECKOUT,
    ENABLE,
    HOLD,
    INFORMATION,
    PAYMENT,
    RENEW_ALL,
    RENEWAL,
    STATUS,
    of,
    saying,
)

_PIN = "SIP2 2.00, AD and CQ"
_ALIKE = "reading: who guesses does not learn which cards exist"
_THROTTLED = "reading: a PIN of four digits must not be found by trying"
_NOT_LOCKED = "reading: a machine in public must not lock anybody out of the library (Koha 21997)"
_GUESSED = of(STATUS, patron="patron_to_guess")
_WRONG = _GUESSED.replace("{pin}", "x{pin}")
_TRIES = tuple(ask(_WRONG, code("24"), never("CQ", "Y")) for _ in range(5))
_RETURN = (ask(CHECKIN_LAST),)
_PAY = saying(PAYMENT, currency="XTS", coin="1.00")

_ALIKE_IN = {
    "23": of(STATUS, patron="patron_to_guess"),
    "63": of(INFORMATION, patron="patron_to_guess"),
    "11": of(CHECKOUT, patron="patron_to_guess"),
    "29": of(RENEWAL, patron="patron_to_guess"),
    "65": of(RENEW_ALL, patron_no_loans="patron_to_guess"),
    "15": of(HOLD, patron="patron_to_guess"),
    "25": of(ENABLE, patron_to_block="patron_to_guess"),
    "37": of(_PAY, patron_fines="patron_to_guess"),
}

_UNDO = {"11": _RETURN, "15": (ask(of(CANCEL_HOLD_LAST, patron="patron_to_guess")),)}

_ALIKE_CASES = tuple(
    Case(
        id=f"pins.alike-{request}",
        title=f"{request} for an unknown card and with a wrong PIN are answered alike, but for the number",
        level=Level.SHOULD,
        clause=_ALIKE,
        steps=(
            ask(saying(line, patron_to_guess="no-such-card").replace("{pin}", "x{pin}"), name="unknown"),
            ask(line.replace("{pin}", "x{pin}"), like("unknown", "AA"), LAYOUT),
        ),
        undo=_UNDO.get(request, ()),
    )
    for request, line in _ALIKE_IN.items()
)

CASES = (
    *_ALIKE_CASES,
    Case(
        id="pins.name-kept",
        title="a wrong PIN is told neither address nor telephone nor what is owed",
        level=Level.SHOULD,
        clause=f"{_PIN}; reading: who has not shown that it is their card sees nothing of it",
        steps=(
            ask(
                of(INFORMATION, patron="patron_to_guess").replace("{pin}", "x{pin}"),
                code("64"),
                missing("BD", "BE", "BF", "BV", "AS", "AT", "AU", "AV", "CD"),
            ),
        ),
    ),
    Case(
        id="pins.throttled",
        title="after five wrong PINs the right one is not confirmed on that machine",
        level=Level.SHOULD,
        clause=_THROTTLED,
        steps=(*_TRIES, ask(_GUESSED, code("24"), never("CQ", "Y"), LAYOUT)),
    ),
    Case(
        id="pins.throttled-reconnect",
        title="five wrong PINs on five connections are five wrong PINs",
        level=Level.SHOULD,
        clause=_THROTTLED,
        steps=(
            *(step for tried in _TRIES for step in (tried, Reconnect())),
            ask(_GUESSED, code("24"), never("CQ", "Y")),
        ),
    ),
    Case(
        id="pins.throttled-everywhere",
        title="who has used up their tries with 23 has none left with 63 and 11",
        level=Level.SHOULD,
        clause=_THROTTLED,
        steps=(
            *_TRIES,
            ask(of(INFORMATION, patron="patron_to_guess"), code("64"), never("CQ", "Y")),
            ask(of(CHECKOUT, patron="patron_to_guess"), code("12"), fixed("ok", "0"), LAYOUT),
        ),
        undo=_RETURN,
    ),
    Case(
        id="pins.throttled-alike",
        title="the right PIN that comes too late looks like a wrong one",
        level=Level.SHOULD,
        clause=_ALIKE,
        steps=(*_TRIES, ask(_WRONG, name="wrong"), ask(_GUESSED, like("wrong"))),
    ),
    Case(
        id="pins.not-locked-out",
        title="after five wrong PINs on one machine the right one is confirmed on another",
        level=Level.SHOULD,
        clause=_NOT_LOCKED,
        steps=(*_TRIES, Beside((ask(_GUESSED, code("24"), field("CQ", "Y")),), Opening.OTHER)),
    ),
    Case(
        id="pins.others-go-on",
        title="after five wrong PINs for one patron the next patron's is confirmed on the same machine",
        level=Level.SHOULD,
        clause=_NOT_LOCKED,
        steps=(*_TRIES, ask(STATUS, code("24"), field("CQ", "Y"))),
    ),
    Case(
        id="pins.unknown-cards",
        title="five tries with unknown cards lock nobody out",
        level=Level.SHOULD,
        clause=_NOT_LOCKED,
        steps=(
            *(ask(saying(STATUS, patron=f"no-such-card-{number}"), code("24")) for number in range(5)),
            ask(STATUS, code("24"), field("CQ", "Y")),
        ),
    ),
    Case(
        id="pins.odd",
        title="a PIN of blanks, of 255 characters or of letters beyond ASCII is answered, and not confirmed",
        level=Level.CLIENT,
        clause=_PIN,
        steps=tuple(
            ask(saying(_GUESSED, pin=pin), code("24", "96"), never("CQ", "Y"), LAYOUT)
            for pin in ("    ", "1" * 255, "\xfc\xe9\xdf", "%00", "' OR 1=1 --")
        ),
    ),
    Case(
        id="pins.never-shown",
        title="a PIN does not come back in any field",
        level=Level.MUST,
        clause="SIP2 2.00: AD is a field of requests only",
        steps=tuple(
            ask(line, missing("AD"), is_but("no PIN", lambda answer: b"kit-pin" not in answer.raw))
            for line in (
                saying(_GUESSED, pin="kit-pin"),
                saying(of(INFORMATION, patron="patron_to_guess"), pin="kit-pin"),
                saying(of(CHECKOUT, patron="patron_to_guess"), pin="kit-pin"),
            )
        ),
        undo=_RETURN,
    ),
)
