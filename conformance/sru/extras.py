"""What only some servers have: result sets, facets, an analysis of the query, other query types, JSON."""

import json
from collections.abc import Mapping, Sequence

from conformance.case import Awaits, Case, Each, Level, ResponseClaim, Scene, Step, fetch
from conformance.sru.claims import (
    ANSWERED,
    LAYOUT,
    NO_TRACE,
    SOME,
    as_many_as,
    count_of,
    header,
    is_but,
    refused,
    same_records_as,
    there,
    warned,
)
from conformance.sru.texts import ANALYSED, BOTH, search, search_in
from conformance.wire.sru import Response, beneath, content, number_of

_SETS = "SRU: resultSetId, cql.resultSetId"
_FACETS = "SRU 2.0: facetedResults"
_ANALYSIS = "SRU 2.0: searchResultAnalysis"


def _case(
    name: str, title: str, clause: str, *steps: Step, needs: tuple[str, ...], level: Level = Level.MUST
) -> Case:
    return Case(id=name, title=title, level=level, clause=clause, steps=steps, also_needs=needs)


def _set(name: str, title: str, *steps: Step, level: Level = Level.MUST) -> Case:
    return _case(f"sets.{name}", title, _SETS, *steps, needs=("result_sets",), level=level)


def _id(response: Response) -> str | None:
    return response.text("resultSetId") or None


def _facets(response: Response) -> list[tuple[str, int]]:
    """Return the terms of the first facet, each with its count."""
    facet = next(iter(response.every("facetedResults", "facet")), None)
    return [
        (
            next((content(one) for one in beneath(term, "actualTerm")), ""),
            number_of(next((content(one) for one in beneath(term, "count")), "")) or 0,
        )
        for term in (() if facet is None else beneath(facet, "terms", "term"))
    ]


def _facet_terms(scene: Scene) -> Sequence[Mapping[str, str]]:
    return [
        {"term": term, "term_hits": str(count)}
        for term, count in _facets(scene.found["faceted"])
        if not set(term) & set('"\\*?^')
    ]


def _parts(response: Response) -> list[int | None]:
    """Return the counts of the parts of a query, as the analysis tells them."""
    found = response.every("searchResultAnalysis")
    if not found:
        return []
    texts = [
        one for one in found[0].iter() if one.tag.endswith(("numberOfRecords", "subqueryCount", "}count"))
    ]
    return [number_of(content(one)) for one in texts]


_KEPT = fetch(
    search("{many}", resultSetTTL="60", maximumRecords="{page}"),
    SOME,
    name="before",
    keep={"set": _id, "found": count_of},
)
_OF_SET = 'cql.resultSetId = "{set}"'
_FACETED = fetch(
    search_in("2.0", "{many}", facetLimit="5:{facet_index}", maximumRecords="1"),
    ANSWERED,
    name="faceted",
    keep={"found": count_of},
)

CASES = (
    _set(
        "again",
        "a set that was kept is all that was found",
        _KEPT,
        fetch(search(_OF_SET, maximumRecords="{page}"), as_many_as("found"), same_records_as("before")),
    ),
    _set(
        "page",
        "a set has pages",
        _KEPT,
        fetch(search("{many}", startRecord="2", maximumRecords="2"), SOME, name="second"),
        fetch(search(_OF_SET, startRecord="2", maximumRecords="2"), same_records_as("second")),
    ),
    _set(
        "idle-time",
        "how long a set is kept is told",
        _KEPT,
        fetch(
            search("{many}", resultSetTTL="60"),
            is_but(
                "a time of a second or more",
                lambda found: any(
                    int(found.text(name) or 0) > 0 for name in ("resultSetIdleTime", "resultSetTTL")
                ),
            ),
        ),
        level=Level.SHOULD,
    ),
    _set(
        "combined",
        "a set can be searched within, or that is refused",
        _KEPT,
        fetch(
            search(f"{_OF_SET} and {{title}} = {{word}}"),
            is_but(
                "no more records than the set has, or diagnostic 50 to 56",
                lambda found: (
                    (found.count is not None and not found.diagnostics)
                    or any(50 <= one.number <= 56 for one in found.diagnostics)
                ),
            ),
            NO_TRACE,
        ),
    ),
    _case(
        "sets.unknown",
        "a set that there is not is diagnostic 51, or 50 where there are none",
        _SETS,
        fetch(search('cql.resultSetId = "no-such-set"'), refused(50, 51, 16), NO_TRACE),
        needs=(),
    ),
    _case(
        "sets.guessed",
        "a set is not found by a number that was tried",
        "security: a set is its owner's",
        *(
            fetch(search(f'cql.resultSetId = "{name}"'), refused(50, 51, 16))
            for name in ("1", "0", "../1", "%2e")
        ),
        needs=(),
    ),
    _case(
        "facets.told",
        "facets that are asked for are told",
        _FACETS,
        fetch(
            search_in("2.0", "{many}", facetLimit="3:{facet_index}", maximumRecords="1"),
            ANSWERED,
            LAYOUT,
            is_but(
                "one to three terms, each with its count",
                lambda found: (
                    1 <= len(_facets(found)) <= 3
                    and all(term and count > 0 for term, count in _facets(found))
                ),
            ),
        ),
        needs=("facet_index",),
    ),
    _case(
        "facets.bounded",
        "no term is in more records than were found",
        _FACETS,
        _FACETED,
        fetch(
            search_in("2.0", "{many}", facetLimit="5:{facet_index}", maximumRecords="1"),
            ResponseClaim(
                "counts up to numberOfRecords",
                lambda found, scene: all(count <= int(scene.names["found"]) for _, count in _facets(found)),
            ),
        ),
        needs=("facet_index",),
    ),
    _case(
        "facets.true",
        "a term found within the search finds as many records as its facet says",
        _FACETS,
        _FACETED,
        Each(
            _facet_terms,
            fetch(
                search_in("2.0", '({many}) and {facet_index} == "{term}"', maximumRecords="1"),
                as_many_as("term_hits"),
                denied_by=(19, 22),
            ),
            frozenset({"term", "term_hits"}),
        ),
        needs=("facet_index",),
        level=Level.SHOULD,
    ),
    _case(
        "facets.page",
        "facets are of the search, whichever page is asked for",
        _FACETS,
        _FACETED,
        fetch(
            search_in("2.0", "{many}", facetLimit="5:{facet_index}", startRecord="2", maximumRecords="1"),
            ResponseClaim(
                "the same terms and counts",
                lambda found, scene: _facets(found) == _facets(scene.found["faceted"]),
            ),
        ),
        needs=("facet_index",),
    ),
    _case(
        "facets.wrong",
        "a facetLimit that is no number is refused",
        "SRU 2.0: facetLimit; diagnostic 6",
        fetch(search_in("2.0", "{many}", facetLimit="many"), refused(6), NO_TRACE),
        needs=("facet_index",),
    ),
    _case(
        "facets.unknown",
        "a facet of an index that there is not is refused, or not told",
        "SRU 2.0: facetLimit",
        fetch(
            search_in("2.0", "{many}", facetLimit="5:xqzvkit"),
            NO_TRACE,
            is_but("no facet, or a diagnostic", lambda found: not _facets(found) or bool(found.diagnostics)),
        ),
        needs=("facet_index",),
    ),
    _case(
        "analysis.told",
        "an analysis counts each part of the query",
        _ANALYSIS,
        fetch(search("{title} = {word}"), SOME, keep={"first_part": count_of}),
        fetch(
            search_in("2.0", BOTH, ANALYSED, maximumRecords="1"),
            ANSWERED,
            LAYOUT,
            there("searchResultAnalysis"),
            ResponseClaim(
                "the count of its first clause among the counts",
                lambda found, scene: int(scene.names["first_part"]) in _parts(found),
            ),
        ),
        needs=("analysis",),
        level=Level.SHOULD,
    ),
    _case(
        "analysis.precision",
        "how sure a count is comes as a URI",
        "SRU 2.0: resultCountPrecision",
        fetch(
            search_in("2.0", BOTH),
            ANSWERED,
            is_but(
                "a URI as resultCountPrecision, if at all",
                lambda found: (
                    found.text("resultCountPrecision") == ""
                    or found.text("resultCountPrecision").startswith(
                        "info:srw/vocabulary/resultCountPrecision/1/"
                    )
                ),
            ),
        ),
        needs=("v20",),
    ),
    _case(
        "analysis.plain-terms",
        "words without CQL are searched, where that is served",
        "SRU 2.0: queryType=searchTerms",
        fetch((("queryType", "searchTerms"), ("query", "{word}")), SOME, denied_by=(11,)),
        needs=("v20",),
        level=Level.SHOULD,
    ),
    _case(
        "json.same",
        "JSON tells what XML does",
        "field practice: clients in browsers ask with Accept",
        fetch(search("{many}", maximumRecords="1"), SOME, keep={"found": count_of}),
        fetch(
            search("{many}", maximumRecords="1"),
            header("Content-Type", r"application/(\w+\+)?json.*"),
            ResponseClaim(
                "as many records in JSON as in XML",
                lambda found, scene: f"{scene.names['found']}" in _numbers_of(found.body),
            ),
            head={"Accept": "application/json"},
            awaits=Awaits.HTTP,
        ),
        needs=("json",),
        level=Level.CLIENT,
    ),
    _case(
        "json.refusal",
        "a refusal in JSON has the number of its diagnostic",
        "field practice: clients in browsers ask with Accept",
        fetch(
            search("{title} ="),
            header("Content-Type", r"application/(\w+\+)?json.*"),
            is_but(
                "diagnostic 10 in JSON",
                lambda found: b"diagnostic/1/10" in found.body or b'"10"' in found.body,
            ),
            head={"Accept": "application/json"},
            awaits=Awaits.HTTP,
        ),
        needs=("json",),
        level=Level.CLIENT,
    ),
    _case(
        "sets.time-to-live",
        "a time to live that is no number is refused where sets are kept",
        "SRU: resultSetTTL",
        fetch(search("{many}", resultSetTTL="-5"), warned(6), NO_TRACE),
        needs=("result_sets",),
        level=Level.SHOULD,
    ),
)


def _numbers_of(body: bytes) -> list[str]:
    """Return the numbers at the top of a JSON object, as text."""
    try:
        told = json.loads(body)
    except ValueError:
        return []
    return [str(value) for value in told.values() if isinstance(value, int)] if isinstance(told, dict) else []
