"""A query is shown as it was understood, or its mistake where it stands."""

import pytest
from lxml import etree

from servers.cql_decode import explain_cql
from tests.matrix import proves


@proves("a query explained at the command line")
def test_a_query_is_shown_clause_by_clause_and_as_xcql() -> None:
    explained = explain_cql('title any "cat hat" or a and b')
    outline, written = explained.text.split("\n\n")
    assert explained.is_read
    assert outline == 'and\n  or\n    title any "cat hat"\n    a\n  b'
    root = etree.fromstring(written)
    assert root.tag == "{http://www.loc.gov/zing/cql/xcql/}triple"
    assert "\n    <value>and</value>\n" in written
    assert root.findtext(".//{*}term") == "cat hat"


@proves("a query explained at the command line")
def test_a_mistake_is_pointed_at_and_told() -> None:
    explained = explain_cql("title = cat dog")
    assert not explained.is_read
    assert explained.text == (
        "title = cat dog\n"
        "            ^\n"
        "Diagnostic 10, Query syntax error.\n"
        "Character 13: a boolean operator, sortBy or the end of the query was expected, not 'dog'; "
        "words that belong together are put in quotes."
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [("(a", "Diagnostic 13, "), ('"a', "Diagnostic 14, "), ("a or " * 300 + "a", "Diagnostic 38, ")],
)
def test_every_mistake_has_the_words_of_its_diagnostic(text: str, told: str) -> None:
    assert told in explain_cql(text).text


def test_what_is_too_deep_for_xml_is_said_to_be_so() -> None:
    explained = explain_cql("a" + " or b" * 200)
    assert explained.is_read
    assert explained.text.endswith("As XCQL this would be nested deeper than parsers of XML will follow.")
