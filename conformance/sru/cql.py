"""CQL as it is written: what may be written in two ways means the same; all that the grammar has is read."""

from conformance.case import Case, Level, ResponseClaim, Step, fetch
from conformance.sru.claims import (
    ANSWERED,
    COMPOSED_ECHO,
    SOME,
    as_many_as,
    count_of,
    fewer_or_as_many,
    hits,
    more_or_as_many,
)
from conformance.sru.texts import BOTH, RARE, WORD, search

_GRAMMAR = "CQL 1.2, grammar"
_LEFT = "CQL 1.2: booleans are of one rank, from left to right"
_PREFIX = "CQL 1.2: prefix assignment"
_CASE_FREE = "CQL 1.2: indexes, relations, booleans and modifiers are case-insensitive"
_SET = "CQL context set 1.2"
_RELATIONS = (19, 22, 24)
_MODIFIERS = (20, 21)
_MASKS = (25, 28, 29, 30, 48)
_ANCHORS = (31, 32, 48)
_PROXIMITY = (37, 39, 40, 41, 42, 43, 44, 46, 48)
_UNDERSCORED = "caf\u00e9"
_DECOMPOSED = "cafe\u0301"


def _case(
    name: str, title: str, clause: str, *steps: Step, level: Level = Level.MUST, needs: tuple[str, ...] = ()
) -> Case:
    return Case(id=f"cql.{name}", title=title, level=level, clause=clause, steps=steps, also_needs=needs)


def _same(
    name: str,
    title: str,
    one: str,
    other: str,
    clause: str = _GRAMMAR,
    level: Level = Level.MUST,
    denied_by: tuple[int, ...] = (),
) -> Case:
    """Return a case in which two ways to write a query find as much."""
    return _compared(name, title, one, other, as_many_as("before"), clause, level, denied_by)


def _compared(
    name: str,
    title: str,
    one: str,
    other: str,
    claim: ResponseClaim,
    clause: str = _GRAMMAR,
    level: Level = Level.MUST,
    denied_by: tuple[int, ...] = (),
) -> Case:
    """Return a case in which what a query finds is compared with what another found."""
    return _case(
        name,
        title,
        clause,
        fetch(search(one, maximumRecords="1"), ANSWERED, keep={"before": count_of}, denied_by=denied_by),
        fetch(search(other, maximumRecords="1"), ANSWERED, claim, denied_by=denied_by),
        level=level,
    )


def _read(
    name: str,
    title: str,
    query: str,
    clause: str = _GRAMMAR,
    level: Level = Level.MUST,
    denied_by: tuple[int, ...] = (),
) -> Case:
    """Return a case in which a query is understood, whatever it finds."""
    return _case(
        name,
        title,
        clause,
        fetch(search(query, maximumRecords="1"), ANSWERED, denied_by=denied_by),
        level=level,
    )


_OR_AND = "{title} = {rare} or {title} = {word} and {title} = {word2}"
_NOT_OR = "{title} = {word} not {title} = {word2} or {title} = {rare}"
_OF_SET = '> x = "{title_set}" x.{title_bare} = {word}'

CASES = (
    _same(
        "bare",
        "a bare word is a search in the server's choice",
        "{word}",
        "cql.serverChoice = {word}",
        f"{_SET}: serverChoice",
    ),
    _same("quoted", "quotes around a word mean nothing", WORD, '{title} = "{word}"'),
    _same("tight", "blanks around a relation mean nothing", WORD, "{title}={word}"),
    _same("wide", "blanks, tabs and line ends are blanks", WORD, "  {title}\t = \r\n {word}\n "),
    _same("index-quoted", "an index may stand in quotes", WORD, '"{title}" = {word}'),
    _same(
        "index-in-capitals", "an index is the same in capitals", WORD, "{title_shouted} = {word}", _CASE_FREE
    ),
    _same(
        "term-in-capitals",
        "a word is the same in capitals",
        WORD,
        "{title} = {word_shouted}",
        "CQL context set: ignoreCase is the usual",
    ),
    _same(
        "boolean-in-capitals",
        "a boolean is the same in capitals",
        BOTH,
        BOTH.replace(" and ", " AND "),
        _CASE_FREE,
    ),
    _same(
        "boolean-mixed", "a boolean is the same in any case", BOTH, BOTH.replace(" and ", " aNd "), _CASE_FREE
    ),
    _same("parentheses", "parentheses around a clause mean nothing", WORD, f"((({WORD})))"),
    _same("parentheses-tight", "parentheses need no blanks", BOTH, "({title}={word})and({title}={word2})"),
    _same(
        "left-or-and",
        "a or b and c is (a or b) and c",
        _OR_AND,
        "({title} = {rare} or {title} = {word}) and {title} = {word2}",
        _LEFT,
    ),
    _same(
        "left-not-or",
        "a not b or c is (a not b) or c",
        _NOT_OR,
        "({title} = {word} not {title} = {word2}) or {title} = {rare}",
        _LEFT,
    ),
    _same(
        "right-in-parentheses",
        "parentheses on the right side are obeyed",
        "{title} = {word} and {title} = {word2}",
        "{title} = {word2} and ({title} = {word} or {title} = {word})",
        _LEFT,
    ),
    _same("prefix", "a prefix that is assigned stands for its context set", WORD, _OF_SET, _PREFIX),
    _same(
        "prefix-default",
        "a set assigned without a name is where bare indexes are",
        WORD,
        '> "{title_set}" {title_bare} = {word}',
        _PREFIX,
    ),
    _same(
        "prefix-tight",
        "an assignment needs no blanks",
        WORD,
        '>x="{title_set}" x.{title_bare}={word}',
        _PREFIX,
    ),
    _same("prefix-within", "an assignment may stand in parentheses", WORD, f"({_OF_SET})", _PREFIX),
    _same(
        "prefix-two",
        "assignments may stand one behind the other",
        WORD,
        '> y = "info:srw/cql-context-set/1/cql-v1.2" ' + _OF_SET,
        _PREFIX,
    ),
    _same(
        "prefix-right-side",
        "an assignment may stand before the right side of a boolean",
        BOTH,
        "{title} = {word2} and (" + _OF_SET + ")",
        _PREFIX,
    ),
    _same(
        "set-named",
        "the name of a set that everybody knows needs no assignment",
        "{word}",
        "cql.serverchoice = {word}",
        f"{_SET}; {_CASE_FREE}",
    ),
    _same(
        "any",
        "any is or, word by word",
        "{title} = {word} or {title} = {word2}",
        '{title} any "{word} {word2}"',
        f"{_SET}: any",
        denied_by=_RELATIONS,
    ),
    _same(
        "all",
        "all is and, word by word",
        BOTH,
        '{title} all "{word} {word2}"',
        f"{_SET}: all",
        denied_by=_RELATIONS,
    ),
    _same(
        "any-order",
        "the order of the words of any means nothing",
        '{title} any "{word} {word2}"',
        '{title} any "{word2} {word}"',
        f"{_SET}: any",
        denied_by=_RELATIONS,
    ),
    _same(
        "all-order",
        "the order of the words of all means nothing",
        '{title} all "{word} {word2}"',
        '{title} all "{word2} {word}"',
        f"{_SET}: all",
        denied_by=_RELATIONS,
    ),
    _same(
        "any-one",
        "any and all of one word are that word",
        '{title} any "{word}"',
        '{title} all "{word}"',
        f"{_SET}: any, all",
        denied_by=_RELATIONS,
    ),
    _same(
        "exact",
        "exact is the older name of ==",
        '{title} == "{phrase}"',
        '{title} exact "{phrase}"',
        "CQL 1.1: exact; CQL 1.2: ==",
        denied_by=_RELATIONS,
    ),
    _same(
        "relation-of-set",
        "a relation may name its context set",
        '{title} any "{word} {word2}"',
        '{title} cql.any "{word} {word2}"',
        f"{_SET}: relations",
        denied_by=_RELATIONS,
    ),
    _same(
        "relation-in-capitals",
        "a relation is the same in capitals",
        '{title} any "{word} {word2}"',
        '{title} ANY "{word} {word2}"',
        _CASE_FREE,
        denied_by=_RELATIONS,
    ),
    _same(
        "modifier",
        "to ignore case is the usual",
        WORD,
        "{title} =/ignoreCase {word}",
        f"{_SET}: ignoreCase",
        Level.SHOULD,
        _MODIFIERS,
    ),
    _same(
        "modifier-wide",
        "blanks around a modifier mean nothing",
        "{title} =/ignoreCase {word}",
        "{title} = / cql.ignoreCase {word}",
        _GRAMMAR,
        Level.SHOULD,
        _MODIFIERS,
    ),
    _compared(
        "adjacent",
        "words next to one another are fewer than words somewhere",
        BOTH,
        '{title} adj "{phrase}"',
        fewer_or_as_many("before"),
        f"{_SET}: adj",
        denied_by=_RELATIONS,
    ),
    _case(
        "adjacent-found",
        "words that stand next to one another in a title are found so",
        f"{_SET}: adj",
        fetch(search('{title} adj "{phrase}"'), SOME, denied_by=_RELATIONS),
    ),
    _compared(
        "whole-field",
        "fields that are a word are fewer than fields with the word",
        WORD,
        '{title} == "{word}"',
        fewer_or_as_many("before"),
        f"{_SET}: ==",
        denied_by=_RELATIONS,
    ),
    _compared(
        "star",
        "* stands for any run of characters",
        WORD,
        '{title} = "{stem}*"',
        more_or_as_many("before"),
        "CQL 1.2: masking",
        denied_by=_MASKS,
    ),
    _compared(
        "question-mark",
        "? stands for one character",
        WORD,
        '{title} = "{stem}?"',
        more_or_as_many("before"),
        "CQL 1.2: masking",
        denied_by=_MASKS,
    ),
    _compared(
        "star-before",
        "* may stand before a word, or is refused",
        WORD,
        '{title} = "*{word}"',
        more_or_as_many("before"),
        "CQL 1.2: masking",
        denied_by=_MASKS,
    ),
    _compared(
        "star-wider",
        "* finds no fewer than ?",
        '{title} = "{stem}?"',
        '{title} = "{stem}*"',
        more_or_as_many("before"),
        "CQL 1.2: masking",
        denied_by=_MASKS,
    ),
    _compared(
        "unmasked",
        "unmasked, a star is a star",
        '{title} = "{stem}*"',
        '{title} =/unmasked "{stem}*"',
        fewer_or_as_many("before"),
        f"{_SET}: unmasked",
        Level.SHOULD,
        (*_MASKS, *_MODIFIERS),
    ),
    _case(
        "star-literal",
        "a star that is escaped is a star",
        "CQL 1.2: masking, backslash",
        fetch(
            search('{title} = "{stem}*"', maximumRecords="1"),
            SOME,
            keep={"before": count_of},
            denied_by=_MASKS,
        ),
        fetch(
            search('{title} = "{stem}\\*"', maximumRecords="1"),
            ANSWERED,
            fewer_or_as_many("before"),
            denied_by=_MASKS,
        ),
    ),
    _compared(
        "anchored",
        "a word at the beginning is fewer than a word anywhere",
        WORD,
        '{title} = "^{word}"',
        fewer_or_as_many("before"),
        "CQL 1.2: anchoring",
        denied_by=_ANCHORS,
    ),
    _compared(
        "anchored-end",
        "a word at the end is fewer than a word anywhere",
        WORD,
        '{title} = "{word}^"',
        fewer_or_as_many("before"),
        "CQL 1.2: anchoring",
        denied_by=_ANCHORS,
    ),
    _compared(
        "near",
        "near one another is fewer than both",
        BOTH,
        "{title} = {word} prox {title} = {word2}",
        fewer_or_as_many("before"),
        f"{_SET}: prox",
        denied_by=_PROXIMITY,
    ),
    _case(
        "near-found",
        "words that stand next to one another are near one another",
        f"{_SET}: prox",
        fetch(
            search("{title} = {word} prox/unit=word/distance<=1 {title} = {word2}"),
            SOME,
            denied_by=_PROXIMITY,
        ),
    ),
    _same(
        "near-either-way",
        "near means either way",
        "{title} = {word} prox/distance<=2/unordered {title} = {word2}",
        "{title} = {word2} prox/distance<=2/unordered {title} = {word}",
        f"{_SET}: prox",
        denied_by=_PROXIMITY,
    ),
    _compared(
        "near-farther",
        "a larger distance finds no fewer",
        "{title} = {word} prox/distance<=1 {title} = {word2}",
        "{title} = {word} prox/distance<=5 {title} = {word2}",
        more_or_as_many("before"),
        f"{_SET}: prox",
        denied_by=_PROXIMITY,
    ),
    _same(
        "sorted", "what is sorted is what was found", WORD, WORD + " sortBy {sort_index}", "CQL 1.2: sortBy"
    ),
    _same(
        "sorted-in-capitals",
        "sortBy is a word in any case",
        WORD,
        WORD + " SORTBY {sort_index}/sort.descending",
        f"CQL 1.2: sortBy; {_CASE_FREE}",
    ),
    _compared(
        "within",
        "within 1000 and 2100 are no fewer than in one of these years",
        "{date} = {year}",
        '{date} within "1000 2100"',
        more_or_as_many("before"),
        f"{_SET}: within",
        denied_by=_RELATIONS,
    ),
    _same(
        "within-one",
        "within a year and the same year is that year",
        "{date} = {year}",
        '{date} within "{year} {year}"',
        f"{_SET}: within",
        denied_by=_RELATIONS,
    ),
    _compared(
        "at-least",
        "since a year are no fewer than in it",
        "{date} = {year}",
        "{date} >= {year}",
        more_or_as_many("before"),
        f"{_SET}: relations",
        denied_by=_RELATIONS,
    ),
    _same(
        "tight-relation",
        "a relation of two signs is one relation",
        "{date} >= {year}",
        "{date}>={year}",
        denied_by=_RELATIONS,
    ),
    _same(
        "isbn-forms",
        "an ISBN of 13 digits is the same book as its form of ten",
        "{isbn_index} = {isbn}",
        "{isbn_index} = {isbn_other}",
        "ISO 2108; every discovery tool asks with either",
        Level.SHOULD,
    ),
    _same(
        "isbn-hyphens",
        "hyphens in an ISBN mean nothing",
        "{isbn_index} = {isbn}",
        '{isbn_index} = "{isbn_hyphens}"',
        "ISO 2108; every discovery tool asks with either",
        Level.SHOULD,
    ),
    _case(
        "ids",
        "two ids at once find two records",
        "discovery tools ask for a page of ids at once",
        fetch(search('{id_index} any "{id} {id2}"'), hits(2), denied_by=_RELATIONS),
    ),
    _case(
        "id-alone",
        "an id finds its record alone",
        "an id is an id",
        fetch(search("{id_index} == {id}"), hits(1)),
    ),
    _read("reserved-quoted", "a reserved word in quotes is a term", '{title} = "and"'),
    _read(
        "reserved-bare",
        "a reserved word where only a term can stand is a term",
        "{title} = and",
        _GRAMMAR,
        Level.SHOULD,
    ),
    _read("sign-quoted", "signs of the grammar in quotes are a term", '{title} = "a/b (c) = d < e > f"'),
    _read("quote-escaped", "a quote may be escaped", '{title} = "say \\"hello\\" twice"'),
    _read("backslash", "a backslash may be escaped", '{title} = "a\\\\b"'),
    _read(
        "other-scripts",
        "terms of other scripts are read",
        '{title} = "\u65e5\u672c" or {title} = "\u0440\u0443\u0441" or {title} = "\u05e9\u05dc\u05d5"',
    ),
    _read("beyond-plane-0", "letters beyond the first plane are read", '{title} = "\U0001d11e\U00020000"'),
    _same(
        "composed",
        "a letter is the same composed and decomposed",
        f"{{title}} = {_UNDERSCORED}",
        f"{{title}} = {_DECOMPOSED}",
        "Unicode 3.11: canonical equivalence",
    ),
    _case(
        "composed-echo",
        "what is answered to a decomposed query is in NFC, or as it was sent",
        "Unicode 3.11",
        fetch(search(f"{{title}} = {_UNDERSCORED}", maximumRecords="1"), ANSWERED, COMPOSED_ECHO),
    ),
    _read(
        "long-chain",
        "fifty searches joined by or are one search",
        " or ".join(["{title} = {word}"] * 50),
        "discovery tools ask for fifty ids at once",
        Level.SHOULD,
    ),
    _read("deep", "twenty parentheses are no fault", "(" * 20 + WORD + ")" * 20, _GRAMMAR, Level.SHOULD),
    _read("rare-word", "the rarest word is found", RARE),
)
