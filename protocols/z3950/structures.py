"""What APDUs have in common: terms and attributes, EXTERNALs, diagnostics, other information, compositions.

The rule it keeps: a struct is the table of its type, in the order and with the tags of the standard's ASN.1
(Z39.50-1995, section 4.1, as amended up to 2003); nothing else knows them.
"""

from typing import Annotated, Final

import msgspec

from protocols.z3950.declarations import (
    EXPLICIT,
    Alternative,
    BitString,
    GeneralizedTime,
    Null,
    ObjectDescriptor,
    Raw,
    Tag,
    Universal,
    VisibleString,
)
from protocols.z3950.oids import BIB_1_DIAGNOSTICS, Oid

ReferenceId = Annotated[bytes, Tag(2)]
ResultSetId = Annotated[str, Tag(31)]
ElementSetName = Annotated[str, Tag(103)]
DatabaseName = Annotated[str, Tag(105)]


class External(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A value of which another register says what it is (X.690, 8.18): one element, or octets, or bits."""

    direct_reference: Oid | None = None
    indirect_reference: int | None = None
    data_value_descriptor: ObjectDescriptor | None = None
    encoding: Annotated[Raw, Tag(0)] | Annotated[bytes, Tag(1)] | Annotated[BitString, Tag(2)]


EXTERNAL: Final = Universal(8)
"""Beside an `External` that no tag of ours replaces."""


# Terms and attributes


class Text(Alternative, frozen=True, gc=False):
    """A string, where there may be a number."""

    string: str


class Number(Alternative, frozen=True, gc=False):
    """A number, where there may be a string."""

    numeric: int


StringOrNumeric = Annotated[Text, Tag(1)] | Annotated[Number, Tag(2)]


class Unit(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What something is counted in: `scale_factor` 9 is 10**9."""

    unit_system: Annotated[str, Tag(1, EXPLICIT)] | None = None
    unit_type: Annotated[StringOrNumeric, Tag(2)] | None = None
    unit: Annotated[StringOrNumeric, Tag(3)] | None = None
    scale_factor: Annotated[int, Tag(4)] | None = None


class IntUnit(msgspec.Struct, frozen=True, gc=False):
    """So many of something."""

    value: Annotated[int, Tag(1)]
    unit_used: Annotated[Unit, Tag(2)]


Term = (
    Annotated[bytes, Tag(45)]
    | Annotated[int, Tag(215)]
    | Annotated[str, Tag(216)]
    | Annotated[Oid, Tag(217)]
    | Annotated[GeneralizedTime, Tag(218)]
    | Annotated[External, Tag(219)]
    | Annotated[IntUnit, Tag(220)]
    | Annotated[Null, Tag(221)]
)
"""What is sought. `bytes` is the general term, the only one of version 2."""


class ComplexAttribute(msgspec.Struct, frozen=True, gc=False):
    """Values of an attribute in the order in which they are preferred."""

    values: Annotated[tuple[StringOrNumeric, ...], Tag(1)]
    semantic_action: Annotated[tuple[int, ...], Tag(2)] | None = None


class AttributeElement(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One attribute. Its own set, if it has one, stands in for the query's."""

    attribute_set: Annotated[Oid, Tag(1)] | None = None
    attribute_type: Annotated[int, Tag(120)]
    attribute_value: Annotated[int, Tag(121)] | Annotated[ComplexAttribute, Tag(224)]


AttributeList = Annotated[tuple[AttributeElement, ...], Tag(44)]


class AttributesPlusTerm(msgspec.Struct, frozen=True, gc=False):
    """A term, and where and how it is sought: an operand of a query, or where a scan begins."""

    attributes: AttributeList
    term: Term


# Other information


class InfoCategory(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Of what category it is, by number or by a register's."""

    category_type_id: Annotated[Oid, Tag(1)] | None = None
    category_value: Annotated[int, Tag(2)]


class OtherInformationItem(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Something that the standard did not think of."""

    category: Annotated[InfoCategory, Tag(1)] | None = None
    information: (
        Annotated[str, Tag(2)]
        | Annotated[bytes, Tag(3)]
        | Annotated[External, Tag(4)]
        | Annotated[Oid, Tag(5)]
    )


OtherInformation = Annotated[tuple[OtherInformationItem, ...], Tag(201)]


# Diagnostics


class V3Addinfo(Alternative, frozen=True, gc=False):
    """An explanation that is not of ASCII alone, which version 3 alone has."""

    addinfo: str


class DefaultDiagFormat(msgspec.Struct, frozen=True, gc=False):
    """What is wrong: the number of a condition in a diagnostic set, and what it is about."""

    diagnostic_set_id: Oid
    condition: int
    addinfo: VisibleString | V3Addinfo

    @property
    def text(self) -> str:
        """What it is about."""
        return self.addinfo.addinfo if isinstance(self.addinfo, V3Addinfo) else str(self.addinfo)


DiagRec = DefaultDiagFormat | Annotated[External, EXTERNAL]


def bib_1_diagnostic(condition: int, addinfo: str = "") -> DefaultDiagFormat:
    """A diagnostic of the Bib-1 set; addinfo as version 2 has it wherever that will do, for all read that."""
    made = VisibleString(addinfo) if addinfo.isascii() else V3Addinfo(addinfo)
    return DefaultDiagFormat(BIB_1_DIAGNOSTICS, condition, made)


# Compositions of records


class DatabaseElementSet(msgspec.Struct, frozen=True, gc=False):
    """The element set for the records of one database."""

    db_name: DatabaseName
    esn: ElementSetName


ElementSetNames = Annotated[str, Tag(0)] | Annotated[tuple[DatabaseElementSet, ...], Tag(1)]
"""One for all databases, or each its own."""


class SchemaUri(Alternative, frozen=True, gc=False):
    """A schema by its URI."""

    uri: str


class Specification(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A schema, and an element set or what else says which elements."""

    schema: Annotated[Oid, Tag(1)] | Annotated[SchemaUri, Tag(300)] | None = None
    element_spec: Annotated[Annotated[str, Tag(1)] | Annotated[External, Tag(2)], Tag(2)] | None = None


class DatabaseSpecification(msgspec.Struct, frozen=True, gc=False):
    """The specification for the records of one database."""

    db: Annotated[DatabaseName, Tag(1, EXPLICIT)]
    spec: Annotated[Specification, Tag(2)]


class CompSpec(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What records shall be made of; `record_syntax` has the one that is liked best first."""

    select_alternative_syntax: Annotated[bool, Tag(1)]
    generic: Annotated[Specification, Tag(2)] | None = None
    db_specific: Annotated[tuple[DatabaseSpecification, ...], Tag(3)] | None = None
    record_syntax: Annotated[tuple[Oid, ...], Tag(4)] | None = None
