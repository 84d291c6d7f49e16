"""Which items a desk lends: those of the places it serves."""

import pytest

from core.rules.service import covers, serves
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


def test_an_agency_covers_no_other_whose_code_begins_alike() -> None:
    assert covers("MAIN/*", "MAIN/A")
    assert not covers("MAIN/*", "MAINZ/A")
