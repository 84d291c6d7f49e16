"""`circdesk ncip`: be a partner. Any service of NCIP from the command line, or a message from a file.

Without a target it talks to the demonstration that is running (`./run`), as its broker or its store.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from getpass import getpass
from pathlib import Path
from textwrap import wrap
from typing import Final, NamedTuple

from rich.console import Console
from rich.text import Text

from protocols.ncip.codec import ReceivedResponse, read_response
from protocols.ncip.dialects import DIALECTS, Version
from protocols.ncip.errors import RemoteError
from protocols.ncip.messages import SERVICES, BareProblem, Initiation, Lookup, Notification, Response, Update
from protocols.secret import Secret
from servers.calling import ClientProblem
from servers.ncip.client.composing import OPTIONS, SET, compose
from servers.ncip.client.destination import (
    SECRET_VARIABLE,
    add_destination_arguments,
    caller_of,
    facts_of,
    target_of,
)
from servers.ncip.client.drafting import SCHEME, Mistyped, fields
from servers.ncip.client.exchange import exchange
from servers.ncip.client.masking import masked
from servers.ncip.client.outline import Line, outline
from servers.ncip.client.pasted import why_not
from servers.ncip.client.showing import print_lines, problem_sentences, repair_sentence

DONE, REFUSED, MISTYPED, UNREACHED = 0, 1, 2, 3
"""Exit status."""

PIN_VARIABLE: Final = "CIRCDESK_PIN"
STANDARD_INPUT: Final = "-"
_HELP_WIDTH: Final = 100

_SERVICES: Final = {service.__name__: service for service in SERVICES}
_KINDS: Final = {Lookup: "Lookups", Update: "Updates", Notification: "Notifications"}

EXAMPLES: Final = """\
examples, while ./run is running in another terminal:
  circdesk ncip LookupVersion
  circdesk ncip LookupItem --item 31234900000038
  circdesk ncip LookupUser --user 21234000000001 --pin
  circdesk ncip RequestItem --user 21234000000001 --item 31234900000038 --pickup EAST
  circdesk ncip CheckOutItem --as store --item 31234900000038
  circdesk ncip CheckInItem --as store --item 31234900000038 --raw
  circdesk ncip RenewItem --fields
  circdesk ncip AcceptItem --request ILL-1 --user 21234000000001 --item ILL-1 --title Emma --print
  circdesk ncip --file message.xml

exit status: 0 done, 1 refused with a Problem, 2 typed wrongly, 3 no answer to be had"""


class Exchange(NamedTuple):
    """What is sent, and what of it is secret."""

    message: bytes
    secrets: tuple[Secret, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk ncip`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "\n".join([*_listed(), "", EXAMPLES])
    parser.add_argument(
        "service",
        nargs="?",
        default="",
        metavar="SERVICE",
        help="one of those below; -: a message from standard input",
    )
    what = parser.add_argument_group("what about")
    for option in OPTIONS:
        what.add_argument(
            f"--{option.name}", action="append", default=[], metavar=option.metavar, help=option.help
        )
    what.add_argument(
        "--pin",
        nargs="?",
        const="",
        metavar="PIN",
        help=f"the reader's PIN: itself, or @FILE; alone: {PIN_VARIABLE} of the environment, else asked for",
    )
    what.add_argument(
        "--set",
        dest=SET,
        action="append",
        default=[],
        type=_assignment,
        metavar="PATH=VALUE",
        help="any element, as UserId/UserIdentifierType=Barcode or InitiationHeader/ToSystemId=ILS; "
        "PATH@Scheme=URI behind it gives its Scheme",
    )
    what.add_argument("--bare", action="store_true", help="ask a lookup for nothing that was not typed")
    what.add_argument("--file", metavar="FILE", help="send this message, as it is; -: standard input")
    add_destination_arguments(parser)
    how = parser.add_argument_group("how")
    how.add_argument(
        "--version",
        type=Version,
        choices=tuple(Version),
        default=Version.V2_02,
        help="the version that is spoken (default: %(default)s)",
    )
    how.add_argument(
        "--raw",
        action="store_true",
        help="the bytes: what is sent on standard error, what comes back on standard output; secrets as ***",
    )
    how.add_argument(
        "--print", dest="only_print", action="store_true", help="print the message, and do not send it"
    )
    how.add_argument(
        "--fields", action="store_true", help="list the elements that the service takes, for --set"
    )


def run(args: argparse.Namespace) -> int:
    """Ask; the exit status is told at the end of `--help`."""
    try:
        if args.fields:
            return _list_fields(_service(args.service))
        return _asked(args)
    except Mistyped as problem:
        print(f"circdesk ncip: {problem}.", file=sys.stderr)
        return MISTYPED
    except ClientProblem as problem:
        print(f"circdesk ncip: {problem}.", file=sys.stderr)
        return UNREACHED


def _asked(args: argparse.Namespace) -> int:
    facts = facts_of(args)
    if args.file is not None or args.service == STANDARD_INPUT:
        sent = Exchange(_content(args))
    else:
        service = _service(args.service)
        pin = _secret(args.pin, PIN_VARIABLE, "PIN: ")
        secret = _secret(args.secret, SECRET_VARIABLE, "Secret: ")
        message = compose(service, args, caller_of(args, facts), pin, secret).written(DIALECTS[args.version])
        sent = Exchange(message, tuple(secret for secret in (pin, secret) if secret))
    if args.only_print:
        print(_shown(sent.message, sent))
        return DONE
    target = target_of(args, facts)
    if args.raw:
        print(_shown(sent.message, sent), file=sys.stderr)
    body, charset = exchange(target, sent.message, args.timeout)
    if args.raw:
        print(_shown(body, sent), flush=True)
    try:
        answer = read_response(body, charset)
    except RemoteError as error:
        raise ClientProblem(
            f"{target} answers with what is no answer of NCIP. {why_not(error)}".rstrip(".")
        ) from None
    refused = bool(answer.message.problem)
    if not args.raw:
        _show(answer, Console(highlight=False))
    return REFUSED if refused else DONE


def _show(answer: ReceivedResponse, console: Console) -> None:
    """The answer for people."""
    message = answer.message
    name = "Problem" if isinstance(message, BareProblem) else type(message).__name__
    console.print(Text(f"{name}, NCIP {answer.dialect.version}", "bold"), soft_wrap=True)
    lines = list(outline(message))
    if message.problem:
        _show_problems(message, lines, console)
    elif lines:
        print_lines(lines, console)
    else:
        console.print("  Done; there is no more to say.")
    for repaired in answer.repairs:
        console.print(Text(repair_sentence(repaired), "dim"), soft_wrap=True)


def _show_problems(message: Response, lines: list[Line], console: Console) -> None:
    for problem in message.problem:
        for sentence in problem_sentences(problem):
            console.print(Text(f"  {sentence}"), soft_wrap=True)
    print_lines(lines, console)


def _shown(message: bytes, sent: Exchange) -> str:
    return masked(message.decode("utf-8", "replace"), sent.secrets)


def _content(args: argparse.Namespace) -> bytes:
    """The message of a file, or of standard input."""
    if args.file is not None and args.service:
        raise Mistyped("give a SERVICE or --file, not both")
    name = STANDARD_INPUT if args.file is None else args.file
    content = sys.stdin.buffer.read() if name == STANDARD_INPUT else _read(Path(name))
    if not content.strip():
        raise Mistyped("there is no message to send")
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Mistyped(f"{path} cannot be read ({error.strerror or error})") from None


def _service(name: str) -> type[Initiation]:
    """The service of that name, in whatever case."""
    if not name:
        raise Mistyped("name a SERVICE, such as LookupItem, or --file FILE; --help lists them")
    known = {service.casefold(): service for service in _SERVICES}
    found = known.get(name.casefold())
    if found is None:
        near = get_close_matches(name.casefold(), known, 1)
        raise Mistyped(
            f"NCIP has no service {name}{f', but {known[near[0]]}' if near else '; --help lists them'}"
        )
    return _SERVICES[found]


def _secret(given: str | None, variable: str, prompt: str) -> Secret | None:
    """A secret, from wherever it is to come; it is never printed."""
    if given is None:
        return None
    if given.startswith("@"):
        return Secret(_read(Path(given[1:])).decode("utf-8", "replace").strip())
    if given:
        return Secret(given)
    if known := os.environ.get(variable):
        return Secret(known)
    if not sys.stdin.isatty():
        raise Mistyped(f"there is no terminal to ask at; set {variable}, or name a file with @FILE")
    return Secret(getpass(prompt))


def _assignment(text: str) -> tuple[str, str]:
    path, sign, value = text.partition("=")
    if not path or ("@" in path and not path.endswith(SCHEME)):
        raise argparse.ArgumentTypeError(f"{text!r} is no PATH=VALUE")
    return path, value if sign else "yes"


def _list_fields(service: type[Initiation]) -> int:
    for path, taken in fields(service):
        print(f"{path}={taken}")
    return DONE


def _listed() -> Iterator[str]:
    """The services by their kinds."""
    for kind, word in _KINDS.items():
        names = [service.__name__ for service in kind.__subclasses__()]
        yield from wrap(f"{word}: {', '.join(names)}", _HELP_WIDTH, subsequent_indent="  ")
