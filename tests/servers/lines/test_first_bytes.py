"""First bytes: what kiosks, browsers, balancers and scanners send first, and what it is taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.lines.first_bytes import Spoken, spoken

CLIENT_HELLO = bytes.fromhex("16030100c8010000c40303")


@pytest.mark.parametrize(
    ("said", "taken_for"),
    [
        (CLIENT_HELLO, Spoken.TLS),
        (CLIENT_HELLO[:2], Spoken.TLS),
        (CLIENT_HELLO[:1], Spoken.TLS),
        (b"\x16\x02\x00", Spoken.OTHER),
        (b"\x15\x03\x01\x00\x02\x02\x28", Spoken.OTHER),
        (b"\x80\x2e\x01\x00\x02", Spoken.OTHER),
        (b"9300CNkiosk|COword|AY0AZF5A7\r", Spoken.SIP2),
        (b"9900802.00\r", Spoken.SIP2),
        (b"9", Spoken.SIP2),
        (b"\r\n9900802.00\r\n", Spoken.SIP2),
        (b"\n9900802.00\n", Spoken.SIP2),
        (b"\x009900802.00\r", Spoken.SIP2),
        (b"\xff\xfd\x03\xff\xfb\x18\r\n93", Spoken.SIP2),
        (b"\xff\xfd\xff9900", Spoken.SIP2),
        (b"\xff\xfd\x03", Spoken.OTHER),
        (b"\r\n", Spoken.OTHER),
        (b"GET / HTTP/1.1\r\n", Spoken.HTTP),
        (b"OPTIONS * HTTP/1.1\r\n", Spoken.HTTP),
        (b"PRI * HTTP/2.0\r\n", Spoken.HTTP),
        (b"GETAWAY", Spoken.OTHER),
        (b"PROXY TCP4 192.0.2.7 192.0.2.1 1024 6443\r\n", Spoken.PROXY),
        (b"PROXY UNKNOWN\r\n", Spoken.PROXY),
        (b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c", Spoken.PROXY),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Spoken.OTHER),
        (b"EHLO example.org\r\n", Spoken.OTHER),
        (b"9\xff", Spoken.OTHER),
    ],
)
def test_what_is_said_first_tells_what_is_spoken(said: bytes, taken_for: Spoken) -> None:
    assert spoken(said) is taken_for


@given(st.binary(min_size=3))
def test_only_a_handshake_is_taken_for_tls(said: bytes) -> None:
    assert (spoken(said) is Spoken.TLS) == said.startswith(b"\x16\x03")
