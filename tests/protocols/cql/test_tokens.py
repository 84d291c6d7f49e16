"""A text is tokens and white space, and nothing is lost between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.cql.errors import CqlError
from protocols.cql.tokens import Kind, begins_at, is_reserved, text_of, tokens
from tests.protocols.cql.queries import TEXTS

READ = [
    ("", []),
    ("a", [(Kind.WORD, "a", 0)]),
    (' "a b"', [(Kind.QUOTED, "a b", 2)]),
    (r'"\\" "\""', [(Kind.QUOTED, r"\\", 1), (Kind.QUOTED, r"\"", 6)]),
    ("a<=b", [(Kind.WORD, "a", 0), (Kind.SIGN, "<=", 1), (Kind.WORD, "b", 3)]),
    ("===", [(Kind.SIGN, "==", 0), (Kind.SIGN, "=", 2)]),
    ("=<>=", [(Kind.SIGN, "=", 0), (Kind.SIGN, "<>", 1), (Kind.SIGN, "=", 3)]),
    ("(/)", [(Kind.OPENING, "(", 0), (Kind.SLASH, "/", 1), (Kind.CLOSING, ")", 2)]),
    ("a\u3000b\u00a0c", [(Kind.WORD, "a", 0), (Kind.WORD, "b", 2), (Kind.WORD, "c", 4)]),
]


@pytest.mark.parametrize(("text", "read"), READ, ids=[text for text, _ in READ])
def test_a_text_is_read_as_tokens(text: str, read: list[tuple[Kind, str, int]]) -> None:
    assert tokens(text) == [*read, (Kind.END, "", len(text))]


@given(st.text() | TEXTS)
def test_between_tokens_there_is_white_space_and_nothing_else(text: str) -> None:
    try:
        read = tokens(text)
    except CqlError:
        return
    end = 0
    for token in read:
        begin = begins_at(token)
        assert not text[end:begin].strip()
        quote = '"' * (token.place - begin)
        end = token.place + len(token.text) + len(quote)
        assert text[begin:end] == quote + token.text + quote
    assert not text[end:].strip()


def test_escapes_are_gone_from_a_name() -> None:
    (name, _) = tokens(r'"a\"\\\b"')
    assert text_of(name) == 'a"\\b'


@pytest.mark.parametrize("word", ["and", "OR", "Not", "prox", "sortBy"])
def test_reserved_words_are_so_in_any_case(word: str) -> None:
    assert is_reserved(word)
    assert not is_reserved(word + "s")
