"""A real library, loaded by the command and served: what its tables say of loans and holds, SIP2 says too."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.cli import main
from tests.walks.conftest import end
from tests.walks.given import Server, information, item_information, prepare, settings

ALL_LISTS = "YYYYYY"


def rows(path: Path) -> list[dict[str, str]]:
    """A table as it was exported."""
    with path.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def concerto(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Concerto in a state directory of its own, and a server on it."""
    state = tmp_path_factory.mktemp("concerto") / "state"
    prepare(state)
    for name in ("circdesk.db", "circdesk.db-wal", "circdesk.db-shm"):
        (state / name).unlink(missing_ok=True)
    folder = real_data / "concerto"
    assert main(["load", "marc", str(folder / "bibs.mrc"), "--state", str(state)]) == 0
    for kind in ("items", "patrons", "loans", "holds"):
        told = [
            "load",
            kind,
            str(folder / f"{kind}.tsv"),
            "--mapping",
            f"concerto-{kind}",
            "--state",
            str(state),
        ]
        assert main(told) == 0
    (state / "circdesk.toml").write_text(settings({}).replace("Europe/Berlin", "America/New_York"), "utf-8")
    server = Server(state)
    try:
        yield server.start()
    finally:
        end(server)


def test_every_borrower_has_the_loans_of_the_table(concerto: Server, real_data: Path) -> None:
    folder = real_data / "concerto"
    patrons = {row["id"]: row["barcode"] for row in rows(folder / "patrons.tsv") if row["deleted"] == "0"}
    items = {row["id"]: row["barcode"] for row in rows(folder / "items.tsv")}
    loans: dict[str, set[str]] = defaultdict(set)
    for row in rows(folder / "loans.tsv"):
        if not row["checkin_time"]:
            loans[patrons[row["usr"]]].add(items[row["target_copy"]])
    with concerto.kiosk() as kiosk:
        for patron, lent in loans.items():
            answer = kiosk.ask(information(patron, ALL_LISTS, pin=""))
            assert set(answer.every("AU")) == lent
            assert int(answer.fixed["charged"]) == len(lent)


def test_every_patron_who_waits_has_as_many_holds_as_were_loaded(concerto: Server, real_data: Path) -> None:
    folder = real_data / "concerto"
    patrons = {row["id"]: row["barcode"] for row in rows(folder / "patrons.tsv") if row["deleted"] == "0"}
    holds: dict[str, int] = defaultdict(int)
    for row in rows(folder / "holds.tsv"):
        is_open = not row["fulfillment_time"] and not row["cancel_time"]
        if is_open and row["hold_type"] != "M" and row["usr"] in patrons:
            holds[patrons[row["usr"]]] += 1
    with concerto.kiosk() as kiosk:
        for patron, wanted in holds.items():
            answer = kiosk.ask(information(patron, ALL_LISTS, pin=""))
            assert int(answer.fixed["hold"]) + int(answer.fixed["unavailable hold"]) == wanted


def test_a_lost_item_is_lost_and_its_title_is_told(concerto: Server) -> None:
    with concerto.kiosk() as kiosk:
        answer = kiosk.ask(item_information("CONC4000037"))
        assert (answer.fixed["circulation status"], answer.first("AJ")) == ("12", "Le concerto")
