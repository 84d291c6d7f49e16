"""`circdesk storage`: what storage facilities are asked for, which items leave their care, and the messages
that they would not take.

It asks the running server, for the records are its alone while it runs.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

import msgspec

from servers.control.client import add_state_argument, ask
from servers.storage.lines import Letters, Requests
from servers.storage.report import show_letters, show_requests
from servers.storage.request_file import written


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk storage`."""
    parser.epilog = (
        "A facility is a [[remote_storage]] of the configuration, and goes by its profile. What it has done "
        "it tells over NCIP; here is what goes the other way."
    )
    commands = parser.add_subparsers(
        metavar="requests | withdraw | move | letters", dest="command", required=True
    )
    requests = commands.add_parser(
        "requests",
        help="what a facility is to send",
        description="What a facility is to send now: each hold that an item on its shelves is to fill. "
        "--out writes those that were in no file before into a new one, in the form of Alma's export.",
    )
    requests.add_argument("profile", metavar="PROFILE", help="the facility")
    requests.add_argument("--out", type=Path, metavar="FOLDER", help="write a file for the facility there")
    requests.add_argument("--all", action="store_true", help="with those that have been in a file before")
    _add_common(requests)
    withdraw = commands.add_parser(
        "withdraw",
        help="take an item out of the stock",
        description="Withdraw an item. A facility that has it is told to let go of it.",
    )
    _add_item(withdraw)
    move = commands.add_parser(
        "move",
        help="let an item live elsewhere",
        description="Let an item live at another location from now on. A facility that has it is told to let "
        "go of it.",
    )
    _add_item(move)
    move.add_argument("location", metavar="AGENCY/PLACE", help="where it is to live")
    letters = commands.add_parser(
        "letters",
        help="messages that facilities refused",
        description="Messages that a facility refused for good, such as for an item that it does not know. "
        "They stay here until they are sent again and taken, or dropped.",
    )
    letters.add_argument("--send", type=int, nargs="+", default=[], metavar="N", help="send these again")
    letters.add_argument("--drop", type=int, nargs="+", default=[], metavar="N", help="forget these")
    _add_common(letters)


def run(args: argparse.Namespace) -> int:
    """Do what was asked for. Raises `ControlProblem`, OSError."""
    match args.command:
        case "requests":
            return _requests(args)
        case "letters":
            return _letters(args)
        case "withdraw":
            answer = ask(args.state, "storage-withdraw", barcode=args.barcode, by=args.by)
            return _say(answer, f"{args.barcode} is withdrawn.", f"{args.barcode} was withdrawn already.")
        case _:
            answer = ask(args.state, "storage-move", barcode=args.barcode, location=args.location, by=args.by)
            return _say(
                answer, f"{args.barcode} lives at {args.location} now.", f"{args.barcode} lives there."
            )


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    add_state_argument(parser)


def _add_item(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("barcode", metavar="BARCODE", help="the item")
    parser.add_argument("--by", default=getuser(), metavar="NAME", help="who does it (default: %(default)s)")
    add_state_argument(parser)


def _requests(args: argparse.Namespace) -> int:
    found = msgspec.convert(ask(args.state, "storage-requests", profile=args.profile), Requests)
    if args.out is None:
        _print_json(found.requests) if args.json else show_requests(found)
        return 0
    wanted = [one for one in found.requests if args.all or not one.exported]
    if not wanted:
        print("There is nothing new to ask for; no file was written.")
        return 0
    path = written(wanted, found.file, found.profile, args.out, datetime.now(UTC))
    # Only now: whoever is interrupted before asks twice, and the facility knows the number; never not at all.
    ask(args.state, "storage-exported", profile=found.profile, marks=[one.mark for one in wanted])
    print(f"{path}: {len(wanted)} requests.")
    return 0


def _letters(args: argparse.Namespace) -> int:
    for verb, numbers in (("storage-send", args.send), ("storage-drop", args.drop)):
        if numbers:
            ask(args.state, verb, numbers=numbers)
    if args.send or args.drop:
        print(f"To be sent again: {len(set(args.send))}. Forgotten: {len(set(args.drop))}.")
        return 0
    found = msgspec.convert(ask(args.state, "storage-letters"), Letters)
    _print_json(found) if args.json else show_letters(found)
    return 0


def _say(answer: dict[str, bool], done: str, before: str) -> int:
    print(done if answer["done"] else before)
    if answer["leaves"]:
        print("The facility that has it is told, if it has a responder.")
    return 0


def _print_json(found: object) -> None:
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
