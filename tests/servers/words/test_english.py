"""Every refusal and every notice has English words, short and plain enough for any kiosk."""

from __future__ import annotations

import pytest

from core.refusals import Reason
from servers.words.english import NOTICES, REFUSALS, Plural, forms
from servers.words.notices import Notice
from servers.words.overrides import named, places

TEXTS = [(code.value, form) for code, text in REFUSALS.items() for form in forms(text)] + [
    (code.value, form) for code, text in NOTICES.items() for form in forms(text)
]


def test_every_reason_has_words() -> None:
    assert set(REFUSALS) == set(Reason), "write the missing in servers/words/english.py"


def test_every_notice_has_words() -> None:
    assert set(NOTICES) == set(Notice), "write the missing in servers/words/english.py"


def test_no_refusal_and_notice_share_a_code() -> None:
    """Whoever puts a text in place of one must not hit the other."""
    assert {reason.value for reason in Reason}.isdisjoint(notice.value for notice in Notice)


def test_no_two_texts_are_the_same() -> None:
    assert len({text for _, text in TEXTS}) == len(TEXTS)


@pytest.mark.parametrize(("code", "text"), TEXTS)
def test_a_text_is_a_short_sentence_in_ascii(code: str, text: str) -> None:
    assert text.endswith(".")
    assert text.isascii()
    assert text.isprintable()
    assert len(text) <= 80


@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_has_no_places(reason: Reason) -> None:
    """The amount that it may speak of is put behind it."""
    assert places(reason) == set()


@pytest.mark.parametrize("notice", Notice)
def test_exactly_a_text_with_a_count_has_a_plural_with_the_same_places(notice: Notice) -> None:
    text = NOTICES[notice]
    assert isinstance(text, Plural) == ("count" in places(notice))
    assert {named(form) for form in forms(text)} == {places(notice)}
