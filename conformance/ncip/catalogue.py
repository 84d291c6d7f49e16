"""Every NCIP case, in the order in which they are played."""

from conformance.case import Case
from conformance.ncip import (
    damaged,
    envelope,
    hostile,
    lookups,
    over_http,
    over_tcp,
    partners,
    problems,
    retries,
    services,
    storage,
    together,
)

CASES: tuple[Case, ...] = (
    *envelope.CASES,
    *lookups.CASES,
    *services.CASES,
    *problems.CASES,
    *partners.CASES,
    *retries.CASES,
    *storage.CASES,
    *damaged.CASES,
    *hostile.CASES,
    *over_http.CASES,
    *over_tcp.CASES,
    *together.CASES,
)
