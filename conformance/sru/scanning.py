"""Scan: a list of terms, each of which finds as many records as the list says, at the place asked for."""

from collections.abc import Mapping, Sequence

from conformance.case import Case, Each, Fetch, Level, ResponseClaim, Scene, Step, fetch
from conformance.sru.claims import (
    LAYOUT,
    NO_TRACE,
    SCANNED,
    as_many_as,
    details,
    in_version,
    is_but,
    is_response,
    refused,
    warned,
)
from conformance.sru.explaining import lines
from conformance.sru.texts import scan, search, without
from conformance.wire.sru import Response

_SCAN = "SRU: scan"
_POSITION = "SRU: responsePosition; diagnostic 120"
_TRUE = "SRU: numberOfRecords of a term is what a search for it finds"
_START = "{scan_index} = a"
_OF_TERM = '{scan_index} = "{term}"'


def _case(
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    wanted = ("scan_index", *needs)
    return Case(id=f"scan.{name}", title=title, level=level, clause=clause, steps=steps, also_needs=wanted)


def _wrong(name: str, title: str, clause: str, *numbers: int, text: str = _START, **more: str) -> Case:
    """Return a case in which a scan is refused with one of these diagnostics."""
    return _case(
        name, title, clause, fetch(scan(text, **more), is_response(SCANNED), refused(*numbers), NO_TRACE)
    )


def _values(response: Response) -> list[str]:
    return [term.value for term in response.terms]


def _terms(scene: Scene) -> Sequence[Mapping[str, str]]:
    """Every term of the list that was scanned, with its count, but for those that have to be escaped."""
    return [
        {"term": term.value, "term_hits": str(term.count)}
        for term in scene.found["list"].terms
        if term.count is not None and not set(term.value) & set('"\\*?^')
    ]


def _at(place: int, words: str) -> ResponseClaim:
    """The term asked for is at a place of the list; or before it, where the list has no more there."""
    return ResponseClaim(
        words, lambda response, scene: _values(response)[place : place + 1] == [scene.names["term"]]
    )


def _follows(response: Response, scene: Scene) -> bool:
    """Whether the list goes on where the first one ended."""
    before = _values(scene.found["list"])
    now = _values(response)
    return now[:1] == before[-1:] and not set(now[1:]) & set(before)


def _told(response: Response) -> str | None:
    """Return a term from the middle of a list, to be asked for."""
    values = [value for value in _values(response) if value and not set(value) & set('"\\*?^')]
    return values[len(values) // 2] if values else None


def _last(response: Response) -> str | None:
    return _values(response)[-1] if response.terms else None


_LIST: Fetch = fetch(scan(_START, maximumTerms="15"), is_response(SCANNED), name="list")
_MIDDLE: Fetch = fetch(scan(_START, maximumTerms="9"), is_response(SCANNED), keep={"term": _told})
_SOME = is_but("terms, and no diagnostic", lambda found: bool(found.terms) and not found.diagnostics)

CASES = (
    _case(
        "list",
        "a list of terms is told, with what each would find",
        _SCAN,
        fetch(
            scan(_START),
            is_response(SCANNED),
            _SOME,
            is_but(
                "a value and a count in each term",
                lambda found: all(
                    term.value and term.count is not None and term.count > 0 for term in found.terms
                ),
            ),
        ),
    ),
    _case(
        "layout",
        "every element is where the schema has it",
        f"{_SCAN}: scanResponse",
        fetch(scan(_START), is_response(SCANNED), LAYOUT),
    ),
    _case(
        "counts",
        "each term finds as many records as the list says",
        _TRUE,
        _LIST,
        Each(
            _terms,
            fetch(search(_OF_TERM, maximumRecords="1"), as_many_as("term_hits")),
            frozenset({"term", "term_hits"}),
            15,
        ),
    ),
    _case(
        "every-index",
        "every index that is said to be scanned is",
        "explain is a promise: what it lists answers",
        Each(
            lines("scan_indexes", "each"),
            fetch(
                scan("{each} = a", maximumTerms="3"),
                is_response(SCANNED),
                is_but(
                    "no diagnostic but one about the term",
                    lambda found: all(one.number in (24, 36) for one in found.diagnostics),
                ),
            ),
            frozenset({"each"}),
        ),
        needs=("scan_indexes",),
    ),
    _case(
        "distinct",
        "no term is in the list twice",
        _SCAN,
        fetch(
            scan(_START, maximumTerms="20"),
            _SOME,
            is_but("terms that differ", lambda found: len(set(_values(found))) == len(_values(found))),
        ),
    ),
    _case(
        "as-many",
        "no more terms come than were asked for",
        "SRU: maximumTerms",
        fetch(
            scan(_START, maximumTerms="5"),
            _SOME,
            is_but("5 terms at most", lambda found: len(found.terms) <= 5),
        ),
    ),
    _case(
        "one",
        "one term is the one asked for",
        f"{_SCAN}: responsePosition is 1 if nothing is said",
        _MIDDLE,
        fetch(
            scan(_OF_TERM, maximumTerms="1"),
            is_but("one term", lambda found: len(found.terms) == 1),
            _at(0, "the term that was asked for"),
        ),
    ),
    _case(
        "first",
        "the term asked for is first at 1",
        _POSITION,
        _MIDDLE,
        fetch(
            scan(_OF_TERM, responsePosition="1", maximumTerms="5"),
            _at(0, "the term that was asked for first"),
        ),
    ),
    _case(
        "second",
        "it is second at 2",
        _POSITION,
        _MIDDLE,
        fetch(
            scan(_OF_TERM, responsePosition="2", maximumTerms="5"),
            _at(1, "the term that was asked for second"),
        ),
    ),
    _case(
        "behind",
        "it is just before the list at 0",
        _POSITION,
        _MIDDLE,
        fetch(scan(_OF_TERM, responsePosition="1", maximumTerms="3"), _SOME, name="list"),
        fetch(
            scan(_OF_TERM, responsePosition="0", maximumTerms="2"),
            ResponseClaim(
                "what follows the term asked for",
                lambda found, scene: _values(found) == _values(scene.found["list"])[1:3],
            ),
        ),
    ),
    _case(
        "before",
        "it is just behind the list at one more than the list is long",
        _POSITION,
        _MIDDLE,
        fetch(scan(_OF_TERM, responsePosition="3", maximumTerms="3"), _SOME, name="list"),
        fetch(
            scan(_OF_TERM, responsePosition="3", maximumTerms="2"),
            ResponseClaim(
                "what precedes the term asked for",
                lambda found, scene: _values(found) == _values(scene.found["list"])[:2],
            ),
        ),
    ),
    _case(
        "goes-on",
        "a list that begins at the last term of another goes on without a gap or a repetition",
        _SCAN,
        fetch(scan(_START, maximumTerms="15"), _SOME, name="list", keep={"term": _last}),
        fetch(
            scan(_OF_TERM, maximumTerms="15"),
            ResponseClaim("the last term first, and none of those before it", _follows),
        ),
    ),
    _case(
        "same-list",
        "a list asked for again is the same list",
        _SCAN,
        fetch(scan(_START, maximumTerms="10"), _SOME, name="list"),
        fetch(
            scan(_START, maximumTerms="10"),
            ResponseClaim(
                "the same terms", lambda found, scene: _values(found) == _values(scene.found["list"])
            ),
        ),
    ),
    _case(
        "at-the-end",
        "behind the last term there is none, and that is no fault",
        _SCAN,
        fetch(
            scan('{scan_index} = "\U0002fa1d\U0002fa1d"'),
            is_response(SCANNED),
            is_but("no diagnostic", lambda found: not found.diagnostics),
            LAYOUT,
        ),
    ),
    _case(
        "places",
        "first and last are told of what is first and last, if anything is",
        f"{_SCAN}: whereInList",
        fetch(
            scan(_START, maximumTerms="9"),
            _SOME,
            is_but(
                "first at the head and last at the end alone",
                lambda found: all(
                    (term.place != "first" or at == 0)
                    and (term.place != "last" or at == len(found.terms) - 1)
                    for at, term in enumerate(found.terms)
                ),
            ),
        ),
    ),
    _case(
        "in-2.0",
        "2.0 scans in its own namespace",
        "SRU 2.0: scan",
        fetch(
            (("version", "2.0"), ("operation", "scan"), ("scanClause", _START)),
            is_response(SCANNED),
            _SOME,
            in_version("2.0"),
            LAYOUT,
        ),
        needs=("v20",),
    ),
    _case(
        "clause-missing",
        "a scan without a clause is diagnostic 7",
        "SRU: diagnostic 7",
        fetch(without(scan(_START), "scanClause"), warned(7)),
        needs=("first_version",),
    ),
    _wrong("clause-empty", "an empty clause is diagnostic 7 or 10", "SRU: diagnostic 7", 7, 10, text=""),
    _wrong(
        "boolean",
        "a boolean in a clause is diagnostic 10",
        "SRU: scanClause is one search clause",
        10,
        37,
        48,
        text=f"{_START} and {_START}",
    ),
    _wrong(
        "index-unknown",
        "an index that there is not is diagnostic 16",
        "SRU: diagnostic 16",
        16,
        text="{scan_index}xyz = a",
    ),
    _wrong(
        "unclosed",
        "a quote that does not close is diagnostic 10",
        "SRU: diagnostic 10",
        10,
        14,
        text='{scan_index} = "a',
    ),
    _wrong("position-negative", "responsePosition=-1 is refused", _POSITION, 6, 120, responsePosition="-1"),
    _wrong("position-word", "responsePosition=first is refused", _POSITION, 6, 120, responsePosition="first"),
    _case(
        "position-far",
        "responsePosition far out of the list is refused",
        _POSITION,
        fetch(scan(_START, responsePosition="50", maximumTerms="5"), refused(120, 6), NO_TRACE),
        level=Level.SHOULD,
    ),
    _wrong(
        "terms-negative",
        "maximumTerms=-1 is refused",
        "SRU: maximumTerms; diagnostic 6",
        6,
        121,
        maximumTerms="-1",
    ),
    _wrong(
        "terms-word",
        "maximumTerms=all is refused",
        "SRU: maximumTerms; diagnostic 6",
        6,
        121,
        maximumTerms="all",
    ),
    _case(
        "terms-too-many",
        "more terms than any server tells are fewer, or diagnostic 121",
        "SRU: diagnostic 121",
        fetch(
            scan(_START, maximumTerms="1000000"),
            is_response(SCANNED),
            NO_TRACE,
            is_but(
                "up to 10000 terms, or diagnostic 121 or 6",
                lambda found: (
                    0 < len(found.terms) <= 10_000 or any(one.number in (6, 121) for one in found.diagnostics)
                ),
            ),
        ),
    ),
    Case(
        id="scan.not-served",
        title="where there is no scan, scan is diagnostic 4",
        level=Level.MUST,
        clause="SRU: diagnostic 4",
        also_needs=("no_scan", "first_version"),
        steps=(
            fetch(
                (("version", "{first_version}"), ("operation", "scan"), ("scanClause", "{title} = a")),
                warned(4),
            ),
        ),
    ),
    Case(
        id="scan.not-served-named",
        title="diagnostic 4 names what is not served",
        level=Level.SHOULD,
        clause="SRU: diagnostic 4, details",
        also_needs=("no_scan", "first_version"),
        steps=(
            fetch(
                (("version", "{first_version}"), ("operation", "scan"), ("scanClause", "{title} = a")),
                details("scan"),
            ),
        ),
    ),
)
