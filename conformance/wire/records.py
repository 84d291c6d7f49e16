"""Records as this kit reads them out of SRU: MARCXML, its AV fields, and the characters of any XML record.

The rule it keeps: nothing is repaired; whatever is not as MARCXML has it is a fault.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from msgspec import Struct

from conformance.wire.sru import beneath, local, namespace

SLIM: Final = "http://www.loc.gov/MARC21/slim"
AVA_ORDER: Final = "08abcdefgijkpqtv"
_LEADER_LENGTH: Final = 24
_LAYOUT: Final = re.compile("leader (controlfield )*(datafield )*")
_CONTROL_TAG: Final = re.compile(r"00[0-9A-Za-z]")
_TAG: Final = re.compile(r"[0-9A-Za-z]{3}")
_INDICATOR: Final = re.compile(r"[0-9a-z |#]")
_CODE: Final = re.compile(r"[!-~]")
_NOT_FOR_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ufffd]")


class Field(Struct, frozen=True):
    """A data field: its subfields in their order, code and text."""

    tag: str
    subfields: tuple[tuple[str, str], ...]

    @property
    def codes(self) -> str:
        """The codes of its subfields, in their order."""
        return "".join(code for code, _ in self.subfields)

    def first(self, code: str) -> str | None:
        """Return the first subfield with a code, None if there is none."""
        return next((text for known, text in self.subfields if known == code), None)


def fields(record: Element, *tags: str) -> tuple[Field, ...]:
    """Return the data fields with one of these tags."""
    return tuple(
        Field(
            found.get("tag", ""),
            tuple((part.get("code", ""), part.text or "") for part in beneath(found, "subfield")),
        )
        for found in beneath(record, "datafield")
        if found.get("tag") in tags
    )


def first(record: Element, tag: str, code: str) -> str:
    """Return a subfield of the first field that has it, "" if none has."""
    return next((text for field in fields(record, tag) if (text := field.first(code))), "")


def control(record: Element, tag: str) -> str:
    """Return the text of a control field, "" if there is none."""
    found = (one for one in beneath(record, "controlfield") if one.get("tag") == tag)
    return next((one.text or "" for one in found), "")


def marc_faults(record: Element) -> Iterator[str]:
    """What a record has against MARCXML."""
    if (namespace(record), local(record)) != (SLIM, "record"):
        yield f"it is <{local(record)}> of the namespace {namespace(record)!r}"
        return
    if not _LAYOUT.fullmatch("".join(f"{local(child)} " for child in record)):
        yield "its elements are not leader, controlfield, datafield in this order"
    leaders = [child.text or "" for child in beneath(record, "leader")]
    if [len(leader) for leader in leaders] != [_LEADER_LENGTH]:
        yield f"its leader is {leaders!r}"
    for child in record:
        yield from _field_faults(child)
    yield from text_faults(record)


def text_faults(record: Element) -> Iterator[str]:
    """What is wrong with the characters of a record in any schema: controls, and what is not composed."""
    for element in record.iter():
        text = element.text or ""
        if _NOT_FOR_TEXT.search(text):
            yield f"{local(element)} holds a control or replacement character: {text[:60]!r}"
        if not unicodedata.is_normalized("NFC", text):
            yield f"{local(element)} is not in NFC: {text[:60]!r}"


def availability_faults(field: Field) -> Iterator[str]:
    """What an AVA field has against its fact sheet: order, numbers, the word that follows from them."""
    if [code for code in AVA_ORDER if code in field.codes] != list(field.codes):
        yield f"AVA has the subfields {field.codes}, and their order is {AVA_ORDER}"
    missing = [code for code in "0abe" if not field.first(code)]
    if missing:
        yield f"AVA lacks {' '.join(missing)}"
    items, away = field.first("f"), field.first("g")
    if field.first("e") not in ("available", "unavailable", "check_holdings"):
        yield f"AVA says {field.first('e')!r}"
    if items is None or away is None:
        return
    if not (items.isdecimal() and away.isdecimal() and int(away) <= int(items)):
        yield f"AVA has {items!r} items, of which {away!r} are not available"
    elif field.first("e") == "available" and int(away) == int(items):
        yield f"AVA is available, and all of its {items} items are not"
    elif field.first("e") == "unavailable" and int(away) < int(items):
        yield f"AVA is unavailable, and {int(items) - int(away)} of its {items} items are"


def tallies(record: Element) -> Mapping[str, int]:
    """Return how many items a record's AVA fields count, and how many of these are not available."""
    found = {"items": 0, "away": 0}
    for field in fields(record, "AVA"):
        found["items"] += _number(field.first("f"))
        found["away"] += _number(field.first("g"))
    return found


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0


def _field_faults(element: Element) -> Iterator[str]:
    if namespace(element) != SLIM:
        yield f"{local(element)} is in the namespace {namespace(element)!r}"
    tag = element.get("tag", "")
    match local(element):
        case "controlfield":
            if not _CONTROL_TAG.fullmatch(tag) or list(element):
                yield f"a control field has the tag {tag!r}"
        case "datafield":
            if not _TAG.fullmatch(tag) or _CONTROL_TAG.fullmatch(tag):
                yield f"a data field has the tag {tag!r}"
            if not all(_INDICATOR.fullmatch(element.get(name, "")) for name in ("ind1", "ind2")):
                yield f"{tag} has the indicators {element.get('ind1')!r} and {element.get('ind2')!r}"
            if not list(element):
                yield f"{tag} has no subfield"
            for part in element:
                if local(part) != "subfield" or not _CODE.fullmatch(part.get("code", "")):
                    yield f"{tag} has a subfield {part.get('code')!r}"
        case _:
            pass
