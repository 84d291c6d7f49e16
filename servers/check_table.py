"""The checks of a rule as a table: in their order, what each looked at, and whether it forbids the act."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from core.explain import Check


def check_table(checks: Sequence[Check]) -> Table:
    """The first that forbids it is the one that is told."""
    table = Table("", "ground", "looked at", caption="✓ not so, ✗ forbids it", caption_justify="left")
    for check in checks:
        mark = Text("✗", "bold red") if check.holds else Text("✓", "green")
        table.add_row(mark, check.reason, Text(check.told))
    return table
