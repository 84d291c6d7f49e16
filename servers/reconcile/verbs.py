"""What can be asked of a server about its reconciliation work list, through the control socket.

The rule it keeps: whoever is told that something is settled may rely on it, so each answer waits for the
store; and settling much never crowds out the machines, for there is one unit of work of it at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from core.desk import Actor, CirculationDesk
from core.model.records import Discrepancy, DiscrepancyId
from servers.configuration.settings import Terminal
from servers.control.arguments import taken
from servers.control.kept import done
from servers.control.socket import Verb, VerbRefused
from servers.reconcile.work_list import details, line


class WhichLines(Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `discrepancies`: the settled ones, too?"""

    all: bool = False


class OneLine(Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `discrepancy`."""

    number: int


class ToSettle(Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `settle`: which, what was done about them, and who did it."""

    numbers: tuple[int, ...]
    note: str
    by: str


def verbs(desk: CirculationDesk, terminals: Callable[[], Sequence[Terminal]]) -> Mapping[str, Verb]:
    """`discrepancies`, `discrepancy` and `settle`."""

    async def discrepancies(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = taken(arguments, WhichLines)
        lines = [line(noted, desk) for noted in desk.discrepancies(open_only=not wanted.all)]
        return {"lines": lines}

    async def discrepancy(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        noted = _found(taken(arguments, OneLine).number, desk)
        serves = {terminal.name: terminal.serves for terminal in terminals()}
        return {"found": details(noted, desk, serves.get(noted.terminal, ()))}

    async def settle(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = taken(arguments, ToSettle)
        found = [_found(number, desk) for number in wanted.numbers]
        settled = []
        for noted in found:
            actor = Actor(wanted.by, noted.agency)
            if await done(desk.settle_discrepancy(actor, noted.id, wanted.note)):
                settled.append(noted.id)
        return {"settled": settled, "before": [noted.id for noted in found if noted.id not in settled]}

    return {"discrepancies": discrepancies, "discrepancy": discrepancy, "settle": settle}


def _found(number: int, desk: CirculationDesk) -> Discrepancy:
    noted = desk.library.discrepancies.get(DiscrepancyId(number))
    if noted is None:
        raise VerbRefused(f"The work list has no number {number}; circdesk reconcile --all shows all of it.")
    return noted
