"""The matrix of the tests' README is made from the tests, and no row of it is an empty promise."""

import pytest

from tests.matrix import ROWS, proofs
from tests.tables import README, written

PROOFS = proofs()


@pytest.mark.parametrize("row", [row for rows in ROWS.values() for row in rows])
def test_every_row_is_proven(row: str) -> None:
    assert PROOFS[row], f"mark the test that shows it: @proves({row!r})"


def test_the_readme_has_the_tables_as_they_are_now() -> None:
    text = README.read_text("utf-8")
    assert text == written(text), "write it anew: .venv/bin/python -m tests.tables"
