"""The works: written ones first, then composed ones that look like a catalogue."""

from __future__ import annotations

from itertools import pairwise

from servers.demo.works import works, written

COMPOSED = list(works(6000, 1))[len(written()) :]


def test_the_same_seed_gives_the_same_works_and_another_gives_others() -> None:
    assert list(works(2000, 7)) == list(works(2000, 7))
    assert list(works(2000, 7)) != list(works(2000, 8))


def test_fewer_works_are_the_first_of_more() -> None:
    assert list(works(500, 3)) == list(works(1500, 3))[:500]


def test_every_written_work_comes_once_before_any_composed_one() -> None:
    first = list(works(len(written()), 5))
    assert first != written()
    assert sorted(first, key=repr) == sorted(written(), key=repr)


def test_composed_works_vary_and_are_never_twice_the_same_in_a_row() -> None:
    assert len({work.title for work in COMPOSED}) > len(COMPOSED) / 3
    assert all(one != other for one, other in pairwise(COMPOSED))
    assert {work.language for work in COMPOSED} == {"eng", "ger", "fre", "rus", "chi"}


def test_composed_works_have_the_fields_a_cataloguer_fills_in() -> None:
    for work in COMPOSED:
        assert work.title[0].isupper()
        assert "{" not in work.title + work.title_script
        assert ", " in work.author
        assert work.year.isdecimal()
        assert work.call_number.endswith(work.year)
        assert work.place
        assert work.publisher
        assert bool(work.title_script) == (work.language in ("rus", "chi"))


def test_german_nouns_keep_their_capital_inside_a_title() -> None:
    german = [work.title for work in COMPOSED if work.language == "ger" and " und " in work.title]
    assert german
    assert all(title.rpartition(" und ")[2][0].isupper() for title in german)


def test_composed_isbns_are_distinct_and_check() -> None:
    isbns = [work.isbn for work in COMPOSED]
    assert len(set(isbns)) == len(isbns)
    for isbn in isbns:
        assert len(isbn) == 13
        weighed = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(isbn))
        assert sum(weighed) % 10 == 0
