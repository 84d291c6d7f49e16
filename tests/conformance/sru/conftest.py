"""A tiny end point to be judged, over a tiny library whose loans it shows; each on a port of its own."""

from collections.abc import Awaitable, Callable

import pytest

from conformance.case import Case
from conformance.runner import Findings, run
from conformance.target import Sru, Target
from tests.conformance.tiny import TinyLibrary, serving
from tests.conformance.tiny_sru import TinyEndpoint, searching

DEADLINE = 5.0
Judge = Callable[..., Awaitable[Findings]]


@pytest.fixture
def judge() -> Judge:
    """Play cases against a tiny end point with one fault, or none."""

    async def judged(
        fault: str, cases: tuple[Case, ...], known: dict[str, str] | None = None, **lacks: str
    ) -> Findings:
        library = TinyLibrary()
        async with serving(library) as port, searching(TinyEndpoint(fault, library.loans)) as url:
            target = Target(
                host="127.0.0.1",
                port=port,
                user="kiosk",
                password="secret",
                institution="TINY",
                pin="1234",
                patrons=tuple(f"P{number:03}" for number in range(1, 101)),
                items=tuple(f"I{number:03}" for number in range(1, 201)),
                sru=Sru(url=url, **lacks),
            )
            return await run(cases, target, deadline=DEADLINE, known=known)

    return judged
