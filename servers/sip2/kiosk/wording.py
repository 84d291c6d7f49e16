"""What is said at the kiosk: due dates, amounts, alerts and the server's messages, in a patron's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from protocols.sip2 import messages as m
from protocols.sip2.fields import AlertType, PatronStatus, read_date

ALERTS: Final[Mapping[AlertType, str]] = {
    AlertType.UNKNOWN: "Please take it to the desk.",
    AlertType.HOLD_HERE: "Somebody is waiting for it here. Please put it on the hold trolley.",
    AlertType.HOLD_ELSEWHERE: "Somebody is waiting for it at another library. Please put it on the trolley.",
    AlertType.INTERLIBRARY_LOAN: "It belongs to another library system. Please take it to the desk.",
    AlertType.TRANSIT: "It belongs to another library. Please put it on the transit trolley.",
    AlertType.OTHER: "Please take it to the desk.",
}
"""What a patron does with an item that is to be put aside (CV)."""

_END_OF_DAY: Final = "2359"


def due(text: str) -> str:
    """A due date as people say it; it is free text (AH), often in the form of the other dates."""
    when = read_date(text)
    if when is None:
        return " ".join(text.split())
    day = f"{when:%a} {when.day} {when:%b %Y}"
    return day if f"{when:%H%M}" in (_END_OF_DAY, "0000") else f"{day}, {when:%H:%M}"


def money(amount: Decimal | str, currency: str) -> str:
    """An amount with its currency, if that is known."""
    return f"{amount} {currency}".strip()


def said(lines: Sequence[str], otherwise: str) -> str:
    """The server's screen message; a sentence of ours where it sends none."""
    return " ".join(filter(None, (line.strip() for line in lines))) or otherwise


def aside(answer: m.CheckinResponse) -> str:
    """What is to be done with a returned item: put it aside, or in a bin; empty if nothing is."""
    if answer.alert:
        return ALERTS[answer.alert_type or AlertType.UNKNOWN]
    return f"Please put it in bin {answer.sort_bin}." if answer.sort_bin else ""


GROUNDS: Final[Mapping[str, str]] = {
    "card_reported_lost": "This card was reported lost.",
    "too_many_items_charged": "You have as many loans as you may have.",
    "too_many_items_overdue": "You have too many overdue loans.",
    "too_many_renewals": "You have renewed too often.",
    "too_many_claims_of_items_returned": "Too many items are being searched for.",
    "too_many_items_lost": "Too many items were lost.",
    "excessive_outstanding_fines": "You owe too much. Please pay first.",
    "excessive_outstanding_fees": "You owe too much. Please pay first.",
    "recall_overdue": "An item that somebody waits for is overdue.",
    "too_many_items_billed": "Too many items were billed.",
}
"""The flags of a patron that are reasons (24, 64), in words."""


def denied(status: PatronStatus) -> str:
    """Why the patron cannot borrow; empty if they can."""
    if not status.charge_privileges_denied:
        return ""
    grounds = dict.fromkeys(words for flag, words in GROUNDS.items() if getattr(status, flag))
    return " ".join(("You cannot borrow at the moment.", *grounds))
