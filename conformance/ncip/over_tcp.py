"""NCIP without HTTP: bare XML both ways over TCP, with TLS or without; a message ends with its last tag."""

from typing import Unpack

from msgspec.structs import replace

from conformance.case import AtOnce, Awaits, Case, Level, Post, PostHow, ReplyClaim, Step, post
from conformance.ncip.claims import (
    LAYOUT,
    NO_TRACE,
    NOT_UNDERSTOOD,
    done,
    listed,
    not_listed,
    problem,
    refused,
    told,
)
from conformance.ncip.shapes import all_but_the_end, followed_by, indented, led_by
from conformance.ncip.texts import (
    LOANS,
    LOOKUP_ITEM,
    check_in,
    check_out,
    item,
    lookup_item,
    lookup_user,
)

_BINDING = "Z39.83-2: direct TCP; field practice: no length before a message, read to its last tag"
_ANSWERED = (done("LookupItem"), told("ItemId/ItemIdentifierValue", "{item}"))
_RETURN = (post(check_in()),)
_LOANED = "LoanedItem/ItemId/ItemIdentifierValue"
_NO_END = b"<NCIPMessage>" + b" " * 3_000_000
_NO_XML = b"GET / HTTP/1.1\r\n\r\n</NCIPMessage>"
_DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>'


def _say(text: str, *claims: ReplyClaim, **how: Unpack[PostHow]) -> Post:
    """Return a message without HTTP."""
    return replace(post(text, *claims, **how), over_tcp=True)


def _case(name: str, title: str, *steps: Step, undo: tuple[Post, ...] = ()) -> Case:
    return Case(id=f"tcp.{name}", title=title, level=Level.MUST, clause=_BINDING, steps=steps, undo=undo)


_SERVES_ON = _say(LOOKUP_ITEM, *_ANSWERED)

CASES = (
    _case("answer", "a message is answered with a message", _say(LOOKUP_ITEM, *_ANSWERED, LAYOUT)),
    _case(
        "problem",
        "a refusal is a message, too",
        _say(lookup_item(item("no-such-item")), refused("LookupItem", "Unknown Item"), LAYOUT),
    ),
    _case(
        "pieces",
        "a message that arrives in pieces is one message",
        _say(LOOKUP_ITEM, *_ANSWERED, piece=11),
    ),
    _case(
        "line-ends",
        "line ends between and behind elements mean nothing",
        _say(LOOKUP_ITEM, *_ANSWERED, shape=indented),
        _say(LOOKUP_ITEM, *_ANSWERED, shape=followed_by(b"\r\n")),
    ),
    _case(
        "declaration",
        "an XML declaration may be there",
        _say(LOOKUP_ITEM, *_ANSWERED, shape=led_by(_DECLARED)),
    ),
    _case(
        "same-loan",
        "a loan over TCP is seen over HTTPS",
        _say(check_out(), done("CheckOutItem"), LAYOUT),
        post(lookup_user(None, LOANS), done("LookupUser"), listed(_LOANED, "{item}")),
        undo=_RETURN,
    ),
    _case(
        "half",
        "a client that leaves in the middle of a message has nothing lent",
        _say(check_out(), shape=all_but_the_end, awaits=Awaits.SILENCE),
        post(lookup_user(None, LOANS), done("LookupUser"), not_listed(_LOANED, "{item}")),
        _SERVES_ON,
        undo=_RETURN,
    ),
    _case(
        "noise",
        "what is no XML is refused in words, or ends the connection",
        _say(
            "",
            problem(NOT_UNDERSTOOD, "Protocol Error"),
            NO_TRACE,
            shape=lambda _: _NO_XML,
            awaits=Awaits.ANSWER_OR_END,
        ),
        _SERVES_ON,
    ),
    _case(
        "huge",
        "three megabytes without an end are refused in words, or end the connection",
        _say(
            "",
            problem(NOT_UNDERSTOOD, "Protocol Error"),
            shape=lambda _: _NO_END,
            awaits=Awaits.ANSWER_OR_END,
        ),
        _SERVES_ON,
    ),
    _case("many", "twenty clients at once are each answered", AtOnce((_SERVES_ON,) * 20)),
)
