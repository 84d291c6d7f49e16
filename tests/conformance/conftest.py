"""A tiny library to be judged: served on a port of its own, described by a file of facts."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec
import pytest

from tests.conformance.tiny import CASES, TinyLibrary, serving

Serving = Callable[[TinyLibrary], AbstractAsyncContextManager[int]]


def facts(port: int) -> dict[str, object]:
    """Return what the demonstration's facts file would say of a tiny library at this port."""
    return {
        "pid": 1,
        "institution": "TINY",
        "sip2": {
            "host": "127.0.0.1",
            "port": port,
            "tls": False,
            "ca": None,
            "user": "kiosk",
            "password": "secret",
            "location": "",
            "other_user": "kiosk2",
            "other_password": "secret2",
        },
        "https": None,
        "z3950": None,
        "pin": "1234",
        "patrons": {"template": "P%03d", "first": 1, "count": 100},
        "items": {"template": "I%03d", "first": 1, "count": 300},
        "offline_items": {"template": "I%03d", "first": 801, "count": 60},
        "pickups": ["HERE", "THERE"],
        "cases": CASES,
    }


@pytest.fixture
def tiny_library() -> type[TinyLibrary]:
    return TinyLibrary


@pytest.fixture
def tiny_server() -> Serving:
    return serving


@pytest.fixture
def facts_file(tmp_path: Path) -> Callable[[int], Path]:
    """Write the facts of a tiny library that serves at this port."""

    def write(port: int) -> Path:
        path = tmp_path / "facts.json"
        path.write_bytes(msgspec.json.encode(facts(port)))
        return path

    return write
