"""Cursors are opaque, bound to their query, and read back; result sets are a few and found by their id."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.query import EVERYTHING
from servers.sru.paging import MOST_SETS, Cursor, ResultSets, mark, read_cursor
from tests.servers.sru.given import Town


@given(st.text(), st.integers(1, 2**40), st.text())
def test_a_cursor_is_read_back(snapshot: str, position: int, query: str) -> None:
    cursor = Cursor(snapshot, position, query)
    assert read_cursor(str(cursor)) == cursor


@given(st.text())
def test_no_text_breaks_the_reading_of_cursors(text: str) -> None:
    cursor = read_cursor(text)
    assert cursor is None or cursor.position > 0


def test_a_position_is_at_least_one() -> None:
    assert read_cursor(str(Cursor("1-1", 0, "x"))) is None


def test_marks_tell_queries_apart() -> None:
    assert mark("a", "b") == mark("a", "b")
    assert len({mark("a", "b"), mark("ab", ""), mark("a", ""), mark("\udcff")}) == 4


def test_the_oldest_sets_are_forgotten(town: Town) -> None:
    sets = ResultSets(town.catalogue)
    snapshot = town.catalogue.keep()
    assert isinstance(snapshot, str)
    made = [sets.keep(EVERYTHING, (), snapshot) for _ in range(MOST_SETS + 1)]
    assert len({one.id for one in made}) == MOST_SETS + 1
    assert sets.find(made[0].id) is None
    assert sets.find(made[1].id) == made[1]


def test_the_records_of_a_set_are_of_its_moment(town: Town) -> None:
    sets = ResultSets(town.catalogue)
    snapshot = town.catalogue.keep()
    assert isinstance(snapshot, str)
    made = sets.keep(EVERYTHING, (), snapshot)
    assert len(sets.ids(made.id) or ()) == 5
    town.seconds += sets.seconds + 1
    assert sets.ids(made.id) is None
    assert sets.ids("none") is None
