"""`circdesk`: the commands and what they have in common. Each command is a module with `add_arguments` and
`run`.

Only the chosen command is imported: the imports of all would cost more than most commands do. Whatever goes
wrong in a way that an operator can mend is one sentence on standard error: exit 2 for what was typed or
configured, 1 for the rest.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Final, NamedTuple


class Command(NamedTuple):
    """Where a command lives and what it is for."""

    module: str
    summary: str


COMMANDS: Final[Mapping[str, Command]] = {
    "demo": Command("servers.demo.command", "a library to try things on, with every listener"),
    "serve": Command("servers.serve", "serve a library of your own"),
    "load": Command("servers.load.command", "bring in MARC records, items, patrons, loans and holds"),
    "index": Command("servers.catalogue.command", "build the index of the catalogue while no server runs"),
    "sip2": Command("servers.sip2.command", "be a self-check: one message, raw lines, or a shell"),
    "ncip": Command(
        "servers.ncip.client.command", "be a broker or a storage system: any message of NCIP, and its answer"
    ),
    "search": Command(
        "servers.sru.client.command", "search the catalogue, or any other over SRU: hits, and where they are"
    ),
    "z3950": Command(
        "servers.z3950.client.command", "search the catalogue, or any other over Z39.50: PQF or CQL"
    ),
    "kiosk": Command(
        "servers.sip2.kiosk.command", "a self-service visit in the terminal, from card to receipt"
    ),
    "replay": Command(
        "servers.sip2.replay.command", "send recorded SIP2 again, and compare what is answered"
    ),
    "decode": Command(
        "servers.decode_command", "read messages field by field, and say what is wrong with them"
    ),
    "terminals": Command(
        "servers.sip2.board.command", "the terminals of a running server, as they are right now"
    ),
    "reconcile": Command(
        "servers.reconcile.command", "what machines did against the rules while the line was down"
    ),
    "storage": Command(
        "servers.storage.command", "what storage facilities are asked for, and what they would not hear"
    ),
    "reload": Command("servers.control.reload_command", "let a running server read its files anew"),
    "certs": Command("certs.command", "make certificates for the server and for terminals"),
    "config": Command("servers.configuration.command", "print or check a configuration"),
    "hash": Command("servers.hash_command", "hash a terminal's password for the configuration"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(words[0] if words else "").parse_args(words)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 2 if type(error).__name__ == "ConfigurationProblems" else 1


def _parser(chosen: str) -> argparse.ArgumentParser:
    """The parser; the arguments of a command are known only when it is chosen."""
    parser = argparse.ArgumentParser(
        prog="circdesk",
        description="Circulation for the machines of a library.",
        epilog="circdesk COMMAND --help tells more.",
    )
    parser.add_argument("--version", action="version", version=f"circdesk {version('circdesk')}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        described = commands.add_parser(
            name, help=command.summary, description=f"circdesk {name}: {command.summary}."
        )
        if name == chosen:
            module = import_module(command.module)
            module.add_arguments(described)
            described.set_defaults(run=module.run)
    return parser


_MENDABLE: Final = (
    "StoreUnusable",
    "TlsProblem",
    "CertificateError",
    "ConfigurationProblems",
    "ControlProblem",
)
"""Errors whose text is a sentence for the operator. By name, so that no command imports what it does not use.
"""


def _sentence(error: Exception) -> str | None:
    if type(error).__name__ in _MENDABLE:
        return str(error)
    if isinstance(error, OSError):
        return f"circdesk: {error.filename or ''} {error.strerror or error}".replace("  ", " ")
    return None


if __name__ == "__main__":
    sys.exit(main())
