"""What a terminal may ask for, for every profile."""

import pytest
from msgspec.structs import replace

from protocols.sip2.messages import FromSc
from servers.configuration.settings import REQUESTS, Dialect, Profile
from servers.sip2.abilities import LINK, NOT_ALMAS, abilities

ALL = frozenset(REQUESTS)


def test_the_requests_of_the_settings_are_those_of_the_standard() -> None:
    assert {kind.code for kind in FromSc.__subclasses__()} == ALL
    assert len(REQUESTS) == len(ALL)


SWITCHED = [
    ("checkout", {"11", "29", "65"}),
    ("checkin", {"09"}),
    ("renewal_policy", {"29", "65"}),
    ("fees", {"37"}),
    ("holds", {"15"}),
    ("block_patrons", {"01", "25", "19"}),
]


@pytest.mark.parametrize(("switch", "codes"), SWITCHED)
def test_a_switch_takes_its_own_requests_and_no_others(switch: str, codes: set[str]) -> None:
    on = Profile(block_patrons=True)
    assert abilities(on).promised == abilities(on).done == ALL
    off = replace(on, **{switch: False})
    assert abilities(off).promised == ALL - codes
    assert abilities(off).done == ALL - codes | ({"01"} & codes)


def test_permissions_that_only_inform_are_promised_away_and_done() -> None:
    able = abilities(Profile(checkout=False, fees=False, enforce=False))
    assert able.promised == ALL - {"11", "29", "65", "37", "01", "25", "19"}
    assert able.done == ALL


@pytest.mark.parametrize("enforce", [True, False])
def test_a_list_of_messages_holds_in_any_case_but_for_the_link(enforce: bool) -> None:
    able = abilities(Profile(messages=("23", "11"), enforce=enforce))
    assert able.promised == able.done == {"23", "11"} | LINK


@pytest.mark.parametrize("enforce", [True, False])
def test_alma_does_not_know_four_of_them(enforce: bool) -> None:
    able = abilities(Profile(dialect=Dialect.ALMA, block_patrons=True, enforce=enforce))
    assert able.unheard == NOT_ALMAS == {"01", "15", "19", "25"}
    assert able.promised == able.done == ALL - NOT_ALMAS
    assert abilities(Profile(block_patrons=True)).unheard == frozenset()
