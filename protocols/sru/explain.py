"""What an endpoint says of itself: a typed description, and its record in ZeeRex 2.0.

Rule: a client that reads nothing else knows every index with its relations, every schema and every limit. The
standard's record is in one namespace and in the order of the ZeeRex DTD; Alma's is as it is, in two.
"""

from typing import Final

import msgspec

from protocols.sru.dialects import ExplainShape
from protocols.sru.schemas import Schema
from protocols.xml.text import escaped, escaped_attribute

EXPLAIN_2_0: Final = "http://explain.z3950.org/dtd/2.0/"
EXPLAIN_2_1: Final = "http://explain.z3950.org/dtd/2.1/"


class _Described(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """How all of a description is written in JSON."""


class Text(_Described, frozen=True):
    """A text in a language; the primary one stands for all the others."""

    text: str
    language: str = ""
    primary: bool = False


class Server(_Described, frozen=True):
    """Where the endpoint is, and how it is spoken to."""

    host: str
    port: int
    database: str
    protocol: str = "SRU"
    version: str = "1.2"
    transport: tuple[str, ...] = ("https",)
    method: tuple[str, ...] = ("GET", "POST", "SOAP")


class Link(_Described, frozen=True):
    """Another way in, or something to see; `type` is a word like www, oai, icon or z39.50s."""

    url: str
    type: str


class Database(_Described, frozen=True):
    """What is searched, for people."""

    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()
    author: str = ""
    contact: str = ""
    extent: str = ""
    history: str = ""
    languages: tuple[str, ...] = ()
    restrictions: str = ""
    subjects: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    implementation: str = ""


class ContextSet(_Described, frozen=True):
    """A context set, and the prefix it goes by here."""

    name: str
    identifier: str
    title: str = ""


class IndexName(_Described, frozen=True):
    """What an index is called in a context set."""

    set: str
    name: str


class Attribute(_Described, frozen=True):
    """What an index is called in Z39.50: a value of an attribute type in a set."""

    set: str
    type: int
    value: int


class Index(_Described, frozen=True):
    """An access point: its names and titles, and what can be done with it.

    `scan` None leaves open what the whole endpoint says. `empty_term` allows an empty term.
    """

    names: tuple[IndexName, ...]
    titles: tuple[Text, ...] = ()
    relations: tuple[str, ...] = ()
    empty_term: bool = False
    search: bool = True
    scan: bool | None = None
    sort: bool = False
    attributes: tuple[Attribute, ...] = ()


class Setting(_Described, frozen=True):
    """A default, a setting, or something supported: its type, and its value if it has one."""

    type: str
    value: str = ""


class Configuration(_Described, frozen=True):
    """What holds of the endpoint as a whole."""

    defaults: tuple[Setting, ...] = ()
    settings: tuple[Setting, ...] = ()
    supports: tuple[Setting, ...] = ()


class Description(_Described, frozen=True):
    """All that an endpoint says of itself."""

    server: Server
    database: Database | None = None
    date_modified: str = ""  # a date and time of ISO 8601
    sets: tuple[ContextSet, ...] = ()
    indexes: tuple[Index, ...] = ()
    schemas: tuple[Schema, ...] = ()
    configuration: Configuration = Configuration()


def explain_record(description: Description, shape: ExplainShape) -> bytes:
    """The description as an explain element, which is ready for any number of answers."""
    match shape:
        case ExplainShape.STANDARD:
            return _standard(description).encode()
        case ExplainShape.ALMA:
            return _alma(description).encode()


# Elements -------------------------------------------------------------------------------------------------


def _element(name: str, content: str, /, **attributes: str) -> str:
    written = "".join(f' {key}="{escaped_attribute(value)}"' for key, value in attributes.items() if value)
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def _leaf(name: str, text: str, /, **attributes: str) -> str:
    return _element(name, escaped(text), **attributes)


def _optional(name: str, text: str) -> str:
    return _leaf(name, text) if text else ""


def _group(name: str, content: str) -> str:
    return _element(name, content) if content else ""


def _flag(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"


def _texts(name: str, texts: tuple[Text, ...]) -> str:
    return "".join(
        _leaf(name, each.text, lang=each.language, primary="true" if each.primary else "") for each in texts
    )


def _names(index: Index) -> str:
    return "".join(_element("map", _leaf("name", each.name, set=each.set)) for each in index.names)


def _supported(index: Index) -> str:
    relations = "".join(_leaf("supports", relation, type="relation") for relation in index.relations)
    return relations + (_leaf("supports", "", type="emptyTerm") if index.empty_term else "")


def _settings(name: str, settings: tuple[Setting, ...]) -> str:
    return "".join(_leaf(name, each.value, type=each.type) for each in settings)


# The standard's record ------------------------------------------------------------------------------------


def _standard(description: Description) -> str:
    configuration = description.configuration
    parts = [
        _server(description.server),
        _database(description.database) if description.database else "",
        _group("metaInfo", _optional("dateModified", description.date_modified)),
        _group("indexInfo", "".join((*map(_set, description.sets), *map(_index, description.indexes)))),
        _group("schemaInfo", "".join(map(_schema, description.schemas))),
        _group(
            "configInfo",
            _settings("default", configuration.defaults)
            + _settings("setting", configuration.settings)
            + _settings("supports", configuration.supports),
        ),
    ]
    return f'<explain xmlns="{EXPLAIN_2_0}">{"".join(parts)}</explain>'


def _server(server: Server) -> str:
    return _element(
        "serverInfo",
        _leaf("host", server.host) + _leaf("port", str(server.port)) + _leaf("database", server.database),
        protocol=server.protocol,
        version=server.version,
        transport=" ".join(server.transport),
        method=" ".join(server.method),
    )


def _database(database: Database) -> str:
    codes = " ".join(database.languages)
    languages = _leaf("langUsage", "", codes=codes) if codes else ""
    links = "".join(_leaf("link", link.url, type=link.type) for link in database.links)
    subjects = "".join(_leaf("subject", subject) for subject in database.subjects)
    return _element(
        "databaseInfo",
        _texts("title", database.titles)
        + _texts("description", database.descriptions)
        + _optional("author", database.author)
        + _optional("contact", database.contact)
        + _optional("extent", database.extent)
        + _optional("history", database.history)
        + languages
        + _optional("restrictions", database.restrictions)
        + (_element("subjects", subjects) if subjects else "")
        + (_element("links", links) if links else "")
        + (
            _element("implementation", _leaf("title", database.implementation))
            if database.implementation
            else ""
        ),
    )


def _set(context_set: ContextSet) -> str:
    return _element(
        "set", _optional("title", context_set.title), identifier=context_set.identifier, name=context_set.name
    )


def _index(index: Index) -> str:
    attributes = "".join(
        _element("map", _leaf("attr", str(each.value), type=str(each.type), set=each.set))
        for each in index.attributes
    )
    return _element(
        "index",
        _texts("title", index.titles) + _names(index) + attributes + _group("configInfo", _supported(index)),
        search=_flag(index.search),
        scan=_flag(index.scan),
        sort=_flag(index.sort),
    )


def _schema(schema: Schema) -> str:
    return _element(
        "schema",
        _optional("title", schema.title),
        identifier=schema.identifier,
        name=schema.name,
        location=schema.location,
        retrieve=_flag(schema.retrieve),
        sort=_flag(schema.sort),
    )


# Alma's record --------------------------------------------------------------------------------------------


def _alma(description: Description) -> str:
    """As Alma's: what is in the namespace of 2.1 has a prefix, some of what is within it has none."""
    server, configuration = description.server, description.configuration
    sets = "".join(_leaf("set", "", identifier=each.identifier, name=each.name) for each in description.sets)
    schemas = "".join(
        _leaf("schema", "", identifier=each.identifier, name=each.name, sort="true" if each.sort else "")
        for each in description.schemas
    )
    parts = [
        _element(
            "serverInfo",
            _leaf("ns:host", server.host)
            + _leaf("ns:port", str(server.port))
            + _leaf("ns:database", server.database),
        ),
        _element("indexInfo", sets + "".join(map(_alma_index, description.indexes))),
        _element("schemaInfo", schemas),
        _element(
            "configInfo",
            _settings("ns:default", configuration.defaults)
            + _settings("ns:setting", configuration.settings)
            + _settings("ns:supports", configuration.supports),
        ),
    ]
    return f'<explain xmlns="{EXPLAIN_2_0}" xmlns:ns="{EXPLAIN_2_1}">{"".join(parts)}</explain>'


def _alma_index(index: Index) -> str:
    title = index.titles[0].text if index.titles else ""
    return _element(
        "index",
        _leaf("ns:title", title) + _names(index) + _element("configInfo", _supported(index)),
        sort="true" if index.sort else "",
    )
