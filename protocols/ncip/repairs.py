"""What a peer gets wrong and is served all the same, under names that can be shown to its vendor."""

from enum import StrEnum
from typing import Final

import msgspec

from protocols.ncip.problems import ProblemType


class Mode(StrEnum):
    """How a message that is not as the standard has it is treated.

    Strict: refused. Report: repaired, everything being noted. Lenient: repaired, noting what may lose
    something or hints at a broken client, and passing over `TRIFLES`.
    """

    STRICT = "strict"
    REPORT = "report"
    LENIENT = "lenient"


class Repair(StrEnum):
    """What was wrong."""

    AMPERSAND = "bare ampersand taken as text"
    CHARSET = "not in the charset that was declared"
    CHOICE = "elements that exclude each other, all of them kept"
    DATE = "date in another form than the schema's"
    DOCTYPE = "DOCTYPE ignored"
    EMPTY = "empty element taken as absent"
    ENTITY = "character of HTML that XML does not know by name"
    FLAG = "flag with content"
    INCOMPLETE = "structure without what it is about left out"
    LATER = "element of a later version"
    MISNAMED = "element under another element's name"
    MISSING = "required element missing"
    NAMESPACE = "namespace missing or foreign"
    NUMBER = "number unreadable, or too small, left out"
    ORDER = "element out of order"
    OTHER_VERSION = "written as in another version of the protocol"
    PADDED = "blanks around a value"
    PREFIX = "prefix never declared"
    REPEATED = "element given twice, the first being kept"
    STRAY = "element that does not belong here, kept"
    STRAY_TEXT = "text between elements left out"
    SYNONYM = "value under another name than its list's"
    TEXT_FOR_ELEMENT = "text in place of the element that belongs here"
    UNKNOWN_ATTRIBUTE = "attribute left out"
    UNKNOWN_ELEMENT = "element left out"
    UNQUALIFIED = "attribute without the namespace"
    VERSION = "version missing, or none that there is"


TRIFLES: Final = frozenset(
    (
        Repair.DOCTYPE,
        Repair.EMPTY,
        Repair.LATER,
        Repair.PADDED,
        Repair.STRAY_TEXT,
        Repair.SYNONYM,
        Repair.UNKNOWN_ATTRIBUTE,
    )
)
"""What lenient reading does not mention."""

ALLOWED: Final = frozenset((Repair.DOCTYPE, Repair.EMPTY, Repair.PADDED, Repair.SYNONYM))
"""What the schema does not forbid, so that strict reading does not either."""

PROBLEMS: Final[dict[Repair, ProblemType]] = {
    **dict.fromkeys(Repair, ProblemType.UNKNOWN_ELEMENT),
    **dict.fromkeys(
        (Repair.AMPERSAND, Repair.CHARSET, Repair.DOCTYPE, Repair.ENTITY, Repair.PREFIX, Repair.STRAY_TEXT),
        ProblemType.INVALID_MESSAGE_SYNTAX_ERROR,
    ),
    **dict.fromkeys(
        (Repair.EMPTY, Repair.INCOMPLETE, Repair.MISSING),
        ProblemType.NEEDED_DATA_MISSING,
    ),
    **dict.fromkeys(
        (Repair.FLAG, Repair.NUMBER, Repair.PADDED, Repair.SYNONYM, Repair.TEXT_FOR_ELEMENT),
        ProblemType.INVALID_MESSAGE_SYNTAX_ERROR,
    ),
    Repair.DATE: ProblemType.INVALID_DATE,
    Repair.VERSION: ProblemType.PROTOCOL_ERROR,
}
"""What strict reading answers instead."""


class Repaired(msgspec.Struct, frozen=True):
    """What was wrong, and where: `//CheckInItem/ItemId/AgencyId`."""

    repair: Repair
    path: str
