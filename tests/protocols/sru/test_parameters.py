"""Parameters decoded, as they are sent and as they should be."""

import pytest

from protocols.sru.dialects import Operation, Version
from protocols.sru.parameters import PARAMETERS, Pair, decoded


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (b"", []),
        (b"&&", []),
        (b"a=b", [("a", "b")]),
        (b"a=b&a=c", [("a", "b"), ("a", "c")]),
        (b"a", [("a", "")]),
        (b"a=", [("a", "")]),
        (b"=b", [("", "b")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a=b+c%20d%2Be", [("a", "b c d+e")]),
        (b"a=caf%C3%A9", [("a", "café")]),
        ("a=café".encode(), [("a", "café")]),
        (b"a=caf%E9", [("a", None)]),
        (b"a=caf\xe9", [("a", None)]),
        (b"a=%ED%A0%80", [("a", None)]),  # a surrogate half is no UTF-8
        (b"%E9=b", [("\ufffd", "b")]),
        (b"a=100%", [("a", "100%")]),
        (b"a=%zz", [("a", "%zz")]),
        (b"a=%00", [("a", "\0")]),
        (b"%71uery=b", [("query", "b")]),
    ],
)
def test_a_query_string_is_decoded_pair_by_pair(raw: bytes, pairs: list[Pair]) -> None:
    assert decoded(raw) == pairs


def test_every_operation_has_its_parameters_in_every_version() -> None:
    assert set(PARAMETERS) == {(operation, version) for operation in Operation for version in Version}
