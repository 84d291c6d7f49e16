"""What a facility knows of its items: a text file, a line each; the rule: it is never half written.

`BARCODE` is on the shelf. `BARCODE out NUMBER` was sent out, for the request of that number if there was one;
`BARCODE leaving` is to be sent out for good, and `BARCODE gone` was.
"""

import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import Struct


class State(StrEnum):
    """Where an item is."""

    HERE = ""
    OUT = "out"
    LEAVING = "leaving"
    GONE = "gone"


class Place(Struct, frozen=True):
    """The state of an item, and the request that it was sent out for."""

    state: State = State.HERE
    request: str = ""


class ShelfError(ValueError):
    """A file that is no list of barcodes; the text says where."""


class Shelf:
    """All items that a facility has or had."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises ShelfError, OSError."""
        self._path = path
        self._places: dict[str, Place] = dict(_read(path))

    def __len__(self) -> int:
        """How many are on the shelf."""
        return sum(place.state is State.HERE for place in self._places.values())

    def at(self, barcode: str) -> Place | None:
        """Where an item is; None if it was never here."""
        return self._places.get(barcode)

    def put(self, barcode: str, place: Place) -> None:
        """Write down where an item is from now on. Raises OSError."""
        self._places[barcode] = place
        partial = self._path.with_name(f".{self._path.name}.part")
        with partial.open("w", encoding="utf-8") as file:
            file.writelines(_line(barcode, place) for barcode, place in self._places.items())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)

    def leaving(self) -> tuple[str, ...]:
        """Return the items that are to be sent out for good."""
        return tuple(barcode for barcode, place in self._places.items() if place.state is State.LEAVING)


def _read(path: Path) -> Iterator[tuple[str, Place]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            yield words[0], Place(State("".join(words[1:2])), "".join(words[2:3]))
        except ValueError as problem:
            raise ShelfError(f"{path}:{number}: {words[1]!r} is none of {_states()}") from problem


def _states() -> str:
    return ", ".join(state for state in State if state)


def _line(barcode: str, place: Place) -> str:
    return " ".join(filter(None, (barcode, place.state, place.request))) + "\n"
