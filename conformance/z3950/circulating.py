"""OPAC records: laid out as the standard says, and true at the moment of the answer, whoever lent it."""

from conformance.case import ApduClaim, Ask, Case, Level, Step, ask, tell
from conformance.sip2.claims import code, fixed
from conformance.sip2.lines import CHECKIN, CHECKIN_LAST, CHECKOUT
from conformance.wire.z3950 import Element, oid
from conformance.z3950.apdus import OPAC, USMARC, present, search, term
from conformance.z3950.claims import is_but, records, records_of, same_records_as
from conformance.z3950.steps import OPEN, case

_LAYOUT = "Z39.50, RecordSyntax-opac: OPACRecord"
_NOW = "availability is that of the moment of the answer: an act at the desk is in the very next one"
_ITEM = term("{item}", (1, "barcode"))
_CHECK_OUT = ask(CHECKOUT, code("12"), fixed("ok", "1"))
_CHECK_IN = ask(CHECKIN, code("10"), fixed("ok", "1"))
_UNDO = (Ask(text=CHECKIN_LAST),)
_BIB, _AVAILABLE, _DUE, _ITEM_ID, _CIRCULATION = 1, 1, 2, 5, 19


def _opac_records(answer: Element) -> tuple[Element, ...]:
    """The OPACRecord inside each record of an answer."""
    return tuple(
        part.parts[1].parts[0]
        for record in records_of(answer)
        for part in record.walk()
        if part.parts[:1] == (oid(OPAC),) and len(part.parts) > 1 and part.parts[1].parts
    )


def circulation_of(answer: Element) -> tuple[Element, ...]:
    """The circulation record of every item in the records of an answer."""
    return tuple(
        entry
        for record in records_of(answer)
        for part in record.walk()
        if part.number == _CIRCULATION
        for entry in part.parts
    )


def _is_available(is_so: bool) -> ApduClaim:
    """The item says whether it is available, and when not, until when."""

    def holds(answer: Element, barcode: str) -> bool:
        entries = [one for one in circulation_of(answer) if _text(one, _ITEM_ID) == barcode]
        flags = [one.at(_AVAILABLE) for one in entries]
        return len(entries) == 1 and flags[0] is not None and any(flags[0].octets) is is_so

    said = "availableNow TRUE" if is_so else "availableNow FALSE"
    return ApduClaim(f"{said} for the item", lambda answer, scene: holds(answer, scene.names["item"]))


def _text(entry: Element, tag: int) -> str:
    found = entry.at(tag)
    return "" if found is None else found.text


def _is_due(answer: Element) -> bool:
    away = [one for one in circulation_of(answer) if not any((one.at(_AVAILABLE) or one).octets)]
    return bool(away) and any(_text(one, _DUE) for one in away)


def _said(answer: Element, tag: int) -> bool:
    return all(one.at(tag) is not None for one in circulation_of(answer))


def _asked(*claims: ApduClaim) -> tuple[Step, ...]:
    return (
        tell(search(_ITEM)),
        tell(present(syntax=OPAC, elements="F"), records(1), *claims),
    )


def _opac(name: str, title: str, *claims: ApduClaim, level: Level = Level.MUST) -> Case:
    return case(
        "opac",
        name,
        title,
        _LAYOUT,
        tell(search()),
        tell(present(syntax=OPAC, elements="F"), records(1), *claims),
        level=level,
        needs=("z_word", "z_opac"),
    )


def _live(name: str, title: str, *steps: Step) -> Case:
    return Case(
        id=f"opac.{name}",
        title=title,
        level=Level.MUST,
        clause=_NOW,
        steps=(OPEN, *steps),
        undo=_UNDO,
        also_needs=("z3950", "z_opac", "z_item"),
    )


CASES: tuple[Case, ...] = (
    _opac(
        "bib",
        "an OPAC record has its bib in it",
        is_but(
            "a bibliographicRecord",
            lambda answer: all(one.at(_BIB) is not None for one in _opac_records(answer)),
        ),
    ),
    _opac(
        "flags",
        "every item says whether it is available, renewable and on hold",
        is_but(
            "three BOOLEANs for every item",
            lambda answer: all(_said(answer, tag) for tag in (_AVAILABLE, 6, 7)),
        ),
    ),
    _opac(
        "items",
        "every item has its id",
        is_but("itemId for every item", lambda answer: _said(answer, _ITEM_ID)),
        level=Level.SHOULD,
    ),
    _live(
        "lent",
        "an item that is lent is not available in the next answer, and has its due date",
        *_asked(_is_available(True)),
        _CHECK_OUT,
        *_asked(_is_available(False), is_but("a date for what is away", _is_due)),
    ),
    _live(
        "back",
        "an item that came back is available in the next answer",
        _CHECK_OUT,
        *_asked(_is_available(False)),
        _CHECK_IN,
        *_asked(_is_available(True)),
    ),
    _live(
        "set",
        "a set that stands tells of a loan that came behind it",
        *_asked(_is_available(True)),
        _CHECK_OUT,
        tell(present(syntax=OPAC, elements="F"), records(1), _is_available(False)),
    ),
    _live(
        "bib-stays",
        "a loan changes nothing in the bib",
        tell(search(_ITEM)),
        tell(present(syntax=USMARC, elements="F"), records(1), name="before"),
        _CHECK_OUT,
        tell(present(syntax=USMARC, elements="F"), records(1), same_records_as("before")),
    ),
)
