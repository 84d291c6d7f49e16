"""98: what a terminal may do now, which must agree with what its other requests are answered."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Final

from core.refusals import Refused
from protocols.sip2 import messages as m
from protocols.sip2.fields import SupportedMessages
from servers.configuration.settings import NoBlock
from servers.sip2.station import Station
from servers.sip2.words import SUPPORTED

PROTOCOL_VERSION: Final = "2.00"
OLD_VERSION: Final = "1.00"
OFFLINE: Final = frozenset(("11", "09", "29"))
"""What a machine can do on its own."""
UNKNOWN: Final = 999
"""How settings, like the standard, write a period or number of tries that is not known."""


def acs_status(station: Station, version: str = PROTOCOL_VERSION) -> m.AcsStatus:
    """What this terminal may do now. One that speaks 1.00 is told no more than that knows."""
    terminal, policy, promised = station.terminal, station.desk.policy.policy, station.abilities.promised
    return m.AcsStatus(
        online_status=True,
        checkin_ok="09" in promised,
        checkout_ok="11" in promised,
        acs_renewal_policy="29" in promised,
        status_update_ok="01" in promised,
        offline_ok=_takes_offline(station),
        timeout_period=_known(terminal.timeout),
        retries_allowed=_known(terminal.retries),
        date_time_sync=station.local_now(),
        protocol_version=OLD_VERSION if version == OLD_VERSION else PROTOCOL_VERSION,
        institution_id=policy.institution,
        supported_messages=None if version == OLD_VERSION else _supported(promised),
        library_name=policy.name or None,
        terminal_location=terminal.desk or None,
    )


def _takes_offline(station: Station) -> bool:
    """Whether anything done offline is booked."""
    return station.terminal.no_block is not NoBlock.NEVER and not OFFLINE.isdisjoint(station.abilities.done)


@cache
def _supported(promised: frozenset[str]) -> SupportedMessages:
    return SupportedMessages(**{flag: code in promised for code, flag in SUPPORTED.items()})


def offline(now: datetime, institution: str = "") -> m.AcsStatus:
    """The answer to any message while the library is not to be had: the terminal then asks again later."""
    return m.AcsStatus(
        online_status=False,
        checkin_ok=False,
        checkout_ok=False,
        acs_renewal_policy=False,
        status_update_ok=False,
        offline_ok=False,
        timeout_period=0,
        retries_allowed=None,
        date_time_sync=now,
        protocol_version=PROTOCOL_VERSION,
        institution_id=institution,
        supported_messages=SupportedMessages(sc_acs_status=True, request_sc_acs_resend=True, login=True),
    )


def no_status(request: m.ScStatus, station: Station | None, now: datetime, refusal: Refused) -> m.AcsStatus:
    """98 for whom nothing is to be had."""
    return offline(now, "" if station is None else station.desk.policy.policy.institution)


def no_login(request: m.Login, station: Station | None, now: datetime, refusal: Refused) -> m.LoginResponse:
    """94 has no place for a reason."""
    return m.LoginResponse(ok=False)


def _known(number: int) -> int | None:
    return None if number == UNKNOWN else number
