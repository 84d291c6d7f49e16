"""A facility knows its items from a file that people can read and write, and that is never half written."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.facility.shelf import Place, Shelf, ShelfError, State


def shelf(path: Path, text: str) -> Shelf:
    path.write_text(text, "utf-8")
    return Shelf(path)


def test_a_list_of_barcodes_is_an_inventory(tmp_path: Path) -> None:
    made = shelf(tmp_path / "i", "# the annex\nD1\n\n  D2  \nD3 out 240\nD4 leaving\nD5 gone\nD6 out\n")
    assert len(made) == 2
    assert [made.at(f"D{n}") for n in range(1, 8)] == [
        Place(),
        Place(),
        Place(State.OUT, "240"),
        Place(State.LEAVING),
        Place(State.GONE),
        Place(State.OUT),
        None,
    ]
    assert made.leaving() == ("D4",)


@pytest.mark.parametrize("place", [Place(), Place(State.OUT, "7"), Place(State.LEAVING), Place(State.GONE)])
def test_what_is_put_there_is_read_again(tmp_path: Path, place: Place) -> None:
    made = shelf(tmp_path / "i", "D1\nD2 out 9\n")
    made.put("D1", place)
    made.put("D3", place)
    again = Shelf(tmp_path / "i")
    assert (again.at("D1"), again.at("D2"), again.at("D3")) == (place, Place(State.OUT, "9"), place)
    assert [path.name for path in tmp_path.iterdir()] == ["i"]


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShelfError, match=r":2: 'lost' is none of out, leaving, gone$"):
        shelf(tmp_path / "i", "D1\nD2 lost\n")
