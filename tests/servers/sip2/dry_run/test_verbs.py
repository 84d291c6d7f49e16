"""What is asked of a server about a request: at which terminal, and what is no request."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from core.storage.memory import MemoryStore
from servers.configuration.settings import Terminal
from servers.control.socket import VerbRefused
from servers.sip2.dry_run.foretold import Foretold
from servers.sip2.dry_run.verbs import verbs
from servers.sip2.terminals import Terminals
from tests.fakes.world import World

TERMINALS = (
    Terminal(name="kiosk-1", agency="MAIN"),
    Terminal(name="kiosk-2", agency="EAST", delimiter="^", language="003"),
)
LINE = f"11YN20260302    103000{' ' * 18}AOTOWN|AAP1|ABI4|AC|"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World().start()
    yield world
    await world.stop()


async def asked(world: World, *, terminals: tuple[Terminal, ...] = TERMINALS, **arguments: Any) -> Foretold:
    """What is foretold."""
    known = Terminals(terminals, world.desk, world.credentials)
    answer = await verbs(lambda: terminals, known.station, MemoryStore)["explain"](arguments)
    foretold = answer["foretold"]
    assert isinstance(foretold, Foretold)
    return foretold


async def test_it_is_the_first_terminal_unless_another_is_named(world: World) -> None:
    first = await asked(world, line=LINE)
    assert (first.terminal, first.agency) == ("kiosk-1", "MAIN")
    second = await asked(world, line=LINE.replace("|", "^"), terminal="kiosk-2")
    assert (second.terminal, second.agency) == ("kiosk-2", "EAST")
    assert first.screen != second.screen
    assert "^" in second.answer


async def test_a_line_may_have_a_delimiter_of_its_own(world: World) -> None:
    told = await asked(world, line=LINE, terminal="kiosk-2", delimiter="|")
    assert "AAP1^ABI4^" in told.answer


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"line": "9900802.00"}, "99 is not explained"),
        ({"line": LINE, "terminal": "kiosk-3"}, "no terminal kiosk-3. Did you mean kiosk-[12]"),
        ({"line": LINE, "terminal": "x"}, "no terminal x. There are: kiosk-1, kiosk-2."),
        ({"line": LINE, "delimiter": "||"}, "delimiter"),
        ({}, "line"),
    ],
)
async def test_what_cannot_be_explained_is_refused_in_a_sentence(
    world: World, arguments: dict[str, Any], why: str
) -> None:
    with pytest.raises(VerbRefused, match=why):
        await asked(world, **arguments)


async def test_without_a_terminal_it_says_what_to_do(world: World) -> None:
    with pytest.raises(VerbRefused, match=r"add a \[\[terminal\]\] and circdesk reload"):
        await asked(world, terminals=(), line=LINE)
