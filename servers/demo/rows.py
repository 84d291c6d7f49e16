"""The demonstration's own tables: UTF-8, tabs between columns, the first line names them."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def rows(path: Path) -> tuple[dict[str, str], ...]:
    """The rows of a table, each by the names of its columns."""
    head, *lines = path.read_text("utf-8").splitlines()
    names = head.split("\t")
    return tuple(dict(zip(names, line.split("\t"), strict=True)) for line in lines)
