"""Words and values without case, accents and punctuation: what is one, and what is not."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis import call_number_words, days, fold, heading, like, shelf, shown, spread, term, words
from core.points import PointKind
from core.query import Mask
from tests.matrix import proves

FOLDED = [
    ("The  Cat\tsat.", "the cat sat"),
    ("Émile Zola", "emile zola"),
    ("Strauß", "strauss"),
    ("Łódź", "lodz"),
    ("Đặng Thái Mai", "dang thai mai"),
    ("Ærø og Þór Smørrebrød", "aero og thor smorrebrod"),
    ("Œuvres complètes", "oeuvres completes"),
    ("Diyarbak\u0131r İzmir", "diyarbakir izmir"),
    ("well-known and_so", "well known and so"),
    ("l'art d\u2019aimer", "l art d aimer"),
    ("Qur\u02bcān \u02bbAlī", "quran ali"),
    ("C++ and C#, 1+1 = #2", "c++ and c# 1 1 2"),
    ("2ᵉ édition, ﬁn", "2e edition fin"),
    ("\x98Der\x9c Prozess", "der prozess"),
    ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
    ("Ἀθῆναι", "αθηναι"),
    ("Ёлка Чайковский", "елка чаиковскии"),
    ("תֵּל־אָבִיב", "תל אביב"),
    ("צה״ל", "צהל"),
    ("كِتَاب", "كتاب"),
    ("مكتبة", "مكتبه"),
    ("٢٠٢٠", "2020"),
    ("नेपाली", "नेपाली"),
    ("はばたき", "はばたき"),
    ("ﾃﾞｰﾀ", "データ"),
    ("한국어", "한국어"),
    ("東京 都", "東京 都"),
    ("!!! — …", ""),
]


@proves("words are folded once, for index, query and scan")
@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_a_text_is_folded_as_the_table_says(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(normalize("NFD", text)) == fold(normalize("NFC", text)) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == " ".join(once.split())


@given(st.text(st.characters(codec="utf-8", exclude_characters="\u0131"), max_size=20))
def test_forms_that_look_equal_are_equal(text: str) -> None:
    assert fold(normalize("NFC", text)) == fold(normalize("NFD", text)) == fold(text)


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.casefold()) == fold(text)


@given(st.text())
def test_heading_and_words_of_a_text_say_the_same(text: str) -> None:
    folded = fold(text)
    assert spread(heading(folded)) == spread(folded)
    assert spread(spread(folded)) == spread(folded)
    assert heading(spread(folded)) == heading(folded)


def test_each_character_of_a_script_without_blanks_is_a_word() -> None:
    assert spread("東京dome 都") == "東 京 dome 都"
    assert heading("東京 都 a b") == "東京都a b"
    assert words(("東京",)) == (("東",), ("京",))


def test_a_word_of_a_query_may_be_several_and_have_masks() -> None:
    assert words(("well-known",)) == (("well",), ("known",))
    assert words(("Well-Kn", Mask.RUN)) == (("well",), ("kn", Mask.RUN))
    assert words(("É", Mask.ONE, "t", Mask.RUN)) == (("e", Mask.ONE, "t", Mask.RUN),)
    assert words(("東", Mask.RUN)) == (("東",),)
    assert words((Mask.RUN,)) == ((Mask.RUN,),)
    assert words(("--",)) == ()


@given(st.text())
def test_no_text_can_bring_a_mask_of_its_own(text: str) -> None:
    assert all(isinstance(piece, str) for word in words((text + "\uf8fe\uf8ff",)) for piece in word)


TERMS = [
    (PointKind.ISBN, "0-306-40615-2 (pbk.) : $12", "9780306406157"),
    (PointKind.OCLC, ":00", "0"),
    (PointKind.ISBN, "978-0-306-40615-7", "9780306406157"),
    (PointKind.ISBN, "978 0 306 40615 7", "9780306406157"),
    (PointKind.ISBN, "080442957x", "9780804429573"),
    (PointKind.ISBN, "0-306-40615-3", "0306406153"),
    (PointKind.ISBN, "ISBN 0306406152", "9780306406157"),
    (PointKind.ISBN, "none", ""),
    (PointKind.ISSN, "0317-8471", "03178471"),
    (PointKind.ISSN, "1050-124X (online)", "1050124x"),
    (PointKind.LCCN, "  85000002 ", "85000002"),
    (PointKind.LCCN, "85-2", "85000002"),
    (PointKind.LCCN, "n 78890351", "n78890351"),
    (PointKind.LCCN, "75-425165//r75", "75425165"),
    (PointKind.OCLC, "(OCoLC)ocm00012345", "12345"),
    (PointKind.OCLC, "ocn812345678", "812345678"),
    (PointKind.OCLC, "12345", "12345"),
    (PointKind.NUMBER, "1999", "0000000000000001999"),
    (PointKind.NUMBER, "19uu", ""),
    (PointKind.RECORD_NUMBER, "991234567890123456", "0991234567890123456"),
    (PointKind.RECORD_NUMBER, "b-00012", "b00012"),
    (PointKind.RECORD_NUMBER, "01-0003758", "0000000000010003758"),
    (PointKind.IDENTIFIER, "10.1000/182 x", "101000182x"),
    (PointKind.CODE, "ENG", "eng"),
    (PointKind.CODE, "MAIN/Stacks", "main stacks"),
    (PointKind.DATE, "2020", "20200101"),
    (PointKind.DATE, "2020-02-29", "20200229"),
    (PointKind.DATE, "20200229120000.0", ""),
    (PointKind.CALL_NUMBER, "PR4034 .E5 1998", "pr 004034 e5 001998"),
    (PointKind.CALL_NUMBER, "813.54 K61 v.2", "000813.54 k61 v 000002"),
]


@pytest.mark.parametrize(("kind", "text", "value"), TERMS)
def test_a_value_has_the_form_of_its_kind(kind: PointKind, text: str, value: str) -> None:
    assert term(kind, text) == value


@given(
    st.sampled_from(PointKind), st.text(max_size=30) | st.from_regex(r"[0-9Xx. /A-Z-]{0,25}", fullmatch=True)
)
def test_a_value_has_no_ascii_but_what_an_index_may_count_on(kind: PointKind, text: str) -> None:
    """`core.plan.Entry`: an index goes through what there is character by character."""
    value = term(kind, text)
    assert {char for char in value if char.isascii()} <= set(" #+.0123456789abcdefghijklmnopqrstuvwxyz")
    assert value == " ".join(value.split())


@given(
    st.sampled_from(PointKind), st.text(max_size=30) | st.from_regex(r"[0-9Xx. /A-Z-]{0,25}", fullmatch=True)
)
def test_what_is_shown_of_a_value_finds_it_again(kind: PointKind, text: str) -> None:
    value = term(kind, text)
    if value:
        assert term(kind, shown(kind, value)) == value


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_numbers_are_in_the_order_of_their_value(one: int, other: int) -> None:
    terms = [term(PointKind.NUMBER, str(number)) for number in (one, other)]
    assert (terms[0] < terms[1]) == (one < other)


def test_call_numbers_are_in_the_order_of_the_shelf() -> None:
    ordered = ["A1", "PR9 .A1", "PR40 .C45", "PR40 .C5", "PR40 .C5 1998", "PR4034 .A1", "QA76 .B2"]
    assert sorted(ordered, key=shelf) == ordered
    assert sorted(["9.1", "10", "100.2", "100.12"], key=shelf) == ["9.1", "10", "100.12", "100.2"]


def test_call_numbers_are_read_with_and_without_blanks() -> None:
    assert call_number_words(fold("PR4034 .E5")) == call_number_words(fold("PR 4034 E 5")) == "pr 4034 e 5"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", "20200101", "20201231"),
        ("2020-02", "20200201", "20200229"),
        ("202102", "20210201", "20210228"),
        ("2020-02-29", "20200229", "20200229"),
        ("2020-02-29T10:00:00Z", "20200229", "20200229"),
    ],
)
def test_a_date_is_all_of_its_days(text: str, first: str, last: str) -> None:
    assert days(text) == (first, last)


@pytest.mark.parametrize("text", ["", "20", "0000", "2020-13", "2021-02-29", "today", "2020-1-1"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert days(text) is None


def test_a_value_with_masks_is_without_punctuation_too() -> None:
    assert like(PointKind.IDENTIFIER, ("AB-", Mask.RUN)) == ("ab", Mask.RUN)
    assert like(PointKind.CODE, ("Main/St", Mask.RUN)) == ("main st", Mask.RUN)
    assert like(PointKind.ISBN, ("978-0-306", Mask.RUN)) == ("9780306", Mask.RUN)
    assert like(PointKind.ISBN, ("0306406152",)) == ("9780306406157",)
    assert like(PointKind.NUMBER, ("x",)) == ()
