"""The front page has two walks, through the store and through the catalogue: each command works, in order."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.cli import main as conformance
from core.model.records import ItemStatus
from servers.cli import main
from servers.demo.facts import write_facts
from servers.demo.things import ready_items, ready_patrons
from tests.matrix import proves
from tests.servers.demo.given import Running

FRONT = Path(__file__).parents[3] / "README.md"
STORAGE = "### Try: an item comes out of storage\n"
CATALOGUE = "### Try: search the catalogue\n"
AT_HOME = ItemStatus.AVAILABLE


def commands(title: str) -> Iterator[list[str]]:
    """What is to be typed, word by word."""
    section = FRONT.read_text("utf-8").partition(title)[2].partition("\n#")[0]
    for line in re.findall(r"^    (\S.*)$", section, re.MULTILINE):
        yield shlex.split(line, comments=True)


def typed(words: list[str], running: Running) -> int:
    """The exit status of the command."""
    program, *rest = words
    if program == "./run" and rest[0] == "decode":
        return main(rest)
    if program == "./run":
        return main([*rest, "--state", str(running.state)])
    assert program == ".venv/bin/circdesk-conformance"
    return conformance(rest)


@proves(
    "an item comes out of the demonstration's store and goes back",
    "the demonstration speaks NCIP, and its facts say to whom",
)
async def test_an_item_comes_out_of_storage_as_the_front_page_says(
    running: Running, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_facts(running.facts, running.state, None)
    library, barcode = running.server.desk.library, running.built.cases["item_remote"]
    shelf = tmp_path / "shelf"
    shelf.write_text(f"{barcode}\n")
    (tmp_path / "requests").mkdir()
    meant = {
        "ITEM": barcode,
        "PATRON": next(ready_patrons(running.server.desk, running.built)).barcode,
        "PIN": running.built.pin,
        "FOLDER": str(tmp_path / "requests"),
        "SHELF": str(shelf),
        "STATE/facts.json": str(running.state / "facts.json"),
    }
    seen = []
    for words in commands(STORAGE):
        status = await asyncio.to_thread(typed, [meant.get(word, word) for word in words], running)
        assert status == 0, (words, capfd.readouterr())
        item = library.item(barcode)
        assert item is not None
        seen.append(item.status)
    shelved, lent, away = ItemStatus.ON_HOLD_SHELF, ItemStatus.ON_LOAN, ItemStatus.IN_TRANSIT
    assert seen == [AT_HOME, AT_HOME, shelved, shelved, lent, away, AT_HOME, AT_HOME, AT_HOME, shelved]


@proves("the demonstration's catalogue is searched, and its facts say where")
async def test_what_is_lent_is_seen_in_the_catalogue_as_the_front_page_says(
    running: Running, capfd: pytest.CaptureFixture[str]
) -> None:
    write_facts(running.facts, running.state, None)
    desk = running.server.desk
    item, patron = next(ready_items(desk, running.built)), next(ready_patrons(desk, running.built))
    meant = {"ITEM": item.barcode, "PATRON": patron.barcode, "PIN": running.built.pin}
    said = []
    for words in commands(CATALOGUE):
        typed_so = [re.sub("|".join(meant), lambda found: meant[found[0]], word) for word in words]
        status = await asyncio.to_thread(typed, typed_so, running)
        said.append(capfd.readouterr().out)
        assert status == 0, (words, said[-1])
    _, before, _, after, *_ = said
    assert "on loan until" in after
    assert after.count("on loan until") == before.count("on loan until") + 1
