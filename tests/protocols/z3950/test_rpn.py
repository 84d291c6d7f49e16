"""RPN as a row: what is read, written and folded, however it leans."""

from collections.abc import Callable

import pytest

from protocols.z3950 import codec, pqf, rpn
from protocols.z3950.apdus import SearchRequest
from protocols.z3950.errors import LocalError, RemoteError
from protocols.z3950.rpn import Boolean, Node, ResultSetOperand, Structure
from tests.matrix import proves
from tests.protocols.z3950.values import bib_1


def search(structure: Structure) -> SearchRequest:
    return SearchRequest(
        small_set_upper_bound=0,
        large_set_lower_bound=1,
        medium_set_present_number=0,
        replace_indicator=True,
        result_set_name="1",
        database_names=("Default",),
        query=bib_1(*structure),
    )


A, B, C = (ResultSetOperand(name) for name in "ABC")


def leaning_left(operands: int) -> Structure:
    nodes: list[Node] = [A]
    for _ in range(operands - 1):
        nodes += [A, Boolean.OR]
    return tuple(nodes)


def leaning_right(operands: int) -> Structure:
    return (*[A] * operands, *[Boolean.OR] * (operands - 1))


@proves("Z39.50: a query of a thousand operands, and no more")
@pytest.mark.parametrize("lean", [leaning_left, leaning_right])
def test_a_thousand_operands_are_read_written_printed_and_compared(lean: Callable[[int], Structure]) -> None:
    request = search(lean(1000))
    data = codec.encode(request)
    assert codec.decode(data) == request
    assert repr(request).count("ResultSetOperand") == 1000
    query = bib_1(*lean(1000))
    assert pqf.parse(pqf.write(query)) == query
    with pytest.raises(RemoteError, match=r"query\.rpn: too many operands"):
        codec.decode(codec.encode(search(lean(1001))))


@proves("Z39.50: a query of a thousand operands, and no more")
def test_pairs_without_operands_are_counted_too() -> None:
    """However deep they are nested, no operand need have come."""
    nested = b"\xa1\x80" * 1001
    query = b"\xa1\x80\x06\x07\x2a\x86\x48\xce\x13\x03\x01" + nested
    data = codec.encode(search((A,)))
    inside = data[2 : data.index(b"\xb5")] + b"\xb5\x80" + query + b"\0\0" * (1001 + 2)
    with pytest.raises(RemoteError, match=r"query\.rpn: too many operands"):
        codec.decode(b"\xb6\x80" + inside + b"\0\0")


def test_a_query_is_folded_from_its_operands_outwards() -> None:
    said = rpn.fold(
        (A, B, C, Boolean.AND, Boolean.AND_NOT),
        lambda node: node.result_set if isinstance(node, ResultSetOperand) else "?",
        lambda operator, left, right: f"({left} {operator} {right})",
    )
    assert said == "(A Boolean.AND_NOT (B Boolean.AND C))"


@pytest.mark.parametrize("row", [(), (A, B), (A, Boolean.AND), (Boolean.AND, A, B)])
def test_a_row_that_is_no_query_is_our_mistake(row: Structure) -> None:
    with pytest.raises(LocalError):
        rpn.fold(row, lambda node: 0, lambda operator, left, right: 0)


@pytest.mark.parametrize(
    "octets",
    [
        "a1 00",
        "a1 06 a0 04 9f 1f 01 41",
        "a1 0c a0 04 9f 1f 01 41 a0 04 9f 1f 01 41",
        "a1 10 a0 04 9f 1f 01 41 a0 04 9f 1f 01 41 a0 02 80 00",
        "a1 11 a0 04 9f 1f 01 41 a0 04 9f 1f 01 41 bf 2e 02 84 00",
        "a1 13 a0 04 9f 1f 01 41 a0 04 9f 1f 01 41 bf 2e 02 80 00 05 00",
        "a1 03 a2 01 00",
    ],
)
def test_a_pair_is_two_sides_and_an_operator(octets: str) -> None:
    whole = codec.encode(search((A,)))
    inside = bytes.fromhex("a0 04 9f 1f 01 41")
    damaged = bytes.fromhex(octets)
    data = bytearray(whole.replace(inside, damaged))
    longer = len(damaged) - len(inside)
    for outer in (1, whole.index(b"\xb5") + 1, whole.index(b"\xb5\x11\xa1") + 3):
        data[outer] += longer
    with pytest.raises(RemoteError):
        codec.decode(bytes(data))
