"""Every Z39.50 case, in the order in which they are played."""

from conformance.case import Case
from conformance.z3950 import (
    attributes,
    circulating,
    counting,
    damaged,
    ending,
    flooding,
    keeping,
    opening,
    presenting,
    searching,
    who,
)

CASES: tuple[Case, ...] = (
    *opening.CASES,
    *who.CASES,
    *searching.CASES,
    *attributes.CASES,
    *counting.CASES,
    *presenting.CASES,
    *keeping.CASES,
    *ending.CASES,
    *circulating.CASES,
    *damaged.CASES,
    *flooding.CASES,
)
