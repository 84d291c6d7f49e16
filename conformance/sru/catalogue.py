"""Every SRU case, in the order in which they are played."""

from conformance.case import Case
from conformance.sru import (
    availability,
    carriers,
    cql,
    cql_refused,
    explaining,
    extras,
    hostile,
    laws,
    paging,
    scanning,
    schemas,
    searching,
    sorting,
    url_side,
    versions,
)

CASES: tuple[Case, ...] = (
    *versions.CASES,
    *explaining.CASES,
    *searching.CASES,
    *paging.CASES,
    *schemas.CASES,
    *cql.CASES,
    *cql_refused.CASES,
    *laws.CASES,
    *scanning.CASES,
    *sorting.CASES,
    *extras.CASES,
    *carriers.CASES,
    *url_side.CASES,
    *hostile.CASES,
    *availability.CASES,
)
