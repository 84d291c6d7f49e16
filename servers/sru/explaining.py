"""explain: what an endpoint says of itself, made from what runs.

The rule it keeps: nothing here is said that is not so. Indexes, relations, schemas and limits are those that
answer, and each sample query is one that the tests ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Final

from core.points import AccessPoint, AccessPoints
from core.query import Match
from protocols.cql.context_sets import CQL_SET, SORT_SET
from protocols.sru.dialects import EXTRA, ExplainShape, Operation, SchemaName
from protocols.sru.explain import (
    Attribute,
    Configuration,
    ContextSet,
    Database,
    Description,
    Index,
    IndexName,
    Server,
    Setting,
    Text,
)
from protocols.xml.text import escaped
from servers.sru.paging import CURSOR
from servers.sru.profiles import Ability, Endpoint
from servers.sru.translate.queries import MATCHES, RELATION_MODIFIERS, context_sets
from servers.sru.translate.sorting import MODIFIERS as SORT_MODIFIERS

SAMPLES: Final = (
    "emma",
    'alma.title all "pride prejudice"',
    'dc.title == "emma"',
    "alma.isbn = 9780141439587",
    'alma.mms_id any "991 992 993"',
    "alma.main_pub_date > 1990 and alma.language = eng",
    'alma.title = "pride*" sortBy alma.title/sort.ascending',
    "cql.allRecords = 1 not alma.creator = austen",
    "alma.title = pride prox/distance<=3 alma.title = prejudice",
)
"""Queries to begin with; every endpoint answers each of them without a diagnostic."""

ALMA_SET: Final = "marcxml"
"""What Alma calls the identifier of its context set, which should be a URI."""

_BIB_1: Final = "bib-1"
_USE: Final = 1
_TITLES: Final[Mapping[str, str]] = {
    "alma": "Indexes by the names that Alma gives them",
    "local": "Indexes of this server alone",
    "dc": "Dublin Core",
    "bath": "Bath profile",
    "rec": "Record metadata",
    "cql": "CQL",
    "sort": "Sorting",
}


def describe(
    endpoint: Endpoint, points: AccessPoints, host: str, port: int, now: datetime, extent: int
) -> Description:
    """All that there is to say. ``extent`` is the number of records."""
    is_alma = endpoint.style.explain is ExplainShape.ALMA
    return Description(
        server=Server(host=host, port=port, database=endpoint.database, version=endpoint.offer.default.value),
        database=None if is_alma else _database(endpoint, extent),
        date_modified="" if is_alma else now.strftime("%Y-%m-%dT%H:%M:%S%z"),
        sets=tuple(_sets(points, is_alma)),
        indexes=tuple(_alma_indexes(points) if is_alma else _indexes(endpoint, points)),
        schemas=endpoint.schemas,
        configuration=_alma_configuration(endpoint, points) if is_alma else _configuration(endpoint, points),
    )


def samples() -> bytes:
    """The sample queries, for extraResponseData."""
    queries = "".join(f"<query>{escaped(sample)}</query>" for sample in SAMPLES)
    return f'<samples xmlns="{EXTRA}">{queries}</samples>'.encode()


def _database(endpoint: Endpoint, extent: int) -> Database:
    return Database(
        titles=(Text(text=endpoint.title, primary=True),),
        descriptions=(Text(text=f"The catalogue of {endpoint.title}, with availability as it is now"),),
        extent=f"{extent} records",
        implementation=f"circdesk {version('circdesk')}",
    )


def _sets(points: AccessPoints, is_alma: bool) -> Iterator[ContextSet]:
    for name, uri in context_sets(points).items():
        if is_alma and name == "alma":
            yield ContextSet(name=name, identifier=ALMA_SET)
        elif name != "cql":
            yield ContextSet(name=name, identifier=uri, title=_TITLES.get(name, ""))
    yield ContextSet(name="cql", identifier=CQL_SET, title=_TITLES["cql"])
    yield ContextSet(name="sort", identifier=SORT_SET, title=_TITLES["sort"])


def _alma_indexes(points: AccessPoints) -> Iterator[Index]:
    """One for each name, as Alma has them: those of Alma first."""
    names = [(name, point) for point in points.values() for name in point.names if name.set != "cql"]
    for name, point in sorted(names, key=lambda pair: pair[0].set != "alma"):
        yield Index(
            names=(IndexName(set=name.set, name=name.index),),
            titles=(Text(text=point.title),),
            relations=point.relations,
            empty_term=point.empty,
            sort=point.sortable,
        )


def _indexes(endpoint: Endpoint, points: AccessPoints) -> Iterator[Index]:
    """One for each point, with all its names."""
    scans = Operation.SCAN in endpoint.offer.operations
    for point in points.values():
        yield Index(
            names=tuple([IndexName(set=name.set, name=name.index) for name in point.names]),
            titles=(Text(text=point.title, language="en", primary=True),),
            relations=tuple(relations(point)),
            empty_term=point.empty,
            scan=scans and point.scannable,
            sort=point.sortable,
            attributes=tuple([Attribute(set=_BIB_1, type=_USE, value=use) for use in point.use]),
        )
    yield Index(
        names=(IndexName(set="cql", name="allRecords"),),
        titles=(Text(text="All records", language="en", primary=True),),
        relations=("=",),
        scan=False,
    )


def relations(point: AccessPoint) -> Iterator[str]:
    """Every relation that the point answers: those that Alma lists first."""
    yield from point.relations
    for relation, match in MATCHES.items():
        if match in point.matches and relation not in point.relations:
            yield relation


def _alma_configuration(endpoint: Endpoint, points: AccessPoints) -> Configuration:
    listed = dict.fromkeys(relation for point in points.values() for relation in point.relations)
    order = [relation for relation in ("=", "all", "==", ">", "<", ">=", "<=", "<>") if relation in listed]
    return Configuration(
        defaults=(Setting(type="numberOfRecords", value=str(endpoint.records)),),
        settings=(Setting(type="maximumRecords", value=str(endpoint.records_limit)),),
        supports=(*_each("relation", order), Setting(type="emptyTerm")),
    )


def _configuration(endpoint: Endpoint, points: AccessPoints) -> Configuration:
    scans = Operation.SCAN in endpoint.offer.operations
    short = endpoint.style.schema_name is SchemaName.SHORT
    schema = endpoint.schemas[0]
    return Configuration(
        defaults=(
            Setting(type="numberOfRecords", value=str(endpoint.records)),
            *([Setting(type="numberOfTerms", value=str(endpoint.terms))] if scans else []),
            Setting(type="contextSet", value="alma"),
            Setting(type="index", value="cql.serverChoice"),
            Setting(type="relation", value="="),
            Setting(type="retrieveSchema", value=schema.name if short else schema.identifier),
            Setting(type="recordPacking", value="xml"),
        ),
        settings=(
            Setting(type="maximumRecords", value=str(endpoint.records_limit)),
            *([Setting(type="maximumTerms", value=str(endpoint.terms_limit))] if scans else []),
        ),
        supports=(
            *_each("relation", [one for one, match in MATCHES.items() if _is_answered(points, match)]),
            *_each("relationModifier", RELATION_MODIFIERS),
            *_each("booleanModifier", ("distance", "ordered", "unordered", "unit=word")),
            *_each("maskingCharacter", ("*", "?")),
            *_each("sortModifier", SORT_MODIFIERS),
            *[Setting(type=kind) for kind in ("anchoring", "emptyTerm", "proximity", "sort")],
            *([Setting(type="scan")] if scans else []),
            *([Setting(type="resultSets")] if Ability.RESULT_SETS in endpoint.abilities else []),
            *([Setting(type="extraData", value=CURSOR)] if Ability.CURSOR in endpoint.abilities else []),
            *_each("stylesheet", endpoint.offer.stylesheets),
        ),
    )


def _is_answered(points: AccessPoints, match: Match) -> bool:
    return any(match in point.matches for point in points.values())


def _each(kind: str, values: Sequence[str]) -> Iterator[Setting]:
    return (Setting(type=kind, value=value) for value in values)
