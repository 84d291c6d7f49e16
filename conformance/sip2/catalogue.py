"""Every SIP2 case, in the order in which they are played."""

from conformance.case import Case
from conformance.sip2 import (
    alma,
    awkward,
    blocks,
    circulation,
    damaged,
    fees,
    framing,
    holds,
    hostile,
    login,
    notes,
    offline,
    patron,
    pins,
    renew_all,
    resend,
    status,
    undo,
)

CASES: tuple[Case, ...] = (
    *status.CASES,
    *login.CASES,
    *framing.CASES,
    *resend.CASES,
    *patron.CASES,
    *circulation.CASES,
    *offline.CASES,
    *undo.CASES,
    *renew_all.CASES,
    *holds.CASES,
    *blocks.CASES,
    *notes.CASES,
    *fees.CASES,
    *pins.CASES,
    *alma.CASES,
    *damaged.CASES,
    *awkward.CASES,
    *hostile.CASES,
)
