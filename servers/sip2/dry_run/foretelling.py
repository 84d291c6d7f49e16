"""Foretelling what a terminal's request would lead to.

The rule it keeps: translation and rules are the real ones, at a `RehearsalDesk`, so that what is foretold is
what the request would meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.events import Event
from core.explain import Explanation
from core.model.records import BibId
from core.ports import Store
from core.refusals import Reason
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from protocols.sip2.codec import Wire, serialise
from protocols.sip2.decoding import decode
from protocols.sip2.messages import Direction
from servers.sip2.dry_run.foretold import Foretold
from servers.sip2.dry_run.happenings import happening
from servers.sip2.dry_run.rehearsal import RehearsalDesk
from servers.sip2.masking import MASK
from servers.sip2.station import Station
from servers.sip2.terminals import wire
from servers.sip2.translate import Reply, answer, known_pin, patron_secret
from servers.sip2.translate.offline import offline
from servers.sip2.translate.wording import item_key, patron_key
from servers.words.english import REFUSALS

Explained = m.Checkout | m.Checkin | m.Renew | m.Hold
Answered = m.CheckoutResponse | m.CheckinResponse | m.RenewResponse | m.HoldResponse


MASKED_PIN: Final = "The PIN in it is masked, which is no PIN: leave out AD to see what would be without one."
WRONG_PIN: Final = "The PIN is wrong, so no rule is asked."
NO_PIN: Final = "The terminal's profile demands a PIN, so no rule is asked."
PAUSE: Final = "After wrong PINs this terminal pauses for this patron: the right one is refused, too."
NOT_BY_RULE: Final = "No rule decides this: the terminal's profile or the message itself does."
OFFLINE: Final = "It is taken for done offline, so it is booked as far as possible, whatever the rules say."
NOTHING_NEW: Final = "Nothing new is recorded: it is so already, or this very request was answered before."


class NotExplained(Exception):
    """This cannot be explained, in a sentence."""


def request_in(line: str, written: Wire) -> Explained:
    """The request in a line, whatever a log has put before and behind it. Raises `NotExplained`."""
    decoded = decode(line, written)
    message = decoded.message
    if message is None:
        raise NotExplained(decoded.problem or "There is no message in it.")
    if message.direction is not Direction.TO_ACS:
        raise NotExplained(f"{message.code} is an answer; a request can be explained.")
    if not isinstance(message, Explained):
        raise NotExplained(f"{message.code} is not explained; 11, 09, 29 and 15 are.")
    if isinstance(message, m.Checkout | m.Checkin) and message.cancel:
        raise NotExplained("What takes an act back (BI) is not explained.")
    return message


async def foretold(request: Explained, station: Station, store: Store) -> Foretold:
    """What the request would lead to now at this terminal. ``store`` is an empty one."""
    desk = _rehearsal(request, station, store)
    there = Station(station.terminal, station.actor.agency, desk, station.zone, station.language)
    pin = await _pin(request, there)
    reply = answer(request, there, pin)
    message, explained = reply.message, desk.explanation
    return Foretold(
        terminal=station.terminal.name,
        agency=station.actor.agency,
        request=f"{request.code} {type(request).__name__}",
        ok=isinstance(message, Answered) and message.ok,
        answer="" if message is None else _written(message, wire(station.terminal)),
        checks=() if explained is None else explained.checks,
        reason=reply.reason or "",
        why="" if reply.reason is None else REFUSALS[reply.reason],
        terms=None if explained is None else explained.terms,
        due=None if explained is None else explained.due,
        happens=tuple([happening(event, station) for event in _events(reply)]),
        screen=message.screen_message if isinstance(message, Answered) else (),
        remarks=tuple(_remarks(request, there, pin, reply, explained)),
    )


def _rehearsal(request: Explained, station: Station, store: Store) -> RehearsalDesk:
    bibs = _bibs(request.item_identifier or "", _title(request), station)
    patron = "" if isinstance(request, m.Checkin) else patron_key(request.patron_identifier)
    return RehearsalDesk(station.desk, store, patron, bibs)


def _title(request: Explained) -> str:
    return (request.title_identifier or "").strip() if isinstance(request, m.Hold) else ""


def _bibs(barcode: str, control_number: str, station: Station) -> Iterator[BibId]:
    """The bibs that the request names. Those of the patron's loans and holds are there anyway."""
    library = station.desk.library
    if (item := library.item(item_key(barcode, station))) is not None:
        yield item.bib
    if (bib := library.bib(control_number)) is not None:
        yield bib.id


async def _pin(request: Explained, station: Station) -> Pin:
    """As the listener finds it out."""
    pin, secret = known_pin(request, station), patron_secret(request)
    if pin is not None or secret is None:
        return pin or Pin.NOT_GIVEN
    return await station.desk.check_pin(station.actor, *secret)


def _events(reply: Reply) -> tuple[Event, ...]:
    """What would be recorded."""
    return reply.unit.events if reply.mine and reply.unit is not None else ()


def _remarks(
    request: Explained, station: Station, pin: Pin, reply: Reply, explained: Explanation | None
) -> Iterator[str]:
    if pin is Pin.WRONG:
        yield from _pin_remarks(patron_secret(request), station, explained)
    elif reply.reason is not None and reply.reason not in _held(explained):
        yield NOT_BY_RULE
    if not isinstance(request, m.Hold) and offline(request, station) is not None:
        yield OFFLINE
    if reply.message is not None and reply.reason is None and not _events(reply):
        yield NOTHING_NEW


def _pin_remarks(
    secret: tuple[str, str] | None, station: Station, explained: Explanation | None
) -> Iterator[str]:
    if secret is None:
        yield NO_PIN
        return
    if explained is None:
        yield WRONG_PIN
    name, pin = secret
    if pin.encode() == MASK:
        yield MASKED_PIN
    desk = station.desk
    patron = desk.library.patron(name)
    if patron is not None and not desk.pins.is_open(station.actor.name, patron.id, desk.clock.now()):
        yield PAUSE


def _held(explained: Explanation | None) -> list[Reason]:
    return [] if explained is None else [check.reason for check in explained.checks if check.holds]


def _written(message: m.FromAcs, written: Wire) -> str:
    """The line without sequence number and checksum, which depend on what the terminal sends."""
    return serialise(message, written).decode(written.charset)
