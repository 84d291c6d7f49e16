"""What words and values are once case, accents and punctuation are out of the way.

The rule it keeps: one code for the index, for queries and for scanning; so what is shown in a scan can be
searched for as it stands, and forms of a word that look equal are equal. Every function is idempotent on what
it gives. README.md beside `servers/catalogue/access_points.py` shows the table.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from core.plan import Pattern
from core.points import PointKind
from core.query import Mask

_LETTERS: Final = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h",
    "ŧ": "t", "ŋ": "n", "ƀ": "b", "ƶ": "z", "ɨ": "i", "ʉ": "u", "ɖ": "d", "ɓ": "b", "ɗ": "d",
    "ƙ": "k", "ƴ": "y",
    "ى": "ي", "ی": "ي", "ک": "ك", "ة": "\u0647", "ٱ": "\u0627",
}  # fmt: skip
"""Letters with a stroke, ligatures, and Arabic letters that are one in most catalogues: no marks, and yet
typed without.
"""

_MARKS: Final = (
    (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2),
    (0x05C4, 0x05C5), (0x05C7, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F),
    (0x0670, 0x0670), (0x06D6, 0x06ED), (0x0730, 0x074A), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
)  # fmt: skip
"""Accents, and the points of Hebrew, Arabic and Syriac. The vowel signs of India and the voicing of kana are
no decoration, and stay.
"""

_GONE: Final = (
    *range(0x80, 0xA0),  # C1 controls, among them the marks around what does not sort
    *range(0x02B9, 0x0300),  # ayn, alif, soft sign and other modifiers
    0x0640, 0x05F3, 0x05F4, 0x00AD, 0x00AC, 0xFEFF,
)  # fmt: skip
"""Characters that a word is read across."""

_JAPANESE_MARKS: Final = "\u3099\u309a"
_ONE, _RUN = "\uf8fe", "\uf8ff"
_STANDS_FOR: Final = {Mask.ONE: _ONE, Mask.RUN: _RUN}
_MASK_OF: Final = {_ONE: Mask.ONE, _RUN: Mask.RUN}

_KEPT: Final = "+#"
"""What belongs to a word right behind a letter or digit: C++, F#."""


class _Table(dict[int, str]):
    """What becomes of a character, worked out when it first comes."""

    def __missing__(self, code: int) -> str:
        self[code] = image = _image(code)
        return image


def _image(code: int) -> str:
    char = chr(code)
    if char in _KEPT:
        return char
    if code in _GONE_SET or any(low <= code <= high for low, high in _MARKS):
        return ""
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category[0] == "L":
        folded = unicodedata.normalize("NFKD", char.casefold())
        return "".join([_LETTERS.get(one, one) for one in folded if not _is_mark(ord(one))])
    if category[0] in "NM":
        return char.casefold()
    return " "


def _is_mark(code: int) -> bool:
    return any(low <= code <= high for low, high in _MARKS)


_GONE_SET: Final = frozenset(_GONE)
_ASCII: Final = "".join(_image(code) for code in range(128))
_BETWEEN: Final = "\x1f"
_ASCII_TEXTS: Final = _ASCII[:0x1F] + _BETWEEN + _ASCII[0x20:]
_TEXTS: Final = _Table()
_QUERIES: Final = _Table({ord(_ONE): _ONE, ord(_RUN): _RUN})

_LONE: Final = re.compile(r"(?<![\w+#])[+#]+|(?<=\w)[+#]+(?=\w)")
_SINGLE: Final = re.compile(
    "[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\U00020000-\U0003ffff]" + f"[{_JAPANESE_MARKS}]?"
)


def fold(text: str) -> str:
    """The text in its normal form: its words, each with one blank to the next."""
    if text.isascii():
        return _squeezed(text.translate(_ASCII))
    return _folded(text, _TEXTS)


def fold_each(texts: Sequence[str]) -> list[str]:
    """The normal form of each of some texts: sooner than one by one."""
    whole = _BETWEEN.join(texts)
    if not whole.isascii() or "+" in whole or "#" in whole:
        return [fold(text) for text in texts]
    return [" ".join(folded.split()) for folded in whole.translate(_ASCII_TEXTS).split(_BETWEEN)]


def _folded(text: str, table: _Table) -> str:
    decomposed = unicodedata.normalize("NFKD", text).translate(table)
    return _squeezed(unicodedata.normalize("NFC", decomposed))


def _squeezed(text: str) -> str:
    """Words with one blank between them, of characters that are folded already."""
    if "+" in text or "#" in text:
        text = _LONE.sub(" ", text)
    return " ".join(text.split())


def stands_alone(char: str) -> bool:
    """Whether the character is a word of its own (`spread`)."""
    return _SINGLE.fullmatch(char) is not None


def spread(folded: str) -> str:
    """The words of a folded text, each character of Chinese and Japanese a word: they have no blanks between
    words.
    """
    if folded.isascii() or not _SINGLE.search(folded):
        return folded
    return " ".join(_SINGLE.sub(r" \g<0> ", folded).split())


_AROUND_SINGLE: Final = re.compile(f" ?({_SINGLE.pattern}) ?")


def heading(folded: str) -> str:
    """A folded text as it is listed: no blanks around what is a word of its own anyway. Texts of the same
    words have the same heading.
    """
    return folded if folded.isascii() else _AROUND_SINGLE.sub(r"\g<1>", folded)


def words(pieces: Pattern) -> tuple[Pattern, ...]:
    """The words that pieces of a query amount to: none, one, or several that must stand next to one
    another.
    """
    plain = _plain(pieces)
    found = [_pattern(word) for word in spread(_folded(plain, _QUERIES)).split()]
    while len(found) > 1 and found[-1] == _ANYTHING:  # behind the last character of a text without blanks
        found.pop()
    return tuple(found)


_ANYTHING: Final = (Mask.RUN,)


def _plain(pieces: Pattern) -> str:
    """The pieces in one text, masks as characters that no text has."""
    return "".join(
        [
            _STANDS_FOR[piece] if isinstance(piece, Mask) else piece.replace(_ONE, " ").replace(_RUN, " ")
            for piece in pieces
        ]
    )


def _pattern(text: str) -> Pattern:
    """The pieces of a text that has masks as characters."""
    if _ONE not in text and _RUN not in text:
        return (text,)
    return tuple([_MASK_OF.get(part, part) for part in re.split(f"([{_ONE}{_RUN}])", text) if part])


def like(kind: PointKind, pieces: Pattern) -> Pattern:
    """The pattern of a whole value of the kind; empty if nothing is left of it.

    With masks in it, only what is true of every part of such a value is done to the text between them.
    """
    if not any(isinstance(piece, Mask) for piece in pieces):
        value = term(kind, "".join([piece for piece in pieces if isinstance(piece, str)]))
        return (value,) if value else ()
    folded = _folded(_plain(pieces), _QUERIES)
    return _pattern(folded if kind in _SPACED else folded.replace(" ", ""))


_SPACED: Final = frozenset({PointKind.TEXT, PointKind.CODE, PointKind.CALL_NUMBER})


def term(kind: PointKind, text: str) -> str:
    """The normal form of a whole value of the kind, or nothing if it is no such value."""
    return NORMAL[kind](text)


def shown(kind: PointKind, value: str) -> str:
    """A term as people write it: it can be searched for as it stands."""
    if kind in _COUNTED and value.isdigit():
        return value.lstrip("0") or "0"
    if kind is PointKind.DATE:
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    if kind is PointKind.ISSN and len(value) == 8:
        return f"{value[:4]}-{value[4:].upper()}"
    return value


_COUNTED: Final = frozenset({PointKind.NUMBER, PointKind.RECORD_NUMBER})
_WIDTH: Final = 19
"""Digits of a number, so that the order of its text is that of its value; 64 bits hold any of these."""


def number(text: str) -> str:
    """A whole number, with zeros ahead of it; nothing if the text is none."""
    digits = fold(text)
    return digits.lstrip("0").rjust(_WIDTH, "0") if digits.isdecimal() and len(digits) <= _WIDTH else ""


def record_number(text: str) -> str:
    """A number as `number` gives it; anything else without its punctuation."""
    plain = joined(text)[:_LONGEST]
    return number(text) or number(plain) or plain


def joined(text: str) -> str:
    """The letters and digits of a text alone."""
    return fold(text).replace(" ", "").replace("+", "").replace("#", "")


_ISBN: Final = re.compile(r"(?:97[89])?\d{9}[\dx]")
_DIGIT_WORDS: Final = re.compile(r"\d[\d xX-]*")


def isbn(text: str) -> str:
    """An ISBN of 13 digits, whichever form it is given in; of one with a wrong check digit, what is printed.

    Behind the number there may be anything: a binding, a price.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    found = _DIGIT_WORDS.search(text)
    plain = found.group().replace("-", "").replace(" ", "").lower() if found else ""
    number = _ISBN.match(plain)
    if number is None:
        return plain
    digits = number.group()
    return _isbn13(digits) if len(digits) == 10 and _is_isbn10(digits) else digits


_DASHES: Final = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), "-")


def _is_isbn10(digits: str) -> bool:
    values = [10 if sign == "x" else int(sign) for sign in digits]
    return sum(weight * value for weight, value in zip(range(10, 0, -1), values, strict=True)) % 11 == 0


def _isbn13(isbn10: str) -> str:
    stem = f"978{isbn10[:9]}"
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(stem))
    return f"{stem}{-total % 10}"


def issn(text: str) -> str:
    """An ISSN without its hyphen; of what is none, its letters and digits."""
    plain = joined(text)
    return plain[:8] if plain[:7].isdecimal() and plain[7:8] in set("0123456789x") else plain


_LCCN: Final = re.compile(r"([a-z]*)\s*(\d+)(?:-(\d{1,6}))?")


def lccn(text: str) -> str:
    """A Library of Congress control number as its normal form has it: prefix and digits, the serial number
    filled up to six; a revision behind the slash is left out.
    """
    found = _LCCN.fullmatch(text.lower().partition("/")[0].strip())
    if found is None:
        return joined(text)
    prefix, digits, serial = found.groups()
    return prefix + digits + (serial.rjust(6, "0") if serial else "")


_OCLC: Final = re.compile(r"(?:\(ocolc\))?(?:oc[mn]|on)?0*(\d+)")


def oclc(text: str) -> str:
    """An OCLC number: its digits alone."""
    found = _OCLC.match(text.strip().lower().replace(" ", "")) or _OCLC.match(joined(text))
    return found.group(1) if found else joined(text)


_SHELF_PARTS: Final = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?")
_CLASS_WIDTH: Final = 6


def shelf(text: str) -> str:
    """A call number in the order of the shelf: its first number counts as a number, those of cutters as
    decimals, and others (years, volumes) as numbers again.
    """
    pieces: list[str] = []
    begun = False
    end = -1
    for found in _SHELF_PARTS.finditer(_shelf_ready(text)):
        part = found.group()
        if part[0].isalpha():
            pieces.append(part)
        elif begun and end == found.start() and pieces[-1].isalpha():
            pieces[-1] += part  # a cutter: C5 stands before C45
        else:
            whole, dot, decimals = part.partition(".")
            pieces.append(whole.lstrip("0").rjust(_CLASS_WIDTH, "0") + dot + decimals)
            begun = True
        end = found.end()
    while len(pieces) > 1 and sum(map(len, pieces)) + len(pieces) > _LONGEST:
        pieces.pop()
    return " ".join(pieces)


_LONGEST: Final = 100
"""Characters of a value that is compared: what comes behind them makes no difference any more."""


_SHELF_ASCII: Final = "".join(_image(code) if chr(code) != "." else "." for code in range(128))
_DOT: Final = re.compile(r" *\. *")


def _shelf_ready(text: str) -> str:
    """Without marks, but with its full stops."""
    if text.isascii() and "+" not in text and "#" not in text:
        text = text.translate(_SHELF_ASCII)
        return _DOT.sub(".", text) if " ." in text or ". " in text else text
    plain = unicodedata.normalize("NFC", text.casefold())
    return ".".join([fold(part) for part in plain.split(".")])


_BOUNDARY: Final = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def call_number_words(folded: str) -> str:
    """The words of a folded call number, letters apart from digits: PR4034 is PR 4034."""
    return _BOUNDARY.sub(" ", folded)


_DATE: Final = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?(?:[T ].*)?")


def days(text: str) -> tuple[str, str] | None:
    """The first and the last day of a day, a month or a year, written as ISO 8601 does; None if it is
    none.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = found.groups()
    if int(year) == 0 or not 1 <= int(month or 1) <= 12:
        return None
    last_month = month or "12"
    length = monthrange(int(year), int(last_month))[1]
    if not 1 <= int(day or 1) <= length:
        return None
    return f"{year}{month or '01'}{day or '01'}", f"{year}{last_month}{day or length}"


def _day(text: str) -> str:
    found = days(text)
    return found[0] if found else ""


NORMAL: Final[Mapping[PointKind, Callable[[str], str]]] = {
    PointKind.TEXT: lambda text: heading(fold(text)),
    PointKind.CODE: fold,
    PointKind.NUMBER: number,
    PointKind.DATE: _day,
    PointKind.RECORD_NUMBER: record_number,
    PointKind.IDENTIFIER: joined,
    PointKind.ISBN: isbn,
    PointKind.ISSN: issn,
    PointKind.LCCN: lccn,
    PointKind.OCLC: oclc,
    PointKind.CALL_NUMBER: shelf,
}
"""How a whole value of each kind is normalised."""
