"""A partner at work: what the translation needs to know of whoever sent a message."""

from __future__ import annotations

from datetime import tzinfo

from msgspec import Struct

from core.actor import Actor
from core.desk import CirculationDesk
from servers.configuration.settings import NcipAgency, RemoteStorage


class Partner(Struct, frozen=True):
    """A partner, the desk that its message is for, and the store that it speaks for, if it does."""

    agency: NcipAgency
    actor: Actor
    desk: CirculationDesk
    storage: RemoteStorage | None = None

    @property
    def institution(self) -> str:
        """The code of the institution that is spoken to."""
        return self.desk.policy.policy.institution

    @property
    def zone(self) -> tzinfo:
        """The zone of dates that come without one."""
        return self.desk.policy.opening(self.actor.agency).zone
