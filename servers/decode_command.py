"""`circdesk decode`: a pasted line, or several, field by field; its checksum; what is wrong with it.

The rule it keeps: what a line is, its content tells, by a table with a row for each protocol; and no secret
is shown, though it was pasted.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from protocols.sip2.codec import Wire
from protocols.sip2.decoding import Decoded, Verdict, decode
from protocols.sip2.errors import LocalError
from protocols.sip2.messages import DECLARATIONS, Direction

_PLAIN_WIDTH: Final = 100
"""Columns where there is no terminal."""


class Manner(NamedTuple):
    """How a line is to be read and shown."""

    wire: Wire
    plain: bool
    console: Console


class Language(NamedTuple):
    """A protocol: how its lines are known, and what shows one. That returns whether it could be read."""

    is_spoken: Callable[[str], bool]
    show: Callable[[str, Manner], bool]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk decode`."""
    parser.epilog = (
        "What a log has put before and behind a message does not matter. Exit status: 0 if every line could "
        "be read, 1 if not. Put lines in single quotes, for | and * mean something to a shell."
    )
    parser.add_argument(
        "lines", nargs="*", metavar="LINE", help="SIP2 messages (default: the lines of standard input)"
    )
    parser.add_argument("--charset", default="utf-8", metavar="NAME", help="(default: utf-8)")
    parser.add_argument("--delimiter", default="|", metavar="C", help="what ends a field (default: |)")
    parser.add_argument("--plain", action="store_true", help="tab-separated, one field a line, for programs")


def run(args: argparse.Namespace) -> int:
    """Show every line; 0 if all could be read, 1 if not, 2 if the options cannot be."""
    try:
        wire = Wire(charset=args.charset, delimiter=args.delimiter)
    except LocalError as error:
        print(f"circdesk decode: {error}.", file=sys.stderr)
        return 2
    console = (
        Console(highlight=False) if sys.stdout.isatty() else Console(width=_PLAIN_WIDTH, highlight=False)
    )
    manner = Manner(wire, args.plain, console)
    lines = args.lines or sys.stdin.read().split("\n")
    shown = [_show(line, manner) for line in lines if line.strip() and not line.startswith("#")]
    if not shown:
        print("circdesk decode: there is no line to read.", file=sys.stderr)
    return 0 if shown and all(shown) else 1


def _show(line: str, manner: Manner) -> bool:
    for language in LANGUAGES:
        if language.is_spoken(line):
            return language.show(line, manner)
    manner.console.print(
        "This is no message of a protocol that is known here, which is SIP2.", soft_wrap=True
    )
    return False


_SIP2: Final = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(DECLARATIONS)})")


def _is_sip2(line: str) -> bool:
    """Whether the code of a message stands at the beginning of something."""
    return _SIP2.search(line) is not None


def _show_sip2(line: str, manner: Manner) -> bool:
    decoded = decode(line, manner.wire)
    sentences = _sentences(decoded, is_masked=_MASKED_SUM in line)
    if manner.plain:
        _print_plain(decoded, sentences)
    else:
        _print_table(decoded, sentences, manner.console)
    return decoded.problem is None


def _print_table(decoded: Decoded, sentences: Iterable[str], console: Console) -> None:
    console.print(Text(_title(decoded), "bold"), soft_wrap=True)
    if decoded.fields:
        table = Table("id", "field", "value", "meaning")
        for field in decoded.fields:
            table.add_row(field.id, field.name, Text(field.raw, overflow="fold"), Text(field.meaning))
        console.print(table)
    for sentence in sentences:
        console.print(Text(sentence), soft_wrap=True)
    console.print()


def _print_plain(decoded: Decoded, sentences: Iterable[str]) -> None:
    """A line each for the message, its fields and its notes: what it is, id, name, value, meaning."""
    rows = [("message", decoded.code, decoded.name, _way(decoded), "")]
    rows += [("field", field.id, field.name, field.raw, field.meaning) for field in decoded.fields]
    rows += [("note", "", "", sentence, "") for sentence in sentences]
    for row in rows:
        print("\t".join(row).rstrip("\t"))


def _title(decoded: Decoded) -> str:
    return f"{decoded.code} {decoded.name}, {_way(decoded)}" if decoded.code else "No message"


def _way(decoded: Decoded) -> str:
    return "" if decoded.direction is None else _WAYS[decoded.direction]


_WAYS: Final = {
    Direction.TO_ACS: "terminal to library",
    Direction.TO_SC: "library to terminal",
}


_MASKED_SUM: Final = "AZ****"
"""How a recording hides the checksum of a message with secrets."""


def _sentences(decoded: Decoded, *, is_masked: bool) -> Iterable[str]:
    """What is to be said of a message as a whole."""
    if decoded.problem:
        yield decoded.problem
    if decoded.sequence is not None:
        yield f"Sequence number {decoded.sequence}."
    if is_masked:
        yield "Checksum was masked together with the secrets."
    else:
        yield _CHECKSUMS[decoded.checksum].format(decoded.expected_checksum)
    yield from decoded.defects


_CHECKSUMS: Final = {
    Verdict.RIGHT: "Checksum {} is right.",
    Verdict.WRONG: "Checksum is wrong: it should be {}.",
    Verdict.ABSENT: "No checksum; it would be {}.",
}

LANGUAGES: Final = (Language(_is_sip2, _show_sip2),)
"""Every protocol whose messages are known by what is in them; the first that knows a line shows it."""
