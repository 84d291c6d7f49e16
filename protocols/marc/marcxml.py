"""A MARC record as MARCXML, ready to be put into any answer.

The rule it keeps: what is written is well-formed XML 1.0 in NFC, whatever the record holds. Availability
fields that came with a record from elsewhere are not passed on: they were true there, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from unicodedata import is_normalized, normalize

from protocols.marc.iso2709 import DELIMITER, Marc

NAMESPACE: Final = "http://www.loc.gov/MARC21/slim"

END: Final = b"</record>"
"""What `marcxml` leaves open, so that fields can be added at the end."""

LIVE: Final = frozenset({b"AVA", b"AVE", b"AVD"})
"""Fields that tell availability."""

_START: Final = f'<record xmlns="{NAMESPACE}"><leader>'.encode()
_CONTROL: Final = b"010"
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
"""What XML 1.0 (2.2) has no place for, and C1: among it the marks around what is not sorted."""

_NO_ATTRIBUTE: Final = re.compile("[^\x20-\x7e]")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_PLAIN: Final = re.compile(rb"[\x20-\x25\x27-\x3b\x3d\x3f-\x7e]*")
_PLAIN_TEXT: Final = re.compile(r"[\x20-\x25\x27-\x3b\x3d\x3f-\x7e]*")

Subfields = Iterable[tuple[str, str]]


def marcxml(marc: Marc) -> bytes:
    """The ``record`` element of a record whose fields are UTF-8, in UTF-8, without its end (`END`)."""
    leader = marc.leader
    pieces = [_START, _text(leader[:9]), b"a", _text(leader[10:]), b"</leader>"]
    for tag, data in marc.fields:
        if tag in LIVE:
            continue
        if tag < _CONTROL:
            pieces += (b'<controlfield tag="', tag, b'">', _text(data), b"</controlfield>")
            continue
        indicators, *subfields = data.split(DELIMITER)
        first, second = (_attribute(indicators[at : at + 1]) or b" " for at in (0, 1))
        pieces += (b'<datafield tag="', tag, b'" ind1="', first, b'" ind2="', second, b'">')
        for subfield in subfields:
            code = _attribute(subfield[:1])
            if code:
                pieces += (b'<subfield code="', code, b'">', _text(subfield[1:]), b"</subfield>")
        pieces.append(b"</datafield>")
    return b"".join(pieces)


def field(tag: str, subfields: Subfields) -> bytes:
    """One data field with blank indicators, to be added to a record. Empty subfields are left out."""
    pieces = [f'<datafield tag="{tag}" ind1=" " ind2=" ">']
    pieces += [f'<subfield code="{code}">{clean(text)}</subfield>' for code, text in subfields if text]
    pieces.append("</datafield>")
    return "".join(pieces).encode()


def _text(data: bytes) -> bytes:
    if _PLAIN.fullmatch(data):
        return data
    return clean(data.decode("utf-8", "replace")).encode()


def clean(text: str) -> str:
    """The text as XML can hold it: in NFC, escaped, without what XML has no place for."""
    if _PLAIN_TEXT.fullmatch(text):
        return text
    text = _NO_TEXT.sub("", text)
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _attribute(data: bytes) -> bytes:
    """An indicator or a subfield code; a sign that can be neither is a blank."""
    if data.isalnum():
        return data
    sign = _NO_ATTRIBUTE.sub(" ", data.decode("latin-1"))
    return _ESCAPES.get(sign, sign).encode()
