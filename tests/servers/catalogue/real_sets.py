"""The sets of real records: which there are, and how each is loaded."""

from __future__ import annotations

from pathlib import Path

from core.ports import Store
from servers.load.mapping import Mapping, read_mapping
from tests.servers.load.given import load_file

SETS = (
    "alma-sru",
    "concerto",
    "evergreen-french",
    "evergreen-jazz",
    "hbz-alma",
    "koha",
    "multiscript",
    "psu",
    "rero-ils",
    "uva",
)
ITEMS = {
    "concerto": "concerto-items",
    "evergreen-french": "evergreen-items",
    "evergreen-jazz": "evergreen-items",
    "koha": "koha-items",
    "psu": "psu-items",
    "uva": "uva-items",
}
"""Those that have a table of items, with its mapping."""

RECORDS = frozenset({".mrc", ".marc", ".xml"})
NUMBERED = Mapping(columns={"control_number": "001,digest"})
UNIQUE = Mapping(columns={"control_number": "digest"})
"""Each record has a number of its own, whatever other sets have."""


def files(folder: Path) -> list[Path]:
    """What a set has of MARC, authorities and holdings among it: a load leaves those out."""
    return sorted(path for path in folder.iterdir() if path.suffix in RECORDS)


async def load_set(store: Store, folder: Path, mapping: Mapping = NUMBERED) -> int:
    """Load the bibs of a set; how many there are."""
    loaded = await load_file(store, "marc", files(folder), mapping)
    return loaded.counts[0]


async def load_items(store: Store, folder: Path) -> None:
    """Load its items, if it has a table of them."""
    if folder.name in ITEMS:
        await load_file(store, "items", folder / "items.tsv", read_mapping(ITEMS[folder.name]))
