"""The README tells every field, mapping and argument there is, and its commands can be typed."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from servers.load import command
from servers.load.fields import TABLES, Kind
from servers.load.mapping import ready_mappings

README = (Path(command.__file__).parent / "README.md").read_text()


@pytest.mark.parametrize("kind", TABLES.values(), ids=list(TABLES))
def test_every_field_of_a_kind_is_in_its_table(kind: Kind) -> None:
    section = README.partition(f"### {kind.name}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)`(\*?) \|", section, re.MULTILINE)
    assert [name for name, _ in rows] == list(kind.fields)
    assert [name for name, star in rows if star] == list(kind.required)


def test_every_ready_mapping_is_named() -> None:
    assert [name for name in ready_mappings() if f"`{name}`" not in README] == []


def test_every_argument_is_told() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    command.add_arguments(parser)
    options = [option for action in parser._actions for option in action.option_strings]
    assert [option for option in options if f"`{option}" not in README] == []


def test_every_command_can_be_typed() -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    typed = re.findall(r"^(?:\./run|circdesk) load ((?:.*\\\n)*.*)$", README, re.MULTILINE)
    assert len(typed) >= 7
    for words in typed:
        args = parser.parse_args(shlex.split(words.replace("\\\n", " ")))
        assert args.mapping in (None, *ready_mappings()) or args.mapping.endswith(".toml")
