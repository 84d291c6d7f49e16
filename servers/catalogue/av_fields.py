"""Availability as Alma tells it: fields AVA, AVE and AVD at the end of a MARC record.

The rule it keeps: subfields come in the order in which Alma writes them, and one without a value is left out.
AVA are in the order of the institution's agencies, as the configuration has them; within an agency in the
order in which their first items were added.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Final, NamedTuple

from core.availability import Holding, Inventory
from core.model.records import Bib, Portfolio, Representation
from core.policy_table import PolicyTable
from protocols.marc.marcxml import clean, field

_NO_SCHEME: Final = "#"
"""Call number type: MARC 852, first indicator blank, "no information provided"."""

_START: Final = '<datafield tag="AVA" ind1=" " ind2=" ">'
_END: Final = "</datafield>"


class _Place(NamedTuple):
    """What is the same in every AVA of a location, ready-made: $a to $c, $i to $k, $q."""

    rank: int
    campus: str
    before: str
    between: str
    behind: str


class AvFields:
    """Writes the fields for one institution."""

    def __init__(self, policy: PolicyTable, *, holdings_of_temporary: bool = False) -> None:
        """``holdings_of_temporary``: a temporary location has its number too ($9), which spares clients a
        second question.
        """
        self._policy = policy
        self._institution = policy.policy.institution
        self._ranks = {agency.code: rank for rank, agency in enumerate(policy.policy.agencies)}
        self._places: dict[str, _Place] = {}
        self._holdings_of_temporary = holdings_of_temporary

    def fields(self, bib: Bib, inventory: Inventory, campuses: Container[str] | None = None) -> bytes:
        """The fields of a bib; of its holdings only those on the ``campuses``, if any are named."""
        physical = "".join(self._physical(bib, inventory.holdings, campuses)).encode()
        if not (inventory.portfolios or inventory.representations):
            return physical
        return b"".join(
            [
                physical,
                *[field("AVE", self._electronic(bib, one)) for one in inventory.portfolios],
                *[field("AVD", self._digital(one)) for one in inventory.representations],
            ]
        )

    def _physical(
        self, bib: Bib, holdings: Sequence[Holding], campuses: Container[str] | None
    ) -> Iterator[str]:
        if not holdings:
            return
        placed = [(self._place(holding.location), holding) for holding in holdings]
        if len(placed) > 1:
            placed.sort(key=lambda pair: pair[0].rank)
        number_of_bib = _subfield("0", bib.control_number)
        for priority, (place, holding) in enumerate(placed, 1):
            if campuses is None or place.campus in campuses:
                yield self._holding(number_of_bib, place, holding, priority)

    def _holding(self, number_of_bib: str, place: _Place, holding: Holding, priority: int) -> str:
        own = ""
        if not holding.temporary:
            own = f'<subfield code="8">{number(holding)}</subfield>'
        elif self._holdings_of_temporary:
            own = f'<subfield code="9">{number(holding)}</subfield>'
        items = holding.items
        description = items[0].description
        if any(item.description != description for item in items):
            description = ""
        return (
            f"{_START}{number_of_bib}{own}{place.before}{_subfield('d', holding.call_number)}"
            f'<subfield code="e">{holding.availability.value}</subfield>'
            f'<subfield code="f">{len(items)}</subfield><subfield code="g">{len(holding.out)}</subfield>'
            f'{place.between}<subfield code="p">{priority}</subfield>{place.behind}'
            f"{_subfield('t', description)}{_END}"
        )

    def _place(self, location: str) -> _Place:
        place = self._places.get(location)
        if place is None:
            place = self._places[location] = self._made(location)
        return place

    def _made(self, code: str) -> _Place:
        agency_code, _, shelf = code.partition("/")
        agency, location = self._policy.agency(agency_code), self._policy.location(code)
        return _Place(
            self._ranks.get(agency_code, len(self._ranks)),
            agency.campus,
            _subfield("a", self._institution)
            + _subfield("b", agency.code)
            + _subfield("c", location.name or location.code),
            _subfield("i", agency.campus) + _subfield("j", shelf) + _subfield("k", _NO_SCHEME),
            _subfield("q", agency.name or agency.code),
        )

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


def _subfield(code: str, text: str) -> str:
    """A subfield; one without a value is none."""
    return f'<subfield code="{code}">{clean(text)}</subfield>' if text else ""


def number(holding: Holding) -> str:
    """The number by which the holding is known outside."""
    return f"22{holding.id:015d}"
