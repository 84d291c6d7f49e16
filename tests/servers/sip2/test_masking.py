"""No password and no PIN is left in a masked message, nor the checksum that tells what they add up to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.sip2.fields import SECRET
from protocols.sip2.messages import DECLARATIONS
from servers.sip2.masking import SECRETS, masked, split_trailer

WITH_SECRETS = sorted(
    code for code, made in DECLARATIONS.items() if any(slot.field.shape is SECRET for slot in made.slots)
)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("9300CNkiosk|COword|AY1AZF123", "9300CNkiosk|CO***|AY1AZ****"),
        ("9300CNkiosk|COword|CPhall|", "9300CNkiosk|CO***|CPhall|"),
        ("9300COword|CNkiosk|AY1AZF123", "9300CO***|CNkiosk|AY1AZ****"),
        ("93COword|CNkiosk|", "93CO***|CNkiosk|"),
        ("9300CNkiosk|COword", "9300CNkiosk|CO***"),
        ("9300CNkiosk|COwordAY1AZF123", "9300CNkiosk|CO***AY1AZ****"),
        ("9300CNkiosk|COwordAY1", "9300CNkiosk|CO***"),
        ("9300CNkiosk|COwo|rd|CPhall|", "9300CNkiosk|CO***|CPhall|"),
        ("9300CNkiosk|COwo|r|d|AY1AZF123", "9300CNkiosk|CO***|AY1AZ****"),
        ("9300COwo|rd|CNkiosk|", "9300CO***|CNkiosk|"),
        ("9300CNkiosk|CO|rest|", "9300CNkiosk|CO***|"),
        ("9300CNkiosk|CO|", "9300CNkiosk|CO|"),
        ("3520260302    093000AOTOWN|AAP1|ACx|AD1234|", "3520260302    093000AOTOWN|AAP1|AC***|AD***|"),
        ("7720260302AD1234|", "7720260302AD***|"),
        ("941AY1AZFDFC", "941AY1AZFDFC"),
        ("9900802.00AY1AZFCA0", "9900802.00AY1AZFCA0"),
        ("9300CNkiosk|CO***|AY1AZ****", "9300CNkiosk|CO***|AY1AZ****"),
        ("", ""),
    ],
)
def test_of_a_secret_that_there_was_one_is_left(line: str, shown: str) -> None:
    assert masked(line.encode()).decode() == shown


def test_another_delimiter_is_no_way_out() -> None:
    assert masked(b"9300CNkiosk^COword^AY1AZF123", b"^") == b"9300CNkiosk^CO***^AY1AZ****"


@pytest.mark.parametrize("code", WITH_SECRETS)
@given(
    lost=st.integers(0, 8),
    gap=st.sampled_from(["|", "||", "| |"]),
    end=st.sampled_from(["", "|", "|AY1AZF123", "AY1AZF123", "|AY1", "|AZ0000"]),
    secret=st.sampled_from(["canary", "canary|canary", "AYcanary", "canaryAZ1234canary", "|canary"]),
)
def test_no_secret_of_any_message_is_left(code: str, lost: int, gap: str, end: str, secret: str) -> None:
    """Nor when columns of the fixed part are lost, delimiters doubled, or the last one left out."""
    declaration = DECLARATIONS[code]
    fields = [
        slot.field.id + (secret if slot.field.id.encode() in SECRETS else "value")
        for slot in declaration.slots
    ]
    fixed = code + "0" * max(declaration.fixed_length - 2 - lost, 0)
    assert b"canary" not in masked((fixed + gap.join(fields) + end).encode())


@pytest.mark.parametrize(
    ("line", "content", "trailer"),
    [
        (b"941AY1AZFDFC", b"941", b"AY1AZFDFC"),
        (b"97AZFEF5", b"97", b"AZFEF5"),
        (b"36Y|AY3", b"36Y|", b"AY3"),
        (b"36YAOAY3", b"36YAOAY3", b""),
        (b"36Y|", b"36Y|", b""),
    ],
)
def test_what_came_around_a_message_is_split_off(line: bytes, content: bytes, trailer: bytes) -> None:
    assert split_trailer(line) == (content, trailer)
