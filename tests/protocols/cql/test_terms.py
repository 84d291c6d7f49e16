"""A raw term is read into texts, masks and anchors, or refused for its syntax alone."""

import pytest

from protocols.cql.errors import CqlError
from protocols.cql.parser import parse
from protocols.cql.terms import Mask, Masking, Pattern, raw_of, read_term, read_words
from protocols.cql.tree import Clause, Term
from tests.matrix import proves

RUN, ONE = Mask.RUN, Mask.ONE

PATTERNS: list[tuple[str, Pattern]] = [
    ("cat", Pattern(("cat",))),
    ("cat  hat", Pattern(("cat  hat",))),
    ("", Pattern(())),
    ("*", Pattern((RUN,))),
    ("???", Pattern((ONE, ONE, ONE))),
    ("ca*", Pattern(("ca", RUN))),
    ("c?t", Pattern(("c", ONE, "t"))),
    ("*c**t?", Pattern((RUN, "c", RUN, "t", ONE))),
    ("*?*", Pattern((RUN, ONE, RUN))),
    ("^cat", Pattern(("cat",), at_start=True)),
    ("cat hat^", Pattern(("cat hat",), at_end=True)),
    ("^cat^", Pattern(("cat",), at_start=True, at_end=True)),
    ("^ca*", Pattern(("ca", RUN), at_start=True)),
    (r"\^cat\^", Pattern(("^cat^",))),
    (r"^\^^", Pattern(("^",), at_start=True, at_end=True)),
    (r"c\*t*", Pattern(("c*t", RUN))),
    (r"who\?", Pattern(("who?",))),
    (r"he said \"no\"", Pattern(('he said "no"',))),
    (r"a\\b", Pattern(("a\\b",))),
    (r"a\\*", Pattern(("a\\", RUN))),
    (r"\\\*", Pattern(("\\*",))),
]


@pytest.mark.parametrize(("raw", "pattern"), PATTERNS, ids=[raw for raw, _ in PATTERNS])
@proves("masks, anchors and escapes are read late, by what the relation wants")
def test_a_term_is_texts_masks_and_anchors(raw: str, pattern: Pattern) -> None:
    assert read_term(Term(raw)) == pattern


WORDS: list[tuple[str, tuple[Pattern, ...]]] = [
    ("", ()),
    ("  ", ()),
    ("cat", (Pattern(("cat",)),)),
    (" cat\that  ", (Pattern(("cat",)), Pattern(("hat",)))),
    ("^cat hat^", (Pattern(("cat",), at_start=True), Pattern(("hat",), at_end=True))),
    ("cat^ ^ha*", (Pattern(("cat",), at_end=True), Pattern(("ha", RUN), at_start=True))),
    (r"a\\ b", (Pattern(("a\\",)), Pattern(("b",)))),
]


@pytest.mark.parametrize(("raw", "patterns"), WORDS, ids=[raw for raw, _ in WORDS])
def test_each_word_has_anchors_of_its_own(raw: str, patterns: tuple[Pattern, ...]) -> None:
    assert read_words(Term(raw)) == patterns


LITERAL = [
    ("c*t?", "c*t?"),
    ("^cat^", "^cat^"),
    (r"\d+\*", r"\d+\*"),
    (r"say \"no\"", 'say "no"'),
    (r"C:\\", "C:\\"),
]


@pytest.mark.parametrize(("raw", "text"), LITERAL, ids=[raw for raw, _ in LITERAL])
def test_unmasked_every_character_is_itself(raw: str, text: str) -> None:
    """Only what a quoted string cannot hold otherwise is escaped: the quote mark, and the escape itself."""
    assert read_term(Term(raw), Masking.UNMASKED) == Pattern((text,))
    assert read_words(Term(raw), Masking.UNMASKED) == tuple(Pattern((word,)) for word in text.split())


def test_unmasked_an_empty_term_is_empty() -> None:
    assert read_term(Term(""), Masking.UNMASKED).is_empty
    assert read_words(Term(""), Masking.UNMASKED) == ()


MISTAKES = [
    (r"ca\t", 26, 2, "t"),
    (r"a\ b", 26, 1, " "),
    (r"\\\a", 26, 2, "a"),
    ("cat\\", 25, 3, "\\"),
    ("ca^t", 32, 2, "character 13"),
    ("^^cat", 32, 1, "character 12"),
    ("cat^^", 32, 3, "character 14"),
    ("^", 32, 0, "character 11"),
    ("^^", 32, 0, "character 11"),
]


@pytest.mark.parametrize(
    ("raw", "diagnostic", "place", "details"), MISTAKES, ids=[raw for raw, *_ in MISTAKES]
)
def test_a_mistake_in_a_term_has_its_place_in_the_query(
    raw: str, diagnostic: int, place: int, details: str
) -> None:
    for reading in (read_term, read_words):
        with pytest.raises(CqlError) as caught:
            reading(Term(raw, place=10))
        error = caught.value
        assert (error.diagnostic, error.place, error.details) == (diagnostic, 10 + place, details)
        assert error.hint


@pytest.mark.parametrize(("raw", "place"), [("^cat ^hat", 5), ("cat^ hat", 3), ("a ^ b", 2)])
def test_an_anchor_at_a_word_is_misplaced_where_the_term_is_one(raw: str, place: int) -> None:
    with pytest.raises(CqlError) as caught:
        read_term(Term(raw))
    assert (caught.value.diagnostic, caught.value.place) == (32, place)


def test_a_mistake_is_placed_in_the_text_that_was_sent() -> None:
    text = r'title = "un usual\ly"'
    root = parse(text).root
    assert isinstance(root, Clause)
    with pytest.raises(CqlError) as caught:
        read_words(root.term)
    assert text[caught.value.place] == "\\"


def test_a_pattern_gives_the_facts_that_a_server_decides_by() -> None:
    short = read_term(Term("a*"))
    assert (short.masks, short.text, short.prefix, short.is_anchored) == (1, "a", "a", False)
    inner = read_term(Term("^a?b*"))
    assert (inner.masks, inner.text, inner.prefix, inner.is_anchored) == (2, "ab", None, True)
    assert read_term(Term("*")).text == ""
    assert read_term(Term("")).is_empty
    assert not read_term(Term("?")).is_empty


@pytest.mark.parametrize("text", ["plain", "a*b?", '^"\\', "", 'x\\"y'])
def test_any_text_can_be_written_as_a_term(text: str) -> None:
    root = parse(f'"{raw_of(text)}"').root
    assert isinstance(root, Clause)
    assert read_term(root.term).text == text
    assert read_term(root.term).masks == 0
