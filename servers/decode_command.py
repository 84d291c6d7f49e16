"""`circdesk decode`: pasted messages, field by field; what is wrong with them.

The rule it keeps: what a message is, its content tells, by a table with a row for each protocol; and no
secret is shown, though it was pasted.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from protocols.sip2.codec import Wire
from protocols.sip2.decoding import Decoded, Verdict, decode
from protocols.sip2.errors import LocalError
from protocols.sip2.messages import DECLARATIONS, Direction
from protocols.z3950.apdus import Apdu
from servers.cql_decode import explain_cql
from servers.ncip.client.pasted import Passage, passages
from servers.ncip.client.showing import show_passage
from servers.z3950 import decoding

_PLAIN_WIDTH: Final = 100
"""Columns where there is no terminal."""


class Manner(NamedTuple):
    """How a message is to be read and shown."""

    wire: Wire
    plain: bool
    console: Console


Show = Callable[[Manner], bool]
"""Shows a message, and returns whether it could be read."""


class Language(NamedTuple):
    """A protocol: what shows the messages of it that stand in a text."""

    name: str
    spoken_in: Callable[[str], Iterator[Show]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk decode`."""
    parser.epilog = (
        "SIP2 is read line by line; Z39.50 is APDUs in hex, as of tcpdump or hexdump. "
        "NCIP may stand anywhere in what is given, over many lines, within "
        "a request or a curl command, or escaped as in JSON, XML, a URL or a shell. What a log has put "
        "before and behind a message does not matter. Exit status: 0 if all could be read, 1 if not. Put "
        "messages in single quotes, for | and * mean something to a shell, or give them on standard input: "
        "circdesk decode < message.xml. With --cql each line is a query: it is shown clause by clause and as "
        "XCQL, or with what is wrong and a caret under the place: "
        "circdesk decode --cql 'title any \"cat hat\" and date > 1990'"
    )
    parser.add_argument(
        "texts",
        nargs="*",
        metavar="TEXT",
        help="SIP2 lines, or NCIP, or hex of Z39.50, or queries (default: standard input)",
    )
    parser.add_argument("--cql", action="store_true", help="these are queries in CQL: anything could be one")
    parser.add_argument("--charset", default="utf-8", metavar="NAME", help="of SIP2 (default: utf-8)")
    parser.add_argument(
        "--delimiter", default="|", metavar="C", help="what ends a field of SIP2 (default: |)"
    )
    parser.add_argument(
        "--plain", action="store_true", help="messages tab-separated, one field a line, for programs"
    )


def run(args: argparse.Namespace) -> int:
    """Show every message; 0 if all could be read, 1 if not, 2 if the options cannot be."""
    try:
        wire = Wire(charset=args.charset, delimiter=args.delimiter)
    except LocalError as error:
        print(f"circdesk decode: {error}.", file=sys.stderr)
        return 2
    console = (
        Console(highlight=False) if sys.stdout.isatty() else Console(width=_PLAIN_WIDTH, highlight=False)
    )
    manner = Manner(wire, args.plain, console)
    spoken_in = _cql_in if args.cql else _messages
    shown = [show(manner) for text in args.texts or [sys.stdin.read()] for show in spoken_in(text)]
    if not shown:
        what = "query" if args.cql else "message"
        print(f"circdesk decode: there is no {what} to read.", file=sys.stderr)
    return 0 if shown and all(shown) else 1


def _messages(text: str) -> Iterator[Show]:
    """What shows the messages of the first language that knows any; each line that none knows is one too."""
    for language in LANGUAGES:
        if found := list(language.spoken_in(text)):
            yield from found
            return
    for _ in _lines(text):
        yield _not_known


def _lines(text: str) -> Iterator[str]:
    """The lines with something in them. One with # before it is a comment, as in recordings."""
    return (line for line in text.split("\n") if line.strip() and not line.startswith("#"))


def _not_known(manner: Manner) -> bool:
    names = " and ".join(language.name for language in LANGUAGES)
    manner.console.print(f"This is no message of a protocol that is known here: {names}.", soft_wrap=True)
    return False


def _ncip_in(text: str) -> Iterator[Show]:
    """The messages anywhere in the text."""
    return (partial(_show_ncip, passage) for passage in passages(text))


def _show_ncip(passage: Passage, manner: Manner) -> bool:
    return show_passage(passage, manner.console, plain=manner.plain)


def _cql_in(text: str) -> Iterator[Show]:
    """Every line is a query."""
    return (partial(_show_cql, line) for line in text.split("\n") if line.strip())


def _show_cql(query: str, manner: Manner) -> bool:
    explained = explain_cql(query)
    manner.console.print(Text(f"{explained.text}\n"), soft_wrap=True)
    return explained.is_read


def _z3950_in(text: str) -> Iterator[Show]:
    """The APDUs in hex anywhere in the text."""
    return (partial(_show_z3950, apdu) for apdu in decoding.apdus(text))


def _show_z3950(apdu: Apdu, manner: Manner) -> bool:
    lines = decoding.shown(apdu)
    if manner.plain:
        print(f"message\t{type(apdu).__name__}")
        for line in lines:
            print(f"field\t{'  ' * line.depth}{line.name}\t{line.value}".rstrip("\t"))
        return True
    manner.console.print(Text(f"Z39.50 {type(apdu).__name__}", "bold"), soft_wrap=True)
    for line in lines:
        text = Text.assemble(
            "  " * (line.depth + 1), (line.name, "cyan"), f"  {line.value}" if line.value else ""
        )
        manner.console.print(text, soft_wrap=True)
    manner.console.print()
    return True


_SIP2: Final = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(DECLARATIONS)})")


def _sip2_in(text: str) -> Iterator[Show]:
    """The lines, if any of them has the code of a message at the beginning of something."""
    if _SIP2.search(text) is None:
        return iter(())
    return (partial(_show_sip2, line) if _SIP2.search(line) else _not_known for line in _lines(text))


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

LANGUAGES: Final = (Language("NCIP", _ncip_in), Language("Z39.50", _z3950_in), Language("SIP2", _sip2_in))
"""Every protocol whose messages are known by what is in them; the first that knows a text shows it."""
