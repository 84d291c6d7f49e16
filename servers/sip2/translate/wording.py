"""What the rooms of the translation share: how keys, amounts, places and refusals are put, each one way."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from core.model.money import quantise
from core.model.records import Item, PatronId
from core.refusals import Refused
from core.rules.facts import Pin
from protocols.sip2 import fields as f
from protocols.sip2 import messages as m
from servers.sip2.station import Station, words_of
from servers.sip2.words import language_of
from servers.words.languages import Language
from servers.words.notices import Notice

Act = (
    m.Checkout
    | m.Renew
    | m.RenewAll
    | m.Checkin
    | m.FeePaid
    | m.Hold
    | m.BlockPatron
    | m.PatronEnable
    | m.ItemStatusUpdate
)
Lines = tuple[str, ...]
"""AF or AG."""

NO_LANGUAGE: Final = f.Language.UNKNOWN.value
"""What a profile says that leaves the language to others."""


# What a terminal sends


def patron_key(identifier: str) -> str:
    """A patron's identifier without the blanks that readers of cards put around it."""
    return identifier.strip()


def item_key(barcode: str, station: Station) -> str:
    """A barcode as the library writes it: without blanks, and in capitals when only so it is known."""
    barcode, library = barcode.strip(), station.desk.library
    if library.item(barcode) is None and library.item(barcode.upper()) is not None:
        return barcode.upper()
    return barcode


class KnownItem(NamedTuple):
    """What a refusal can say of an item: its title and where it belongs, empty if it is not known."""

    title: str = ""
    place: str = ""
    item: Item | None = None


def known_item(barcode: str | None, station: Station | None) -> KnownItem:
    """The item that a refused request speaks of. Nothing is looked up for who is not logged in."""
    if not barcode or station is None:
        return KnownItem()
    item = station.desk.library.item(item_key(barcode, station))
    if item is None:
        return KnownItem()
    return KnownItem(station.desk.library.title(item), place_name(item.location, station), item)


def request_key(station: Station, pin: Pin, *parts: str) -> str:
    """What a terminal's request is known by when it comes again; a wrong PIN is never told the first outcome.

    Parts are joined by what ends a message, so that no part can hold it.
    """
    return "" if pin is Pin.WRONG else "\n".join((station.terminal.name, *parts))


def dated_key(request: Act, station: Station, pin: Pin, *parts: str) -> str:
    """The request key of an act: the same when a terminal repeats itself; none without a date to tell by."""
    when = request.transaction_date
    return "" if when is None else request_key(station, pin, request.code, when.isoformat(), *parts)


def loan_key(request: m.Checkout | m.Checkin | m.Renew, station: Station, pin: Pin, *parts: str) -> str:
    """As `dated_key`: what is cancelled (BI), and what was done offline (no block), is another act."""
    if request.no_block:
        pin, parts = Pin.NOT_GIVEN, (*parts, "no block")  # it has happened, whatever the PIN
    if not isinstance(request, m.Renew) and request.cancel:
        parts = (*parts, "cancel")
    return dated_key(request, station, pin, *parts)


# What it is shown


@lru_cache(4096)
def amount(value: Decimal, currency: str) -> str:
    """Money on the wire: a point, and as many decimals as its currency has (BV, CC)."""
    return str(quantise(value, currency))


def screen(refusal: Refused, station: Station | None, code: str = "") -> Lines:
    """AF of a refusal: the reason in words, with the amount that it speaks of, if any.

    ``code`` is the language that the message asks for. Who is not logged in is answered in it, or in English.
    """
    if station is None:
        text = words_of(frozenset()).refusal(refusal.reason, language_of(code) or Language.EN, refusal.charge)
    else:
        text = station.words.refusal(refusal.reason, station.spoken(code), refusal.charge)
    return (text,) if text else ()


def notice(what: Notice, station: Station, **values: str) -> Lines:
    """AF or AG that says it in the terminal's language; none where its profile silences it."""
    text = station.words.notice(what, station.language, **values)
    return (text,) if text else ()


def receipt(*lines: str) -> Lines:
    """AG: the lines of a receipt that have anything in them."""
    return tuple([line for line in lines if line])


def language(asked: str, station: Station | None) -> str:
    """Whatever language was asked for; the terminal's own where the message names none, in Alma always."""
    if station is None:
        return asked
    own = station.terminal.language
    return asked if asked.strip() and (own == NO_LANGUAGE or not station.is_alma) else own


def place_name(location: str, station: Station) -> str:
    """A location as people call it."""
    return station.desk.policy.location(location).name or location


def agency_name(agency: str, station: Station) -> str:
    """An agency as people call it."""
    return station.desk.policy.agency(agency).name or agency


def leaves_building(item: Item, borrower: PatronId | None, station: Station) -> bool:
    """Whether the item's security strip follows its loans: what stays in the building stays secured."""
    if station.strip_of is not None and (unlocked := station.strip_of(item)) is not None:
        return unlocked
    patron = station.desk.library.patrons.get(borrower) if borrower is not None else None
    group = "" if patron is None else patron.group
    return station.desk.policy.terms_for(group, item.policy, item.location).leaves_building
