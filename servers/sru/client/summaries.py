"""Records as people read them: what it is, and where it can be had right now.

The rule it keeps: a schema has a row in a table, told by its root element and namespace. A record of any
other is its texts, one a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from protocols.marc.marcxml import NAMESPACE as MARCXML
from protocols.xml.parsing import Node
from servers.catalogue.isohold import NAMESPACE as ISO_20775
from servers.sru.client.reading import attribute, child, children, descendants, text


class Copy(Struct, frozen=True, omit_defaults=True):
    """Copies in one place, or one copy, or where something can be read online."""

    status: str
    place: str = ""
    call_number: str = ""
    note: str = ""
    url: str = ""


class Summary(Struct, frozen=True, omit_defaults=True):
    """A record. ``texts`` are those of a record in a schema that is not known here."""

    number: str = ""
    title: str = ""
    author: str = ""
    year: str = ""
    copies: tuple[Copy, ...] = ()
    texts: tuple[str, ...] = ()


def summary(record: Node, number: str = "") -> Summary:
    """What a record amounts to; ``number`` is its identifier beside it, if it has one."""
    for (name, namespace), make in _SCHEMAS.items():
        if record.name == name and (record.namespace or "").startswith(namespace):
            return make(record, number)
    return Summary(number=number, texts=tuple(_texts(record)))


_YEAR: Final = re.compile(r"\d{4}")
_ISBD_END: Final = " ,:;/=."
_STATUSES: Final = {"1": "available", "2": "not available", "3": "perhaps available"}
"""availabilityStatus of ISO 20775, in words."""


def _of_marc(record: Node, number: str) -> Summary:
    controls = {attribute(one, "tag"): one.text for one in children(record, "controlfield")}
    fields = [(attribute(one, "tag"), one) for one in children(record, "datafield")]

    def first(tags: str, codes: str) -> str:
        found = next((_joined(field, codes) for tag, field in fields if tag in tags.split()), "")
        return found.rstrip(_ISBD_END)

    dates = (controls.get("008", "")[7:11], first("264 260", "c"))
    return Summary(
        number=controls.get("001", number),
        title=first("245", "abnp"),
        author=first("100 110 111", "abc") or first("245", "c"),
        year=next((found[0] for found in map(_YEAR.search, dates) if found), ""),
        copies=tuple([_AVAILABILITY[tag](field) for tag, field in fields if tag in _AVAILABILITY]),
    )


def _of_physical(field: Node) -> Copy:
    """AVA, as Alma writes it."""
    total, out = _joined(field, "f"), _joined(field, "g")
    counted = total.isdecimal() and out.isdecimal()
    return Copy(
        status=_joined(field, "e").replace("_", " "),
        place=", ".join(filter(None, (_joined(field, "q") or _joined(field, "b"), _joined(field, "c")))),
        call_number=_joined(field, "d"),
        note=f"{int(total) - int(out)} of {total}" if counted else "",
    )


def _of_electronic(field: Node) -> Copy:
    """AVE."""
    return Copy(
        status=_joined(field, "e").lower() or "online",
        place=_joined(field, "m") or _joined(field, "t"),
        note=_joined(field, "s"),
        url=_joined(field, "u"),
    )


def _of_digital(field: Node) -> Copy:
    """AVD."""
    return Copy(status="online", place=_joined(field, "d"), note=_joined(field, "e"), url=_joined(field, "h"))


_AVAILABILITY: Final[Mapping[str, Callable[[Node], Copy]]] = {
    "AVA": _of_physical,
    "AVE": _of_electronic,
    "AVD": _of_digital,
}


def _joined(field: Node, codes: str) -> str:
    return " ".join(
        " ".join(one.text.split()) for one in children(field, "subfield") if attribute(one, "code") in codes
    )


def _of_dublin_core(record: Node, number: str) -> Summary:
    return Summary(
        number=number,
        title=text(record, "title"),
        author=text(record, "creator"),
        year=text(record, "date"),
        copies=tuple(
            [
                Copy(status="online", url=one.text.strip())
                for one in children(record, "identifier")
                if "://" in one.text
            ]
        ),
    )


def _of_mods(record: Node, number: str) -> Summary:
    named = child(record, "titleInfo")
    title = " ".join(filter(None, (text(named, "nonSort"), text(named, "title"), text(named, "subTitle"))))
    located = [url for place in children(record, "location") for url in children(place, "url")]
    return Summary(
        number=number,
        title=title,
        author=text(child(record, "name"), "namePart"),
        year=text(child(record, "originInfo"), "dateIssued"),
        copies=tuple([Copy(status="online", url=one.text.strip()) for one in located]),
    )


def _of_holdings(record: Node, number: str) -> Summary:
    return Summary(number=number, copies=tuple(_iso_copies(record)))


def _iso_copies(record: Node) -> Iterator[Copy]:
    """Each copy, with the day until which it is on loan."""
    for holding in children(record, "holding"):
        library = text(holding, "physicalLocation")
        for one in descendants(holding, "copyInformation"):
            status = child(child(one, "availabilityInformation"), "status")
            code, until = text(status, "availabilityStatus"), text(status, "dateTimeAvailable")[:10]
            yield Copy(
                status=f"on loan until {until}" if until else _STATUSES.get(code, code),
                place=", ".join(filter(None, (library, text(one, "sublocation")))),
                call_number=text(one, "shelfLocator"),
                note=text(child(one, "enumerationAndChronology"), "text"),
                url=text(one, "electronicLocator"),
            )


def _texts(record: Node) -> Iterator[str]:
    waiting = [record]
    while waiting:
        one = waiting.pop()
        said = " ".join(one.text.split())
        if said:
            yield f"{one.name}: {said}"
        waiting += reversed(one.children)


_SCHEMAS: Final[Mapping[tuple[str, str], Callable[[Node, str], Summary]]] = {
    ("record", MARCXML): _of_marc,
    ("dc", ""): _of_dublin_core,
    ("mods", ""): _of_mods,
    ("holdings", ISO_20775): _of_holdings,
}
"""What is known here: root element, how its namespace begins, and what reads it."""
