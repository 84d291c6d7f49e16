"""Sorting, by sortBy and sortKeys: it loses nothing, and one way is the other turned round."""

from conformance.case import Case, Level, Step, fetch
from conformance.sru.claims import (
    ANSWERED,
    NO_TRACE,
    SOME,
    as_many_as,
    begins_as_ends,
    count_of,
    is_but,
    is_refused,
    refused,
    same_records_as,
    warned,
)
from conformance.sru.texts import WORD, search, search_in

_SORT_BY = "CQL 1.2: sortBy; context set sort 1.0"
_SORT_KEYS = "SRU 1.1 and 2.0: sortKeys"
_UP, _DOWN = "{many} sortBy {sort_index}/sort.ascending", "{many} sortBy {sort_index}/sort.descending"
_NO_KEYS = (8, 80, 82, 88, 89)  # a server that takes no index for a path
_COUNT = fetch(search("{many}", maximumRecords="1"), SOME, keep={"found": count_of})


def _case(
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    wanted = ("sort_index", *needs)
    return Case(id=f"sort.{name}", title=title, level=level, clause=clause, steps=steps, also_needs=wanted)


def _first(query: str, name: str = "") -> Step:
    return fetch(search(query, maximumRecords="1", recordSchema="{marc}"), SOME, name=name)


def _last(query: str, name: str) -> Step:
    return fetch(
        search(query, startRecord="{found}", maximumRecords="1", recordSchema="{marc}"), SOME, name=name
    )


CASES = (
    _case(
        "turned",
        "descending begins with what ascending ends with",
        _SORT_BY,
        _COUNT,
        _last(_UP, "before"),
        fetch(search(_DOWN, maximumRecords="1", recordSchema="{marc}"), SOME, begins_as_ends("before")),
    ),
    _case(
        "turned-back",
        "ascending begins with what descending ends with",
        _SORT_BY,
        _COUNT,
        _last(_DOWN, "before"),
        fetch(search(_UP, maximumRecords="1", recordSchema="{marc}"), SOME, begins_as_ends("before")),
    ),
    _case(
        "ascending",
        "ascending is the usual",
        _SORT_BY,
        fetch(search(_UP, maximumRecords="{page}"), SOME, name="before"),
        fetch(search("{many} sortBy {sort_index}", maximumRecords="{page}"), same_records_as("before")),
    ),
    _case(
        "again",
        "what is sorted again is in the same order",
        _SORT_BY,
        fetch(search(_DOWN, maximumRecords="{page}"), SOME, name="before"),
        fetch(search(_DOWN, maximumRecords="{page}"), same_records_as("before")),
    ),
    _case(
        "counted",
        "sorting neither finds nor loses anything",
        _SORT_BY,
        _COUNT,
        fetch(search(_DOWN, maximumRecords="1"), as_many_as("found")),
    ),
    _case(
        "two-keys",
        "a second key is for what the first leaves equal",
        _SORT_BY,
        _COUNT,
        fetch(search(f"{_UP} {{sort_index2}}/sort.descending", maximumRecords="1"), as_many_as("found")),
    ),
    _case(
        "modifiers",
        "ignoreCase and missingLow are understood",
        _SORT_BY,
        fetch(
            search("{many} sortBy {sort_index}/sort.ignoreCase/sort.missingLow", maximumRecords="1"),
            ANSWERED,
            denied_by=(20, 81, 86, 91, 92),
        ),
        level=Level.SHOULD,
    ),
    _case(
        "not-sortable",
        "an index that does not sort is refused, or warned of",
        "SRU: diagnostics 80 to 89",
        fetch(
            search(WORD + " sortBy {unsorted_index}", maximumRecords="1"),
            NO_TRACE,
            is_but(
                "diagnostic 80, 82, 86, 88 or 89, or records all the same",
                lambda found: (
                    any(one.number in (16, 80, 81, 82, 86, 88, 89) for one in found.diagnostics)
                    or (found.count is not None and found.count > 0)
                ),
            ),
        ),
        level=Level.SHOULD,
    ),
    _case(
        "keys",
        "sortKeys of 1.1 sort as sortBy does",
        _SORT_KEYS,
        fetch(search_in("1.1", _DOWN, maximumRecords="{page}"), SOME, name="before"),
        fetch(
            search_in("1.1", "{many}", sortKeys="{sort_index},,0", maximumRecords="{page}"),
            same_records_as("before"),
            denied_by=_NO_KEYS,
        ),
        needs=("v11",),
        level=Level.SHOULD,
    ),
    _case(
        "keys-counted",
        "sortKeys neither find nor lose anything",
        _SORT_KEYS,
        _COUNT,
        fetch(
            search_in("1.1", "{many}", sortKeys="{sort_index},,1", maximumRecords="1"),
            as_many_as("found"),
            denied_by=_NO_KEYS,
        ),
        needs=("v11",),
    ),
    _case(
        "keys-unknown",
        "a key that there is not is refused",
        "SRU: diagnostics 80 to 89",
        fetch(
            search_in("1.1", "{many}", sortKeys="xqzvkit,,1"),
            refused(8, 16, 80, 81, 82, 86, 88, 89),
            NO_TRACE,
        ),
        needs=("v11",),
    ),
    _case(
        "keys-direction",
        "a direction that there is not is refused",
        "SRU: diagnostic 90",
        fetch(
            search_in("1.1", "{many}", sortKeys="{sort_index},,7"),
            refused(8, 6, 80, 82, 88, 89, 90),
            NO_TRACE,
        ),
        needs=("v11",),
        level=Level.SHOULD,
    ),
    _case(
        "keys-in-2.0",
        "2.0 has sortKeys again",
        _SORT_KEYS,
        fetch(
            search_in("2.0", "{many}", sortKeys="{sort_index},,1", maximumRecords="1"),
            SOME,
            denied_by=_NO_KEYS,
        ),
        needs=("v20",),
        level=Level.SHOULD,
    ),
    _case(
        "both",
        "sorting in the query and in sortKeys is warned of, or refused",
        "SRU: diagnostics 94 to 96",
        fetch(search_in("2.0", _UP, sortKeys="{sort_index},,0", maximumRecords="1"), warned(8, 94, 95, 96)),
        needs=("v20",),
        level=Level.SHOULD,
    ),
    _case(
        "many-keys",
        "a thousand keys are refused, or sort",
        "SRU: diagnostic 84; every limit has an answer",
        fetch(
            search("{many} sortBy " + " ".join(["{sort_index}"] * 400), maximumRecords="1"),
            is_but(
                "records, or diagnostic 84, 85, 10, 12 or 38",
                lambda found: (found.count or 0) > 0 or is_refused(found, (10, 12, 38, 80, 82, 84, 85)),
            ),
            NO_TRACE,
        ),
        level=Level.SHOULD,
    ),
)
