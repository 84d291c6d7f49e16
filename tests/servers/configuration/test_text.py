"""The example configuration is a configuration, and the reference says what the declarations say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Struct

import servers
from servers.configuration.demands import key
from servers.configuration.keys import Key, keys_of
from servers.configuration.reading import read_settings
from servers.configuration.settings import FieldPolicy, Settings, SortBin, Terminal
from servers.configuration.text import EXAMPLES, OF_A_PROFILE, default_toml, reference, terminal_text

DOCUMENT = Path(servers.__file__).parent / "configuration" / "README.md"

GENERATED = "<!-- From here on this is servers.configuration.text.reference(). -->"


def _all_keys(table: type[Struct]) -> Iterator[Key]:
    for found in keys_of(table).values():
        yield found
        if found.table is not None:
            yield from _all_keys(found.table)


def test_the_example_says_what_no_file_says(tmp_path: Path) -> None:
    path = tmp_path / "circdesk.toml"
    path.write_text(default_toml())
    assert read_settings(path) == Settings()


def test_the_example_with_its_disabled_tables_is_a_whole_server(tmp_path: Path) -> None:
    path = tmp_path / "circdesk.toml"
    path.write_text(re.sub(r"^#(?=\S)", "", default_toml(), flags=re.MULTILINE))
    read = read_settings(path)
    assert {name: getattr(read, name) for name in EXAMPLES} == {
        name: (one,) for name, one in EXAMPLES.items()
    }


@pytest.mark.parametrize(
    "key", [key for key in _all_keys(Settings) if key.table is None], ids=lambda key: key.name
)
def test_every_key_is_in_the_example_with_its_meaning(key: Key) -> None:
    assert re.search(
        rf"^# {re.escape(key.meaning)}.*\n#?([a-z]+\.)?{key.name} = ", default_toml(), re.MULTILINE
    )


@pytest.mark.parametrize("key", list(_all_keys(Settings)), ids=lambda key: key.name)
def test_every_meaning_is_one_line_that_ends(key: Key) -> None:
    assert key.meaning.isprintable()
    assert key.meaning.endswith(".")
    assert 10 <= len(key.meaning) <= 90


def test_a_key_of_which_nobody_says_what_it_holds_is_our_mistake() -> None:
    class Careless(Struct):
        name: Annotated[str, key("A name without a demand.")] = ""

    with pytest.raises(TypeError, match="in words"):
        keys_of(Careless)


def test_the_document_is_what_the_declarations_say() -> None:
    before, mark, rest = DOCUMENT.read_text(encoding="utf-8").partition(f"{GENERATED}\n\n")
    assert before
    assert mark
    assert rest == reference(), "put there what `circdesk config --reference` prints"


def test_what_a_profile_says_is_explained_once_and_a_terminal_may_say_it_too() -> None:
    profile, terminal = (reference().partition(f"## [[{table}]]")[2] for table in ("profile", "terminal"))
    profile = profile.partition("\n## ")[0]
    terminal = terminal.partition("\n## ")[0]
    assert "| `checkin` |" in profile
    assert "| `checkin` |" not in terminal
    assert OF_A_PROFILE in terminal


def test_rules_are_shown_in_the_example_as_tables_of_their_own() -> None:
    for table in ("sort_bin", "desensitise"):
        assert f"\n#[[profile.{table}]]\n" in default_toml()
        assert f"\n#{table} = " not in default_toml().partition("[[profile]]")[2].partition("[[")[0]


def test_a_rule_and_a_table_of_names_are_written_on_one_line() -> None:
    shown = terminal_text(
        Terminal("k", sort_bin=(SortBin("1"), SortBin("2", medium="006")), fields={"AE": FieldPolicy.MASK}),
        {"sort_bin": "terminal", "fields.AE": "profile ours"},
    )
    assert '\nsort_bin = [{ bin = "1" }, { bin = "2", medium = "006" }] # terminal\n' in shown
    assert re.search(r'\nfields\.AE = "mask" +# profile ours\n', shown)
    assert re.search(r"\nretries = 3 +# default\n", shown)
