"""What tools know of a demonstration: what its facts file says, or a sentence."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from servers.calling import ClientProblem
from servers.known_facts import HttpsKnown, KnownFacts, Numbered, add_facts_arguments, known_facts
from servers.places import FACTS

TOLD = {
    "institution": "TOWN",
    "sip2": {"host": "desk", "port": 6443},
    "https": {"url": "https://desk:8443", "ca": None, "ncip": "https://desk:8443/ncip"},
    "patrons": {"template": "P%02d", "first": 1, "count": 2},
    "pin": "1234",
    "z3950": None,
}


def known(*words: str) -> KnownFacts:
    """The facts that these options lead to."""
    parser = argparse.ArgumentParser()
    add_facts_arguments(parser.add_argument_group())
    parser.set_defaults(target_option="--against")
    return known_facts(parser.parse_args(words))


def test_the_facts_tell_what_can_be_typed(tmp_path: Path) -> None:
    file = tmp_path / FACTS
    file.write_text(json.dumps(TOLD))
    for facts in (known("--state", str(tmp_path)), known("--facts", str(file))):
        assert (facts.patrons, facts.items, facts.pin) == (Numbered("P%02d", 1, 2), None, "1234")
        assert facts.patrons is not None
        assert [facts.patrons.some(most) for most in (1, 9)] == [["P01"], ["P01", "P02"]]
        assert facts.https == HttpsKnown(ncip="https://desk:8443/ncip")


def test_without_a_word_it_is_the_demonstration_that_is_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(
        ClientProblem, match=r"start one with \./run, or name a server with --against HOST:PORT"
    ):
        known()
    place = tmp_path / "circdesk" / "demo"
    place.mkdir(parents=True)
    (place / FACTS).write_text(json.dumps(TOLD))
    assert known().institution == "TOWN"


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "there is no "), (b"[]", "is no facts file"), (b"\xff", "is no facts file")],
)
def test_what_is_no_facts_file_is_a_sentence(tmp_path: Path, content: bytes | None, problem: str) -> None:
    if content is not None:
        (tmp_path / FACTS).write_bytes(content)
    with pytest.raises(ClientProblem, match=problem):
        known("--facts", str(tmp_path / FACTS))
