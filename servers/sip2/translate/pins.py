"""The PIN in a request: whose it is, and what is known of it before anything is hashed.

The rule it keeps, one for all messages: an empty or absent PIN is never tried, so nobody is locked out by
looking; whether it counts as none or as a wrong one is for the profile to say.
"""

from __future__ import annotations

from typing import Final, get_args

from core.refusals import Reason
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from servers.configuration.settings import BlankPin, PinCheck
from servers.sip2.station import Station
from servers.sip2.translate.wording import patron_key

WithPin = (
    m.PatronStatusRequest
    | m.PatronInformation
    | m.EndPatronSession
    | m.PatronEnable
    | m.Checkout
    | m.Renew
    | m.RenewAll
    | m.Hold
    | m.FeePaid
)
PATRON_REQUESTS: Final = frozenset(get_args(WithPin))
"""What may carry a patron's PIN."""

NEEDS_PIN: Final = PATRON_REQUESTS - {m.EndPatronSession}
"""What is refused where the PIN is wrong. Many clients end a session without one."""


def known_pin(request: m.FromSc, station: Station) -> Pin | None:
    """What is known of the request's PIN; None if it must be hashed first."""
    policy = station.terminal.pin
    if type(request) not in PATRON_REQUESTS or policy is PinCheck.NEVER:
        return Pin.NOT_GIVEN
    assert isinstance(request, WithPin), "the table is made of it"
    if type(request) not in NEEDS_PIN and policy is not PinCheck.ALWAYS:
        return Pin.NOT_GIVEN
    secret = request.patron_password
    if secret:
        return station.desk.known_pin(station.actor, patron_key(request.patron_identifier), secret.reveal())
    if type(request) not in NEEDS_PIN:
        return Pin.NOT_GIVEN
    blank = secret is not None and station.terminal.blank_pin is BlankPin.WRONG
    return Pin.WRONG if blank or policy is PinCheck.ALWAYS else Pin.NOT_GIVEN


def patron_secret(request: m.FromSc) -> tuple[str, str] | None:
    """Whose PIN the request carries, and the PIN. An empty one is none."""
    if not isinstance(request, WithPin) or not request.patron_password:
        return None
    return patron_key(request.patron_identifier), request.patron_password.reveal()


def true_reason(request: m.FromSc, station: Station) -> Reason:
    """Why a PIN counts as wrong, for the log: the terminal is not told that it knows no such patron."""
    assert isinstance(request, WithPin), "only what carries a PIN has a wrong one"
    known = station.desk.library.patron(patron_key(request.patron_identifier)) is not None
    return Reason.WRONG_PIN if known else Reason.UNKNOWN_PATRON
