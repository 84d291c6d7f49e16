"""AcceptItem: an item of another library has come for one of our patrons.

It is set aside for them, and lent when they fetch it, whatever action the partner asks for: who may borrow is
decided when somebody stands at the desk.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.desk import Answer
from core.events import Event, ItemAdded
from core.model.records import Guest
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from core.rules.guests import Arrival
from protocols.ncip import messages as m
from protocols.ncip.structures import BibliographicDescription
from servers.ncip.partner import Partner
from servers.ncip.translate.reply import Said, said
from servers.ncip.translate.requests import pickup_of
from servers.ncip.translate.wording import moment, own, reference, request_key


def accept(request: m.AcceptItem, partner: Partner, pin: Pin) -> Said:
    """It gets a record and a barcode: the one it came with, or the number of its request."""
    if request.request_id is None or request.user_id is None:
        return Answer(Refused(Reason.DETAIL_NEEDED))
    guest = Guest(
        reference(request.request_id, partner),
        moment(request.date_for_return, partner.zone),
        renewable=not request.renewal_not_permitted,
    )
    done = partner.desk.partners.accept(
        partner.actor,
        request.user_id.user_identifier_value.strip(),
        pickup_of(request.pickup_location, partner),
        _arrival(request, guest, partner),
        request=request_key(request, partner),
    )

    def tell(events: Sequence[Event]) -> m.Response:
        first = events[0]
        item = first.item if isinstance(first, ItemAdded) else partner.desk.library.guest(guest.reference)
        return m.AcceptItemResponse(
            request_id=request.request_id, item_id=None if item is None else own(item, partner)
        )

    return said(done, tell)


def _arrival(request: m.AcceptItem, guest: Guest, partner: Partner) -> Arrival:
    said = request.item_optional_fields
    described = (said.bibliographic_description if said else None) or BibliographicDescription()
    shelf_mark = said.item_description if said else None
    return Arrival(
        guest=guest,
        title=described.title or "",
        author=described.author or "",
        year=described.publication_date or "",
        barcode=request.item_id.item_identifier_value.strip() if request.item_id is not None else "",
        location=partner.agency.guest_location,
        policy=partner.agency.guest_policy,
        call_number=(shelf_mark.call_number or "") if shelf_mark is not None else "",
    )
