"""The records of a page, in the schema that was asked for, with what there is of each right now.

The rule it keeps: the inventory of the whole page is asked for once, when everything else is at hand, and an
answer goes when all that it tells is durable. Where that is undone, the page is made anew.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Final, assert_never

from core.availability import Inventory
from core.journal import Settled
from core.model.records import Bib, BibId
from core.policy_table import PolicyTable
from core.ports import StoreRefused
from protocols.marc.dublin_core import dublin_core
from protocols.marc.errors import NotMarc
from protocols.marc.iso2709 import unpack
from protocols.marc.marcxml import END, NAMESPACE, clean
from protocols.marc.mods import mods
from protocols.sru.diagnostics import Diagnostic
from protocols.sru.response import Record, Surrogate
from servers.catalogue.av_fields import AvFields
from servers.catalogue.isohold import IsoHoldings
from servers.settling import settled
from servers.sru.house import House
from servers.sru.schemas import FROM_MARC, Form

Page = tuple[Record | Surrogate, ...]

NO_LEADER: Final = "00000nam a2200000uu 4500"
"""Of a record that says nothing but availability: MARCXML must have a leader."""


class Records:
    """Makes the records of one endpoint."""

    def __init__(
        self, house: House, policy: PolicyTable, *, has_availability: bool, has_temporary_holdings: bool
    ) -> None:
        self._house = house
        self._has_availability = has_availability
        self._av = AvFields(policy, holdings_of_temporary=has_temporary_holdings)
        self._isohold = IsoHoldings(policy)

    async def page(
        self, bibs: Sequence[BibId], form: Form, campuses: Container[str] | None = None
    ) -> Page | Diagnostic:
        """The records of the bibs; of a bib that is gone meanwhile, a surrogate diagnostic."""
        bodies: Mapping[BibId, bytes] = {}
        if form in FROM_MARC:
            try:
                bodies = await self._house.bodies(bibs)
            except StoreRefused:
                return Diagnostic(2, "the records cannot be read")
        while True:
            answer = self._house.desk.shelves.inventory(bibs)
            page = self._page(bibs, form, bodies, answer.outcome, campuses)
            if answer.unit is None:
                return page
            match await settled(answer.unit):
                case Settled.KEPT:
                    return page
                case Settled.UNDONE:
                    continue
                case Settled.UNKNOWN:
                    return Diagnostic(2, "the store is broken")
                case never:
                    assert_never(never)

    def _page(
        self,
        bibs: Sequence[BibId],
        form: Form,
        bodies: Mapping[BibId, bytes],
        inventories: Mapping[BibId, Inventory],
        campuses: Container[str] | None,
    ) -> Page:
        cards = self._house.desk.library.bibs
        ready = self._house.ready.records(bibs) if form is Form.MARCXML else [None] * len(bibs)
        page: list[Record | Surrogate] = []
        for bib, xml in zip(bibs, ready, strict=True):
            card = cards.get(bib)
            if card is None:
                page.append(Surrogate(Diagnostic(65, str(bib))))
                continue
            inventory = inventories[bib]
            data = self._data(card, form, xml, bodies.get(bib), inventory, campuses)
            if isinstance(data, Diagnostic):
                page.append(Surrogate(data, card.control_number))
            else:
                page.append(Record(data, card.control_number))
        return tuple(page)

    def _data(
        self,
        card: Bib,
        form: Form,
        xml: bytes | None,
        body: bytes | None,
        inventory: Inventory,
        campuses: Container[str] | None,
    ) -> bytes | Diagnostic:
        match form:
            case Form.MARCXML:
                if xml is None:
                    return Diagnostic(64, card.control_number)
                if not self._has_availability:
                    return xml + END
                return b"".join((xml, self._av.fields(card, inventory, campuses), END))
            case Form.AVAILABILITY:
                return b"".join((_numbered(card), self._av.fields(card, inventory, campuses), END))
            case Form.ISOHOLD:
                return self._isohold.holdings(inventory, campuses)
            case Form.DC | Form.MODS:
                return _from_marc(card, form, body, inventory)
            case _:
                assert_never(form)


def _numbered(card: Bib) -> bytes:
    """The start of a record that has a number, and nothing else."""
    number = f'<controlfield tag="001">{clean(card.control_number)}</controlfield>'
    return f'<record xmlns="{NAMESPACE}"><leader>{NO_LEADER}</leader>{number}'.encode()


def _from_marc(card: Bib, form: Form, body: bytes | None, inventory: Inventory) -> bytes | Diagnostic:
    """A record in another schema, with the links of what there is of it in electronic form."""
    if body is None:
        return Diagnostic(64, card.control_number)
    try:
        marc = unpack(body)
    except NotMarc:
        return Diagnostic(67, form.value)
    links = [one.url for one in inventory.portfolios] + [one.url for one in inventory.representations]
    return (dublin_core if form is Form.DC else mods)(marc, filter(None, links))
