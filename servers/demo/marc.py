"""A work as a MARC 21 record, as a cataloguer would enter it: RDA, other scripts in 880, no final full stops.

The rule it keeps: what the card says (`servers.load.card`) follows from the record, as with any other.
"""

from __future__ import annotations

from datetime import date

from protocols.marc.iso2709 import Field, Marc
from servers.demo.works import Work

_KINDS = {"music score": "cm", "sound recording": "jm", "film": "gm", "map": "em", "periodical": "as"}
"""Leader 06 and 07 by form; the rest is language material, a monograph."""

_CARRIERS = {"sound recording": b"sd fsngnnmmned", "film": b"vd cvaizq"}
"""007: an audio disc, a video disc."""

_ARTICLES = {
    "eng": ("The ", "A ", "An "),
    "fre": ("Le ", "La ", "Les ", "L'", "Un ", "Une "),
    "ger": ("Der ", "Die ", "Das ", "Ein ", "Eine "),
    "ita": ("Il ", "Lo ", "La ", "I ", "Gli ", "Le ", "L'"),
    "por": ("O ", "A ", "Os ", "As "),
    "spa": ("El ", "La ", "Los ", "Las "),
    "yid": ("Der ", "Di ", "Dos "),
}
_FORMS = frozenset({"Drama", "Fiction", "Legends", "Periodicals", "Poetry", "Romances", "Timetables"})


def marc(work: Work, control_number: str, entered: date) -> Marc:
    """The record of a work, with its fields in order."""
    kind = _KINDS.get(work.form, "am")
    fields = [
        (b"001", control_number.encode()),
        (b"005", f"{entered:%Y%m%d}120000.0".encode()),
    ]
    if carrier := _CARRIERS.get(work.form):
        fields.append((b"007", carrier))
    fields.append((b"008", _fixed(work, kind, entered)))
    if work.isbn:
        fields.append(_field("020", "  ", a=work.isbn))
    fields.append(_field("040", "  ", a="DEMO", b="eng", e="rda", c="DEMO"))
    if work.call_number:
        fields.append(_field("050", " 4", a=work.call_number))
    if work.dewey:
        fields.append((b"082", f"04\x1fa{work.dewey}\x1f223".encode()))
    fields += _headings(work)
    fields.append(_imprint(work))
    fields += [_subject(subject) for subject in work.subjects if subject]
    fields += _in_script(work)
    return Marc(f"00000n{kind} a2200000 i 4500".encode(), tuple(fields))


def _fixed(work: Work, kind: str, entered: date) -> bytes:
    """008, whose 40 characters are counted, not separated."""
    dates = f"c{work.year:0>4}9999" if kind == "as" else f"s{work.year:0>4}    "
    return f"{entered:%y%m%d}{dates}xx {' ' * 17}{work.language:3.3} d".encode()


def _headings(work: Work) -> list[Field]:
    """Main entry and title, each pointing to its other script (880) where there is one."""
    fields: list[Field] = []
    name, dates = name_and_dates(work.author)
    if name:
        pointer = {"6": "880-01"} if work.author_script else {}
        rest = {"a": f"{name},", "d": dates} if dates else {"a": name}
        fields.append(_field("100", _name_indicators(work.author), **pointer, **rest))
    pointer = {"6": "880-02"} if work.title_script else {}
    article = next(
        (len(article) for article in _ARTICLES.get(work.language, ()) if work.title.startswith(article)), 0
    )
    fields.append(_field("245", f"{int(bool(name))}{article}", **pointer, a=work.title))
    return fields


def _imprint(work: Work) -> Field:
    """264 with what is known of place, publisher and year."""
    known = {"c": work.year}
    if work.publisher:
        known = {"b": f"{work.publisher},"} | known
    if work.place:
        known = {"a": f"{work.place} :" if work.publisher else f"{work.place},"} | known
    return _field("264", " 1", **known)


def _in_script(work: Work) -> list[Field]:
    """The same headings in the script of the work."""
    fields: list[Field] = []
    if work.author_script:
        fields.append(_field("880", _name_indicators(work.author), **{"6": "100-01"}, a=work.author_script))
    if work.title_script:
        fields.append(_field("880", f"{int(bool(work.author))}0", **{"6": "245-02"}, a=work.title_script))
    return fields


def name_and_dates(author: str) -> tuple[str, str]:
    """A heading's name and years, as in ``Abbott, Edwin Abbott, 1838-1926``."""
    name, _, last = author.rpartition(", ")
    return (name, last) if any(sign.isdigit() for sign in last) else (author, "")


def _name_indicators(author: str) -> str:
    """A surname before a comma, or a forename alone."""
    return "1 " if "," in author else "0 "


def _subject(subject: str) -> Field:
    """650 with its subdivisions: a form, a time or a topic."""
    topic, *parts = subject.split(" -- ")
    text = f"\x1fa{topic}"
    for part in parts:
        code = "v" if part in _FORMS else "y" if any(sign.isdigit() for sign in part) else "x"
        text += f"\x1f{code}{part}"
    return b"650", f" 4{text}".encode()


def _field(tag: str, indicators: str, **subfields: str) -> Field:
    """A data field; a subfield is named by its code."""
    return tag.encode(), (
        indicators + "".join(f"\x1f{code}{text}" for code, text in subfields.items())
    ).encode()
