"""Request files as a facility takes them, in the form of Alma's export; the rule: one claims, and one only.

A file is claimed by renaming it into OLD/, which either succeeds or shows that another was first. While its
requests are in work its name there ends in `.claimed`; whoever was interrupted finds it by that.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError, XMLParser

from msgspec import Struct

OLD: Final = "OLD"
IN_WORK: Final = ".claimed"
_LARGEST: Final = 64 * 1024 * 1024


class OrdersError(ValueError):
    """A file that holds no requests; the text says why."""


class Order(Struct, frozen=True):
    """A request: its number, the item if it names one, the bib, and where it is to be picked up."""

    number: str
    barcode: str = ""
    bib: str = ""
    pickup: str = ""
    kind: str = ""


def claimed(folder: Path) -> Iterator[Path]:
    """Claim every request file in the folder, and yield where each is now; those in work before come first.

    Hidden files, and what is named like a file that is still being written, are left alone. Raises OSError.
    """
    old = folder / OLD
    old.mkdir(exist_ok=True)
    yield from sorted(old.glob(f"*{IN_WORK}"))
    for path in sorted(folder.glob("*.xml")):
        if path.name.startswith(".") or not path.is_file():
            continue
        taken = old / (path.name + IN_WORK)
        with contextlib.suppress(FileNotFoundError):
            yield path.rename(taken)


def finished(path: Path) -> None:
    """Let a claimed file rest in OLD/."""
    path.rename(path.with_name(path.name.removesuffix(IN_WORK)))


def orders_in(path: Path) -> tuple[Order, ...]:
    """Return the requests in a claimed file. Raises OrdersError, OSError."""
    if path.stat().st_size > _LARGEST:
        raise OrdersError("it is too large")
    parser = XMLParser()
    try:
        parser.feed(_without_doctype(path.read_bytes()))
        root = parser.close()
    except ParseError as problem:
        raise OrdersError(f"it is no XML: {problem}") from problem
    return tuple(_order(child) for child in root)


def _without_doctype(data: bytes) -> bytes:
    """Entities are declared in one, and no request needs any."""
    if b"<!DOCTYPE" in data:
        raise OrdersError("it has a DOCTYPE")
    return data


def _order(element: Element) -> Order:
    """One request. A barcode of blanks or a colon is none: then the title is asked for."""
    barcode = _text(element, "barcode")
    return Order(
        number=_text(element, "requestId"),
        barcode="" if barcode == ":" else barcode,
        bib=_text(element, "mmsId"),
        pickup=_text(element, "pickup/{*}library") or _text(element, "libraryCode"),
        kind=_text(element, "requestType"),
    )


def _text(element: Element, path: str) -> str:
    return (element.findtext(f"{{*}}{path}") or "").strip()
