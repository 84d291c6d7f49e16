"""The records of a page, in the schema that was asked for, with what there is of each right now.

The rule it keeps: a page is made of one moment, of no more than its schema tells, and comes with the unit of
work that must be durable before it may go.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final, assert_never

from core.availability import Inventory
from core.model.records import Bib, BibId
from core.policy_table import PolicyTable
from core.register import Answer
from protocols.marc.dublin_core import dublin_core
from protocols.marc.iso2709 import unpack
from protocols.marc.marcxml import END, NAMESPACE, clean
from protocols.marc.mods import mods
from protocols.sru.diagnostics import Diagnostic
from protocols.sru.response import Record, Surrogate
from servers.catalogue.av_fields import AvFields
from servers.catalogue.isohold import IsoHoldings
from servers.sru.house import House
from servers.sru.schemas import FROM_MARC, Form

Page = tuple[Record | Surrogate, ...]

NO_LEADER: Final = "00000nam a2200000uu 4500"
"""Of a record that says nothing but availability: MARCXML must have a leader."""

_NOTHING: Final = Inventory()


class Records:
    """Makes the records of one endpoint."""

    def __init__(
        self, house: House, policy: PolicyTable, *, has_availability: bool, has_temporary_holdings: bool
    ) -> None:
        self._house = house
        self._has_availability = has_availability
        self._av = AvFields(policy, holdings_of_temporary=has_temporary_holdings)
        self._isohold = IsoHoldings(policy)

    def page(self, bibs: Sequence[BibId], form: Form, campuses: Container[str] | None = None) -> Answer[Page]:
        """The records of the bibs; of a bib that is gone meanwhile, a surrogate diagnostic."""
        desk = self._house.desk
        inventories: Mapping[BibId, Inventory] = {}
        unit = None
        if self._tells_inventory(form):
            answer = desk.shelves.inventory(bibs)
            inventories, unit = answer.outcome, answer.unit
        cards = desk.library.bibs
        page: list[Record | Surrogate] = []
        for bib, ready in zip(bibs, self._ready(bibs, form), strict=True):
            card = cards.get(bib)
            if card is None:
                page.append(Surrogate(Diagnostic(65, str(bib))))
                continue
            data = self._data(card, form, ready, inventories.get(bib, _NOTHING), campuses)
            if data is None:
                page.append(Surrogate(Diagnostic(64, card.control_number), card.control_number))
            else:
                page.append(Record(data, card.control_number))
        return Answer(tuple(page), unit)

    def _tells_inventory(self, form: Form) -> bool:
        return self._has_availability if form is Form.MARCXML else form not in FROM_MARC

    def _ready(self, bibs: Sequence[BibId], form: Form) -> Sequence[bytes | None]:
        """What is ready of each bib for a schema, if that is made of anything that is."""
        if form is Form.MARCXML:
            return self._house.ready.records(bibs)
        return self._house.ready.marc_records(bibs) if form in FROM_MARC else [None] * len(bibs)

    def _data(
        self,
        card: Bib,
        form: Form,
        ready: bytes | None,
        inventory: Inventory,
        campuses: Container[str] | None,
    ) -> bytes | None:
        """The record in a schema; None where it has no body."""
        match form:
            case Form.MARCXML:
                if ready is None:
                    return None
                if not self._has_availability:
                    return ready + END
                return b"".join((ready, self._av.fields(card, inventory, campuses), END))
            case Form.AVAILABILITY:
                return b"".join((_numbered(card), self._av.fields(card, inventory, campuses), END))
            case Form.ISOHOLD:
                return self._isohold.holdings(inventory, campuses)
            case Form.DC | Form.MODS:
                write = dublin_core if form is Form.DC else mods
                return None if ready is None else write(unpack(ready), self._links(card.id))
            case _:
                assert_never(form)

    def _links(self, bib: BibId) -> Iterator[str]:
        """Where there is of a bib what is electronic. It comes by loads alone, so nobody waits for it."""
        library = self._house.desk.library
        yield from [one.url for one in library.portfolios.of(bib) if one.url]
        yield from [one.url for one in library.representations.of(bib) if one.url]


def _numbered(card: Bib) -> bytes:
    """The start of a record that has a number, and nothing else."""
    number = f'<controlfield tag="001">{clean(card.control_number)}</controlfield>'
    return f'<record xmlns="{NAMESPACE}"><leader>{NO_LEADER}</leader>{number}'.encode()
