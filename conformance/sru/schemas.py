"""Records: in every schema and packing, valid, composed, and named by URIs."""

from collections.abc import Sequence
from xml.etree import ElementTree

from conformance.case import Case, Level, ResponseClaim, Scene, Step, fetch
from conformance.sru.claims import (
    CLEAN_TEXT,
    IS_SLIM,
    MARC,
    SOME,
    every_record,
    header,
    is_but,
    records,
    same_records_as,
    surrogate_or_refused,
)
from conformance.sru.texts import search, search_in
from conformance.wire.records import control
from conformance.wire.sru import Record, Response, local

_MARCXML = "MARCXML 1.1 (MARC21/slim)"
_SCHEMA = "SRU: recordSchema of an answer is the URI of the schema, whatever was asked for"
_PACKING = "SRU 1.2: recordPacking; the record is the same"
_URIS = ("info:srw/schema/1/marcxml-v1.1", "http://www.loc.gov/MARC21/slim")
_MANY = "{many}"


def _case(
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    return Case(id=f"schemas.{name}", title=title, level=level, clause=clause, steps=steps, also_needs=needs)


def _canonical(record: Record) -> str:
    """Return a record so that two that say the same are the same."""
    if record.data is None:
        return record.text
    return ElementTree.canonicalize(
        ElementTree.tostring(record.data, "unicode"), strip_text=True, rewrite_prefixes=True
    )


def _same_content(responses: Sequence[Response]) -> bool:
    first, other = ([_canonical(record) for record in response.records] for response in responses)
    return first == other and bool(first)


def _same_as(name: str) -> ResponseClaim:
    def holds(response: Response, scene: Scene) -> bool:
        return _same_content((response, scene.found[name]))

    return ResponseClaim("the same records as before, element by element", holds)


def _packed(how: str) -> ResponseClaim:
    return every_record(f"recordPacking {how}", lambda record: record.packing == how)


_AS_STRING = every_record(
    "records that are text, and XML once that is read",
    lambda record: record.text.lstrip().startswith("<") and record.data is not None,
)

CASES = (
    _case(
        "marc",
        "records asked for in MARCXML are MARCXML",
        _MARCXML,
        fetch(search(_MANY, recordSchema="{marc}", maximumRecords="10"), SOME, IS_SLIM),
    ),
    _case(
        "marc-valid",
        "leader, tags, indicators and codes are as MARCXML has them",
        _MARCXML,
        fetch(search(_MANY, recordSchema="{marc}", maximumRecords="20"), SOME, MARC),
    ),
    _case(
        "characters",
        "records are in NFC, without control or replacement characters",
        "XML 1.0: Char; Unicode: NFC",
        fetch(search(_MANY, recordSchema="{marc}", maximumRecords="20"), SOME, CLEAN_TEXT),
    ),
    _case(
        "characters-dc",
        "so they are in Dublin Core",
        "XML 1.0: Char; Unicode: NFC",
        fetch(search(_MANY, recordSchema="{dc}", maximumRecords="20"), SOME, CLEAN_TEXT),
    ),
    _case(
        "marc-by-uri",
        "MARCXML can be asked for by its URI",
        "SRU: recordSchema: URI or short name",
        fetch(search(_MANY, recordSchema=_URIS[0], maximumRecords="1"), SOME, IS_SLIM),
        needs=("marc",),
    ),
    _case(
        "uri",
        "recordSchema of an answer is a URI",
        _SCHEMA,
        fetch(
            search(_MANY, recordSchema="{marc}", maximumRecords="1"),
            SOME,
            every_record("a URI as recordSchema", lambda record: ":" in record.schema),
        ),
    ),
    _case(
        "uri-of-marc",
        "recordSchema of MARCXML is one of its URIs",
        _SCHEMA,
        fetch(
            search(_MANY, recordSchema="{marc}", maximumRecords="1"),
            every_record(
                f"recordSchema {_URIS[0]}, or a URI with MARC21",
                lambda record: record.schema in _URIS or "marc21" in record.schema.lower(),
            ),
        ),
        level=Level.SHOULD,
    ),
    _case(
        "schema-told",
        "recordSchema is told even where none was asked for",
        _SCHEMA,
        fetch(
            search(_MANY, maximumRecords="1"),
            SOME,
            every_record("recordSchema", lambda record: bool(record.schema)),
        ),
    ),
    _case(
        "identifier",
        "recordIdentifier is the number of the record in it",
        "SRU 1.2: recordIdentifier",
        fetch(
            search_in("1.2", _MANY, recordSchema="{marc}", maximumRecords="5"),
            SOME,
            every_record(
                "recordIdentifier as in 001, if at all",
                lambda record: (
                    record.data is not None and record.identifier in ("", control(record.data, "001").strip())
                ),
            ),
        ),
        needs=("v12",),
        level=Level.SHOULD,
    ),
    _case(
        "dc",
        "records in Dublin Core have a title",
        "info:srw/schema/1/dc-v1.1",
        fetch(
            search(_MANY, recordSchema="{dc}", maximumRecords="5"),
            SOME,
            every_record(
                "dc with a title",
                lambda record: (
                    record.data is not None and any(local(one) == "title" for one in record.data.iter())
                ),
            ),
        ),
    ),
    _case(
        "xml",
        "packed as XML, a record is an element",
        _PACKING,
        fetch(
            search(_MANY, recordPacking="xml", maximumRecords="2"),
            SOME,
            _packed("xml"),
            every_record("records that are elements", lambda record: not record.text.strip()),
        ),
        needs=("first_version",),
    ),
    _case(
        "string",
        "packed as a string, a record is text",
        _PACKING,
        fetch(search(_MANY, recordPacking="string", maximumRecords="2"), SOME, _packed("string"), _AS_STRING),
        needs=("first_version",),
    ),
    _case(
        "same-either-way",
        "a record is the same in either packing",
        _PACKING,
        fetch(
            search(_MANY, recordPacking="xml", maximumRecords="5", recordSchema="{marc}"), SOME, name="before"
        ),
        fetch(
            search(_MANY, recordPacking="string", maximumRecords="5", recordSchema="{marc}"),
            _same_as("before"),
        ),
        needs=("first_version",),
    ),
    _case(
        "escaped-2.0",
        "in 2.0 a record is escaped where that is asked for",
        "SRU 2.0: recordXMLEscaping",
        fetch(search_in("2.0", _MANY, recordXMLEscaping="xml", maximumRecords="2"), SOME, name="before"),
        fetch(
            search_in("2.0", _MANY, recordXMLEscaping="string", maximumRecords="2"),
            _AS_STRING,
            _same_as("before"),
        ),
        needs=("v20",),
    ),
    _case(
        "escaping-unknown",
        "an escaping that there is not is diagnostic 71 or 6",
        "SRU 2.0: recordXMLEscaping",
        fetch(search_in("2.0", _MANY, recordXMLEscaping="base64"), surrogate_or_refused(71, 6)),
        needs=("v20",),
    ),
    _case(
        "same-records",
        "the schema decides what a record looks like, not which are found",
        "SRU: recordSchema",
        fetch(
            search(_MANY, recordSchema="{marc}", maximumRecords="5"),
            SOME,
            keep={"found": lambda found: str(found.count)},
        ),
        fetch(
            search(_MANY, recordSchema="{second_schema}", maximumRecords="5"),
            ResponseClaim(
                "as many records as in MARCXML", lambda found, scene: str(found.count) == scene.names["found"]
            ),
        ),
    ),
    _case(
        "case",
        "a schema is known by its name in capitals, or is diagnostic 66",
        "SRU: recordSchema",
        fetch(
            search(_MANY, recordSchema="MARCXML", maximumRecords="1"),
            is_but(
                "records, or diagnostic 66",
                lambda found: bool(found.records) or any(one.number == 66 for one in found.diagnostics),
            ),
        ),
        level=Level.CLIENT,
    ),
    _case(
        "again",
        "a record asked for twice is the same twice",
        _PACKING,
        fetch(search(_MANY, maximumRecords="1"), SOME, name="before"),
        fetch(search(_MANY, maximumRecords="1"), same_records_as("before"), records(1)),
    ),
    _case(
        "declared",
        "the answer is XML by its type, in UTF-8",
        "SRU 1.2 over HTTP: text/xml, application/xml; RFC 7303",
        fetch(
            search(_MANY, maximumRecords="1"),
            SOME,
            header("Content-Type", r"(text|application)/(sru\+)?xml(\s*;\s*charset=\"?utf-8\"?)?"),
        ),
    ),
)
