"""What there is of a bib as ISO 20775 holdings (`isohold`): one ``holding`` for each holding, portfolio and
representation.

The rule it keeps: each copy tells whether it can be had now, and if it is on loan, until when; so nobody who
has this needs to ask a second time.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC
from typing import Final

from core.availability import Availability, Holding, Inventory
from core.model.records import Item, Portfolio, Representation
from core.policy_table import PolicyTable
from protocols.marc.elements import element, group

NAMESPACE: Final = "http://www.loc.gov/standards/iso20775/"

_CODES: Final = {
    Availability.AVAILABLE: "1",
    Availability.UNAVAILABLE: "2",
    Availability.CHECK_HOLDINGS: "3",
}
"""availabilityStatus (ISO 20775, 6): 1 available, 2 not available, 3 possibly available."""


class IsoHoldings:
    """Writes the holdings for one institution."""

    def __init__(self, policy: PolicyTable) -> None:
        self._policy = policy
        self._institution = group("institutionIdentifier", [element("value", policy.policy.institution)])

    def holdings(self, inventory: Inventory, campuses: Container[str] | None = None) -> bytes:
        """The ``holdings`` element; of the holdings only those on the ``campuses``, if any are named."""
        parts = [
            self._physical(holding, inventory.queue_length)
            for holding in inventory.holdings
            if campuses is None or self._policy.agency(holding.agency).campus in campuses
        ]
        parts += [self._electronic(one) for one in inventory.portfolios]
        parts += [self._digital(one) for one in inventory.representations]
        return f'<holdings xmlns="{NAMESPACE}">{"".join(parts)}</holdings>'.encode()

    def _physical(self, holding: Holding, queue_length: int) -> str:
        agency = self._policy.agency(holding.agency)
        place = self._policy.location(holding.location)
        summary = group(
            "copiesSummary",
            [
                element("copiesCount", str(len(holding.items))),
                group("status", [element("availableCount", str(len(holding.items) - len(holding.out)))]),
                element("reservationQueueLength", str(queue_length) if queue_length else ""),
            ],
        )
        copies = [
            group(
                "copyInformation",
                [
                    group("pieceIdentifier", [element("value", item.barcode)]),
                    element("sublocation", place.name or place.code),
                    element("shelfLocator", item.call_number),
                    group("enumerationAndChronology", [element("text", item.description)]),
                    group("availabilityInformation", [_status(item, item.id in holding.out)]),
                ],
            )
            for item in holding.items
        ]
        return group(
            "holding",
            [
                self._institution,
                element("physicalLocation", agency.name or agency.code),
                group("holdingSimple", [summary, *copies]),
            ],
        )

    def _electronic(self, portfolio: Portfolio) -> str:
        availability = Availability.AVAILABLE if portfolio.available else Availability.UNAVAILABLE
        return self._remote(
            [
                group("pieceIdentifier", [element("value", portfolio.pid)]),
                element("electronicLocator", portfolio.url),
                element("note", portfolio.note),
                group("enumerationAndChronology", [element("text", portfolio.coverage)]),
                _available(availability),
            ]
        )

    def _digital(self, digital: Representation) -> str:
        return self._remote(
            [
                group("pieceIdentifier", [element("value", digital.pid)]),
                element("electronicLocator", digital.url),
                element("note", " ".join(filter(None, (digital.label, digital.note)))),
                _available(Availability.AVAILABLE),
            ]
        )

    def _remote(self, parts: list[str]) -> str:
        return group(
            "holding", [self._institution, group("holdingSimple", [group("copyInformation", parts)])]
        )


def _available(availability: Availability) -> str:
    status = group("status", [element("availabilityStatus", _CODES[availability])])
    return group("availabilityInformation", [status])


def _status(item: Item, out: bool) -> str:
    availability = Availability.UNAVAILABLE if out else Availability.AVAILABLE
    due = item.loan.due.astimezone(UTC).isoformat().replace("+00:00", "Z") if item.loan is not None else ""
    return group(
        "status",
        [element("availabilityStatus", _CODES[availability]), element("dateTimeAvailable", due)],
    )
