"""What kind of thing a record describes, in the words of MODS (leader/06, leader/07)."""

from __future__ import annotations

from typing import Final

from protocols.marc.iso2709 import Marc

_TYPES: Final = {
    "a": "text",
    "t": "text",
    "e": "cartographic",
    "f": "cartographic",
    "c": "notated music",
    "d": "notated music",
    "i": "sound recording-nonmusical",
    "j": "sound recording-musical",
    "k": "still image",
    "g": "moving image",
    "r": "three dimensional object",
    "m": "software, multimedia",
    "o": "mixed material",
    "p": "mixed material",
}


def resource_type(marc: Marc) -> str:
    """The ``typeOfResource`` of MODS; nothing where the leader does not tell."""
    return _TYPES.get(marc.leader[6:7].decode("latin-1"), "")


def is_collection(marc: Marc) -> bool:
    """Whether the record describes a collection."""
    return marc.leader[7:8] == b"c"


def is_manuscript(marc: Marc) -> bool:
    """Whether it describes something written by hand."""
    return marc.leader[6:7] in (b"d", b"f", b"p", b"t")


def is_serial(marc: Marc) -> bool:
    """Whether it describes what comes out part by part."""
    return marc.leader[7:8] in (b"b", b"i", b"s")
