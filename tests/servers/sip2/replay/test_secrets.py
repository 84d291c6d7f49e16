"""Secrets come back to where the stars are, and all that are missing are named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.sip2.replay.exchanges import Exchange
from servers.sip2.replay.secrets import Secrets, SecretsProblem, check, filled, read_secrets

KNOWN = Secrets({"kiosk": "word"}, {"P1": "1234", "*": "0000"}, {"hall": "door"})


@pytest.mark.parametrize(
    ("masked", "whole"),
    [
        ("9300CNkiosk|CO***|AY1AZ****", "9300CNkiosk|COword|AY1AZ****"),
        ("9300CO***|CNkiosk|", "9300COword|CNkiosk|"),
        ("35<date>AOTOWN|AAP1|AC***|AD***", "35<date>AOTOWN|AAP1|ACdoor|AD1234"),
        ("35<date>AOTOWN|AAP2|AD***|", "35<date>AOTOWN|AAP2|AD0000|"),
        ("35<date>AOTOWN|AAP1|AD|", "35<date>AOTOWN|AAP1|AD|"),
        ("35<date>AOTOWN|AAP1|AD99|", "35<date>AOTOWN|AAP1|AD99|"),
    ],
)
def test_a_secret_is_found_by_its_owner(masked: str, whole: str) -> None:
    date = "20260302    093000"
    request = masked.replace("<date>", date).encode()
    assert filled(request, "hall", KNOWN).decode() == whole.replace("<date>", date)


def test_all_that_are_missing_are_named_at_once() -> None:
    requests = (b"9300CNeast|CO***|", b"35AAP1|AD***|", b"35AAP2|AD***|AC***|", b"35AAP2|AD***|", b"99")
    exchanges = [Exchange(n, "gate", request, None) for n, request in enumerate(requests)]
    with pytest.raises(SecretsProblem, match="hides CO of east, AD of P1, AD of P2; name a file"):
        check(exchanges, Secrets(terminals={"gate": "x"}))


def test_nothing_is_missing_where_all_are_known() -> None:
    check([Exchange(1, "hall", b"9300CNkiosk|CO***|", None)], KNOWN)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("secrets.toml", '[CO]\nkiosk = "word"\n[AD]\nP1 = "1234"\n"*" = "0000"\n[AC]\nhall = "door"\n'),
        (
            "secrets.json",
            '{"CO": {"kiosk": "word"}, "AD": {"P1": "1234", "*": "0000"}, "AC": {"hall": "door"}}',
        ),
    ],
)
def test_a_file_of_secrets_is_toml_or_json(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert read_secrets(path) == KNOWN


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("s.toml", b"[CO"),
        ("s.toml", b"\xff"),
        ("s.toml", b"[CO]\nkiosk = 3\n"),
        ("s.toml", b"[AE]\nP1 = 'x'\n"),
        ("s.json", b"[]"),
        ("s.json", b"{"),
        ("s.json", b'{"AD": {"P1": 1234}}'),
    ],
)
def test_what_is_no_file_of_secrets_is_said_and_not_quoted(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(
        SecretsProblem, match=r"is no file of secrets: tables CO, AD and AC of names and words$"
    ):
        read_secrets(path)


def test_secrets_are_not_printed() -> None:
    assert repr(KNOWN) == "Secrets(***)"
