"""Init: versions, options, sizes, reference ids, character sets, and what may not come before it."""

from conformance.case import Anew, Case, Level, tell
from conformance.wire.z3950 import Element, bits_of, oid_octets
from conformance.z3950.apdus import (
    NULL_IDENTIFICATION,
    OPTIONS,
    OTHER_INFORMATION,
    USER_INFORMATION,
    UTF_8,
    close,
    delete,
    init,
    present,
    proposed_utf_8,
    scan,
    search,
    sort,
)
from conformance.z3950.claims import (
    FOUND,
    OPENED,
    PROTOCOL_ERROR,
    SOME,
    closed,
    closed_or_refused,
    is_but,
    options_of,
)
from conformance.z3950.steps import ALIVE, FIND, MAY_END, OPEN, bare, case

_THEME = "init"
_INIT = "Z39.50-1995, 3.2.1.1: Init"
_VERSION = "Z39.50-1995, 3.2.1.1.1: versions common to both"
_OPTIONS = "Z39.50-1995, 3.2.1.1.2: options in effect are those of both"
_SIZES = "Z39.50-1995, 3.2.1.1.3: message sizes"
_REFERENCE = "Z39.50-1995, 3.4: the reference id comes back as it came"
_FIRST = "Z39.50-1995, 3.2.1.1, 4.2: no other APDU before Init is answered"
_EXTENSIBLE = "Z39.50-1995, 4.3: what is not known of version, options and otherInfo is passed over"
_NEGOTIATION = "Z39.50, CharSetandLanguageNegotiation-3"
_THREE, _BIT_SEARCH, _BIT_PRESENT, _NEGOTIATED = 2, 0, 1, 17
_SMALL = 16_384


def _within(asked: tuple[int, ...], answer: Element) -> bool:
    return options_of(answer) <= frozenset(asked)


def _before(name: str, request: Element) -> Case:
    """Return a case in which something comes before Init."""
    return bare(
        _THEME,
        f"before-{name}",
        f"{name} before Init ends the association, and no other",
        _FIRST,
        tell(request, closed(PROTOCOL_ERROR), awaits=MAY_END),
        *ALIVE,
    )


CASES: tuple[Case, ...] = (
    bare(_THEME, "accepted", "an association is opened", _INIT, OPEN),
    bare(
        _THEME,
        "version-3",
        "version 3 is agreed on, if nothing is wrong with it",
        _VERSION,
        tell(init(), OPENED, is_but("version 3", lambda answer: _THREE in bits_of(answer.at(3)))),
        level=Level.SHOULD,
    ),
    bare(
        _THEME,
        "version-2",
        "what has version 2 only is not answered in version 3",
        _VERSION,
        tell(
            init(versions=(0, 1)),
            OPENED,
            is_but("no version 3", lambda answer: _THREE not in bits_of(answer.at(3))),
        ),
        FIND,
    ),
    bare(
        _THEME,
        "versions-unknown",
        "versions that nobody knows are passed over",
        _EXTENSIBLE,
        tell(init(versions=(0, 1, 2, 7, 12)), OPENED),
        FIND,
    ),
    bare(
        _THEME,
        "options-of-both",
        "no option is in effect that was not asked for",
        _OPTIONS,
        tell(init(), OPENED, is_but("no other option", lambda answer: _within(OPTIONS, answer))),
    ),
    bare(
        _THEME,
        "options-least",
        "search and present alone are enough",
        _OPTIONS,
        tell(
            init(options=(_BIT_SEARCH, _BIT_PRESENT)),
            OPENED,
            is_but("no other option", lambda answer: _within((_BIT_SEARCH, _BIT_PRESENT), answer)),
        ),
        FIND,
    ),
    bare(
        _THEME,
        "options-search",
        "search and present are offered",
        _OPTIONS,
        tell(
            init(),
            is_but("search and present", lambda answer: {_BIT_SEARCH, _BIT_PRESENT} <= options_of(answer)),
        ),
    ),
    bare(
        _THEME,
        "options-unknown",
        "options that nobody knows are passed over, and not promised",
        _EXTENSIBLE,
        tell(
            init(options=(*OPTIONS, 25, 31)),
            OPENED,
            is_but("neither of them", lambda answer: not options_of(answer) & {25, 31}),
        ),
        FIND,
    ),
    bare(
        _THEME,
        "reference",
        "the reference id comes back, zeros and all",
        _REFERENCE,
        tell(init(reference=b"\x00kit\xff"), OPENED),
        tell(search(reference=b"2"), FOUND),
    ),
    bare(
        _THEME,
        "sizes",
        "no larger message is agreed on than was proposed",
        _SIZES,
        tell(
            init(preferred=_SMALL, largest=_SMALL),
            OPENED,
            is_but(
                "preferredMessageSize of 16384 at most, and exceptionalRecordSize no less than that",
                lambda answer: (
                    0 < (answer.number_at(5) or 0) <= _SMALL
                    and (answer.number_at(6) or 0) >= (answer.number_at(5) or 0)
                ),
            ),
        ),
        FIND,
        level=Level.SHOULD,
    ),
    bare(
        _THEME,
        "who",
        "the target says what it is",
        f"{_INIT}: implementationName",
        tell(init(), OPENED, is_but("implementationName", lambda answer: answer.at(111) is not None)),
        level=Level.SHOULD,
    ),
    bare(
        _THEME,
        "anonymous",
        "anonymous is somebody",
        f"{_INIT}: idAuthentication, anonymous",
        tell(init(NULL_IDENTIFICATION), OPENED),
        FIND,
        level=Level.CLIENT,
    ),
    bare(
        _THEME,
        "other-information",
        "information that nobody knows is passed over",
        _EXTENSIBLE,
        tell(init(USER_INFORMATION, OTHER_INFORMATION), OPENED),
        FIND,
    ),
    bare(
        _THEME,
        "charset",
        "UTF-8 is agreed on, and said to be",
        _NEGOTIATION,
        tell(
            init(proposed_utf_8(), options=(*OPTIONS, _NEGOTIATED)),
            OPENED,
            is_but(
                "UTF-8 among what was selected",
                lambda answer: any(
                    part.octets == oid_octets(UTF_8) or part.octets.upper() == b"UTF-8"
                    for part in answer.walk()
                ),
            ),
        ),
        FIND,
        level=Level.SHOULD,
        needs=("z_charset",),
    ),
    bare(
        _THEME,
        "charset-not-agreed",
        "a proposal without its option is passed over",
        _NEGOTIATION,
        tell(
            init(proposed_utf_8()),
            OPENED,
            is_but("no negotiation", lambda answer: _NEGOTIATED not in options_of(answer)),
        ),
        FIND,
    ),
    case(
        _THEME,
        "twice",
        "a second Init is answered or ends the association, and no other",
        _INIT,
        tell(init(), awaits=MAY_END),
        *ALIVE,
        level=Level.SHOULD,
    ),
    bare(
        _THEME,
        "apart",
        "two associations are strangers",
        "Z39.50-1995, 3.1: an association's result sets are its own",
        OPEN,
        FIND,
        Anew(),
        OPEN,
        tell(present(), closed_or_refused(30)),
    ),
    *(
        _before(name, request)
        for name, request in (
            ("search", search()),
            ("present", present()),
            ("scan", scan()),
            ("sort", sort()),
            ("delete", delete("default")),
        )
    ),
    bare(
        _THEME,
        "close-first",
        "a Close before Init does no harm",
        _FIRST,
        tell(close(), awaits=MAY_END),
        *ALIVE,
    ),
    case(_THEME, "search", "after Init there is a search", _INIT, tell(search(), SOME)),
)
