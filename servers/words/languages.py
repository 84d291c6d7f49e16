"""The languages that people are spoken to in, and what names them outside of any protocol."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """A language with a catalogue, under its shortest ISO 639 code."""

    EN = "en"
    DE = "de"
    FR = "fr"
    ES = "es"
    IT = "it"
    NL = "nl"
    JA = "ja"


LONGER_CODES: Final[Mapping[Language, tuple[str, ...]]] = {
    Language.EN: ("eng",),
    Language.DE: ("deu", "ger"),
    Language.FR: ("fra", "fre"),
    Language.ES: ("spa",),
    Language.IT: ("ita",),
    Language.NL: ("nld", "dut"),
    Language.JA: ("jpn",),
}
"""ISO 639-2: the terminological code and, where it differs, the bibliographic one, which MARC uses."""

DECIMAL_SIGN: Final[Mapping[Language, str]] = {
    Language.EN: ".",
    Language.DE: ",",
    Language.FR: ",",
    Language.ES: ",",
    Language.IT: ",",
    Language.NL: ",",
    Language.JA: ".",
}
"""What stands before the cents of an amount that people read."""

_BY_CODE: Final = {
    code: language for language, longer in LONGER_CODES.items() for code in (language.value, *longer)
}


def language(tag: str) -> Language | None:
    """The language of a BCP 47 tag ("de-AT"), of a locale ("de_AT") or of a code of ISO 639 ("ger").

    Only the language is looked at, in any case (RFC 5646, 2.1.1). None for one that has no catalogue.
    """
    primary, *_ = tag.strip().lower().replace("_", "-").split("-", 1)
    return _BY_CODE.get(primary)
