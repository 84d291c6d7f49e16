"""Every SIP2 case, in the order in which they are played."""

from conformance.case import Case
from conformance.sip2 import circulation, damaged, fees, framing, hostile, login, patron, resend, status

CASES: tuple[Case, ...] = (
    *status.CASES,
    *login.CASES,
    *framing.CASES,
    *resend.CASES,
    *patron.CASES,
    *circulation.CASES,
    *fees.CASES,
    *damaged.CASES,
    *hostile.CASES,
)
