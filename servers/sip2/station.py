"""A terminal at work: its profile made ready, who it is at the desk, and times as its screen shows them.

The rule it keeps: a profile is looked at here, once, so that what it leaves alone costs no message anything.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, lru_cache

from msgspec.structs import replace

from core.desk import Actor, CirculationDesk
from protocols.sip2.codec import Wire
from protocols.sip2.fields import write_date
from servers.configuration.settings import Dialect, Terminal
from servers.sip2.abilities import abilities
from servers.sip2.flags import standing
from servers.sip2.item_rules import bins, strips
from servers.sip2.privacy import concealer
from servers.sip2.words import language_of, payment_kinds
from servers.words.catalogue import Words
from servers.words.languages import Language

_SECOND = timedelta(seconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Station:
    """One logged-in terminal. The time of day is converted once a second, not once a message.

    ``home`` is the language of the library, spoken where neither a message nor the profile names one.
    """

    __slots__ = (
        "_local",
        "_next",
        "_second",
        "abilities",
        "actor",
        "bin_of",
        "blocks",
        "conceal",
        "currency",
        "desk",
        "is_alma",
        "language",
        "payment_kinds",
        "prints",
        "renews",
        "standing",
        "strip_of",
        "terminal",
        "words",
        "zone",
    )

    def __init__(
        self,
        terminal: Terminal,
        agency: str,
        desk: CirculationDesk,
        zone: tzinfo,
        home: Language = Language.EN,
    ) -> None:
        self.terminal = terminal
        self.desk = desk
        self.zone = zone
        self.actor = Actor(terminal.name, agency, terminal.serves)
        self.currency = desk.policy.policy.currency
        self.language = language_of(terminal.language) or home
        self.words = words_of(frozenset(terminal.texts.items()))
        self.abilities = abilities(terminal)
        self.renews = not terminal.enforce or (terminal.checkout and terminal.renewal_policy)
        self.blocks = not terminal.enforce or terminal.block_patrons
        self.prints = terminal.print_lines
        self.is_alma = terminal.dialect is Dialect.ALMA
        self.standing = standing(terminal.dialect, terminal.status_flags)
        self.payment_kinds = payment_kinds(terminal.payment_types)
        self.conceal = concealer(terminal.fields)
        self.bin_of = bins(terminal.sort_bin)
        self.strip_of = strips(terminal.desensitise)
        self._second = self._next = _LONG_AGO
        self._local = datetime.min

    def actor_at(self, place: str) -> Actor:
        """Who acts where a message says that it is (AP): at that agency, if the terminal may say so."""
        agency = place.strip().partition("/")[0]
        if self.terminal.current_location and self.desk.policy.is_agency(agency):
            return replace(self.actor, agency=agency)
        return self.actor

    def spoken(self, code: str) -> Language:
        """The language of this code if we speak it, else the terminal's own."""
        return language_of(code) or self.language

    def local_now(self) -> datetime:
        """The time of day at the terminal, without a zone, to the second."""
        now = self.desk.clock.now()
        if not self._second <= now < self._next:
            self._second = now.replace(microsecond=0)
            self._next = self._second + _SECOND
            self._local = self.local(self._second)
        return self._local

    def local(self, when: datetime) -> datetime:
        """A moment as the terminal's clock shows it, without a zone."""
        return _local(when, self.zone)

    def due(self, when: datetime) -> str:
        """A due date (AH) as the terminal wants it, the same in every message."""
        return _due(when, self.zone, self.terminal.due_date)

    def readable(self, when: datetime) -> str:
        """A date for people: as the terminal writes due dates, unless that is for machines only."""
        form = self.terminal.due_date
        return _due(when, self.zone, "iso" if form == "sip" else form)

    def moment(self, when: datetime | None) -> datetime | None:
        """A time that a terminal sent, in UTC; without a zone it is the terminal's own. None for no time."""
        if when is None:
            return None
        try:
            return (when.replace(tzinfo=self.zone) if when.tzinfo is None else when).astimezone(UTC)
        except OverflowError:  # within hours of year 1 or 9999
            return None


def printing(wire: Wire, width: int | None) -> Wire:
    """How it is written to a terminal that tells the width of its paper (99), if its profile does not."""
    return wire if wire.print_width or not width else replace(wire, print_width=width)


@cache
def words_of(own: frozenset[tuple[str, str]]) -> Words:
    """The texts of all terminals with these of their own."""
    return Words(dict(own))


def _local(when: datetime, zone: tzinfo) -> datetime:
    try:
        return when.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # the last day of 9999, as some write "for ever"
        return when.replace(tzinfo=None)


@lru_cache(4096)
def _due(due: datetime, zone: tzinfo, form: str) -> str:
    """18 characters, ISO 8601, or a pattern. Most loans end with a day, so few dates are on many of them."""
    local = _local(due, zone)
    match form:
        case "sip":
            return write_date(local)
        case "iso":
            return local.isoformat(" ", "minutes")
        case _:
            return local.strftime(form)
