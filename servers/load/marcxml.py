"""MARCXML: records one by one, wherever they stand in a document and with or without its namespace.

The rule it keeps: no entity is expanded, nothing is fetched, and no more than one record is in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from lxml import etree
from msgspec import Struct

from protocols.marc.iso2709 import DELIMITER, LEADER, Field, Marc
from servers.load.verdict import EXTRACT, Unusable, Verdict, rejected, skipped

_PARTS = frozenset({"leader", "controlfield", "datafield"})
_NO_LEADER = "     nam a22     u  4500"
_LINE_ENDS = re.compile(r"\s*\n\s*")


class XmlRecord(Struct, frozen=True):
    """A ``record`` element: the line where it begins, its MARC or what is wrong with it, and the
    beginning of its text.
    """

    line: int
    marc: Marc | Verdict
    extract: str = ""


def xml_records(stream: BinaryIO) -> Iterator[XmlRecord]:
    """Every record of the document, in order; what comes after a place that is not well-formed cannot
    be read.

    SRU and OAI answers wrap records in elements of the same name; a wrapper that holds no MARC (a
    diagnostic, a deleted record, another schema) is one record, skipped.
    """
    context = etree.iterparse(
        stream,
        events=("start", "end"),
        tag="{*}record",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    open_records = 0
    found_inside = False
    try:
        for event, element in context:
            if event == "start":
                open_records += 1
                continue
            open_records -= 1
            if _is_marc(element):
                found_inside = True
                yield _record(element)
            elif not found_inside:
                yield XmlRecord(_line(element), skipped("a record that holds no MARC"))
            if not open_records:
                found_inside = False
                _forget(element)
    except etree.XMLSyntaxError as error:
        yield XmlRecord(
            error.lineno or 0, rejected("not well-formed XML; nothing after it was read", error.msg or "")
        )


def _is_marc(element: etree._Element) -> bool:
    return any(_name(child) in _PARTS for child in element)


def _name(element: etree._Element) -> str:
    """The local name; of a node that is no element, nothing that MARCXML has."""
    return str(element.tag).rpartition("}")[2]


def _line(element: etree._Element) -> int:
    return cast("int | None", element.sourceline) or 0


def _forget(element: etree._Element) -> None:
    """Free the record, and what stands before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _record(element: etree._Element) -> XmlRecord:
    line = _line(element)
    try:
        return XmlRecord(line, _marc(element))
    except Unusable as unusable:
        text = etree.tostring(element, encoding="unicode", with_tail=False)
        return XmlRecord(line, unusable.verdict, text[:EXTRACT])


def _marc(element: etree._Element) -> Marc:
    leader = _NO_LEADER
    fields: list[Field] = []
    for child in element:
        match _name(child):
            case "leader":
                leader = child.text or _NO_LEADER
            case "controlfield":
                fields.append((_tag(child), _text(child)))
            case "datafield":
                fields.append((_tag(child), _data(child)))
            case _:
                continue
    padded = leader.ljust(LEADER)[:LEADER].encode("ascii", "replace")
    return Marc(padded, tuple(fields))


def _tag(element: etree._Element) -> bytes:
    tag = str(element.get("tag", ""))
    if len(tag) != 3 or not (tag.isascii() and tag.isalnum()):
        raise Unusable("a tag that is not three letters or digits", tag)
    return tag.encode()


def _data(element: etree._Element) -> bytes:
    parts = [_indicator(element, "ind1") + _indicator(element, "ind2")]
    for child in element:
        if _name(child) == "subfield":
            code = str(child.get("code", ""))
            if len(code) != 1 or not code.isascii():
                raise Unusable("a subfield code that is not one ASCII character", code)
            parts.append(code.encode() + _text(child))
    return DELIMITER.join(parts)


def _indicator(element: etree._Element, name: str) -> bytes:
    value = str(element.get(name, " "))[:1]
    return value.encode() if value.isascii() and value else b" "


def _text(element: etree._Element) -> bytes:
    """The text in one line: in XML a line end is white space. XML 1.0 has none of the characters that
    ISO 2709 reserves.
    """
    if len(element):  # an entity of the document's own is left as a node; so is markup
        raise Unusable("markup or an unknown entity inside a field")
    text = element.text or ""
    return (_LINE_ENDS.sub(" ", text) if "\n" in text else text).encode()
