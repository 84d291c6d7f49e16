"""Parameters as they travel in a URL or a form, decoded; and which ones each operation has in each version.

Rule: nothing is repaired in silence. A value that is no UTF-8 is None, and whoever reads it must say so; what
is not percent-encoded as it should be stands for itself, as in a query that was typed by hand.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote_to_bytes

from protocols.sru.dialects import Operation, Version

Pair = tuple[str, str | None]
"""A name and its value, None where that is not UTF-8."""


def decoded(raw: bytes) -> list[Pair]:
    """The parameters of a query string or a form, in turn, each as often as it was sent."""
    pairs = []
    for part in raw.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            pairs.append((_text(name) or _readable(name), _text(value)))
    return pairs


def _bytes(encoded: bytes) -> bytes:
    return unquote_to_bytes(encoded.replace(b"+", b" "))


def _text(encoded: bytes) -> str | None:
    try:
        return _bytes(encoded).decode()
    except UnicodeDecodeError:
        return None


def _readable(encoded: bytes) -> str:
    return _bytes(encoded).decode(errors="replace")


OPERATION: Final = "operation"
VERSION: Final = "version"
EXTRA_PREFIX: Final = "x-"
"""Names that begin so are ours to ignore, by whatever server they were meant for."""

_SEARCH_RETRIEVE: Final = ("query", "startRecord", "maximumRecords", "recordPacking", "recordSchema")
FACET_PARAMETERS: Final = ("facetLimit", "facetStart", "facetSort")
ONLY_IN_2_0: Final = frozenset(
    ("queryType", "recordXMLEscaping", "renderedBy", "httpAccept", "responseType", *FACET_PARAMETERS)
)
"""Who sends one of these speaks 2.0, and need not say so."""

PARAMETERS: Final[Mapping[tuple[Operation, Version], tuple[str, ...]]] = MappingProxyType({
    (Operation.SEARCH_RETRIEVE, Version.V1_1): (
        VERSION, *_SEARCH_RETRIEVE, "recordXPath", "resultSetTTL", "sortKeys", "stylesheet",
    ),
    (Operation.SEARCH_RETRIEVE, Version.V1_2): (VERSION, *_SEARCH_RETRIEVE, "resultSetTTL", "stylesheet"),
    (Operation.SEARCH_RETRIEVE, Version.V2_0): (
        VERSION, "queryType", "query", "startRecord", "maximumRecords", "recordXMLEscaping", "recordPacking",
        "recordSchema", *FACET_PARAMETERS, "resultSetTTL", "sortKeys", "stylesheet", "renderedBy",
        "httpAccept", "responseType",
    ),
    (Operation.SCAN, Version.V1_1): (VERSION, "scanClause", "responsePosition", "maximumTerms", "stylesheet"),
    (Operation.SCAN, Version.V1_2): (VERSION, "scanClause", "responsePosition", "maximumTerms", "stylesheet"),
    (Operation.SCAN, Version.V2_0): (
        VERSION, "scanClause", "responsePosition", "maximumTerms", "httpAccept", "stylesheet",
    ),
    (Operation.EXPLAIN, Version.V1_1): (VERSION, "recordPacking", "stylesheet"),
    (Operation.EXPLAIN, Version.V1_2): (VERSION, "recordPacking", "stylesheet"),
    (Operation.EXPLAIN, Version.V2_0): (
        VERSION, "recordXMLEscaping", "recordPacking", "stylesheet", "httpAccept",
    ),
})  # fmt: skip
"""The parameters of an operation beside `operation` itself, in the order in which an answer repeats them."""
