"""From tree to XCQL: version 1.2, as SRU 1.1 and 1.2 echo it, and that of SRU 2.0.

The rule it keeps: what comes out is well-formed whatever the query holds, and no deeper than a careful parser
of XML will follow.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

from protocols.cql.tree import Chain, Clause, Modifier, Node, Prefix, Query, Scoped, SortKey
from protocols.xml.text import escaped


class Dialect(Enum):
    """The two schemas; the value is the namespace."""

    V1_2 = "http://www.loc.gov/zing/cql/xcql/"
    V2_0 = "http://docs.oasis-open.org/ns/search-ws/xcql"


DEEPEST: Final = 240
"""Elements within each other; libxml2 stops at 256, and what is around XCQL counts too."""


def write_xcql(query: Query, dialect: Dialect = Dialect.V1_2, deepest: int = DEEPEST) -> str | None:
    """One element, without an XML declaration; None if it would be deeper than `deepest`.

    Each boolean of a chain is two elements deeper than the one after it.
    """
    if _depth(query.root) + _AROUND > deepest:
        return None
    writer = _Writer(dialect)
    return "".join(writer.document(query))


_AROUND: Final = 6  # xcql and triple outside; relation, modifiers, modifier, type inside


def _depth(node: Node) -> int:
    match node:
        case Clause():
            return 1
        case Scoped():
            return _depth(node.node)
        case Chain():
            first = _depth(node.first) + 2 * len(node.steps)
            steps = enumerate(reversed(node.steps), 1)
            return max(first, *(_depth(step.operand) + 2 * above for above, step in steps))


_QUOTES: Final = re.compile(r'(\\[^"])|\\"', re.DOTALL)


def _element(name: str, text: str) -> str:
    return f"<{name}>{escaped(text)}</{name}>"


class _Writer:
    """One query being written, in one of the dialects."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.boolean = "boolean" if dialect is Dialect.V1_2 else "Boolean"

    def document(self, query: Query) -> Iterator[str]:
        sort = "".join(self.sort_keys(query.sort))
        space = f' xmlns="{self.dialect.value}"'
        if self.dialect is Dialect.V1_2:
            yield from self.node(query.root, query.prefixes, sort, space)
            return
        yield f"<xcql{space}>{self.prefixes(query.prefixes)}"
        root = "".join(self.node(query.root))
        yield root if root.startswith("<triple>") else f"<triple>{root}</triple>"
        yield f"{sort}</xcql>"

    def node(
        self, node: Node, prefixes: tuple[Prefix, ...] = (), sort: str = "", space: str = ""
    ) -> Iterator[str]:
        """A node as an element, with what stands at its begin, at its end and in its tag."""
        match node:
            case Clause():
                relation = _element("value", node.relation.name) + _modifiers(node.relation.modifiers)
                term = _QUOTES.sub(_without_escape, node.term.raw)
                yield f"<searchClause{space}>{self.prefixes(prefixes)}{_element('index', node.index)}"
                yield f"<relation>{relation}</relation>{_element('term', term)}{sort}</searchClause>"
            case Scoped():
                both = {_known_as(prefix): prefix for prefix in (*prefixes, *node.prefixes)}
                yield from self.node(node.node, tuple(both.values()), sort, space)
            case Chain():
                yield from self.chain(node, prefixes, sort, space)

    def chain(self, chain: Chain, prefixes: tuple[Prefix, ...], sort: str, space: str) -> Iterator[str]:
        last = len(chain.steps) - 1
        for number, step in enumerate(reversed(chain.steps)):
            begin = "<triple>" if number else f"<triple{space}>{self.prefixes(prefixes)}"
            operator = _element("value", step.operator) + _modifiers(step.modifiers)
            yield f"{begin}<{self.boolean}>{operator}</{self.boolean}><leftOperand>"
        yield from self.node(chain.first)
        for number, step in enumerate(chain.steps):
            yield "</leftOperand><rightOperand>"
            yield from self.node(step.operand)
            yield f"</rightOperand>{sort if number == last else ''}</triple>"

    def prefixes(self, prefixes: tuple[Prefix, ...]) -> str:
        if not prefixes:
            return ""
        return f"<prefixes>{''.join(map(self.prefix, prefixes))}</prefixes>"

    def prefix(self, prefix: Prefix) -> str:
        """The schema of 2.0 insists on a name, even an empty one."""
        is_named = prefix.name is not None or self.dialect is Dialect.V2_0
        name = _element("name", prefix.name or "") if is_named else ""
        return f"<prefix>{name}{_element('identifier', prefix.uri)}</prefix>"

    def sort_keys(self, keys: tuple[SortKey, ...]) -> Iterator[str]:
        if keys:
            yield "<sortKeys>"
            for key in keys:
                modifiers = key.modifiers
                if not modifiers and self.dialect is Dialect.V2_0:
                    modifiers = _ASCENDING
                yield f"<key>{_element('index', key.index)}{_modifiers(modifiers)}</key>"
            yield "</sortKeys>"


_ASCENDING: Final = (Modifier("sort.ascending"),)  # the schema of 2.0 insists on one, and this is the default


def _without_escape(found: re.Match[str]) -> str:
    """A quote mark needs no escape where there are no quotes; other escapes are the term's own."""
    return found[1] or '"'


def _known_as(prefix: Prefix) -> str | None:
    return prefix.name and prefix.name.lower()


def _modifiers(modifiers: tuple[Modifier, ...]) -> str:
    if not modifiers:
        return ""
    return f"<modifiers>{''.join(map(_modifier, modifiers))}</modifiers>"


def _modifier(modifier: Modifier) -> str:
    value = ""
    if modifier.comparison is not None:
        value = _element("comparison", modifier.comparison) + _element("value", modifier.value)
    return f"<modifier>{_element('type', modifier.name)}{value}</modifier>"
