"""What a location's code tells: whose it is, and which desk lends what lives there."""

import pytest

from core.rules.service import covers, home, serves
from tests.matrix import proves


@proves("the desk serves its locations only")
@pytest.mark.parametrize(
    ("places", "served"),
    [
        ((), True),  # a desk without places serves all
        (("*",), True),
        (("MAIN/STACKS",), True),
        (("EAST/FILMS", "MAIN/STACKS"), True),
        (("MAIN/*",), True),
        (("EAST/*", "MAIN/*"), True),
        (("MAIN/MAPS",), False),
        (("EAST/*",), False),
        (("MAIN",), False),  # an agency is no place
        (("MAI/*",), False),
        (("main/stacks",), False),
        (("MAIN/STACK*",), False),
    ],
)
def test_a_desk_serves_what_lives_at_its_places(places: tuple[str, ...], served: bool) -> None:
    assert serves(places, "MAIN/STACKS") is served


@pytest.mark.parametrize(
    ("location", "agency"), [("MAIN/STACKS", "MAIN"), ("MAIN/A/B", "MAIN"), ("MAIN", "MAIN"), ("", "")]
)
def test_an_item_is_at_home_at_the_agency_of_its_location(location: str, agency: str) -> None:
    assert home(location) == agency


def test_an_agency_covers_no_other_whose_code_begins_alike() -> None:
    assert covers("MAIN/*", "MAIN/A")
    assert not covers("MAIN/*", "MAINZ/A")
