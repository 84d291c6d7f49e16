"""Every Problem of the standard has plain words and a next step."""

from __future__ import annotations

import pytest

from protocols.ncip.problems import ProblemType
from servers.ncip.client.advice import ADVICE, advice
from tests.matrix import proves


@proves("every ProblemType in plain words, with what to do")
def test_every_problem_type_has_words_and_no_other() -> None:
    assert set(ADVICE) == set(ProblemType)


@pytest.mark.parametrize("kind", ProblemType)
def test_the_words_are_sentences(kind: ProblemType) -> None:
    for sentence in ADVICE[kind]:
        assert sentence[0].isupper() or sentence.startswith("`")
        assert sentence.endswith(".")


def test_a_type_is_known_however_it_is_spelled_and_one_of_somebodys_own_is_not() -> None:
    assert advice("UNKNOWN ITEM") == ADVICE[ProblemType.UNKNOWN_ITEM]
    assert advice("Gremlins") is None
