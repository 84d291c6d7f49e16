"""Where things lie: the demonstration never in anybody's real state directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.places import demo_state


def test_the_demonstration_lies_where_programs_keep_their_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    assert demo_state() == Path("/elsewhere/circdesk/demo")


@pytest.mark.parametrize("unset", [True, False])
def test_without_a_state_home_that_is_below_home(monkeypatch: pytest.MonkeyPatch, unset: bool) -> None:
    """An empty variable is the same as none (XDG base directories)."""
    monkeypatch.setenv("HOME", "/home/ann")
    if unset:
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_STATE_HOME", "")
    assert demo_state() == Path("/home/ann/.local/state/circdesk/demo")
