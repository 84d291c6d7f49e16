"""What the kit finds in Debian's Zebra and yaz-ztest, case by case: the verdicts kept are found again.

Many build upon them, and neither is ours: each case that one of them fails shows that the case
can fail, and each that it passes, that others pass it.
"""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.runner import Verdict, run
from conformance.target import Z3950, Target
from conformance.z3950.catalogue import CASES
from tests.matrix import proves

KEPT = Path(__file__).parent / "verdicts"
DEADLINE = 2.0
PATIENCE = 20.0
RACES = {"close.cancel-idle", "close.report-idle"}
"""YAZ loses a request that arrives together with a TriggerResourceControl, and answers a later one."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def served(command: list[str], folder: Path) -> Iterator[int]:
    """A server of YAZ's on a port of loopback, until it is not needed."""
    port = free_port()
    process = subprocess.Popen(
        [*command, f"tcp:127.0.0.1:{port}"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE
        while not listens(port):
            assert process.poll() is None
            assert time.monotonic() < until
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE):
            return True
    except ConnectionRefusedError:
        return False


def marc(number: int) -> bytes:
    """A record of ISO 2709 with a number and a title."""
    title = f"{'Computer' if number % 2 else 'Garden'} history, part {number}"
    said = (("001", f"id{number:03}"), ("245", f"10\x1fa{title}"), ("260", "  \x1fc1984"))
    directory, data = "", ""
    for tag, text in said:
        field = f"{text}\x1e"
        directory += f"{tag}{len(field):04}{len(data):05}"
        data += field
    base = 24 + len(directory) + 1
    return f"{base + len(data) + 1:05}nam a22{base:05} a 4500{directory}\x1e{data}\x1d".encode()


def zebra(folder: Path) -> list[str]:
    """Zebra, with a dozen MARC records in its index."""
    (folder / "register").mkdir()
    (folder / "zebra.cfg").write_text(
        "profilePath: /usr/share/idzebra-2.0/tab\n"
        "attset: bib1.att\n"
        "recordType: grs.marc.usmarc\n"
        f"register: {folder}/register:20M\n"
        "database: Default\n"
    )
    (folder / "records").mkdir()
    (folder / "records" / "books.mrc").write_bytes(b"".join(map(marc, range(1, 13))))
    subprocess.run(
        ["zebraidx", "-c", "zebra.cfg", "update", "records"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return ["zebrasrv", "-c", "zebra.cfg"]


async def verdicts(port: int) -> dict[str, str]:
    target = Target(z3950=Z3950("127.0.0.1", port))
    findings = await run(CASES, target, deadline=DEADLINE)
    return {outcome.case.id: outcome.verdict.value for outcome in findings.outcomes}


def kept(name: str) -> dict[str, str]:
    lines = (KEPT / f"{name}.tsv").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def moved(found: dict[str, str], name: str) -> dict[str, tuple[str | None, str | None]]:
    """Every case whose verdict is not the one that is kept."""
    before = kept(name)
    every = (found.keys() | before.keys()) - RACES
    return {
        case: (before.get(case), found.get(case)) for case in every if before.get(case) != found.get(case)
    }


@pytest.mark.needs_tool("zebrasrv")
@proves("the Z39.50 cases find in Zebra and yaz-ztest what they found before")
async def test_zebra_is_found_as_it_was(tmp_path: Path) -> None:
    with served(zebra(tmp_path), tmp_path) as port:
        found = await verdicts(port)
    assert not moved(found, "zebrasrv")


@pytest.mark.needs_tool("yaz-ztest")
@proves("the Z39.50 cases find in Zebra and yaz-ztest what they found before")
async def test_yaz_ztest_is_found_as_it_was(tmp_path: Path) -> None:
    with served(["yaz-ztest"], tmp_path) as port:
        found = await verdicts(port)
    assert not moved(found, "yaz-ztest")


@pytest.mark.parametrize("name", ["zebrasrv", "yaz-ztest"])
def test_a_verdict_is_kept_for_every_case_and_no_other(name: str) -> None:
    assert kept(name).keys() == {case.id for case in CASES} - RACES
    assert set(kept(name).values()) <= {Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE}
