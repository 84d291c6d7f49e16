"""Notes on an item: one line more each time, nothing that upsets a screen, and never too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events import ItemNoted
from core.rules.notes import LONGEST_NOTE, add_note
from tests.core.rules.given import BOOK, book, done


def test_first_line_is_the_note() -> None:
    assert add_note(book(), "cover torn") == (ItemNoted(BOOK.id, "cover torn", "cover torn"),)


def test_next_line_comes_after_it() -> None:
    noted = add_note(book(note="cover torn"), "page 7 wet")
    assert noted == (ItemNoted(BOOK.id, "page 7 wet", "cover torn / page 7 wet"),)


@pytest.mark.parametrize("text", ["", "   ", "\r\n\t", "\x00\x1b", "\u200b\u202e", "\ud800"])
def test_what_says_nothing_changes_nothing(text: str) -> None:
    assert add_note(book(note="cover torn"), text) == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  cover \r\n torn ", "cover torn"),
        ("cover\x00\x1b[2Jtorn", "cover [2Jtorn"),
        ("cover\u202etorn\u2028", "cover torn"),
        ("été 表紙", "été 表紙"),
    ],
)
def test_control_characters_become_blanks(text: str, line: str) -> None:
    (noted,) = add_note(book(), text)
    assert noted.added == line


def test_newest_is_kept_where_there_is_no_room_for_all() -> None:
    (noted,) = add_note(book(note="x" * LONGEST_NOTE), "page 7 wet")
    assert len(noted.note) == LONGEST_NOTE
    assert noted.note.endswith("x / page 7 wet")


def test_line_that_is_too_long_keeps_its_beginning() -> None:
    (noted,) = add_note(book(note="old"), "begin" + "x" * LONGEST_NOTE)
    assert noted.added == noted.note
    assert noted.note.startswith("beginx")
    assert len(noted.note) == LONGEST_NOTE


@given(st.text(max_size=2000), st.text(max_size=2000))
def test_note_is_printable_and_short_whatever_is_sent(first: str, second: str) -> None:
    before = add_note(book(), first)
    item = book(note=done(before)[0].note) if before else book()
    for noted in add_note(item, second):
        assert noted.note.isprintable()
        assert len(noted.note) <= LONGEST_NOTE
        assert noted.note.endswith(noted.added)
