"""The house of the demonstration: its configuration, made from `library.toml`, and the secrets that open it.

The rule it keeps: a secret is made by chance, in each state directory anew; the configuration holds
hashes only.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from string import Template

from servers.credentials import ScryptCredentials

TERMINALS = {
    "kiosk-main": "self-check in the entrance hall of the Central Library",
    "kiosk-east": "self-check of the Eastgate Library",
    "sorter-main": "sorter behind the book drop; has a certificate too",
    "staff-main": "staff station at the information desk",
    "booking-main": "lends computers: asks for patrons, takes money",
}
"""The machines of `library.toml`, and what they are."""

CERTIFIED = "sorter-main"
"""The terminal that has a certificate."""

SELF_CHECK = "kiosk-main"
"""The terminal that the facts speak of."""

_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
"""What cannot be mistaken when it is read from a screen and typed."""

_TEMPLATE = Path(__file__).with_name("library.toml")


def new_passwords() -> dict[str, str]:
    """A password for each terminal."""
    return {name: "-".join(_some(4) for _ in range(3)) for name in TERMINALS}


def new_pin() -> str:
    """The PIN of every patron."""
    return f"{secrets.randbelow(9000) + 1000}"


def hashed(secret: str) -> str:
    """The slow hash of a secret."""
    credentials = ScryptCredentials(time.monotonic)
    try:
        return credentials.hash(secret)
    finally:
        credentials.close()


def configuration(passwords: Mapping[str, str]) -> str:
    """The text of `circdesk.toml`."""
    hashes = {name.replace("-", "_"): hashed(password) for name, password in passwords.items()}
    return Template(_TEMPLATE.read_text("utf-8")).substitute(hashes)


def _some(count: int) -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(count))
