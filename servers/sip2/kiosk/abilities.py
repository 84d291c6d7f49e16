"""What a kiosk may offer: 98 says it, by its flags and by BX. Nobody is offered what would be refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final, NamedTuple

from protocols.sip2.fields import SupportedMessages
from protocols.sip2.messages import AcsStatus


class Ability(Enum):
    """An entry of the menu."""

    BORROW = "borrow"
    RETURN = "return"
    RENEW = "renew"
    ACCOUNT = "account"
    PAY = "pay"
    HOLD = "hold"
    CANCEL = "cancel"


class Known(NamedTuple):
    """How an ability is put to a patron, and when the server lets us have it."""

    words: str
    is_offered: Callable[[AcsStatus, SupportedMessages], bool]


ABILITIES: Final[Mapping[Ability, Known]] = {
    Ability.BORROW: Known("Borrow", lambda status, bx: status.checkout_ok and bx.checkout),
    Ability.RETURN: Known("Return", lambda status, bx: status.checkin_ok and bx.checkin),
    Ability.RENEW: Known("Renew loans", lambda status, bx: status.acs_renewal_policy and bx.renew),
    Ability.ACCOUNT: Known("My account", lambda status, bx: bx.patron_information),
    Ability.PAY: Known("Pay", lambda status, bx: bx.fee_paid and bx.patron_information),
    Ability.HOLD: Known("Place a hold", lambda status, bx: bx.hold),
    Ability.CANCEL: Known("Cancel a hold", lambda status, bx: bx.hold and bx.patron_information),
}
"""Every ability, in the order of the menu."""

_PROTOCOL_1: Final = SupportedMessages(
    patron_status_request=True, checkout=True, checkin=True, block_patron=True, sc_acs_status=True, login=True
)
"""What can be taken for granted where there is no BX, which is new in 2.00."""


def supported(status: AcsStatus) -> SupportedMessages:
    """BX, or what protocol 1.00 has."""
    return status.supported_messages or _PROTOCOL_1


def offered(status: AcsStatus) -> tuple[Ability, ...]:
    """What this terminal may offer now; nothing while the library is offline."""
    if not status.online_status:
        return ()
    bx = supported(status)
    return tuple(ability for ability, known in ABILITIES.items() if known.is_offered(status, bx))
