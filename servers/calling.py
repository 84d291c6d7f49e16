"""How a tool reaches a server: a connection with a deadline, and TLS that trusts one authority, by options
that read the same in each.

The rule it keeps: whatever goes wrong is one sentence that says what to do.
"""

from __future__ import annotations

import argparse
import socket
import ssl
from pathlib import Path


class ClientProblem(Exception):
    """The conversation did not work out; the sentence says how."""


def add_reaching_arguments(where: argparse._ArgumentGroup) -> None:
    """The options ``--ca`` and ``--timeout``."""
    where.add_argument("--ca", type=Path, metavar="FILE", help="authority of the server's certificate (PEM)")
    where.add_argument(
        "--timeout", type=_seconds, default=30.0, metavar="SECONDS", help="(default: %(default).0f)"
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


def connected(host: str, port: int, timeout: float) -> socket.socket:
    """A connection; reads and writes on it have the same time to be done in. Raises `ClientProblem`."""
    try:
        plain = socket.create_connection((host, port), timeout)
    except OSError as error:
        raise ClientProblem(
            f"nobody answers at {host}:{port} ({error.strerror or error}); "
            "start the server, or name another one"
        ) from error
    plain.settimeout(timeout)
    return plain


def trusting(authority: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """TLS that trusts this authority, or what the machine trusts, and shows this certificate, or none.

    Raises `ClientProblem`.
    """
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise ClientProblem(f"{authority} holds no authority ({error.strerror or error})") from error
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, key)
        except OSError as error:
            files = " and ".join(str(file) for file in (certificate, key) if file is not None)
            raise ClientProblem(f"{files} cannot be used ({error.strerror or error})") from error
    return context


def secured(plain: socket.socket, context: ssl.SSLContext, host: str, port: int) -> socket.socket:
    """TLS on the connection, which is closed if there is none to be had. Raises `ClientProblem`."""
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        plain.close()
        raise ClientProblem(
            f"the certificate of {host} is not to be trusted ({error.verify_message}); "
            "name the authority that issued it with --ca FILE"
        ) from error
    except OSError as error:
        plain.close()
        raise ClientProblem(f"no TLS with {host}:{port} ({error})") from error
