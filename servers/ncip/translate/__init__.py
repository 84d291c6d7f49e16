"""NCIP messages to acts at the desk, outcomes to NCIP messages: here alone NCIP's words meet the library's.

This file says only which room speaks for which service; one that no room speaks for is unsupported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, cast, get_args

from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.secret import Secret
from servers.configuration.settings import PinCheck
from servers.ncip.partner import Partner
from servers.ncip.translate import (
    fiscal,
    guests,
    item_sets,
    items,
    libraries,
    loans,
    members,
    notifications,
    requests,
    stock,
    storage,
    users,
)
from servers.ncip.translate.members import KEEPING_A_PIN, new_secret
from servers.ncip.translate.problems import refused, unsupported
from servers.ncip.translate.reply import Reply, Said
from servers.ncip.translate.versions import versions
from servers.ncip.translate.wording import ByUser, user_key, user_secret

__all__ = ["Reply", "answer", "known_pin", "new_secret", "patron_secret", "refused", "versions"]

_PINNED: Final = frozenset(get_args(ByUser))
# By names of their own: see core.rules.standing.
_NOT_GIVEN: Final = Pin.NOT_GIVEN
_WRONG: Final = Pin.WRONG
_NEVER: Final = PinCheck.NEVER
_ALWAYS: Final = PinCheck.ALWAYS


def answer(request: m.Initiation, partner: Partner, pin: Pin, pin_hash: str = "") -> Reply:
    """Do what a partner asks for, and put the outcome in the standard's words. ``pin_hash`` is the slow hash
    of its `new_secret`, if it has one.
    """
    service = type(request)
    room = (_ROOMS if partner.storage is None else _STORE_ROOMS).get(service)
    if room is None:
        return Reply(unsupported(service))
    if pin is _WRONG:
        refusal = Refused(Reason.WRONG_PIN)
        return Reply(refused(request, refusal), reason=refusal.reason)
    if service in KEEPING_A_PIN:
        assert bool(pin_hash) is (new_secret(request) is not None), "a secret is kept as its hash"
        room = partial(room, pin_hash=pin_hash)
    said = room(request, partner, pin)
    if isinstance(said, Reply):
        return said
    return Reply(refused(request, said.outcome), said.unit, said.mine, said.outcome.reason)


def known_pin(request: m.Initiation, partner: Partner) -> Pin | None:
    """What is known of the PIN in a request; None if it must be hashed first."""
    policy = partner.agency.pin
    if type(request) not in _PINNED or policy is _NEVER or partner.storage is not None:
        return _NOT_GIVEN
    by_user = cast("ByUser", request)
    secret = user_secret(by_user)
    if secret:
        return partner.desk.known_pin(partner.actor, user_key(by_user), secret.reveal())
    demanded = policy is _ALWAYS and isinstance(request, m.LookupUser)
    return _WRONG if demanded else _NOT_GIVEN


def patron_secret(request: m.Initiation) -> tuple[str, Secret]:
    """Whose PIN the request carries, and the PIN."""
    assert isinstance(request, ByUser), "only what `known_pin` knows nothing of"
    secret = user_secret(request)
    assert secret is not None, "only a PIN is checked"
    return user_key(request), secret


Room = Callable[..., Said]


_ROOMS: Final[Mapping[type[m.Initiation], Room]] = {
    m.LookupAgency: libraries.look_up,
    m.LookupItem: items.look_up,
    m.LookupItemSet: item_sets.look_up,
    m.LookupRequest: requests.look_up,
    m.LookupUser: users.look_up,
    m.AcceptItem: guests.accept,
    m.CancelRecallItem: loans.cancel_recall,
    m.CancelRequestItem: requests.cancel,
    m.CheckInItem: loans.check_in,
    m.CheckOutItem: loans.check_out,
    m.CreateItem: stock.create,
    m.CreateUser: members.create,
    m.CreateUserFiscalTransaction: fiscal.transact,
    m.DeleteItem: stock.delete,
    m.DeleteUser: members.delete,
    m.RecallItem: loans.recall,
    m.RenewItem: loans.renew,
    m.ReportCirculationStatusChange: stock.claim,
    m.RequestItem: requests.place,
    m.SendUserNotice: members.notify,
    m.UndoCheckOutItem: loans.undo_check_out,
    m.UpdateCirculationStatus: stock.set_status,
    m.UpdateItem: stock.change,
    m.UpdateRequestItem: requests.change,
    m.UpdateUser: members.change,
    **dict.fromkeys(m.Notification.__subclasses__(), notifications.written_down),
    m.ItemCheckedIn: notifications.checked_in,
    m.ItemRequestCancelled: notifications.request_cancelled,
    m.ItemRequested: notifications.requested,
}
_STORE_ROOMS: Final[Mapping[type[m.Initiation], Room]] = {
    m.CheckInItem: storage.shelved,
    m.CheckOutItem: storage.sent_out,
    m.CancelRequestItem: storage.not_found,
}
