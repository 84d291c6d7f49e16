"""The lists of 64: every place that a template may ask for has words."""

import pytest

from servers.configuration import settings
from servers.sip2.translate.lists import FEE_PLACES, HOLD_PLACES, LOAN_PLACES


@pytest.mark.parametrize(
    ("places", "promised"),
    [
        (LOAN_PLACES, settings.LOAN_PLACES),
        (HOLD_PLACES, settings.HOLD_PLACES),
        (FEE_PLACES, settings.FEE_PLACES),
    ],
)
def test_the_places_are_those_of_the_settings(places: dict[str, object], promised: tuple[str, ...]) -> None:
    """The first of them is what an entry is known by when it has no other words."""
    assert tuple(places) == promised
