"""A record as simple Dublin Core, as the Library of Congress maps MARC 21 to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from protocols.marc.elements import element, fixed, joined, texts
from protocols.marc.iso2709 import Marc
from protocols.marc.types import resource_type

WRAPPER: Final = "info:srw/schema/1/dc-schema"
NAMESPACE: Final = "http://purl.org/dc/elements/1.1/"

_START: Final = f'<srw_dc:dc xmlns:srw_dc="{WRAPPER}" xmlns:dc="{NAMESPACE}">'
_END: Final = "</srw_dc:dc>"

_MAP: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("title", "245", "abfgknp", " "),
    ("title", "246", "abnp", " "),
    ("creator", "100 110 111", "abcdnq", " "),
    ("contributor", "700 710 711 720", "abcdnq", " "),
    ("subject", "600 610 611 630 648 650 653 654", "abcdnpqtvxyz", "--"),
    ("description", "500 501 502 504 505 508 511 518 520 521 534 545 586", "abcgrt", " "),
    ("publisher", "260 264", "ab", " "),
    ("date", "260 264", "cg", " "),
    ("type", "655", "avxyz", "--"),
    ("format", "300", "abce", " "),
    ("source", "786", "ot", " "),
    ("relation", "440 490 830", "av", " "),
    ("relation", "530 760 762 765 767 770 772 773 774 775 776 777 780 785 787", "aot", " "),
    ("coverage", "651 662 751 752", "abcdvxyz", "--"),
    ("rights", "506 540", "abcdu", " "),
)
"""Element, tags, subfields, and what stands between them (MARC to Dublin Core Crosswalk, unqualified)."""

_NUMBERS: Final = (("020", "a", "ISBN "), ("022", "a", "ISSN "), ("024", "a", ""), ("856", "u", ""))


def dublin_core(marc: Marc, links: Iterable[str] = ()) -> bytes:
    """The record, whose fields are UTF-8, as ``srw_dc:dc``. Each of the ``links`` is one more identifier."""
    found = dict.fromkeys([*_elements(marc), *[("identifier", link) for link in links]])
    return "".join([_START, *[element(f"dc:{name}", text) for name, text in found], _END]).encode()


def _elements(marc: Marc) -> Iterator[tuple[str, str]]:
    for name, tags, codes, separator in _MAP:
        for data in marc.all(*tags.encode().split()):
            yield name, joined(data, codes, separator)
    yield "type", resource_type(marc)
    if (language := fixed(marc, 35, 38).strip(" |")).isalpha():
        yield "language", language
    for data in marc.all(b"041"):
        for text in texts(data, "a"):
            yield "language", text
    for tag, code, before in _NUMBERS:
        for data in marc.all(tag.encode()):
            for text in texts(data, code):
                yield "identifier", before + text
