"""The APDUs that cases are made of, as Z39.50-1995 (ISO 23950), appendix 1 ASN.1, lays them out.

The rule it keeps: an APDU is data. Its texts have names in braces for what differs between catalogues.
"""

from conformance.wire.z3950 import (
    EXTERNAL,
    GENERAL_STRING,
    INTEGER,
    NULL,
    VISIBLE_STRING,
    Element,
    bits,
    boolean,
    context,
    identifier,
    integer_octets,
    number,
    oid,
    sequence,
    universal,
)

BIB_1 = "1.2.840.10003.3.1"
USMARC = "1.2.840.10003.5.10"
SUTRS = "1.2.840.10003.5.101"
OPAC = "1.2.840.10003.5.102"
XML = "1.2.840.10003.5.109.10"
CQL = "1.2.840.10003.16.2"
ITEM_ORDER = "1.2.840.10003.9.4"
CHARSETS = "1.2.840.10003.15.3"
UTF_8 = "1.0.10646.1.0.8"
NOBODYS = "1.2.840.10003.99.99"
"""An object identifier that names nothing."""

INIT, INIT_ANSWER = 20, 21
SEARCH, SEARCH_ANSWER = 22, 23
PRESENT, PRESENT_ANSWER = 24, 25
DELETE, DELETE_ANSWER = 26, 27
SCAN, SCAN_ANSWER = 35, 36
SORT, SORT_ANSWER = 43, 44
SERVICE, SERVICE_ANSWER = 46, 47
TRIGGER, SEGMENT, CLOSE = 32, 45, 48
ANSWERS = {
    INIT: INIT_ANSWER,
    SEARCH: SEARCH_ANSWER,
    PRESENT: PRESENT_ANSWER,
    DELETE: DELETE_ANSWER,
    SCAN: SCAN_ANSWER,
    SORT: SORT_ANSWER,
    SERVICE: SERVICE_ANSWER,
    CLOSE: CLOSE,
}

OPTIONS = (0, 1, 2, 4, 7, 8, 13, 14)
"""search, present, delete, trigger, scan, sort, concurrent operations, named result sets."""
TITLE = 4
LARGEST_RECORD, IDENTIFICATION = 6, 7
_SIZE = 1_048_576


def init(
    *more: Element,
    versions: tuple[int, ...] = (0, 1, 2),
    options: tuple[int, ...] = OPTIONS,
    preferred: int = _SIZE,
    largest: int = _SIZE,
    reference: bytes | None = None,
) -> Element:
    """An initializeRequest; `more` stands behind the sizes."""
    return context(
        INIT,
        *_reference(reference),
        bits(3, *versions, length=1 + max(2, *versions)),
        bits(4, *options, length=1 + max(15, *options)),
        number(5, preferred),
        number(6, largest),
        *more,
    )


def opened_as(text: str) -> Element:
    """What an initializeRequest says of who we are, in the open way."""
    return context(7, universal(VISIBLE_STRING, text))


def passed_as(user: str, password: str | None, group: str | None = None) -> Element:
    """What it says in three parts (idPass)."""
    parts = ((0, group), (1, user), (2, password))
    return context(7, sequence(*(Element(tag, text) for tag, text in parts if text is not None)))


def identified(request: Element) -> Element:
    """An initializeRequest that says who the target says we are, unless it says anything of that already."""
    if request.at(IDENTIFICATION) is not None:
        return request
    behind = next(place for place, part in enumerate(request.parts, 1) if part.number == LARGEST_RECORD)
    return context(INIT, *request.parts[:behind], opened_as("{z_open}"), *request.parts[behind:])


def attribute(kind: int, value: int | str) -> Element:
    """An attribute: of a type, with a number or a name."""
    if isinstance(value, int):
        return sequence(number(120, kind), number(121, value))
    return sequence(number(120, kind), context(224, context(1, Element(1, value))))


def term(text: str, *attributes: tuple[int, int | str]) -> Element:
    """An operand: a term and its attributes, title if none are given."""
    return termed(Element(45, text), *attributes)


def termed(element: Element, *attributes: tuple[int, int | str]) -> Element:
    """An operand whose term is not simply text."""
    every = attributes or ((1, TITLE),)
    return context(0, context(102, context(44, *(attribute(*one) for one in every)), element))


def result_set(name: str) -> Element:
    """An operand that is a result set."""
    return context(0, Element(31, name))


AND, OR, AND_NOT = (Element(place, b"") for place in range(3))


def both(one: Element, other: Element, operator: Element = AND) -> Element:
    """Two operands and what combines them."""
    return context(1, one, other, context(46, operator))


def rpn(structure: Element, attributes: str = BIB_1, kind: int = 1) -> Element:
    """A query of type 1, or 101."""
    return context(kind, oid(attributes), structure)


def cql(text: str) -> Element:
    """A query of type 104: CQL."""
    return context(104, oid(CQL), context(0, universal(GENERAL_STRING, text)))


TITLED = term("{z_word}")
NOTHING = term("zzqqxxjkvw")


def search(
    structure: Element = TITLED,
    *,
    query: Element | None = None,
    name: str = "default",
    databases: tuple[str, ...] = ("{z_database}",),
    is_replacing: bool = True,
    small: int = 0,
    large: int = 1,
    medium: int = 0,
    syntax: str = USMARC,
    reference: bytes | None = None,
) -> Element:
    """A searchRequest: of an operand, or operands combined, unless there is a `query` as it stands."""
    return context(
        SEARCH,
        *_reference(reference),
        number(13, small),
        number(14, large),
        number(15, medium),
        boolean(16, is_so=is_replacing),
        Element(17, name),
        context(18, *(Element(105, one) for one in databases)),
        identifier(104, syntax),
        context(21, query or rpn(structure)),
    )


def present(
    start: int = 1,
    count: int = 1,
    *more: Element,
    name: str = "default",
    syntax: str | None = USMARC,
    elements: str | None = "F",
    reference: bytes | None = None,
) -> Element:
    """A presentRequest; `more` stands between the range and the element set."""
    composed = () if elements is None else (context(19, Element(0, elements)),)
    return context(
        PRESENT,
        *_reference(reference),
        Element(31, name),
        number(30, start),
        number(29, count),
        *more,
        *composed,
        *(() if syntax is None else (identifier(104, syntax),)),
    )


def delete(*names: str, function: int = 0) -> Element:
    """A deleteResultSetRequest: of these sets, or of all (function 1)."""
    listed = (sequence(*(Element(31, name) for name in names)),) if names else ()
    return context(DELETE, number(32, function), *listed)


def scan(
    text: str = "{z_word}",
    *,
    use: int = TITLE,
    database: str = "{z_database}",
    count: int = 5,
    position: int = 1,
    step: int | None = None,
    reference: bytes | None = None,
) -> Element:
    """A scanRequest, of words."""
    start = context(102, context(44, attribute(1, use), attribute(4, 2)), Element(45, text))
    return context(
        SCAN,
        *_reference(reference),
        context(3, Element(105, database)),
        oid(BIB_1),
        start,
        *(() if step is None else (number(5, step),)),
        number(6, count),
        number(7, position),
    )


def sort(source: str = "default", target: str = "default", *, use: int = TITLE, relation: int = 0) -> Element:
    """A sortRequest by one attribute, ascending or not (relation 1)."""
    key = context(1, context(2, oid(BIB_1), context(44, attribute(1, use))))
    spec = sequence(key, number(1, relation), number(2, 1))
    named = context(3, universal(GENERAL_STRING, source))
    return context(SORT, named, Element(4, target), context(5, spec))


def trigger(action: int = 3) -> Element:
    """A triggerResourceControlRequest: cancel, if nothing else is said."""
    return context(TRIGGER, number(46, action))


def order() -> Element:
    """An extendedServicesRequest: order an item."""
    return context(SERVICE, number(3, 1), identifier(4, ITEM_ORDER), number(11, 1))


def close(reason: int = 0) -> Element:
    """A close."""
    return context(CLOSE, number(211, reason))


def proposed_utf_8() -> Element:
    """The otherInfo in which an origin proposes UTF-8 for everything (yaz-client's way)."""
    utf_8 = context(2, identifier(2, UTF_8))
    proposal = context(1, context(1, context(2, *utf_8.parts)), boolean(3, is_so=True))
    external = context(4, oid(CHARSETS), context(0, proposal))
    return context(201, sequence(external))


def number_term(tag: int, value: int) -> Element:
    """A term that is a number."""
    return Element(tag, integer_octets(value))


NULL_TERM = Element(221, b"")
EXTERNAL_TERM = context(219, oid(NOBODYS), Element(1, b"x"))
NULL_IDENTIFICATION = context(7, universal(NULL, b""))
FOREIGN_IDENTIFICATION = context(7, universal(EXTERNAL, (oid(NOBODYS), Element(1, b"x"))))
USER_INFORMATION = context(11, universal(EXTERNAL, (oid(NOBODYS), Element(1, b"x"))))
OTHER_INFORMATION = context(201, sequence(context(4, oid(NOBODYS), Element(1, b"x"))))
ONE_MORE_RANGE = context(212, sequence(number(1, 2), number(2, 1)))


def proximity(unit: int = 2) -> Element:
    """The operator "next to", in words if nothing else is said."""
    return context(3, number(2, 1), boolean(3, is_so=True), number(4, 2), context(5, number(1, unit)))


def stray_integer(value: int) -> Element:
    """An INTEGER where none belongs."""
    return universal(INTEGER, integer_octets(value))


def _reference(octets: bytes | None) -> tuple[Element, ...]:
    return () if octets is None else (Element(2, octets),)
