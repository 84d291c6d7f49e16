"""98: what a terminal may do now, which must agree with what its other requests are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.refusals import Refused
from protocols.sip2 import messages as m
from protocols.sip2.fields import SupportedMessages
from servers.sip2.station import Station

PROTOCOL_VERSION: Final = "2.00"
UNKNOWN: Final = 999
"""How settings, like the standard, write a period or number of tries that is not known."""


def acs_status(station: Station) -> m.AcsStatus:
    """What this terminal may do now. Offline transactions and blocking of patrons are not taken."""
    terminal, policy = station.terminal, station.desk.policy.policy
    return m.AcsStatus(
        online_status=True,
        checkin_ok=terminal.checkin,
        checkout_ok=terminal.checkout,
        acs_renewal_policy=station.renews,
        status_update_ok=False,
        offline_ok=False,
        timeout_period=_known(terminal.timeout),
        retries_allowed=_known(terminal.retries),
        date_time_sync=station.local_now(),
        protocol_version=PROTOCOL_VERSION,
        institution_id=policy.institution,
        supported_messages=SupportedMessages(
            patron_status_request=True,
            checkout=terminal.checkout,
            checkin=terminal.checkin,
            sc_acs_status=True,
            request_sc_acs_resend=True,
            login=True,
            patron_information=True,
            end_patron_session=True,
            fee_paid=terminal.fees,
            item_information=True,
            renew=station.renews,
        ),
        library_name=policy.name or None,
        terminal_location=terminal.desk or None,
    )


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
