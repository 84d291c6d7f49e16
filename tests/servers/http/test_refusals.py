"""Refusals: each has a status and one sentence or two, in plain words, that say what to do."""

from __future__ import annotations

import pytest

from servers.http.refusals import WORDS, Refusal, last_word, refused


def test_every_refusal_has_words() -> None:
    assert WORDS.keys() == set(Refusal)


@pytest.mark.parametrize("refusal", Refusal)
def test_the_words_are_short_and_say_what_to_do(refusal: Refusal) -> None:
    status, sentence = WORDS[refusal]
    assert status >= 400
    assert sentence.isascii()
    assert len(sentence) < 100
    assert sentence.count(". ") == 1, "what is so, and what to do"
    assert sentence.endswith(".")


@pytest.mark.parametrize("refusal", Refusal)
def test_whoever_is_to_come_again_is_told_when(refusal: Refusal) -> None:
    answer = refused(refusal)
    assert ("Retry-After" in answer.headers) == (answer.status == 503)
    assert answer.told == {"refused": refusal}


def test_headers_are_said_with_it() -> None:
    assert refused(Refusal.TOO_OFTEN, Retry_After="7").headers == {"Retry-After": "7"}
    assert refused(Refusal.BUSY, Retry_After="7").headers == {"Retry-After": "7"}


def test_the_last_word_on_a_connection_is_a_whole_answer() -> None:
    head, _, body = last_word(Refusal.SLOW_HEAD).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 408 Request Timeout"
    assert f"Content-Length: {len(body)}" in lines
    assert "Connection: close" in lines
    assert body.decode() == WORDS[Refusal.SLOW_HEAD][1] + "\n"
