"""The profiles of the configuration, made ready: what each endpoint serves, in which style, how much.

The rule it keeps: a style is a row of a table, and a quirk one field of it, which the configuration may
turn. Nobody else asks which style an endpoint has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from protocols.cql.parser import Mode
from protocols.sru.dialects import (
    ALMA,
    OPEN,
    Echo,
    FailedCount,
    Nothing,
    Operation,
    OwnNumber,
    SchemaName,
    Style,
    Version,
)
from protocols.sru.request import Missing, Offer, Unknown
from protocols.sru.schemas import Schema
from servers.configuration.settings import Quirk, Settings, SruProfile, SruStyle, UnknownParameters
from servers.http.limits import Bounds
from servers.sru.schemas import Form, schemas_of

PATH: Final = "/view/sru/"
"""Where SRU is, before the code of the database; so it is at Alma."""


class Ability(StrEnum):
    """What an endpoint has beyond searchRetrieve and explain."""

    JSON = "json"
    CORS = "cors"
    CURSOR = "cursor"
    RESULT_SETS = "result sets"
    FACETS = "facets"
    ANALYSIS = "analysis"


class Endpoint(Struct, frozen=True, kw_only=True):
    """One database as it is served. ``depth`` is the record at which no page begins any more, None: there is
    none; ``is_empty_beyond`` tells that a page behind the last record is an empty one.
    """

    database: str
    title: str
    style: Style
    offer: Offer
    abilities: frozenset[Ability]
    schemas: tuple[Schema, ...]
    forms: Mapping[str, Form]
    mode: Mode
    records: int
    records_limit: int
    depth: int | None
    terms: int
    terms_limit: int
    has_availability: bool
    has_temporary_holdings: bool
    tells_date: bool
    is_empty_beyond: bool
    bounds: Bounds

    @property
    def path(self) -> str:
        """Its path."""
        return f"{PATH}{self.database}"


class _Style(Struct, frozen=True, kw_only=True):
    """What a style comes to where a profile says nothing else."""

    style: Style
    operations: frozenset[Operation]
    missing: Missing
    unknown: Unknown
    abilities: frozenset[Ability]
    records: int
    records_limit: int
    depth: int | None
    tells_date: bool
    is_empty_beyond: bool


_STYLES: Final[Mapping[SruStyle, _Style]] = {
    SruStyle.ALMA: _Style(
        # Alma leaves it out, and then whoever reads with YAZ sees no diagnostic but a broken answer.
        style=replace(ALMA, failed_count=FailedCount.ZERO),
        operations=frozenset({Operation.SEARCH_RETRIEVE, Operation.EXPLAIN}),
        missing=Missing.REFUSED,
        unknown=Unknown.IGNORED,
        abilities=frozenset(),
        records=10,
        records_limit=50,
        depth=10_000,
        tells_date=True,
        is_empty_beyond=True,
    ),
    SruStyle.OPEN: _Style(
        style=OPEN,
        operations=frozenset(Operation),
        missing=Missing.ASSUMED,
        unknown=Unknown.REFUSED,
        abilities=frozenset(Ability),
        records=10,
        records_limit=500,
        depth=None,
        tells_date=False,
        is_empty_beyond=False,
    ),
}
_UNKNOWN: Final[Mapping[UnknownParameters, Unknown]] = {
    UnknownParameters.REFUSED: Unknown.REFUSED,
    UnknownParameters.WARNED: Unknown.WARNED,
    UnknownParameters.IGNORED: Unknown.IGNORED,
}
_TERMS: Final = 20
_TERMS_LIMIT: Final = 500


def endpoints(settings: Settings) -> Iterator[Endpoint]:
    """Every endpoint that the settings have."""
    for profile in settings.sru:
        yield _endpoint(settings, profile)


def _endpoint(settings: Settings, profile: SruProfile) -> Endpoint:
    usual = _STYLES[profile.style]
    forms = schemas_of(profile.style, profile.schema)
    abilities = set(usual.abilities - {Ability.CORS})
    if _turned(profile.cors, Ability.CORS in usual.abilities):
        abilities.add(Ability.CORS)
    needs_version = _turned(profile.version_needed, usual.missing is Missing.REFUSED)
    return Endpoint(
        database=profile.database or settings.institution.code,
        title=profile.title or settings.institution.name or settings.institution.code,
        style=_style(usual.style, profile),
        offer=Offer(
            default=Version.V1_2,
            operations=usual.operations,
            missing=Missing.REFUSED if needs_version else Missing.ASSUMED,
            unknown=_UNKNOWN.get(profile.unknown_parameters, usual.unknown),
            query_types=("cql", "searchTerms"),
            stylesheets=profile.stylesheets,
            terms=_TERMS,
        ),
        abilities=frozenset(abilities),
        schemas=tuple(forms),
        forms={schema.name: form for schema, form in forms.items()},
        mode=Mode.LENIENT if profile.bare_words else Mode.STRICT,
        records=min(profile.records or usual.records, profile.records_limit or usual.records_limit),
        records_limit=profile.records_limit or usual.records_limit,
        depth=profile.depth or usual.depth,
        terms=_TERMS,
        terms_limit=_TERMS_LIMIT,
        has_availability=profile.availability,
        has_temporary_holdings=profile.temporary_holdings,
        tells_date=usual.tells_date,
        is_empty_beyond=_turned(profile.beyond_the_end, usual.is_empty_beyond),
        bounds=Bounds(
            in_flight=profile.in_flight,
            in_flight_per_source=profile.in_flight_per_source,
            rate=profile.rate_per_source,
            burst=profile.burst_per_source,
            deadline=profile.answer_deadline,
        ),
    )


def _style(usual: Style, profile: SruProfile) -> Style:
    """The style with the quirks that the profile turns."""
    own: tuple[OwnNumber, ...] = ALMA.own_numbers
    short = _turned(profile.short_schema_names, usual.schema_name is SchemaName.SHORT)
    empty = _turned(profile.empty_records, usual.nothing is Nothing.EMPTY)
    counts = _turned(profile.count_failures, usual.failed_count is FailedCount.ZERO)
    return replace(
        usual,
        schema_name=SchemaName.SHORT if short else SchemaName.URI,
        nothing=Nothing.EMPTY if empty else Nothing.LEFT_OUT,
        failed_count=FailedCount.ZERO if counts else FailedCount.LEFT_OUT,
        echo=Echo.YES if _turned(profile.echo, usual.echo is Echo.YES) else Echo.NO,
        own_numbers=own if _turned(profile.alma_numbers, bool(usual.own_numbers)) else (),
    )


def _turned(quirk: Quirk, usual: bool) -> bool:
    return usual if quirk is Quirk.STYLE else quirk is Quirk.ON
