"""The card of a bib, from its MARC: what the memory keeps of it, and the medium its items have.

The rule it keeps: a card is what a person reads on a small screen, free of ISBD punctuation and of the
marks catalogues sort by.
"""

from __future__ import annotations

import re

from core.model.records import Bib, BibId, Medium
from protocols.marc.iso2709 import Marc, subfields

_SORT_MARKS = re.compile("[\u0088\u0089\u0098\u009c]|<<|>>|[\u00ac]")
"""Signs around an article that does not sort: MARC-8 and Unicode controls, and the German habit of
``<<Die>> Stadt``.
"""

_ISBD_END = " \t,:;/="
_ABBREVIATIONS = frozenset(
    {"etc", "inc", "ltd", "bros", "dept", "vol", "ser", "jun", "sen", "comp", "hrsg", "corp"}
)
_YEAR = re.compile(r"(?<!\d)(?:1[0-9]|20)\d\d(?!\d)")
_DATE1 = slice(7, 11)

_NAMING = {b"100": b"abc", b"110": b"ab", b"111": b"a", b"700": b"abc"}
"""Which subfields of a heading name the author."""


def card(marc: Marc, bib_id: BibId, version: int, control_number: str) -> Bib:
    """The card of the record, whose fields are UTF-8."""
    return Bib(bib_id, version, control_number, title(marc), author(marc), year(marc), standard_numbers(marc))


def title(marc: Marc) -> str:
    """The title proper, its remainder, and the number and name of the part (245 $a $b $n $p)."""
    text = ""
    for code, data in subfields(marc.first(b"245")):
        if code in (b"a", b"b", b"n", b"p"):
            piece = _clean(data.decode())
            text = f"{text}{_joint(code, text)}{piece}" if text and piece else text or piece
    return without_stop(text)


def _joint(code: bytes, before: str) -> str:
    if code == b"b":
        return ": "
    return " " if before.endswith(".") else ". "


def author(marc: Marc) -> str:
    """The main entry's name, else the first added one (100, 110, 111, 700)."""
    for tag, codes in _NAMING.items():
        if data := marc.first(tag):
            pieces = [_clean(piece.decode()) for code, piece in subfields(data) if code and code in codes]
            return without_stop(" ".join(piece for piece in pieces if piece))
    return ""


def year(marc: Marc) -> str:
    """The year of publication: 008/07-10, else the first in 264 $c or 260 $c."""
    fixed = marc.first(b"008")[_DATE1].decode("ascii", "replace")
    if _YEAR.fullmatch(fixed):
        return fixed
    for data in marc.all(b"264", b"260"):
        for code, piece in subfields(data):
            if code == b"c" and (found := _YEAR.search(piece.decode())):
                return found.group()
    return ""


def standard_numbers(marc: Marc) -> tuple[str, ...]:
    """ISBN, ISSN and other standard numbers (020, 022, 024 $a) as they are scanned: no hyphens, each once."""
    numbers: dict[str, None] = {}
    for tag, data in marc.fields:
        if tag in (b"020", b"022", b"024"):
            for code, piece in subfields(data):
                if code == b"a" and (number := standard_number(piece.decode())):
                    numbers[number] = None
    return tuple(numbers)


def standard_number(text: str) -> str:
    """The number at the beginning of the text, without hyphens if it is made of digits; ISBN-10 in its
    13-digit form.

    An ISBN with a wrong check digit is kept as it is printed on the book.
    """
    words = text.split()
    number = words[0].rstrip(":;,.") if words else ""
    plain = number.replace("-", "").upper()
    if not (plain[:-1].isdigit() and plain[-1:].isalnum()):
        return number
    return _isbn13(plain) if _is_isbn10(plain) else plain


def _is_isbn10(number: str) -> bool:
    if len(number) != 10 or number[-1] not in "0123456789X":
        return False
    values = [10 if sign == "X" else int(sign) for sign in number]
    return sum(weight * value for weight, value in zip(range(10, 0, -1), values, strict=True)) % 11 == 0


def _isbn13(isbn10: str) -> str:
    stem = f"978{isbn10[:9]}"
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(stem))
    return f"{stem}{-total % 10}"


def _clean(text: str) -> str:
    return _SORT_MARKS.sub("", " ".join(text.split())).strip(_ISBD_END)


def without_stop(text: str) -> str:
    """Without the full stop that ends an ISBD area; those of initials, abbreviations and ellipses stay."""
    if not text.endswith(".") or text.endswith(".."):
        return text
    last = text[:-1].rpartition(" ")[2]
    bare = last.strip("()[]\"'").lower()
    is_word = len(bare) > 2 and bare not in _ABBREVIATIONS and "." not in bare
    return text[:-1] if is_word or last.endswith((")", "]")) else text


_BOOKS = b"acdt"
_BY_CARRIER = {
    b"sd": Medium.DISC,
    b"ss": Medium.AUDIO_TAPE,
    b"st": Medium.AUDIO_TAPE,
    b"vd": Medium.DISC,
    b"vf": Medium.VIDEO_TAPE,
    b"co": Medium.DISC,
    b"cj": Medium.DISKETTE,
}
"""The carrier in 007/00-01: sound recording, video recording and electronic resource."""

_WITH_BOOK = {
    Medium.DISC: Medium.BOOK_WITH_DISC,
    Medium.DISKETTE: Medium.BOOK_WITH_DISKETTE,
    Medium.AUDIO_TAPE: Medium.BOOK_WITH_AUDIO_TAPE,
}


def medium(marc: Marc) -> Medium:
    """What the items of the bib are to a machine that desensitises them: leader/06-07 and 007/00-01."""
    kind, level = marc.leader[6:7], marc.leader[7:8]
    carriers = [_BY_CARRIER[data[:2]] for data in marc.all(b"007") if data[:2] in _BY_CARRIER]
    if kind not in _BOOKS:
        return carriers[0] if carriers else Medium.OTHER
    if level in b"bis":
        return Medium.MAGAZINE
    return _WITH_BOOK.get(carriers[0], Medium.BOOK) if carriers else Medium.BOOK
