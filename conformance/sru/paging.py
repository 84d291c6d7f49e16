"""Pages: joined, they are all that was found, each record once, in one order."""

from collections.abc import Sequence

from conformance.case import Case, Fetch, Level, ResponseClaim, Step, Walk, WalkClaim, fetch
from conformance.sru.claims import (
    ANSWERED,
    NO_TRACE,
    SOME,
    as_many_as,
    count_of,
    every_page,
    is_but,
    key_of,
    keys,
    next_position,
    positions_from,
    records,
    same_records_as,
)
from conformance.sru.texts import search
from conformance.wire.sru import Response

_PAGES = "SRU: startRecord, maximumRecords, nextRecordPosition"
_NEXT = "SRU: nextRecordPosition; clients turn pages by it"
_BEYOND = "SRU: diagnostic 61, first record position out of range"
_STABLE = "SRU: the order of what was found does not change from page to page"


def _case(
    name: str, title: str, clause: str, *steps: Step, level: Level = Level.MUST, needs: tuple[str, ...] = ()
) -> Case:
    return Case(id=f"paging.{name}", title=title, level=level, clause=clause, steps=steps, also_needs=needs)


def _all_of(pages: Sequence[Response]) -> list[str]:
    return [key_of(record) for page in pages for record in page.records]


def _positions(pages: Sequence[Response]) -> list[str]:
    return [record.position for page in pages for record in page.records]


JOINED: WalkClaim = every_page(
    "all that numberOfRecords counts, each once",
    lambda pages: len(_all_of(pages)) == len(set(_all_of(pages))) == (pages[0].count if pages else None),
)
_NUMBERED = every_page(
    "recordPosition from 1 to the last",
    lambda pages: _positions(pages) == [str(at) for at in range(1, len(_positions(pages)) + 1)],
)
_COUNTED = every_page(
    "the same numberOfRecords on each page", lambda pages: len({page.count for page in pages}) == 1
)
_LINKED = every_page(
    "nextRecordPosition on each but the last",
    lambda pages: (
        all(page.next_position is not None for page in pages[:-1]) and pages[-1].next_position is None
    ),
)
_PAGE: Fetch = fetch(search("{many}", maximumRecords="{page}"), ANSWERED, records(1, 300))
_COUNT = fetch(search("{many}", maximumRecords="1"), SOME, keep={"found": count_of})


def _from(start: str, most: str, *claims: ResponseClaim, name: str = "") -> Fetch:
    return fetch(search("{many}", startRecord=start, maximumRecords=most), *claims, name=name)


def _second_is_first(response: Response, before: Response) -> bool:
    return keys(response)[:1] == keys(before)[1:2] and bool(response.records)


CASES = (
    _case("joined", "pages joined are all that was found, each record once", _PAGES, Walk(_PAGE, (JOINED,))),
    _case(
        "numbered", "records are numbered through all pages", "SRU: recordPosition", Walk(_PAGE, (_NUMBERED,))
    ),
    _case(
        "counted",
        "every page tells the same count",
        "SRU: numberOfRecords is of the search, not of the page",
        Walk(_PAGE, (_COUNTED,)),
    ),
    _case(
        "linked",
        "every page but the last names the next",
        _NEXT,
        Walk(_PAGE, (_LINKED, JOINED)),
        level=Level.SHOULD,
    ),
    _case(
        "next",
        "behind one record the second is next",
        _NEXT,
        _from("1", "1", records(1), next_position(2)),
        level=Level.SHOULD,
    ),
    _case(
        "last",
        "behind the last record nothing is next",
        _NEXT,
        _COUNT,
        _from("{found}", "1", records(1), next_position(None)),
    ),
    _case(
        "last-but-more",
        "a page that ends early ends with the last record",
        _PAGES,
        _COUNT,
        _from("{found}", "10", records(1), next_position(None)),
    ),
    _case(
        "from-two",
        "the second record is the second, wherever a page begins",
        _PAGES,
        _from("1", "2", records(2), name="before"),
        _from(
            "2",
            "1",
            positions_from(2),
            ResponseClaim(
                "the record that was second",
                lambda found, scene: _second_is_first(found, scene.found["before"]),
            ),
        ),
    ),
    _case(
        "again",
        "the same page is the same page",
        _STABLE,
        fetch(search("{many}", maximumRecords="{page}"), SOME, name="before"),
        fetch(search("{many}", maximumRecords="{page}"), same_records_as("before")),
    ),
    _case(
        "sorted",
        "pages of what is sorted are joined as well",
        f"{_STABLE}, sorted or not",
        Walk(fetch(search("{many} sortBy {sort_index}", maximumRecords="{page}"), ANSWERED), (JOINED,)),
    ),
    _case(
        "beyond",
        "a page that begins behind the last record is diagnostic 61",
        _BEYOND,
        _COUNT,
        _from(
            "{found}0",
            "1",
            is_but(
                "diagnostic 61, and no record",
                lambda found: any(one.number == 61 for one in found.diagnostics) and not found.records,
            ),
        ),
    ),
    _case(
        "far-beyond",
        "a page as far away as numbers go is diagnostic 61, or 6",
        _BEYOND,
        _from(
            str(2**63 - 1),
            "1",
            is_but(
                "diagnostic 61 or 6, and no record",
                lambda found: any(one.number in (6, 61) for one in found.diagnostics) and not found.records,
            ),
            NO_TRACE,
        ),
    ),
    _case(
        "beyond-empty",
        "behind the last record there is no record, whatever else is said",
        _BEYOND,
        _COUNT,
        _from("{found}0", "1", records(0), NO_TRACE),
    ),
    _case(
        "over-the-end",
        "where the two numbers together pass all bounds, there is an answer or a refusal",
        _PAGES,
        _from(
            "2",
            str(2**63 - 1),
            is_but(
                "records, or diagnostic 6 or 61",
                lambda found: bool(found.records) or any(one.number in (6, 61) for one in found.diagnostics),
            ),
            NO_TRACE,
        ),
        level=Level.SHOULD,
    ),
    _case(
        "count-later",
        "a later page counts as the first does",
        _PAGES,
        _COUNT,
        _from("2", "1", as_many_as("found")),
    ),
)
