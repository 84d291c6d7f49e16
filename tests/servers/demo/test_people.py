"""The people: everybody of the table first, then names that could be."""

from __future__ import annotations

from servers.demo.people import alphabet, people, written_people


def test_everybody_of_the_table_comes_first_and_once() -> None:
    count = len(written_people())
    assert sorted(people(count, 1), key=repr) == sorted(written_people(), key=repr)


def test_the_same_seed_gives_the_same_people_and_another_gives_others() -> None:
    assert list(people(1000, 1)) == list(people(1000, 1)) != list(people(1000, 2))


def test_names_are_mixed_within_a_language_and_an_alphabet() -> None:
    given = {(person.given, person.language) for person in written_people()}
    family = {(person.family, alphabet(person)) for person in written_people()}
    for person in people(3000, 1):
        assert (person.given, person.language) in given
        assert (person.family, alphabet(person)) in family


def test_there_are_many_more_names_than_the_table_has() -> None:
    assert len({(person.family, person.given) for person in people(3000, 1)}) > 5 * len(written_people())
