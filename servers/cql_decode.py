"""A CQL query explained to people: as it was understood and as XCQL, or what is wrong with it, and where.

The rule it keeps: text in, text out; who prints it is not known here.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from protocols.cql.errors import CqlError, pointed
from protocols.cql.parser import parse
from protocols.cql.tree import Query
from protocols.cql.writing import indented, outline
from protocols.cql.xcql import write_xcql
from protocols.sru.diagnostics import KINDS


class Explained(NamedTuple):
    """What is to be shown, and whether the query could be read."""

    text: str
    is_read: bool


def explain_cql(text: str) -> Explained:
    """The query clause by clause, then its XCQL 1.2; or the diagnostic, with a caret under its place."""
    try:
        query = parse(text)
    except CqlError as error:
        return Explained(_diagnosed(text, error), False)
    return Explained(f"{indented(outline(query))}\n\n{_xcql(query)}", True)


def _diagnosed(text: str, error: CqlError) -> str:
    message = f"Diagnostic {error.diagnostic}, {KINDS[error.diagnostic].message}."
    return f"{pointed(text, error.place)}\n{message}\nCharacter {error.place + 1}: {error.hint}."


def _xcql(query: Query) -> str:
    written = write_xcql(query)
    if written is None:
        return "As XCQL this would be nested deeper than parsers of XML will follow."
    element = etree.fromstring(written)
    etree.indent(element)
    return etree.tostring(element, encoding="unicode")
