"""Claims about SRU answers; each reads on from "the answer must have"."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree

from conformance.case import ResponseClaim, Scene, WalkClaim
from conformance.wire.records import (
    SLIM,
    availability_faults,
    control,
    fields,
    first,
    marc_faults,
    tallies,
    text_faults,
)
from conformance.wire.sru import OASIS, Record, Response, content, local, namespace
from conformance.wire.zeerex import Description, described, explain_faults

SEARCHED, SCANNED, EXPLAINED = "searchRetrieveResponse", "scanResponse", "explainResponse"
BUSY = (1, 2)
_NOT_IMPLEMENTED = (501, 505)  # a transfer coding, a version of HTTP
_TRACES = re.compile(
    rb"Traceback \(most recent|Exception in thread|\bat [a-z]+\.[\w.$]+\([\w.]+:\d+\)"
    rb"|\w\.(?:py|java|php|pm)\b|SQLSTATE|It works!",
)
_PAGE = re.compile(rb"<html|<!doctype html", re.IGNORECASE)


def is_but(words: str, holds: Callable[[Response], bool]) -> ResponseClaim:
    """Something that only one case asks for."""
    return ResponseClaim(words, lambda response, _: holds(response))


def refused(*numbers: int) -> ResponseClaim:
    """The request was refused with one of these diagnostics, and has no records; none named: any."""
    return ResponseClaim(
        f"{_listed(numbers)}, and no record", lambda response, _: is_refused(response, numbers)
    )


def is_refused(response: Response, numbers: Sequence[int]) -> bool:
    """Whether it has one of these diagnostics, and neither records nor terms."""
    said = [one.number for one in response.diagnostics]
    known = any(number in numbers for number in said) if numbers else bool(said)
    return known and not response.records and not response.terms and not response.count


def warned(*numbers: int) -> ResponseClaim:
    """One of these diagnostics is there, whatever else is."""
    return ResponseClaim(
        _listed(numbers),
        lambda response, _: any(said.number in numbers for said in response.diagnostics),
    )


def details(text: str) -> ResponseClaim:
    """The details, or the message, of a diagnostic hold a text in which names in braces are filled in."""
    return ResponseClaim(
        f"a diagnostic whose details hold {text!r}",
        lambda response, scene: any(
            scene.say(text).lower() in f"{said.details} {said.message}".lower()
            for said in response.diagnostics
        ),
    )


def details_like(pattern: str, words: str) -> ResponseClaim:
    """The details of a diagnostic have a place that fits."""
    return is_but(
        f"a diagnostic whose details tell {words}",
        lambda response: any(
            re.search(pattern, f"{said.details} {said.message}") for said in response.diagnostics
        ),
    )


def surrogate_or_refused(*numbers: int) -> ResponseClaim:
    """Every record is a surrogate diagnostic with one of these numbers, or the request is refused so."""

    def holds(response: Response) -> bool:
        instead = [record.diagnostic for record in response.records]
        all_are = bool(instead) and all(one is not None and one.number in numbers for one in instead)
        return all_are or is_refused(response, numbers)

    return is_but(f"{_listed(numbers)}, for all or in place of each record", holds)


def hits(least: int, most: int | None = None) -> ResponseClaim:
    """So many records are told; exactly `least` where no `most` is given."""
    return is_but(
        f"numberOfRecords {least}{'' if most is None else f' to {most}'}",
        lambda response: response.count is not None and least <= response.count <= (most or least),
    )


def as_many_as(name: str) -> ResponseClaim:
    """As many hits as the answer of that name, and no diagnostic."""
    return ResponseClaim(
        "as many records as before",
        lambda response, scene: not response.diagnostics and str(response.count) == scene.names[name],
    )


def more_or_as_many(name: str) -> ResponseClaim:
    """At least as many hits as were kept under that name."""
    return ResponseClaim(
        "no fewer records than before",
        lambda response, scene: response.count is not None and response.count >= int(scene.names[name]),
    )


def fewer_or_as_many(name: str) -> ResponseClaim:
    """At most as many hits as were kept under that name."""
    return ResponseClaim(
        "no more records than before",
        lambda response, scene: response.count is not None and response.count <= int(scene.names[name]),
    )


def makes_up(total: str, *parts: str) -> ResponseClaim:
    """The hits, added to those kept under `parts`, are those kept under `total`."""
    return ResponseClaim(
        f"as many records as are missing from {' and '.join(parts)} to {total}",
        lambda response, scene: (
            response.count is not None
            and response.count + sum(int(scene.names[part]) for part in parts) == int(scene.names[total])
        ),
    )


def records(least: int, most: int | None = None) -> ResponseClaim:
    """So many records are there."""
    return is_but(
        f"{least}{'' if most is None else f' to {most}'} records in it",
        lambda response: least <= len(response.records) <= (least if most is None else most),
    )


def records_up_to(name: str) -> ResponseClaim:
    """There are as many records as were found, or as the number kept under a name, whichever is less."""
    return ResponseClaim(
        f"up to {{{name}}} records in it",
        lambda response, scene: len(response.records) == min(response.count or 0, int(scene.names[name])),
    )


def next_position(position: int | None) -> ResponseClaim:
    """The next page begins there; None: there is none, and that is told by nothing being told."""
    words = "no nextRecordPosition" if position is None else f"nextRecordPosition {position}"
    return is_but(words, lambda response: response.next_position == position)


def positions_from(start: int) -> ResponseClaim:
    """The records are numbered from there, without a gap."""
    return is_but(
        f"recordPosition {start} and onward",
        lambda response: (
            [record.position for record in response.records]
            == [str(start + place) for place in range(len(response.records))]
            and bool(response.records)
        ),
    )


def in_version(version: str) -> ResponseClaim:
    """The answer is in this version, by its namespace and by what it says."""

    def holds(response: Response) -> bool:
        root = response.root
        return (
            root is not None
            and namespace(root).startswith(OASIS) is (version == "2.0")
            and (response.version == version)
        )

    return is_but(f"the namespace and number of version {version}", holds)


def is_response(kind: str) -> ResponseClaim:
    """The response is of that kind."""
    return is_but(f"a {kind}", lambda response: response.kind == kind)


def there(*path: str) -> ResponseClaim:
    """There is an element at a path."""
    return is_but("/".join(path), lambda response: bool(response.every(*path)))


def every_record(words: str, fits: Callable[[Record], bool]) -> ResponseClaim:
    """Each record fits, and there is one."""
    return is_but(
        words, lambda response: bool(response.records) and all(fits(record) for record in response.records)
    )


def every_record_without(words: str, faults: Callable[[Record], Iterator[str]]) -> ResponseClaim:
    """No record has a fault, and there is one."""

    def why(response: Response) -> str:
        return next((fault for record in response.records for fault in faults(record)), "")

    claim = every_record(words, lambda record: not any(faults(record)))
    return ResponseClaim(claim.words, claim.holds, why)


def same_records_as(name: str) -> ResponseClaim:
    """The records are those of the answer of that name, in their order."""
    return ResponseClaim(
        "the same records as before",
        lambda response, scene: keys(response) == keys(scene.found[name]) and bool(response.records),
    )


def begins_as_ends(name: str) -> ResponseClaim:
    """The title that is first is the one that was last in the answer of that name."""
    return ResponseClaim(
        "first the title that is last the other way round",
        lambda response, scene: (
            bool(titles(response)) and titles(response)[:1] == titles(scene.found[name])[-1:]
        ),
    )


def status(*codes: int) -> ResponseClaim:
    """The HTTP status is one of these."""
    return is_but(f"status {' or '.join(map(str, codes))}", lambda response: response.status in codes)


def header(name: str, pattern: str) -> ResponseClaim:
    """An HTTP header is `pattern` as a whole."""
    return is_but(
        f"a header {name} as {pattern}",
        lambda response: (
            re.fullmatch(pattern, response.headers.get(name.lower(), ""), re.IGNORECASE) is not None
        ),
    )


def quiet_about(text: str) -> ResponseClaim:
    """The text is nowhere in what was sent, headers included."""
    return is_but(
        f"nothing of {text!r}",
        lambda response: (
            text.encode() not in response.body
            and not any(text in value for value in response.headers.values())
        ),
    )


def every_page(words: str, holds: Callable[[Sequence[Response]], bool]) -> WalkClaim:
    """Something about all pages together."""
    return WalkClaim(words, lambda pages, _: holds(pages))


def keys(response: Response) -> tuple[str, ...]:
    """Return what each record is known by: its identifier, else the whole of it."""
    return tuple(key_of(record) for record in response.records)


def key_of(record: Record) -> str:
    """Return what a record is known by."""
    if record.identifier:
        return record.identifier
    if record.data is None:
        return record.text
    return control(record.data, "001") or ElementTree.tostring(record.data, "unicode")


def titles(response: Response) -> tuple[str, ...]:
    """Return the titles of records as they are sorted: from MARC, else all text."""
    return tuple(
        "" if record.data is None else first(record.data, "245", "a") or "".join(record.data.itertext())
        for record in response.records
    )


def count_of(response: Response) -> str | None:
    """Return the number of hits, to be kept."""
    return None if response.count is None or response.diagnostics else str(response.count)


def ava_of(name: str) -> Callable[[Response], str | None]:
    """Return what tells how many items the first record's AVA fields count ("items"), or lack ("away")."""

    def told_in(response: Response) -> str | None:
        data = response.records[0].data if response.records else None
        return None if data is None or not fields(data, "AVA") else str(tallies(data)[name])

    return told_in


def away(more: int, since: str) -> ResponseClaim:
    """So many more items are not available than were kept under a name, and no item was lost or found."""

    def holds(response: Response, scene: Scene) -> bool:
        now, items = ava_of("away")(response), ava_of("items")(response)
        return (
            now is not None
            and int(now) == int(scene.names[since]) + more
            and items == scene.names.get(f"{since}_items", items)
        )

    return ResponseClaim(f"AVA with {more:+} items away since before, and as many items in all", holds)


def description(response: Response) -> Description:
    """Return what an explain answer describes."""
    record = next(iter(response.records), None)
    return described(None if record is None else record.data)


def _listed(numbers: Sequence[int]) -> str:
    return f"diagnostic {' or '.join(map(str, numbers))}" if numbers else "a diagnostic"


def _marc(record: Record) -> Iterator[str]:
    if record.data is None:
        yield "it has no XML"
    else:
        yield from marc_faults(record.data)


def _text(record: Record) -> Iterator[str]:
    if record.data is None:
        yield "it has no XML"
    else:
        yield from text_faults(record.data)


def _ava(record: Record) -> Iterator[str]:
    for field in () if record.data is None else fields(record.data, "AVA"):
        yield from availability_faults(field)


def _clean(response: Response) -> bool:
    """Whether it is SRU's own refusal, or HTTP's, of what the client did."""
    if response.status == 200:
        return bool(response.diagnostics) and not response.records and not response.count
    is_fault = response.in_soap and response.fault is not None and response.status == 500
    return 400 <= response.status < 500 or response.status in _NOT_IMPLEMENTED or is_fault


def _answered_or_refused(response: Response) -> bool:
    return (response.status == 200 and not response.unreadable) or _clean(response)


LAYOUT = is_but("every element where the schema has it", lambda response: not response.faults())
ANSWERED = is_but(
    "numberOfRecords and no diagnostic",
    lambda response: response.count is not None and not response.diagnostics,
)
SOME = is_but(
    "one record at least, and no diagnostic",
    lambda response: (response.count or 0) > 0 and not response.diagnostics,
)
NONE = is_but(
    "numberOfRecords 0, no records and no diagnostic",
    lambda response: response.count == 0 and not response.records and not response.diagnostics,
)
NO_TRACE = is_but("no trace of a program, and no page", lambda response: not _is_trace(response))
NOT_BUSY = is_but(
    "neither diagnostic 1 nor 2: it is the request that is wrong",
    lambda response: not any(said.number in BUSY for said in response.diagnostics),
)
REFUSED_CLEANLY = (
    is_but("a diagnostic, or a status of 400 to 499, or a SOAP Fault", _clean),
    NO_TRACE,
)
"""What may come of what is hostile: SRU's refusal, or HTTP's."""
TAKEN_OR_REFUSED = (
    is_but("an answer, a diagnostic, or a status of 400 to 499", _answered_or_refused),
    NO_TRACE,
)
"""What may come of what is only odd."""
MARC = every_record_without("records that are MARCXML in every part", _marc)
CLEAN_TEXT = every_record_without("records in NFC without control or replacement characters", _text)
IS_SLIM = every_record(
    "records in MARCXML", lambda record: record.data is not None and namespace(record.data) == SLIM
)
AVA_RIGHT = every_record_without("AVA fields in their order, whose e, f and g agree", _ava)
HAS_AVA = is_but(
    "AVA in its record",
    lambda response: any(
        record.data is not None and fields(record.data, "AVA") for record in response.records
    ),
)
EXPLAIN_ORDER = is_but(
    "an explain record as ZeeRex has it",
    lambda response: any(
        record.data is not None and not any(explain_faults(record.data)) for record in response.records
    ),
)
COMPOSED_ECHO = is_but(
    "text in NFC alone", lambda response: unicodedata.is_normalized("NFC", _all_text(response))
)


def _is_trace(response: Response) -> bool:
    return bool(_TRACES.search(response.body)) or (
        response.status == 200 and bool(_PAGE.search(response.body[:300]))
    )


def _all_text(response: Response) -> str:
    return "" if response.root is None else "".join(response.root.itertext())


def echo_of(response: Response, name: str) -> str:
    """Return a parameter as the answer repeats it."""
    for kind in ("echoedSearchRetrieveRequest", "echoedScanRequest", "echoedExplainRequest"):
        for request in response.every(kind):
            for child in request:
                if local(child) == name:
                    return content(child)
    return ""
