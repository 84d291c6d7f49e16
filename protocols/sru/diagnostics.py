"""The diagnostics of SRU: what can be said of a request that went wrong, and what that does to the answer.

Rule: a number says everything. Its text is the one the list registers, and what its details hold is written
beside it; a number that no list has is our mistake.

Source: the diagnostics list of SRU (info:srw/diagnostic/1), as the 1.1 and 1.2 specifications print it; 9 is
from Annex A of SRU 2.0 (OASIS searchRetrieve part 3); 235 and 236 come from the bib-1 set of Z39.50.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

import msgspec

URI: Final = "info:srw/diagnostic/1/"
SURROGATE_SCHEMA: Final = "info:srw/schema/1/diagnostics-v1.1"
"""The recordSchema of a record that is a diagnostic, in every version."""


class Family(Enum):
    """What a diagnostic does to the answer that carries it."""

    FATAL = "fatal"  # there are no records because of it
    WARNING = "warning"  # something was not done as asked, and the records are there
    SURROGATE = "surrogate"  # it may stand in the place of one record


class Kind(msgspec.Struct, frozen=True):
    """A diagnostic that the list has: its registered text, what details should hold, and its family."""

    message: str
    details: str = ""
    family: Family = Family.FATAL


_WARNING: Final = Family.WARNING
_SURROGATE: Final = Family.SURROGATE
_SET: Final = "id of the result set"
_SCHEMA: Final = "URI or short name of the schema"

KINDS: Final[Mapping[int, Kind]] = MappingProxyType({
    # General
    1: Kind("General system error", "a short text, never a stack trace"),
    2: Kind("System temporarily unavailable"),
    3: Kind("Authentication error"),
    4: Kind("Unsupported operation", "the operation"),
    5: Kind("Unsupported version", "the highest version served"),
    6: Kind("Unsupported parameter value", "name of the parameter, and its value"),
    7: Kind("Mandatory parameter not supplied", "name of the parameter"),
    8: Kind("Unsupported parameter", "name of the parameter"),
    9: Kind("Unsupported combination of parameters", "names of the parameters"),
    # The query
    10: Kind("Query syntax error", "where, and what was expected"),
    11: Kind("Unsupported query type", "the query type"),
    12: Kind("Too many characters in query", "the most that are accepted"),
    13: Kind("Invalid or unsupported use of parentheses", "offset of the character"),
    14: Kind("Invalid or unsupported use of quotes", "offset of the character"),
    15: Kind("Unsupported context set", "URI or short name of the context set"),
    16: Kind("Unsupported index", "the index"),
    17: Kind("Unsupported combination of index and context set", "set.index"),
    18: Kind("Unsupported combination of indexes", "the indexes, blanks between"),
    19: Kind("Unsupported relation", "the relation"),
    20: Kind("Unsupported relation modifier", "the modifier"),
    21: Kind("Unsupported combination of relation modifiers", "the modifiers, slashes between"),
    22: Kind("Unsupported combination of relation and index", "index and relation, a blank between"),
    23: Kind("Too many characters in term", "the most that are accepted"),
    24: Kind("Unsupported combination of relation and term", "relation and term, a blank between"),
    25: Kind("Special characters not quoted in term", "the character"),
    26: Kind("Non special character escaped in term", "the character"),
    27: Kind("Empty term unsupported", "the index"),
    28: Kind("Masking character not supported", "the character"),
    29: Kind("Masked words too short", "the fewest characters that are accepted"),
    30: Kind("Too many masking characters in term", "the most that are accepted"),
    31: Kind("Anchoring character not supported"),
    32: Kind("Anchoring character in unsupported position", "offset of the character"),
    33: Kind("Combination of proximity/adjacency and masking characters not supported"),
    34: Kind("Combination of proximity/adjacency and anchoring characters not supported"),
    35: Kind("Term contains only stopwords", "the term"),
    36: Kind("Term in invalid format for index or relation", "the term"),
    37: Kind("Unsupported boolean operator", "the operator"),
    38: Kind("Too many boolean operators in query", "the most that are accepted"),
    39: Kind("Proximity not supported"),
    40: Kind("Unsupported proximity relation", "the relation"),
    41: Kind("Unsupported proximity distance", "the distance"),
    42: Kind("Unsupported proximity unit", "the unit"),
    43: Kind("Unsupported proximity ordering", "the ordering"),
    44: Kind("Unsupported combination of proximity modifiers", "the modifiers, slashes between"),
    45: Kind("Prefix assigned to multiple identifiers", "the prefix"),
    46: Kind("Unsupported boolean modifier", "the modifier"),
    47: Kind("Cannot process query; reason unknown"),
    48: Kind("Query feature unsupported", "the feature"),
    49: Kind("Masking character in unsupported position", "the term, or offset of the character"),
    # Result sets
    50: Kind("Result sets not supported"),
    51: Kind("Result set does not exist", _SET),
    52: Kind("Result set temporarily unavailable", _SET),
    53: Kind("Result sets only supported for retrieval"),
    54: Kind("Retrieval may only occur from an existing result set"),
    55: Kind("Combination of result sets with search terms not supported"),
    56: Kind("Only combination of single result set with search terms supported"),
    57: Kind("Result set created but no records available"),
    58: Kind("Result set created with unpredictable partial results available", family=_WARNING),
    59: Kind("Result set created with valid partial results available", family=_WARNING),
    60: Kind("Result set not created: too many matching records", "the most that are kept"),
    # Records
    61: Kind("First record position out of range", "number of records"),
    62: Kind("Negative number of records requested"),
    63: Kind("System error in retrieving records", family=_SURROGATE),
    64: Kind("Record temporarily unavailable", "id of the record", _SURROGATE),
    65: Kind("Record does not exist", "id of the record", _SURROGATE),
    66: Kind("Unknown schema for retrieval", _SCHEMA),
    67: Kind("Record not available in this schema", _SCHEMA, _SURROGATE),
    68: Kind("Not authorized to send record", "id of the record", _SURROGATE),
    69: Kind("Not authorized to send record in this schema", _SCHEMA, _SURROGATE),
    70: Kind("Record too large to send", "the largest size", _SURROGATE),
    71: Kind("Unsupported record packing", "the value"),
    72: Kind("XPath retrieval unsupported", "the expression"),
    73: Kind("XPath expression contains unsupported feature", "the feature"),
    74: Kind("Unable to evaluate XPath expression", "the expression"),
    # Sorting
    80: Kind("Sort not supported", "the key"),
    81: Kind("Unsupported sort type", "the type"),
    82: Kind("Unsupported sort sequence", "the key"),
    83: Kind("Too many records to sort", "the most that are sorted"),
    84: Kind("Too many sort keys to sort", "the most that are accepted"),
    85: Kind("Duplicate sort keys", "the key"),
    86: Kind("Cannot sort: incompatible record formats"),
    87: Kind("Unsupported schema for sort", _SCHEMA),
    88: Kind("Unsupported path for sort", "the path"),
    89: Kind("Path unsupported for schema", "the path"),
    90: Kind("Unsupported direction", "the value"),
    91: Kind("Unsupported case", "the value"),
    92: Kind("Unsupported missing value action", "the value"),
    93: Kind("Sort ended due to missing value", "the key"),
    94: Kind("Sort spec included both in query and protocol: query prevails", family=_WARNING),
    95: Kind("Sort spec included both in query and protocol: protocol prevails", family=_WARNING),
    96: Kind("Sort spec included both in query and protocol: error"),
    # Explain
    100: Kind("Explain not supported"),
    101: Kind("Explain request type not supported"),
    102: Kind("Explain record temporarily unavailable"),
    # Stylesheets
    110: Kind("Stylesheets not supported", "URL of the stylesheet", _WARNING),
    111: Kind("Unsupported stylesheet", "URL of the stylesheet", _WARNING),
    # Scan
    120: Kind("Response position out of range", "the position"),
    121: Kind("Too many terms requested", "the most that are given"),
    # Databases
    235: Kind("Database does not exist", "name of the database"),
    236: Kind("Access to specified database denied", "name of the database"),
})  # fmt: skip


class Diagnostic(msgspec.Struct, frozen=True):
    """One diagnostic. An empty `message` stands for the registered text.

    Raises KeyError for a number that is in no list.
    """

    number: int
    details: str = ""
    message: str = ""

    def __post_init__(self) -> None:
        KINDS[self.number]

    @property
    def uri(self) -> str:
        """What names it in an answer, in every version."""
        return f"{URI}{self.number}"

    @property
    def kind(self) -> Kind:
        """What the list says of its number."""
        return KINDS[self.number]

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.message or self.kind.message
