"""Records made ready for answers: one file of them, read through a memory map.

The rule it keeps: it holds nothing that cannot be made again. What was written after the last `keep` is
not trusted, so a crash costs no more than making the newest ones once more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from struct import Struct
from typing import Final

from core.model.records import BibId

_HEAD: Final = Struct("<QII")
"""Before each record: the bib, its version, and the record's length in bytes. Length 0: it is gone."""


class ReadyRecords:
    """Ready-made records by bib: written by one thread, read by any."""

    def __init__(self, path: Path, kept: int) -> None:
        """Open the file, or begin one. ``kept`` is what `keep` told last; anything behind it is cut off.

        Raises `OSError` if the file is shorter than that or cannot be used.
        """
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
        length = os.fstat(self._file).st_size
        if length < kept:
            os.close(self._file)
            raise OSError(f"{path} has {length:,} bytes and must have {kept:,}")
        os.ftruncate(self._file, kept)
        self._length = kept
        self._places: dict[BibId, tuple[int, int]] = {}
        self._versions: dict[BibId, int] = {}
        self._map = self._mapped(kept)
        for bib, version, start, size in _entries(self._map, kept):
            self._put(bib, version, start, size)

    def __len__(self) -> int:
        """How many records there are."""
        return len(self._places)

    def version(self, bib: BibId) -> int:
        """Of which version of the bib the record was made; 0 if there is none."""
        return self._versions.get(bib, 0)

    def records(self, bibs: Sequence[BibId]) -> list[bytes | None]:
        """The record of each bib; None where there is none."""
        places, data = self._places, self._map
        found: list[bytes | None] = []
        for bib in bibs:
            place = places.get(bib)
            found.append(None if place is None else data[place[0] : place[1]])
        return found

    def beginning_with(self, prefix: bytes) -> list[BibId]:
        """The bibs whose record begins so."""
        data, length = self._map, len(prefix)
        return [bib for bib, (start, _) in self._places.items() if data[start : start + length] == prefix]

    def write(self, records: Iterable[tuple[BibId, int, bytes]]) -> None:
        """Add records, each with its bib and the bib's version; an empty one ends what there was.

        They can be read at once, and are kept after `keep`. Raises `OSError` if the disk takes no more.
        """
        pieces: list[bytes] = []
        places: list[tuple[BibId, int, int, int]] = []
        end = self._length
        for bib, version, record in records:
            pieces += (_HEAD.pack(bib, version, len(record)), record)
            places.append((bib, version, end + _HEAD.size, len(record)))
            end += _HEAD.size + len(record)
        _write_all(self._file, b"".join(pieces), self._length)
        self._length, self._map = end, self._mapped(end)
        for place in places:
            self._put(*place)

    def keep(self) -> int:
        """Make durable what was written. Returns the length to open the file with."""
        os.fdatasync(self._file)
        return self._length

    @property
    def waste(self) -> float:
        """Which part of the file (0 to 1) is records that newer ones have replaced."""
        used = sum(end - start + _HEAD.size for start, end in self._places.values())
        return 1 - used / self._length if self._length else 0.0

    def close(self) -> None:
        """Let go of the file."""
        self._places.clear()
        self._map.close()
        os.close(self._file)

    def _put(self, bib: BibId, version: int, start: int, size: int) -> None:
        if size:
            self._places[bib], self._versions[bib] = (start, start + size), version
        else:
            self._places.pop(bib, None)
            self._versions.pop(bib, None)

    def _mapped(self, length: int) -> mmap:
        """The file as it is now. An empty one cannot be mapped, a page of nothing can."""
        return mmap(self._file, length, access=ACCESS_READ) if length else mmap(-1, 1)


def _entries(data: mmap, length: int) -> Iterator[tuple[BibId, int, int, int]]:
    """Bib, version, start and size of every record in the file."""
    at = 0
    while at < length:
        bib, version, size = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        yield BibId(bib), version, at, size
        at += size


def _write_all(file: int, data: bytes, at: int) -> None:
    """Write all of it: a file may take less at a time than it is given."""
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, at)
        view, at = view[written:], at + written
