"""LookupItemSet: the items of titles, of holdings sets, or those that are named, in parts of a bearable size.

A holdings set is what a title has at one location; its id is good as long as both are there. The rules it
keeps are those of `items`; and an id that stands for nothing has its Problem in its own place, so that the
others are answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Final, NamedTuple

from msgspec.structs import replace

from core.model.records import Bib, BibId, Item, ItemId
from core.refusals import Reason
from core.rules.facts import Pin
from core.views import ItemView
from protocols.ncip import messages as m
from protocols.ncip.problems import ProblemType
from protocols.ncip.schemes import ItemElementType
from protocols.ncip.structures import (
    BibInformation,
    BibliographicDescription,
    BibliographicId,
    HoldingsSet,
    ItemInformation,
    Problem,
)
from protocols.ncip.structures import ItemId as NamedItem
from servers.ncip.partner import Partner
from servers.ncip.translate import items
from servers.ncip.translate.problems import detail, problem_type, trouble, unsuited, value_of
from servers.ncip.translate.reply import Reply, Said
from servers.ncip.translate.titles import titled
from servers.ncip.translate.tokens import Place, place, token
from servers.ncip.translate.wording import item_key, own, request_key

MOST: Final = 500
"""Items in one answer, whatever a partner asks for (MaximumItemsCount)."""

Asked = BibliographicId | str | NamedItem


class _Line(NamedTuple):
    """One thing to tell: an item, or that there is none. ``number`` counts the ids of the question."""

    number: int
    asked: Asked
    bib: Bib | None = None
    item: Item | None = None

    @property
    def place(self) -> Place:
        """Where it stands in the whole answer."""
        return Place(self.number, *_shelf(self.item))

    @property
    def title(self) -> tuple[int, int]:
        """What goes into one BibInformation: an id, or named items of one title that follow each other."""
        if isinstance(self.asked, NamedItem):
            return -1, self.bib.id if self.bib is not None else 0
        return self.number, 0


def look_up(request: m.LookupItemSet, partner: Partner, pin: Pin) -> Said:
    """So many of the items as the partner can take, and a token if there are more."""
    question = request_key(replace(request, maximum_items_count=None, next_item_token=None), partner)
    after: Place | None = Place()
    if request.next_item_token is not None:
        after = place(question, request.next_item_token)
    if after is None:
        kind = ProblemType.ELEMENT_RULE_VIOLATED
        return Reply(unsuited(request, "NextItemToken", request.next_item_token or "", kind))
    most = min(request.maximum_items_count or MOST, MOST)
    rest = (line for line in _lines(request, partner) if line.place > after)
    lines = list(islice(rest, most + 1))
    told = lines[:most]
    looked = partner.desk.stock.look(
        [line.item for line in told if line.item is not None],
        *{line.bib.id for line in told if line.bib is not None},
    )
    views = {view.item.id: view for view in looked.outcome}
    answer = _Answer(request, views, partner)
    response = m.LookupItemSetResponse(
        bib_information=tuple(
            [answer.title(list(group)) for _, group in groupby(told, lambda one: one.title)]
        ),
        next_item_token=token(question, told[-1].place) if len(lines) > most else None,
    )
    return Reply(response, looked.unit)


def _lines(request: m.LookupItemSet, partner: Partner) -> Iterator[_Line]:
    """All that there is to tell, in an order that stays."""
    asked: tuple[Asked, ...] = (*request.bibliographic_id, *request.holdings_set_id, *request.item_id)
    for number, one in enumerate(asked):
        bib, found = _found(one, partner)
        for item in sorted(found, key=_shelf):
            yield _Line(number, one, bib, item)
        if not found:
            yield _Line(number, one, bib)


def _found(asked: Asked, partner: Partner) -> tuple[Bib | None, Sequence[Item]]:
    """The title that an id leads to, and its items that are meant."""
    library = partner.desk.library
    match asked:
        case BibliographicId():
            bib = titled(asked, partner)
            return bib, [] if bib is None else library.items_of(bib.id)
        case str():
            number, _, location = asked.partition("/")
            known = number.isdecimal() and number.isascii() and len(number) <= _DIGITS
            bib = library.bibs.get(BibId(int(number))) if known else None
            copies = [] if bib is None else library.items_of(bib.id)
            return bib, [item for item in copies if item.location == location]
        case NamedItem():
            item = library.item(item_key(asked, partner))
            return (None, []) if item is None else (library.bibs.get(item.bib), [item])


def _shelf(item: Item | None) -> tuple[str, int]:
    return ("", 0) if item is None else (item.location, item.id)


_DIGITS: Final = 18


class _Answer:
    """How lines become the structures of the answer."""

    def __init__(self, request: m.LookupItemSet, views: dict[ItemId, ItemView], partner: Partner) -> None:
        self._request = request
        self._views = views
        self._partner = partner
        self._asked = {kind.value for kind in request.item_element_type}

    def title(self, lines: Sequence[_Line]) -> BibInformation:
        """A title with its holdings sets."""
        first = lines[0]
        named = first.asked if isinstance(first.asked, BibliographicId) else None
        if first.bib is None and named is not None:
            problem = self._unknown(Reason.UNKNOWN_BIB, "BibliographicId", value_of(named))
            return BibInformation(bibliographic_id=named, problem=(problem,))
        bib = first.bib
        known = None if bib is None else items.title_id(bib, self._partner)
        sets = groupby(lines, lambda line: None if line.item is None else line.item.location)
        return BibInformation(
            bibliographic_id=named or known,
            bibliographic_description=(
                items.title(bib, self._partner)
                if bib is not None and ItemElementType.BIBLIOGRAPHIC_DESCRIPTION in self._asked
                else None
            ),
            title_hold_queue_length=(
                self._waiting(bib)
                if bib is not None and ItemElementType.HOLD_QUEUE_LENGTH in self._asked
                else None
            ),
            holdings_set=tuple([self._set(location, list(group)) for location, group in sets]),
        )

    def _set(self, location: str | None, lines: Sequence[_Line]) -> HoldingsSet:
        """What a title has at one location. The location is told with each item too, where clients look."""
        asked = lines[0].asked
        if location is None and isinstance(asked, NamedItem):
            return HoldingsSet(item_information=tuple([self._missing(line.asked) for line in lines]))
        if location is None:
            return HoldingsSet(
                holdings_set_id=asked if isinstance(asked, str) else None, problem=(self._empty(lines[0]),)
            )
        views = [self._views[line.item.id] for line in lines if line.item is not None]
        first = views[0].item
        shared = {view.item.call_number for view in views} == {first.call_number}
        return HoldingsSet(
            holdings_set_id=f"{first.bib}/{location}",
            location=(
                items.place(location, self._partner) if ItemElementType.LOCATION in self._asked else None
            ),
            call_number=first.call_number or None if shared else None,
            item_information=tuple([self._item(view) for view in views]),
        )

    def _item(self, view: ItemView) -> ItemInformation:
        """An item. What it shares with its title is told there; only its medium is its own."""
        item, loan, hold = view.item, view.item.loan, view.hold
        fields = items.described(view, self._request.item_element_type, self._partner)
        if fields is not None and fields.bibliographic_description is not None:
            medium = fields.bibliographic_description.medium_type
            own_part = None if medium is None else BibliographicDescription(medium_type=medium)
            fields = replace(fields, bibliographic_description=own_part)
        return ItemInformation(
            item_id=own(item, self._partner),
            date_due=None if loan is None else loan.due,
            date_recalled=None if loan is None else loan.recalled_at,
            hold_pickup_date=None if hold is None else hold.ready_until,
            item_optional_fields=fields,
        )

    def _missing(self, asked: Asked) -> ItemInformation:
        assert isinstance(asked, NamedItem), "a named item that there is not"
        value = asked.item_identifier_value
        return ItemInformation(item_id=asked, problem=(self._unknown(Reason.UNKNOWN_ITEM, "ItemId", value),))

    def _empty(self, line: _Line) -> Problem:
        """Why there is nothing to tell of a title or a holdings set that was asked for."""
        if isinstance(line.asked, BibliographicId):
            return self._unknown(Reason.UNKNOWN_ITEM, "BibliographicId", value_of(line.asked))
        return self._unknown(Reason.UNKNOWN_ITEM, "HoldingsSetId", str(line.asked))

    def _unknown(self, reason: Reason, path: str, value: str | None) -> Problem:
        kind = problem_type(m.LookupItemSet, reason)
        return trouble(self._request, kind, path, value, detail(reason))

    def _waiting(self, bib: Bib) -> int:
        """How many wait for any copy of the title."""
        return len([hold for hold in self._partner.desk.library.queue_of(bib.id) if hold.item is None])
