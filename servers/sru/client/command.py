"""`circdesk search`: ask a catalogue over SRU, any server's, and read what it says.

Without a target it asks the demonstration that is running (`./run`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct
from rich.console import Console

from protocols.cql.errors import CqlError
from protocols.cql.parser import parse
from protocols.cql.writing import Line, outline, write_clause
from protocols.sru.dialects import Operation, Version
from servers.calling import ClientProblem
from servers.sru.client.destination import add_destination_arguments, target_of
from servers.sru.client.exchange import Answer, ask
from servers.sru.client.reading import (
    Explained,
    Found,
    Part,
    Scanned,
    Searched,
    Told,
    read_explain,
    read_scan,
    read_search,
)
from servers.sru.client.showing import show_indexes, show_outline, show_records, show_scan, show_told
from servers.sru.client.summaries import Summary, summary
from servers.sru.searching import ANALYSIS

FOUND, NOTHING, MISTYPED, UNREACHED = 0, 1, 2, 3
"""Exit status."""

EXAMPLES: Final = """\
examples, while ./run is running in another terminal:
  circdesk search austen
  circdesk search 'alma.title all "pride prejudice"'
  circdesk search 'alma.creator = austen not alma.title = emma' --sort alma.main_pub_date/sort.descending
  circdesk search 'alma.title = emma' --schema isohold
  circdesk search 'alma.title = pride and alma.creator = austen' --explain
  circdesk search --scan 'alma.title = pr' --count 10
  circdesk search --indexes
  circdesk search 'alma.title = emma' --alma --xml
  circdesk search 'alma.title = "pri*"' --count 2 --start 2 --json

exit status: 0 something is found, 1 nothing or a diagnostic, 2 typed wrongly, 3 no answer to be had"""


class Mistyped(Exception):
    """What was typed cannot be asked; the sentence says why."""


class Page(Struct, frozen=True, omit_defaults=True):
    """A page of hits, as `--json` tells it."""

    target: str
    query: str
    milliseconds: float
    hits: int | None
    records: tuple[Summary | Told, ...] = ()
    next: int | None = None
    diagnostics: tuple[Told, ...] = ()
    analysis: tuple[Part, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk search`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EXAMPLES
    parser.add_argument("query", nargs="?", metavar="CQL", help="what is sought, as in the examples below")
    parser.add_argument("--scan", metavar="CQL", help="list an index around a term, as alma.title = emma")
    parser.add_argument("--indexes", action="store_true", help="list what can be searched, and how")
    what = parser.add_argument_group("which records, and how they come")
    what.add_argument("--start", type=_whole, metavar="N", help="the place of the first record")
    what.add_argument("--count", type=_whole, metavar="N", help="records or terms (default: the server's)")
    what.add_argument(
        "--sort", action="append", default=[], metavar="KEY", help="as alma.title, behind sortBy"
    )
    what.add_argument("--schema", metavar="NAME", help="marcxml, dc, mods, isohold, avail …")
    how = parser.add_argument_group("how it is shown")
    how.add_argument(
        "--explain", action="store_true", help="the query as a tree, hits of each part, and time"
    )
    how.add_argument("--json", action="store_true", help="all of it for programs")
    how.add_argument("--xml", action="store_true", help="the bytes of the answer")
    add_destination_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Ask; the exit status is told at the end of `--help`."""
    try:
        asking = _Asking(args)
        return asking.act()
    except Mistyped as problem:
        print(f"circdesk search: {problem}.", file=sys.stderr)
        return MISTYPED
    except ClientProblem as problem:
        print(f"circdesk search: {problem}.", file=sys.stderr)
        return UNREACHED


class _Asking:
    """One thing that was typed, asked and shown."""

    def __init__(self, args: argparse.Namespace) -> None:
        acts = (
            (self._search, args.query is not None),
            (self._scan, args.scan is not None),
            (self._indexes, args.indexes),
        )
        chosen = [act for act, is_so in acts if is_so]
        if len(chosen) != 1:
            raise Mistyped("give a query, or --scan CQL, or --indexes; --help has examples")
        self.act: Final = chosen[0]
        self._args = args
        self._target = target_of(args)
        self._console = Console(highlight=False)

    def _search(self) -> int:
        args, first = self._args, self._args.start or 1
        query = " ".join([args.query, *(["sortBy", *args.sort] if args.sort else [])])
        wanted = {
            "query": query,
            "startRecord": _written(args.start),
            "maximumRecords": _written(args.count),
            "recordSchema": args.schema or "",
            ANALYSIS: "1" if args.explain and self._target.version is Version.V2_0 else "",
        }
        answer = self._ask(Operation.SEARCH_RETRIEVE, wanted)
        found = read_search(answer.body)
        if args.xml:
            _print_bytes(answer.body)
        elif args.json:
            _print_json(self._page(query, answer, found))
        else:
            self._show(query, answer, found, first)
        return FOUND if found.hits else NOTHING

    def _page(self, query: str, answer: Answer, found: Searched) -> Page:
        return Page(
            target=str(self._target),
            query=query,
            milliseconds=round(answer.milliseconds, 1),
            hits=found.hits,
            records=tuple(map(_record, found.records)),
            next=found.next,
            diagnostics=found.told,
            analysis=found.analysis,
        )

    def _show(self, query: str, answer: Answer, found: Searched, first: int) -> None:
        console = self._console
        if self._args.explain:
            show_outline(list(self._explained(query, found)), console)
            console.print()
        show_told(found.told, query, console)
        if found.hits is None:
            return
        last = first + len(found.records) - 1
        shown = f", {first:,} to {last:,}" if found.records else ""
        counted = f"{found.hits:,} record{'' if found.hits == 1 else 's'}"
        console.print(f"{counted}{shown}, in {answer.milliseconds:.0f} ms", style="dim", soft_wrap=True)
        show_records([_record(one) for one in found.records], first, console)
        if found.next is not None and found.records:
            console.print(f"--start {found.next} goes on", style="dim")
        if not found.hits and found.analysis and not self._args.explain:
            show_outline(_counted(_outline(query), found), console)

    def _explained(self, query: str, found: Searched) -> Iterator[tuple[str, int | None]]:
        """The outline with the hits of each clause: as the server tells them, or as each alone is asked."""
        lines = _outline(query)
        if found.analysis or len(lines) < 2:
            yield from _counted(lines, found)
            return
        for number, line in enumerate(lines):
            count = found.hits if not number else None
            yield (
                _indented(line),
                count if line.clause is None else self._hits_alone(write_clause(line.clause)),
            )

    def _hits_alone(self, clause: str) -> int | None:
        answer = self._ask(Operation.SEARCH_RETRIEVE, {"query": clause, "maximumRecords": "1"})
        return read_search(answer.body).hits

    def _scan(self) -> int:
        args = self._args
        wanted = {
            "scanClause": args.scan,
            "responsePosition": _written(args.start),
            "maximumTerms": _written(args.count),
        }
        answer = self._ask(Operation.SCAN, wanted)
        scanned = read_scan(answer.body)
        if args.xml:
            _print_bytes(answer.body)
        elif args.json:
            _print_json(scanned)
        else:
            show_told(scanned.told, args.scan, self._console)
            show_scan(scanned, self._console)
        return FOUND if scanned.terms else NOTHING

    def _indexes(self) -> int:
        answer = self._ask(Operation.EXPLAIN, {})
        explained = read_explain(answer.body)
        if self._args.xml:
            _print_bytes(answer.body)
        elif self._args.json:
            _print_json(explained)
        else:
            show_told(explained.told, "", self._console)
            show_indexes(explained, self._console)
        return FOUND if explained.indexes else NOTHING

    def _ask(self, operation: Operation, wanted: Mapping[str, str]) -> Answer:
        said = {name: value for name, value in wanted.items() if value}
        return ask(self._target, operation, said, self._args.timeout)


def _record(found: Found) -> Summary | Told:
    if found.told is not None:
        return found.told
    return Summary(number=found.identifier) if found.data is None else summary(found.data, found.identifier)


def _outline(query: str) -> tuple[Line, ...]:
    """Nothing where we cannot read it ourselves: the server has the say."""
    try:
        return outline(parse(query))
    except CqlError:
        return ()


def _indented(line: Line) -> str:
    return "  " * line.depth + line.text


def _counted(lines: Sequence[Line], found: Searched) -> list[tuple[str, int | None]]:
    """Each line with its hits. An analysis has the whole first, where that is no clause itself, then the
    clauses in their order.
    """
    clauses = [line for line in lines if line.clause is not None]
    counts = [part.count for part in found.analysis][-len(clauses) :] if clauses else []
    if len(counts) != len(clauses):
        counts = [found.hits or 0] if len(lines) == 1 else []
    alone = iter(counts)
    return [
        (_indented(line), next(alone, None) if line.clause is not None else None if number else found.hits)
        for number, line in enumerate(lines)
    ]


def _print_bytes(body: bytes) -> None:
    print(body.decode("utf-8", "replace"))


def _print_json(what: Page | Scanned | Explained) -> None:
    print(msgspec.json.format(msgspec.json.encode(what)).decode())


def _written(number: int | None) -> str:
    return "" if number is None else str(number)


def _whole(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)
