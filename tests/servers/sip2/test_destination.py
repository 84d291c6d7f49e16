"""Where a tool talks to: what is typed, else what the facts say, else what is running."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from servers.calling import ClientProblem
from servers.places import FACTS
from servers.sip2.client import Target
from servers.sip2.destination import add_destination_arguments, target_of

TOLD = {
    "institution": "TOWN",
    "sip2": {
        "host": "desk",
        "port": 6443,
        "ca": "ca.pem",
        "user": "kiosk",
        "password": "word",
        "location": "HALL",
    },
    "patrons": {"template": "P%02d", "first": 1, "count": 2},
    "pin": "1234",
    "cases": {"patron_blocked": "P9"},
}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state directory of a demonstration."""
    (tmp_path / FACTS).write_text(json.dumps(TOLD))
    return tmp_path


def arguments(*words: str, option: str = "--target") -> argparse.Namespace:
    """The options, as they are typed."""
    parser = argparse.ArgumentParser()
    add_destination_arguments(parser, option)
    return parser.parse_args(words)


def test_the_facts_of_a_state_directory_say_everything(state: Path) -> None:
    assert target_of(arguments("--state", str(state))) == Target(
        "desk",
        6443,
        authority=Path("ca.pem"),
        institution="TOWN",
        user="kiosk",
        password="word",
        location="HALL",
    )


def test_what_is_typed_goes_before_what_the_facts_say(state: Path) -> None:
    typed = ("--target", "here:7", "--ca", "b.pem", "--user", "", "--no-tls", "--charset", "cp850")
    target = target_of(arguments("--state", str(state), *typed, "--institution", "EAST", "--password", ""))
    assert target == Target(
        "here", 7, tls=False, authority=Path("b.pem"), institution="EAST", location="HALL", charset="cp850"
    )


def test_a_server_that_was_named_needs_no_facts() -> None:
    assert target_of(arguments("--against", "here:7", option="--against")) == Target("here", 7)


def test_where_no_demonstration_has_run_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ClientProblem, match=f"no demonstration has run in {tmp_path}"):
        target_of(arguments("--state", str(tmp_path)))
