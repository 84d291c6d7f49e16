"""A library's own text is taken only if it can be said whenever its turn comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.refusals import Reason
from servers.words.catalogue import Words
from servers.words.english import NOTICES, REFUSALS, forms
from servers.words.languages import Language
from servers.words.notices import Notice
from servers.words.overrides import fault, known_codes, places


def test_every_reason_and_every_notice_is_known_by_its_value() -> None:
    assert known_codes() == {reason.value for reason in Reason} | {notice.value for notice in Notice}


@pytest.mark.parametrize(
    ("code", "text"),
    [(reason.value, text) for reason, text in REFUSALS.items()]
    + [(notice.value, form) for notice, text in NOTICES.items() for form in forms(text)],
)
def test_our_own_texts_have_no_fault_in_their_places(code: str, text: str) -> None:
    assert fault(code, text) is None


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("wrong-pin", ""),
        ("wrong-pin", "Diese PIN ist falsch (s. {{Merkblatt}})."),
        ("fee-charged", "{currency} {amount}!"),
        ("fee-charged", "A fee was charged."),
        ("items-renewed", "Renewed: {count}"),
        ("send-to", "→ {place}"),
    ],
)
def test_a_text_may_be_empty_or_leave_places_out(code: str, text: str) -> None:
    assert fault(code, text) is None


@pytest.mark.parametrize(
    ("code", "text", "says"),
    [
        ("wrong-pni", "No.", "no text has this code"),
        ("WRONG_PIN", "No.", "no text has this code"),
        ("", "No.", "no text has this code"),
        ("wrong-pin", "No.\r", "control characters"),
        ("wrong-pin", "No.\nNever.", "one line"),
        ("wrong-pin", "No{", "written twice"),
        ("wrong-pin", "No}", "written twice"),
        ("wrong-pin", "No{!}", "written twice"),
        ("wrong-pin", "No {amount}.", r"\{amount\} stands for nothing"),
        ("send-to", "To {place} by {due}.", r"\{due\} stands for nothing"),
        ("send-to", "To {}.", r"\{\} stands for nothing"),
        ("send-to", "To {0}.", r"\{0\} stands for nothing"),
        ("send-to", "To {place!r}.", r"\{place!r\} stands for nothing"),
        ("send-to", "To {place:>{due}}.", r"\{place:>\{due\}\} stands for nothing"),
        ("send-to", "To {place.__class__}.", r"\{place.__class__\} stands for nothing"),
        ("send-to", "To {place[0]}.", r"\{place\[0\]\} stands for nothing"),
    ],
)
def test_what_cannot_be_said_is_told_and_not_taken(code: str, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Words({code: text})
    assert fault(code, text) is not None


@given(
    st.sampled_from(sorted(Notice)),
    st.lists(st.sampled_from(["{", "}", "{{", "!r", ":", "amount", "{place}", "{count}", "[0]", " ", "é"])),
)
def test_a_text_without_a_fault_can_be_said(notice: Notice, pieces: list[str]) -> None:
    text = "".join(pieces)
    if fault(notice, text) is None:
        said = Words({notice: text}).notice(notice, Language.EN, **dict.fromkeys(places(notice), "1"))
        assert said.isprintable()
