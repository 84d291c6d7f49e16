"""What stands behind the stars of a recording: PINs and passwords, from a file or from the command line.

    [CO]                # passwords, by login user
    kiosk-1 = "…"
    [AD]                # PINs, by card; * is every other card
    "*" = "1234"
    [AC]                # terminal passwords, by the recording's name of the terminal

The rule it keeps: nothing is sent while one is missing, and none is ever shown.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, field

from servers.sip2.masking import split_trailer
from servers.sip2.replay.exchanges import Exchange

ANYBODY: Final = "*"
_MASKED: Final = re.compile(rb"(AC|AD|CO)\*\*\*(?=\||\Z)")
_OWNER: Final = {"CO": b"CN", "AD": b"AA"}


class SecretsProblem(Exception):
    """The secrets cannot be had; the sentence says why."""


class Secrets(Struct, frozen=True, forbid_unknown_fields=True):
    """By field, then by whose it is. Its printed form says nothing."""

    passwords: Mapping[str, str] = field(name="CO", default_factory=dict)
    pins: Mapping[str, str] = field(name="AD", default_factory=dict)
    terminals: Mapping[str, str] = field(name="AC", default_factory=dict)

    def __repr__(self) -> str:
        return "Secrets(***)"

    def of(self, field_id: str, owner: str) -> str | None:
        """The secret of this owner; None if it is not known."""
        known = {"CO": self.passwords, "AD": self.pins, "AC": self.terminals}[field_id]
        return known.get(owner, known.get(ANYBODY))


def read_secrets(path: Path) -> Secrets:
    """A file of secrets, JSON by its name or else TOML. Raises `SecretsProblem` and `OSError`."""
    content = path.read_bytes()
    try:
        if path.suffix == ".json":
            return msgspec.json.decode(content, type=Secrets)
        return msgspec.convert(tomllib.loads(content.decode()), Secrets)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SecretsProblem(
            f"{path} is no file of secrets: tables CO, AD and AC of names and words"
        ) from None


def filled(request: bytes, terminal: str, secrets: Secrets) -> bytes:
    """The request with its secrets in place of the stars. Raises `SecretsProblem` if one is not known."""

    def known(found: re.Match[bytes]) -> bytes:
        field_id = found[1].decode()
        owner = _owner(request, field_id, terminal)
        secret = secrets.of(field_id, owner)
        if secret is None:
            raise SecretsProblem(f"{field_id} of {owner or ANYBODY}")
        return found[1] + secret.encode()

    content, trailer = split_trailer(request)
    return _MASKED.sub(known, content) + trailer


def check(exchanges: Iterable[Exchange], secrets: Secrets) -> None:
    """Raises `SecretsProblem` that names every secret which is missing."""
    missing: dict[str, None] = {}
    for exchange in exchanges:
        try:
            filled(exchange.request, exchange.terminal, secrets)
        except SecretsProblem as problem:
            missing[str(problem)] = None
    if missing:
        raise SecretsProblem(f"the recording hides {', '.join(missing)}; name a file with --secrets FILE")


def value(request: bytes, field_id: bytes) -> bytes | None:
    """The value of an identified field behind the first delimiter or at the end of the fixed part."""
    found = re.search(rb"(?:\A\d\d[^|]*?|\|)" + field_id + rb"([^|]*)", request)
    return found[1] if found else None


def _owner(request: bytes, field_id: str, terminal: str) -> str:
    if field_id not in _OWNER:
        return terminal
    return (value(split_trailer(request)[0], _OWNER[field_id]) or b"").decode("utf-8", "replace").strip()
