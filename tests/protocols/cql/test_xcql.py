"""XCQL in both schemas: by hand for each construct, and read back by lxml for whatever a query holds."""

import re
from typing import Any

import pytest
from hypothesis import given
from lxml import etree

from protocols.cql.parser import Limits, parse
from protocols.cql.tree import Chain, Clause, Modifier, Node, Query, Scoped, Term
from protocols.cql.xcql import DEEPEST, Dialect, write_xcql
from tests.matrix import proves
from tests.protocols.cql.queries import QUERIES

LOC = "http://www.loc.gov/zing/cql/xcql/"
OASIS = "http://docs.oasis-open.org/ns/search-ws/xcql"


def _clause(index: str, relation: str, term: str) -> str:
    inside = f"<index>{index}</index><relation>{relation}</relation><term>{term}</term>"
    return f"<searchClause>{inside}</searchClause>"


def _simple(term: str) -> str:
    return _clause("cql.serverChoice", "<value>=</value>", term)


A, B, C = map(_simple, "abc")

WRITTEN_1_2 = [
    ("a", A),
    (
        "dc.title any/relevant/x>=2 cat",
        _clause(
            "dc.title",
            "<value>any</value><modifiers><modifier><type>relevant</type></modifier><modifier><type>x</type>"
            "<comparison>&gt;=</comparison><value>2</value></modifier></modifiers>",
            "cat",
        ),
    ),
    (
        "a or b and/m c",
        "<triple><boolean><value>and</value><modifiers><modifier><type>m</type></modifier></modifiers></boolean>"
        "<leftOperand><triple><boolean><value>or</value></boolean>"
        f"<leftOperand>{A}</leftOperand><rightOperand>{B}</rightOperand></triple></leftOperand>"
        f"<rightOperand>{C}</rightOperand></triple>",
    ),
    (
        "a or (b and c)",
        f"<triple><boolean><value>or</value></boolean><leftOperand>{A}</leftOperand><rightOperand>"
        f"<triple><boolean><value>and</value></boolean><leftOperand>{B}</leftOperand>"
        f"<rightOperand>{C}</rightOperand></triple></rightOperand></triple>",
    ),
    (
        ">dc=x a sortBy d/sort.ascending e",
        "<searchClause><prefixes><prefix><name>dc</name><identifier>x</identifier></prefix></prefixes>"
        "<index>cql.serverChoice</index><relation><value>=</value></relation><term>a</term><sortKeys><key><index>d"
        "</index><modifiers><modifier><type>sort.ascending</type></modifier></modifiers></key><key><index>e</index>"
        "</key></sortKeys></searchClause>",
    ),
    (
        ">x (>p=y a or b) and c sortBy d",
        "<triple><prefixes><prefix><identifier>x</identifier></prefix></prefixes><boolean><value>and</value></boolean>"
        "<leftOperand><triple><prefixes><prefix><name>p</name><identifier>y</identifier></prefix></prefixes><boolean>"
        f"<value>or</value></boolean><leftOperand>{A}</leftOperand><rightOperand>{B}</rightOperand></triple>"
        f"</leftOperand><rightOperand>{C}</rightOperand><sortKeys><key><index>d</index></key></sortKeys></triple>",
    ),
    (
        ">p=x >q=y (>P=z a)",
        "<searchClause><prefixes><prefix><name>P</name><identifier>z</identifier></prefix><prefix><name>q</name>"
        "<identifier>y</identifier></prefix></prefixes><index>cql.serverChoice</index><relation><value>=</value>"
        "</relation><term>a</term></searchClause>",
    ),
    (r'"\"a\" & <b> \* \\"', _simple(r'"a" &amp; &lt;b&gt; \* \\')),
]

WRITTEN_2_0 = [
    ("a", f"<triple>{A}</triple>"),
    (
        "a or b",
        f"<triple><Boolean><value>or</value></Boolean><leftOperand>{A}</leftOperand><rightOperand>{B}</rightOperand></triple>",
    ),
    (
        ">dc=x >y a sortBy d",
        "<prefixes><prefix><name>dc</name><identifier>x</identifier></prefix><prefix><name></name><identifier>y"
        f"</identifier></prefix></prefixes><triple>{A}</triple><sortKeys><key><index>d</index><modifiers><modifier>"
        "<type>sort.ascending</type></modifier></modifiers></key></sortKeys>",
    ),
]


def canonical(text: str) -> bytes:
    return etree.tostring(etree.fromstring(text), method="c14n")


@pytest.mark.parametrize(("text", "written"), WRITTEN_1_2, ids=[text for text, _ in WRITTEN_1_2])
@proves("XCQL 1.2 and 2.0, well-formed whatever the query holds")
def test_a_query_is_written_by_the_schema_of_1_2(text: str, written: str) -> None:
    tag, rest = written.split(">", 1)
    expected = f'{tag} xmlns="{LOC}">{rest}'
    assert canonical(write_xcql(parse(text)) or "") == canonical(expected)


@pytest.mark.parametrize(("text", "written"), WRITTEN_2_0, ids=[text for text, _ in WRITTEN_2_0])
@proves("XCQL 1.2 and 2.0, well-formed whatever the query holds")
def test_a_query_is_written_by_the_schema_of_2_0(text: str, written: str) -> None:
    expected = f'<xcql xmlns="{OASIS}">{written}</xcql>'
    assert canonical(write_xcql(parse(text), Dialect.V2_0) or "") == canonical(expected)


# The content of each element, as the schemas have it: 2.0's by the OASIS schema, 1.2's by the one of 2004
# with the sort keys that 1.2 brought.
_COMMON = {
    "prefixes": "(prefix )+",
    "sortKeys": "(key )+",
    "modifiers": "(modifier )+",
    "modifier": "type (comparison value )?",
    "leftOperand": "(searchClause |triple )",
    "rightOperand": "(searchClause |triple )",
    "relation": "value (modifiers )?",
}
CONTENT = {
    Dialect.V1_2: _COMMON
    | {
        "triple": "(prefixes )?boolean leftOperand rightOperand (sortKeys )?",
        "searchClause": "(prefixes )?index relation term (sortKeys )?",
        "boolean": "value (modifiers )?",
        "prefix": "(name )?identifier ",
        "key": "index (modifiers )?",
    },
    Dialect.V2_0: _COMMON
    | {
        "xcql": "(prefixes )?triple (sortKeys )?",
        "triple": "(searchClause |Boolean leftOperand rightOperand )",
        "searchClause": "index relation term ",
        "Boolean": "value (modifiers )?",
        "prefix": "name identifier ",
        "key": "index modifiers ",
    },
}
for _content in CONTENT.values():
    for _name in _content:
        _content[_name] = re.sub(r"(\w)(?=[)]|$)", r"\1 ", _content[_name])


@pytest.mark.parametrize("dialect", Dialect)
@given(query=QUERIES)
def test_every_element_holds_what_its_schema_says(dialect: Dialect, query: Query) -> None:
    if dialect is Dialect.V2_0:
        query = _without_inner_prefixes(query)
    root = etree.fromstring(write_xcql(query, dialect) or "")
    for element in root.iter():
        assert isinstance(element.tag, str)
        name = etree.QName(element)
        assert name.namespace == dialect.value
        inside = "".join(f"{etree.QName(child).localname} " for child in element)
        assert re.fullmatch(CONTENT[dialect].get(name.localname, ""), inside), f"{name.localname}: {inside}"


def _without_inner_prefixes(query: Query) -> Query:
    """XCQL 2.0 has a place for prefixes at the very top only."""
    return Query(_unscoped(query.root), query.prefixes, query.sort)


def _unscoped(node: Node) -> Node:
    match node:
        case Scoped():
            return _unscoped(node.node)
        case Chain():
            steps = tuple(
                type(step)(step.operator, _unscoped(step.operand), step.modifiers) for step in node.steps
            )
            return Chain(_unscoped(node.first), steps)
        case Clause():
            return node


def test_inner_prefixes_stand_where_1_2_has_them_in_2_0_too() -> None:
    written = write_xcql(parse("a or (>p=y b)"), Dialect.V2_0)
    root = etree.fromstring(written or "")
    (clause,) = root.iterfind(".//{*}rightOperand/{*}searchClause")
    assert [etree.QName(child).localname for child in clause] == ["prefixes", "index", "relation", "term"]


# Read back -----------------------------------------------------------------------------------------------


def _said(node: Node) -> Any:
    """A tree as nested tuples, two operands each."""
    match node:
        case Clause():
            relation = (str(node.relation.name), _modifiers_said(node.relation.modifiers))
            return (
                node.index,
                relation,
                re.sub(r'\\(\\|[^"])|\\"', _unquoted, node.term.raw),
            )
        case Scoped():
            return _said(node.node)
        case Chain():
            left = _said(node.first)
            for step in node.steps:
                left = (str(step.operator), _modifiers_said(step.modifiers)), left, _said(step.operand)
            return left


def _unquoted(found: re.Match[str]) -> str:
    return found[0] if found[1] else '"'


def _modifiers_said(modifiers: tuple[Modifier, ...]) -> list[tuple[str, ...]]:
    return [
        (each.name,) if each.comparison is None else (each.name, str(each.comparison), each.value)
        for each in modifiers
    ]


def _read(element: Any) -> Any:
    """XCQL as nested tuples."""
    match etree.QName(element).localname:
        case "searchClause":
            index, relation, term = (element.find(f"{{*}}{name}") for name in ("index", "relation", "term"))
            return index.text or "", _read_value(relation), term.text or ""
        case "triple":
            (boolean,) = [child for child in element if etree.QName(child).localname.lower() == "boolean"]
            return (
                _read_value(boolean),
                _read(element.find("{*}leftOperand")[0]),
                _read(element.find("{*}rightOperand")[0]),
            )


def _read_value(element: Any) -> tuple[str, list[tuple[str, ...]]]:
    modifiers = element.iterfind("{*}modifiers/{*}modifier")
    return element.find("{*}value").text or "", [
        tuple(child.text or "" for child in each) for each in modifiers
    ]


@given(QUERIES)
@proves("XCQL 1.2 and 2.0, well-formed whatever the query holds")
def test_what_is_written_is_read_back_by_another_parser(query: Query) -> None:
    root = etree.fromstring(write_xcql(query) or "")
    assert _read(root) == _said(query.root)
    keys = [(key[0].text or "") for key in root.iterfind("{*}sortKeys/{*}key")]
    assert keys == [key.index for key in query.sort]


@pytest.mark.parametrize("dialect", Dialect)
def test_what_xml_cannot_hold_becomes_a_replacement(dialect: Dialect) -> None:
    query = Query(Clause(Term("a\x00\x1b\ud800\ufffe]]>&\r\n")))
    root = etree.fromstring(write_xcql(query, dialect) or "")
    assert root.findtext(".//{*}term") == "a\ufffd\ufffd\ufffd\ufffd]]>&\r\n"


# Depth ---------------------------------------------------------------------------------------------------


def _depth(element: Any) -> int:
    return 1 + max(map(_depth, element), default=0)


SHAPES = [
    ("a", " or b"),
    ("a and/x=1 b", " or b"),
    ("a sortBy b/x=1", ""),
    ("c", " or (a and (b not/x=2 (c prox d)))"),
]


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize(("text", "more"), SHAPES)
def test_nothing_is_written_that_is_deeper_than_the_limit(text: str, more: str, dialect: Dialect) -> None:
    for count in range(12):
        query = parse(text + more * count)
        written = write_xcql(query, dialect, deepest=1000)
        depth = _depth(etree.fromstring(written or ""))
        assert write_xcql(query, dialect, deepest=depth + 5) == written
        assert write_xcql(query, dialect, deepest=depth - 1) is None


def test_a_hundred_numbers_joined_by_or_can_be_written_and_ten_thousand_cannot() -> None:
    limits = Limits(characters=100_000, booleans=10_000)
    written = write_xcql(parse("a" + " or b" * 99, limits))
    assert len(list(etree.fromstring(written or "").iter("{*}term"))) == 100
    assert write_xcql(parse("a" + " or b" * 9_999, limits)) is None
    assert write_xcql(parse("a" + " or b" * (DEEPEST // 2), limits)) is None
