"""`circdesk sip2`: be a self-check. One act from the command line, raw lines, or a shell that shows every
field.

Without a target it talks to the demonstration that is running (`./run`), whose facts it finds by itself.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from protocols.secret import Secret
from protocols.sip2 import messages as m
from protocols.sip2.codec import Wire, parse, serialise
from protocols.sip2.errors import RemoteError
from protocols.sip2.fields import FeeType, HoldMode, HoldType, PaymentType, ScStatusCode, Summary
from protocols.sip2.messages import explain
from servers.calling import ClientProblem
from servers.places import demo_state
from servers.sip2.client import Sip2Client, Target
from servers.sip2.destination import add_destination_arguments, target_of
from servers.sip2.dry_run.command import add_explain_arguments, explain_line
from servers.sip2.recording import add_recording_argument, recording

ALL_LISTS: Final = Summary(
    hold_items=True,
    overdue_items=True,
    charged_items=True,
    fine_items=True,
    recall_items=True,
    unavailable_holds=True,
)

SAID_NO: Final = (
    "ok",
    "item_properties_ok",
    "payment_accepted",
    "valid_patron",
    "valid_patron_password",
    "online_status",
)
"""Flags of answers that mean no when they are off. Any request may be answered with 98: offline."""

Words = argparse.Namespace


def _status(words: Words, institution: str) -> m.FromSc:
    return m.ScStatus(status_code=ScStatusCode.OK, max_print_width=80, protocol_version="2.00")


def _patron(words: Words, institution: str) -> m.FromSc:
    return m.PatronInformation(
        language="001",
        transaction_date=_now(),
        summary=ALL_LISTS,
        institution_id=institution,
        patron_identifier=words.patron,
        patron_password=_pin(words),
    )


def _item(words: Words, institution: str) -> m.FromSc:
    return m.ItemInformation(transaction_date=_now(), institution_id=institution, item_identifier=words.item)


def _checkout(words: Words, institution: str) -> m.FromSc:
    return m.Checkout(
        sc_renewal_policy=True,
        no_block=False,
        transaction_date=_now(),
        nb_due_date=None,
        institution_id=institution,
        patron_identifier=words.patron,
        item_identifier=words.item,
        terminal_password=Secret(""),
        patron_password=_pin(words),
        fee_acknowledged=words.agree or None,
    )


def _checkin(words: Words, institution: str) -> m.FromSc:
    return m.Checkin(
        no_block=False,
        transaction_date=_now(),
        return_date=_now(),
        current_location="",
        institution_id=institution,
        item_identifier=words.item,
        terminal_password=Secret(""),
    )


def _renew(words: Words, institution: str) -> m.FromSc:
    return m.Renew(
        third_party_allowed=False,
        no_block=False,
        transaction_date=_now(),
        nb_due_date=None,
        institution_id=institution,
        patron_identifier=words.patron,
        patron_password=_pin(words),
        item_identifier=words.item,
        fee_acknowledged=words.agree or None,
    )


def _pay(words: Words, institution: str) -> m.FromSc:
    return m.FeePaid(
        transaction_date=_now(),
        fee_type=FeeType.OTHER,
        payment_type=PaymentType.CASH,
        currency_type=words.currency,
        fee_amount=words.amount,
        institution_id=institution,
        patron_identifier=words.patron,
        patron_password=_pin(words),
        fee_identifier=words.fee or None,
        transaction_id=words.reference or None,
    )


def _renew_all(words: Words, institution: str) -> m.FromSc:
    return m.RenewAll(
        transaction_date=_now(),
        institution_id=institution,
        patron_identifier=words.patron,
        patron_password=_pin(words),
        fee_acknowledged=words.agree or None,
    )


def _hold(words: Words, institution: str) -> m.FromSc:
    return m.Hold(
        hold_mode=MODES[words.mode],
        transaction_date=_now(),
        institution_id=institution,
        patron_identifier=words.patron,
        expiration_date=words.until,
        pickup_location=words.pickup or None,
        hold_type=HoldType.THIS_COPY if words.this_copy else None,
        patron_password=_pin(words),
        item_identifier=words.item or None,
        title_identifier=words.title or None,
        fee_acknowledged=words.agree or None,
    )


def _block(words: Words, institution: str) -> m.FromSc:
    return m.BlockPatron(
        card_retained=words.retained,
        transaction_date=_now(),
        institution_id=institution,
        blocked_card_message=words.note,
        patron_identifier=words.patron,
        terminal_password=Secret(""),
    )


def _enable(words: Words, institution: str) -> m.FromSc:
    return m.PatronEnable(
        transaction_date=_now(),
        institution_id=institution,
        patron_identifier=words.patron,
        patron_password=_pin(words),
    )


def _item_note(words: Words, institution: str) -> m.FromSc:
    return m.ItemStatusUpdate(
        transaction_date=_now(),
        institution_id=institution,
        item_identifier=words.item,
        item_properties=words.note,
    )


def _end(words: Words, institution: str) -> m.FromSc:
    return m.EndPatronSession(
        transaction_date=_now(), institution_id=institution, patron_identifier=words.patron
    )


ACTS: Final[Mapping[str, tuple[Callable[[Words, str], m.FromSc], tuple[str, ...], str]]] = {
    "status": (_status, (), "what may this terminal do? (99)"),
    "patron": (_patron, ("patron",), "a patron's loans, holds and fees (63)"),
    "item": (_item, ("item",), "where is an item? (17)"),
    "checkout": (_checkout, ("patron", "item"), "borrow an item, or renew one's own (11)"),
    "checkin": (_checkin, ("item",), "return an item (09)"),
    "renew": (_renew, ("patron", "item"), "keep an item longer (29)"),
    "renew-all": (_renew_all, ("patron",), "keep everything longer (65)"),
    "pay": (_pay, ("patron", "amount"), "pay a fee (37)"),
    "hold": (_hold, ("patron", "item or title"), "place, change or cancel a hold (15)"),
    "block": (_block, ("patron", "note"), "block a patron's card (01)"),
    "enable": (_enable, ("patron",), "lift the blocks that machines have set (25)"),
    "item-note": (_item_note, ("item", "note"), "keep a note with an item (19)"),
    "end": (_end, ("patron",), "end the patron's session (35)"),
}
"""Act → how to make its message, the options it cannot do without, and what it is."""

EXPLAINED: Final = ("checkout", "checkin", "renew", "hold")
"""Acts that can be run dry."""

PASTED: Final = Wire(charset="utf-8")
"""How a message is written that somebody will read."""

MODES: Final = {"place": HoldMode.ADD, "change": HoldMode.CHANGE, "cancel": HoldMode.DELETE}
"""What is done with a hold."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk sip2`."""
    acts = "; ".join(f"{name}: {meaning}" for name, (_, _, meaning) in ACTS.items())
    parser.epilog = "An act needs: " + "; ".join(
        f"{name} {_options(needed)}" for name, (_, needed, _) in ACTS.items() if needed
    )
    parser.add_argument(
        "act",
        nargs="?",
        default="shell",
        choices=(*ACTS, "raw", "shell"),
        metavar="ACT",
        help=f"{acts}; raw: send lines, given or from standard input; shell (default): type acts and lines",
    )
    parser.add_argument(
        "lines", nargs="*", metavar="LINE", help="for raw: messages without AY, AZ and line end"
    )
    _add_words(parser)
    add_destination_arguments(parser)
    add_recording_argument(parser)
    add_explain_arguments(parser)


def _add_words(parser: argparse.ArgumentParser) -> None:
    what = parser.add_argument_group("what about")
    what.add_argument("--patron", default="", metavar="BARCODE")
    what.add_argument("--item", default="", metavar="BARCODE")
    what.add_argument("--pin", default="", metavar="PIN", help="the patron's PIN")
    what.add_argument("--amount", default="", metavar="AMOUNT", help="for pay, such as 2.50")
    what.add_argument("--currency", default="EUR", metavar="CODE", help="for pay (default: EUR)")
    what.add_argument("--fee", default="", metavar="ID", help="for pay: this fee only")
    what.add_argument(
        "--reference", default="", metavar="TEXT", help="for pay: your own number of the payment"
    )
    what.add_argument("--agree", action="store_true", help="the patron agrees to a fee for it")
    what.add_argument(
        "--mode",
        choices=tuple(MODES),
        default="place",
        help="for hold (default: place); change: where, until when",
    )
    what.add_argument("--title", default="", metavar="ID", help="for hold: a title instead of an item")
    what.add_argument("--this-copy", action="store_true", help="for hold: this very item, no other copy")
    what.add_argument("--pickup", default="", metavar="PLACE", help="for hold: where it is picked up")
    what.add_argument(
        "--until", type=datetime.fromisoformat, metavar="DATE", help="for hold: not wanted after 2026-12-31"
    )
    what.add_argument(
        "--note", default="", metavar="TEXT", help="for block: why; for item-note: what is to be kept"
    )
    what.add_argument("--retained", action="store_true", help="for block: the machine has kept the card")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 0 if the server said yes, 1 if no or out of reach, 2 for bad usage."""
    if args.explain is not None:
        return _explain(args)
    console = Console()
    if args.act in ACTS and (missing := _missing(args.act, args)):
        print(f"circdesk sip2 {args.act} needs {missing}.", file=sys.stderr)
        return 2
    if args.lines and args.act != "raw":
        print(f"circdesk sip2 {args.act} takes no lines; raw does.", file=sys.stderr)
        return 2
    try:
        target = target_of(args)
        with recording(args.record, target.name) as recorder, Sip2Client(target, recorder=recorder) as client:
            if args.act == "raw":
                return _raw(client, args.lines or sys.stdin.read().splitlines(), console)
            if not client.log_in():
                print("circdesk sip2: the server refuses the login.", file=sys.stderr)
                return 1
            if args.act == "shell":
                return _shell(client, target, console)
            return _act(client, args.act, args, target.institution, console)
    except ClientProblem as problem:
        print(f"circdesk sip2: {problem}.", file=sys.stderr)
        return 1


def _explain(words: Words) -> int:
    """A dry run of an act, or of the message behind the option, where an act may stand as well."""
    state, act = words.state or demo_state(), words.explain if words.explain in ACTS else words.act
    if words.explain not in ("", *ACTS):
        return explain_line(words.explain, words.terminal, state)
    if act not in EXPLAINED:
        print(f"circdesk sip2 --explain needs a message or one of {', '.join(EXPLAINED)}.", file=sys.stderr)
        return 2
    if missing := _missing(act, words):
        print(f"circdesk sip2 {act} needs {missing}.", file=sys.stderr)
        return 2
    make, _, _ = ACTS[act]
    line = serialise(make(words, words.institution or ""), PASTED).decode(PASTED.charset)
    return explain_line(line, words.terminal, state, PASTED.delimiter)


def _act(client: Sip2Client, act: str, words: Words, institution: str, console: Console) -> int:
    make, _, _ = ACTS[act]
    answer = client.ask(make(words, institution))
    console.print(_table(answer))
    return 1 if False in [getattr(answer, flag, True) for flag in SAID_NO] else 0


def _raw(client: Sip2Client, lines: list[str], console: Console) -> int:
    """Send lines as they are; the first usually is a login."""
    for line in lines:
        _print_raw(client.ask_raw(line.encode()), console)
    return 0


def _shell(client: Sip2Client, target: Target, console: Console) -> int:
    """Type acts (`checkout --patron P --item I`) or raw messages; every answer is shown field by field."""
    console.print(
        f"Talking to {target.host}:{target.port}. Acts: {', '.join(ACTS)}; or a raw message; quit ends."
    )
    parser = argparse.ArgumentParser(prog="", add_help=False, exit_on_error=False)
    parser.add_argument("act", choices=tuple(ACTS))
    _add_words(parser)
    while True:
        try:
            line = input("sip2> ").strip()
        except EOFError:
            return 0
        if line in ("quit", "exit"):
            return 0
        if line[:2].isdigit():
            _show_raw(client, line, console)
        elif line:
            _type(client, line, parser, target, console)


def _type(
    client: Sip2Client, line: str, parser: argparse.ArgumentParser, target: Target, console: Console
) -> None:
    try:
        words = parser.parse_args(shlex.split(line))
    except (argparse.ArgumentError, SystemExit, ValueError) as error:
        console.print(f"I do not understand that ({error}).", highlight=False, markup=False)
        return
    if missing := _missing(words.act, words):
        console.print(f"{words.act} needs {missing}.")
        return
    _act(client, words.act, words, target.institution, console)


def _show_raw(client: Sip2Client, line: str, console: Console) -> None:
    answer = client.ask_raw(line.encode())
    _print_raw(answer, console)
    try:
        console.print(_table(parse(answer, PASTED)))
    except RemoteError as error:
        console.print(f"This is no SIP2 message: {error}.", highlight=False, markup=False)


def _print_raw(answer: bytes, console: Console) -> None:
    """A message is one line, however long."""
    text = answer.decode("utf-8", "replace") or "(no answer)"
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _table(message: m.Message) -> Table:
    table = Table(title=f"{message.code} {type(message).__name__}", title_justify="left")
    table.add_column("id")
    table.add_column("field")
    table.add_column("value", overflow="fold")
    for id_, name, value in explain(message):
        table.add_row(id_, name, Text(value))
    return table


def _missing(act: str, words: Words) -> str:
    _, needed, _ = ACTS[act]
    return _options(
        option for option in needed if not any(getattr(words, name) for name in option.split(" or "))
    )


def _options(needed: Iterable[str]) -> str:
    """Options as they are typed; each is a name, or several of which one will do."""
    return " and ".join(f"--{option.replace(' or ', ' or --')}" for option in needed)


def _now() -> datetime:
    return datetime.now().replace(microsecond=0)


def _pin(words: Words) -> Secret | None:
    return Secret(words.pin) if words.pin else None
