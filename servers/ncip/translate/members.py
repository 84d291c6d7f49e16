"""DeleteUser and SendUserNotice: the record of a patron, and what they are to be told."""

from __future__ import annotations

from core.desk import Answer
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.structures import UserId
from servers.ncip.partner import Partner
from servers.ncip.translate.reply import Said, said
from servers.ncip.translate.wording import item_key, moment, request_key, user_key


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
