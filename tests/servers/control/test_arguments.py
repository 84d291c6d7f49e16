"""Arguments of a verb: typed, or refused in a sentence that quotes none of them."""

from __future__ import annotations

import pytest
from msgspec import Struct

from servers.control.arguments import taken
from servers.control.socket import VerbRefused


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """What some verb takes."""

    line: str
    times: int = 1


def test_what_fits_is_taken() -> None:
    assert taken({"line": "11"}, Asked) == Asked("11", 1)


@pytest.mark.parametrize(
    "arguments", [{}, {"line": 7}, {"line": "11", "times": "4711"}, {"line": "", "AD": "4711"}]
)
def test_what_does_not_is_refused_without_quoting_it(arguments: dict[str, object]) -> None:
    with pytest.raises(VerbRefused) as refused:
        taken(arguments, Asked)
    assert "4711" not in str(refused.value)
