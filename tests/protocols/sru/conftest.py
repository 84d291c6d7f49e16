"""The real answers of Alma that ours are held against."""

import csv
from pathlib import Path

import pytest
from lxml import etree


@pytest.fixture(scope="session")
def alma_answers(real_data: Path) -> dict[str, etree._Element]:
    """Every real answer by the name of its file."""
    folder = real_data / "alma-sru"
    return {path.name: etree.parse(str(path)).getroot() for path in sorted(folder.glob("*.xml"))}


@pytest.fixture(scope="session")
def alma_indexes(real_data: Path) -> list[dict[str, str]]:
    """The indexes of a real explain as a table: set, name, title, sort, relations, empty_term."""
    table = real_data.parent / "facts" / "alma-sru-indexes.tsv"
    if not table.is_file():
        pytest.skip(f"no table of Alma's indexes: {table} is not a file")
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
