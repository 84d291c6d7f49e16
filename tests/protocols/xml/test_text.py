"""Whatever a text holds, it is well-formed where it stands, and read back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from protocols.xml.text import escaped, escaped_attribute


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("plain", "plain"),
        ("a & b", "a &amp; b"),
        ("<b>", "&lt;b&gt;"),
        ("]]>", "]]&gt;"),
        ('"', "&quot;"),
        ("a\r\nb", "a&#13;\nb"),
        ("\x00\x1f\ufffe\ud800", "\ufffd\ufffd\ufffd\ufffd"),
        ("漢\U0001f4da", "漢\U0001f4da"),
    ],
)
def test_what_has_a_meaning_in_xml_is_escaped_and_what_cannot_be_there_is_replaced(
    text: str, written: str
) -> None:
    assert escaped(text) == written


def test_an_attribute_keeps_its_lines_and_tabs() -> None:
    assert escaped_attribute('a\n\t"') == "a&#10;&#9;&quot;"


XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\r\n\t")
)


@given(XML_TEXT)
def test_it_is_read_back_as_it_was(text: str) -> None:
    root = etree.fromstring(f'<a b="{escaped_attribute(text)}">{escaped(text)}</a>'.encode())
    assert (root.text or "", root.get("b")) == (text, text)


@given(st.text(st.characters()))
def test_anything_at_all_is_well_formed(text: str) -> None:
    etree.fromstring(f'<a b="{escaped_attribute(text)}">{escaped(text)}</a>'.encode())
