"""The versions of SRU, and what an endpoint's answers look like beyond them.

Rule: what differs by version is in the tables here; what differs by the server that we are to be taken for is
a field of `Style`, and nowhere else.
"""

from enum import Enum, StrEnum
from typing import Final

import msgspec

from protocols.sru.diagnostics import Diagnostic


class Version(StrEnum):
    """A version of SRU; later ones compare greater."""

    V1_1 = "1.1"
    V1_2 = "1.2"
    V2_0 = "2.0"


VERSIONS: Final = tuple(Version)


class Operation(StrEnum):
    """What can be asked; 2.0 tells it from the other parameters."""

    SEARCH_RETRIEVE = "searchRetrieve"
    SCAN = "scan"
    EXPLAIN = "explain"


class Namespaces(msgspec.Struct, frozen=True):
    """The namespaces of a version's answers."""

    response: str
    scan: str
    diagnostic: str


_SRW: Final = "http://www.loc.gov/zing/srw/"
_OASIS: Final = "http://docs.oasis-open.org/ns/search-ws/"
_FIRST: Final = Namespaces(_SRW, _SRW, f"{_SRW}diagnostic/")

NAMESPACES: Final = {
    Version.V1_1: _FIRST,
    Version.V1_2: _FIRST,
    Version.V2_0: Namespaces(f"{_OASIS}sruResponse", f"{_OASIS}scan", f"{_OASIS}diagnostic"),
}
SRW_NAMESPACE: Final = _SRW
FACETED_RESULTS: Final = f"{_OASIS}facetedResults"
SEARCH_RESULT_ANALYSIS: Final = f"{_OASIS}searchResultAnalysis"
ALMA_EXTRA: Final = "http://www.exlibris.com/repository/search/xmlbeans/"
EXTRA: Final = "urn:circdesk:sru"
"""The namespace of what no list of SRU has: the cursor, and parameters of strangers that are echoed."""


class Escaping(StrEnum):
    """How a record travels: recordPacking in 1.1 and 1.2, recordXMLEscaping in 2.0."""

    XML = "xml"
    STRING = "string"


class Packing(StrEnum):
    """recordPacking of 2.0: a record as it is kept, or spread out by the server."""

    PACKED = "packed"
    UNPACKED = "unpacked"


class SchemaName(Enum):
    """What recordSchema holds in an answer."""

    URI = "uri"
    SHORT = "short"  # clients that compare URIs do not know it again; Alma's expect it


class Nothing(Enum):
    """How an answer without records, which is none because of a failure, says so."""

    LEFT_OUT = "left out"  # as the schemas have it: records holds at least one record
    EMPTY = "empty"


class FailedCount(Enum):
    """The number of records that a failed search is answered with."""

    ZERO = "zero"
    LEFT_OUT = "left out"


class Echo(Enum):
    """Whether an answer repeats its question."""

    YES = "yes"
    NO = "no"


class ExplainShape(Enum):
    """What an explain record looks like."""

    STANDARD = "standard"
    ALMA = "alma"  # two namespaces mixed, no databaseInfo, no attributes of the server


class OwnNumber(msgspec.Struct, frozen=True):
    """A server's own number for a diagnostic, which its details then hold, and its own words for it."""

    number: int
    details: str
    message: str  # in which {details} is what the details would hold


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """What answers look like where the standard leaves it open, or where a server is known to differ."""

    prefix: str = ""
    diagnostic_prefix: str = "diag"
    declaration: str = '<?xml version="1.0" encoding="UTF-8"?>'
    schema_name: SchemaName = SchemaName.URI
    nothing: Nothing = Nothing.LEFT_OUT
    failed_count: FailedCount = FailedCount.ZERO
    echo: Echo = Echo.YES
    explain: ExplainShape = ExplainShape.STANDARD
    own_numbers: tuple[OwnNumber, ...] = ()


OPEN: Final = Style()
ALMA: Final = Style(
    declaration='<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
    schema_name=SchemaName.SHORT,
    nothing=Nothing.EMPTY,
    failed_count=FailedCount.LEFT_OUT,
    echo=Echo.NO,
    explain=ExplainShape.ALMA,
    own_numbers=(OwnNumber(7, "200832", "Mandatory parameter {details} was not provided"),),
)
"""As Alma answers; its diagnostics have their registered URIs all the same."""


def spoken(diagnostic: Diagnostic, style: Style) -> tuple[str, str]:
    """Details and message of a diagnostic, in the words of the style."""
    for own in style.own_numbers:
        if own.number == diagnostic.number:
            return own.details, own.message.replace("{details}", diagnostic.details)
    return diagnostic.details, diagnostic.text
