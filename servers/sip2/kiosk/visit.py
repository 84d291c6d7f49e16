"""One patron's visit as messages: what is asked, and what the answers come to. Nothing is shown here.

The rule it keeps: each message stands alone, with card and PIN in it; and lists are asked for one at a time,
as the standard has it (63).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from msgspec import Struct

from protocols.secret import Secret
from protocols.sip2 import messages as m
from protocols.sip2.fields import CirculationStatus, FeeType, HoldMode, PaymentType, Summary
from servers.sip2.kiosk.abilities import supported
from servers.sip2.kiosk.conversation import Conversation

_AMOUNT: Final = re.compile(r"\d+[.,]\d\d\b")
_ON_LOAN: Final = (CirculationStatus.CHARGED, CirculationStatus.CHARGED_NOT_RECALLABLE)


class Entry(Struct, frozen=True):
    """A line of a list in 64: a loan or a hold. ``item`` is empty where the line names none that is known."""

    text: str
    item: str = ""
    due: str = ""


class Fee(Struct, frozen=True):
    """A line of AV. ``id`` is what CG takes, ``amount`` None where the line tells none."""

    text: str
    id: str
    amount: Decimal | None


class Visit:
    """A patron at the kiosk, from card to receipt."""

    def __init__(
        self,
        line: Conversation,
        status: m.AcsStatus,
        card: str,
        pin: str,
        language: str = "001",
        now: Callable[[], datetime] = lambda: datetime.now().replace(microsecond=0),
    ) -> None:
        self.card = card
        self._line = line
        self._status = status
        self._institution = status.institution_id
        self._pin = Secret(pin) if pin else None
        self._language = language
        self._now = now

    # The patron

    def patron(self, summary: Summary = Summary()) -> m.PatronInformationResponse:  # noqa: B008  it is frozen
        """63: who this is, what is owed, and one list."""
        request = m.PatronInformation(
            language=self._language,
            transaction_date=self._now(),
            summary=summary,
            institution_id=self._institution,
            patron_identifier=self.card,
            patron_password=self._pin,
        )
        return self._line.ask(request, m.PatronInformationResponse)

    def loans(self) -> list[Entry]:
        """What the patron has, with titles and due dates."""
        return self.entries(self.patron(Summary(charged_items=True)).charged_items)

    def holds(self) -> tuple[list[Entry], list[Entry]]:
        """What is ready for the patron, and what is waited for."""
        ready = self.patron(Summary(hold_items=True)).hold_items
        waiting = self.patron(Summary(unavailable_holds=True)).unavailable_hold_items
        return self.entries(ready), self.entries(waiting)

    def fees(self) -> tuple[list[Fee], Decimal, str]:
        """The open fees, what they come to, and in which currency."""
        answer = self.patron(Summary(fine_items=True))
        return [_fee(line) for line in answer.fine_items], owed(answer), answer.currency_type or ""

    def end(self) -> m.EndSessionResponse:
        """35."""
        request = m.EndPatronSession(
            transaction_date=self._now(),
            institution_id=self._institution,
            patron_identifier=self.card,
            patron_password=self._pin,
        )
        return self._line.ask(request, m.EndSessionResponse)

    # Items

    def item(self, barcode: str) -> m.ItemInformationResponse | None:
        """17; None where the terminal may not ask."""
        if not supported(self._status).item_information:
            return None
        request = m.ItemInformation(
            transaction_date=self._now(), institution_id=self._institution, item_identifier=barcode
        )
        return self._line.ask(request, m.ItemInformationResponse)

    def check_out(self, barcode: str, *, agreed: bool = False) -> m.CheckoutResponse:
        """11; ``agreed``: the patron has agreed to the fee that an earlier answer spoke of."""
        request = m.Checkout(
            sc_renewal_policy=self._status.acs_renewal_policy,
            no_block=False,
            transaction_date=self._now(),
            nb_due_date=None,
            institution_id=self._institution,
            patron_identifier=self.card,
            item_identifier=barcode,
            terminal_password=Secret(""),
            patron_password=self._pin,
            fee_acknowledged=agreed or None,
        )
        return self._line.ask(request, m.CheckoutResponse)

    def renew(self, entry: Entry, *, agreed: bool = False) -> m.RenewResponse:
        """29, by item, or by title where no item is known."""
        request = m.Renew(
            third_party_allowed=False,
            no_block=False,
            transaction_date=self._now(),
            nb_due_date=None,
            institution_id=self._institution,
            patron_identifier=self.card,
            patron_password=self._pin,
            item_identifier=entry.item or None,
            title_identifier=None if entry.item else entry.text,
            fee_acknowledged=agreed or None,
        )
        return self._line.ask(request, m.RenewResponse)

    def renew_all(self) -> m.RenewAllResponse:
        """65."""
        request = m.RenewAll(
            transaction_date=self._now(),
            institution_id=self._institution,
            patron_identifier=self.card,
            patron_password=self._pin,
        )
        return self._line.ask(request, m.RenewAllResponse)

    # Money

    def pay(self, amount: Decimal, currency: str, fee: str = "") -> m.FeePaidResponse:
        """37, with a number of our own (BK), so that it is taken once however often it is sent."""
        request = m.FeePaid(
            transaction_date=self._now(),
            fee_type=FeeType.OTHER,
            payment_type=PaymentType.CASH,
            currency_type=currency,
            fee_amount=str(amount),
            institution_id=self._institution,
            patron_identifier=self.card,
            patron_password=self._pin,
            fee_identifier=fee or None,
            transaction_id=secrets.token_hex(4),
        )
        return self._line.ask(request, m.FeePaidResponse)

    # Holds

    def place_hold(self, barcode: str, title: str, pickup: str) -> m.HoldResponse:
        """15 with +, for an item, or for a title where ``barcode`` is empty."""
        return self._hold(HoldMode.ADD, barcode, title, pickup)

    def cancel_hold(self, entry: Entry) -> m.HoldResponse:
        """15 with -."""
        return self._hold(HoldMode.DELETE, entry.item, entry.text)

    def _hold(self, mode: HoldMode, barcode: str, title: str, pickup: str = "") -> m.HoldResponse:
        request = m.Hold(
            hold_mode=mode,
            transaction_date=self._now(),
            institution_id=self._institution,
            patron_identifier=self.card,
            pickup_location=pickup or None,
            patron_password=self._pin,
            item_identifier=barcode or None,
            title_identifier=None if barcode else title,
        )
        return self._line.ask(request, m.HoldResponse)

    def entries(self, lines: Sequence[str]) -> list[Entry]:
        """What the lines of a list name."""
        return [self._entry(line) for line in lines]

    def _entry(self, line: str) -> Entry:
        """A line holds a barcode, or a barcode and more, or anything: 17 tells."""
        barcode = line.split(maxsplit=1)[0] if line.strip() else ""
        found = self.item(barcode) if barcode else None
        if found is None or not found.title_identifier:
            return Entry(line)
        is_lent = found.circulation_status in _ON_LOAN
        return Entry(found.title_identifier, barcode, (found.due_date or "") if is_lent else "")


def give_back(line: Conversation, status: m.AcsStatus, barcode: str) -> m.CheckinResponse:
    """09, for which nobody needs a card."""
    now = datetime.now().replace(microsecond=0)
    request = m.Checkin(
        no_block=False,
        transaction_date=now,
        return_date=now,
        current_location=status.terminal_location or "",
        institution_id=status.institution_id,
        item_identifier=barcode,
        terminal_password=Secret(""),
    )
    return line.ask(request, m.CheckinResponse)


def is_known(answer: m.PatronInformationResponse) -> bool:
    """Whether card and PIN are right, as far as the server says anything about them."""
    return answer.valid_patron is not False and answer.valid_patron_password is not False


def owed(answer: m.PatronInformationResponse) -> Decimal:
    """BV; nothing where it is missing or no amount."""
    text = (answer.fee_amount or "").strip()
    return Decimal(text) if re.fullmatch(r"\d+(\.\d+)?", text) else Decimal(0)


def _fee(line: str) -> Fee:
    found = _AMOUNT.search(line)
    amount = Decimal(found[0].replace(",", ".")) if found else None
    return Fee(line, line.split(maxsplit=1)[0] if line.strip() else "", amount)
