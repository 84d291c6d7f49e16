"""The people of the demonstration: names from `people.tsv`, put together anew where more are wanted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

from msgspec import Struct

from servers.demo.rows import rows

_PEOPLE = Path(__file__).with_name("people.tsv")


class Person(Struct, frozen=True):
    """A name, and the language its bearer prefers (ISO 639-1)."""

    family: str
    given: str
    language: str


def people(count: int, seed: int) -> Iterator[Person]:
    """The first ``count`` people of the seed: everybody in the table, then family and given names mixed."""
    return islice(_all(Random(f"people {seed}")), count)


@cache
def written_people() -> tuple[Person, ...]:
    """The people of the table, in its order."""
    return tuple(Person(**row) for row in rows(_PEOPLE))


@cache
def alphabet(person: Person) -> str:
    """What the first letter of the given name is called by Unicode: LATIN, CYRILLIC, CJK ..."""
    return unicodedata.name(person.given[0]).split()[0]


def _all(chance: Random) -> Iterator[Person]:
    first = list(written_people())
    chance.shuffle(first)
    yield from first
    kin_of: dict[tuple[str, str], list[Person]] = {}
    for person in first:
        kin_of.setdefault((person.language, alphabet(person)), []).append(person)
    while True:
        one = first[int(chance.random() * len(first))]
        kin = kin_of[one.language, alphabet(one)]
        yield Person(one.family, kin[int(chance.random() * len(kin))].given, one.language)
