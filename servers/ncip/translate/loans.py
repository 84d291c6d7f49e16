"""CheckOutItem, CheckInItem, RenewItem, UndoCheckOutItem and recalls, as brokers and discovery systems send
them.

The rule it keeps: what is lent to a partner for a user who is none of ours is on loan to the patron who
stands for that partner; and an item of another library that is checked in by its broker has gone back there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.desk import Answer
from core.events import CheckedIn, CheckedOut, Event, FeeCharged, ItemEnded, Recalled, Renewed
from core.model.records import Fee, Item, Loan
from core.refusals import Reason
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.schemes import FiscalActionType, LocationType
from protocols.ncip.structures import (
    Destination,
    FiscalTransactionInformation,
    FiscalTransactionReferenceId,
    RoutingInformation,
    UserOptionalFields,
)
from protocols.ncip.values import SchemeValuePair
from servers.ncip.partner import Partner
from servers.ncip.translate import items, users
from servers.ncip.translate.reply import Reply, Said, said
from servers.ncip.translate.wording import (
    happened,
    item_key,
    moment,
    money,
    own,
    reference,
    request_key,
    user_key,
    user_of,
)
from servers.ncip.words import FISCAL_TYPE
from servers.words.english import NOTICES
from servers.words.notices import Notice


def check_out(request: m.CheckOutItem, partner: Partner, pin: Pin) -> Said:
    """Lent to the user, to whom the request belongs, or to the partner. Whoever has it has it: a second
    message tells of the loan as it stands (Koha's clients send one).
    """
    library, barcode = partner.desk.library, item_key(request.item_id, partner)
    done = partner.desk.check_out(
        partner.actor,
        borrower(request, partner),
        barcode,
        request=request_key(request, partner, pin),
        pin=pin,
        fee_acknowledged=request.acknowledged_fee_amount is not None,
        renewal_wanted=False,
        offline=happened(request.mandated_action, partner, request.desired_date_due),
    )
    if isinstance(done.outcome, tuple):
        first = done.outcome[0]
        assert isinstance(first, CheckedOut), "lending begins with the loan"
        told = _lent(request, library.items[first.item], first.loan, done.outcome, partner)
        return Reply(told, done.unit, done.mine)
    if done.outcome.reason is not Reason.RENEWAL_NOT_WANTED:
        return Answer(done.outcome, done.unit, done.mine)
    item = library.item(barcode)
    assert item is not None, "what is lent is there"
    assert item.loan is not None, "only a loan can be renewed"
    return Reply(_lent(request, item, item.loan, (), partner), done.unit)


def renew(request: m.RenewItem, partner: Partner, pin: Pin) -> Said:
    """The loan lasts longer."""
    past = happened(request.mandated_action, partner, request.desired_date_due)
    done = partner.desk.renew(
        partner.actor,
        borrower(request, partner),
        item_key(request.item_id, partner),
        request=request_key(request, partner, pin),
        pin=pin,
        fee_acknowledged=request.acknowledged_fee_amount is not None,
        offline=past,
    )

    def tell(events: Sequence[Event]) -> m.Response:
        first = events[0]
        assert isinstance(first, Renewed), "a renewal begins with the loan"
        item = partner.desk.library.items[first.item]
        return m.RenewItemResponse(
            item_id=own(item, partner),
            user_id=user_of(first.loan.patron, partner),
            date_due=first.loan.due,
            renewal_count=first.loan.renewals,
            fiscal_transaction_information=_charged(events, partner),
            item_optional_fields=items.optional(item, request.item_element_type, partner),
            user_optional_fields=_borrower(first.loan, request.user_element_type, partner),
        )

    return said(done, tell)


def check_in(request: m.CheckInItem, partner: Partner, pin: Pin) -> Said:
    """Taken back; a guest is sent back to where it came from."""
    past, key = happened(request.mandated_action, partner), request_key(request, partner)
    item, found = _item(request, partner)
    if found is not None and found.guest is not None:
        returned = None if past is None else past.at
        sent = partner.desk.partners.send_back(partner.actor, item, returned_at=returned, request=key)
        return said(sent, lambda events: _gone(events, partner))
    done = partner.desk.check_in(partner.actor, item, request=key, offline=past)
    return said(done, lambda events: _back(request, events, partner))


def undo_check_out(request: m.UndoCheckOutItem, partner: Partner, pin: Pin) -> Said:
    """As if the loan had never been."""
    done = partner.desk.undo_check_out(
        partner.actor, item_key(request.item_id, partner), request=request_key(request, partner, pin)
    )
    return said(done, lambda _: m.UndoCheckOutItemResponse(item_id=request.item_id))


def recall(request: m.RecallItem, partner: Partner, pin: Pin) -> Said:
    """The loan is called back; the answer tells when it is due now."""
    done = partner.desk.recalls.recall(
        partner.actor,
        item_key(request.item_id, partner),
        wanted=moment(request.desired_date_due, partner.zone),
        request=request_key(request, partner),
    )

    def tell(events: Sequence[Event]) -> m.Response:
        due = next((event.loan.due for event in events if isinstance(event, Recalled)), None)
        return m.RecallItemResponse(item_id=request.item_id, date_due=due)

    return said(done, tell)


def cancel_recall(request: m.CancelRecallItem, partner: Partner, pin: Pin) -> Said:
    """The loan is due when it had been before."""
    barcode, key = item_key(request.item_id, partner), request_key(request, partner)
    done = partner.desk.recalls.cancel(partner.actor, barcode, request=key)
    return said(done, lambda _: m.CancelRecallItemResponse(item_id=request.item_id))


def borrower(
    request: m.CheckOutItem | m.RenewItem | m.RequestItem | m.CancelRequestItem, partner: Partner
) -> str:
    """Who is to have the item: the user if they are ours, whoever the request is for, or who stands for the
    partner.
    """
    name = user_key(request)
    if partner.desk.library.patron(name) is not None:
        return name
    number = None if isinstance(request, m.RenewItem) else request.request_id
    hold = None if number is None else partner.desk.library.hold_for(reference(number, partner))
    if hold is not None:
        return partner.desk.library.patrons[hold.patron].barcode
    return partner.agency.borrower or name


def _item(request: m.CheckInItem, partner: Partner) -> tuple[str, Item | None]:
    """The barcode, or that of the guest whose number was sent in its place, and what has it."""
    barcode, library = item_key(request.item_id, partner), partner.desk.library
    found = library.item(barcode)
    if found is None and request.request_id is not None:
        found = library.guest(reference(request.request_id, partner))
        return barcode if found is None else found.barcode, found
    return barcode, found


def _lent(
    request: m.CheckOutItem, item: Item, loan: Loan, events: Sequence[Event], partner: Partner
) -> m.Response:
    return m.CheckOutItemResponse(
        item_id=own(item, partner),
        user_id=user_of(loan.patron, partner),
        date_due=loan.due,
        renewal_count=loan.renewals,
        fiscal_transaction_information=_charged(events, partner),
        item_optional_fields=items.optional(item, request.item_element_type, partner),
        user_optional_fields=_borrower(loan, request.user_element_type, partner),
    )


def _gone(events: Sequence[Event], partner: Partner) -> m.Response:
    ended = events[-1]
    assert isinstance(ended, ItemEnded), "sending back ends with the record"
    return m.CheckInItemResponse(item_id=own(ended.item, partner))


def _back(request: m.CheckInItem, events: Sequence[Event], partner: Partner) -> m.Response:
    """Told again, it may be of a guest that has gone."""
    if type(events[-1]) is ItemEnded:
        return _gone(events, partner)
    first = events[0]
    assert isinstance(first, CheckedIn), "a return begins with the item"
    item = partner.desk.library.items[first.item]
    return m.CheckInItemResponse(
        item_id=own(item, partner),
        user_id=user_of(first.patron, partner),
        routing_information=_route(first, partner),
        fiscal_transaction_information=_charged(events, partner),
        item_optional_fields=items.optional(item, request.item_element_type, partner),
    )


def _route(back: CheckedIn, partner: Partner) -> RoutingInformation | None:
    """Where the item goes from here, if it does not go back on its shelf."""
    if not back.destination and back.hold is None:
        return None
    agency = back.destination or back.agency
    notice = Notice.SEND_TO if back.destination else Notice.PUT_ON_HOLD_SHELF
    name = partner.desk.policy.agency(agency).name or agency
    where = items.place(agency, partner, LocationType.CURRENT_LOCATION)
    return RoutingInformation(
        routing_instructions=str(NOTICES[notice]).format(place=name),
        destination=Destination(location=where),
    )


def _charged(events: Iterable[Event], partner: Partner) -> FiscalTransactionInformation | None:
    """The fee that the act has cost."""
    for event in events:
        if type(event) is FeeCharged:
            return fiscal(event.fee, FiscalActionType.ASSESS, partner)
    return None


def fiscal(fee: Fee, action: FiscalActionType, partner: Partner) -> FiscalTransactionInformation:
    """What was done about a fee."""
    return FiscalTransactionInformation(
        fiscal_action_type=SchemeValuePair(action),
        fiscal_transaction_reference_id=FiscalTransactionReferenceId(
            agency_id=SchemeValuePair(partner.institution),
            fiscal_transaction_identifier_value=str(fee.id),
        ),
        fiscal_transaction_type=SchemeValuePair(FISCAL_TYPE[fee.kind]),
        amount=money(fee.amount, fee.currency),
    )


def _borrower(loan: Loan, kinds: Iterable[SchemeValuePair], partner: Partner) -> UserOptionalFields | None:
    patron = partner.desk.library.patrons.get(loan.patron) if kinds else None
    return None if patron is None else users.optional(patron.barcode, kinds, partner)
