"""Versions 1.1, 1.2 and 2.0: which one answers, and what it answers in."""

from conformance.case import Case, Level, Step, fetch
from conformance.sru.claims import (
    ANSWERED,
    LAYOUT,
    as_many_as,
    count_of,
    details,
    details_like,
    in_version,
    is_but,
    is_response,
    refused,
    warned,
)
from conformance.sru.texts import WORD, search_in
from conformance.wire.sru import Response

_NAMESPACE = "SRU 1.1, 1.2 (zing/srw); SRU 2.0 (OASIS sruResponse): the namespace of the version"
_VERSION = "SRU 1.2: version; SRU 2.0, 1.3: the version of the answer is never above the one asked for"
_OPERATION = "SRU 1.2: operation; diagnostic 4"
_BARE = "SRU 1.2, 5: the base URL alone is an explain request"
_DIAGNOSTIC_SPACE = "SRU: diagnostics have a namespace of their own in each version"


def _case(
    name: str, title: str, clause: str, *steps: Step, level: Level = Level.MUST, needs: tuple[str, ...] = ()
) -> Case:
    return Case(id=f"versions.{name}", title=title, level=level, clause=clause, steps=steps, also_needs=needs)


def _spoken(version: str, need: str) -> Case:
    return _case(
        version,
        f"{version} is answered in {version}, layout and namespace",
        _NAMESPACE,
        fetch(search_in(version, WORD, maximumRecords="1"), ANSWERED, in_version(version), LAYOUT),
        needs=(need,),
    )


_DIAGNOSTIC_RIGHT = is_but(
    "a diagnostic in its namespace, with uri, details and message",
    lambda found: not any("diagnostic" in fault.split(" holds ")[0] for fault in found.faults()),
)


def _refusal(version: str, need: str) -> Case:
    return _case(
        f"refusal-{version}",
        f"a refusal in {version} is a response of {version}, with a diagnostic of {version}",
        _DIAGNOSTIC_SPACE,
        fetch(search_in(version, "{title} ="), warned(10), in_version(version), _DIAGNOSTIC_RIGHT),
        needs=(need,),
    )


def _not_above(version: str, response: Response) -> bool:
    return (response.version <= version and response.count is not None) or any(
        said.number == 5 for said in response.diagnostics
    )


CASES = (
    _spoken("1.1", "v11"),
    _spoken("1.2", "v12"),
    _spoken("2.0", "v20"),
    _refusal("1.1", "v11"),
    _refusal("1.2", "v12"),
    _refusal("2.0", "v20"),
    _case(
        "one-catalogue",
        "a search finds the same in 2.0 as before it",
        "one catalogue: the version is of the answer, not of what is found",
        fetch(search_in("{first_version}", WORD), ANSWERED, keep={"before": count_of}),
        fetch(search_in("2.0", WORD), as_many_as("before")),
        needs=("v20",),
    ),
    _case(
        "above",
        "a version above all is answered in one that is not above it, or is diagnostic 5",
        _VERSION,
        fetch(
            search_in("3.0", WORD),
            is_but("a version up to 3.0, or diagnostic 5", lambda found: _not_above("3.0", found)),
        ),
    ),
    _case(
        "between",
        "a version between two is answered in the lower one, or is diagnostic 5",
        _VERSION,
        fetch(
            search_in("1.9", WORD),
            is_but("a version up to 1.9, or diagnostic 5", lambda found: _not_above("1.9", found)),
        ),
        level=Level.CLIENT,
    ),
    _case(
        "below",
        "a version below all is diagnostic 5",
        "SRU: diagnostic 5, unsupported version",
        fetch(search_in("0.9", WORD), refused(5)),
        needs=("first_version",),
    ),
    _case(
        "no-version",
        "a version that is none is diagnostic 5",
        "SRU: diagnostic 5, unsupported version",
        fetch(search_in("latest", WORD), refused(5, 6)),
        needs=("first_version",),
    ),
    _case(
        "highest-in-details",
        "diagnostic 5 names the highest version that is served",
        "SRU: diagnostic 5, details: highest version supported",
        fetch(search_in("0.9", WORD), details_like(r"[12]\.[0-2]", "a version")),
        level=Level.SHOULD,
        needs=("first_version",),
    ),
    _case(
        "version-left-out",
        "a search without a version is answered in some version, or is diagnostic 7",
        "SRU 1.2: version is mandatory; clients leave it out",
        fetch(
            (("operation", "searchRetrieve"), ("query", WORD)),
            is_but(
                "an answer, or diagnostic 7 or 5",
                lambda found: not found.diagnostics or any(one.number in (5, 7) for one in found.diagnostics),
            ),
        ),
        level=Level.CLIENT,
    ),
    _case(
        "operation-left-out",
        "a query alone is a search, or is diagnostic 7",
        "SRU 2.0, 3: a query makes a searchRetrieve; SRU 1.2: operation is mandatory",
        fetch(
            (("query", WORD),),
            is_but(
                "a search that was done, or diagnostic 7",
                lambda found: (
                    (
                        found.count is not None
                        and (not found.diagnostics or any(one.number == 7 for one in found.diagnostics))
                    )
                    or any(one.number == 7 for one in found.diagnostics)
                ),
            ),
        ),
    ),
    _case(
        "nothing",
        "the bare URL is answered with explain",
        _BARE,
        fetch((), is_response("explainResponse")),
    ),
    _case(
        "operation-unknown",
        "an operation that there is not is diagnostic 4",
        _OPERATION,
        fetch((("version", "{first_version}"), ("operation", "destroy"), ("query", WORD)), warned(4)),
    ),
    _case(
        "operation-named",
        "diagnostic 4 names the operation",
        _OPERATION,
        fetch((("version", "{first_version}"), ("operation", "destroy")), details("destroy")),
        level=Level.SHOULD,
    ),
    _case(
        "operation-case",
        "operations have their case",
        _OPERATION,
        fetch((("version", "{first_version}"), ("operation", "SearchRetrieve"), ("query", WORD)), warned(4)),
        level=Level.SHOULD,
    ),
    _case(
        "query-type",
        "a query type that there is not is diagnostic 11",
        "SRU 2.0, 3: queryType; diagnostic 11",
        fetch((("query", WORD), ("queryType", "tarot")), refused(11)),
        needs=("v20",),
    ),
)
