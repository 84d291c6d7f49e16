"""The tools as they are typed, each a program of its own: a visit at the kiosk, its record replayed."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.matrix import proves
from tests.walks.given import PASSWORD, PATIENCE, PIN, REPOSITORY, USER, Server


def circdesk(*words: str) -> list[str]:
    """The command line of a tool."""
    return [sys.executable, "-m", "servers.cli", *words]


def there(server: Server, option: str = "--target") -> tuple[str, ...]:
    """The options that name the server and log in."""
    login = ("--user", USER, "--password", PASSWORD, "--institution", "TOWN")
    return (option, f"{server.host}:{server.port}", "--ca", str(server.authority), *login)


def run(words: list[str], typed: str = "") -> subprocess.CompletedProcess[str]:
    """A tool from start to end, with these lines on its standard input."""
    return subprocess.run(
        words, cwd=REPOSITORY, input=typed, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@proves(
    "a whole visit at the command line", "a pasted message decoded", "recorded traffic replayed and compared"
)
def test_a_visit_is_scripted_recorded_decoded_and_replayed(server: Server, tmp_path: Path) -> None:
    record, secrets = tmp_path / "visit.sip2", tmp_path / "secrets.toml"
    secrets.write_text(f'[AD]\n"*" = "{PIN}"\n')
    typed = "\n".join(("P11", PIN, "borrow", "I51", "", "return", "I51", "", "finish", "quit", ""))
    visit = run(circdesk("kiosk", *there(server), "--record", str(record)), typed)
    assert (visit.returncode, visit.stderr) == (0, "")
    assert "✓ Emma  due " in visit.stdout
    assert "Returned: 1" in visit.stdout

    decoded = run(circdesk("decode", "--plain"), record.read_text("utf-8"))
    assert (decoded.returncode, decoded.stderr) == (0, "")
    assert "message\t11\tCheckout\tterminal to library\n" in decoded.stdout

    words = ("--secrets", str(secrets), "--compare", "--now")
    replayed = run(circdesk("replay", str(record), *there(server, "--against"), *words))
    assert (replayed.returncode, replayed.stderr) == (0, ""), replayed.stdout
    assert " answered as recorded, 0 otherwise" in replayed.stdout

    for text in (visit.stdout, record.read_text("utf-8"), decoded.stdout, replayed.stdout):
        assert PIN not in text
        assert PASSWORD not in text


def test_a_person_sees_pages_and_types_the_pin_unseen(server: Server) -> None:
    """On a terminal: the screen is cleared, the PIN is not echoed, and pages wait to be read."""
    ours, theirs = pty.openpty()
    screen = Screen(ours)
    words = circdesk("kiosk", *there(server), "--width", "30")
    settings = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    with subprocess.Popen(
        words,
        cwd=REPOSITORY,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=settings,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            for prompt, answer in (
                ("Scan your card", "P12"),
                ("PIN", PIN),
                ("Your choice", "borrow"),
                ("Scan an item", "I52"),
                ("Scan an item", ""),
                ("Press Enter", ""),
                ("Your choice", "0"),
                ("Press Enter", ""),
                ("Scan your card", "quit"),
            ):
                screen.wait_for(prompt)
                screen.type(answer)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
            os.close(ours)
    assert PIN not in screen.text
    assert "\x1b[2J" in screen.text
    assert "Borrowed: 1" in screen.text
    assert "1 Borrow\r\n" in screen.text, "one entry a line"


class Screen:
    """The other end of a terminal: what is on it, and keys."""

    def __init__(self, descriptor: int) -> None:
        self.text = ""
        self._descriptor = descriptor
        self._seen = 0

    def wait_for(self, words: str) -> None:
        """Return when these words have come since the last time."""
        until = time.monotonic() + PATIENCE
        while (place := self.text.find(words, self._seen)) < 0:
            assert select.select([self._descriptor], [], [], until - time.monotonic())[0], self.text
            self.text += os.read(self._descriptor, 65536).decode("utf-8", "replace")
        self._seen = place + len(words)

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._descriptor, line.encode() + b"\n")
