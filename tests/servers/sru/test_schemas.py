"""Every schema has one name, one URI, and no alias that means another."""

from __future__ import annotations

import pytest

from servers.configuration.settings import SRU_SCHEMAS, SruStyle
from servers.sru.schemas import Form, schemas_of
from tests.matrix import proves


@pytest.mark.parametrize("style", SruStyle)
@proves("every schema, by its name, URI and aliases")
def test_names_are_those_of_the_settings_and_no_two_share_one(style: SruStyle) -> None:
    schemas = schemas_of(style, "marcxml")
    assert [schema.name for schema in schemas] == list(SRU_SCHEMAS)
    assert list(schemas.values()) == list(Form)
    called = [name for schema in schemas for name in (schema.name, schema.identifier, *schema.aliases)]
    assert len(set(called)) == len(called)


@pytest.mark.parametrize("name", SRU_SCHEMAS)
def test_the_default_is_the_first(name: str) -> None:
    assert next(iter(schemas_of(SruStyle.OPEN, name))).name == name


def test_alma_s_uri_is_known_to_all() -> None:
    uri = "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"
    for style in SruStyle:
        assert [schema.name for schema in schemas_of(style, "dc") if schema.is_called(uri)] == ["marcxml"]
