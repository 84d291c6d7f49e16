"""A storage facility beside a whole server: both in processes of their own, with TLS both ways.

Rule: it is operated as a person operates it, by what is typed, and seen by the lines that it writes.
"""

from __future__ import annotations

import subprocess
import sys
from http.client import HTTPSConnection
from pathlib import Path

from certs.issue import ensure_server
from conformance.wire.ncip import V2_0, Reply, read
from tests.walks.given import PASSWORD, PATIENCE, REPOSITORY, Server, ended, hashed, wait_until

DESK = "MAIN.DEPOT_DESK"
NCIP_PATH = "/view/NCIPServlet"


def configuration(responder: str = "") -> str:
    """What a server is told of the depot, and of a broker that may look at items."""
    return f"""
[[location]]
code = "MAIN/DEPOT"
name = "Depot"
remote = true
[[ncip_agency]]
code = "STORE"
aliases = ["TOWN"]
profiles = ["DEPOT"]
secret = "{hashed(PASSWORD)}"
[[ncip_agency]]
code = "BROKER"
addresses = ["127.0.0.0/8"]
services = ["LookupItem", "LookupRequest"]
[[remote_storage]]
profile = "DEPOT"
locations = ["MAIN/DEPOT"]
desks = ["{DESK}", "EAST.DESK"]
shelve_into = "MAIN/DEPOT"
{responder}
"""


def listening(server: Server, url: str) -> None:
    """Let the server tell a facility at this address what leaves it, from now on."""
    secret = server.state / "store-secret"
    secret.write_text(PASSWORD + "\n")
    table = "\n".join(
        (
            f'responder.url = "{url}"',
            f'responder.secret_file = "{secret}"',
            f'responder.tls_ca = "{server.authority}"',
            "responder.timeout = 10",
        )
    )
    path = server.state / "circdesk.toml"
    written = path.read_text("utf-8")
    before = written.partition("responder.url")[0]
    assert configuration() in written or before != written
    path.write_text(written.replace(configuration(), configuration(table)), "utf-8")
    server.reload()
    assert "reload-refused" not in server.log


def lookup(server: Server, barcode: str) -> Reply:
    """What a broker is told of an item over NCIP."""
    header = (
        "<InitiationHeader><FromAgencyId><AgencyId>BROKER</AgencyId></FromAgencyId>"
        "<ToAgencyId><AgencyId>TOWN</AgencyId></ToAgencyId></InitiationHeader>"
    )
    item = f"<ItemId><ItemIdentifierValue>{barcode}</ItemIdentifierValue></ItemId>"
    kinds = "".join(
        f"<ItemElementType>{kind}</ItemElementType>" for kind in ("Circulation Status", "Location")
    )
    body = V2_0.written(f"<LookupItem>{header}{item}{kinds}</LookupItem>").encode()
    connection = HTTPSConnection(server.host, server.https_port, context=server.context(), timeout=PATIENCE)
    try:
        connection.request("POST", NCIP_PATH, body, {"Content-Type": "application/xml"})
        reply = read(connection.getresponse().read())
    finally:
        connection.close()
    assert not reply.problems, reply.problems
    return reply


class Annex:
    """`circdesk-conformance facility`, with these items on its shelf."""

    def __init__(self, server: Server, folder: Path, *items: str) -> None:
        folder.mkdir(exist_ok=True)
        self.inventory = folder / "inventory.txt"
        self.requests = folder / "requests"
        self.requests.mkdir()
        self.inventory.write_text("".join(f"{item}\n" for item in items), "utf-8")
        self._server = server
        self._output = folder / "said.txt"
        self._output.touch()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    @property
    def said(self) -> str:
        """All that it wrote, over all its starts."""
        return self._output.read_text("utf-8")

    def command(self, *options: str) -> list[str]:
        """How it is started."""
        ncip = f"https://{self._server.host}:{self._server.https_port}{NCIP_PATH}"
        return [
            *(sys.executable, "-m", "conformance.cli", "facility", "--inventory", str(self.inventory)),
            *("--requests", str(self.requests), "--every", "0.05", "--ncip", ncip, "--agency", "TOWN"),
            *(
                "--profile",
                "DEPOT",
                "--desk",
                DESK,
                "--secret",
                PASSWORD,
                "--ca",
                str(self._server.authority),
            ),
            *options,
        ]

    def start(self, port: int = 0, *options: str) -> Annex:
        """Start it, listening with the server's own certificate; returns when it listens."""
        files = ensure_server(self._server.state)
        hears = ("--listen", f":{port}", "--expect", PASSWORD)
        tls = ("--listen-cert", str(files[0]), "--listen-key", str(files[1]))
        before = self.said.count("listening on ")
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                self.command(*hears, *tls, *options),
                cwd=REPOSITORY,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: self.said.count("listening on ") > before, f"it listens: {self.said}")
        self.url = self.said.rpartition("listening on ")[2].split()[0]
        return self

    def type(self, line: str) -> None:
        """What its operator types."""
        assert self._process is not None, "running"
        assert self._process.stdin is not None, "a pipe"
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def until(self, what: str, times: int = 1) -> None:
        """Return when it has said this, so often."""
        wait_until(lambda: self.said.count(f" {what}\n") >= times, f"it says {what!r}")

    def once(self, *options: str) -> tuple[int, str]:
        """Let it do what is asked for now; returns its exit status and what it said."""
        done = subprocess.run(
            self.command("--once", *options), cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE
        )
        return done.returncode, done.stdout + done.stderr

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            process, self._process = self._process, None
            with process:
                ended(process)
