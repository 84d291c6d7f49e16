"""Close, cancel, and services that a target does not have: each has its answer, or ends the association."""

from conformance.case import Ahead, Anew, Awaits, Case, Level, tell
from conformance.wire.z3950 import Element, boolean, context, number, sequence
from conformance.z3950.apdus import SEGMENT, close, init, order, present, search, trigger
from conformance.z3950.claims import FOUND, OPENED, SOME, closed, closed_or_refused, is_but
from conformance.z3950.steps import ALIVE, FIND, MAY_END, OPEN, bare, case

_CLOSE = "Z39.50-1995, 3.2.11.1: Close is answered by Close"
_TRIGGER = "Z39.50-1995, 3.2.6.4: TriggerResourceControl has no answer of its own"
_SERVICES = "Z39.50-1995, 3.2.9.1; Bib-1 diagnostic 221"
_STRAY = "Z39.50-1995, 4.2: an APDU that is not expected ends the association, and no other"
_REASONS = 10


def _stray(name: str, apdu: Element) -> Case:
    return case(
        "close",
        f"stray-{'-'.join(name.split())}",
        f"{name}, which nobody asked for, is refused or ends the association",
        _STRAY,
        tell(apdu, closed_or_refused(), awaits=MAY_END),
        *ALIVE,
        needs=("z_word",),
    )


CASES: tuple[Case, ...] = (
    case("close", "answered", "Close is answered by Close", _CLOSE, tell(close(), closed(*range(_REASONS)))),
    case(
        "close",
        "ended",
        "what comes behind a Close is not answered",
        _CLOSE,
        tell(close(), closed(*range(_REASONS))),
        tell(search(), closed(*range(_REASONS)), awaits=MAY_END),
        *ALIVE,
        needs=("z_word",),
    ),
    case(
        "close",
        "reason-unknown",
        "a Close for a reason that nobody knows is a Close",
        _CLOSE,
        tell(close(99), closed(*range(_REASONS)), awaits=MAY_END),
        *ALIVE,
        level=Level.SHOULD,
        needs=("z_word",),
    ),
    case(
        "close",
        "others",
        "an association's end is no other's",
        _CLOSE,
        Anew(),
        OPEN,
        tell(close(), closed(*range(_REASONS))),
        *ALIVE,
        needs=("z_word",),
    ),
    bare(
        "close",
        "version-2",
        "in version 2 the line is dropped",
        "Z39.50-1992: there is no Close",
        tell(init(versions=(0, 1)), OPENED),
        FIND,
        Anew(),
        OPEN,
        FIND,
        needs=("z_word",),
    ),
    case(
        "close",
        "cancel-idle",
        "a cancel where nothing is under way is passed over",
        _TRIGGER,
        tell(trigger(), awaits=Awaits.SILENCE),
        FIND,
        needs=("z_word",),
    ),
    case(
        "close",
        "report-idle",
        "a wish for a report does not stop a search",
        _TRIGGER,
        tell(trigger(1), awaits=Awaits.SILENCE),
        FIND,
        level=Level.SHOULD,
        needs=("z_word",),
    ),
    case(
        "close",
        "extended-services",
        "extended services are there, or are refused",
        _SERVICES,
        tell(
            order(),
            is_but(
                "operationStatus, or Close",
                lambda answer: answer.at(3) is not None or answer.at(211) is not None,
            ),
            awaits=MAY_END,
        ),
        *ALIVE,
        level=Level.SHOULD,
        needs=("z_word",),
    ),
    case(
        "close",
        "ahead",
        "what is sent ahead is answered in its order",
        "Z39.50-1995, 3.4",
        Ahead(
            (
                tell(search(reference=b"1"), FOUND),
                tell(present(elements=None, reference=b"2")),
                tell(search(reference=b"3"), SOME),
            )
        ),
        needs=("z_word",),
    ),
    bare(
        "close",
        "ahead-of-init",
        "a search behind Init in one segment is answered",
        "TCP is a stream",
        Ahead((tell(init(), OPENED), tell(search(), SOME))),
        level=Level.CLIENT,
        needs=("z_word",),
    ),
    _stray(
        "search response", context(23, number(23, 1), number(24, 0), number(25, 0), boolean(22, is_so=True))
    ),
    _stray("present response", context(25, number(24, 0), number(25, 0), number(27, 0))),
    _stray("init response", context(21, boolean(12, is_so=True))),
    _stray("segment", context(SEGMENT, number(24, 0), sequence())),
    _stray("access control response", context(29, context(38, Element(0, b"x")))),
    _stray("resource control response", context(31, boolean(44, is_so=True))),
)
