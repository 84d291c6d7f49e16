"""The one parser, alone: nodes as they were written, and every limit. NCIP's and SRU's tests attack it."""

import pytest

from protocols.xml.parsing import LIMITS, Limits, Node, NotWellFormed, XmlRefused, parse

FEW = Limits(size=400, depth=3, elements=5, attributes=2, text=20)


def shown(node: Node) -> tuple[object, ...]:
    return (node.prefix, node.name, node.namespace, node.attributes, node.text, *map(shown, node.children))


def test_names_have_the_namespace_that_is_in_scope() -> None:
    root = parse(b'<a xmlns="u"><p:b xmlns:p="v" c="d">x<e/>y</p:b><q:f/></a>', LIMITS).root
    inner: tuple[object, ...] = ("p", "b", "v", ["xmlns:p", "v", "c", "d"], "xy", ("", "e", "u", [], ""))
    assert shown(root) == ("", "a", "u", ["xmlns", "u"], "", inner, ("q", "f", None, [], ""))


def test_a_doctype_is_seen_and_not_looked_into() -> None:
    assert parse(b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', LIMITS).has_doctype
    assert not parse(b"<a/>", LIMITS).has_doctype


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<a>" + b" " * 400 + b"</a>", "too long"),
        (b"<a><a><a><a/></a></a></a>", "too deep"),
        (b"<a><b/><b/><b/><b/><b/></a>", "too many elements"),
        (b"<a b='' c='' d=''/>", "too many attributes"),
        (b"<a b='" + b"x" * 21 + b"'/>", "attribute too long"),
        (b"<a>" + b"x" * 21 + b"</a>", "text too long"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
    ],
)
def test_what_is_too_much_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(XmlRefused, match=words) as caught:
        parse(data, FEW)
    assert not isinstance(caught.value, NotWellFormed)


def test_a_tag_of_very_many_attributes_is_refused_before_any_is_made() -> None:
    with pytest.raises(XmlRefused, match="too many attributes"):
        parse(b"<a " + b" ".join(b"a%d=''" % n for n in range(5_000)) + b"/>", LIMITS)


def test_many_elements_with_an_attribute_each_are_none_of_these() -> None:
    data = b"<a>" + b"<b c='d'/>" * 5_000 + b"</a>"
    assert len(parse(data, LIMITS).root.children) == 5_000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "line 1, column 1"),
        (b"<a>\n<b></a>", "line 2, column 6"),
        (b"<a>&b;</a>", "undefined entity"),
        (b'<!DOCTYPE a SYSTEM "b"><a>&b;</a>', "not declared"),
        (b"<a>\xff</a>", "not well-formed"),
        (b"<a/><a/>", "junk"),
    ],
)
def test_what_is_no_xml_is_told_with_its_place(data: bytes, words: str) -> None:
    with pytest.raises(NotWellFormed, match=words):
        parse(data, LIMITS)
