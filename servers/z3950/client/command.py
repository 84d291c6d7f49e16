"""`circdesk z3950`: search any target over Z39.50, and read what it says.

Without a target it asks the demonstration that is running (`./run`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.text import Text

from protocols.z3950 import pqf
from protocols.z3950.apdus import (
    CaseSensitivity,
    ListEntries,
    MultipleDiagnostics,
    NamePlusRecord,
    ScanRequest,
    SearchResponse,
    SortAttributes,
    SortKeySpec,
    SortRelation,
    SortRequest,
    SortStatus,
    TermInfo,
)
from protocols.z3950.charset import Charset
from protocols.z3950.charset import named as charset_named
from protocols.z3950.errors import RemoteError
from protocols.z3950.externals import SearchInfoReport, TermExpression, cql_query, opened
from protocols.z3950.oids import BIB_1, OPAC, Oid
from protocols.z3950.pqf import PqfError
from protocols.z3950.rpn import Query, attribute
from protocols.z3950.structures import AttributesPlusTerm, DefaultDiagFormat, DiagRec, External
from servers.calling import ClientProblem
from servers.sru.client.reading import Scanned, Term, Told
from servers.sru.client.showing import show_outline, show_records, show_scan, show_told
from servers.sru.client.summaries import Summary
from servers.z3950.client.destination import Target, add_destination_arguments, target_of
from servers.z3950.client.origin import SET, Caller, associated, present, search
from servers.z3950.client.records import SYNTAXES, lines, summed_up, told

FOUND, NOTHING, MISTYPED, UNREACHED = 0, 1, 2, 3
"""Exit status."""

EXAMPLES: Final = """\
examples, while ./run is running in another terminal:
  circdesk z3950 '@attr 1=4 pride'                  title (use attribute 4)
  circdesk z3950 '@and @attr 1=1003 austen @attr 1=4 emma' --opac
  circdesk z3950 '@attr 1=4 @attr 5=1 pri' --count 2 --start 2 --marc
  circdesk z3950 --cql 'title = emma' --syntax xml --elements dc --marc
  circdesk z3950 --scan '@attr 1=1003 @attr 4=1 aus'
  circdesk z3950 '@attr 1=1003 austen' --sort 31 --descending
  circdesk z3950 '@attr 1=7 0253333490' --target lx2.loc.gov:210/LCDB

exit status: 0 something is found, 1 nothing or a diagnostic, 2 typed wrongly, 3 no answer to be had"""

_TERMS: Final = 20


class Mistyped(Exception):
    """What was typed cannot be asked; the sentence says why."""


class Page(Struct, frozen=True, omit_defaults=True):
    """A page of hits, as `--json` tells it."""

    target: str
    query: str
    milliseconds: float
    hits: int
    records: tuple[Summary | Told, ...] = ()
    diagnostics: tuple[Told, ...] = ()
    counts: dict[str, int] = {}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk z3950`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EXAMPLES
    parser.add_argument("query", nargs="?", metavar="QUERY", help="what is sought, in PQF")
    parser.add_argument("--cql", action="store_true", help="the query is CQL (type 104)")
    parser.add_argument("--scan", metavar="PQF", help="list an index around a term, as '@attr 1=4 emma'")
    what = parser.add_argument_group("which records, and how they come")
    what.add_argument("--start", type=_whole, default=1, metavar="N", help="the place of the first record")
    what.add_argument(
        "--count", type=_whole, metavar="N", help="records (default: 10) or terms (default: 20)"
    )
    what.add_argument("--sort", type=_whole, metavar="USE", help="the use attribute to sort by, as 4")
    what.add_argument("--descending", action="store_true", help="sort the other way round")
    what.add_argument("--opac", action="store_true", help="with holdings: what is on the shelf now")
    what.add_argument("--syntax", choices=tuple(SYNTAXES), default="usmarc", help="(default: %(default)s)")
    what.add_argument("--elements", default="F", metavar="NAME", help="F, B, or a schema of XML")
    what.add_argument("--charset", metavar="NAME", help="agree on one: utf-8, marc-8, iso-8859-1")
    how = parser.add_argument_group("how it is shown")
    how.add_argument("--marc", action="store_true", help="records whole, as they came")
    how.add_argument("--json", action="store_true", help="all of it for programs")
    how.add_argument("--trace", action="store_true", help="every APDU in hex, for circdesk decode")
    add_destination_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Ask; the exit status is told at the end of `--help`."""
    try:
        if (args.query is None) == (args.scan is None):
            raise Mistyped("give a query, or --scan PQF; --help has examples")
        return _Asking(args).act()
    except Mistyped as problem:
        print(f"circdesk z3950: {problem}.", file=sys.stderr)
        return MISTYPED
    except ClientProblem as problem:
        print(f"circdesk z3950: {problem}.", file=sys.stderr)
        return UNREACHED


class _Asking:
    """One thing that was typed, asked and shown."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self._query = _query(args.query, is_cql=args.cql) if args.query is not None else None
        self._start = _start_of_scan(args.scan) if args.scan is not None else None
        self._charset = _charset(args.charset)
        self._target: Target = target_of(args)
        self._console = Console(highlight=False)

    def act(self) -> int:
        """Ask it, and show the answer."""
        args = self._args
        with associated(self._target, args.timeout, self._charset, _trace if args.trace else None) as caller:
            if self._start is not None:
                return self._scan(caller, self._start)
            assert self._query is not None
            return self._search(caller, self._query)

    def _search(self, caller: Caller, query: Query) -> int:
        answer = caller.search(search(query, self._target.database))
        milliseconds, problems = caller.milliseconds, _problems(answer.records)
        records: tuple[NamePlusRecord, ...] = ()
        if answer.search_status and answer.result_count and self._args.sort is not None and not problems:
            problems = self._sorted(caller)
        if answer.search_status and self._args.start <= answer.result_count and not problems:
            records, problems = self._records(caller, answer.result_count)
        page = Page(
            str(self._target),
            self._args.query,
            round(milliseconds, 1),
            answer.result_count,
            tuple([summed_up(record, caller.charset) for record in records]),
            tuple(map(told, problems)),
            _counts(answer, caller.charset),
        )
        if self._args.json:
            print(msgspec.json.format(msgspec.json.encode(page)).decode())
        else:
            self._show(page, records, caller.charset)
        return FOUND if page.hits and not page.diagnostics else NOTHING

    def _sorted(self, caller: Caller) -> Sequence[DiagRec]:
        way = SortRelation.DESCENDING if self._args.descending else SortRelation.ASCENDING
        key = SortKeySpec(
            sort_element=SortAttributes(BIB_1, (attribute(1, self._args.sort),)),
            sort_relation=way,
            case_sensitivity=CaseSensitivity.INSENSITIVE,
        )
        answer = caller.sort(
            SortRequest(input_result_set_names=(SET,), sorted_result_set_name=SET, sort_sequence=(key,))
        )
        return (answer.diagnostics or ()) if answer.sort_status != SortStatus.SUCCESS else ()

    def _records(self, caller: Caller, hits: int) -> tuple[tuple[NamePlusRecord, ...], Sequence[DiagRec]]:
        args = self._args
        number = min(args.count or 10, hits - args.start + 1)
        answer = caller.present(present(self._syntax(), args.start, number, args.elements))
        records = answer.records
        return (records if isinstance(records, tuple) else ()), _problems(records)

    def _syntax(self) -> Oid:
        return OPAC if self._args.opac else SYNTAXES[self._args.syntax]

    def _show(self, page: Page, records: Sequence[NamePlusRecord], charset: Charset) -> None:
        console, start = self._console, self._args.start
        show_told(page.diagnostics, "", console)
        shown = f", {start:,} to {start + len(records) - 1:,}" if records else ""
        counted = f"{page.hits:,} record{'' if page.hits == 1 else 's'}"
        console.print(f"{counted}{shown}, in {page.milliseconds:.0f} ms", style="dim", soft_wrap=True)
        if len(page.counts) > 1:
            show_outline([(term, count) for term, count in page.counts.items()], console)
        if not self._args.marc:
            show_records(page.records, start, console)
            return
        for record in records:
            for line in lines(record, charset):
                console.print(Text(line), soft_wrap=True)
            console.print()

    def _scan(self, caller: Caller, start: AttributesPlusTerm) -> int:
        answer = caller.scan(
            ScanRequest(
                database_names=(self._target.database,),
                attribute_set=BIB_1,
                term_list_and_start_point=start,
                number_of_terms_requested=self._args.count or _TERMS,
                preferred_position_in_response=1,
            )
        )
        entries = answer.entries or ListEntries()
        terms = [
            Term(
                _term(entry, caller.charset),
                "" if entry.global_occurrences is None else str(entry.global_occurrences),
            )
            for entry in entries.entries or ()
            if isinstance(entry, TermInfo)
        ]
        scanned = Scanned(tuple(terms), tuple(map(told, entries.nonsurrogate_diagnostics or ())))
        if self._args.json:
            print(msgspec.json.format(msgspec.json.encode(scanned)).decode())
        else:
            show_told(scanned.told, "", self._console)
            show_scan(scanned, self._console)
        return FOUND if scanned.terms else NOTHING


def _query(text: str, *, is_cql: bool) -> Query:
    if is_cql:
        return cql_query(text)
    try:
        return pqf.parse(text)
    except PqfError as error:
        raise Mistyped(f"{text!r} is no PQF: {error}; with --cql it is CQL") from error


def _start_of_scan(text: str) -> AttributesPlusTerm:
    try:
        nodes = pqf.parse(text).rpn
    except PqfError as error:
        raise Mistyped(f"{text!r} is no PQF: {error}") from error
    if len(nodes) != 1 or not isinstance(nodes[0], AttributesPlusTerm):
        raise Mistyped(f"{text!r} is no place in an index: attributes and one term are, as '@attr 1=4 emma'")
    return nodes[0]


def _charset(name: str | None) -> Charset | None:
    if name is None:
        return None
    found = charset_named(name)
    if found is None:
        raise Mistyped(f"there is no character set {name!r}: utf-8, marc-8 and iso-8859-1 are")
    return found


def _problems(records: object) -> Sequence[DiagRec]:
    match records:
        case DefaultDiagFormat():
            return (records,)
        case MultipleDiagnostics(diagnostics=several):
            return several
        case _:
            return ()


def _counts(answer: SearchResponse, charset: Charset) -> dict[str, int]:
    """How many records each term finds, where the target tells (searchResult-1)."""
    for item in answer.additional_search_info or ():
        if isinstance(item.information, External):
            try:
                report = opened(item.information, charset)
            except RemoteError:
                continue
            if isinstance(report, SearchInfoReport):
                return {
                    _text(part.subquery_expression.query_term, charset): part.subquery_count
                    for part in report.subqueries
                    if isinstance(part.subquery_expression, TermExpression)
                    and part.subquery_count is not None
                }
    return {}


def _term(entry: TermInfo, charset: Charset) -> str:
    return entry.display_term or _text(entry.term, charset)


def _text(term: object, charset: Charset) -> str:
    return charset.decode(term) if isinstance(term, bytes) else str(term)


def _trace(way: str, data: bytes) -> None:
    print(f"{way} {data.hex(' ')}", file=sys.stderr)


def _whole(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)
