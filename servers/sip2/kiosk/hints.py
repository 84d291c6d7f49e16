"""Cards and items of a demonstration that a newcomer can type: asked for, so that they are so now."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from protocols.sip2 import messages as m
from protocols.sip2.fields import CirculationStatus
from servers.known_facts import KnownFacts
from servers.sip2.kiosk.conversation import Conversation
from servers.sip2.kiosk.visit import Visit, is_known

_LOOKED_AT: Final = 50
_ITEMS_SHOWN: Final = 3
_CASES: Final = {
    "patron_blocked": "card that is blocked",
    "patron_fines": "card with fees",
    "item_on_hold": "item held for somebody",
    "item_reference": "item not for loan",
}
"""Cases of the demonstration that show how a kiosk says no."""


def hints(line: Conversation, status: m.AcsStatus, facts: KnownFacts) -> Iterator[tuple[str, str]]:
    """What it is and what to type."""
    asking = Visit(line, status, "", "")
    if card := next(_cards(line, status, facts), None):
        yield "card", card
        yield "PIN", facts.pin
    if items := list(islice(_available(asking, facts), _ITEMS_SHOWN)):
        yield "items", "  ".join(items)
    for case, meaning in _CASES.items():
        if case in facts.cases:
            yield meaning, facts.cases[case]


def _cards(line: Conversation, status: m.AcsStatus, facts: KnownFacts) -> Iterator[str]:
    """Cards of those who may borrow."""
    for card in facts.patrons.some(_LOOKED_AT) if facts.patrons else ():
        answer = Visit(line, status, card, facts.pin).patron()
        if is_known(answer) and not answer.patron_status.charge_privileges_denied:
            yield card


def _available(asking: Visit, facts: KnownFacts) -> Iterator[str]:
    """Items that are on the shelf."""
    for barcode in facts.items.some(_LOOKED_AT) if facts.items else ():
        found = asking.item(barcode)
        if found is not None and found.circulation_status is CirculationStatus.AVAILABLE:
            yield barcode
