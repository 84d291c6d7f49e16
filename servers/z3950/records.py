"""Records for answers: in the syntax, the schema and the element set that were asked for.

The rule it keeps: a record that cannot be had is a diagnostic in its place, never the end of a page; and an
answer tells what is true at one moment, with the unit of work that must be durable before it goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, assert_never

from msgspec import Struct

from core.availability import Inventory
from core.model.records import Bib, BibId
from core.policy_table import PolicyTable
from core.register import Answer
from protocols.marc.dublin_core import dublin_core
from protocols.marc.errors import NotMarc
from protocols.marc.exchange import brief, in_marc8
from protocols.marc.iso2709 import unpack
from protocols.marc.marcxml import END
from protocols.marc.mods import mods
from protocols.sru.diagnostics import Diagnostic
from protocols.sru.schemas import find_schema
from protocols.z3950 import externals, oids
from protocols.z3950.apdus import NamePlusRecord, SurrogateDiagnostic
from protocols.z3950.charset import Charset
from protocols.z3950.externals import Sutrs
from protocols.z3950.oids import Oid
from protocols.z3950.retrieval import Wanted, chosen_syntax
from protocols.z3950.structures import External, SchemaUri, bib_1_diagnostic
from servers.catalogue.av_fields import AvFields
from servers.catalogue.isohold import IsoHoldings
from servers.configuration.settings import SruStyle
from servers.sru.schemas import Form, schemas_of
from servers.z3950.databases import Database
from servers.z3950.house import House
from servers.z3950.opac import OpacRecords
from servers.z3950.refusal import Refused
from servers.z3950.sutrs import links, text

SYNTAXES: Final = (oids.USMARC, oids.OPAC, oids.XML, oids.APPLICATION_XML, oids.SUTRS)
"""Those that there are; the first is for who names none."""

_XML: Final = frozenset({oids.XML, oids.APPLICATION_XML})
_SCHEMAS: Final = {
    schema: form
    for schema, form in schemas_of(SruStyle.OPEN, "marcxml").items()
    if form is not Form.AVAILABILITY
}
_NO_ELEMENT_SET, _NO_SCHEMA, _NO_SPECIFICATION, _NO_SYNTAX = 25, 1066, 244, 239
_GONE, _NOT_IN_SYNTAX, _TOO_LARGE = 1028, 238, 17


class Elements(Enum):
    """The element sets."""

    FULL = "F"
    BRIEF = "B"


_ELEMENTS: Final = {each.value: each for each in Elements}


class Shape(Struct, frozen=True):
    """How records are to be made."""

    syntax: Oid
    elements: Elements = Elements.FULL
    form: Form = Form.MARCXML


class Manner(Struct, frozen=True):
    """How an association has its records: texts in which character set, and MARC in MARC-8 or UTF-8."""

    charset: Charset
    is_marc8: bool


def shape(wanted: Wanted) -> Shape:
    """How records shall be made. Raises `Refused` for what there is not."""
    syntax = chosen_syntax(wanted, SYNTAXES, SYNTAXES[0])
    if syntax is None:
        raise Refused(_NO_SYNTAX, wanted.syntaxes[0])
    spec = wanted.element_spec
    if isinstance(spec, External):
        raise Refused(_NO_SPECIFICATION)
    form = None
    if wanted.schema is not None:
        asked = wanted.schema.uri if isinstance(wanted.schema, SchemaUri) else str(wanted.schema)
        form = _form(asked) if syntax in _XML else None
        if form is None:
            raise Refused(_NO_SCHEMA, asked)
    if not spec:
        return Shape(syntax, form=form or Form.MARCXML)
    elements = _ELEMENTS.get(spec.upper())
    if elements is None:
        named = _form(spec) if syntax in _XML and form is None else None
        if named is None:
            raise Refused(_NO_ELEMENT_SET, spec)
        return Shape(syntax, form=named)
    return Shape(syntax, elements, form or Form.MARCXML)


def _form(name: str) -> Form | None:
    found = find_schema(tuple(_SCHEMAS), name)
    return None if isinstance(found, Diagnostic) else _SCHEMAS[found]


class Records:
    """Makes the records of a target, by settings that do not change."""

    def __init__(self, house: House, policy: PolicyTable, *, has_availability: bool) -> None:
        self._house = house
        self._policy = policy
        self._has_availability = has_availability
        self._av = AvFields(policy)
        self._isohold = IsoHoldings(policy)
        self._opac = OpacRecords(policy)

    def page(
        self, bibs: Sequence[BibId | None], shape: Shape, database: Database, manner: Manner
    ) -> Answer[list[NamePlusRecord]]:
        """The records of these bibs; of one that is gone, a diagnostic."""
        there = [bib for bib in bibs if bib is not None]
        inventories: Mapping[BibId, Inventory] = {}
        unit = None
        if self._tells_inventory(shape):
            answer = self._house.desk.shelves.inventory(there)
            inventories, unit = answer.outcome, answer.unit
        ready = self._house.ready
        is_xml = shape.syntax in _XML and shape.form is Form.MARCXML
        made = iter(ready.records(there) if is_xml else ready.marc_records(there))
        cards = self._house.desk.library.bibs
        page = []
        for bib in bibs:
            card, record = (None, None) if bib is None else (cards.get(bib), next(made))
            if card is None:
                page.append(_surrogate(database, _GONE))
                continue
            inventory = database.of(inventories[card.id]) if inventories else None
            page.append(self._record(card, record, inventory, shape, database, manner))
        return Answer(page, unit)

    def _tells_inventory(self, shape: Shape) -> bool:
        if shape.syntax in _XML:
            return self._has_availability or shape.form is not Form.MARCXML
        return shape.syntax == oids.OPAC or (shape.syntax == oids.SUTRS and shape.elements is Elements.FULL)

    def _record(
        self,
        card: Bib,
        ready: bytes | None,
        inventory: Inventory | None,
        shape: Shape,
        database: Database,
        manner: Manner,
    ) -> NamePlusRecord:
        try:
            if shape.syntax == oids.OPAC:
                assert inventory is not None
                bib = None if not ready else _marc(ready, shape.elements, manner)
                made = externals.sealed(self._opac.record(ready or None, bib, inventory), manner.charset)
            elif not ready:
                return _surrogate(database, _NOT_IN_SYNTAX, card.control_number)
            elif shape.syntax == oids.USMARC:
                made = _marc(ready, shape.elements, manner)
            elif shape.syntax == oids.SUTRS:
                said = text(unpack(ready), card.control_number, inventory, self._policy)
                made = externals.sealed(Sutrs(said), manner.charset)
            else:
                data = self._xml(card, ready, inventory, shape.form)
                made = External(direct_reference=shape.syntax, encoding=data)
        except NotMarc:
            return _surrogate(database, _TOO_LARGE, card.control_number)
        return NamePlusRecord(name=database.name, record=made)

    def _xml(self, card: Bib, ready: bytes, inventory: Inventory | None, form: Form) -> bytes:
        if inventory is None:
            return ready + END
        match form:
            case Form.MARCXML:
                return b"".join((ready, self._av.fields(card, inventory), END))
            case Form.DC | Form.MODS:
                write = dublin_core if form is Form.DC else mods
                return write(unpack(ready), links(inventory))
            case Form.ISOHOLD:
                return self._isohold.holdings(inventory)
            case Form.AVAILABILITY:
                raise AssertionError("no schema of Z39.50 is made so")
            case _:
                assert_never(form)


def _marc(data: bytes, elements: Elements, manner: Manner) -> External:
    if elements is Elements.BRIEF:
        data = brief(data)
    if manner.is_marc8:
        data = in_marc8(data)
    return External(direct_reference=oids.USMARC, encoding=data)


def _surrogate(database: Database, condition: int, addinfo: str = "") -> NamePlusRecord:
    diagnostic = SurrogateDiagnostic(bib_1_diagnostic(condition, addinfo))
    return NamePlusRecord(name=database.name, record=diagnostic)
