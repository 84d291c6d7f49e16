"""CreateUser, UpdateUser, DeleteUser and SendUserNotice: the record of a patron, and what they are told.

The rule it keeps: a PIN comes here as its slow hash only; and a message that changes one is done again when
it comes again, since what it is known by holds no secrets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from core.desk import Answer
from core.events import Event, PatronAdded
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.structures import UserFields, UserId
from protocols.secret import Secret
from servers.ncip.partner import Partner
from servers.ncip.translate.changes import impossible, unaddable, undeletable
from servers.ncip.translate.persons import KEPT, identifiers, person, traits, unknown
from servers.ncip.translate.problems import unsuited
from servers.ncip.translate.reply import Reply, Said, said
from servers.ncip.translate.wording import (
    PROVES,
    input_of,
    item_key,
    moment,
    request_key,
    user,
    user_key,
    user_secret,
)

KEEPING_A_PIN: Final = frozenset((m.CreateUser, m.UpdateUser))
"""What may bring a PIN that is to be kept."""


def new_secret(request: m.Initiation) -> Secret | None:
    """The PIN that a user is to have from now on."""
    if type(request) not in KEEPING_A_PIN:
        return None
    if isinstance(request, m.CreateUser):
        return user_secret(request)
    if isinstance(request, m.UpdateUser) and request.add_user_fields is not None:
        return input_of(request.add_user_fields.authentication_input, PROVES) or None
    return None


def create(request: m.CreateUser, partner: Partner, pin: Pin, pin_hash: str) -> Said:
    """A record of a user; their barcode is the id that they come with, or a number of ours."""
    if request.block_or_trap:
        return Reply(unsuited(request, "BlockOrTrap", ""))
    if found := unknown(request, partner):
        return Reply(unsuited(request, *found))
    barcode = user_key(request)
    further = tuple([known for known in identifiers(request.authentication_input) if known != barcode])
    home = [one.agency_id.value for one in request.user_privilege if one.agency_id is not None]
    done = partner.desk.members.create_patron(
        partner.actor,
        replace(
            person(request, partner),
            agency=next(filter(partner.desk.policy.is_agency, home), partner.actor.agency),
            identifiers=further,
            pin=pin_hash or None,
        ),
        barcode=barcode,
        request=request_key(request, partner),
    )

    def tell(events: Sequence[Event]) -> m.Response:
        (added,) = events
        assert isinstance(added, PatronAdded), "a patron is registered"
        return m.CreateUserResponse(user_id=user(added.patron, partner))

    return said(done, tell)


def change(request: m.UpdateUser, partner: Partner, pin: Pin, pin_hash: str) -> Said:
    """Described anew: what is deleted goes first, then what is added comes. All of it, or nothing."""
    deleted, added = request.delete_user_fields, request.add_user_fields
    if stop := impossible(request, "UserFields", deleted, added, KEPT):
        return stop
    deleted, added = deleted or UserFields(), added or UserFields()
    if found := unknown(added, partner):
        return unaddable(request, f"AddUserFields/{found[0]}", found[1])
    who = user_key(request)
    patron = partner.desk.library.patron(who)
    known, gone = () if patron is None else patron.identifiers, identifiers(deleted.authentication_input)
    if patron is not None and not set(gone) <= set(known):
        return undeletable(request, "DeleteUserFields/AuthenticationInput")
    further = (*[one for one in known if one not in gone], *identifiers(added.authentication_input))
    done = partner.desk.members.change_patron(
        partner.actor,
        who,
        clear=traits(deleted),
        say=replace(
            person(added, partner),
            identifiers=None if further == known else tuple(dict.fromkeys(further)),
            pin=pin_hash or None,
        ),
        request="" if pin_hash else request_key(request, partner),
    )
    told = request.user_id or UserId(user_identifier_value=who)
    return said(done, lambda _: m.UpdateUserResponse(user_id=told))


def delete(request: m.DeleteUser, partner: Partner, pin: Pin) -> Said:
    """The record ends, and the patron's holds with it."""
    who, key = user_key(request), request_key(request, partner, pin)
    told = request.user_id or UserId(user_identifier_value=who)
    done = partner.desk.members.delete_patron(partner.actor, who, request=key)
    return said(done, lambda _: m.DeleteUserResponse(user_id=told))


def notify(request: m.SendUserNotice, partner: Partner, pin: Pin) -> Said:
    """Taken down, to be sent by whoever follows the log; not before its date, if it has one."""
    details = request.user_notice_details
    if details is None:
        return Answer(Refused(Reason.DETAIL_NEEDED))
    send_at = moment(request.date_to_send, partner.zone, end=False)
    about = details.notice_item[0].item_details if details.notice_item else None
    done = partner.desk.members.notice(
        partner.actor,
        request.user_id.user_identifier_value.strip(),
        details.notice_content or "",
        item="" if about is None else item_key(about.item_id, partner),
        send_at=send_at,
        request=request_key(request, partner),
    )
    response = m.SendUserNoticeResponse(
        user_id=request.user_id, date_will_send=send_at or partner.desk.clock.now()
    )
    return said(done, lambda _: response)
