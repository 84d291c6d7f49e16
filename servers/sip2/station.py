"""A terminal at work: its profile, who it is at the desk, and the time as its screen shows it."""

from __future__ import annotations

from datetime import datetime, tzinfo

from core.desk import Actor, CirculationDesk
from servers.settings import Terminal


class Station:
    """One logged-in terminal. Times are converted once a second, not once a message."""

    __slots__ = ("_local", "_second", "actor", "desk", "terminal", "zone")

    def __init__(self, terminal: Terminal, agency: str, desk: CirculationDesk, zone: tzinfo) -> None:
        self.terminal = terminal
        self.desk = desk
        self.zone = zone
        self.actor = Actor(terminal.name, agency)
        self._second: datetime | None = None
        self._local = datetime.min

    def local_now(self) -> datetime:
        """The time of day at the terminal, without a zone, to the second."""
        second = self.desk.clock.now().replace(microsecond=0)
        if second != self._second:
            self._second = second
            self._local = self.local(second)
        return self._local

    def local(self, when: datetime) -> datetime:
        """A moment as the terminal's clock shows it, without a zone."""
        return when.astimezone(self.zone).replace(tzinfo=None)

    def moment(self, when: datetime | None) -> datetime | None:
        """A time that a terminal sent: without a zone it is the terminal's own."""
        return when.replace(tzinfo=self.zone) if when is not None and when.tzinfo is None else when
