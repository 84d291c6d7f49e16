"""A target without a socket: searches, result sets, records at once and later, scans, orders, deletions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from protocols.z3950.apdus import (
    CaseSensitivity,
    DeleteFunction,
    DeleteResultSetRequest,
    DeleteResultSetResponse,
    DeleteSetStatus,
    ExtendedServicesRequest,
    ExtendedServicesResponse,
    MissingValue,
    Option,
    PresentRequest,
    PresentResponse,
    PresentStatus,
    Range,
    ResultSetStatus,
    ScanRequest,
    ScanResponse,
    ScanStatus,
    SearchResponse,
    SortAttributes,
    SortKeySpec,
    SortRelation,
    SortRequest,
    SortResponse,
    SortStatus,
    TaskFunction,
    TermInfo,
    WaitAction,
)
from protocols.z3950.externals import SearchInfoReport, cql_query, opened
from protocols.z3950.oids import BIB_1, GRS_1, ITEM_ORDER, OPAC, SUTRS, UNIMARC, USMARC, XML
from protocols.z3950.pqf import parse
from protocols.z3950.rpn import attribute
from protocols.z3950.structures import (
    AttributesPlusTerm,
    CompSpec,
    External,
    SchemaUri,
    Specification,
    bib_1_diagnostic,
)
from servers.z3950 import sets
from servers.z3950.target import Bounds
from tests.fakes.world import EMMA, World
from tests.matrix import proves
from tests.servers.z3950.given import (
    AGREED,
    Origin,
    diagnostic,
    external,
    octets,
    present,
    search,
    surrogates,
)

ALL = "@attr 2=103 x"


# Search


def test_a_search_tells_how_many_there_are(origin: Origin) -> None:
    answer = origin.searches("@attr 1=1003 austen")
    assert (answer.result_count, answer.search_status, answer.number_of_records_returned) == (2, True, 0)
    assert (answer.next_result_set_position, answer.records, answer.present_status) == (1, None, None)
    nothing = origin.searches("nowhere")
    assert (nothing.result_count, nothing.search_status, nothing.next_result_set_position) == (0, True, 0)


def test_a_search_that_fails_is_told_in_its_own_answer(origin: Origin) -> None:
    answer = origin.searches("@attr 1=9999 x")
    assert (answer.result_count, answer.search_status) == (0, False)
    assert answer.result_set_status is ResultSetStatus.NONE
    assert diagnostic(answer.records) == (114, "9999")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("@attr 1=31 @attr 2=1 soon", (126, "soon")),
        ("@and emma @attr 1=4 @attr 2=1 cat", (117, "1")),
        ("@or emma @attr 5=1 a", (9, "a")),
        ("@attr 5=101 #", (9, "#")),
        ("@prox 0 1 1 4 k 2 a b", (131, "ge")),
        ("@prox 0 99 1 2 k 2 emma other", (202, "99")),
        ("@prox 0 1 1 2 k 2 @attr 1=4 emma @attr 1=1003 other", (201, "")),
        ("@prox 0 1 1 2 k 4 emma other", (132, "paragraph")),
        ('"' + "x" * 1001 + '"', (11, "1000")),
        ("...", (125, "...")),
    ],
)
def test_what_the_catalogue_refuses_is_told_with_what_was_sent(
    origin: Origin, query: str, expected: tuple[int, str]
) -> None:
    assert origin.refused(query) == expected


def test_searchresult_1_tells_what_each_operand_finds(origin: Origin) -> None:
    def counts(query: str) -> list[tuple[int | None, bool]]:
        (item,) = origin.searches(query).additional_search_info or ()
        assert isinstance(item.information, External)
        report = opened(item.information)
        assert isinstance(report, SearchInfoReport)
        return [(each.subquery_count, each.full_query) for each in report.subqueries]

    assert counts("@and @attr 1=1003 austen @attr 1=4 emma") == [(2, False), (1, False)]
    assert counts("@attr 1=1003 austen") == [(2, True)]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("title = emma", 1),
        ("dc.creator = austen not title = emma", 1),
        ("cql.allRecords = 1", 5),
        ("cql.resultSetId = default", 2),
        ("cql.resultSetId = default and title = emma", 1),
    ],
)
def test_cql_means_what_it_means_over_sru(origin: Origin, query: str, hits: int) -> None:
    origin.searches("@attr 1=1003 austen")
    assert origin.hits(cql_query(query), result_set_name="2") == hits


def test_the_order_of_cql_is_the_order_of_its_result_set(origin: Origin) -> None:
    origin.searches(cql_query("dc.creator = austen sortBy title/sort.descending"))
    assert [
        b"b6" in octets(external(origin.presents(1, 2))),
        b"b1" in octets(external(origin.presents(2))),
    ] == [
        True,
        True,
    ]


@proves("every fault of the catalogue and of CQL has its Bib-1 diagnostic")
@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("title = (", 108),
        ("titel = x", 114),
        ("title sounds x", 117),
        ("title = emma sortBy isbn", 207),
        ("cql.resultSetId = nowhere", 30),
        ("cql.resultSetId = nowhere and x", 30),
        ("title = a*", 9),
    ],
)
def test_cql_is_refused_in_numbers_of_bib_1(origin: Origin, query: str, condition: int) -> None:
    assert origin.refused(cql_query(query))[0] == condition


def test_other_types_of_query_are_refused(origin: Origin) -> None:
    assert origin.refused(b"find emma") == (107, "2")
    assert origin.refused(External(direct_reference=OPAC, encoding=b"x")) == (107, str(OPAC))


# Databases


@proves("databases of one campus or library")
def test_a_part_of_the_institution_is_a_database(origin: Origin) -> None:
    assert origin.hits(ALL, database_names=("town",)) == 5
    assert origin.hits("@attr 1=4 metropolis", database_names=("TOWN/EAST",)) == 1
    assert origin.hits("@attr 1=4 metropolis", database_names=("Town/Main",)) == 0
    assert origin.hits("@attr 1=4 metropolis", database_names=("TOWN/MAIN", "TOWN/EAST")) == 1
    assert origin.hits(ALL, database_names=("TOWN/MAIN", "TOWN")) == 5
    for name in ("NOWHERE", "TOWN/NOWHERE", "NOWHERE/EAST", "TOWN/", ""):
        assert origin.refused("x", database_names=(name,)) == (235, name)
    assert origin.refused("x", database_names=()) == (235, "")
    assert origin.refused("x", database_names=("IR-Explain-1",)) == (1007, "IR-Explain-1")


def test_records_carry_the_name_by_which_their_database_was_called(origin: Origin) -> None:
    origin.searches("emma", database_names=("town/MAIN",))
    records = origin.presents().records
    assert isinstance(records, tuple)
    assert records[0].name == "town/MAIN"


# Result sets


@proves("result sets are operands, and have limits that are told")
def test_result_sets_are_operands(origin: Origin) -> None:
    origin.searches("@attr 1=1003 austen", result_set_name="a")
    assert origin.hits("@and @set a @attr 1=4 emma", result_set_name="b") == 1
    assert origin.hits("@not @set a @set b", result_set_name="c") == 1
    assert origin.hits("@or @set b @set c", result_set_name="a") == 2
    assert origin.hits("@set a") == 2
    assert origin.refused("@set d") == (30, "d")
    origin.searches("metropolis", database_names=("TOWN/EAST",), result_set_name="east")
    assert origin.hits("@set east") == 1


def test_an_existing_set_is_replaced_only_if_that_is_wanted(origin: Origin) -> None:
    origin.searches("emma")
    assert origin.refused("austen", replace_indicator=False) == (21, "default")
    assert origin.presents(1).records
    assert origin.refused("@attr 1=9999 x") == (114, "9999")
    assert diagnostic(origin.presents(1).records) == (30, "default")


@proves("result sets are operands, and have limits that are told")
def test_the_number_of_sets_has_a_limit_that_is_told(world: World, tmp_path: Path) -> None:
    origin = Origin(world, tmp_path, bounds=Bounds(sets.Limits(sets=2)))
    for name in "ab":
        assert origin.hits("emma", result_set_name=name) == 1
    assert origin.refused("emma", result_set_name="c") == (112, "2")
    assert origin.hits("austen", result_set_name="a") == 2


def test_names_of_sets(world: World, tmp_path: Path, origin: Origin) -> None:
    assert origin.refused("emma", result_set_name="") == (128, "")
    assert origin.refused("emma", result_set_name="x" * 201)[0] == 128
    unnamed = replace(AGREED, options=AGREED.options - {Option.NAMED_RESULT_SETS})
    (tmp_path / "other").mkdir()
    other = Origin(world, tmp_path / "other", unnamed)
    assert other.refused("emma", result_set_name="1") == (22, "1")
    assert other.hits("emma") == 1


def delete(origin: Origin, *names: str, function: int = DeleteFunction.LIST) -> DeleteResultSetResponse:
    """What a deletion is answered."""
    request = DeleteResultSetRequest(delete_function=function, result_set_list=names or None)
    return origin.told(request, DeleteResultSetResponse)


def test_sets_are_deleted_one_by_one_or_all(origin: Origin) -> None:
    for name in "abc":
        origin.searches("emma", result_set_name=name)
    answer = delete(origin, "a", "x")
    assert answer.delete_operation_status is DeleteSetStatus.NOT_ALL_REQUESTED_DELETED
    assert [(each.id, each.status) for each in answer.delete_list_statuses or ()] == [
        ("a", DeleteSetStatus.SUCCESS),
        ("x", DeleteSetStatus.DID_NOT_EXIST),
    ]
    assert delete(origin, "b").delete_operation_status is DeleteSetStatus.SUCCESS
    assert delete(origin, function=DeleteFunction.ALL).delete_operation_status is DeleteSetStatus.SUCCESS
    assert list(origin.target.sets) == []
    assert delete(origin, function=7).delete_operation_status is DeleteSetStatus.SYSTEM_PROBLEM_AT_TARGET


# Records at once


@proves("records come at once by the rules of small, medium and large sets")
@pytest.mark.parametrize(
    ("small", "large", "medium", "sent"),
    [(0, 1, 0, 0), (5, 6, 0, 5), (4, 5, 3, 0), (4, 9, 3, 3), (0, 9, 9, 5), (0, 9, 0, 0)],
)
def test_records_at_once(origin: Origin, small: int, large: int, medium: int, sent: int) -> None:
    answer = origin.searches(
        ALL,
        small_set_upper_bound=small,
        large_set_lower_bound=large,
        medium_set_present_number=medium,
        preferred_record_syntax=USMARC,
    )
    assert (answer.result_count, answer.number_of_records_returned) == (5, sent)
    assert answer.next_result_set_position == (0 if sent == 5 else sent + 1)
    assert answer.present_status is (PresentStatus.SUCCESS if sent else None)


def test_records_that_cannot_come_at_once_do_not_fail_the_search(origin: Origin) -> None:
    answer = origin.searches(
        "emma", small_set_upper_bound=1, large_set_lower_bound=2, preferred_record_syntax=GRS_1
    )
    assert (answer.search_status, answer.result_count, answer.present_status) == (
        True,
        1,
        PresentStatus.FAILURE,
    )
    assert diagnostic(answer.records) == (239, str(GRS_1))
    assert origin.presents().records


def test_small_and_medium_sets_have_their_own_element_sets(origin: Origin) -> None:
    at_once = {"small_set_upper_bound": 1, "large_set_lower_bound": 9, "medium_set_present_number": 1}
    names = {"small_set_element_set_names": "B", "medium_set_element_set_names": "F"}
    small = octets(external(origin.searches("emma", **at_once, **names)))
    medium = octets(external(origin.searches("austen", **at_once, **names)))
    assert b"Matchmaking" not in small
    assert b"Matchmaking" in medium


# Present


@pytest.mark.parametrize(
    ("start", "number", "sent", "following"),
    [(1, 1, 1, 2), (1, 5, 5, 0), (3, 3, 3, 0), (5, 1, 1, 0), (1, 0, 0, 1)],
)
def test_a_page(origin: Origin, start: int, number: int, sent: int, following: int) -> None:
    origin.searches(ALL)
    answer = origin.presents(start, number)
    assert (answer.number_of_records_returned, answer.next_result_set_position) == (sent, following)
    assert answer.present_status is PresentStatus.SUCCESS


@pytest.mark.parametrize(("start", "number"), [(0, 1), (-1, 2), (6, 1), (1, 6), (5, 2), (1, -1), (2**62, 1)])
def test_a_range_that_is_not_there_is_refused_as_a_whole(origin: Origin, start: int, number: int) -> None:
    origin.searches(ALL)
    answer = origin.presents(start, number)
    assert (answer.number_of_records_returned, answer.present_status) == (0, PresentStatus.FAILURE)
    assert diagnostic(answer.records) == (13, "5")


def test_additional_ranges_are_honoured(origin: Origin) -> None:
    origin.searches(ALL)
    answer = origin.presents(1, 1, additional_ranges=(Range(3, 1), Range(5, 1)))
    assert answer.number_of_records_returned == 3
    assert [octets(external(answer, place))[-30:] for place in range(3)] == [
        octets(external(origin.presents(position)))[-30:] for position in (1, 3, 5)
    ]


def test_an_answer_has_only_so_many_records_and_says_so(world: World, tmp_path: Path) -> None:
    origin = Origin(world, tmp_path, bounds=Bounds(records=2))
    origin.searches(ALL)
    answer = origin.presents(1, 5)
    assert (answer.number_of_records_returned, answer.next_result_set_position) == (2, 3)
    assert answer.present_status is PresentStatus.PARTIAL_4


@proves("a record too large or gone is a surrogate diagnostic")
def test_a_message_has_only_so_many_bytes(world: World, tmp_path: Path) -> None:
    agreed = replace(AGREED, preferred_message_size=700, exceptional_record_size=700)
    origin = Origin(world, tmp_path, agreed)
    origin.searches(ALL)
    answer = origin.presents(1, 5)
    assert (answer.present_status, answer.number_of_records_returned) == (PresentStatus.PARTIAL_2, 2)
    assert answer.next_result_set_position == 3
    tiny = replace(AGREED, preferred_message_size=100, exceptional_record_size=100)
    (tmp_path / "tiny").mkdir()
    origin = Origin(world, tmp_path / "tiny", tiny)
    origin.searches(ALL)
    assert surrogates(origin.presents(1, 1)) == [(17, "")]


@proves("a record too large or gone is a surrogate diagnostic")
def test_one_bad_record_does_not_fail_the_page(world: World, origin: Origin) -> None:
    origin.searches(ALL)
    world.library.bibs.pop(EMMA)
    del origin.shelf.marc[next(iter(set(origin.shelf.marc) - {EMMA}))]
    assert surrogates(origin.presents(1, 5)) == [(1028, ""), (238, "b2"), None, None, None]


# Syntaxes


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"syntax": GRS_1}, (239, str(GRS_1))),
        ({"syntax": UNIMARC}, (239, str(UNIMARC))),
        ({"syntax": USMARC, "record_composition": "G"}, (25, "G")),
        ({"syntax": XML, "record_composition": "nonsense"}, (25, "nonsense")),
        ({"syntax": XML, "record_composition": "avail"}, (25, "avail")),
        (
            {
                "syntax": XML,
                "record_composition": CompSpec(
                    select_alternative_syntax=False, generic=Specification(schema=SchemaUri("urn:none"))
                ),
            },
            (1066, "urn:none"),
        ),
        (
            {
                "record_composition": CompSpec(
                    select_alternative_syntax=False,
                    generic=Specification(element_spec=External(direct_reference=GRS_1, encoding=b"")),
                )
            },
            (244, ""),
        ),
    ],
)
def test_what_records_cannot_be_is_refused(
    origin: Origin, more: dict[str, Any], expected: tuple[int, str]
) -> None:
    origin.searches("emma")
    answer = origin.told(present(**more), PresentResponse)
    assert (answer.present_status, diagnostic(answer.records)) == (PresentStatus.FAILURE, expected)


def test_syntaxes_by_preference(origin: Origin) -> None:
    origin.searches("emma")
    several = CompSpec(select_alternative_syntax=False, record_syntax=(GRS_1, SUTRS, USMARC))
    assert origin.record(record_composition=several).direct_reference == SUTRS
    others = CompSpec(select_alternative_syntax=True, record_syntax=(GRS_1,))
    assert origin.record(record_composition=others).direct_reference == USMARC
    nothing: PresentRequest = replace(present(), preferred_record_syntax=None)
    assert external(origin.told(nothing, PresentResponse)).direct_reference == USMARC


# Scan


def scan(query: str, number: int = 5, position: int | None = 1, **more: Any) -> ScanRequest:
    """A scan of the town's database."""
    (start,) = parse(query).rpn
    assert isinstance(start, AttributesPlusTerm)
    asked = ScanRequest(
        database_names=("TOWN",),
        attribute_set=BIB_1,
        term_list_and_start_point=start,
        number_of_terms_requested=number,
        preferred_position_in_response=position,
    )
    return replace(asked, **more)


def terms(answer: ScanResponse) -> list[tuple[str, int | None]]:
    """The terms of an answer, with their counts."""
    assert answer.entries is not None
    return [
        (entry.term.decode(), entry.global_occurrences)
        for entry in answer.entries.entries or ()
        if isinstance(entry, TermInfo) and isinstance(entry.term, bytes)
    ]


def test_scan_lists_words_or_whole_values(origin: Origin) -> None:
    answer = origin.told(scan("@attr 1=4 emma", 3), ScanResponse)
    assert (answer.scan_status, answer.number_of_entries_returned, answer.position_of_term) == (
        ScanStatus.SUCCESS,
        3,
        1,
    )
    assert [term for term, _ in terms(answer)] == ["emma", "fur", "metropolis"]
    for attributes in ("@attr 4=1", "@attr 6=3", "@attr 3=1", "@attr 4=101"):
        whole = origin.told(scan(f"@attr 1=4 {attributes} emma", 2), ScanResponse)
        assert [term for term, _ in terms(whole)] == ["emma other stories", "metropolis"]


def test_a_term_finds_as_many_records_as_were_told(origin: Origin) -> None:
    for use in (4, 1003, 1016, 21):
        for term, count in terms(origin.told(scan(f"@attr 1={use} a", 100), ScanResponse)):
            assert origin.hits(f'@attr 1={use} "{term}"') == count
    for term, count in terms(origin.told(scan("@attr 1=4 @attr 6=3 a", 100), ScanResponse)):
        assert origin.hits(f'@attr 1=4 @attr 6=3 "{term}"') == count


@pytest.mark.parametrize(
    ("position", "expected", "place"),
    [
        (0, ["fur", "metropolis"], 0),
        (1, ["emma", "fur"], 1),
        (2, ["atlas", "emma"], 2),
        (3, ["anfanger", "atlas"], 3),
    ],
)
def test_the_position_of_the_term(origin: Origin, position: int, expected: list[str], place: int) -> None:
    answer = origin.told(scan("@attr 1=4 emma", 2, position), ScanResponse)
    assert ([term for term, _ in terms(answer)], answer.position_of_term) == (expected, place)


def test_the_end_of_a_list_is_told(origin: Origin) -> None:
    answer = origin.told(scan("@attr 1=4 sudoku", 9), ScanResponse)
    assert (answer.scan_status, answer.number_of_entries_returned) == (ScanStatus.PARTIAL_5, 3)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (scan("emma", step_size=1), (205, "1")),
        (scan("emma", 0), (228, "0")),
        (scan("emma", 1001), (1029, "1000")),
        (scan("emma", 5, 7), (233, "7")),
        (scan("@attr 1=9999 emma"), (114, "9999")),
        (scan("@attr 2=1 emma"), (117, "1")),
        (scan("@attr 5=101 emma"), (120, "101")),
        (scan("@attr 1=4 @attr 4=4 emma"), (118, "4")),
        (scan("@attr 1=63 @attr 6=3 emma"), (232, "63")),
        (scan("emma", database_names=("NOWHERE",)), (235, "NOWHERE")),
        (scan("emma", database_names=("TOWN/EAST",)), (1025, "TOWN/EAST")),
    ],
)
def test_a_scan_is_refused(origin: Origin, request_: ScanRequest, expected: tuple[int, str]) -> None:
    answer = origin.told(request_, ScanResponse)
    assert (answer.scan_status, answer.number_of_entries_returned) == (ScanStatus.FAILURE, 0)
    assert answer.entries is not None
    (told,) = answer.entries.nonsurrogate_diagnostics or ()
    assert diagnostic(told) == expected


# Sort


def key(
    element: object = SortAttributes(BIB_1, (attribute(1, 4),)),
    relation: int = SortRelation.ASCENDING,
    missing: object = None,
) -> SortKeySpec:
    """A sort key, by title if nothing else is said."""
    return SortKeySpec(
        sort_element=element,  # type: ignore[arg-type]  # wrong ones are what is tried
        sort_relation=relation,
        case_sensitivity=CaseSensitivity.SENSITIVE,
        missing_value_action=missing,  # type: ignore[arg-type]
    )


def sort(*keys: SortKeySpec, names: tuple[str, ...] = ("default",), name: str = "default") -> SortRequest:
    """Sort these sets into one."""
    return SortRequest(input_result_set_names=names, sorted_result_set_name=name, sort_sequence=keys)


def numbers(origin: Origin, name: str = "default") -> list[str]:
    """The control numbers of a set in its order."""
    answer = origin.presents(1, 2, result_set_id=name)
    return [octets(external(answer, place)).split(b"\x1e")[1].decode() for place in range(2)]


def test_a_set_is_sorted_in_place_or_into_another(origin: Origin) -> None:
    origin.searches("@attr 1=1003 austen")
    down = sort(key(relation=SortRelation.DESCENDING), name="sorted")
    answer = origin.told(down, SortResponse)
    assert (answer.sort_status, answer.result_count) == (SortStatus.SUCCESS, 2)
    assert (numbers(origin), numbers(origin, "sorted")) == (["b1", "b6"], ["b6", "b1"])
    by_date = sort(key(SortAttributes(BIB_1, (attribute(1, 31),))))
    assert origin.told(by_date, SortResponse).sort_status is SortStatus.SUCCESS
    assert numbers(origin) == ["b6", "b1"]
    assert origin.told(sort(key("title")), SortResponse).sort_status is SortStatus.SUCCESS
    assert numbers(origin) == ["b1", "b6"]


def test_sets_are_sorted_into_one(origin: Origin) -> None:
    origin.searches("pride", result_set_name="a")
    origin.searches("emma", result_set_name="b")
    answer = origin.told(sort(key(missing=MissingValue.NULL), names=("a", "b")), SortResponse)
    assert (answer.sort_status, answer.result_count, numbers(origin)) == (SortStatus.SUCCESS, 2, ["b1", "b6"])


def test_a_record_without_a_value_ends_a_sort_that_says_so(origin: Origin) -> None:
    origin.searches(ALL)
    by_creator = SortAttributes(BIB_1, (attribute(1, 1003),))
    assert refused(origin, sort(key(by_creator, missing=MissingValue.ABORT)))[0] == 207
    assert origin.told(sort(key(by_creator)), SortResponse).result_count == 5


def refused(origin: Origin, request: SortRequest) -> tuple[int, str]:
    """Why nothing is sorted."""
    answer = origin.told(request, SortResponse)
    assert answer.sort_status is SortStatus.FAILURE
    (told,) = answer.diagnostics or ()
    return diagnostic(told)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (sort(key(), names=("x",)), (30, "x")),
        (sort(key(), names=()), (30, "")),
        (sort(key(), name=""), (208, "")),
        (sort(), (207, "")),
        (sort(key("nonsense")), (207, "nonsense")),
        (sort(key(SortAttributes(BIB_1, (attribute(1, 9999),)))), (207, "9999")),
        (sort(key(SortAttributes(BIB_1, (attribute(1, 7),)))), (207, "isbn")),
        (sort(key(SortAttributes(BIB_1, (attribute(1, 4), attribute(4, 1))))), (207, "4=1")),
        (sort(key(Specification())), (207, "")),
        (sort(key(())), (210, "")),
        (sort(key(relation=SortRelation.ASCENDING_BY_FREQUENCY)), (214, "3")),
        (sort(key(missing=b"zzz")), (213, "")),
        (sort(key(), key()), (212, "title")),
        (sort(*[key(SortAttributes(BIB_1, (attribute(1, use),))) for use in (4, 31, 1003, 4)]), (211, "3")),
    ],
)
def test_a_sort_is_refused(origin: Origin, request_: SortRequest, expected: tuple[int, str]) -> None:
    origin.searches("austen")
    assert refused(origin, request_) == expected
    assert numbers(origin) == ["b1", "b6"]


def test_sets_of_other_databases_are_not_sorted_together(origin: Origin) -> None:
    origin.searches("emma", result_set_name="a")
    origin.searches("emma", result_set_name="b", database_names=("TOWN/MAIN",))
    assert refused(origin, sort(key(), names=("a", "b"))) == (23, "")


# What there is not


def test_extended_services_are_refused(origin: Origin) -> None:
    request = ExtendedServicesRequest(
        function=TaskFunction.CREATE, package_type=ITEM_ORDER, wait_action=WaitAction.WAIT
    )
    answer = origin.told(request, ExtendedServicesResponse)
    assert answer.diagnostics == (bib_1_diagnostic(221),)


def test_an_index_that_is_not_built_yet_is_a_temporary_error(world: World, origin: Origin) -> None:
    origin.catalogue._newest = lambda: None
    assert origin.refused("emma") == (2, "")
    assert isinstance(origin.told(search("emma"), SearchResponse), SearchResponse)
