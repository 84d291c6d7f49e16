"""The demonstration's tables: by the names of their columns, and never half a row."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.demo.rows import rows


def test_a_row_is_known_by_the_names_of_the_columns(tmp_path: Path) -> None:
    table = tmp_path / "people.tsv"
    table.write_text("family\tgiven\nNgata\tAnn\nŐ\t\n", "utf-8")
    assert rows(table) == ({"family": "Ngata", "given": "Ann"}, {"family": "Ő", "given": ""})


def test_a_row_that_lacks_a_column_is_a_mistake_in_the_table(tmp_path: Path) -> None:
    table = tmp_path / "people.tsv"
    table.write_text("family\tgiven\nNgata\n", "utf-8")
    with pytest.raises(ValueError, match="shorter"):
        rows(table)
