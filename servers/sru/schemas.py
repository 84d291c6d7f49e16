"""The schemas of records: what they are called, and by whom, and what each is made from.

The rule it keeps: a schema that an endpoint lists can be had for every record; there is no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from protocols.marc import dublin_core, marcxml
from protocols.sru.schemas import Schema
from servers.catalogue import isohold
from servers.configuration.settings import SruStyle


class Form(StrEnum):
    """How a record is made: joined from ready-made bytes, from what there is of it, or from it in MARC."""

    MARCXML = "marcxml"
    DC = "dc"
    MODS = "mods"
    ISOHOLD = "isohold"
    AVAILABILITY = "avail"


FROM_MARC: Final = frozenset({Form.DC, Form.MODS})
"""What is made of the record in MARC, and tells no copies."""

_MARCXML: Final = Schema(
    name="marcxml",
    identifier="info:srw/schema/1/marcxml-v1.1",
    title="MARC 21 in XML, with availability",
    location="http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd",
    sort=True,
    aliases=(
        "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd",
        marcxml.NAMESPACE,
        "info:srw/schema/1/marcxml-v1.0",
        "info:lc/xmlns/marcxchange-v1",
        "marc21",
        "marc",
        "MARC21-xml",
        "MARCXML",
        "marcxchange",
    ),
)
_ALMA_MARCXML: Final = Schema(
    name="marcxml",
    identifier="http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd",
    title=_MARCXML.title,
    sort=True,
    aliases=(_MARCXML.identifier, *_MARCXML.aliases[1:]),
)
_DC: Final = Schema(
    name="dc",
    identifier="info:srw/schema/1/dc-v1.1",
    title="Dublin Core",
    sort=True,
    aliases=(
        dublin_core.WRAPPER,
        dublin_core.NAMESPACE,
        "http://www.loc.gov/zing/srw/dcschema/v1.0/",
        "oai_dc",
        "DC",
    ),
)
_MODS: Final = Schema(
    name="mods",
    identifier="info:srw/schema/1/mods-v3.5",
    title="MODS 3.5",
    sort=True,
    aliases=(
        "http://www.loc.gov/mods/v3",
        "info:srw/schema/1/mods-v3.6",
        "info:srw/schema/1/mods-v3.7",
        "MODS",
    ),
)
_ISOHOLD: Final = Schema(
    name="isohold",
    identifier=isohold.NAMESPACE,
    title="Holdings (ISO 20775)",
    sort=True,
    aliases=("info:ofi/fmt:xml:xsd:iso20775", "iso20775", "ISO20775"),
)
_AVAILABILITY: Final = Schema(
    name="avail",
    identifier="urn:circdesk:schema:avail",
    title="Availability alone: a MARC record with its number and AVA, AVE, AVD",
    sort=True,
)

_FORMS: Final[Mapping[Form, Schema]] = {
    Form.MARCXML: _MARCXML,
    Form.DC: _DC,
    Form.MODS: _MODS,
    Form.ISOHOLD: _ISOHOLD,
    Form.AVAILABILITY: _AVAILABILITY,
}


def schemas_of(style: SruStyle, default: str) -> Mapping[Schema, Form]:
    """The schemas of a style, with what they are made as; that of ``default`` is the first."""
    named = {**_FORMS, Form.MARCXML: _ALMA_MARCXML if style is SruStyle.ALMA else _MARCXML}
    ordered = sorted(named.items(), key=lambda pair: pair[1].name != default)
    return {schema: form for form, schema in ordered}
