"""`circdesk kiosk`: a whole self-service visit in the terminal, one after another, until nobody types more.

It needs no terminal: where standard input is a file or a pipe, its lines are what is typed, and the output
reads as the visit went.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from rich.console import Console

from protocols.sip2 import messages as m
from protocols.sip2.fields import ScStatusCode
from servers.calling import ClientProblem
from servers.known_facts import known_facts
from servers.sip2.client import Sip2Client, Target
from servers.sip2.destination import add_destination_arguments, target_of
from servers.sip2.kiosk.abilities import ABILITIES, Ability, offered
from servers.sip2.kiosk.conversation import Conversation, Offline
from servers.sip2.kiosk.face import EndOfInput, Face
from servers.sip2.kiosk.hints import hints
from servers.sip2.kiosk.receipt import Receipt
from servers.sip2.kiosk.steps import STEPS, Here, return_items
from servers.sip2.kiosk.visit import Visit, is_known, owed
from servers.sip2.kiosk.wording import denied, money, said
from servers.sip2.recording import Recorder, add_recording_argument, recording

RETURN: Final = "return"
QUIT: Final = ("quit", "exit")
FINISH: Final = ("0", "finish")
NARROWEST, WIDEST = 20, 999


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk kiosk`."""
    parser.epilog = (
        "At the start scan or type a card, or type `return` to return items without one; then choose from "
        "the menu by number or by name (" + ", ".join(ability.value for ability in ABILITIES) + ", finish). "
        "What the server does not offer (98, BX) is not in the menu. To script a visit, pipe its lines in: "
        r"printf '%s\n' CARD PIN borrow ITEM '' finish | circdesk kiosk"
    )
    parser.add_argument(
        "--demo", action="store_true", help="show cards, PIN and items of the demonstration that can be typed"
    )
    parser.add_argument(
        "--width",
        type=_width,
        default=40,
        metavar="N",
        help=f"characters in a line of the receipt, {NARROWEST} to {WIDEST} (default: %(default)s)",
    )
    parser.add_argument(
        "--language",
        default="001",
        metavar="CODE",
        help="the patron's language as SIP2 writes it: 001 English, 002 French, 003 German (default: 001)",
    )
    add_destination_arguments(parser)
    add_recording_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Serve visit after visit; 0 when nobody types any more, 1 if the library cannot be had."""
    try:
        target = target_of(args)
        with (
            recording(args.record, target.name) as recorder,
            Conversation(_connecting(target, recorder)) as line,
        ):
            return _Kiosk(line, args, Console(highlight=False)).serve()
    except (ClientProblem, Offline) as problem:
        print(f"circdesk kiosk: {problem}.", file=sys.stderr)
        return 1


def _connecting(target: Target, recorder: Recorder | None) -> Callable[[], Sip2Client]:
    def connect() -> Sip2Client:
        client = Sip2Client(target, recorder=recorder)
        if not client.log_in():
            client.close()
            raise ClientProblem("the server refuses the login; name another one with --user and --password")
        return client

    return connect


class _Kiosk:
    """A kiosk in front of its patrons."""

    def __init__(self, line: Conversation, args: argparse.Namespace, console: Console) -> None:
        self._line = line
        self._args = args
        self._status = self._ask_status()
        self._has_begun = False
        self._face = Face(console, self._library)

    def serve(self) -> int:
        """Visits, until there is no more input."""
        with suppress(EndOfInput):
            while self._start_page():
                pass
        return 0

    @property
    def _library(self) -> str:
        return self._status.library_name or self._status.institution_id or "The library"

    def _ask_status(self) -> m.AcsStatus:
        """99, which also tells how wide our printer is."""
        request = m.ScStatus(
            status_code=ScStatusCode.OK, max_print_width=self._args.width, protocol_version="2.00"
        )
        status = self._line.ask(request, m.AcsStatus)
        if not status.online_status:
            raise Offline(said(status.screen_message, "the library is offline; please try again later"))
        return status

    def _start_page(self) -> bool:
        """One visit, from the start screen to the receipt; False when the kiosk is switched off."""
        abilities = offered(self._status)
        face = self._face
        face.page(f"Welcome to {self._library}")
        face.say(
            "Here you can: " + (", ".join(ABILITIES[a].words.lower() for a in abilities) or "nothing now")
        )
        if self._args.demo and (face.is_person or not self._has_begun):
            face.table(("try", ""), hints(self._line, self._status, known_facts(self._args)))
        can_return = Ability.RETURN in abilities
        self._has_begun = True
        card = face.ask("Scan your card" + (", or type return" if can_return else ""))
        if card.lower() in QUIT:
            return False
        try:
            if can_return and card.lower() == RETURN:
                receipt = Receipt()
                return_items(face, self._line, self._status, receipt)
                self._print(receipt, "")
            elif card:
                self._visit(card, abilities)
        except Offline as problem:
            _tell_offline(face, problem)
            face.pause()
        return True

    def _visit(self, card: str, abilities: Sequence[Ability]) -> None:
        face = self._face
        pin = face.ask("PIN (Enter if you have none)", hidden=True)
        visit = Visit(self._line, self._status, card, pin, self._args.language)
        patron = visit.patron()
        if not is_known(patron):
            reason = said(patron.screen_message, "Card and PIN do not match.")
            face.bad(reason, then="Check the card and the PIN, then scan the card again.")
            face.pause()
            return
        here = Here(face, self._line, self._status, Receipt(), visit)
        with suppress(EndOfInput):
            self._menu(here, patron, abilities)
        self._print(here.receipt, card)
        visit.end()

    def _menu(self, here: Here, patron: m.PatronInformationResponse, abilities: Sequence[Ability]) -> None:
        """Step after step, until the patron has finished."""
        face = here.face
        while True:
            face.page(f"Hello {patron.personal_name}".rstrip())
            _greet(face, patron)
            face.menu([*(f"{n} {ABILITIES[a].words}" for n, a in enumerate(abilities, 1)), "0 Finish"])
            word = face.ask("Your choice").lower()
            if word in FINISH:
                return
            chosen = _named(word, abilities)
            if chosen is None:
                typed = f"{word} is not in the menu." if word else "Nothing was chosen."
                face.bad(typed, then=f"Type a number from 0 to {len(abilities)}.")
                face.pause()
                continue
            try:
                STEPS[chosen](here)
                patron = here.visit.patron()
            except Offline as problem:
                _tell_offline(face, problem)
            face.pause()

    def _print(self, receipt: Receipt, card: str) -> None:
        if receipt:
            width = self._args.width
            self._face.page("Your receipt")
            self._face.slip(receipt.lines(width, self._library, card, datetime.now()), width)
            self._face.pause()


def _greet(face: Face, patron: m.PatronInformationResponse) -> None:
    """What a patron should know before anything else."""
    counts = {
        "on loan": patron.charged_items_count,
        "overdue": patron.overdue_items_count,
        "ready to pick up": patron.hold_items_count,
    }
    told = [f"{count} {name}" for name, count in counts.items() if count]
    if debt := owed(patron):
        told.append(f"{money(debt, patron.currency_type or '')} to pay")
    if told:
        face.say("You have: " + ", ".join(told))
    if text := said(patron.screen_message, denied(patron.patron_status)):
        face.notice(text)


def _named(word: str, abilities: Sequence[Ability]) -> Ability | None:
    """The entry of the menu with this number or name."""
    if word.isascii() and word.isdigit():
        return abilities[int(word) - 1] if 0 < int(word) <= len(abilities) else None
    return next((ability for ability in abilities if ability.value == word), None)


def _tell_offline(face: Face, problem: Offline) -> None:
    face.bad("The library is offline.", str(problem), "Please try again in a minute, or ask at the desk.")


def _width(text: str) -> int:
    if not text.isdecimal() or not NARROWEST <= int(text) <= WIDEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {NARROWEST} to {WIDEST}")
    return int(text)
