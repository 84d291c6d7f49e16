"""What a replay came to, as one would put it into an e-mail: the sum, then each answer that differs.

The rule it keeps: it is plain text of a fixed width, says what was not compared, and shows no secret.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from protocols.sip2.codec import Wire
from protocols.sip2.decoding import decode
from servers.sip2.masking import masked
from servers.sip2.recording import written
from servers.sip2.replay.comparing import Difference, Kind, title
from servers.sip2.replay.playing import Played

WIDTH = 100
"""Columns of the report, on any console."""


class Compared(Struct, frozen=True):
    """An exchange that was played, and how its answers differ."""

    played: Played
    differences: Sequence[Difference]


def report(
    compared: Sequence[Compared],
    source: str,
    server: str,
    ignored: Collection[str],
    wire: Wire,
    console: Console,
) -> None:
    """Print everything."""
    different = [each for each in compared if each.differences]
    terminals = len({each.played.exchange.terminal for each in compared})
    _line(console, f"SIP2 replay of {source} against {server}")
    _line(
        console, f"{_count(len(compared), 'request')} of {_count(terminals, 'terminal')}, one after another"
    )
    _line(console, f"{len(compared) - len(different)} answered as recorded, {len(different)} otherwise")
    _line(console, f"not compared: AY, AZ, {', '.join(sorted(ignored))}")
    if not different:
        return
    console.print()
    console.print(_kinds(different))
    for each in different:
        _show(each, wire, console)


def _kinds(different: Sequence[Compared]) -> Table:
    """How often each kind of difference was found in each field."""
    counted = Counter((found.kind, found.field) for each in different for found in each.differences)
    table = Table("answers", "difference", "field", box=None, padding=(0, 3, 0, 0), header_style="bold")
    for (kind, field), times in sorted(counted.items(), key=lambda entry: (-entry[1], entry[0])):
        table.add_row(str(times), kind.value, Text(field))
    return table


def _show(each: Compared, wire: Wire, console: Console) -> None:
    exchange = each.played.exchange
    when = f", recorded {exchange.when.isoformat(' ', 'seconds')}" if exchange.when else ""
    console.print()
    _line(
        console,
        f"{exchange.number}. {title(decode(exchange.request, wire))}, {exchange.terminal}{when}",
        "bold",
    )
    _line(console, f"   {written(masked(exchange.request))}")
    if each.played.problem:
        _line(console, f"   {each.played.problem}")
    table = Table("", "field", "recorded", "now", box=None, padding=(0, 2, 0, 1), header_style="dim")
    for found in each.differences:
        table.add_row(_MARKS[found.kind], Text(found.field), _value(found.recorded), _value(found.now))
    console.print(table)


_MARKS = {
    Kind.NO_ANSWER: "-",
    Kind.UNEXPECTED: "+",
    Kind.MESSAGE: "!",
    Kind.VALUE: "!",
    Kind.MISSING: "-",
    Kind.MORE: "+",
}
"""As in a diff: gone, new, changed."""


def _value(text: str) -> Text:
    return Text(text, overflow="fold")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style), soft_wrap=True)
