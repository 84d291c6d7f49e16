"""searchRetrieve: its parameters; each wrong value has its diagnostic, in a good response with status 200."""

import re

from conformance.case import Awaits, Case, Level, Parameters, ResponseClaim, Step, fetch
from conformance.ncip.shapes import Shape, followed_by, led_by, replacing
from conformance.sru.claims import (
    ANSWERED,
    LAYOUT,
    NO_TRACE,
    NONE,
    NOT_BUSY,
    SEARCHED,
    SOME,
    as_many_as,
    count_of,
    details,
    echo_of,
    hits,
    is_but,
    is_refused,
    is_response,
    positions_from,
    records,
    refused,
    same_records_as,
    surrogate_or_refused,
    warned,
)
from conformance.sru.texts import EMPTY, RARE, WORD, search, search_in, without
from conformance.wire.sru import Response

_SEARCH = "SRU 1.2: searchRetrieve"
_NUMBERS = "SRU 1.2: numbers are digits; diagnostic 6, unsupported parameter value"
_NEEDED = "SRU: diagnostic 7, mandatory parameter not supplied"
_NAMES = "SRU: parameter names have their case; diagnostic 8, unsupported parameter"
_UTF_8 = "SRU 1.2: values are UTF-8, percent-encoded"
_TWICE = "SRU: diagnostic 6; a parameter is given once"
_ECHO = "SRU 1.2: echoedSearchRetrieveRequest repeats the request"
_ODD = "SRU over HTTP: what is odd is answered or refused in a response, with status 200"


def _case(
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    return Case(id=f"search.{name}", title=title, level=level, clause=clause, steps=steps, also_needs=needs)


def _wrong(name: str, value: str, *numbers: int, parameter: str = "startRecord") -> Case:
    """Return a case in which a parameter has a value that it cannot have."""
    shown = value if len(value) < 24 else f"{value[:20]}…"
    return _case(
        name,
        f"{parameter}={shown} is diagnostic {' or '.join(map(str, numbers))}",
        _NUMBERS,
        fetch(search(WORD, (parameter, value)), is_response(SEARCHED), refused(*numbers), NOT_BUSY, NO_TRACE),
    )


def _spoilt(name: str, title: str, clause: str, shape: Shape, *claims: ResponseClaim, level: Level) -> Case:
    """Return a case in which the query string is not as anybody should write it."""
    return _case(
        name, title, clause, fetch(search(WORD, maximumRecords="1"), *claims, shape=shape), level=level
    )


def _refused_or_found(*numbers: int) -> ResponseClaim:
    """The request was refused with one of these diagnostics, or found what it should."""
    return is_but(
        f"numberOfRecords and no diagnostic, or diagnostic {' or '.join(map(str, numbers))}",
        lambda found: (found.count is not None and not found.diagnostics) or is_refused(found, numbers),
    )


def _echoes(parameter: str, value: str) -> ResponseClaim:
    """A parameter that is repeated is repeated as it was sent."""
    return ResponseClaim(
        f"{parameter} {value!r} in what is repeated of the request, if anything is",
        lambda found, scene: echo_of(found, parameter) in ("", scene.say(value)),
    )


def _is_echoed(found: Response) -> bool:
    return bool(echo_of(found, "query")) and bool(echo_of(found, "maximumRecords"))


_LONGEST_NUMBER = str(2**63 - 1)
_FULL: Parameters = search(WORD, startRecord="1", maximumRecords="2")

CASES = (
    _case(
        "found",
        "a search that finds something has a count, records from 1 on, and no diagnostic",
        _SEARCH,
        fetch(
            search(WORD, maximumRecords="2"), is_response(SEARCHED), SOME, records(1, 2), positions_from(1)
        ),
    ),
    _case(
        "layout",
        "every element is where the schema has it",
        _SEARCH,
        fetch(search(WORD, maximumRecords="2"), SOME, LAYOUT),
    ),
    _case(
        "nothing",
        "a search that finds nothing has the count 0, and no diagnostic",
        _SEARCH,
        fetch(search(EMPTY), is_response(SEARCHED), NONE),
    ),
    _case(
        "nothing-layout",
        "where there are no records there is no element for them",
        f"{_SEARCH}: records holds one record at least",
        fetch(search(EMPTY), NONE, LAYOUT),
    ),
    _case(
        "refusal-layout",
        "a refusal is as the schema has it, count included",
        f"{_SEARCH}: numberOfRecords is mandatory",
        fetch(search("{title} ="), refused(10), LAYOUT),
    ),
    _case(
        "refusal-200",
        "a refusal comes with status 200",
        "SRU 1.2 over HTTP: clients take any other status for a broken line",
        fetch(search("{title} ="), refused(10), NO_TRACE),
    ),
    _case(
        "every-parameter",
        "every parameter that there is may be there",
        _SEARCH,
        fetch(
            search_in(
                "1.2", WORD, startRecord="1", maximumRecords="1", recordPacking="xml", recordSchema="{marc}"
            ),
            SOME,
            records(1),
        ),
        needs=("v12",),
    ),
    _case(
        "any-order",
        "parameters come in any order",
        "URLs: the order of parameters means nothing",
        fetch(_FULL, SOME, name="before"),
        fetch(tuple(reversed(_FULL)), SOME, same_records_as("before")),
    ),
    _case(
        "optional",
        "what is optional can be left out",
        f"{_SEARCH}: startRecord, maximumRecords, recordSchema",
        fetch(search(WORD), SOME),
    ),
    _case(
        "query-missing",
        "a search without a query is diagnostic 7",
        _NEEDED,
        fetch(without(search(WORD), "query"), warned(7)),
        needs=("first_version",),
    ),
    _case(
        "query-missing-named",
        "diagnostic 7 names the parameter",
        _NEEDED,
        fetch(without(search(WORD), "query"), details("query")),
        needs=("first_version",),
        level=Level.SHOULD,
    ),
    _case("query-empty", "an empty query is no query", _NEEDED, fetch(search(""), refused(7, 10), NO_TRACE)),
    _case(
        "query-blank",
        "a query of blanks is no query",
        _NEEDED,
        fetch(search("   "), refused(7, 10), NO_TRACE),
    ),
    _wrong("start-zero", "0", 6, 61),
    _wrong("start-negative", "-1", 6, 61),
    _wrong("start-word", "first", 6),
    _wrong("start-fraction", "1.0", 6),
    _wrong("start-signed", "+1", 6),
    _wrong("start-hexadecimal", "0x1", 6),
    _wrong("start-blank-behind", "1 1", 6),
    _wrong("start-other-digits", "\u0661", 6),
    _wrong("start-beyond-numbers", "9" * 40, 6, 61),
    _wrong("maximum-negative", "-1", 6, 62, parameter="maximumRecords"),
    _wrong("maximum-word", "all", 6, parameter="maximumRecords"),
    _wrong("maximum-fraction", "2.5", 6, parameter="maximumRecords"),
    _wrong("maximum-beyond-numbers", "9" * 40, 6, 62, parameter="maximumRecords"),
    _wrong("packing", "zip", 71, 6, parameter="recordPacking"),
    _case(
        "start-named",
        "diagnostic 6 names the parameter",
        "SRU: diagnostic 6, details: name of the parameter",
        fetch(search(WORD, startRecord="0"), details("startRecord")),
        level=Level.SHOULD,
    ),
    _case(
        "maximum-zero",
        "maximumRecords=0 counts, and brings no record",
        f"{_SEARCH}: maximumRecords is 0 or more",
        fetch(search(WORD, maximumRecords="1"), SOME, keep={"before": count_of}),
        fetch(search(WORD, maximumRecords="0"), as_many_as("before"), records(0)),
    ),
    _case(
        "maximum-largest",
        "the largest number is a number",
        "SRU: xs:nonNegativeInteger; a server gives what it gives",
        fetch(search(RARE, maximumRecords=_LONGEST_NUMBER), SOME, NO_TRACE),
        level=Level.SHOULD,
    ),
    _case(
        "leading-zeros",
        "a number with zeros before it is that number, or diagnostic 6",
        _NUMBERS,
        fetch(search(WORD, maximumRecords="01"), _refused_or_found(6)),
        level=Level.CLIENT,
    ),
    _case(
        "schema-unknown",
        "a schema that there is not is diagnostic 66",
        "SRU: diagnostic 66, unknown schema for retrieval",
        fetch(search(WORD, recordSchema="urn:no:such:schema"), surrogate_or_refused(66)),
    ),
    _case(
        "schema-unknown-once",
        "a schema that nobody knows is refused once, not in each record",
        "SRU: diagnostic 66 is non-surrogate; 67 is a record's",
        fetch(search(WORD, recordSchema="urn:no:such:schema"), refused(66)),
        level=Level.SHOULD,
    ),
    _case(
        "schema-empty",
        "a schema that is empty was not asked for",
        "SRU: an empty value is none",
        fetch(search(WORD, recordSchema="", maximumRecords="1"), SOME),
        level=Level.SHOULD,
    ),
    _case(
        "unknown-parameter",
        "a parameter that nobody knows is diagnostic 8, or passed over",
        _NAMES,
        fetch(search(WORD, colour="red"), _refused_or_found(8)),
    ),
    _case(
        "extension",
        "a parameter that begins with x- is never wrong",
        "SRU: extraRequestData, x- parameters",
        fetch(search(WORD, ("x-kit-colour", "red")), SOME),
    ),
    _case(
        "name-case",
        "Query is not query",
        _NAMES,
        fetch((*without(search(WORD), "query"), ("Query", WORD)), warned(7, 8)),
        needs=("first_version",),
    ),
    _case(
        "twice",
        "a parameter that is there twice is not taken in silence",
        _TWICE,
        fetch(search(WORD, ("query", EMPTY)), refused(6, 8, 10)),
        level=Level.SHOULD,
    ),
    _case(
        "number-twice",
        "a number that is there twice is not taken in silence",
        _TWICE,
        fetch(search(WORD, ("maximumRecords", "1"), ("maximumRecords", "2")), refused(6, 8)),
        level=Level.SHOULD,
    ),
    _case(
        "time-to-live",
        "a time to live that is no number is diagnostic 6, or passed over where there are no sets",
        "SRU: resultSetTTL; diagnostic 6",
        fetch(search(WORD, resultSetTTL="for ever"), _refused_or_found(6, 8)),
    ),
    _case(
        "stylesheet-none",
        "a stylesheet elsewhere is refused, or named as it was sent",
        "SRU: stylesheet; diagnostics 110, 111",
        fetch(
            search(WORD, stylesheet="https://127.0.0.1:1/none.xsl"),
            is_but(
                "its href in the answer, or diagnostic 110 or 111",
                lambda found: (
                    "127.0.0.1:1/none.xsl" in found.stylesheet
                    or any(one.number in (8, 110, 111) for one in found.diagnostics)
                    or (found.count is not None and not found.stylesheet)
                ),
            ),
        ),
    ),
    _case(
        "echo",
        "the request is repeated",
        _ECHO,
        fetch(search(WORD, maximumRecords="1"), is_but("query and maximumRecords repeated", _is_echoed)),
        level=Level.SHOULD,
    ),
    _case(
        "echo-exact",
        "what is repeated is what was sent, signs and all",
        _ECHO,
        fetch(
            search('{title} = "a & b < c \u00e9 \U0001d11e"', maximumRecords="1"),
            ANSWERED,
            _echoes("query", '{title} = "a & b < c \u00e9 \U0001d11e"'),
            _echoes("maximumRecords", "1"),
        ),
    ),
    _spoilt(
        "plus",
        "a plus is a blank",
        "SRU 1.2 over GET: + is a blank",
        lambda raw: raw.replace(b"%20", b"+"),
        SOME,
        level=Level.MUST,
    ),
    _spoilt(
        "letters-encoded",
        "letters may be encoded, too",
        "RFC 3986, 2.3",
        lambda raw: re.sub(rb"(?<==)([a-z])", lambda found: b"%%%02x" % ord(found[1]), raw),
        SOME,
        level=Level.MUST,
    ),
    _spoilt("and-behind", "an & too many means nothing", _ODD, followed_by(b"&"), SOME, level=Level.CLIENT),
    _spoilt(
        "and-before", "an & before everything means nothing", _ODD, led_by(b"&&"), SOME, level=Level.CLIENT
    ),
    _spoilt(
        "not-utf-8",
        "a query that is no UTF-8 is diagnostic 6 or 10",
        _UTF_8,
        replacing(b"%20%3D%20", b"%20%3D%20%E9%FF"),
        refused(6, 10),
        NOT_BUSY,
        NO_TRACE,
        level=Level.MUST,
    ),
    _spoilt(
        "overlong",
        "an overlong form of UTF-8 is no UTF-8",
        f"{_UTF_8}; RFC 3629, 3",
        replacing(b"%20%3D%20", b"%20%3D%20%C0%AF"),
        refused(6, 10),
        NOT_BUSY,
        NO_TRACE,
        level=Level.MUST,
    ),
    _spoilt(
        "surrogates",
        "half of a pair of UTF-16 is no UTF-8",
        f"{_UTF_8}; RFC 3629, 3",
        replacing(b"%20%3D%20", b"%20%3D%20%ED%A0%80"),
        refused(6, 10),
        NOT_BUSY,
        NO_TRACE,
        level=Level.MUST,
    ),
    _spoilt(
        "percent-broken",
        "a % that encodes nothing is refused, or is a %",
        f"{_UTF_8}; RFC 3986, 2.1",
        followed_by(b"&x-kit=%zz%"),
        is_but(
            "an answer, or a diagnostic, or status 400",
            lambda found: found.status in (200, 400) and (found.status == 400 or not found.unreadable),
        ),
        NO_TRACE,
        level=Level.SHOULD,
    ),
    _case(
        "raw-utf-8",
        "UTF-8 that is not encoded at all is understood, or refused",
        _ODD,
        fetch(
            search("{title} = caf\u00e9"),
            is_but("an answer, or status 400", lambda found: found.status == 400 or found.count is not None),
            NO_TRACE,
            shape=lambda raw: raw.replace(b"caf%C3%A9", "caf\u00e9".encode()),
            awaits=Awaits.HTTP,
        ),
        level=Level.CLIENT,
    ),
    _case(
        "many-parameters",
        "a thousand parameters are answered or refused, and not at length",
        _ODD,
        fetch(
            search(WORD, *((f"x-{number}", "1") for number in range(1_000))),
            is_but(
                "an answer, or a refusal",
                lambda found: found.count is not None or bool(found.diagnostics) or 400 <= found.status < 500,
            ),
            NO_TRACE,
            awaits=Awaits.HTTP,
        ),
        level=Level.SHOULD,
    ),
    _case(
        "two-wrong",
        "two wrong parameters are one refusal",
        _NUMBERS,
        fetch(search(WORD, startRecord="0", recordPacking="zip"), refused(6, 71), NO_TRACE),
    ),
    _case(
        "nothing-from-two",
        "nothing is found from the second record on: no record, and no fault of the server",
        "SRU: diagnostic 61",
        fetch(search(EMPTY, startRecord="2"), hits(0), records(0), NOT_BUSY),
    ),
)
