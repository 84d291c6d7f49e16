"""Records as people read them, whatever their syntax: what it is, and what is on the shelf now.

The rule it keeps: a syntax has a row in a table; a record of any other is named, and shown as it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import fields, replace

from protocols.marc.charset import to_utf8
from protocols.marc.errors import NotMarc
from protocols.marc.iso2709 import Marc, subfields, unpack
from protocols.marc.marcxml import END, marcxml
from protocols.xml.parsing import LIMITS, Node, XmlRefused, parse
from protocols.z3950 import externals, oids
from protocols.z3950.apdus import NamePlusRecord, SurrogateDiagnostic
from protocols.z3950.charset import Charset
from protocols.z3950.diagnostics import CONDITIONS
from protocols.z3950.errors import RemoteError
from protocols.z3950.externals import HoldingsAndCircData, OpacRecord, Sutrs
from protocols.z3950.oids import Oid, named
from protocols.z3950.structures import DefaultDiagFormat, DiagRec, External
from servers.sru.client.reading import Told
from servers.sru.client.summaries import Copy, Summary, summary

SYNTAXES: Final[Mapping[str, Oid]] = {
    "usmarc": oids.USMARC,
    "opac": oids.OPAC,
    "xml": oids.XML,
    "sutrs": oids.SUTRS,
    "unimarc": oids.UNIMARC,
    "grs-1": oids.GRS_1,
}
"""By the names that yaz-client has for them."""

_MARC: Final = frozenset({oids.USMARC, oids.UNIMARC, oids.UKMARC, oids.CANMARC, oids.DANMARC, oids.FINMARC})
_XML: Final = frozenset({oids.XML, oids.APPLICATION_XML})
_CONTROL: Final = b"010"


def told(diagnostic: DiagRec) -> Told:
    """A diagnostic in words."""
    if isinstance(diagnostic, DefaultDiagFormat):
        said = CONDITIONS.get(diagnostic.condition, "unknown condition")
        return Told(str(diagnostic.condition), said, diagnostic.text)
    return Told("", f"a diagnostic of {named(diagnostic.direct_reference or Oid(''))}")


def summed_up(record: NamePlusRecord, charset: Charset) -> Summary | Told:
    """What a record amounts to."""
    inside = record.record
    if isinstance(inside, SurrogateDiagnostic):
        return told(inside.diagnostic)
    if not isinstance(inside, External):
        return Told("", "a part of a record")
    try:
        return _summed_up(inside, charset)
    except (NotMarc, RemoteError, XmlRefused) as error:
        return Told("", f"a record that cannot be read: {error}")


def _summed_up(record: External, charset: Charset) -> Summary | Told:
    syntax = record.direct_reference or Oid("")
    if syntax in _MARC and isinstance(record.encoding, bytes):
        return summary(_node(marcxml(to_utf8(unpack(record.encoding))[0]) + END))
    if syntax in _XML and isinstance(record.encoding, bytes):
        return summary(_node(record.encoding))
    content = externals.opened(record, charset)
    if isinstance(content, Sutrs):
        return Summary(texts=tuple(content.text.splitlines()))
    if isinstance(content, OpacRecord):
        bib = content.bibliographic_record
        found = Summary() if bib is None else _summed_up(bib, charset)
        if isinstance(found, Told):
            return found
        return replace(found, copies=tuple(_copies(content)))
    return Told("", f"a record in {named(syntax)}")


def _node(xml: bytes) -> Node:
    return parse(xml, LIMITS).root


def _copies(record: OpacRecord) -> Iterator[Copy]:
    for held in record.holdings_data or ():
        if not isinstance(held, HoldingsAndCircData):
            continue
        place = ", ".join(filter(None, (held.local_location, held.shelving_location)))
        number, note = held.call_number or "", held.public_note or ""
        if not held.circulation_data:
            yield Copy(status="held", place=place, call_number=number, note=note)
        for item in held.circulation_data or ():
            until = f" until {item.availability_date}" if item.availability_date else ""
            status = "available" if item.available_now else f"not available{until}"
            said = " ".join(filter(None, (item.item_id, item.enum_and_chron, note)))
            yield Copy(status=status, place=place, call_number=number, note=said)


def lines(record: NamePlusRecord, charset: Charset) -> list[str]:
    """A record as it came: MARC field by field, the others as they are written."""
    inside = record.record
    if isinstance(inside, SurrogateDiagnostic):
        found = told(inside.diagnostic)
        return [f"Diagnostic {found.message} {found.details}".rstrip()]
    if not isinstance(inside, External):
        return ["a part of a record"]
    try:
        return _lines(inside, charset)
    except (NotMarc, RemoteError) as error:
        return [f"a record that cannot be read: {error}"]


def _lines(record: External, charset: Charset) -> list[str]:
    syntax = record.direct_reference or Oid("")
    if syntax in _MARC and isinstance(record.encoding, bytes):
        return _marc_lines(to_utf8(unpack(record.encoding))[0])
    if syntax in _XML and isinstance(record.encoding, bytes):
        return record.encoding.decode("utf-8", "replace").splitlines()
    content = externals.opened(record, charset)
    if isinstance(content, Sutrs):
        return content.text.splitlines()
    if isinstance(content, OpacRecord):
        bib = content.bibliographic_record
        shown = [] if bib is None else _lines(bib, charset)
        for held in content.holdings_data or ():
            shown += _struct_lines(held, "")
        return shown
    return [f"a record in {named(syntax)}"]


def _marc_lines(marc: Marc) -> list[str]:
    shown = [f"LDR    {marc.leader.decode('ascii', 'replace')}"]
    for tag, data in marc.fields:
        if tag < _CONTROL:
            said = f"   {data.decode('utf-8', 'replace')}"
        else:
            parts = [
                f"${code.decode('latin-1')} {part.decode('utf-8', 'replace')}"
                for code, part in subfields(data)
            ]
            said = f"{data[:2].decode('latin-1')} {' '.join(parts)}"
        shown.append(f"{tag.decode('latin-1')} {said}")
    return shown


def _struct_lines(struct: Struct, indent: str) -> list[str]:
    shown = []
    for field in fields(struct):
        value = getattr(struct, field.name)
        if isinstance(value, tuple):
            for each in value:
                shown += [f"{indent}{field.name}:", *_struct_lines(each, f"{indent}  ")]
        elif value is not None:
            shown.append(f"{indent}{field.name}: {value}")
    return shown
