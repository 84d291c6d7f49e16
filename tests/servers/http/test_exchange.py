"""What a front sees, and what nobody is shown of it."""

from __future__ import annotations

from servers.http.exchange import HttpRequest, said


def test_a_request_shows_none_of_its_secrets() -> None:
    headers = {"Authorization": "CanaryWord"}
    request = HttpRequest("POST", "/view", {"pin": "CanaryWord"}, "CanaryWord", headers, b"CanaryWord", "::1")
    assert repr(request) == "HttpRequest(POST /view)"


def test_what_is_said_is_a_line_of_plain_text() -> None:
    answer = said("wörd", 503)
    assert (answer.status, answer.content_type, answer.body) == (
        503,
        "text/plain; charset=utf-8",
        "wörd\n".encode(),
    )
