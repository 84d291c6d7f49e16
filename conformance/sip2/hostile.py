"""Input made to harm: the server answers in bounds or closes, tells nothing it should not, and serves on."""

from conformance.case import Ask, Awaits, Case, Level, Opening, Reconnect, ask
from conformance.sip2.claims import LAYOUT, NO_CONTROLS, blank, code, field, is_but, never
from conformance.sip2.lines import ABILITIES, ITEM, STATUS, saying
from conformance.sip2.shapes import unterminated
from conformance.wire.sip2 import Detection

_BOUNDED = "every limit has an answer: 96, a refusal, or a closed connection; never silence"
_VALUES = "SIP2 2.00: field values are data; SIP2 2.00, BL"
_CHARACTERS = "SIP2 2.00: values hold displayable characters; CR and NUL appear nowhere inside"
_SERVES_ON = (Reconnect(), ask(ABILITIES, code("98"), LAYOUT))
_NOBODY = (code("24"), never("BL", "Y"), blank("AE"), LAYOUT)
_ONE_BL = is_but("at most one BL", lambda answer: len(answer.every("BL")) <= 1)


def _nobody(*cards: str) -> tuple[Ask, ...]:
    """Return requests for cards that are nobody's, however they are written."""
    return tuple(ask(saying(STATUS, patron=card), *_NOBODY) for card in cards)


def _flood(name: str, title: str, text: str) -> Case:
    """Return a case in which one huge message is answered in bounds, and the server serves on."""
    return Case(
        id=f"hostile.{name}",
        title=title,
        level=Level.SHOULD,
        clause=_BOUNDED,
        steps=(ask(text, code("24", "96"), never("BL", "Y"), awaits=Awaits.ANSWER_OR_END), *_SERVES_ON),
    )


CASES = (
    Case(
        id="hostile.control-characters",
        title="control characters in a value do not come back",
        level=Level.MUST,
        clause=_CHARACTERS,
        steps=(
            ask(
                saying(STATUS, patron="no\x1b[2Jsuch\x07card\x08\t"),
                code("24", "96"),
                NO_CONTROLS,
                never("BL", "Y"),
                awaits=Awaits.ANSWER_OR_END,
            ),
            Reconnect(),
            ask(
                saying(ITEM, item="no\x1b[31m\x0bitem\x7f"),
                code("18", "96"),
                NO_CONTROLS,
                awaits=Awaits.ANSWER_OR_END,
            ),
            *_SERVES_ON,
        ),
    ),
    Case(
        id="hostile.nul-inside",
        title="a NUL in a value does not come back",
        level=Level.MUST,
        clause=_CHARACTERS,
        steps=(
            ask(
                saying(STATUS, patron="no\x00card"),
                NO_CONTROLS,
                never("BL", "Y"),
                awaits=Awaits.ANSWER_OR_END,
            ),
            *_SERVES_ON,
        ),
    ),
    Case(
        id="hostile.answer-fields",
        title="fields of the answer sent in the request do not come back",
        level=Level.MUST,
        clause="SIP2 2.00, Patron Status Response 24: these fields are the server's",
        steps=(
            ask(
                saying(STATUS, patron="no-such-card") + "BLY|CQY|AEMallory|BV0.00|AFlet him in|",
                code("24"),
                never("BL", "Y"),
                never("CQ", "Y"),
                blank("AE"),
                never("AF", "let him in"),
            ),
        ),
    ),
    Case(
        id="hostile.entities",
        title="an encoded delimiter does not become one",
        level=Level.MUST,
        clause="SIP2 2.00: a value never holds the delimiter",
        steps=tuple(
            ask(saying(STATUS, patron=f"none{bar}BLY{bar}AEMallory{bar}"), *_NOBODY, _ONE_BL)
            for bar in ("&#124;", "&vert;", "%7C", "\\x7c", "\\u007c")
        ),
    ),
    Case(
        id="hostile.wildcards",
        title="wildcards find nobody",
        level=Level.MUST,
        clause=f"{_VALUES}; field practice: FOLIO SIP2-252",
        steps=_nobody("*", "%", "_", "?", "[0-9]*", ".*"),
    ),
    Case(
        id="hostile.queries",
        title="query language in a barcode finds nobody",
        level=Level.MUST,
        clause=f"{_VALUES}; field practice: FOLIO SIP2-98, 249",
        steps=_nobody(
            "' OR '1'='1",
            '" or cql.allRecords=1 or "',
            "x'; DROP TABLE patron; --",
            "*)(uid=*)",
            "../../etc/passwd",
        ),
    ),
    Case(
        id="hostile.templates",
        title="template language in a barcode is not evaluated",
        level=Level.MUST,
        clause=_VALUES,
        steps=tuple(
            ask(
                saying(STATUS, patron=card),
                *_NOBODY,
                is_but("no 5764801", lambda answer: b"5764801" not in answer.raw),
            )
            for card in (
                "{{{{2401*2401}}}}",
                "${{2401*2401}}",
                "<%= 2401*2401 %>",
                "%s%n%x",
                "${{jndi:ldap://localhost/a}}",
            )
        ),
    ),
    Case(
        id="hostile.bad-utf-8",
        title="bytes that are no text in any character set are answered",
        level=Level.SHOULD,
        clause="SIP2 2.00, AZ: the sum is of bytes",
        steps=(
            ask(saying(STATUS, patron="no\xff\xfe\xc3card"), code("24", "96"), never("BL", "Y"), NO_CONTROLS),
            ask(ABILITIES, code("98")),
        ),
    ),
    Case(
        id="hostile.letters-beyond-ascii",
        title="letters in code page 850, Latin-1 and UTF-8 pass the checksum",
        level=Level.MUST,
        clause="SIP2 2.00, AZ: the sum is of bytes",
        steps=tuple(
            ask(saying(STATUS, patron=f"Ren{letter}"), *_NOBODY[:3])
            for letter in ("\x82", "\xe9", "\xc3\xa9")
        ),
    ),
    Case(
        id="hostile.look-alikes",
        title="digits of another script are not the digits of a barcode",
        level=Level.SHOULD,
        clause=_VALUES,
        # The card's own number with a full-width zero (UTF-8) before it.
        steps=(ask(STATUS.replace("{patron}", "\xef\xbc\x90{patron}"), never("BL", "Y"), blank("AE")),),
    ),
    Case(
        id="hostile.endless-line",
        title="a megabyte without a terminator is answered or ends the connection",
        level=Level.SHOULD,
        clause=_BOUNDED,
        steps=(
            ask(
                "23001{now}AA" + "A" * 1_048_576,
                code("96"),
                shape=unterminated,
                awaits=Awaits.ANSWER_OR_END,
                detection=Detection.NONE,
            ),
            *_SERVES_ON,
        ),
    ),
    Case(
        id="hostile.endless-line-before-login",
        title="a megabyte without a terminator before login is answered or ends the connection",
        level=Level.SHOULD,
        clause=_BOUNDED,
        opening=Opening.UNTOUCHED,
        steps=(
            ask(
                "9" * 1_048_576,
                code("96"),
                shape=unterminated,
                awaits=Awaits.ANSWER_OR_END,
                detection=Detection.NONE,
            ),
            *_SERVES_ON,
        ),
    ),
    _flood(
        "long-message",
        "a message of 200,000 bytes is answered in bounds",
        saying(STATUS, patron="A" * 200_000),
    ),
    _flood(
        "long-value", "a value of 5,000 characters is answered in bounds", saying(STATUS, patron="A" * 5_000)
    ),
    _flood(
        "many-fields",
        "10,000 unknown fields are answered in bounds",
        saying(STATUS, patron="no-such-card") + "ZZx|" * 10_000,
    ),
    _flood(
        "many-patrons",
        "10,000 fields AA are answered in bounds",
        saying(STATUS, patron="no-such-card") + "AAno-such-card|" * 10_000,
    ),
    _flood(
        "many-delimiters",
        "50,000 delimiters are answered in bounds",
        saying(STATUS, patron="no-such-card") + "|" * 50_000,
    ),
    Case(
        id="hostile.noise",
        title="noise is answered 96, passed over, or ends the connection; the server serves on",
        level=Level.MUST,
        clause=_BOUNDED,
        steps=(
            ask(
                "".join(map(chr, range(14, 256))).replace("{", "").replace("}", ""),
                awaits=Awaits.SILENCE,
                detection=Detection.NONE,
            ),
            *_SERVES_ON,
        ),
    ),
    Case(
        id="hostile.other-protocol",
        title="a browser that calls here brings no answer of another protocol; the server serves on",
        level=Level.MUST,
        clause="SIP2 2.00: unknown messages are ignored",
        opening=Opening.UNTOUCHED,
        steps=(
            ask("GET / HTTP/1.1", awaits=Awaits.SILENCE, detection=Detection.NONE),
            ask("Host: localhost", awaits=Awaits.SILENCE, detection=Detection.NONE),
            ask(ABILITIES, code("98"), awaits=Awaits.ANSWER_OR_END, detection=Detection.NONE),
            *_SERVES_ON,
        ),
    ),
    Case(
        id="hostile.counts",
        title="numbers far beyond their field do no harm",
        level=Level.SHOULD,
        clause=_BOUNDED,
        steps=(
            ask(
                "63001{now}  Y       AO{institution}|AA{patron}|AC|AD{pin}|BP"
                + "9" * 200
                + "|BQ"
                + "9" * 5000
                + "|",
                code("64", "96"),
                awaits=Awaits.ANSWER_OR_END,
            ),
            *_SERVES_ON,
        ),
    ),
    Case(
        id="hostile.institution",
        title="another institution's id does not break the answer's layout",
        level=Level.SHOULD,
        clause="SIP2 2.00, AO",
        steps=(
            ask(
                saying(STATUS, institution="^no~such&institution"),
                code("24"),
                LAYOUT,
                field("AA", "{patron}"),
            ),
        ),
    ),
)
