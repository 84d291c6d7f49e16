"""The front page says what is so: its messages, commands and links are those of the code."""

import re
from pathlib import Path

import pytest

from protocols.sip2.messages import DECLARATIONS, Direction
from servers.cli import COMMANDS

ROOT = Path(__file__).parent.parent
READMES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
FRONT = (ROOT / "README.md").read_text("utf-8")


def test_the_table_of_messages_has_every_request_and_no_other() -> None:
    told = set(re.findall(r"^\| (\d\d) ", FRONT, re.MULTILINE))
    known = {code for code, made in DECLARATIONS.items() if made.message.direction is Direction.TO_ACS}
    assert told == known


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_shown_is_one_of_ours(readme: Path) -> None:
    shown = re.findall(r"^ *(?:\./run|circdesk) ([a-z][a-z0-9]*)", readme.read_text("utf-8"), re.MULTILINE)
    assert set(shown) <= {*COMMANDS, "tools"}


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(readme: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", readme.read_text("utf-8")):
        if "://" not in target:
            assert (readme.parent / target).exists(), target


@pytest.mark.parametrize("folder", ["core", "protocols", "servers", "conformance", "certs"])
def test_every_room_named_in_a_table_exists(folder: str) -> None:
    text = (ROOT / folder / "README.md").read_text("utf-8")
    for name in re.findall(r"^\|[^|]*`([\w/]+\.py|[\w/]+/)`", text, re.MULTILINE):
        assert (ROOT / folder / name).exists() or (ROOT / folder / "sip2" / name).exists(), name
