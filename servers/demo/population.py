"""Everybody and everything of the demonstration, as a stream of records: the story, then ordinary life.

The rule it keeps: the seed and the moment decide everything, down to the ids. Ordinary patrons may
borrow; ordinary items are available in the Central Library, lent on usual terms, and nobody waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain
from random import Random
from typing import Any, Final, NamedTuple, TypeVar

from msgspec import Struct

from core.model.records import FeeKind, Item, ItemStatus, Medium, Patron, Record
from servers.demo.people import Person, people
from servers.demo.register import Register
from servers.demo.story import CHILDREN, EAST, STACKS, Story
from servers.demo.works import Work, works

T = TypeVar("T")

STORY_TITLES: Final = 40
"""Books kept ready for the story, which takes a few less."""

_GROUPS: Final = ("adult",) * 11 + ("child",) * 4 + ("student",) * 3 + ("staff",) * 2
_LATER_COPIES: Final = (STACKS,) * 9 + (EAST,) * 8 + ("MAIN/STORE",) * 2 + ("EAST/CHILDREN",)
_ON_LOAN, _ASTRAY = 0.12, 0.14


class Sizes(Struct, frozen=True):
    """How much there is of everything."""

    bibs: int
    items: int
    patrons: int


class Shelf(NamedTuple):
    """Where an item lives, on which terms it is lent, and what kind of thing it is."""

    location: str
    policy: str
    medium: Medium


_SHELVES: Final = {
    "reference": Shelf("MAIN/REFERENCE", "reference", Medium.BOOK),
    "periodical": Shelf("MAIN/JOURNALS", "periodical", Medium.BOUND_JOURNAL),
    "dvd": Shelf("MAIN/MEDIA", "dvd", Medium.DISC),
    "audio": Shelf("MUSIC/SOUND", "audio", Medium.DISC),
    "score": Shelf("MUSIC/SCORES", "score", Medium.BOOK),
}


def population(register: Register, sizes: Sizes, seed: int) -> Iterator[Record]:
    """Exactly as many bibs, items and patrons as ``sizes`` says; holds, fees and payments as they come."""
    catalogue = works(sizes.bibs, seed)
    books: list[Work] = []
    others: list[Work] = []
    for work in catalogue:
        (books if work.item_type == "book" else others).append(work)
        if len(books) == STORY_TITLES:
            break
    names = people(sizes.patrons, seed)
    story = Story(register, names, iter(books))
    story.tell()
    yield from story.records
    told = sum(isinstance(record, Item) for record in story.records)
    titles = chain(books[story.titles :], others, catalogue)
    life = _Life(register, Random(f"life {seed}"))
    yield from life.patrons(names)
    yield from life.items(titles, sizes.bibs - story.titles, sizes.items - told)


def shares(titles: int, items: int, chance: Random) -> Iterator[int]:
    """How many items each title has: ``items`` in all, unevenly among each four neighbours."""
    given = 0
    for first in range(0, titles, 4):
        group = min(4, titles - first)
        until = items * (first + group) // titles
        each = int(until - given >= group)
        counts = [each] * group
        for _ in range(until - given - each * group):
            counts[int(chance.random() * group)] += 1
        given = until
        yield from counts


class _Life:
    """Ordinary life: who has borrowed, owes a little, and where the other items are."""

    def __init__(self, register: Register, chance: Random) -> None:
        self._register = register
        self._chance = chance
        self._borrowers: list[Patron] = []

    def patrons(self, names: Iterable[Person]) -> Iterator[Record]:
        """An ordinary patron for each name, with a small fee or none."""
        for person in names:
            group = self._one_of(_GROUPS)
            patron = self._register.patron(person, group, ordinary=True)
            yield patron
            self._borrowers += [patron] * int(self._chance.random() * 4)
            if self._chance.random() < 0.75:
                tenths = 2 + int(self._chance.random() * (18 if group == "child" else 80))
                paid = Decimal("0.10") if self._chance.random() < 0.1 else Decimal(0)
                days = 2 + self._chance.random() * 200
                yield from self._register.fee(patron, FeeKind.OVERDUE, Decimal(tenths) / 10, days, paid=paid)

    def items(self, titles: Iterator[Work], count: int, items: int) -> Iterator[Record]:
        """Every title with its card, its body and its items."""
        for work, share in zip(titles, shares(count, items, self._chance), strict=True):
            card, body = self._register.bib(work)
            yield card
            yield body
            in_volumes = work.form == "periodical" or (share > 1 and self._chance.random() < 0.04)
            for number in range(share):
                shelf = _SHELVES.get(work.item_type) or self._shelf(work, number)
                description = f"v. {number + 1}" if in_volumes else ""
                known = self._whereabouts(shelf) if number else {}
                ordinary = shelf.policy == "book" and shelf.location in (STACKS, CHILDREN) and not known
                yield self._register.item(
                    card,
                    shelf.location,
                    shelf.policy,
                    work.call_number,
                    ordinary=ordinary,
                    description=description,
                    medium=shelf.medium,
                    **known,
                )

    def _shelf(self, work: Work, number: int) -> Shelf:
        """The first item of a book is in the Central Library, the others are spread."""
        for_children = any("Fairy tales" in subject or "Juvenile" in subject for subject in work.subjects)
        first = CHILDREN if for_children else STACKS
        return Shelf(self._one_of(_LATER_COPIES) if number else first, "book", Medium.BOOK)

    def _whereabouts(self, shelf: Shelf) -> dict[str, Any]:
        """What there is to say of an item that is not on its shelf; nothing for most."""
        roll = self._chance.random()
        if roll < _ON_LOAN and self._borrowers and shelf.policy != "reference":
            days = self._chance.random() * (36 if self._chance.random() < 0.1 else 6)
            loan = self._register.loan(self._borrowers.pop(), shelf.policy, shelf.location, days)
            return {"status": ItemStatus.ON_LOAN, "loan": loan}
        if _ON_LOAN <= roll < _ASTRAY:
            return {"status": self._one_of((ItemStatus.MISSING, ItemStatus.IN_PROCESS))}
        return {}

    def _one_of(self, choices: tuple[T, ...]) -> T:
        return choices[int(self._chance.random() * len(choices))]
