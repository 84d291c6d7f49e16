"""Which route a path and a method mean, and that nothing else means one."""

from __future__ import annotations

import pytest

from servers.http.application import Application
from servers.http.exchange import HttpAnswer, HttpRequest, Route, said
from servers.http.limits import Bounds, Gate


async def answer(request: HttpRequest) -> HttpAnswer:
    """Anything."""
    return said("well")


def route(method: str, path: str) -> Route:
    """A route."""
    return Route(method=method, path=path, handler=answer, gate=Gate(), bounds=Bounds())


SERVLET, SRU, POSTED = (
    route("POST", "/view/NCIPServlet"),
    route("GET", "/view/sru/{code}"),
    route("POST", "/view/sru/{code}"),
)
APPLICATION = Application([SERVLET, SRU, POSTED, route("GET", "/")])


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/view/sru/TOWN", {"code": "TOWN"}),
        ("/view/sru/B%C3%BCcher", {"code": "Bücher"}),
        ("/view/sru/a%20b", {"code": "a b"}),
        ("/%76iew/sru/TOWN", {"code": "TOWN"}),
        ("/view/%4ECIPServlet", {}),
        ("/view/NCIPServlet", {}),
        ("/", {}),
    ],
)
def test_a_path_is_found_however_it_is_escaped(path: str, names: dict[str, str]) -> None:
    found = APPLICATION.find(path)
    assert found is not None
    assert found.names == names


@pytest.mark.parametrize(
    "path",
    [
        "",
        "*",
        "//",
        "/view",
        "/view/",
        "/view/ncipservlet",
        "/view/NCIPServlet/",
        "//view/NCIPServlet",
        "/view%2FNCIPServlet",
        "/view/sru/",
        "/view/sru/..",
        "/view/sru/%2e%2e",
        "/view/sru/../NCIPServlet",
        "/view/sru/a%2Fb",
        "/view/sru/a/b",
        "/view/sru/%00",
        "/view/sru/%0d%0a",
        "/view/sru/%ff",
        "/view/sru/\udcff",
        "/view/sru/%e2%80%ae",
        "/../../etc/passwd",
    ],
)
def test_anything_else_is_nothing(path: str) -> None:
    assert APPLICATION.find(path) is None


def test_a_method_has_its_route_and_head_is_answered_as_get() -> None:
    found = APPLICATION.find("/view/sru/TOWN")
    assert found is not None
    assert (found.route("GET"), found.route("HEAD"), found.route("POST")) == (SRU, SRU, POSTED)
    assert (found.route("DELETE"), found.route("OPTIONS")) == (None, None)
    assert found.allowed == "GET, HEAD, OPTIONS, POST"


def test_without_get_there_is_no_head() -> None:
    found = APPLICATION.find("/view/NCIPServlet")
    assert found is not None
    assert found.route("HEAD") is None
    assert found.allowed == "OPTIONS, POST"


def test_two_cannot_answer_the_same() -> None:
    with pytest.raises(ValueError, match="POST /view/NCIPServlet has two routes"):
        Application([SERVLET, route("POST", "/view/NCIPServlet")])
