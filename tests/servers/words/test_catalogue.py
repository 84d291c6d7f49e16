"""People are told everything in their language, with the values in it, or what their library says instead."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.model.records import FeeKind
from core.refusals import Charge, Reason
from servers.words.catalogue import Words
from servers.words.english import REFUSALS
from servers.words.languages import DECIMAL_SIGN, Language
from servers.words.notices import Notice
from servers.words.overrides import places

WORDS = Words()
RENTAL = Charge(FeeKind.RENTAL, Decimal("2.00"), "EUR")
YEN = Charge(FeeKind.RENTAL, Decimal(500), "JPY")

languages = pytest.mark.parametrize("language", Language)


@languages
def test_every_reason_has_words_of_its_own_in_every_language(language: Language) -> None:
    said = {WORDS.refusal(reason, language) for reason in Reason}
    assert len(said) == len(Reason)
    assert "" not in said
    if language is not Language.EN:
        assert said.isdisjoint(REFUSALS.values())


@languages
@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_tells_the_amount_that_it_speaks_of(language: Language, reason: Reason) -> None:
    said = WORDS.refusal(reason, language, RENTAL)
    assert said.startswith(WORDS.refusal(reason, language).rstrip(".。"))
    assert f"2{DECIMAL_SIGN[language]}00 EUR" in said


@languages
@pytest.mark.parametrize("notice", Notice)
def test_a_notice_shows_every_value(language: Language, notice: Notice) -> None:
    values = {place: f"<{place}>" for place in places(notice)} | {"count": "31"}
    said = WORDS.notice(notice, language, **values)
    assert said
    assert "{" not in said
    assert all(values[place] in said for place in places(notice))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "This loan costs a fee: 500 JPY."),
        (Language.DE, "Diese Ausleihe ist gebührenpflichtig: 500 JPY."),
        (Language.FR, "Ce prêt est payant : 500 JPY."),
        (Language.JA, "この貸出は有料です\uff1a500 JPY"),
    ],
)
def test_an_amount_is_written_as_the_currency_and_the_language_have_it(language: Language, said: str) -> None:
    assert WORDS.refusal(Reason.FEE_TO_ACKNOWLEDGE, language, YEN) == said


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        (Language.EN, "0", "0 items were renewed."),
        (Language.EN, "1", "1 item was renewed."),
        (Language.EN, "2", "2 items were renewed."),
        (Language.DE, "0", "0 Medien wurden verlängert."),
        (Language.DE, "1", "1 Medium wurde verlängert."),
        (Language.FR, "0", "0 document a été prolongé."),
        (Language.FR, "1", "1 document a été prolongé."),
        (Language.FR, "2", "2 documents ont été prolongés."),
        (Language.JA, "1", "1点を延長しました。"),
        (Language.JA, "2", "2点を延長しました。"),
    ],
)
def test_a_number_decides_the_plural_as_the_language_has_it(
    language: Language, count: str, said: str
) -> None:
    assert WORDS.notice(Notice.ITEMS_RENEWED, language, count=count) == said


def test_a_value_is_never_taken_for_a_place() -> None:
    assert WORDS.notice(Notice.SEND_TO, Language.EN, place="{due} {0}") == "Please send to {due} {0}."


def test_a_missing_value_is_the_callers_mistake() -> None:
    with pytest.raises(KeyError, match="place"):
        WORDS.notice(Notice.SEND_TO, Language.EN)


@languages
def test_a_librarys_own_text_is_said_in_every_language(language: Language) -> None:
    words = Words({"wrong-pin": "Nope.", "send-to": "-> {place}", "items-renewed": "+{count}"})
    assert words.refusal(Reason.WRONG_PIN, language) == "Nope."
    assert words.notice(Notice.SEND_TO, language, place="EAST") == "-> EAST"
    assert words.notice(Notice.ITEMS_RENEWED, language, count="1") == "+1"
    assert words.refusal(Reason.CARD_LOST, language) == WORDS.refusal(Reason.CARD_LOST, language)


@languages
def test_an_own_text_of_a_refusal_tells_the_amount_too(language: Language) -> None:
    words = Words({"fee-to-acknowledge": "Fee!", "refusal-amount": "{refusal} {amount}"})
    assert words.refusal(Reason.FEE_TO_ACKNOWLEDGE, language, YEN) == "Fee! 500"


@languages
def test_an_empty_text_says_nothing(language: Language) -> None:
    words = Words({"wrong-pin": "", "send-to": "", "items-renewed": ""})
    assert words.refusal(Reason.WRONG_PIN, language, RENTAL) == ""
    assert words.notice(Notice.SEND_TO, language, place="EAST") == ""
    assert words.notice(Notice.ITEMS_RENEWED, language, count="2") == ""


def test_where_amounts_are_not_told_refusals_still_are() -> None:
    words = Words({"refusal-amount": ""})
    assert words.refusal(Reason.OVERPAYMENT, Language.EN, RENTAL) == "This is more than is owed."


def test_a_brace_that_stands_for_itself_is_said_once() -> None:
    words = Words({"wrong-pin": "{{PIN}}", "send-to": "{{{place}}}"})
    assert words.refusal(Reason.WRONG_PIN, Language.EN) == "{PIN}"
    assert words.notice(Notice.SEND_TO, Language.EN, place="EAST") == "{EAST}"


def test_a_terminals_own_texts_come_before_the_librarys_and_change_nobody_elses() -> None:
    library = WORDS.overridden({"wrong-pin": "library", "card-lost": "library"})
    terminal = library.overridden({"wrong-pin": "terminal"})
    assert terminal.refusal(Reason.WRONG_PIN, Language.FR) == "terminal"
    assert terminal.refusal(Reason.CARD_LOST, Language.FR) == "library"
    assert library.refusal(Reason.WRONG_PIN, Language.FR) == "library"
    assert WORDS.refusal(Reason.WRONG_PIN, Language.EN) == "Card and PIN do not match."
