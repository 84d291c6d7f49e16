"""MARCXML: every record becomes well-formed XML that says what the record says."""

import io
from pathlib import Path
from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from protocols.marc.iso2709 import Marc
from protocols.marc.marcxml import END, NAMESPACE, field, marcxml
from servers.load.marcxml import xml_records

LEADER = b"00000nam  2200000 a 4500"


def parsed(marc: Marc, more: bytes = b"") -> etree._Element:
    """The element, with fields added at its end."""
    return etree.fromstring(marcxml(marc) + more + END)


def values(element: etree._Element) -> list[tuple[str, str]]:
    """Tag or code, and text, in order."""
    found = []
    for part in element.iter():
        name = part.get("tag") or part.get("code") or etree.QName(part).localname
        found.append((str(name), (part.text or "")))
    return found[1:]


def test_a_record_is_written_as_the_schema_has_it() -> None:
    record = Marc(LEADER, ((b"001", b"u1"), (b"245", b"10\x1faTie :\x1fba story")))
    assert marcxml(record) + END == (
        b'<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader>'
        b'<controlfield tag="001">u1</controlfield><datafield tag="245" ind1="1" ind2="0">'
        b'<subfield code="a">Tie :</subfield><subfield code="b">a story</subfield></datafield></record>'
    )


def test_the_leader_says_unicode_since_the_text_is() -> None:
    assert parsed(Marc(LEADER, ()))[0].text == "00000nam a2200000 a 4500"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Tom & Jerry <1>", "Tom & Jerry <1>"),
        ("a\x00b\x0bc\x1bd", "abcd"),
        ("\x88The \x89End", "The End"),
        ("\x98Der\x9c Tod", "Der Tod"),
        ("e\u0301tude", "\u00e9tude"),
        ("\ufffe\uffffx", "x"),
        ("line\r\nline", "line\r\nline"),
        ("\U0001f600", "\U0001f600"),
        ("]]>", "]]>"),
    ],
)
def test_text_keeps_what_xml_can_say_in_nfc(written: str, shown: str) -> None:
    element = parsed(Marc(LEADER, ((b"500", b"  \x1fa" + written.encode()),)))
    assert values(element)[-1] == ("a", shown)


def test_what_is_no_utf8_is_replaced_and_not_lost() -> None:
    assert values(parsed(Marc(LEADER, ((b"500", b"  \x1faa\xe9b"),))))[-1] == ("a", "a\ufffdb")


def test_an_accent_at_the_beginning_of_a_subfield_does_not_eat_its_code() -> None:
    element = parsed(Marc(LEADER, ((b"500", "  \x1fa\u0301x\x1fb\u0308".encode()),)))
    assert values(element)[-2:] == [("a", "\u0301x"), ("b", "\u0308")]


@pytest.mark.parametrize("tag", [b"AVA", b"AVE", b"AVD"])
def test_availability_that_came_with_the_record_is_not_passed_on(tag: bytes) -> None:
    record = Marc(LEADER, ((b"001", b"u1"), (tag, b"  \x1feavailable"), (b"990", b"  \x1fax")))
    assert [name for name, _ in values(parsed(record))] == ["leader", "001", "990", "a"]


def test_fields_are_added_at_the_end() -> None:
    more = field("AVA", [("0", "99"), ("d", ""), ("c", "Maps & Plans")])
    element = parsed(Marc(LEADER, ((b"990", b"  \x1fax"),)), more)
    assert values(element)[-3:] == [("AVA", ""), ("0", "99"), ("c", "Maps & Plans")]
    assert (element[-1].get("ind1"), element[-1].get("ind2")) == (" ", " ")


def test_indicators_and_codes_that_are_none_stay_well_formed() -> None:
    element = parsed(Marc(LEADER, ((b"500", b'"\x01\x1f"x\x1f<y\x1f\xe9z\x1f'), (b"501", b""))))
    assert [(part.get("ind1"), part.get("ind2")) for part in list(element)[1:]] == [('"', " "), (" ", " ")]
    assert [(part.get("code"), part.text) for part in element[1]] == [('"', "x"), ("<", "y"), (" ", "z")]


tags = st.sampled_from([b"001", b"008", b"020", b"100", b"245", b"880", b"9XX"])


@given(st.lists(st.tuples(tags, st.binary(max_size=60)), max_size=12), st.binary(min_size=24, max_size=24))
def test_any_record_is_well_formed_and_normal(fields: list[tuple[bytes, bytes]], leader: bytes) -> None:
    element = parsed(Marc(leader, tuple(fields)))
    assert element.tag == f"{{{NAMESPACE}}}record"
    assert [part.get("tag") for part in list(element)[1:]] == [tag.decode() for tag, _ in fields]
    assert all(is_normalized("NFC", str(text)) for text in element.itertext())


def test_what_is_written_is_read_back_by_the_loader(tmp_path: Path) -> None:
    record = Marc(
        b"00000nam a2200000 a 4500",
        ((b"001", b"u1"), (b"245", "10\x1fa\u00c9tudes & <esquisses>".encode()), (b"500", b"  \x1fax\x1fby")),
    )
    (found,) = xml_records(io.BytesIO(marcxml(record) + END))
    assert found.marc == record
