"""`circdesk load` as an operator meets it: arguments, exit statuses, what is printed, what is left behind."""

import argparse
import asyncio
from pathlib import Path

import pytest

from core.model.records import Patron
from core.storage.sqlite import SqliteStore
from servers.load import command
from tests.servers.load.given import bib, kept


def circdesk_load(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([str(word) for word in words]))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def bibs(tmp_path: Path) -> Path:
    file = tmp_path / "bibs.mrc"
    file.write_bytes(bib("u1") + bib("u2"))
    return file


def table(folder: Path, text: str) -> Path:
    file = folder / "table.tsv"
    file.write_text(text.replace(" ", "\t"))
    return file


def test_what_was_loaded_is_told_and_loading_again_changes_nothing(
    state: Path, bibs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert circdesk_load("marc", bibs, "--state", state) == 0
    assert circdesk_load("marc", bibs, "--state", state) == 0
    assert capsys.readouterr().out.splitlines() == [
        "marc: 2 read = 2 added + 0 replaced + 0 unchanged + 0 skipped + 0 rejected",
        "marc: 2 read = 0 added + 0 replaced + 2 unchanged + 0 skipped + 0 rejected",
    ]


def test_rejects_are_told_and_do_not_fail_the_load(
    state: Path, bibs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    circdesk_load("marc", bibs, "--state", state)
    items = table(tmp_path, "code bib place\nX1 u1 M/A\nX2 u9 M/A\n")
    maps = ("--map", "barcode=code", "--map", "bib=bib", "--map", "location=place")
    assert circdesk_load("items", items, "--state", state, *maps) == 0
    said = capsys.readouterr().out
    assert "1 rejected" in said
    [rejects] = (state / "rejects").iterdir()
    assert f"rejects: {rejects}" in said
    assert rejects.read_text().splitlines()[1] == f"{items}\t3\tno such bib: u9\tX2\\tu9\\tM/A"


def test_rejects_go_where_the_operator_wants(state: Path, tmp_path: Path) -> None:
    rubbish = table(tmp_path, "rubbish")
    assert circdesk_load("marc", rubbish, "--state", state, "--rejects", tmp_path / "mine.tsv") == 1
    assert "no record terminator" in (tmp_path / "mine.tsv").read_text()


def test_a_dry_run_leaves_no_store_behind(
    state: Path, bibs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert circdesk_load("marc", bibs, "--state", state, "--dry-run") == 0
    assert not state.exists()
    assert capsys.readouterr().out.splitlines()[-1] == "dry run: nothing was kept"


def test_a_dry_run_on_a_store_decides_by_what_is_there(
    state: Path, bibs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    circdesk_load("marc", bibs, "--state", state)
    bibs.write_bytes(bib("u1", "New"))
    assert circdesk_load("marc", bibs, "--state", state, "--dry-run") == 0
    assert "1 replaced" in capsys.readouterr().out
    circdesk_load("marc", bibs, "--state", state)
    assert "1 replaced" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("items", "TABLE"), "items need barcode, bib, location"),
        (("items", "TABLE", "--mapping", "nowhere"), "ready mappings are"),
        (("items", "TABLE", "--map", "colour=x"), "items have no field colour"),
        (("items", "TABLE", "--mapping", "uva-items"), "there is no column"),
        (("items", "nowhere.tsv", "--mapping", "uva-items"), "nowhere.tsv: No such file"),
        (("marc", "nowhere.mrc"), "nowhere.mrc: No such file"),
        (("marc", "TABLE", "--map", "title=245"), "no field to map but control_number"),
        (("marc", "TABLE", "--map", "control_number=1"), "neither a tag"),
        (("marc", "TABLE", "--encoding", "ebcdic"), "ebcdic: MARC is auto, utf-8"),
        (("loans", "TABLE", "--mapping", "concerto-loans", "--time-zone", "Mars"), "Mars: no such time zone"),
    ],
)
def test_what_was_typed_wrongly_is_one_sentence_and_status_2(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    file = table(tmp_path, "code bib place\nX1 u1 M/A\n")
    assert circdesk_load(*(str(file) if word == "TABLE" else word for word in words), "--state", state) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("circdesk load: ")
    assert says in said.err


def test_a_configuration_that_keeps_nothing_is_refused(
    state: Path, bibs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "mine.toml"
    config.write_text('[store]\nkind = "memory"\n')
    assert circdesk_load("marc", bibs, "--state", state, "--config", config) == 2
    assert "keeps nothing" in capsys.readouterr().err


def test_the_configuration_in_the_state_directory_counts(state: Path, bibs: Path) -> None:
    state.mkdir()
    (state / "circdesk.toml").write_text('[store]\nfile = "ours.db"\n')
    assert circdesk_load("marc", bibs, "--state", state) == 0
    assert (state / "ours.db").exists()


async def test_a_pin_is_nowhere_but_hashed(state: Path, tmp_path: Path) -> None:
    """Neither the database nor the rejects hold the PIN, and the hash is the one the server checks."""
    patrons = table(tmp_path, "barcode family pin\nP1 Lee 471108\nP1 Lee 471109\n")
    maps = [word for field in ("barcode", "family", "pin") for word in ("--map", f"{field}={field}")]
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    args = parser.parse_args(["patrons", str(patrons), "--state", str(state), *maps])
    assert await asyncio.to_thread(command.run, args) == 0
    store = SqliteStore.open(state / "circdesk.db")
    [patron] = kept(store, Patron)
    await store.close()
    assert patron.pin.startswith("scrypt$")
    files = [file for file in state.rglob("*") if file.is_file()]
    assert len(files) > 1
    assert not any(b"47110" in file.read_bytes() for file in files)
