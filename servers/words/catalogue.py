"""A text for every refusal and notice in every language, with a library's own words in place of some.

The rule it keeps: everything is read and checked at the start; later it is only looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polib

from core.model.money import quantise
from core.refusals import Charge, Reason
from servers.words.english import NOTICES, REFUSALS, Plural
from servers.words.languages import DECIMAL_SIGN, Language
from servers.words.notices import Notice
from servers.words.overrides import fault

LOCALE: Final = Path(__file__).parent / "locale"

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_FULL_STOPS: Final = ".\u3002"


class Words:
    """The texts. One of ``overrides``, by code, is said in place of ours in every language; an empty one says
    nothing.

    Raises ValueError for an override that has a `fault`.
    """

    def __init__(self, overrides: Mapping[str, str] = _NONE) -> None:
        for code, text in overrides.items():
            if found := fault(code, text):
                raise ValueError(f"{code}: {found}")
        self._overrides = dict(overrides)
        self._refusals = {language: _refusals(language, overrides) for language in Language}
        self._notices = {language: _notices(language, overrides) for language in Language}

    def overridden(self, overrides: Mapping[str, str]) -> Words:
        """These words with other texts in place of some."""
        return Words({**self._overrides, **overrides})

    def refusal(self, reason: Reason, language: Language, charge: Charge | None = None) -> str:
        """Why the desk said no, and the amount that this is about. Empty where nothing is to be said."""
        text = self._refusals[language][reason]
        if charge is None or not text:
            return text
        with_amount = self.notice(
            Notice.REFUSAL_AMOUNT,
            language,
            refusal=text.rstrip(_FULL_STOPS),
            amount=str(quantise(charge.amount, charge.currency)),
            currency=charge.currency,
        )
        return with_amount or text

    def notice(self, notice: Notice, language: Language, **values: str) -> str:
        """What the notice says, with a value for each of its `places`. Empty where nothing is to be said.

        An ``amount`` comes with a point and is shown with the language's own sign; a ``count`` is a number in
        digits. Raises KeyError if a value is missing.
        """
        text = self._notices[language][notice]
        if isinstance(text, Plural):
            text = _translations(language).npgettext(notice, text.one, text.more, int(values["count"]))
        if "amount" in values:
            values["amount"] = values["amount"].replace(".", DECIMAL_SIGN[language])
        return text.format_map(values)


@cache
def _translations(language: Language) -> NullTranslations:
    """The catalogue of a language; English needs none."""
    if language is Language.EN:
        return NullTranslations()
    catalogue = polib.pofile(str(LOCALE / language / "circdesk.po"), encoding="utf-8")
    return GNUTranslations(BytesIO(catalogue.to_binary()))


def _refusals(language: Language, overrides: Mapping[str, str]) -> dict[Reason, str]:
    """Ready to be said: of a refusal's text no place is left to fill."""
    said = _translations(language).pgettext
    return {reason: overrides.get(reason, said(reason, text)).format() for reason, text in REFUSALS.items()}


def _notices(language: Language, overrides: Mapping[str, str]) -> dict[Notice, str | Plural]:
    """Ready to be filled. Plurals are in English still: what they are in the language, the number decides."""
    said = _translations(language).pgettext
    return {
        notice: overrides.get(notice, text if isinstance(text, Plural) else said(notice, text))
        for notice, text in NOTICES.items()
    }
