"""The search page in a browser: shown as it was meant, by a client that keeps to what it is told."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import subprocess
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from lxml import html

from servers.app import Server
from tests.fakes.world import KIOSK
from tests.matrix import proves
from tests.servers.sru.served import PATIENCE, serving, wire

pytestmark = pytest.mark.needs_tool("chromium")

HEADER = (0x1F, 0x4E, 0x5F)
"""The colour of the head of every page, which only the stylesheet knows."""


class Browser(NamedTuple):
    """A browser without a window, in a folder of its own, that trusts the server's key and no other."""

    folder: Path
    address: str
    key: str

    async def __call__(self, path: str, *options: str) -> tuple[str, str]:
        """What it writes, and what it complains of."""
        command = (
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--hide-scrollbars",
            "--enable-logging=stderr",
            f"--user-data-dir={self.folder / 'profile'}",
            f"--ignore-certificate-errors-spki-list={self.key}",
            *options,
            f"{self.address}{path}",
        )
        done = await asyncio.to_thread(
            subprocess.run,
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=True,
        )
        return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)

    async def picture(self, path: str, width: int, height: int) -> bytes:
        """The page as it looks, a PNG."""
        file = self.folder / "page.png"
        await self(path, f"--window-size={width},{height}", f"--screenshot={file}")
        return file.read_bytes()


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server with the town's catalogue."""
    async with serving(tmp_path / "state") as running:
        yield running


@pytest.fixture
def browser(server: Server, tmp_path: Path) -> Browser:
    """A browser at its page."""
    there = wire(server)
    certificate = load_pem_x509_certificate(server.https_tls.certificate.read_bytes())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    spki = base64.b64encode(hashlib.sha256(key).digest()).decode()
    return Browser(tmp_path, f"https://{there.host}:{there.port}", spki)


@proves("a page is whole without scripts, and shown by a browser")
async def test_a_browser_shows_hits_with_what_is_on_the_shelf_now(server: Server, browser: Browser) -> None:
    server.desk.check_out(KIOSK, "P1", "I1")
    written, complaints = await browser("/?q=emma&in=title", "--dump-dom")
    page: Any = html.document_fromstring(written)
    assert page.xpath("string(//h1)") == "1 title for emma"
    assert [" ".join(place.text_content().split()) for place in page.xpath("//ul[@class='places']/li")] == [
        "Available Central Library, Main stacks PR4034 .E5 1 of 2 in"
    ]
    assert complaints == ""


@proves("a page is whole without scripts, and shown by a browser")
@pytest.mark.parametrize(("width", "height"), [(1200, 900), (500, 900)])
async def test_the_page_has_its_style_in_any_width(browser: Browser, width: int, height: int) -> None:
    picture = await browser.picture("/?q=austen&in=author", width, height)
    chunks = dict(_chunks(picture))
    assert int.from_bytes(chunks[b"IHDR"][:4]) == width
    assert int.from_bytes(chunks[b"IHDR"][4:8]) == height
    pixels = zlib.decompressobj().decompress(
        b"".join(data for name, data in _chunks(picture) if name == b"IDAT")
    )
    assert tuple(pixels[1:4]) == HEADER, "the first pixel is the same under every filter (PNG, 9.2)"


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG: length, name, data, checksum (5.3)."""
    found, at = [], 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += length + 12
    return found
