"""A record as MODS 3.5, as the Library of Congress maps MARC 21 to it.

The rule it keeps: whatever cannot be told apart for certain is a note or left out, so that what is there
can be believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from protocols.marc.elements import element, first, fixed, group, joined, texts
from protocols.marc.iso2709 import Marc
from protocols.marc.types import is_collection, is_manuscript, is_serial, resource_type

NAMESPACE: Final = "http://www.loc.gov/mods/v3"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_START: Final = f'<mods xmlns="{NAMESPACE}" xmlns:xlink="{_XLINK}" version="3.5">'
_END: Final = "</mods>"

_ROLES: Final = {b"100": "personal", b"110": "corporate", b"111": "conference"}
_ADDED: Final = {b"700": "personal", b"710": "corporate", b"711": "conference", b"720": ""}
_SUBJECT_NAMES: Final = {b"600": "personal", b"610": "corporate", b"611": "conference"}
_AUTHORITIES: Final = {"0": "lcsh", "1": "lcshac", "2": "mesh", "3": "nal", "5": "csh", "6": "rvm"}
_NOTES: Final = {
    b"500": "",
    b"501": "with",
    b"502": "thesis",
    b"504": "bibliography",
    b"508": "creation/production credits",
    b"511": "performers",
    b"515": "numbering",
    b"518": "venue",
    b"524": "preferred citation",
    b"530": "additional physical form",
    b"533": "reproduction",
    b"534": "original version",
    b"535": "original location",
    b"536": "funding",
    b"538": "system details",
    b"541": "acquisition",
    b"545": "biographical/historical",
    b"546": "language",
    b"561": "ownership",
    b"586": "awards",
}
_AUDIENCES: Final = {
    "a": "preschool",
    "b": "primary",
    "c": "pre-adolescent",
    "d": "adolescent",
    "e": "adult",
    "f": "specialized",
    "g": "general",
    "j": "juvenile",
}
_ISSUANCE: Final = {
    "a": "monographic",
    "c": "monographic",
    "d": "monographic",
    "m": "monographic",
    "b": "serial",
    "s": "serial",
    "i": "integrating resource",
}
_RELATED: Final = {
    b"773": "host",
    b"780": "preceding",
    b"785": "succeeding",
    b"775": "otherVersion",
    b"776": "otherFormat",
    b"534": "original",
}
_NUMBERS: Final = {b"010": "lccn", b"020": "isbn", b"022": "issn", b"027": "stock number"}
_SCHEMES: Final = {b"050": "lcc", b"060": "nlm", b"080": "udc", b"082": "ddc"}


def mods(marc: Marc, links: Iterable[str] = ()) -> bytes:
    """The record, whose fields are UTF-8, as ``mods``. Each of the ``links`` is one more location."""
    parts = [
        *_titles(marc),
        *_names(marc),
        element(
            "typeOfResource",
            resource_type(marc),
            collection="yes" if is_collection(marc) else "",
            manuscript="yes" if is_manuscript(marc) else "",
        ),
        *[element("genre", joined(data, "abvxyz", "--")) for data in marc.all(b"655")],
        _origin(marc),
        *_languages(marc),
        _physical(marc),
        *[element("abstract", joined(data, "ab")) for data in marc.all(b"520")],
        *[element("tableOfContents", joined(data, "agrt")) for data in marc.all(b"505")],
        element("targetAudience", _AUDIENCES.get(fixed(marc, 22, 23), ""), authority="marctarget"),
        *_notes(marc),
        *_subjects(marc),
        *_classifications(marc),
        *_related(marc),
        *_identifiers(marc),
        *_locations(marc, links),
        *[
            element("accessCondition", joined(data, "abcd"), type="restriction on access")
            for data in marc.all(b"506")
        ],
        *[
            element("accessCondition", joined(data, "abcd"), type="use and reproduction")
            for data in marc.all(b"540")
        ],
        _record(marc),
    ]
    return "".join([_START, *parts, _END]).encode()


def _titles(marc: Marc) -> Iterator[str]:
    for data in marc.all(b"245"):
        yield _title(data, chr(data[1]) if data[1:2].isdigit() else "0")
    for data in marc.all(b"210"):
        yield group("titleInfo", [element("title", joined(data, "a"))], type="abbreviated")
    for data in marc.all(b"242"):
        yield _title(data, "0", type="translated")
    for data in marc.all(b"246"):
        yield _title(data, "0", type="alternative")
    for tag, codes in ((b"130", "adfghklmoprst"), (b"240", "adfghklmoprst")):
        for data in marc.all(tag):
            title = element("title", joined(data, codes.replace("n", "").replace("p", "")))
            yield group("titleInfo", [title, *_part(data)], type="uniform")


def _title(data: bytes, skip: str, **attributes: str) -> str:
    """A title with what precedes its first filing character (the second indicator of 245) apart."""
    title = joined(data, "afgks")
    non_sort, title = title[: int(skip)], title[int(skip) :]
    parts = [
        element("nonSort", non_sort.strip()),
        element("title", title.strip()),
        element("subTitle", joined(data, "b")),
        *_part(data),
    ]
    return group("titleInfo", parts, **attributes)


def _part(data: bytes) -> list[str]:
    return [element("partNumber", joined(data, "n", ", ")), element("partName", joined(data, "p", ", "))]


def _names(marc: Marc) -> Iterator[str]:
    for tag, data in marc.fields:
        if tag in _ROLES:
            yield _name(data, _ROLES[tag], usage="primary")
        elif tag in _ADDED and not texts(data, "t"):
            yield _name(data, _ADDED[tag])


def _name(data: bytes, kind: str, usage: str = "") -> str:
    if kind == "personal":
        parts = [
            element("namePart", joined(data, "aq")),
            element("namePart", joined(data, "bc"), type="termsOfAddress"),
            element("namePart", joined(data, "d"), type="date"),
        ]
    else:
        parts = [element("namePart", text) for text in texts(data, "abcdn")]
    if not any(parts):
        return ""
    roles = [element("roleTerm", text, type="text") for text in texts(data, "e")]
    roles += [element("roleTerm", text, type="code", authority="marcrelator") for text in texts(data, "4")]
    return group("name", [*parts, *[group("role", [role]) for role in roles]], type=kind, usage=usage)


def _origin(marc: Marc) -> str:
    parts: list[str] = []
    if (country := fixed(marc, 15, 18).strip(" |")).isalpha():
        term = element("placeTerm", country, type="code", authority="marccountry")
        parts.append(group("place", [term]))
    publications = [data for data in marc.all(b"260", b"264") if data[1:2] != b"4"]
    for data in publications:
        parts += [group("place", [element("placeTerm", text, type="text")]) for text in texts(data, "a")]
        parts += [element("publisher", text) for text in texts(data, "b")]
        parts += [element("dateIssued", text) for text in texts(data, "c")]
    if (year := fixed(marc, 7, 11)).isdigit():
        parts.append(element("dateIssued", year, encoding="marc"))
    for data in marc.all(b"264"):
        if data[1:2] == b"4":
            parts += [element("copyrightDate", text) for text in texts(data, "c")]
    parts += [element("edition", joined(data, "ab")) for data in marc.all(b"250")]
    parts.append(element("issuance", _ISSUANCE.get(marc.leader[7:8].decode("latin-1"), "")))
    if is_serial(marc):
        parts += [element("frequency", joined(data, "ab")) for data in marc.all(b"310")]
    return group("originInfo", parts)


def _languages(marc: Marc) -> Iterator[str]:
    codes = dict.fromkeys(
        [fixed(marc, 35, 38).strip(" |"), *[t for d in marc.all(b"041") for t in texts(d, "ad")]]
    )
    for code in codes:
        if code.isalpha():
            yield group("language", [element("languageTerm", code, type="code", authority="iso639-2b")])


def _physical(marc: Marc) -> str:
    forms = [
        element("form", text, authority="rdacarrier")
        for data in marc.all(b"338")
        for text in texts(data, "a")
    ]
    media = [element("internetMediaType", text) for data in marc.all(b"856") for text in texts(data, "q")]
    extents = [element("extent", joined(data, "abce")) for data in marc.all(b"300")]
    return group("physicalDescription", [*forms, *media, *extents])


def _notes(marc: Marc) -> Iterator[str]:
    yield element("note", first(marc, b"245", "c"), type="statement of responsibility")
    for tag, data in marc.fields:
        if tag in _NOTES:
            yield element("note", joined(data, "abcdefgknt3"), type=_NOTES[tag])


def _subjects(marc: Marc) -> Iterator[str]:
    for tag, data in marc.fields:
        parts: list[str] = []
        if tag in _SUBJECT_NAMES:
            name = [element("namePart", text) for text in texts(data, "abcdq")]
            parts = [group("name", name, type=_SUBJECT_NAMES[tag])]
            parts.append(group("titleInfo", [element("title", joined(data, "t"))]))
        elif tag == b"630":
            parts = [group("titleInfo", [element("title", joined(data, "anp"))])]
        elif tag == b"648":
            parts = [element("temporal", text) for text in texts(data, "a")]
        elif tag in (b"650", b"653"):
            parts = [element("topic", text) for text in texts(data, "abcd")]
        elif tag == b"651":
            parts = [element("geographic", text) for text in texts(data, "a")]
        else:
            continue
        for code, name_of in (("v", "genre"), ("x", "topic"), ("y", "temporal"), ("z", "geographic")):
            parts += [element(name_of, text) for text in texts(data, code)]
        authority = _AUTHORITIES.get(chr(data[1]), "") if len(data) > 1 and tag != b"653" else ""
        yield group("subject", parts, authority=authority or joined(data, "2"))


def _classifications(marc: Marc) -> Iterator[str]:
    for tag, data in marc.fields:
        if tag in _SCHEMES:
            yield element("classification", joined(data, "ab"), authority=_SCHEMES[tag])
        elif tag == b"084":
            yield element("classification", joined(data, "ab"), authority=joined(data, "2"))


def _related(marc: Marc) -> Iterator[str]:
    for data in marc.all(b"440", b"490", b"830"):
        yield group("relatedItem", [_title(data, "0")] if texts(data, "a") else [], type="series")
    for tag, data in marc.fields:
        if tag in _RELATED:
            yield group("relatedItem", _work(data), type=_RELATED[tag])
        elif tag in _ADDED and texts(data, "t"):
            kind = "constituent" if data[1:2] == b"2" else ""
            title = group("titleInfo", [element("title", joined(data, "fklmorst")), *_part(data)])
            name = group(
                "name", [element("namePart", text) for text in texts(data, "abcdq")], type=_ADDED[tag]
            )
            yield group("relatedItem", [title, name], type=kind)


def _work(data: bytes) -> list[str]:
    """What a linking entry (76X-78X) says of the other work."""
    return [
        group("titleInfo", [element("title", joined(data, "t"))]),
        group("name", [element("namePart", text) for text in texts(data, "a")]),
        group("part", [element("text", text) for text in texts(data, "g")]),
        *[element("identifier", text, type="issn") for text in texts(data, "x")],
        *[element("identifier", text, type="isbn") for text in texts(data, "z")],
        *[element("identifier", text, type="local") for text in texts(data, "w")],
    ]


def _identifiers(marc: Marc) -> Iterator[str]:
    for tag, data in marc.fields:
        if tag in _NUMBERS:
            yield from [element("identifier", text, type=_NUMBERS[tag]) for text in texts(data, "a")]
            yield from [
                element("identifier", text, type=_NUMBERS[tag], invalid="yes") for text in texts(data, "z")
            ]
        elif tag == b"024":
            kind = joined(data, "2") if data[:1] == b"7" else _STANDARD.get(data[:1], "")
            yield from [element("identifier", text, type=kind) for text in texts(data, "a")]
        elif tag == b"035":
            yield from [element("identifier", text, type="local") for text in texts(data, "a")]


_STANDARD: Final = {b"0": "isrc", b"1": "upc", b"2": "ismn", b"3": "ean", b"4": "sici"}


def _locations(marc: Marc, links: Iterable[str]) -> Iterator[str]:
    for data in marc.all(b"856"):
        label = joined(data, "3z")
        for link in texts(data, "u"):
            yield group("location", [element("url", link, displayLabel=label)])
    for link in links:
        yield group("location", [element("url", link)])


def _record(marc: Marc) -> str:
    parts = [element("descriptionStandard", first(marc, b"040", "e"))]
    parts.append(element("recordContentSource", first(marc, b"040", "a"), authority="marcorg"))
    if (entered := fixed(marc, 0, 6)).isdigit():
        parts.append(element("recordCreationDate", entered, encoding="marc"))
    changed = marc.first(b"005").decode("latin-1")
    parts.append(element("recordChangeDate", changed, encoding="iso8601"))
    number = marc.first(b"001").decode("utf-8", "replace")
    parts.append(element("recordIdentifier", number, source=marc.first(b"003").decode("utf-8", "replace")))
    return group("recordInfo", parts)
