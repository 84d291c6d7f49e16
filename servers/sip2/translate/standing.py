"""How a patron stands, as 24, 26 and 64 say it alike: flags, whether card and PIN are good, the grounds."""

from __future__ import annotations

from core.desk import PatronView
from core.model.records import FeeKind
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from core.rules.holds import stops_hold
from core.rules.renewal import stops_renewal
from protocols.sip2.fields import PatronStatus
from servers.sip2.flags import CLEAR, DENIED
from servers.sip2.station import Station
from servers.sip2.translate.wording import Lines
from servers.words.languages import Language


def valid(pin: Pin) -> bool | None:
    """CQ is sent only when a PIN was checked."""
    return None if pin is Pin.NOT_GIVEN else pin is Pin.RIGHT


def invalid(refusal: Refused) -> bool | None:
    """CQ of a refusal: an unknown patron with a PIN is told from a known one with a wrong PIN by nothing."""
    return False if refusal.reason is Reason.WRONG_PIN else None


def denied(station: Station | None) -> PatronStatus:
    """The flags of a patron of whom nothing is shown."""
    return DENIED if station is None else station.standing.denied


def flags(view: PatronView, station: Station) -> PatronStatus:
    """The flags of a patron as they stand now."""
    if not view.grounds:
        return CLEAR
    kinds = {fee.kind for fee in view.fees}
    return station.standing.flags(
        view.grounds,
        stops_renewal(view.grounds) is not None,
        stops_hold(view.grounds) is not None,
        FeeKind.OVERDUE in kinds,
        bool(kinds - {FeeKind.OVERDUE}),
    )


def grounds(view: PatronView, station: Station, spoken: Language) -> Lines:
    """AF: what stands against the patron, worst first."""
    said = [station.words.refusal(ground, spoken) for ground in view.grounds]
    return tuple([text for text in said if text])
