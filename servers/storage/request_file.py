"""The file in which a facility finds what it is to send, in the form of Alma's export.

The rule it keeps: whoever reads it looks for the prefix ``xb`` literally, and takes every child of the root
for a request; so all names have that prefix, and nothing stands between requests, not even white space.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from protocols.xml.text import escaped, escaped_attribute
from servers.configuration.settings import RequestFile
from servers.storage.lines import Wanted

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'
HOLD: Final = "HOLD"
"""Why it is asked for. We know no other reason."""


def content(requests: Sequence[Wanted], form: RequestFile) -> bytes:
    """The file's content."""
    inside = "".join(_element(form.element, "".join(_children(one))) for one in requests)
    namespace = escaped_attribute(form.namespace)
    return f'{HEAD}<xb:{form.root} xmlns:xb="{namespace}">{inside}</xb:{form.root}>'.encode()


def written(requests: Sequence[Wanted], form: RequestFile, profile: str, folder: Path, now: datetime) -> Path:
    """Put the file in the folder, where it is whole or not at all; returns its path. Raises OSError."""
    path = _free(folder, _name(form, profile, now))
    partial = path.with_name(f".{path.name}.part")
    with partial.open("xb") as file:
        file.write(content(requests, form))
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return path


def _children(request: Wanted) -> Iterator[str]:
    """What is said of a request; what is not known is left out."""
    agency, _, place = request.location.partition("/")
    pickup = {
        "institutionCode": request.institution,
        "library": request.pickup_name or request.pickup,
        "libraryCode": request.pickup,
    }
    yield _text("requestType", HOLD)
    yield _text("requestId", str(request.number))
    yield _element("pickup", "".join(_text(name, value) for name, value in pickup.items()))
    yield _element("operationalRecordinformation", _text("permanent_physical_location_code", place or agency))
    yield _text("barcode", request.barcode)
    yield _text("mmsId", request.bib)
    yield _text("itemId", str(request.item))
    yield _text("libraryCode", agency)
    yield _text("title", request.title)
    yield _text("description", request.description)


def _text(name: str, value: str) -> str:
    return _element(name, escaped(value)) if value else ""


def _element(name: str, inside: str) -> str:
    return f"<xb:{name}>{inside}</xb:{name}>"


def _name(form: RequestFile, profile: str, now: datetime) -> str:
    """Of a profile only letters, digits and dashes are left."""
    plain = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in profile)
    return form.name.format(profile=plain, time=f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def _free(folder: Path, name: str) -> Path:
    """A path in the folder that is not taken: a second file within a second has a number."""
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path
