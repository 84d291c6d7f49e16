"""Where the keys of a terminal come from: the nearest word goes, and tables are put together name by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from servers.configuration.profiles import Layer, Source, goes_round, lineage, shipped, together
from servers.configuration.reading import read_settings, read_terminal
from servers.configuration.settings import FieldPolicy, SortBin, Terminal

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "circdesk.toml"
        path.write_text(dedent(text), "utf-8")
        return path

    return written


FAMILY = """\
    [[terminal]]
    name = "sorter-1"
    certificate = "sorter-1"
    profile = "ours"
    fees = true
    fields.CY = "hide"

    [[profile]]
    name = "ours"
    inherits = "theirs"
    retries = 7
    fields = { CY = "full", DA = "mask" }
    sort_bin = [{ bin = "1" }]

    [[profile]]
    name = "theirs"
    inherits = "bibliotheca-sorter"
    retries = 9
    timeout = 50
    fields = { DA = "hide", AA = "hide" }
    sort_bin = [{ bin = "8" }, { bin = "9" }]
    """


def test_the_nearest_word_goes_and_what_nobody_says_is_the_default(write: Write) -> None:
    (terminal,) = read_settings(write(FAMILY)).terminal
    assert terminal == Terminal(
        "sorter-1",
        certificate="sorter-1",
        profile="ours",
        fees=True,  # its own word, against the shipped one
        retries=7,
        timeout=50,
        fields={"AA": FieldPolicy.HIDE, "DA": FieldPolicy.MASK, "CY": FieldPolicy.HIDE},
        sort_bin=(SortBin("1"),),
        extensions=("CR", "CS", "CT", "CV", "CY", "DA"),
        checkout=False,
        holds=False,
        checked_in_ok=True,
    )


def test_profiles_have_what_they_inherit_as_well(write: Write) -> None:
    ours, theirs = read_settings(write(FAMILY)).profile
    assert (ours.name, ours.inherits, ours.timeout, ours.fees) == ("ours", "theirs", 50, False)
    assert (theirs.name, theirs.retries, theirs.checked_in_ok) == ("theirs", 9, True)


def test_of_every_key_it_is_known_who_says_it(write: Write) -> None:
    found = read_terminal(write(FAMILY), "sorter-1")
    assert found is not None
    terminal, origins = found
    assert terminal == read_settings(write(FAMILY)).terminal[0]
    assert origins == {
        "name": "terminal",
        "certificate": "terminal",
        "profile": "terminal",
        "fees": "terminal",
        "fields.CY": "terminal",
        "fields.DA": "profile ours",
        "fields.AA": "profile theirs",
        "sort_bin": "profile ours",
        "retries": "profile ours",
        "timeout": "profile theirs",
        "extensions": "shipped profile bibliotheca-sorter",
        "checkout": "shipped profile sorter",
        "holds": "shipped profile sorter",
        "checked_in_ok": "shipped profile sorter",
    }


def test_of_a_terminal_that_is_not_there_nothing_is_known(write: Write) -> None:
    assert read_terminal(write(FAMILY), "sorter-2") is None


def test_an_own_word_that_is_the_default_goes_before_another_s_that_is_not(write: Write) -> None:
    path = write("""\
        [[profile]]
        name = "spoken"
        charset = "cp850"
        [[terminal]]
        name = "k"
        certificate = "k"
        profile = "spoken"
        charset = "utf-8"
        """)
    assert read_settings(path).terminal[0].charset == "utf-8"


def test_an_own_profile_goes_before_the_shipped_one_of_its_name(write: Write) -> None:
    path = write("""\
        [[profile]]
        name = "sorter"
        retries = 1
        [[terminal]]
        name = "k"
        certificate = "k"
        profile = "sorter"
        """)
    (terminal,) = read_settings(path).terminal
    assert (terminal.retries, terminal.checkout) == (1, True)


def test_an_own_profile_that_inherits_its_own_name_builds_on_the_shipped_one(write: Write) -> None:
    path = write("""\
        [[profile]]
        name = "sorter"
        inherits = "sorter"
        retries = 1
        [[terminal]]
        name = "k"
        certificate = "k"
        profile = "sorter"
        """)
    (terminal,) = read_settings(path).terminal
    assert (terminal.retries, terminal.checkout) == (1, False)


def own(name: str, inherits: str) -> Layer:
    """A profile of the configuration that says nothing."""
    return Layer(Source.PROFILE, name, inherits, {})


def test_what_is_shipped_inherits_only_what_is_shipped() -> None:
    """Or who names a profile of their own `sorter` would change another one by it."""
    line = lineage("bibliotheca-sorter", {"sorter": own("sorter", "")})
    assert line == (shipped("bibliotheca-sorter"), shipped("sorter"))


def test_nobody_s_profile_is_no_profile() -> None:
    assert lineage("", {}) == ()
    assert together(()) == ({}, {})


@pytest.mark.parametrize(
    ("name", "inherits", "round_"),
    [
        ("a", {"a": ""}, False),
        ("a", {"a": "b", "b": "sorter"}, False),
        ("a", {"a": "a"}, True),
        ("a", {"a": "b", "b": "a"}, True),
        ("a", {"a": "b", "b": "c", "c": "b"}, True),
        ("sorter", {"sorter": "sorter"}, False),
        ("sorter", {"sorter": "a", "a": "sorter"}, True),
        ("a", {"a": "sorter", "sorter": "sorter"}, False),
    ],
)
def test_who_inherits_in_a_circle_is_found(name: str, inherits: dict[str, str], round_: bool) -> None:
    assert goes_round(name, inherits) is round_
    if not round_:
        assert lineage(name, {name: own(name, above) for name, above in inherits.items()})
