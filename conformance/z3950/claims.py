"""What may be claimed of an APDU that answers."""

from collections.abc import Callable

from conformance.case import ApduClaim, Scene
from conformance.wire.z3950 import Element, Kind, bits_of, diagnostics
from conformance.z3950.apdus import CLOSE, INIT_ANSWER, SEARCH_ANSWER

RECORDS = 28
PROTOCOL_ERROR, RESOURCES = 6, 4
_STATUS, _RESULT = 22, 12
_DIRECTORY_ENTRY, _LEADER = 12, 24


def is_but(words: str, holds: Callable[[Element], bool]) -> ApduClaim:
    """Claim something of the answer alone."""
    return ApduClaim(words, lambda answer, _: holds(answer))


def succeeded(answer: Element) -> bool:
    """Whether searchStatus, or result, is TRUE."""
    found = answer.at(_RESULT if answer.number == INIT_ANSWER else _STATUS)
    return found is not None and any(found.octets)


def count_of(answer: Element) -> str | None:
    """The resultCount of a search that succeeded."""
    count = answer.number_at(23)
    return str(count) if count is not None and succeeded(answer) else None


def records_of(answer: Element) -> tuple[Element, ...]:
    """Every NamePlusRecord in it."""
    found = answer.at(RECORDS)
    return () if found is None else found.parts


def data_of(answer: Element) -> tuple[bytes, ...]:
    """The octets of every record that is octets."""
    externals = [record.at(1, 1) for record in records_of(answer)]
    return tuple(
        octets.octets
        for one in externals
        if one is not None and one.parts
        for octets in (one.parts[0].at(1),)
        if octets is not None
    )


def syntaxes_of(answer: Element) -> tuple[bytes, ...]:
    """The object identifier of every record's syntax, in octets."""
    externals = [record.at(1, 1) for record in records_of(answer)]
    inner = [one.parts[0] for one in externals if one is not None and one.parts]
    return tuple(one.parts[0].octets for one in inner if one.parts and one.parts[0].kind is Kind.UNIVERSAL)


def counted(answer: Element, number: int) -> bool:
    """Whether it says that so many records are in it, and they are."""
    return answer.number_at(24) == number == len(records_of(answer))


def is_marc(octets: bytes) -> bool:
    """Whether this is one record of ISO 2709: length, base address, directory and end."""
    if len(octets) < _LEADER or not octets[:5].isdigit() or not octets[12:17].isdigit():
        return False
    base = int(octets[12:17])
    directory = octets[_LEADER : base - 1]
    return (
        int(octets[:5]) == len(octets)
        and octets.endswith(b"\x1e\x1d")
        and octets[base - 1 : base] == b"\x1e"
        and len(directory) % _DIRECTORY_ENTRY == 0
        and directory.isalnum()
    )


def is_in_its_charset(octets: bytes) -> bool:
    """Whether a record that says it is Unicode (leader/09 a) is UTF-8."""
    if octets[9:10] != b"a":
        return True
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def entries_of(answer: Element) -> tuple[tuple[str, int], ...]:
    """The terms of a scan, with their counts; -1 where none is told."""
    listed = answer.at(7, 1)
    infos = listed.every(1) if listed is not None else ()
    return tuple(
        (text.text, -1 if count is None else count.integer)
        for info in infos
        for text, count in ((info.at(45) or info.at(216), info.at(2)),)
        if text is not None
    )


def options_of(answer: Element) -> frozenset[int]:
    """The options of an initializeResponse."""
    return bits_of(answer.at(4))


OPENED = is_but("result TRUE", succeeded)
FOUND = is_but("searchStatus TRUE", succeeded)
SOME = is_but("searchStatus TRUE and hits", lambda answer: int(count_of(answer) or 0) > 0)
NONE = is_but(
    "searchStatus TRUE, the count 0 and no record",
    lambda answer: count_of(answer) == "0" and not records_of(answer),
)
NO_RECORDS = is_but("no record", lambda answer: not records_of(answer) and not answer.number_at(24))
MARC = is_but(
    "records of ISO 2709 whose lengths are right",
    lambda answer: bool(data_of(answer)) and all(map(is_marc, data_of(answer))),
)
CHARSET = is_but(
    "MARC that is UTF-8 where leader/09 is a",
    lambda answer: bool(data_of(answer)) and all(map(is_in_its_charset, data_of(answer))),
)
SORTED = is_but("sortStatus success", lambda answer: answer.number_at(3) == 0)
DELETED = is_but("deleteOperationStatus success", lambda answer: answer.number_at(0) == 0)


def records(number: int) -> ApduClaim:
    """So many records came, and the answer says so."""
    return is_but(f"{number} records, and their number", lambda answer: counted(answer, number))


def is_refused(answer: Element, numbers: tuple[int, ...]) -> bool:
    """Whether there is a diagnostic with one of these numbers, and no success of a search."""
    said = any(one.number in numbers for one in diagnostics(answer))
    return said and not (answer.number == SEARCH_ANSWER and succeeded(answer))


def refused(*numbers: int) -> ApduClaim:
    """A diagnostic with one of these numbers, and no success."""
    words = f"diagnostic {' or '.join(map(str, numbers))}"
    return is_but(words, lambda answer: is_refused(answer, numbers))


def about(text: str) -> ApduClaim:
    """A diagnostic that names just this."""
    return ApduClaim(
        f"{text!r} beside its diagnostic",
        lambda answer, scene: any(said.about == scene.say(text) for said in diagnostics(answer)),
    )


def closed(*reasons: int) -> ApduClaim:
    """A Close, for one of these reasons."""
    return is_but(
        f"Close with reason {' or '.join(map(str, reasons))}, if it is an answer at all",
        lambda answer: answer.number == CLOSE and answer.number_at(211) in reasons,
    )


def closed_or_refused(*numbers: int) -> ApduClaim:
    """A Close, or no success and one of these diagnostics (any, if none is named)."""
    return is_but(
        "a Close or a diagnostic" + (f" {' or '.join(map(str, numbers))}" if numbers else ""),
        lambda answer: (
            answer.number == CLOSE
            or any(said.number in numbers or not numbers for said in diagnostics(answer))
        ),
    )


def compared(words: str, holds: Callable[[Scene, int], bool]) -> ApduClaim:
    """Claim something of the count beside counts that were kept."""
    return ApduClaim(words, lambda answer, scene: holds(scene, int(count_of(answer) or -1)))


def as_many_as(name: str) -> ApduClaim:
    """The count is the one that was kept under this name."""
    return compared(f"as many hits as there were: {{{name}}}", lambda scene, it: it == int(scene.names[name]))


def same_records_as(name: str) -> ApduClaim:
    """The records are those of an answer that was given this name."""
    return ApduClaim(
        "the same records as before",
        lambda answer, scene: bool(records_of(answer)) and data_of(answer) == data_of(scene.heard[name]),
    )


def status(number: int, *path: int) -> ApduClaim:
    """The number at the end of a path is this one."""
    shown = ".".join(map(str, path))
    return is_but(f"{number} in [{shown}]", lambda answer: answer.number_at(*path) == number)
