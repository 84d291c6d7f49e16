"""A terminal at work: its profile, who it is at the desk, and times as its screen shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from core.desk import Actor, CirculationDesk
from protocols.sip2.fields import write_date
from servers.settings import Terminal

_SECOND = timedelta(seconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Station:
    """One logged-in terminal. The time of day is converted once a second, not once a message."""

    __slots__ = ("_local", "_next", "_second", "actor", "currency", "desk", "renews", "terminal", "zone")

    def __init__(self, terminal: Terminal, agency: str, desk: CirculationDesk, zone: tzinfo) -> None:
        self.terminal = terminal
        self.desk = desk
        self.zone = zone
        self.actor = Actor(terminal.name, agency)
        self.currency = desk.policy.policy.currency
        self.renews = terminal.checkout and terminal.renewal_policy
        self._second = self._next = _LONG_AGO
        self._local = datetime.min

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

    def moment(self, when: datetime | None) -> datetime | None:
        """A time that a terminal sent, in UTC; without a zone it is the terminal's own. None for no time."""
        if when is None:
            return None
        try:
            return (when.replace(tzinfo=self.zone) if when.tzinfo is None else when).astimezone(UTC)
        except OverflowError:  # within hours of year 1 or 9999
            return None


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
