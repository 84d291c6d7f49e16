"""CQL that is none, or asks for what there is not: each fault has its diagnostic, and details that help."""

from conformance.case import Case, Level, ResponseClaim, fetch
from conformance.sru.claims import (
    NO_TRACE,
    NOT_BUSY,
    SEARCHED,
    details,
    details_like,
    is_but,
    is_refused,
    is_response,
    refused,
)
from conformance.sru.texts import BOTH, WORD, search

_SYNTAX = "CQL 1.2, grammar; SRU: diagnostic 10, query syntax error"
_SUPPORT = "SRU: diagnostics 15 to 22, what is not supported is refused, never passed over"
_BOOLEANS = "SRU: diagnostics 37 to 46, booleans and their modifiers"
_SORT = "SRU: diagnostics 80 to 96, sorting"
_TERMS = "SRU: diagnostics 23 to 36, terms"
_HELPS = "SRU: details say what the diagnostic is about"


def _case(
    name: str,
    title: str,
    query: str,
    *numbers: int,
    clause: str = _SYNTAX,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    """Return a case in which a query is refused with one of these diagnostics."""
    claims = (is_response(SEARCHED), refused(*numbers), NOT_BUSY, NO_TRACE)
    return Case(
        id=f"cql-refused.{name}",
        title=title,
        level=level,
        clause=clause,
        steps=(fetch(search(query), *claims),),
        also_needs=needs,
    )


def _told(name: str, title: str, query: str, *claims: ResponseClaim) -> Case:
    """Return a case in which a refusal tells what it is about."""
    return Case(
        id=f"cql-refused.{name}",
        title=title,
        level=Level.SHOULD,
        clause=_HELPS,
        steps=(fetch(search(query), refused(), *claims),),
    )


def _refused_or_none(name: str, title: str, query: str, *numbers: int) -> Case:
    """Return a case in which a query that can find nothing is refused, or finds nothing."""
    claim = is_but(
        f"diagnostic {' or '.join(map(str, numbers))}, or nothing found",
        lambda found: is_refused(found, numbers) or (found.count == 0 and not found.diagnostics),
    )
    return Case(
        id=f"cql-refused.{name}",
        title=title,
        level=Level.SHOULD,
        clause=_TERMS,
        steps=(fetch(search(query), claim, NO_TRACE),),
    )


CASES = (
    _case("no-term", "a relation without a term is refused", "{title} =", 10),
    _case("no-index", "a relation without an index is refused", "= {word}", 10),
    _case(
        "no-left",
        "a boolean without a left side is refused",
        "and {title} = {word}",
        10,
        37,
        16,
        19,
    ),
    _case("no-right", "a boolean without a right side is refused", WORD + " and", 10),
    _case("no-right-parenthesis", "a parenthesis that does not close is refused", f"({WORD}", 10, 13),
    _case("no-left-parenthesis", "a parenthesis that did not open is refused", f"{WORD})", 10, 13),
    _case("crossed", "parentheses the wrong way round are refused", f"){WORD}(", 10, 13),
    _case("nothing-inside", "parentheses around nothing are refused", f"{WORD} and ()", 10, 13),
    _case("no-quote", "a quote that does not close is refused", '{title} = "{word}', 10, 14),
    _case("quote-in-the-middle", "a quote in the middle of a word is refused", '{title} = {word}"', 10, 14),
    _case("quote-escaped", "a last quote that is escaped does not close", '{title} = "{word}\\"', 10, 14),
    _case(
        "two-words",
        "two words without a relation between them are refused",
        "{word} {word2}",
        10,
        level=Level.SHOULD,
    ),
    _case(
        "three-words",
        "a relation that there is not is refused, not read as a word",
        "{title} sounds {word}",
        10,
        19,
    ),
    _case("two-relations", "two relations in a row are refused", "{title} = = {word}", 10),
    _case("two-clauses", "two clauses without a boolean are refused", f"{WORD} {WORD}", 10),
    _case("words-behind", "a word behind a whole query is refused", f"({WORD}) {{word2}}", 10, 37),
    _case("relation-signs", "signs that are no relation are refused", "{title} =< {word}", 10, 19),
    _case("relation-sign-bare", "a bang is no relation", "{title} != {word}", 10, 19, 16),
    _case("modifier-nothing", "a modifier without a name is refused", "{title} =/ {word}", 10, 20),
    _case(
        "comparison-nothing",
        "a modifier compared with nothing is refused",
        "{title} = {word} prox/distance< {title} = {word2}",
        10,
        39,
        40,
        41,
        46,
    ),
    _case(
        "index-unknown", "an index that there is not is refused", "{title}xyz = {word}", 16, clause=_SUPPORT
    ),
    _case(
        "index-unknown-later",
        "one index that there is not spoils the whole query",
        f"{WORD} or {{title}}xyz = {{word}}",
        16,
        clause=_SUPPORT,
    ),
    _case(
        "set-unknown",
        "a context set that there is not is refused",
        "nosuchset.title = {word}",
        15,
        16,
        clause=_SUPPORT,
    ),
    _case(
        "set-by-uri-unknown",
        "a URI that no context set has is refused",
        '> x = "urn:no:such:set" x.title = {word}',
        15,
        16,
        clause=_SUPPORT,
    ),
    _case(
        "relation-unknown",
        "a relation of a set that has none such is refused",
        "{title} cql.resembles {word}",
        10,
        19,
        clause=_SUPPORT,
    ),
    _case(
        "relation-not-here",
        "a relation that explain does not list for an index is refused",
        "{denied_index} {denied_relation} {word}",
        19,
        22,
        24,
        36,
        clause=_SUPPORT,
        level=Level.SHOULD,
    ),
    _case(
        "modifier-unknown",
        "a relation modifier that there is not is refused",
        "{title} =/nosuchmodifier {word}",
        20,
        21,
        clause=_SUPPORT,
    ),
    _case(
        "boolean-unknown",
        "a boolean that there is not is refused",
        "{title} = {word} xor {title} = {word2}",
        10,
        37,
        clause=_BOOLEANS,
    ),
    _case(
        "boolean-modifier-unknown",
        "a boolean modifier that there is not is refused",
        "{title} = {word} and/nosuchmodifier {title} = {word2}",
        46,
        20,
        37,
        clause=_BOOLEANS,
    ),
    _case(
        "unit-unknown",
        "a unit that there is not is refused",
        "{title} = {word} prox/unit=furlong {title} = {word2}",
        39,
        42,
        37,
        46,
        clause=_BOOLEANS,
    ),
    _case(
        "distance-word",
        "a distance that is no number is refused",
        "{title} = {word} prox/distance<far {title} = {word2}",
        10,
        39,
        41,
        37,
        46,
        clause=_BOOLEANS,
    ),
    _case(
        "ordering-twice",
        "ordered and unordered at once is refused",
        "{title} = {word} prox/ordered/unordered {title} = {word2}",
        39,
        43,
        44,
        37,
        46,
        clause=_BOOLEANS,
        level=Level.SHOULD,
    ),
    _case(
        "prefix-unassigned",
        "a prefix that nobody assigned is refused",
        "zz9.title = {word}",
        15,
        16,
        clause=_SUPPORT,
    ),
    _case("prefix-nothing", "an assignment of nothing is refused", f"> x = {WORD}", 10, 15, 16),
    _case(
        "prefix-alone",
        "an assignment without a query is refused",
        '> x = "info:srw/cql-context-set/1/dc-v1.1"',
        10,
        7,
    ),
    _case(
        "prefix-twice",
        "a prefix assigned twice in one place is refused",
        '> x = "urn:a" > x = "urn:b" ' + WORD,
        45,
        10,
        15,
        level=Level.SHOULD,
        clause="SRU: diagnostic 45",
    ),
    _case(
        "prefix-gone",
        "an assignment ends with its parentheses",
        '(> x = "{title_set}" x.{title_bare} = {word}) and x.{title_bare} = {word}',
        15,
        16,
        clause="CQL 1.2: an assignment holds for the query it stands before",
    ),
    _case("sort-nothing", "sortBy without a key is refused", WORD + " sortBy", 10, 80, 81, 82, 88, 89),
    _case(
        "sort-index-unknown",
        "to sort by an index that there is not is refused",
        WORD + " sortBy {title}xyz",
        16,
        80,
        86,
        88,
        89,
        82,
        clause=_SORT,
    ),
    _case(
        "sort-set-unknown",
        "to sort by a set that there is not is refused",
        WORD + " sortBy nosuchset.title",
        15,
        16,
        80,
        86,
        88,
        89,
        82,
        clause=_SORT,
    ),
    _case(
        "sort-in-the-middle",
        "sortBy is the end of a query",
        WORD + " sortBy {title} and " + WORD,
        10,
        80,
        81,
        16,
        82,
    ),
    _case("sort-within", "sortBy stands in no parentheses", f"({WORD} sortBy {{title}})", 10, 13, 80),
    _case(
        "sort-modifier-unknown",
        "a sort modifier that there is not is refused",
        WORD + " sortBy {sort_index}/sort.sideways",
        20,
        80,
        81,
        82,
        86,
        88,
        90,
        91,
        92,
        46,
        21,
        clause=_SORT,
        level=Level.SHOULD,
    ),
    _case(
        "star-alone",
        "a star alone is refused",
        '{title} = "*"',
        28,
        29,
        48,
        clause=_TERMS,
        level=Level.SHOULD,
    ),
    _case(
        "within-one", "within needs two values", '{date} within "{year}"', 10, 22, 24, 36, 19, clause=_TERMS
    ),
    _case(
        "within-three",
        "within needs no third value",
        '{date} within "1900 1950 2000"',
        10,
        22,
        24,
        36,
        19,
        clause=_TERMS,
    ),
    _case(
        "anchor-in-the-middle",
        "an anchor in the middle of a word is refused",
        '{title} = "{stem}^{stem}"',
        25,
        31,
        32,
        clause=_TERMS,
        level=Level.SHOULD,
    ),
    _refused_or_none(
        "no-number", "what is no date is refused, or found nowhere", "{date} = xqzvkit", 24, 36, 22
    ),
    _refused_or_none(
        "nothing-in-quotes",
        "an empty term is refused, or has no value to be found",
        '{title} = ""',
        27,
        10,
        24,
    ),
    _told("syntax-place", "diagnostic 10 tells the place", f"({BOTH}", details_like(r"\d|\^", "a place")),
    _told("index-named", "diagnostic 16 names the index", "{title}xyz = {word}", details("xyz")),
    _told(
        "set-named", "diagnostic 15 names the context set", "nosuchset.title = {word}", details("nosuchset")
    ),
    _told(
        "relation-named",
        "diagnostic 19 names the relation",
        "{title} cql.resembles {word}",
        details("resembles"),
    ),
    _told(
        "modifier-named",
        "diagnostic 20 names the modifier",
        "{title} =/nosuchmodifier {word}",
        details("nosuchmodifier"),
    ),
)
