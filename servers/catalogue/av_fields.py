"""Availability as Alma tells it: fields AVA, AVE and AVD at the end of a MARC record.

The rule it keeps: subfields come in the order in which Alma writes them, and one without a value is left out.
AVA are in the order of the institution's agencies, as the configuration has them; within an agency in the
order in which their first items were added.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from core.availability import Holding, Inventory
from core.model.records import Bib, Portfolio, Representation
from core.policy_table import PolicyTable
from protocols.marc.marcxml import field

_NO_SCHEME: Final = "#"
"""Call number type: MARC 852, first indicator blank, "no information provided"."""


class AvFields:
    """Writes the fields for one institution."""

    def __init__(self, policy: PolicyTable, *, holdings_of_temporary: bool = False) -> None:
        """``holdings_of_temporary``: a temporary location has its number too ($9), which spares clients a
        second question.
        """
        self._policy = policy
        self._institution = policy.policy.institution
        self._ranks = {agency.code: rank for rank, agency in enumerate(policy.policy.agencies)}
        self._holdings_of_temporary = holdings_of_temporary

    def fields(self, bib: Bib, inventory: Inventory, campuses: Container[str] | None = None) -> bytes:
        """The fields of a bib; of its holdings only those on the ``campuses``, if any are named."""
        return b"".join(
            [
                *[field("AVA", pairs) for pairs in self._physical(bib, inventory, campuses)],
                *[field("AVE", self._electronic(bib, one)) for one in inventory.portfolios],
                *[field("AVD", self._digital(one)) for one in inventory.representations],
            ]
        )

    def _physical(
        self, bib: Bib, inventory: Inventory, campuses: Container[str] | None
    ) -> Iterator[list[tuple[str, str]]]:
        last = len(self._ranks)
        ordered = sorted(inventory.holdings, key=lambda holding: self._ranks.get(holding.agency, last))
        for priority, holding in enumerate(ordered, 1):
            pairs = self._holding(bib, holding, priority, campuses)
            if pairs:
                yield pairs

    def _holding(
        self, bib: Bib, holding: Holding, priority: int, campuses: Container[str] | None
    ) -> list[tuple[str, str]]:
        agency, location = self._policy.agency(holding.agency), self._policy.location(holding.location)
        if campuses is not None and agency.campus not in campuses:
            return []
        descriptions = {item.description for item in holding.items}
        temporary = holding.temporary
        return [
            ("0", bib.control_number),
            ("8", "" if temporary else number(holding)),
            ("9", number(holding) if temporary and self._holdings_of_temporary else ""),
            ("a", self._institution),
            ("b", agency.code),
            ("c", location.name or location.code),
            ("d", holding.call_number),
            ("e", holding.availability.value),
            ("f", str(len(holding.items))),
            ("g", str(len(holding.out))),
            ("i", agency.campus),
            ("j", holding.location.partition("/")[2]),
            ("k", _NO_SCHEME),
            ("p", str(priority)),
            ("q", agency.name or agency.code),
            ("t", descriptions.pop() if len(descriptions) == 1 else ""),
        ]

    def _electronic(self, bib: Bib, portfolio: Portfolio) -> list[tuple[str, str]]:
        return [
            ("8", portfolio.pid),
            ("c", portfolio.collection),
            ("e", "Available" if portfolio.available else "Not Available"),
            ("l", portfolio.agency),
            ("m", portfolio.collection_name),
            ("n", portfolio.note),
            ("s", portfolio.coverage),
            ("t", portfolio.interface),
            ("u", portfolio.url),
            ("a", self._institution),
            ("0", bib.control_number),
        ]

    def _digital(self, digital: Representation) -> list[tuple[str, str]]:
        return [
            ("a", self._institution),
            ("b", digital.pid),
            ("c", "REMOTE_REPRESENTATION" if digital.remote else "REPRESENTATION"),
            ("d", digital.repository),
            ("e", digital.label),
            ("f", digital.note),
            ("h", digital.url),
            ("r", digital.entity),
        ]


def number(holding: Holding) -> str:
    """The number by which the holding is known outside."""
    return f"22{holding.id:015d}"
