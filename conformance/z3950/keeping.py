"""Result sets: named, replaced, deleted, sorted; and lists of terms."""

from conformance.case import Case, Level, Step, tell
from conformance.wire.z3950 import Element
from conformance.z3950.apdus import NOTHING, delete, present, scan, search, sort, term
from conformance.z3950.claims import (
    DELETED,
    NONE,
    SOME,
    SORTED,
    as_many_as,
    count_of,
    data_of,
    entries_of,
    is_but,
    records,
    refused,
    same_records_as,
    status,
)
from conformance.z3950.steps import FIND, case

_SETS = "Z39.50-1995, 3.2.2.1.3: result sets"
_DELETE = "Z39.50-1995, 3.2.4.1: Delete"
_SORT = "Z39.50-1995, 3.2.7.1: Sort"
_SCAN = "Z39.50-1995, 3.2.8.1: Scan"
_NAMED = ("z_word", "z_named")
_SORTED = ("z_word", "z_sort", "z_pair", "z_usmarc")
_SCANNED = ("z_word", "z_scan")
_SCAN_FAILED, _SORT_FAILED = 6, 2
_WANTED = 5


def _terms(answer: Element) -> list[str]:
    return [text for text, _ in entries_of(answer)]


def _first(answer: Element) -> str | None:
    entries = entries_of(answer)
    return entries[0][0] if entries else None


def _first_count(answer: Element) -> str | None:
    entries = entries_of(answer)
    return str(entries[0][1]) if entries else None


def _is_whole_or_partial(answer: Element) -> bool:
    """Whether a scan of five terms has them all, or says that the list ended before."""
    came, said = len(entries_of(answer)), answer.number_at(4)
    return came == _WANTED if said == 0 else 0 < came < _WANTED and said in range(1, _SCAN_FAILED)


def _set(
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = _NAMED,
) -> Case:
    return case("named", name, title, clause, *steps, level=level, needs=needs)


def _scan(name: str, title: str, *steps: Step, level: Level = Level.MUST) -> Case:
    return case("terms", name, title, _SCAN, *steps, level=level, needs=_SCANNED)


def _sort(name: str, title: str, *steps: Step, level: Level = Level.MUST) -> Case:
    return case("order", name, title, _SORT, FIND, *steps, level=level, needs=_SORTED)


CASES: tuple[Case, ...] = (
    _set(
        "two",
        "two sets stand beside each other",
        _SETS,
        tell(search(name="A"), SOME),
        tell(search(NOTHING, name="B"), NONE),
        tell(present(name="A", elements=None), records(1)),
    ),
    _set(
        "replaced",
        "a set is replaced where that is asked for",
        _SETS,
        tell(search(name="A"), SOME),
        tell(search(NOTHING, name="A"), NONE),
        tell(present(name="A", elements=None), refused(13)),
    ),
    _set(
        "not-replaced",
        "a set is not replaced where that is not asked for: 21",
        _SETS,
        tell(search(name="A"), SOME),
        tell(search(NOTHING, name="A", is_replacing=False), refused(21)),
        tell(present(name="A", elements=None), records(1)),
    ),
    _set(
        "blanks",
        "names of sets are what they are, blanks and all",
        _SETS,
        tell(search(name="a set"), SOME),
        tell(present(name="a set", elements=None), records(1)),
        level=Level.SHOULD,
    ),
    _set(
        "deleted",
        "a set that was deleted is gone",
        _DELETE,
        tell(search(name="A"), SOME),
        tell(delete("A"), DELETED),
        tell(present(name="A", elements=None), refused(30)),
        needs=("z_word", "z_named", "z_delete"),
    ),
    _set(
        "deleted-alone",
        "the sets beside a deleted one stay",
        _DELETE,
        tell(search(name="A"), SOME),
        tell(search(name="B"), SOME),
        tell(delete("A"), DELETED),
        tell(present(name="B", elements=None), records(1)),
        needs=("z_word", "z_named", "z_delete"),
    ),
    _set(
        "deleted-all",
        "all sets are deleted at once",
        _DELETE,
        tell(search(name="A"), SOME),
        tell(delete(function=1), DELETED),
        tell(present(name="A", elements=None), refused(30)),
        needs=("z_word", "z_named", "z_delete"),
    ),
    _set(
        "deleted-unknown",
        "to delete a set that there is not is no success",
        _DELETE,
        tell(
            delete("zz-none"),
            is_but(
                "a status for the set: 1, it did not exist",
                lambda answer: (
                    any(part.number == 33 and part.integer == 1 for part in answer.walk())
                    or answer.number_at(0) in (1, 8, 9)
                ),
            ),
        ),
        FIND,
        needs=("z_word", "z_delete"),
    ),
    _set(
        "deleted-twice",
        "a set that is named twice is deleted once",
        _DELETE,
        tell(search(name="A"), SOME),
        tell(delete("A", "A")),
        FIND,
        level=Level.SHOULD,
        needs=("z_word", "z_named", "z_delete"),
    ),
    _scan(
        "from",
        "terms come from the one that was given on",
        tell(
            scan(),
            is_but("five terms and success, or fewer and partial success", _is_whole_or_partial),
        ),
        level=Level.SHOULD,
    ),
    _scan(
        "once",
        "no term comes twice",
        tell(
            scan(count=10),
            is_but(
                "terms, and none twice",
                lambda answer: _terms(answer) != [] and len(set(_terms(answer))) == len(_terms(answer)),
            ),
        ),
    ),
    _scan(
        "number",
        "the number of terms is told",
        tell(
            scan(),
            is_but("numberOfEntriesReturned", lambda answer: answer.number_at(5) == len(entries_of(answer))),
        ),
    ),
    _scan(
        "counts",
        "a term has as many hits as its search finds",
        tell(scan(count=1), keep={"term": _first, "hits": _first_count}),
        tell(search(term("{term}")), SOME, as_many_as("hits")),
    ),
    _scan(
        "joined",
        "a list goes on where it ended",
        tell(scan(count=3), name="before"),
        tell(scan(count=2), is_but("terms", lambda answer: bool(entries_of(answer)))),
    ),
    _scan(
        "position",
        "the given term stands where it is wanted",
        tell(
            scan(count=5, position=3),
            is_but("positionOfTerm 3, or fewer before it", lambda answer: (answer.number_at(6) or 1) <= 3),
        ),
    ),
    _scan("reference", "the reference id of a scan comes back", tell(scan(reference=b"\x01\x00"))),
    _scan(
        "use",
        "an access point that there is not is 114 or 228",
        tell(scan(use=9999), refused(114, 228, 232, 122, 1073), status(_SCAN_FAILED, 4)),
        FIND,
    ),
    _scan(
        "database",
        "a database that there is not is 235",
        tell(scan(database="zz-none"), refused(235, 109), status(_SCAN_FAILED, 4)),
        FIND,
    ),
    _scan(
        "step",
        "a step is taken, or is 205 or 206",
        tell(
            scan(step=1),
            is_but(
                "terms, or 205 or 206",
                lambda answer: bool(entries_of(answer)) or answer.number_at(4) == _SCAN_FAILED,
            ),
        ),
        FIND,
        level=Level.SHOULD,
    ),
    _scan(
        "none",
        "no terms are no terms",
        tell(scan(count=0), is_but("no term", lambda answer: not entries_of(answer))),
        FIND,
        level=Level.SHOULD,
    ),
    _scan(
        "negative",
        "a negative number of terms is refused, or is none",
        tell(scan(count=-1), is_but("no term", lambda answer: not entries_of(answer))),
        FIND,
    ),
    _scan(
        "many",
        "a million terms are fewer, or are refused",
        tell(
            scan(count=1_000_000),
            is_but("a hundred thousand terms at most", lambda answer: len(entries_of(answer)) < 100_000),
        ),
        FIND,
    ),
    _scan(
        "position-beyond",
        "a position beyond the terms is refused, or is none",
        tell(scan(count=2, position=99)),
        FIND,
        level=Level.SHOULD,
    ),
    _sort(
        "sorted",
        "a set is sorted, and stays a set",
        tell(sort(), SORTED),
        tell(present(elements=None), records(1)),
    ),
    _sort(
        "again",
        "sorted twice the same way it is the same",
        tell(sort(), SORTED),
        tell(present(1, 2, elements=None), name="before"),
        tell(sort(), SORTED),
        tell(present(1, 2, elements=None), same_records_as("before")),
    ),
    _sort(
        "other",
        "a set is sorted into another, and stays as it was",
        tell(present(elements=None), name="before"),
        tell(sort(target="B"), SORTED),
        tell(present(elements=None), same_records_as("before")),
        tell(present(name="B", elements=None), records(1)),
    ),
    _sort(
        "once",
        "no record comes twice in a set that is sorted",
        tell(sort(relation=1), SORTED),
        tell(
            present(1, 2, elements=None), is_but("two records", lambda answer: len(set(data_of(answer))) == 2)
        ),
    ),
    _sort(
        "set-unknown",
        "a set that there is not is 30",
        tell(sort(source="zz-none"), refused(30, 18, 230, 208), status(_SORT_FAILED, 3)),
        FIND,
    ),
    _sort(
        "key-unknown",
        "a key that there is not is 207",
        tell(sort(use=9999), refused(207, 114, 213, 237), status(_SORT_FAILED, 3)),
        FIND,
    ),
    case(
        "named",
        "of-count",
        "a set has as many records as the search said",
        _SETS,
        tell(search(name="A"), SOME, keep={"hits": count_of}),
        tell(search(name="B"), as_many_as("hits")),
        needs=("z_word", "z_named", "z_steady"),
    ),
)
