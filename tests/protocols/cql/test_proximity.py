"""The modifiers of prox, with what holds where they say nothing."""

import pytest

from protocols.cql.errors import CqlError
from protocols.cql.parser import parse
from protocols.cql.proximity import Proximity, Unit, read_proximity
from protocols.cql.tree import Chain, Comparison, Step
from tests.matrix import proves


def step(modifiers: str) -> Step:
    root = parse(f"a prox{modifiers} b").root
    assert isinstance(root, Chain)
    return root.steps[0]


READ = [
    ("", Proximity(Unit.WORD, Comparison.AT_MOST, 1)),
    ("/unit=word", Proximity(Unit.WORD, Comparison.AT_MOST, 1)),
    ("/unit=sentence", Proximity(Unit.SENTENCE, Comparison.AT_MOST, 0)),
    ("/UNIT=Paragraph", Proximity(Unit.PARAGRAPH, Comparison.AT_MOST, 0)),
    ("/cql.unit=cql.element", Proximity(Unit.ELEMENT, Comparison.AT_MOST, 0)),
    ("/distance<3", Proximity(Unit.WORD, Comparison.LESS, 3)),
    ("/distance<>0/unit=sentence", Proximity(Unit.SENTENCE, Comparison.NOT_EQUAL, 0)),
    ("/distance=10/ordered", Proximity(Unit.WORD, Comparison.EQUAL, 10, True)),
    ("/unordered", Proximity(Unit.WORD, Comparison.AT_MOST, 1)),
]


@pytest.mark.parametrize(("modifiers", "proximity"), READ, ids=[text for text, _ in READ])
@proves("proximity and sorting as their modifiers say")
def test_proximity_is_as_its_modifiers_say(modifiers: str, proximity: Proximity) -> None:
    assert read_proximity(step(modifiers)) == proximity


REFUSED = [
    ("/distance==3", 40, "==", 6),
    ("/distance", 41, "", 6),
    ("/distance<x", 41, "x", 6),
    ("/distance<-1", 41, "-1", 6),
    ("/distance<1234567890", 41, "1234567890", 6),
    ("/distance<٣", 41, "٣", 6),
    ("/unit=page", 42, "page", 6),
    ("/unit", 42, "", 6),
    ("/unit<word", 42, "word", 6),
    ("/ordered=1", 43, "1", 6),
    ("/ordered/unordered", 44, "unordered", 14),
    ("/distance<2/distance>1", 44, "distance", 17),
    ("/near", 46, "near", 6),
    ("/rel.combine=sum", 46, "rel.combine", 6),
]


@pytest.mark.parametrize(
    ("modifiers", "diagnostic", "details", "place"), REFUSED, ids=[each[0] for each in REFUSED]
)
def test_what_proximity_cannot_be_has_its_diagnostic(
    modifiers: str, diagnostic: int, details: str, place: int
) -> None:
    with pytest.raises(CqlError) as caught:
        read_proximity(step(modifiers))
    error = caught.value
    assert (error.diagnostic, error.details, error.place) == (diagnostic, details, place + 1)
    assert error.hint
