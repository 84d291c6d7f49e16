"""The README of the room names what there is."""

from pathlib import Path

import pytest

import protocols.sru
from protocols.sru.dialects import Style

ROOM = Path(protocols.sru.__file__).parent
README = (ROOM / "README.md").read_text("utf-8")


@pytest.mark.parametrize("file", sorted(path.name for path in ROOM.glob("[a-z]*.py")))
def test_every_file_is_in_the_table(file: str) -> None:
    assert f"| `{file}` |" in README


@pytest.mark.parametrize("field", Style.__struct_fields__)
def test_every_choice_of_a_style_is_told(field: str) -> None:
    assert f"`{field}`" in README
