"""Present: ranges, syntaxes, element sets, and records that are what they say."""

from conformance.case import Case, Level, Step, tell
from conformance.wire.z3950 import Element, oid_octets
from conformance.z3950.apdus import NOBODYS, ONE_MORE_RANGE, OPAC, SUTRS, USMARC, XML, present, search
from conformance.z3950.claims import (
    CHARSET,
    MARC,
    closed_or_refused,
    counted,
    is_but,
    records,
    records_of,
    refused,
    same_records_as,
    status,
    syntaxes_of,
)
from conformance.z3950.steps import FIND, MAY_END, case

_THEME = "present"
_PRESENT = "Z39.50-1995, 3.2.3.1: Present"
_RANGE = "Z39.50-1995, 3.2.3.1.1; Bib-1 diagnostic 13"
_SYNTAX = "Z39.50-1995, 3.2.3.1.6; Bib-1 diagnostics 238, 239"
_ELEMENTS = "Z39.50-1995, 3.2.3.1.5; Bib-1 diagnostics 24, 25"
_ISO_2709 = "ISO 2709; MARC 21: leader, directory"
_FAILED = 5


def _case(
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    return case(_THEME, name, title, clause, FIND, *steps, level=level, needs=("z_word", *needs))


def _beyond(name: str, title: str, request: Element, level: Level = Level.MUST) -> Case:
    """Return a case of a range that there is not."""
    return _case(
        name,
        title,
        _RANGE,
        tell(request, refused(13), status(_FAILED, 27)),
        FIND,
        tell(present(elements=None), records(1)),
        level=level,
    )


def _comes_as(name: str, syntax: str, offer: str) -> Case:
    """Return a case of a record in the syntax that it was asked for in."""
    octets = oid_octets(syntax)
    return _case(
        name,
        f"a record that is asked for as {name} is one",
        _SYNTAX,
        tell(
            present(syntax=syntax, elements=None),
            records(1),
            is_but("that syntax", lambda answer: syntaxes_of(answer) == (octets,)),
        ),
        needs=(offer,),
    )


CASES: tuple[Case, ...] = (
    _case(
        "first",
        "the first record comes, and its number",
        _PRESENT,
        tell(present(elements=None), records(1), status(0, 27)),
    ),
    _case(
        "reference",
        "the reference id of a present comes back",
        "Z39.50-1995, 3.4",
        tell(present(elements=None, reference=b"\xff\x00"), records(1)),
    ),
    _case(
        "two",
        "two records come where two are asked for",
        _PRESENT,
        tell(present(1, 2, elements=None), records(2)),
        needs=("z_pair",),
    ),
    _case(
        "next",
        "the next position is told",
        f"{_PRESENT}: nextResultSetPosition",
        tell(present(elements=None), status(2, 25)),
        needs=("z_pair",),
    ),
    _case(
        "again",
        "the same record comes again",
        _PRESENT,
        tell(present(elements=None), name="before"),
        tell(present(elements=None), same_records_as("before")),
        needs=("z_usmarc",),
    ),
    _case(
        "joined",
        "a record is the same alone and in a page",
        _PRESENT,
        tell(present(2, 1, elements=None), name="before"),
        tell(present(1, 2, elements=None), is_but("two records", lambda answer: counted(answer, 2))),
        tell(present(2, 1, elements=None), same_records_as("before")),
        needs=("z_usmarc", "z_pair"),
    ),
    _case(
        "named",
        "a record says from which database it is",
        f"{_PRESENT}: NamePlusRecord",
        tell(
            present(elements=None),
            is_but(
                "a name beside each record",
                lambda answer: all(one.at(0) is not None for one in records_of(answer)),
            ),
        ),
        level=Level.SHOULD,
    ),
    _comes_as("usmarc", USMARC, "z_usmarc"),
    _comes_as("sutrs", SUTRS, "z_sutrs"),
    _comes_as("xml", XML, "z_xml"),
    _comes_as("opac", OPAC, "z_opac"),
    _case(
        "marc-valid",
        "MARC has the lengths that it says",
        _ISO_2709,
        tell(present(elements=None), MARC),
        needs=("z_usmarc",),
    ),
    _case(
        "marc-charset",
        "MARC is in the character set that its leader says",
        _ISO_2709,
        tell(present(elements=None), CHARSET),
        needs=("z_usmarc",),
    ),
    _case(
        "default",
        "without a syntax records come in some syntax",
        _SYNTAX,
        tell(present(syntax=None, elements=None), records(1)),
    ),
    _case("full", "element set F is there", _ELEMENTS, tell(present(elements="F"), records(1))),
    _case("brief", "element set B is there", _ELEMENTS, tell(present(elements="B"), records(1))),
    _case(
        "elements-unknown",
        "an element set that there is not is refused",
        _ELEMENTS,
        tell(present(elements="zz-none"), refused(24, 25)),
        FIND,
    ),
    _case(
        "syntax-unknown",
        "a syntax that there is not is 239, or 238 in each record",
        _SYNTAX,
        tell(present(syntax=NOBODYS, elements=None), refused(238, 239)),
        FIND,
    ),
    _case(
        "set-unknown",
        "a set that there is not is 30",
        "Bib-1 diagnostic 30",
        tell(present(name="zz-none", elements=None), refused(30)),
        FIND,
    ),
    _beyond("zero", "position 0 is 13", present(0, 1, elements=None)),
    _beyond("negative", "a negative position is 13", present(-1, 1, elements=None)),
    _beyond("beyond", "a position beyond the set is 13", present(50_000_000, 1, elements=None)),
    _beyond("largest", "the largest position is 13", present(2**31 - 1, 1, elements=None)),
    _beyond(
        "over",
        "position and number together are not reckoned over",
        present(2**31 - 1, 2**31 - 1, elements=None),
    ),
    _case(
        "beyond-number",
        "a range that ends beyond the set is 13, or what there is of it",
        _RANGE,
        tell(
            present(1, 50_000_000, elements=None),
            is_but(
                "13, or records and a partial status",
                lambda answer: (
                    (bool(records_of(answer)) and (answer.number_at(27) or 0) > 0)
                    or any(part.octets == b"\x0d" for part in answer.walk())
                ),
            ),
        ),
        FIND,
    ),
    _case(
        "huge",
        "a position of 64 bits is 13, or ends the association",
        _RANGE,
        tell(present(2**62, 1, elements=None), closed_or_refused(), awaits=MAY_END),
    ),
    _case(
        "none",
        "no record is no record, or 13",
        _PRESENT,
        tell(present(1, 0, elements=None), is_but("no record", lambda answer: not records_of(answer))),
        FIND,
        level=Level.SHOULD,
    ),
    _case(
        "negative-number",
        "a negative number is no record",
        _RANGE,
        tell(present(1, -1, elements=None), is_but("no record", lambda answer: not records_of(answer))),
        FIND,
    ),
    _case(
        "ranges",
        "more ranges are served or refused",
        f"{_PRESENT}: additionalRanges; diagnostic 243",
        tell(
            present(1, 1, ONE_MORE_RANGE, elements=None),
            is_but(
                "two records, or a diagnostic", lambda answer: counted(answer, 2) or not records_of(answer)
            ),
        ),
        FIND,
        level=Level.SHOULD,
        needs=("z_pair",),
    ),
    case(
        _THEME,
        "before-search",
        "a present before any search is 30",
        "Bib-1 diagnostic 30",
        tell(present(elements=None), refused(30)),
        needs=("z_word",),
    ),
    case(
        _THEME,
        "of-a-refusal",
        "a search that failed leaves no set that is found",
        "Z39.50-1995, 3.2.2.1.11",
        tell(search(databases=("zz-none",))),
        tell(present(elements=None), refused(30, 13)),
        needs=("z_word",),
    ),
)
