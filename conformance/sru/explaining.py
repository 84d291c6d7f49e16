"""explain: the record as ZeeRex has it, and everything in it true: indexes, relations and schemas answer."""

from collections.abc import Callable, Mapping, Sequence

from conformance.case import Awaits, Case, Each, Level, ResponseClaim, Scene, Step, fetch
from conformance.sru.claims import (
    ANSWERED,
    EXPLAIN_ORDER,
    EXPLAINED,
    LAYOUT,
    description,
    every_record,
    header,
    is_but,
    is_response,
    records,
    records_up_to,
    status,
)
from conformance.sru.texts import WORD, explain, search
from conformance.wire.sru import Response, beneath, content
from conformance.wire.zeerex import NAMESPACES

_ZEEREX = "ZeeRex 2.0: explain record"
_TRUE = "explain is a promise: what it lists answers"
_TERM_IS_WRONG = (24, 35, 36)  # a word is no number, no date
_RANGES = ("within", "encloses")
_URI = ":"


def _case(
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    return Case(id=f"explain.{name}", title=title, level=level, clause=clause, steps=steps, also_needs=needs)


def lines(name: str, *parts: str) -> Callable[[Scene], Sequence[Mapping[str, str]]]:
    """Return what reads the lines kept under a name, each of so many words, as names to be used."""

    def things(scene: Scene) -> Sequence[Mapping[str, str]]:
        kept = [line for line in scene.names[name].split("\n") if line]
        return [dict(zip(parts, line.split(" "), strict=True)) for line in kept]

    return things


def _relations(scene: Scene) -> Sequence[Mapping[str, str]]:
    """Every index with every relation, and a term that may stand there."""
    return [
        {**pair, "term": '"1000 2000"' if pair["relation"] in _RANGES else scene.names["word"]}
        for pair in lines("relations", "each", "relation")(scene)
    ]


def _schemas(scene: Scene) -> Sequence[Mapping[str, str]]:
    return [{"schema": one.name or one.identifier} for one in description(scene.found["told"]).schemas]


def _identifiers(scene: Scene) -> Sequence[Mapping[str, str]]:
    return [{"schema": one.identifier} for one in description(scene.found["told"]).schemas if one.identifier]


def _is_answered(found: Response) -> bool:
    return found.count is not None and all(one.number in _TERM_IS_WRONG for one in found.diagnostics)


_ANSWERS = is_but(f"numberOfRecords, and no diagnostic but {_TERM_IS_WRONG}", _is_answered)
_TOLD = fetch(explain(), is_response(EXPLAINED), name="told")
_A_RECORD = every_record("records that are no diagnostics", lambda record: record.diagnostic is None)


def _server_info(found: Response) -> bool:
    record = found.records[0].data if found.records else None
    said = [] if record is None else [*beneath(record, "serverInfo")]
    return bool(said) and all(
        any(content(part) for part in beneath(said[0], name)) for name in ("host", "port", "database")
    )


CASES = (
    _case(
        "operation",
        "explain is answered with one record in the schema of explain",
        "SRU: explain; explainResponse",
        fetch(
            explain(),
            is_response(EXPLAINED),
            records(1),
            every_record("recordSchema of ZeeRex", lambda record: record.schema in NAMESPACES),
        ),
    ),
    _case(
        "layout",
        "every element of the answer is where the schema has it",
        "SRU: explainResponse",
        fetch(explain(), LAYOUT),
    ),
    _case(
        "order",
        "the record has its parts in their order, in one namespace",
        _ZEEREX,
        fetch(explain(), EXPLAIN_ORDER),
    ),
    _case(
        "server",
        "host, port and database are told",
        f"{_ZEEREX}: serverInfo",
        fetch(explain(), is_but("serverInfo with host, port and database", _server_info)),
    ),
    _case(
        "sets",
        "context sets are named by URIs",
        f"{_ZEEREX}: set identifier",
        fetch(
            explain(),
            is_but(
                "a set, and a URI for each",
                lambda found: (
                    bool(description(found).sets)
                    and all(name and _URI in uri for name, uri in description(found).sets)
                ),
            ),
        ),
        level=Level.SHOULD,
    ),
    _case(
        "schemas-named",
        "schemas are named by URIs",
        f"{_ZEEREX}: schema identifier",
        fetch(
            explain(),
            is_but(
                "a schema, and a URI for each",
                lambda found: (
                    bool(description(found).schemas)
                    and all(_URI in one.identifier for one in description(found).schemas)
                ),
            ),
        ),
        level=Level.SHOULD,
    ),
    _case(
        "sets-of-indexes",
        "every index is in a set that is listed",
        f"{_ZEEREX}: map/name set",
        fetch(
            explain(),
            is_but(
                "a set for the prefix of each index",
                lambda found: (
                    {one.name.rpartition(".")[0] for one in description(found).indexes} - {""}
                    <= {name for name, _ in description(found).sets}
                ),
            ),
        ),
        level=Level.SHOULD,
    ),
    _case(
        "string",
        "explain can be had as a string",
        "SRU 1.2: recordPacking of explain",
        fetch(explain(recordPacking="string"), is_response(EXPLAINED), records(1), EXPLAIN_ORDER),
        needs=("first_version",),
    ),
    _case(
        "stable",
        "explain by its URL and by its operation is the same description",
        "SRU 1.2, 5: explain",
        fetch((), is_response(EXPLAINED), name="told"),
        fetch(
            explain(),
            ResponseClaim(
                "the same indexes and schemas as at the bare URL",
                lambda found, scene: description(found) == description(scene.found["told"]),
            ),
        ),
    ),
    _case(
        "every-index",
        "every index that is listed can be searched",
        _TRUE,
        Each(
            lines("indexes", "each"),
            fetch(search("{each} = {word}", maximumRecords="1"), _ANSWERS),
            frozenset({"each"}),
        ),
        needs=("indexes",),
    ),
    _case(
        "every-relation",
        "every index takes every relation that is listed for it",
        _TRUE,
        Each(
            _relations,
            fetch(search("{each} {relation} {term}", maximumRecords="1"), _ANSWERS),
            frozenset({"each", "relation", "term"}),
            60,
        ),
        needs=("relations", "word"),
    ),
    _case(
        "every-schema",
        "records come in every schema that is listed",
        _TRUE,
        _TOLD,
        Each(
            _schemas,
            fetch(search(WORD, recordSchema="{schema}", maximumRecords="1"), ANSWERED, _A_RECORD),
            frozenset({"schema"}),
        ),
    ),
    _case(
        "every-schema-by-uri",
        "records come in every schema by its URI",
        "SRU 1.2: recordSchema: URI or short name",
        _TOLD,
        Each(
            _identifiers,
            fetch(search(WORD, recordSchema="{schema}", maximumRecords="1"), ANSWERED, _A_RECORD),
            frozenset({"schema"}),
        ),
    ),
    _case(
        "every-sort",
        "every index that is said to sort does",
        _TRUE,
        Each(
            lines("sort_indexes", "each"),
            fetch(search(WORD + " sortBy {each}", maximumRecords="1"), ANSWERED),
            frozenset({"each"}),
        ),
        needs=("sort_indexes",),
    ),
    _case(
        "usual",
        "as many records come as explain says, if nothing is asked for",
        f"{_ZEEREX}: default numberOfRecords",
        fetch(search(WORD), ANSWERED, records_up_to("usual")),
        needs=("usual",),
    ),
    _case(
        "most",
        "no more records come than explain says, and that is no fault of the client",
        f"{_ZEEREX}: setting maximumRecords",
        fetch(search("{all}", maximumRecords="{more_than_most}"), ANSWERED, records_up_to("most")),
        needs=("most",),
    ),
    _case(
        "unchanged",
        "who has the explain record of before is told that it is the same",
        "RFC 9110, 13.1.2: If-None-Match",
        fetch(
            explain(),
            is_response(EXPLAINED),
            header("ETag", r".+"),
            keep={"etag": lambda found: found.headers.get("etag")},
        ),
        fetch(explain(), status(304), head={"If-None-Match": "{etag}"}, awaits=Awaits.HTTP),
        level=Level.CLIENT,
    ),
)
