"""The works of the demonstration's catalogue: written ones from `works.tsv`, and composed ones beyond them.

The rule it keeps: the same seed gives the same works in the same order. The written ones come first,
shuffled.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

from msgspec import Struct

from servers.demo.people import alphabet, written_people
from servers.demo.rows import rows

_WORKS = Path(__file__).with_name("works.tsv")
_TOPICS = Path(__file__).with_name("topics.tsv")

_PLACES = (
    *("Aberdeen", "Bergen", "Bilbao", "Bologna", "Bruges", "Cork", "Cracow", "Dresden"),
    *("Florence", "Gdansk", "Ghent", "Granada", "Halifax", "Izmir", "Kyoto", "Leiden"),
    *("Lima", "Lisbon", "Lviv", "Malmo", "Nantes", "Odense", "Porto", "Quito"),
    *("Riga", "Salzburg", "Tartu", "Trieste", "Utrecht", "Valparaiso", "Zagreb"),
)
_HOUSES = (
    "Anchor & Lamp",
    "Harbour Press",
    "Linden",
    "Northgate",
    "Quill and Daughter",
    "Saltmarsh",
    "Third Floor",
)

_PATTERNS = {
    "eng": (
        "{0}",
        "A history of {1}",
        "{0} in {2}",
        "An introduction to {1}",
        "{0} and {3}",
        "The {2} handbook of {1}",
        "Notes on {1} from {2}",
        "{0}: a reader",
    ),
    "ger": ("{0}", "{0} in {2}", "{0}: eine Einführung", "{0} und {4}", "Handbuch: {0}"),
    "fre": ("{0}", "{0} : une introduction", "{0} et {3}"),
    "rus": ("{0}", "{0} i {3}"),
    "chi": ("{0}", "{0} yu {3}"),
}
_SCRIPT_PATTERNS = {"rus": ("{0}", "{0} и {3}"), "chi": ("{0}", "{0}與{3}")}
_LANGUAGES = ("eng",) * 12 + ("ger",) * 3 + ("fre",) * 2 + ("rus", "rus", "chi")
_FIRST_YEAR, _YEARS = 1951, 74


class Work(Struct, frozen=True):
    """A work as a catalogue sees it: in Latin letters, and in its own script if that is another."""

    title: str
    author: str
    year: str
    language: str
    call_number: str
    dewey: str
    subjects: tuple[str, ...]
    form: str
    item_type: str
    title_script: str = ""
    author_script: str = ""
    place: str = ""
    publisher: str = ""
    isbn: str = ""


def works(count: int, seed: int) -> Iterator[Work]:
    """The first ``count`` works of the seed's catalogue."""
    return islice(_all(seed), count)


def written() -> list[Work]:
    """The works of `works.tsv`, in its order."""
    return [
        Work(**{**row, "subjects": tuple(row["subjects"].split(" | "))})  # type: ignore[arg-type]  # columns are fields
        for row in rows(_WORKS)
    ]


def _all(seed: int) -> Iterator[Work]:
    first = written()
    Random(f"works {seed}").shuffle(first)
    yield from first
    yield from _composed(Random(f"composed {seed}"))


def _composed(chance: Random) -> Iterator[Work]:
    """Works without end, made of a topic, a pattern and a name. Each has an ISBN of its own."""
    topics = rows(_TOPICS)
    people = [person for person in written_people() if alphabet(person) == "LATIN"]
    number = 0
    while True:
        number += 1
        language = _LANGUAGES[int(chance.random() * len(_LANGUAGES))]
        topic, other = topics[int(chance.random() * len(topics))], topics[int(chance.random() * len(topics))]
        which = int(chance.random() * len(_PATTERNS[language]))
        place = _PLACES[int(chance.random() * len(_PLACES))]
        family = people[int(chance.random() * len(people))].family
        given = people[int(chance.random() * len(people))].given
        year = str(_FIRST_YEAR + int(chance.random() * _YEARS))
        script = ""
        if language in _SCRIPT_PATTERNS:
            in_script = f"{language}_script"
            script = _titled(_SCRIPT_PATTERNS[language][which], topic[in_script], place, other[in_script])
        yield Work(
            title=_titled(_PATTERNS[language][which], topic[language], place, other[language]),
            author=f"{family}, {given}",
            year=year,
            language=language,
            call_number=f"{topic['class']} .{family[0].upper()}{number % 97 + 2} {year}",
            dewey=topic["dewey"],
            subjects=(topic["eng"],) if topic is other else (topic["eng"], other["eng"]),
            form="book",
            item_type="book",
            title_script=script,
            place=place,
            publisher=_HOUSES[int(chance.random() * len(_HOUSES))],
            isbn=_isbn(number),
        )


def _titled(pattern: str, topic: str, place: str, other: str) -> str:
    return pattern.format(topic, _within(topic), place, _within(other), other)


def _within(topic: str) -> str:
    """The topic inside a title, with a small letter; a German pattern takes it as it is."""
    return topic[:1].lower() + topic[1:]


def _isbn(number: int) -> str:
    """An ISBN that no publisher has: no agency has been given 979-9."""
    stem = f"9799{number:08d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(stem))
    return f"{stem}{-total % 10}"
