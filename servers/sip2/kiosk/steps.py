"""What a patron can do at the kiosk, one function for each ability: ask, do, say what came of it.

The rule it keeps: every refusal is shown with the reason that the server gives and with what to do next; what
was done goes on the receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from msgspec import Struct

from protocols.sip2 import messages as m
from servers.sip2.kiosk.abilities import Ability, supported
from servers.sip2.kiosk.conversation import Conversation
from servers.sip2.kiosk.face import Face
from servers.sip2.kiosk.receipt import Receipt, Section
from servers.sip2.kiosk.visit import Entry, Fee, Visit, give_back
from servers.sip2.kiosk.wording import aside, due, money, said

YES: Final = ("y", "yes")
ALL: Final = ("a", "all")
ASIDE: Final = "Put it aside, and scan the next one."
IN_TIME: Final = "Please bring it back in time, or ask at the desk."


class Here(Struct, frozen=True):
    """All that a step needs. ``visit`` is a patron's."""

    face: Face
    line: Conversation
    status: m.AcsStatus
    receipt: Receipt
    visit: Visit


def borrow(here: Here) -> None:
    """Item after item, until an empty line."""
    here.face.page("Borrow")
    while barcode := here.face.ask("Scan an item (Enter when done)"):
        answer = here.visit.check_out(barcode)
        if not answer.ok and _agrees(here.face, answer):
            answer = here.visit.check_out(barcode, agreed=True)
        title = answer.title_identifier or barcode
        if answer.ok:
            until = f"due {due(answer.due_date)}"
            here.face.good(title, until)
            here.receipt.add(Section.BORROWED, title, until, answer.print_line)
        else:
            here.face.bad(title, said(answer.screen_message, "This item cannot be borrowed."), ASIDE)


def bring_back(here: Here) -> None:
    """The same for returns."""
    return_items(here.face, here.line, here.status, here.receipt)


def return_items(face: Face, line: Conversation, status: m.AcsStatus, receipt: Receipt) -> None:
    """Item after item, until an empty line; nobody's card is needed."""
    face.page("Return")
    while barcode := face.ask("Scan an item (Enter when done)"):
        answer = give_back(line, status, barcode)
        title = answer.title_identifier or barcode
        if not answer.ok:
            face.bad(title, said(answer.screen_message, "This item cannot be returned here."), ASIDE)
            continue
        face.good(title, said(answer.screen_message, ""))
        receipt.add(Section.RETURNED, title, printed=answer.print_line)
        if todo := aside(answer):
            face.notice(todo)


def renew(here: Here) -> None:
    """One loan, or all of them."""
    here.face.page("Renew loans")
    loans = here.visit.loans()
    if not loans:
        here.face.say("You have no loans.")
        return
    _show_loans(here.face, loans)
    chosen = _chosen(here.face, loans, "Which one (number, all, or Enter for none)", several=True)
    if len(chosen) > 1 and supported(here.status).renew_all:
        _renew_all(here)
        return
    for entry in chosen:
        answer = here.visit.renew(entry)
        if not answer.ok and _agrees(here.face, answer):
            answer = here.visit.renew(entry, agreed=True)
        title = answer.title_identifier or entry.text
        if answer.ok:
            until = f"due {due(answer.due_date)}"
            here.face.good(title, until)
            here.receipt.add(Section.RENEWED, title, until, answer.print_line)
        else:
            here.face.bad(title, said(answer.screen_message, "This loan cannot be renewed."), IN_TIME)


def _renew_all(here: Here) -> None:
    """With one message (65). Its lines begin with a barcode, and may go on with a reason (BN)."""
    answer = here.visit.renew_all()
    for entry in here.visit.entries(answer.renewed_items):
        until = f"due {due(entry.due)}"
        here.face.good(entry.text, until)
        here.receipt.add(Section.RENEWED, entry.text, until)
    for line, entry in zip(answer.unrenewed_items, here.visit.entries(answer.unrenewed_items), strict=True):
        reason = line.removeprefix(entry.item).strip() if entry.item else ""
        here.face.bad(entry.text, reason or "This loan cannot be renewed.", IN_TIME)
    if text := said(answer.screen_message, ""):
        here.face.notice(text)


def account(here: Here) -> None:
    """Loans, holds and fees."""
    here.face.page("My account")
    loans = here.visit.loans()
    if loans:
        _show_loans(here.face, loans)
    else:
        here.face.say("You have no loans.")
    ready, waiting = here.visit.holds()
    if ready or waiting:
        rows = [(entry.text, "ready for you") for entry in ready] + [
            (entry.text, "waiting") for entry in waiting
        ]
        here.face.table(("hold", ""), rows)
    else:
        here.face.say("You have no holds.")
    fees, total, currency = here.visit.fees()
    _show_fees(here.face, fees, total, currency)


def pay(here: Here) -> None:
    """Everything, one fee, or an amount."""
    here.face.page("Pay")
    fees, total, currency = here.visit.fees()
    _show_fees(here.face, fees, total, currency)
    if not total:
        return
    asked = here.face.ask("How much (all, the number of a fee, an amount such as 2.50, or Enter for nothing)")
    if not asked:
        return
    payment = _payment(here.face, asked, fees, total)
    if payment is None:
        here.face.bad(
            f"{asked} is no amount and no fee of these.", then="Nothing was taken. Choose Pay again."
        )
        return
    amount, fee = payment
    answer = here.visit.pay(amount, currency, fee)
    if not answer.payment_accepted:
        reason = said(answer.screen_message, "The payment was refused.")
        here.face.bad(reason, then="Nothing was taken. Please choose another amount, or ask at the desk.")
        return
    here.face.good(f"Paid {money(amount, currency)}", answer.transaction_id or "")
    here.receipt.add(Section.PAID, money(amount, currency), answer.transaction_id or "", answer.print_line)
    left = here.visit.fees()[1]
    here.face.say(f"Left to pay: {money(left, currency)}" if left else "Nothing is left to pay.")


def place_hold(here: Here) -> None:
    """On an item that is scanned, or on a title by its number."""
    here.face.page("Place a hold")
    wanted = here.face.ask("Scan an item, or type title: and its number (Enter for none)")
    if not wanted:
        return
    is_title = wanted.lower().startswith("title:")
    title = wanted[len("title:") :].strip() if is_title else ""
    pickup = here.face.ask("Where to pick it up (Enter for here)") or (here.status.terminal_location or "")
    answer = here.visit.place_hold("" if is_title else wanted, title, pickup)
    name = answer.title_identifier or title or wanted
    if not answer.ok:
        reason = said(answer.screen_message, "The hold was not placed.")
        here.face.bad(name, reason, "Please choose another item, or ask at the desk.")
        return
    place = f"number {answer.queue_position} in the queue" if answer.queue_position is not None else "placed"
    here.face.good(name, place)
    here.receipt.add(Section.HOLDS, name, place, answer.print_line)
    if answer.available:
        here.face.notice("It is on the shelf: you can take it and borrow it now.")


def cancel_hold(here: Here) -> None:
    """One of the patron's holds."""
    here.face.page("Cancel a hold")
    ready, waiting = here.visit.holds()
    holds = [*ready, *waiting]
    if not holds:
        here.face.say("You have no holds.")
        return
    rows = [(str(number), entry.text) for number, entry in enumerate(holds, 1)]
    here.face.table(("", "hold"), rows)
    for entry in _chosen(here.face, holds, "Which one (number, or Enter for none)", several=False):
        answer = here.visit.cancel_hold(entry)
        if answer.ok:
            here.face.good(entry.text, "cancelled")
            here.receipt.add(Section.HOLDS, entry.text, "cancelled", answer.print_line)
        else:
            reason = said(answer.screen_message, "The hold was not cancelled.")
            here.face.bad(entry.text, reason, "Please ask at the desk.")


STEPS: Final[Mapping[Ability, Callable[[Here], None]]] = {
    Ability.BORROW: borrow,
    Ability.RETURN: bring_back,
    Ability.RENEW: renew,
    Ability.ACCOUNT: account,
    Ability.PAY: pay,
    Ability.HOLD: place_hold,
    Ability.CANCEL: cancel_hold,
}
"""What each entry of the menu does."""


def _agrees(face: Face, answer: m.CheckoutResponse | m.RenewResponse) -> bool:
    """Whether the act was refused for a fee to be agreed to (BT and BV), and the patron agrees."""
    if not answer.fee_amount or answer.fee_type is None:
        return False
    cost = money(answer.fee_amount, answer.currency_type or "")
    return face.ask(f"{answer.title_identifier} costs {cost}. Do you agree? (y or n)").lower() in YES


def _chosen(face: Face, entries: Sequence[Entry], question: str, *, several: bool) -> Sequence[Entry]:
    """The entries that are chosen by number, or all; none for Enter. What is no number is asked again."""
    while word := face.ask(question).lower():
        if several and word in ALL:
            return entries
        if word.isascii() and word.isdigit() and 0 < int(word) <= len(entries):
            return entries[int(word) - 1 : int(word)]
        face.bad(f"There is no number {word}.", then=f"Type a number from 1 to {len(entries)}.")
    return ()


def _payment(face: Face, asked: str, fees: Sequence[Fee], total: Decimal) -> tuple[Decimal, str] | None:
    """The amount to pay and the fee that it is for, if it is for one."""
    if asked.lower() in ALL:
        return total, ""
    if asked.isascii() and asked.isdigit() and 0 < int(asked) <= len(fees):
        fee = fees[int(asked) - 1]
        return (fee.amount, fee.id) if fee.amount is not None else None
    try:
        amount = Decimal(asked.replace(",", "."))
    except InvalidOperation:
        return None
    return (amount, "") if amount.is_finite() and amount > 0 else None


def _show_loans(face: Face, loans: Sequence[Entry]) -> None:
    rows = [(str(number), entry.text, due(entry.due)) for number, entry in enumerate(loans, 1)]
    face.table(("", "loan", "due"), rows)


def _show_fees(face: Face, fees: Sequence[Fee], total: Decimal, currency: str) -> None:
    if not total:
        face.say("You owe nothing.")
        return
    face.table(("", "fee"), [(str(number), fee.text) for number, fee in enumerate(fees, 1)])
    face.say(f"You owe {money(total, currency)} in all.")
