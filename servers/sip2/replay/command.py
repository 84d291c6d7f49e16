"""`circdesk replay LOG --against HOST:PORT`: a recording played to a server, and its answers compared.

Without --compare the new conversation is printed as a recording, so that it can be kept and played again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace
from rich.console import Console

from protocols.sip2.codec import Wire
from protocols.sip2.messages import Direction
from servers.calling import ClientProblem
from servers.sip2.client import Sip2Client, Target
from servers.sip2.destination import add_destination_arguments, target_of
from servers.sip2.masking import masked
from servers.sip2.recording import Entry, RecordingProblem, entry_text, header, read_recording
from servers.sip2.replay.comparing import VOLATILE, differences
from servers.sip2.replay.exchanges import Exchange, exchanges_of
from servers.sip2.replay.playing import LOGIN, Manner, Played, play
from servers.sip2.replay.report import WIDTH, Compared, report
from servers.sip2.replay.secrets import Secrets, SecretsProblem, check, read_secrets, value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk replay`."""
    parser.epilog = (
        "A recording is made by circdesk sip2 --record FILE and circdesk kiosk --record FILE; logs of "
        "SIPServer and Koha (INPUT MSG, OUTPUT MSG) and lines with or without >> and << are read as well. "
        "Exit status: 0 if every answer is as recorded (without --compare: if every request was answered), "
        "1 if not, 2 if the recording cannot be played."
    )
    parser.add_argument("log", type=Path, metavar="LOG", help="the recording or log")
    parser.add_argument("--compare", action="store_true", help="compare the answers with the recorded ones")
    parser.add_argument(
        "--ignore",
        type=_ids,
        default=(),
        metavar="IDS",
        help="fields not to compare, such as AF,AH, or names in the fixed part, such as 'patron status'; "
        f"never compared: AY, AZ, {', '.join(sorted(VOLATILE))}",
    )
    parser.add_argument(
        "--secrets",
        type=Path,
        metavar="FILE",
        help="what the stars of the recording stand for (TOML, or JSON): tables CO, AD and AC, "
        "by user, card and terminal; * for all others",
    )
    parser.add_argument(
        "--now", action="store_true", help="send today's transaction dates instead of the recorded ones"
    )
    parser.add_argument(
        "--speed",
        type=_positive,
        metavar="N",
        help="N times as fast as it was recorded (default: as fast as answers come)",
    )
    parser.add_argument(
        "--timeout",
        type=_positive,
        default=10.0,
        metavar="SECONDS",
        help="how long to wait for an answer (default: 10)",
    )
    add_destination_arguments(parser, "--against")


def run(args: argparse.Namespace) -> int:
    """Play, and print what came of it."""
    try:
        target = target_of(args)
        exchanges = exchanges_of(read_recording(args.log.read_bytes()))
        secrets = read_secrets(args.secrets) if args.secrets else Secrets()
        exchanges = [_as_target(exchange, target, secrets) for exchange in exchanges]
        secrets = _with_login(secrets, target)
        check(exchanges, secrets)
    except (RecordingProblem, SecretsProblem) as problem:
        print(f"circdesk replay: {args.log}: {problem}.", file=sys.stderr)
        return 2
    except ClientProblem as problem:
        print(f"circdesk replay: {problem}.", file=sys.stderr)
        return 1
    manner = Manner(datetime.now().replace(microsecond=0) if args.now else None, args.speed)
    played = play(exchanges, _connecting(target, exchanges, args.timeout), secrets, manner)
    return _compare(played, args, target) if args.compare else _print(played)


def _compare(played: Iterable[Played], args: argparse.Namespace, target: Target) -> int:
    wire, ignored = Wire(charset=target.charset), VOLATILE | set(args.ignore)
    compared = [
        Compared(each, differences(each.exchange.answer, each.answer, wire, ignored)) for each in played
    ]
    console = Console(width=WIDTH, highlight=False)
    report(compared, args.log.name, f"{target.host}:{target.port}", ignored, wire, console)
    return 1 if any(each.differences for each in compared) else 0


def _print(played: Iterable[Played]) -> int:
    """The conversation as it is played, as a recording; what went wrong goes to standard error."""
    answered = True
    print(header())
    for each in played:
        terminal = each.exchange.terminal
        for direction, line in ((Direction.TO_ACS, each.sent), (Direction.TO_SC, each.answer)):
            if line:
                print(entry_text(Entry(direction, terminal, line, datetime.now().astimezone())))
        if each.answer is None:
            answered = False
            why = each.problem or "no answer in time"
            print(f"circdesk replay: request {each.exchange.number} of {terminal}: {why}.", file=sys.stderr)
    return 0 if answered else 1


def _connecting(
    target: Target, exchanges: Sequence[Exchange], timeout: float
) -> Callable[[str], Callable[[], Sip2Client]]:
    """Connections that are logged in, where the recording itself has no login of the terminal."""
    logging_in = {exchange.terminal for exchange in exchanges if exchange.request.startswith(LOGIN)}

    def connecting(terminal: str) -> Callable[[], Sip2Client]:
        def connect() -> Sip2Client:
            client = Sip2Client(target, timeout=timeout)
            if terminal not in logging_in and not client.log_in():
                client.close()
                raise ClientProblem("the server refuses the login")
            return client

        return connect

    return connecting


def _as_target(exchange: Exchange, target: Target, secrets: Secrets) -> Exchange:
    """A recorded login as the user who was named, unless the secrets know the recorded one."""
    user = value(exchange.request, b"CN")
    if not exchange.request.startswith(LOGIN) or user is None or not target.user:
        return exchange
    if secrets.of("CO", user.decode("utf-8", "replace")) is not None:
        return exchange
    request = masked(exchange.request).replace(b"CN" + user, b"CN" + target.user.encode(), 1)
    return replace(exchange, request=request)


def _with_login(secrets: Secrets, target: Target) -> Secrets:
    """The secrets, and the password that was named."""
    if not target.user:
        return secrets
    return replace(secrets, passwords={target.user: target.password, **secrets.passwords})


def _ids(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (word.strip() for word in text.split(","))))


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number
