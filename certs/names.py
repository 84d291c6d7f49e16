"""What a certificate may be made out to. A name is checked before it reaches a file name or an extension."""

import ipaddress
import re
import socket
from collections.abc import Sequence

from cryptography import x509

from certs.error import CertificateError

ServerName = x509.DNSName | x509.IPAddress

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_TERMINAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
_LONGEST_DNS_NAME = 253  # RFC 1035, 2.3.4, without the root's own octet
_LONGEST_TERMINAL = 63  # one DNS label; below the 64 characters of ub-common-name (RFC 5280, A.1)
_TAKEN = frozenset({"ca", "server"})  # the stems of the authority's and the server's own files


def server_name(text: str) -> ServerName:
    """Return `text` as a subject alternative name: an IP address, or a DNS name in lower-case A-labels.

    Raises CertificateError where it is neither. A wildcard may stand for the leftmost label only.
    """
    try:
        address = ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return x509.DNSName(_dns_name(text))
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        raise CertificateError(
            f"{text!r} carries a zone, which no certificate can: leave out what follows '%'."
        )
    return x509.IPAddress(address)


def server_names(asked: Sequence[str]) -> tuple[ServerName, ...]:
    """Return the names that were asked for, then those every server here answers to, each once."""
    texts = [*asked, "localhost", host_name(), "127.0.0.1", "::1"]
    return tuple(dict.fromkeys(map(server_name, texts)))


def host_name() -> str:
    """Return this machine's own name, or `localhost` where the system has none that could be certified."""
    try:
        return _dns_name(socket.gethostname())
    except CertificateError:
        return "localhost"


def terminal_name(text: str) -> str:
    """Return `text` if a terminal may be called so; it becomes the file name, the CN and the DNS name.

    Raises CertificateError otherwise: letters, digits, `_`, `-` and single dots inside, at most 63.
    """
    if len(text) > _LONGEST_TERMINAL or not _TERMINAL.fullmatch(text):
        raise CertificateError(
            f"{text[:80]!r} cannot name a terminal: use up to {_LONGEST_TERMINAL} ASCII letters, digits, "
            "'_', '-' and single dots, beginning with a letter, a digit or '_'."
        )
    if text.lower() in _TAKEN:
        raise CertificateError(
            f"{text!r} cannot name a terminal: its files would take the place of the house's own."
        )
    return text


def _dns_name(text: str) -> str:
    try:
        name = text.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    labels = name.removeprefix("*.").split(".")
    if (
        len(name) > _LONGEST_DNS_NAME
        or labels[-1].isdigit()  # RFC 3696, 2: no top-level name is all digits, so this is a mistyped address
        or not all(_LABEL.fullmatch(label) for label in labels)
    ):
        raise CertificateError(
            f"{text[:80]!r} is neither a DNS name nor an IP address: give the name clients dial."
        )
    return name
