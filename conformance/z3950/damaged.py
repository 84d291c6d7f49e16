"""BER that is odd and right is understood; BER that is wrong ends one association, and no other."""

from collections.abc import Callable

from conformance.case import Awaits, Case, Level, tell
from conformance.wire.z3950 import (
    Element,
    Kind,
    context,
    oid,
    read,
    tag_octets,
    write_indefinite,
)
from conformance.z3950.apdus import BIB_1, TITLED, init, present, search
from conformance.z3950.claims import OPENED, SOME, closed_or_refused, records
from conformance.z3950.steps import ALIVE, FIND, MAY_END, bare, case

_THEME = "ber"
_BER = "X.690, 8.1: lengths and tags of BER"
_WRONG = "Z39.50-1995, 3.2.11.1.1: Close, protocolError; or the end of the line"
_AT = 3  # octets of a length where BER would do with fewer
Shape = Callable[[bytes], bytes]


def _odd(name: str, title: str, shape: Shape, piece: int = 0, level: Level = Level.MUST) -> Case:
    """Return a case of a search that is written as BER allows and few do."""
    return bare(
        _THEME,
        name,
        title,
        _BER,
        tell(init(), OPENED, shape=shape, piece=piece),
        tell(search(), SOME, shape=shape, piece=piece),
        level=level,
        needs=("z_word",),
    )


def _wrong(name: str, title: str, apdu: Element, shape: Shape = bytes, level: Level = Level.MUST) -> Case:
    """Return a case of an APDU that nobody can read."""
    return case(
        _THEME,
        name,
        title,
        _WRONG,
        tell(apdu, closed_or_refused(), shape=shape, awaits=MAY_END),
        *ALIVE,
        level=level,
        needs=("z_word",),
    )


def _never_ending(name: str, title: str, shape: Shape) -> Case:
    """Return a case of an APDU whose end never comes; the line stays open meanwhile."""
    return case(
        _THEME,
        name,
        title,
        _WRONG,
        tell(search(), shape=shape, awaits=Awaits.SILENCE),
        *ALIVE,
        needs=("z_word",),
    )


def indefinite(data: bytes) -> bytes:
    """Return the APDU with an indefinite length wherever there may be one."""
    return write_indefinite(read(data))


def long_lengths(data: bytes) -> bytes:
    """Return the APDU with lengths of more octets than they need."""
    return _long(read(data))


def _long(element: Element) -> bytes:
    body = b"".join(map(_long, element.parts)) or element.octets
    return tag_octets(element) + bytes([0x80 | _AT]) + len(body).to_bytes(_AT, "big") + body


def _with(apdu: Element, *more: Element) -> Element:
    return Element(apdu.number, (*apdu.parts, *more))


def _without(apdu: Element, *tags: int) -> Element:
    return Element(apdu.number, tuple(part for part in apdu.parts if part.number not in tags))


def _instead(apdu: Element, replacement: Element) -> Element:
    """Return the APDU with another element where one has that tag."""
    parts = tuple(replacement if part.number == replacement.number else part for part in apdu.parts)
    return Element(apdu.number, parts)


def _length(octets: bytes) -> Shape:
    """Return the APDU with other octets for its length."""
    return lambda data: data[:1] + octets + data[2:]


def _asked(query: Element) -> Element:
    return search(query=query)


_SEARCH = search()
_TERM = Element(45, "{z_word}")

CASES: tuple[Case, ...] = (
    _odd("indefinite", "indefinite lengths all over are understood", indefinite),
    _odd("long-lengths", "lengths of more octets than they need are understood", long_lengths),
    _odd("bytewise", "an APDU in segments of an octet is understood", bytes, piece=1),
    _odd("halves", "an APDU in segments of seven octets is understood", bytes, piece=7),
    case(
        _THEME,
        "term-in-parts",
        "a term in parts is one term",
        "X.690, 8.7.3: constructed strings",
        tell(
            search(
                context(0, context(102, context(44), context(45, Element(4, "{z_word}", Kind.UNIVERSAL))))
            ),
            awaits=MAY_END,
        ),
        *ALIVE,
        level=Level.CLIENT,
        needs=("z_word",),
    ),
    _wrong("tag", "an APDU that there is not", context(60)),
    _wrong("tag-universal", "a SEQUENCE that is no APDU", Element(16, (), Kind.UNIVERSAL)),
    _wrong("tag-application", "an APDU in another class", Element(22, _SEARCH.parts, Kind.APPLICATION)),
    _wrong("tag-large", "an APDU whose tag has no end", context(2**70)),
    _wrong("primitive", "a search that is octets", Element(22, b"search")),
    _wrong("empty", "a search that is empty", context(22)),
    _wrong("empty-present", "a present that is empty", context(24)),
    _wrong("empty-scan", "a scan that is empty", context(35)),
    _wrong("empty-sort", "a sort that is empty", context(43)),
    _wrong("empty-delete", "a delete that is empty", context(26)),
    _wrong("no-query", "a search without a query", _without(_SEARCH, 21)),
    _wrong("no-name", "a search without a name for its set", _without(_SEARCH, 17)),
    _wrong("no-databases", "a search without databases", _without(_SEARCH, 18)),
    _wrong("no-bounds", "a search without its bounds", _without(_SEARCH, 13, 14, 15)),
    _wrong("no-number", "a present without a number", _without(present(), 29)),
    _wrong("query-empty", "a query that is nothing", _instead(_SEARCH, context(21))),
    _wrong("query-two", "a query that is two", _instead(_SEARCH, context(21, context(1), context(1)))),
    _wrong("rpn-empty", "RPN without operands", _asked(context(1, oid(BIB_1)))),
    _wrong("rpn-one", "RPN with one operand to combine", _asked(context(1, oid(BIB_1), context(1, TITLED)))),
    _wrong(
        "rpn-no-operator",
        "RPN with two operands and nothing to combine them",
        _asked(context(1, oid(BIB_1), context(1, TITLED, TITLED))),
    ),
    _wrong("rpn-no-set", "RPN without a set of attributes", _asked(context(1, TITLED))),
    _wrong(
        "rpn-no-term",
        "an operand without a term",
        _asked(context(1, oid(BIB_1), context(0, context(102, context(44))))),
    ),
    _wrong(
        "attribute-empty",
        "an attribute that is empty",
        search(context(0, context(102, context(44, Element(16, (), Kind.UNIVERSAL)), _TERM))),
    ),
    _wrong(
        "oid-empty",
        "an object identifier that is empty",
        _asked(context(1, Element(6, b"", Kind.UNIVERSAL), TITLED)),
    ),
    _wrong(
        "oid-broken",
        "an object identifier that does not end",
        _asked(context(1, Element(6, b"\x2a\x86\xff", Kind.UNIVERSAL), TITLED)),
    ),
    _wrong(
        "integer-empty", "a number without octets", _instead(_SEARCH, Element(13, b"")), level=Level.SHOULD
    ),
    _wrong("integer-long", "a number of a hundred octets", _instead(_SEARCH, Element(13, b"\x7f" * 100))),
    _wrong("boolean-empty", "a BOOLEAN without octets", _instead(_SEARCH, Element(16, b""))),
    _wrong("boolean-long", "a BOOLEAN of two octets", _instead(_SEARCH, Element(16, b"\x01\x01"))),
    _wrong("constructed-number", "a number that holds elements", _instead(_SEARCH, context(13, TITLED))),
    _wrong("bits-empty", "options without octets", _instead(init(), Element(4, b"")), level=Level.SHOULD),
    _wrong(
        "bits-unused",
        "options with nine bits that are not used",
        _instead(init(), Element(4, b"\x09\xff")),
        level=Level.SHOULD,
    ),
    _wrong("twice", "a name that is there twice", _with(_SEARCH, Element(17, "again"))),
    _wrong(
        "length-inside",
        "an element that is longer than what it is in",
        _SEARCH,
        lambda data: data.replace(b"\x8d\x01", b"\x8d\x7f", 1),
    ),
    _wrong("length-reserved", "a length that BER keeps for later", _SEARCH, _length(b"\xff")),
    _wrong(
        "indefinite-primitive",
        "octets of indefinite length",
        _SEARCH,
        lambda data: data[:2] + b"\x8d\x80\x00\x00" + data[2:],
    ),
    _wrong("end-alone", "an end without a beginning", context(60), lambda _: b"\0\0"),
    _never_ending("cut", "half an APDU", lambda data: data[: len(data) // 2]),
    _never_ending("cut-tag", "half a tag", lambda _: b"\xbf"),
    _never_ending("cut-length", "half a length", lambda _: b"\xb6\x84\x00"),
    _never_ending("no-end", "an indefinite length without an end", lambda data: indefinite(data)[:-2]),
    case(
        _THEME,
        "then-present",
        "a search that is refused leaves the association what it was",
        _WRONG,
        FIND,
        tell(search(databases=("zz-none",), name="other")),
        tell(present(elements=None), records(1)),
        level=Level.SHOULD,
        needs=("z_word", "z_named"),
    ),
)
