"""A profile becomes an endpoint: what its style has, turned by its quirks."""

from __future__ import annotations

from msgspec.structs import replace

from protocols.cql.parser import Mode
from protocols.sru.dialects import ALMA, OPEN, Operation
from protocols.sru.request import Missing, Unknown
from servers.configuration.settings import Quirk, Settings, SruProfile, SruStyle
from servers.sru.profiles import Ability, Endpoint, endpoints
from tests.servers.sru.given import settings


def endpoint(profile: SruProfile) -> Endpoint:
    (made,) = endpoints(settings(profile))
    return made


def test_without_a_profile_the_institution_answers_as_alma_does() -> None:
    (made,) = endpoints(Settings())
    assert made.path == f"/view/sru/{Settings().institution.code}"
    assert replace(made.style, failed_count=ALMA.failed_count) == ALMA
    assert (made.records, made.records_limit, made.depth) == (10, 50, 10_000)
    assert made.offer.operations == {Operation.SEARCH_RETRIEVE, Operation.EXPLAIN}
    assert (made.offer.missing, made.offer.unknown) == (Missing.REFUSED, Unknown.IGNORED)
    assert made.abilities == set()


def test_an_open_profile_has_all_that_there_is() -> None:
    made = endpoint(SruProfile(style=SruStyle.OPEN))
    assert made.style == OPEN
    assert (made.records, made.records_limit, made.depth) == (10, 500, None)
    assert made.offer.operations == set(Operation)
    assert made.abilities == set(Ability)


def test_what_a_profile_says_goes_first() -> None:
    made = endpoint(
        SruProfile(
            database="D", title="T", records=20, records_limit=15, depth=3, schema="mods", bare_words=True
        )
    )
    assert (made.database, made.title) == ("D", "T")
    assert (made.records, made.records_limit, made.depth) == (15, 15, 3)
    assert made.schemas[0].name == "mods"
    assert made.mode is Mode.LENIENT


def test_a_title_is_the_institution_s_or_its_code() -> None:
    assert endpoint(SruProfile()).title == "Town Library"
    named = settings(SruProfile())
    nameless = replace(named, institution=replace(named.institution, name=""))
    assert [made.title for made in endpoints(nameless)] == ["TOWN"]


def test_every_quirk_turned_makes_one_style_of_the_other() -> None:
    turned = SruProfile(
        short_schema_names=Quirk.OFF,
        alma_numbers=Quirk.OFF,
        empty_records=Quirk.OFF,
        echo=Quirk.ON,
        version_needed=Quirk.OFF,
        beyond_the_end=Quirk.OFF,
        cors=Quirk.ON,
    )
    made = endpoint(turned)
    assert replace(made.style, declaration=OPEN.declaration, explain=OPEN.explain) == OPEN
    assert made.offer.missing is Missing.ASSUMED
    assert not made.is_empty_beyond
    assert made.abilities == {Ability.CORS}


def test_cors_can_be_taken_away() -> None:
    made = endpoint(SruProfile(style=SruStyle.OPEN, cors=Quirk.OFF))
    assert made.abilities == set(Ability) - {Ability.CORS}
