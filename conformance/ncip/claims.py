"""Claims about NCIP answers; each reads on from "the answer must have"."""

import re
from collections.abc import Callable

from conformance.case import ReplyClaim, Scene
from conformance.wire.ncip import NAMESPACE, Reply

BUSY = "Temporary Processing Failure"
NOT_UNDERSTOOD = "Invalid Message Syntax Error"
_TRACES = re.compile(
    rb"Traceback \(most recent|Exception in thread|\bat [a-z]+\.[\w.$]+\([\w.]+:\d+\)|\.(?:py|java|php|pm)\b"
    rb"|SQLSTATE|<html|It works!",
    re.IGNORECASE,
)


def done(service: str) -> ReplyClaim:
    """The service was done: its response, and no Problem in it."""
    name = f"{service}Response"
    return ReplyClaim(
        f"{name} without a Problem", lambda reply, _: reply.service == name and not reply.problems
    )


def refused(service: str, *kinds: str) -> ReplyClaim:
    """The service was refused, in its own response, with one of these ProblemTypes; none named: any."""
    name = f"{service}Response"
    return ReplyClaim(
        f"{name} with a Problem{': ' if kinds else ''}{' or '.join(kinds)}",
        lambda reply, _: reply.service == name and _is_problem(reply, kinds),
    )


def problem(*kinds: str) -> ReplyClaim:
    """There is a Problem of one of these types, alone or in a response."""
    return ReplyClaim(f"a Problem: {' or '.join(kinds)}", lambda reply, _: _is_problem(reply, kinds))


def about(element: str, value: str | None = None) -> ReplyClaim:
    """The Problem names the element, by a path that ends with it, and what stood there."""

    named = re.compile(rf"(^|[/:\]]){element}(/|$)")

    def holds(reply: Reply, scene: Scene) -> bool:
        return any(
            named.search(found.element) and (value is None or found.value == scene.say(value))
            for found in reply.problems
        )

    return ReplyClaim(f"a ProblemElement {element}{f' with the value {value!r}' if value else ''}", holds)


def told(path: str, text: str) -> ReplyClaim:
    """The first element at a path is exactly `text`, in which names in braces are filled in."""
    return ReplyClaim(f"{path} {text!r}", lambda reply, scene: reply.first(path) == scene.say(text))


def told_one_of(path: str, *texts: str) -> ReplyClaim:
    """The first element at a path is one of these."""
    return ReplyClaim(f"{path} {' or '.join(map(repr, texts))}", lambda reply, _: reply.first(path) in texts)


def told_if_at_all(path: str, text: str) -> ReplyClaim:
    """The first element at a path is missing, or exactly `text`."""
    return ReplyClaim(
        f"{path}, if at all, {text!r}", lambda reply, scene: reply.first(path) in (None, scene.say(text))
    )


def listed(path: str, text: str) -> ReplyClaim:
    """One of the elements at a path is exactly `text`."""
    return ReplyClaim(f"a {path} {text!r}", lambda reply, scene: scene.say(text) in reply.every(path))


def not_listed(path: str, text: str) -> ReplyClaim:
    """None of the elements at a path is `text`."""
    return ReplyClaim(f"no {path} {text!r}", lambda reply, scene: scene.say(text) not in reply.every(path))


def times(path: str, text: str, count: int) -> ReplyClaim:
    """So many of the elements at a path are exactly `text`."""
    return ReplyClaim(
        f"{path} {text!r} {count} times",
        lambda reply, scene: reply.every(path).count(scene.say(text)) == count,
    )


def filled(*paths: str) -> ReplyClaim:
    """There is text at each of these paths."""
    return ReplyClaim(
        " and ".join(f"a filled {path}" for path in paths),
        lambda reply, _: all(reply.first(path) for path in paths),
    )


def there(*paths: str) -> ReplyClaim:
    """There is an element at each of these paths."""
    return ReplyClaim(" and ".join(paths), lambda reply, _: all(map(reply.elements, paths)))


def missing(*paths: str) -> ReplyClaim:
    """There is no element at any of these paths."""
    return ReplyClaim(f"no {' or '.join(paths)}", lambda reply, _: not any(map(reply.elements, paths)))


def fits(path: str, pattern: str, words: str) -> ReplyClaim:
    """Every element at a path is `pattern` as a whole, and there is one."""
    return ReplyClaim(
        f"{path} as {words}",
        lambda reply, _: (
            bool(reply.every(path)) and all(re.fullmatch(pattern, text) for text in reply.every(path))
        ),
    )


def at_most(path: str, count: int) -> ReplyClaim:
    """There are between one and so many elements at a path."""
    return ReplyClaim(f"one to {count} {path}", lambda reply, _: 1 <= len(reply.elements(path)) <= count)


def same_as(name: str, *paths: str) -> ReplyClaim:
    """What stands at these paths is what stood there in the answer called `name`."""
    return ReplyClaim(
        f"the same {', '.join(paths)} as before",
        lambda reply, scene: all(reply.every(path) == scene.replied[name].every(path) for path in paths),
    )


def same_bytes_as(name: str) -> ReplyClaim:
    """The message is, byte for byte, the one called `name`."""
    return ReplyClaim("the same bytes as before", lambda reply, scene: reply.raw == scene.replied[name].raw)


def other_than(name: str, path: str) -> ReplyClaim:
    """What stands at a path is something else than in the answer called `name`."""
    return ReplyClaim(
        f"another {path} than before",
        lambda reply, scene: reply.every(path) != scene.replied[name].every(path),
    )


def in_version(uri: str) -> ReplyClaim:
    """The answer is in this version."""
    return ReplyClaim(f"the version {uri}", lambda reply, _: reply.uri == uri)


def in_version_number(*numbers: str) -> ReplyClaim:
    """The answer names one of these versions, by whatever URI."""
    return ReplyClaim(f"a version {' or '.join(numbers)}", lambda reply, _: reply.version in numbers)


def prefixed(prefix: str) -> ReplyClaim:
    """Root and service have this prefix, "" being the default namespace."""

    def holds(reply: Reply, _: Scene) -> bool:
        elements = [reply.root, reply.content]
        return all(element is not None and element.prefix == prefix for element in elements)

    return ReplyClaim(f"the prefix {prefix!r}", holds)


def status(*codes: int) -> ReplyClaim:
    """The HTTP status is one of these."""
    return ReplyClaim(f"status {' or '.join(map(str, codes))}", lambda reply, _: reply.status in codes)


def quiet_about(text: str) -> ReplyClaim:
    """The text is nowhere in what was sent, headers included."""

    def holds(reply: Reply, scene: Scene) -> bool:
        said = scene.say(text)
        return said.encode() not in reply.raw and not any(said in value for value in reply.headers.values())

    return ReplyClaim(f"nothing of {text!r}", holds)


def is_but(words: str, holds: Callable[[Reply], bool]) -> ReplyClaim:
    """Something that only one case asks for."""
    return ReplyClaim(words, lambda reply, _: holds(reply))


def header(name: str, pattern: str) -> ReplyClaim:
    """An HTTP header is `pattern` as a whole."""
    return ReplyClaim(
        f"a header {name} as {pattern}",
        lambda reply, _: (
            re.fullmatch(pattern, reply.headers.get(name.lower(), ""), re.IGNORECASE) is not None
        ),
    )


def _is_problem(reply: Reply, kinds: tuple[str, ...]) -> bool:
    return any(not kinds or found.kind in kinds for found in reply.problems)


def _is_whole(reply: Reply, _: Scene) -> bool:
    return not reply.faults()


LAYOUT = ReplyClaim("every element where the schema has it", _is_whole)
NOT_BUSY = ReplyClaim(
    f"no {BUSY}: asking again would not help", lambda reply, _: not _is_problem(reply, (BUSY,))
)
NO_TRACE = ReplyClaim("no trace of a program, and no page", lambda reply, _: not _TRACES.search(reply.raw))
NO_NAMESPACE = is_but(
    "no namespace, as version 1 has none",
    lambda reply: (
        reply.root is not None and reply.root.namespace == "" and "version" in reply.root.attributes
    ),
)
NAMESPACED = is_but(
    "the namespace of NCIP", lambda reply: reply.root is not None and reply.root.namespace == NAMESPACE
)
REFUSED_SYNTAX = (problem(NOT_UNDERSTOOD), NO_TRACE)
"""What is answered to what is no XML, or should not be read."""


def _clean(reply: Reply) -> bool:
    """Whether it is a Problem, or HTTP's own refusal of what the client did."""
    if reply.status in (200, 0):
        return bool(reply.problems)
    return 400 <= reply.status < 500


REFUSED_CLEANLY = (
    is_but("a Problem, or a status of 400 to 499", _clean),
    NO_TRACE,
)
"""What may come of what is hostile: NCIP's refusal, or HTTP's."""
REFUSED_UNREAD = (
    is_but(
        "a Problem of syntax, or a status of 400 to 499",
        lambda reply: _clean(reply) and all(found.kind == NOT_UNDERSTOOD for found in reply.problems),
    ),
    NO_TRACE,
)
"""What may come of what nobody should even read."""
SWAPPED = is_but(
    "a ResponseHeader with both agencies",
    lambda reply: bool(
        reply.first("ResponseHeader/FromAgencyId/AgencyId")
        and reply.first("ResponseHeader/ToAgencyId/AgencyId")
    ),
)
