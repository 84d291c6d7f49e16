"""What can be asked of a server through the control socket about a request: what it would lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from core.ports import Store
from protocols.sip2.errors import LocalError
from servers.configuration.settings import Terminal
from servers.control.arguments import taken
from servers.control.socket import Verb, VerbRefused
from servers.sip2.dry_run.foretelling import NotExplained, foretold, request_in
from servers.sip2.station import Station
from servers.sip2.terminals import wire


class ToExplain(Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `explain`: a line, and the terminal that sends it, the first if none is named.
    ``delimiter`` is what ends a field in the line, if that is not the terminal's own.
    """

    line: str
    terminal: str = ""
    delimiter: str = ""


def verbs(
    terminals: Callable[[], Sequence[Terminal]],
    station: Callable[[Terminal], Station],
    empty_store: Callable[[], Store],
) -> Mapping[str, Verb]:
    """`explain`."""

    async def explain(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = taken(arguments, ToExplain)
        terminal = _named(asked.terminal, terminals())
        written = wire(terminal)
        try:
            request = request_in(asked.line, replace(written, delimiter=asked.delimiter or written.delimiter))
        except (NotExplained, LocalError) as problem:
            raise VerbRefused(str(problem)) from problem
        return {"foretold": await foretold(request, station(terminal), empty_store())}

    return {"explain": explain}


def _named(name: str, terminals: Sequence[Terminal]) -> Terminal:
    if not terminals:
        raise VerbRefused("The configuration has no terminal; add a [[terminal]] and circdesk reload.")
    if not name:
        return terminals[0]
    names = [terminal.name for terminal in terminals]
    if name in names:
        return terminals[names.index(name)]
    like = get_close_matches(name, names, n=1)
    there_are = f"Did you mean {like[0]}?" if like else f"There are: {', '.join(names)}."
    raise VerbRefused(f"There is no terminal {name}. {there_are}")
