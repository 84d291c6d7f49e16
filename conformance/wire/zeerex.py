"""What an explain record (ZeeRex) says of a server; the rule: it is read as it stands, in any namespace."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from msgspec import Struct

from conformance.wire.sru import beneath, content, local, namespace, number_of

NAMESPACES: Final = ("http://explain.z3950.org/dtd/2.0/", "http://explain.z3950.org/dtd/2.1/")
_PARTS: Final = (
    "serverInfo",
    "databaseInfo",
    "metaInfo",
    "indexInfo",
    "recordInfo",
    "schemaInfo",
    "configInfo",
)
_NEEDED: Final = ("serverInfo", "indexInfo", "schemaInfo")


class Index(Struct, frozen=True):
    """An index by one of its names. What is not said of search, scan and sort is yes, no and no."""

    name: str
    search: bool
    scan: bool
    sort: bool
    relations: tuple[str, ...]


class Schema(Struct, frozen=True):
    """A schema that records can be had in."""

    name: str
    identifier: str


class Description(Struct, frozen=True):
    """All that is read of an explain record."""

    indexes: tuple[Index, ...] = ()
    schemas: tuple[Schema, ...] = ()
    sets: tuple[tuple[str, str], ...] = ()  # prefix and identifier
    defaults: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()

    def default(self, kind: str) -> int | None:
        """Return a default that is a number."""
        return number_of(dict(self.defaults).get(kind, ""))

    def setting(self, kind: str) -> int | None:
        """Return a setting that is a number."""
        return number_of(dict(self.settings).get(kind, ""))


def described(record: Element | None) -> Description:
    """Return what an explain record says; nothing of all that where it is none."""
    if record is None or local(record) != "explain":
        return Description()
    return Description(
        indexes=tuple(_indexes(record)),
        schemas=tuple(
            Schema(found.get("name", ""), found.get("identifier", ""))
            for found in beneath(record, "schemaInfo", "schema")
            if found.get("retrieve", "true") != "false"
        ),
        sets=tuple(
            (found.get("name", ""), found.get("identifier", ""))
            for found in beneath(record, "indexInfo", "set")
        ),
        defaults=_typed(record, "default"),
        settings=_typed(record, "setting"),
    )


def explain_faults(record: Element) -> Iterator[str]:
    """What an explain record has against ZeeRex: its namespace, the order and number of its parts."""
    if local(record) != "explain" or namespace(record) not in NAMESPACES:
        yield f"it is <{local(record)}> of the namespace {namespace(record)!r}"
        return
    names = [local(child) for child in record]
    strangers = sorted(set(names) - set(_PARTS))
    if strangers:
        yield f"it holds {' '.join(strangers)}"
    elif sorted(set(names), key=_PARTS.index) != names:
        yield f"it holds {' '.join(names)}, and should {' '.join(_PARTS)}"
    missing = [part for part in _NEEDED if part not in names]
    if missing:
        yield f"it lacks {' '.join(missing)}"
    for element in record.iter():
        if namespace(element) != namespace(record):
            yield f"{local(element)} is in the namespace {namespace(element)!r}"
            return


def _indexes(record: Element) -> Iterator[Index]:
    for found in beneath(record, "indexInfo", "index"):
        supports = [(one.get("type"), content(one)) for one in beneath(found, "configInfo", "supports")]
        for name in beneath(found, "map", "name"):
            prefix = name.get("set", "")
            yield Index(
                name=f"{prefix}.{content(name)}" if prefix else content(name),
                search=found.get("search", "true") != "false",
                scan=found.get("scan", "false") == "true",
                sort=found.get("sort", "false") == "true",
                relations=tuple(text for kind, text in supports if kind == "relation" and text),
            )


def _typed(record: Element, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((found.get("type", ""), content(found)) for found in beneath(record, "configInfo", name))
