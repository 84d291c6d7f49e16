"""`circdesk certs`: make the certificates, then say what was made and what to do with it.

The rule it keeps: what is printed can be done as it stands; the stunnel lines are a whole service.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from certs.issue import Pair

STATE = Path("state")

_STUNNEL = """\
[circdesk]
client = yes
accept = 127.0.0.1:6001
connect = {host}:6443
cert = {pair.certificate}
key = {pair.key}
CAfile = {authority}
verifyChain = yes
checkHost = {host}
sslVersionMin = TLSv1.2"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe `certs [--state DIR] [--name NAME]...` and `certs terminal NAME [--state DIR]`."""
    state_help = f"directory that keeps the server's state (default: {STATE})"
    parser.add_argument("--state", type=Path, default=STATE, metavar="DIR", help=state_help)
    parser.add_argument(
        "--name",
        dest="names",
        action="append",
        default=[],
        metavar="NAME",
        help="a DNS name or IP address by which clients reach the server; may be repeated",
    )
    terminal = parser.add_subparsers(dest="whose", metavar="terminal").add_parser(
        "terminal", help="issue the client certificate of one terminal"
    )
    terminal.add_argument("terminal", metavar="NAME", help="letters, digits, '.', '_' and '-'")
    # Without a default of its own, so that `certs --state DIR terminal NAME` is heard too.
    terminal.add_argument("--state", type=Path, default=argparse.SUPPRESS, metavar="DIR", help=state_help)


def run(args: argparse.Namespace) -> int:
    """Obey the parsed arguments; return 0, or 1 after a sentence on standard error."""
    # Imported here because every `circdesk` command loads this file, and `cryptography` takes its time.
    from certs.authority import ensure_authority
    from certs.error import CertificateError
    from certs.issue import ensure_server, issue_terminal

    state = args.state.absolute()  # what is printed is pasted elsewhere
    try:
        authority = ensure_authority(state).path
        if args.whose == "terminal":
            _say_terminal(args.terminal, issue_terminal(state, args.terminal), authority)
        else:
            _say_server(ensure_server(state, args.names), authority)
    except CertificateError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _say_server(pair: "Pair", authority: Path) -> None:
    print(f"authority   {authority}  {_outline(authority)}")
    print(f"server      {pair.certificate}  {_outline(pair.certificate)}")
    print(f"server key  {pair.key}")
    print()
    print(f"Next: give {authority.name} to every machine that connects; its key, ca.key, stays here.")
    print("Each terminal can have a certificate of its own: circdesk certs terminal NAME")


def _say_terminal(name: str, pair: "Pair", authority: Path) -> None:
    from certs.names import host_name

    print(f"terminal    {pair.certificate}  {_outline(pair.certificate)}")
    print(f"key         {pair.key}")
    print()
    print(
        f"Next: copy these two and {authority.name} to the terminal, the key by a way nobody else can read."
    )
    print("A terminal that speaks plain SIP2 reaches the server through stunnel. These lines go into its")
    print(f"stunnel.conf, with the paths as they are there; {name} then connects to 127.0.0.1:6001.")
    print()
    print(_STUNNEL.format(host=host_name(), pair=pair, authority=authority))
    print()
    print("If the server has another name there, use it in connect and checkHost, and see to it that the")
    print("server's certificate carries it: circdesk certs --name NAME")


def _outline(path: Path) -> str:
    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    until = f"until {certificate.not_valid_after_utc:%Y-%m-%d}"
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return until
    return f"{until}, for {', '.join(str(name.value) for name in names)}"
