"""What other schemas are made of: the texts of a record's fields, and elements as text.

The rule it keeps: an element without content is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from protocols.marc.iso2709 import Marc, subfields
from protocols.marc.marcxml import clean

_ISBD_END = " ,:;/="


def texts(data: bytes, codes: str) -> list[str]:
    """The text of each subfield with one of these codes, in the order of the field."""
    return [text for piece in _pieces(data, codes) if (text := _trimmed(piece))]


def joined(data: bytes, codes: str, separator: str = " ") -> str:
    """The texts of these subfields as one; between blanks with the punctuation that leads from one to the
    next.
    """
    return (
        _trimmed(" ".join(_pieces(data, codes))) if separator == " " else separator.join(texts(data, codes))
    )


def _pieces(data: bytes, codes: str) -> list[str]:
    return [
        piece.decode("utf-8", "replace").strip()
        for code, piece in subfields(data)
        if code and code.decode("latin-1") in codes
    ]


def _trimmed(text: str) -> str:
    """Without the punctuation that leads to the next subfield."""
    return text.strip().rstrip(_ISBD_END).strip()


def first(marc: Marc, tag: bytes, codes: str) -> str:
    """The texts of these subfields of the first field with the tag that has any."""
    return next((text for data in marc.all(tag) if (text := joined(data, codes))), "")


def fixed(marc: Marc, start: int, end: int) -> str:
    """Positions of the field of fixed length (008), the end not among them."""
    return marc.first(b"008")[start:end].decode("latin-1")


def element(name: str, content: str, **attributes: str) -> str:
    """An element that holds this text. An underscore in front of an attribute's name is not part of it."""
    return _element(name, clean(content), attributes)


def group(name: str, contents: Iterable[str], **attributes: str) -> str:
    """An element that holds these elements."""
    return _element(name, "".join(contents), attributes)


def _element(name: str, inside: str, attributes: dict[str, str]) -> str:
    if not inside:
        return ""
    said = "".join(
        f' {key.lstrip("_")}="{clean(value).replace(chr(34), "&quot;")}"'
        for key, value in attributes.items()
        if value
    )
    return f"<{name}{said}>{inside}</{name}>"
