"""OPAC records: a bib with what is held of it and what circulates, as it is right now (Z39.50-1995, REC.3).

The rule it keeps: every item is there, whatever its state, and says whether it can be had now; one on loan
says until when. Two answers about the same state are the same: holdings are in the order of the institution's
libraries, then of location and call number, items in that of their descriptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from core.availability import Holding, Inventory
from core.model.records import Item, Portfolio, Representation
from core.policy_table import PolicyTable
from protocols.marc.iso2709 import unpack
from protocols.z3950.externals import CircRecord, HoldingsAndCircData, OpacRecord
from protocols.z3950.structures import External

_KIND, _LEVEL = 6, 7
_SERIAL, _MANY_PARTS, _ONE_PART, _UNKNOWN = "y", "v", "x", "u"
"""Leader/06 of MARC 21 holdings records."""
_SERIALS: Final = frozenset(b"bis")
"""Leader/07 of bibs that come out part by part."""


class OpacRecords:
    """Makes them for one institution."""

    def __init__(self, policy: PolicyTable) -> None:
        self._policy = policy
        self._institution = policy.policy.institution
        self._ranks = {agency.code: rank for rank, agency in enumerate(policy.policy.agencies)}
        self._zone = lru_cache(maxsize=64)(self._zone_of)

    def record(self, marc: bytes | None, bib: External | None, inventory: Inventory) -> OpacRecord:
        """The record of a bib; ``marc`` is in ISO 2709, ``bib`` the same as it is to be sent."""
        leader, form = b"", None
        if marc is not None:
            leader, form = marc[:24], unpack(marc).first(b"007")[:2].decode("ascii", "replace") or None
        held = [
            *[self._physical(each, leader, form, inventory) for each in self._ordered(inventory.holdings)],
            *[self._electronic(each) for each in inventory.portfolios],
            *[self._digital(each) for each in inventory.representations],
        ]
        return OpacRecord(bibliographic_record=bib, holdings_data=tuple(held) or None)

    def _ordered(self, holdings: Sequence[Holding]) -> Sequence[Holding]:
        if len(holdings) < 2:
            return holdings
        last = len(self._ranks)
        return sorted(
            holdings,
            key=lambda each: (self._ranks.get(each.agency, last), each.location, each.call_number),
        )

    def _physical(
        self, holding: Holding, leader: bytes, form: str | None, inventory: Inventory
    ) -> HoldingsAndCircData:
        agency, place = self._policy.agency(holding.agency), self._policy.location(holding.location)
        descriptions = {item.description for item in holding.items}
        awaited = inventory.queue_length
        items = sorted(holding.items, key=lambda item: (item.description, item.barcode))
        return HoldingsAndCircData(
            type_of_record=_type(leader, len(descriptions)),
            format=form,
            nuc_code=self._institution,
            local_location=agency.name or agency.code,
            shelving_location=place.name or place.code,
            call_number=holding.call_number or None,
            public_note=f"holds: {awaited}" if awaited else None,
            enum_and_chron=(descriptions.pop() or None) if len(descriptions) == 1 else None,
            circulation_data=tuple([self._item(item, holding, awaited > 0) for item in items]),
        )

    def _item(self, item: Item, holding: Holding, awaited: bool) -> CircRecord:
        place = self._policy.location(item.location)
        return CircRecord(
            available_now=item.id not in holding.out,
            availability_date=self._due(item),
            restrictions=item.policy or None,
            item_id=item.barcode,
            renewable=self._is_renewable(item),
            on_hold=awaited or item.hold is not None,
            enum_and_chron=item.description or None,
            temporary_location=(place.name or place.code) if holding.temporary else None,
        )

    def _due(self, item: Item) -> str | None:
        if item.loan is None:
            return None
        return f"{item.loan.due.astimezone(self._zone(item.location.partition('/')[0])):%Y-%m-%d %H:%M}"

    def _is_renewable(self, item: Item) -> bool:
        """Whether a loan of it could be renewed, were nobody waiting."""
        terms = self._policy.terms_for("", item.policy, item.location)
        return terms.loanable and terms.renewals > 0

    def _zone_of(self, agency: str) -> ZoneInfo:
        return ZoneInfo(self._policy.agency(agency).time_zone or self._policy.policy.time_zone)

    def _electronic(self, one: Portfolio) -> HoldingsAndCircData:
        return HoldingsAndCircData(
            nuc_code=self._institution,
            local_location=one.collection_name or one.interface or None,
            public_note=_joined(one.note, one.url),
            enum_and_chron=one.coverage or None,
        )

    def _digital(self, one: Representation) -> HoldingsAndCircData:
        return HoldingsAndCircData(
            nuc_code=self._institution,
            local_location=one.repository or None,
            public_note=_joined(one.label, one.note, one.url),
        )


def _type(leader: bytes, parts: int) -> str:
    if not leader:
        return _UNKNOWN
    if leader[_LEVEL] in _SERIALS:
        return _SERIAL
    return _MANY_PARTS if parts > 1 else _ONE_PART


def _joined(*texts: str) -> str | None:
    return " ".join(filter(None, texts)) or None
