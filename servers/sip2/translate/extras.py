"""Fields beyond SIP2 2.00, sent only to terminals whose profile names them: strict readers dislike surprises.

The rule it keeps: a table for each answer says what such a field tells; one with nothing to tell is left out.
What is personal in them, `servers.sip2.privacy` takes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

from msgspec.structs import replace

from core.desk import ItemView
from core.model.records import HoldStatus, Item, Patron, PatronId
from protocols.sip2 import messages as m
from protocols.sip2.fields import AlertType, write_date
from servers.configuration.settings import AlertCause
from servers.sip2.station import Station
from servers.sip2.translate.scanned import Scanned
from servers.sip2.words import ALERT_TYPE

S = TypeVar("S")
R = TypeVar("R", bound=m.FromAcs)
Told = Mapping[str, Callable[[S, Station], object]]
"""What a field tells of a subject; nothing, if that is false."""


def extended(message: R, subject: object, station: Station) -> R:
    """The message with those fields of the terminal's profile that have something to tell of its subject."""
    own: dict[str, Any] = {}
    others: list[tuple[str, str]] = []
    for field in _fields(type(message), station.terminal.extensions):
        value = field.tell(subject, station)
        if not value:
            continue
        if field.attribute:
            own[field.attribute] = value
        else:
            others.append((field.id, str(value)))
    return replace(message, **own, extensions=tuple(others)) if own or others else message


class _Field(NamedTuple):
    """A field with its place in the message; none, if the message does not declare it."""

    id: str
    attribute: str
    tell: Callable[[Any, Station], object]


@cache
def _fields(message: type[m.FromAcs], extensions: tuple[str, ...]) -> tuple[_Field, ...]:
    attributes = {slot.field.id: slot.attribute for slot in m.DECLARATIONS[message.code].slots}
    told = TOLD[message]
    return tuple(_Field(id_, attributes.get(id_, ""), told[id_]) for id_ in extensions if id_ in told)


def _collection(item: Item | None) -> str:
    """The place in its agency, as sorters know collections."""
    return "" if item is None else item.location.partition("/")[2]


def _alert_type(cause: AlertCause | None, station: Station) -> str:
    """CV; a code of the profile's own is sent as it is."""
    return "" if cause is None else station.terminal.alert_types.get(cause, ALERT_TYPE[cause])


def _why_kept(view: ItemView) -> AlertType | None:
    """CV of an item that nobody has just scanned in."""
    if view.hold is not None:
        return AlertType.HOLD_HERE if view.hold.status is HoldStatus.READY else AlertType.HOLD_ELSEWHERE
    return AlertType.TRANSIT if view.item.destination else None


def _patron(patron: PatronId | None, station: Station) -> Patron | None:
    return None if patron is None else station.desk.library.patrons.get(patron)


def _of_holder(tell: Callable[[Patron], str]) -> Callable[[Scanned, Station], str]:
    """What is told of whom a scanned item is kept for."""

    def told(scanned: Scanned, station: Station) -> str:
        patron = _patron(scanned.hold_patron, station)
        return "" if patron is None else tell(patron)

    return told


def _of_waiter(tell: Callable[[Patron], str]) -> Callable[[ItemView, Station], str]:
    """What is told of whom a looked-up item is kept for."""

    def told(view: ItemView, station: Station) -> str:
        patron = _patron(None if view.hold is None else view.hold.patron, station)
        return "" if patron is None else tell(patron)

    return told


def _of_bib(view: ItemView, attribute: str) -> str:
    return "" if view.bib is None else getattr(view.bib, attribute)


def _standard_number(view: ItemView) -> str:
    return next(iter(view.bib.standard_numbers), "") if view.bib is not None else ""


def _digits(day: date | None) -> str:
    """YYYYMMDD, as EnvisionWare has dates."""
    return "" if day is None else f"{day:%Y%m%d}"


def _sip_date(day: date | None) -> str:
    """18 characters, as Polaris has them."""
    return "" if day is None else write_date(datetime.combine(day, time()))


SCANNED: Final[Told[Scanned]] = {
    "CR": lambda scanned, station: _collection(scanned.item),
    "CS": lambda scanned, station: scanned.item and scanned.item.call_number,
    "CT": lambda scanned, station: scanned.destination,
    "CV": lambda scanned, station: _alert_type(scanned.cause, station),
    "CY": _of_holder(lambda patron: patron.barcode),
    "DA": _of_holder(lambda patron: patron.name),
    "BF": _of_holder(lambda patron: patron.phone),
    "CM": lambda scanned, station: scanned.ready_until and station.local(scanned.ready_until),
}
ITEM: Final[Told[ItemView]] = {
    "CR": lambda view, station: _collection(view.item),
    "CS": lambda view, station: view.item.call_number,
    "CT": lambda view, station: view.item.destination,
    "CV": lambda view, station: _why_kept(view),
    "CY": _of_waiter(lambda patron: patron.barcode),
    "DA": _of_waiter(lambda patron: patron.name),
    "EA": lambda view, station: _of_bib(view, "author"),
    "DE": lambda view, station: view.item.description,
    "IN": lambda view, station: _standard_number(view),
    "NB": lambda view, station: view.item.id,
    "MA": lambda view, station: _of_bib(view, "control_number"),
    "MB": lambda view, station: _standard_number(view),
}
STATUS: Final[Told[Patron]] = {
    "BD": lambda patron, station: patron.address,
    "BE": lambda patron, station: patron.email,
    "BF": lambda patron, station: patron.phone,
}
PATRON: Final[Told[Patron]] = {
    "AQ": lambda patron, station: patron.agency,
    "BC": lambda patron, station: _sip_date(patron.born),
    "PA": lambda patron, station: _digits(patron.expires),
    "PB": lambda patron, station: _digits(patron.born),
    "PC": lambda patron, station: patron.group,
    "XI": lambda patron, station: patron.id,
}
TOLD: Final[Mapping[type[m.FromAcs], Told[Any]]] = {
    m.CheckinResponse: SCANNED,
    m.ItemInformationResponse: ITEM,
    m.PatronStatusResponse: STATUS,
    m.PatronInformationResponse: PATRON,
}
