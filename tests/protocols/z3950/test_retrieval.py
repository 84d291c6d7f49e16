"""Which records go into an answer, by tables."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.z3950 import codec, oids, retrieval
from protocols.z3950.apdus import (
    NamePlusRecord,
    PresentRequest,
    PresentResponse,
    PresentStatus,
    Range,
    SearchRequest,
    SurrogateDiagnostic,
)
from protocols.z3950.oids import Oid
from protocols.z3950.retrieval import AtOnce, Packed, Wanted
from protocols.z3950.structures import (
    AttributesPlusTerm,
    CompSpec,
    DatabaseElementSet,
    DatabaseSpecification,
    DefaultDiagFormat,
    ElementSetNames,
    External,
    SchemaUri,
    Specification,
    bib_1_diagnostic,
)
from tests.matrix import proves
from tests.protocols.z3950.values import bib_1


def search(small: int, large: int, medium: int) -> SearchRequest:
    return SearchRequest(
        small_set_upper_bound=small,
        large_set_lower_bound=large,
        medium_set_present_number=medium,
        replace_indicator=True,
        result_set_name="1",
        database_names=("D",),
        small_set_element_set_names="F",
        medium_set_element_set_names="B",
        query=bib_1(AttributesPlusTerm((), b"x")),
    )


@proves("Z39.50: small, medium and large sets; ranges; element sets; syntaxes")
@pytest.mark.parametrize(
    ("bounds", "hits", "at_once"),
    [
        ((0, 1, 0), 0, AtOnce(0, "F")),
        ((0, 1, 0), 23, AtOnce(0, None)),
        ((10, 20, 5), 10, AtOnce(10, "F")),
        ((10, 20, 5), 11, AtOnce(5, "B")),
        ((10, 20, 50), 19, AtOnce(19, "B")),
        ((10, 20, 5), 20, AtOnce(0, None)),
        ((0, 2, -1), 1, AtOnce(0, "B")),
        ((100, 1, 0), 7, AtOnce(7, "F")),
    ],
)
def test_records_that_go_with_the_answer_to_a_search(
    bounds: tuple[int, int, int], hits: int, at_once: AtOnce
) -> None:
    assert retrieval.at_once(search(*bounds), hits) == at_once


def present(start: int, number: int, *more: tuple[int, int]) -> PresentRequest:
    return PresentRequest(
        result_set_id="1",
        result_set_start_point=start,
        number_of_records_requested=number,
        additional_ranges=tuple(Range(*each) for each in more) or None,
    )


OUT_OF_RANGE = bib_1_diagnostic(13)


@proves("Z39.50: small, medium and large sets; ranges; element sets; syntaxes")
@pytest.mark.parametrize(
    ("request_", "ranges"),
    [
        (present(1, 1), (Range(1, 1),)),
        (present(1, 23), (Range(1, 23),)),
        (present(23, 1), (Range(23, 1),)),
        (present(1, 0), (Range(1, 0),)),
        (present(24, 0), (Range(24, 0),)),
        (present(1, 2, (5, 2), (23, 1)), (Range(1, 2), Range(5, 2), Range(23, 1))),
        (present(0, 1), OUT_OF_RANGE),
        (present(-5, 1), OUT_OF_RANGE),
        (present(1, -1), OUT_OF_RANGE),
        (present(24, 1), OUT_OF_RANGE),
        (present(1, 24), OUT_OF_RANGE),
        (present(2**62, 2**62), OUT_OF_RANGE),
        (present(5, 2, (6, 1)), OUT_OF_RANGE),
        (present(5, 2, (1, 1)), OUT_OF_RANGE),
        (present(5, 2, (7, 18)), OUT_OF_RANGE),
    ],
)
def test_ranges_of_23_records(
    request_: PresentRequest, ranges: tuple[Range, ...] | DefaultDiagFormat
) -> None:
    assert retrieval.ranges(request_, 23) == ranges


@pytest.mark.parametrize(("last", "hits", "position"), [(0, 0, 0), (0, 5, 1), (4, 5, 5), (5, 5, 0)])
def test_the_next_position_is_zero_behind_the_last_record(last: int, hits: int, position: int) -> None:
    assert retrieval.next_position(last, hits) == position


BOTH = (DatabaseElementSet("A", "B"), DatabaseElementSet("D", "F"))
COMPLEX = CompSpec(
    select_alternative_syntax=False,
    generic=Specification(element_spec="F"),
    db_specific=(DatabaseSpecification("A", Specification(schema=SchemaUri("u"), element_spec="B")),),
    record_syntax=(oids.GRS_1, oids.XML),
)


@proves("Z39.50: small, medium and large sets; ranges; element sets; syntaxes")
@pytest.mark.parametrize(
    ("composition", "syntax", "database", "wanted"),
    [
        (None, None, "D", Wanted()),
        ("F", None, "D", Wanted(element_spec="F")),
        ("F", oids.USMARC, "D", Wanted(syntaxes=(oids.USMARC,), others_too=False, element_spec="F")),
        (BOTH, None, "d", Wanted(element_spec="F")),
        (BOTH, None, "X", Wanted()),
        (
            COMPLEX,
            oids.USMARC,
            "D",
            Wanted(syntaxes=(oids.GRS_1, oids.XML), others_too=False, element_spec="F"),
        ),
        (
            COMPLEX,
            None,
            "a",
            Wanted(
                syntaxes=(oids.GRS_1, oids.XML), others_too=False, element_spec="B", schema=SchemaUri("u")
            ),
        ),
        (
            CompSpec(select_alternative_syntax=True),
            oids.SUTRS,
            "D",
            Wanted(syntaxes=(oids.SUTRS,), others_too=True),
        ),
        (CompSpec(select_alternative_syntax=False), None, "D", Wanted()),
    ],
)
def test_what_records_shall_be(
    composition: ElementSetNames | CompSpec | None, syntax: Oid | None, database: str, wanted: Wanted
) -> None:
    assert retrieval.wanted(composition, syntax, database) == wanted


@proves("Z39.50: small, medium and large sets; ranges; element sets; syntaxes")
@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (Wanted(), oids.USMARC),
        (Wanted(syntaxes=(oids.XML,), others_too=False), oids.XML),
        (Wanted(syntaxes=(oids.GRS_1, oids.XML), others_too=False), oids.XML),
        (Wanted(syntaxes=(oids.GRS_1,), others_too=False), None),
        (Wanted(syntaxes=(oids.GRS_1,), others_too=True), oids.USMARC),
    ],
)
def test_the_first_syntax_that_there_is(wanted: Wanted, chosen: Oid | None) -> None:
    assert retrieval.chosen_syntax(wanted, {oids.USMARC, oids.XML}, oids.USMARC) == chosen


def record(size: int) -> NamePlusRecord:
    return NamePlusRecord(name="D", record=External(direct_reference=oids.USMARC, encoding=b"x" * size))


def surrogate(condition: int) -> NamePlusRecord:
    return NamePlusRecord(name="D", record=SurrogateDiagnostic(bib_1_diagnostic(condition)))


@proves("Z39.50: what does not fit into a message: partial-2, 16 and 17")
@pytest.mark.parametrize(
    ("sizes", "packed"),
    [
        ((), Packed((), PresentStatus.SUCCESS)),
        ((1000, 1000), Packed((record(1000), record(1000)), PresentStatus.SUCCESS)),
        ((1000, 5000, 5000), Packed((record(1000), record(5000)), PresentStatus.PARTIAL_2)),
        ((20_000,), Packed((record(20_000),), PresentStatus.SUCCESS)),
        ((20_000, 100), Packed((surrogate(16), record(100)), PresentStatus.SUCCESS)),
        ((60_000,), Packed((surrogate(17),), PresentStatus.SUCCESS)),
        ((100, 60_000, 20_000), Packed((record(100), surrogate(17), surrogate(16)), PresentStatus.SUCCESS)),
        ((9800, 20_000), Packed((record(9800),), PresentStatus.PARTIAL_2)),
    ],
)
def test_what_fits_into_a_message_of_10_000_bytes(sizes: tuple[int, ...], packed: Packed) -> None:
    assert retrieval.packed(map(record, sizes), len(sizes), 10_000, 50_000) == packed


def test_records_that_do_not_fit_are_not_even_made() -> None:
    made: list[int] = []

    def records() -> Iterator[NamePlusRecord]:
        for number in range(1000):
            made.append(number)
            yield record(1000)

    retrieval.packed(records(), 1000, 5000, 5000)
    assert len(made) == 5


@given(st.lists(st.integers(0, 3000), max_size=30), st.integers(400, 20_000))
def test_a_message_is_never_longer_than_was_agreed(sizes: list[int], preferred: int) -> None:
    """But for one record that was asked for alone, and for what is around the records."""
    packed = retrieval.packed(map(record, sizes), len(sizes), preferred, 30_000)
    response = PresentResponse(
        number_of_records_returned=len(packed.records),
        next_result_set_position=0,
        present_status=packed.status,
        records=packed.records,
    )
    assert len(sizes) == 1 or len(codec.encode(response)) <= preferred + 30


def test_the_size_of_a_record_is_at_least_what_it_takes() -> None:
    for each in (record(0), record(1000), record(100_000), surrogate(17)):
        written = codec.encode(
            PresentResponse(
                number_of_records_returned=1,
                next_result_set_position=0,
                present_status=PresentStatus.SUCCESS,
                records=(each,),
            )
        )
        assert len(written) - 20 <= retrieval.size(each)
