"""How messages are cut and sealed: terminators, pieces, bursts, error detection on and off."""

from conformance.case import Awaits, Burst, Case, Level, Reconnect, ask
from conformance.sip2.claims import BARE, ENDED_BY_CR, LAYOUT, SEALED, SUM_ONLY, code, field, filled
from conformance.sip2.lines import ABILITIES, ITEM, STATUS, of
from conformance.sip2.shapes import broken_off, ended_by, led_by
from conformance.wire.sip2 import Detection

_TERMINATOR = "SIP2 2.00: a message ends with a carriage return"
_DETECTION = "SIP2 2.00, error detection: AY and AZ"
_STREAM = "TCP delivers a stream; SIP2 2.00: a message ends with a carriage return"

CASES = (
    Case(
        id="framing.answer-ends",
        title="an answer ends with a carriage return",
        level=Level.MUST,
        clause=_TERMINATOR,
        steps=(ask(ABILITIES, ENDED_BY_CR), ask(STATUS, ENDED_BY_CR)),
    ),
    Case(
        id="framing.byte-by-byte",
        title="a message that arrives byte by byte is one message",
        level=Level.MUST,
        clause=_STREAM,
        steps=(ask(STATUS, code("24"), LAYOUT, filled("AE"), piece=1), ask(ABILITIES, code("98"))),
    ),
    Case(
        id="framing.in-pieces",
        title="a message that arrives in pieces is one message",
        level=Level.MUST,
        clause=_STREAM,
        steps=(ask(STATUS, code("24"), LAYOUT, filled("AE"), piece=29),),
    ),
    Case(
        id="framing.two-in-one",
        title="two messages in one segment are answered in order",
        level=Level.MUST,
        clause=_STREAM,
        steps=(Burst((ask(STATUS, code("24")), ask(ABILITIES, code("98")))),),
    ),
    Case(
        id="framing.six-in-one",
        title="six messages in one segment are answered in order",
        level=Level.MUST,
        clause=_STREAM,
        steps=(
            Burst(
                (
                    ask(STATUS, code("24"), field("AA", "{patron}")),
                    ask(ITEM, code("18"), field("AB", "{item}")),
                    ask(of(STATUS, patron="patron2"), code("24"), field("AA", "{patron2}")),
                    ask(ABILITIES, code("98")),
                    ask(of(ITEM, item="item2"), code("18"), field("AB", "{item2}")),
                    ask(STATUS, code("24"), field("AA", "{patron}")),
                )
            ),
        ),
    ),
    Case(
        id="framing.lf",
        title="a message that ends with a line feed is answered",
        level=Level.CLIENT,
        clause="field practice: LF alone (Libki's option)",
        steps=(
            ask(ABILITIES, code("98"), shape=ended_by(b"\n")),
            ask(STATUS, code("24"), LAYOUT, shape=ended_by(b"\n")),
        ),
    ),
    Case(
        id="framing.crlf",
        title="messages that end with CR LF are answered once each",
        level=Level.CLIENT,
        clause="field practice: CR LF (the default of several client libraries)",
        steps=(
            ask(ABILITIES, code("98"), shape=ended_by(b"\r\n")),
            ask(STATUS, code("24"), LAYOUT, shape=ended_by(b"\r\n")),
            ask(ITEM, code("18"), LAYOUT, shape=ended_by(b"\r\n")),
        ),
    ),
    Case(
        id="framing.crlf-apart",
        title="a CR and its LF that arrive apart end one message",
        level=Level.CLIENT,
        clause="field practice: CR LF, cut by the network",
        steps=(
            ask(ABILITIES, code("98"), shape=ended_by(b"\r\n"), piece=1),
            ask(STATUS, code("24"), LAYOUT),
        ),
    ),
    Case(
        id="framing.cr-cr",
        title="an empty message is not answered",
        level=Level.CLIENT,
        clause="field practice: CR CR (Libki sends its terminator twice)",
        steps=(
            ask(ABILITIES, code("98"), shape=ended_by(b"\r\r")),
            ask(STATUS, code("24"), LAYOUT, shape=ended_by(b"\r\n\r\n")),
            ask(ITEM, code("18"), LAYOUT),
        ),
    ),
    Case(
        id="framing.stray-lf",
        title="a line feed left over from before is not part of the message, nor of its checksum",
        level=Level.CLIENT,
        clause="field practice: LF before the next message",
        steps=(ask(ABILITIES, code("98"), shape=led_by(b"\n")), ask(STATUS, code("24"), shape=led_by(b"\n"))),
    ),
    Case(
        id="framing.leading-nul",
        title="a NUL before the message is passed over",
        level=Level.CLIENT,
        clause="field practice: padded serial converters",
        steps=(ask(STATUS, code("24"), LAYOUT, shape=led_by(b"\x00")),),
    ),
    Case(
        id="framing.leading-blanks",
        title="blanks before the message are passed over",
        level=Level.CLIENT,
        clause="field practice: padded serial converters",
        steps=(ask(STATUS, code("24"), LAYOUT, shape=led_by(b"  ")),),
    ),
    Case(
        id="framing.only-terminators",
        title="terminators alone bring no answer and do no harm",
        level=Level.CLIENT,
        clause="field practice: keep-alive by empty lines",
        steps=(ask(STATUS, code("24"), LAYOUT, shape=led_by(b"\r\n\r\n\r\r\n\n")),),
    ),
    Case(
        id="framing.broken-off",
        title="a connection lost in mid-message does not disturb the next one",
        level=Level.MUST,
        clause=_STREAM,
        steps=(
            ask(STATUS, shape=broken_off, awaits=Awaits.SILENCE),
            Reconnect(),
            ask(STATUS, code("24"), LAYOUT),
        ),
    ),
    Case(
        id="framing.sealed",
        title="a request with AY and AZ is answered with AY and AZ",
        level=Level.MUST,
        clause=_DETECTION,
        steps=(ask(STATUS, SEALED), ask(ITEM, SEALED), ask(ABILITIES, SEALED)),
    ),
    Case(
        id="framing.bare",
        title="a request without error detection is answered without",
        level=Level.SHOULD,
        clause="SIP2 2.00: error detection is agreed on beforehand; reading: the request shows it",
        steps=(ask(STATUS, code("24"), BARE, LAYOUT, detection=Detection.NONE),),
    ),
    Case(
        id="framing.sealed-and-bare",
        title="a machine may send with and without error detection on one connection",
        level=Level.SHOULD,
        clause="SIP2 2.00: error detection is agreed on beforehand; reading: the request shows it",
        steps=(
            ask(STATUS, SEALED),
            ask(STATUS, BARE, detection=Detection.NONE),
            ask(ITEM, SEALED),
        ),
    ),
    Case(
        id="framing.sum-alone",
        title="AZ without AY is verified, and answered with AZ alone",
        level=Level.CLIENT,
        clause="field practice: a resend after 96 without AY (Palace)",
        steps=(ask(STATUS, code("24"), SUM_ONLY, LAYOUT, detection=Detection.SUM_ONLY),),
    ),
    Case(
        id="framing.digit-alone",
        title="AY without AZ is answered",
        level=Level.CLIENT,
        clause="field practice: clients that count and do not sum",
        steps=(ask(STATUS, code("24"), detection=Detection.DIGIT_ONLY),),
    ),
)
