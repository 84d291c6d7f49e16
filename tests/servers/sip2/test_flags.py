"""The 14 flags: each for its own condition, by the standard and by Alma, of which a profile shows some."""

from itertools import combinations

import pytest

from core.refusals import Reason
from protocols.sip2.fields import PATRON_STATUS, PatronStatus
from servers.configuration.settings import Dialect, StatusFlag
from servers.sip2.flags import CLEAR, DENIED, PERSONS, standing
from tests.matrix import proves

CHARGE, RENEWAL = "charge_privileges_denied", "renewal_privileges_denied"
RECALL, HOLD = "recall_privileges_denied", "hold_privileges_denied"


def test_each_flag_of_the_settings_is_one_of_the_standard() -> None:
    assert [flag.name.lower() for flag in StatusFlag] == list(PatronStatus.__struct_fields__)


def names(status: PatronStatus) -> set[str]:
    """The flags that are set."""
    return {name for name in PatronStatus.__struct_fields__ if getattr(status, name)}


def flags(*grounds: Reason, renewals: bool = False, holds: bool = False, **owing: bool) -> set[str]:
    """What the standard sets."""
    said = standing(Dialect.FULL, ()).flags
    return names(said(grounds, renewals, holds, owing.get("fines", False), owing.get("fees", False)))


@proves("flags of 24 are true only if the condition holds")
def test_every_flag_is_set_by_its_own_condition() -> None:
    assert flags() == set()
    assert flags(Reason.PATRON_EXPIRED) == {CHARGE}
    assert flags(Reason.PATRON_EXPIRED, renewals=True, holds=True) == {CHARGE, RENEWAL, RECALL, HOLD}
    assert flags(Reason.CARD_LOST) == {CHARGE, "card_reported_lost"}
    assert flags(Reason.TOO_MANY_LOANS) == {CHARGE, "too_many_items_charged"}
    assert flags(Reason.TOO_MANY_OVERDUES) == {CHARGE, "too_many_items_overdue"}
    assert flags(Reason.TOO_MUCH_OWED, fines=True) == {CHARGE, "excessive_outstanding_fines"}
    assert flags(Reason.TOO_MUCH_OWED, fees=True) == {CHARGE, "excessive_outstanding_fees"}
    assert flags(Reason.PATRON_BLOCKED, fines=True, fees=True) == {CHARGE}


def test_a_stranger_is_denied_everything_and_nobody_else_anything() -> None:
    assert names(DENIED) == {CHARGE, RENEWAL, RECALL, HOLD}
    assert standing(Dialect.FULL, ()).flags((), False, False, False, False) == CLEAR


ALMA = [
    ((Reason.PATRON_BLOCKED,), "Y  Y          "),
    ((Reason.PATRON_INACTIVE,), "Y  Y          "),
    ((Reason.PATRON_EXPIRED,), "Y  Y          "),
    ((Reason.CARD_LOST,), "Y  Y          "),
    ((Reason.TOO_MANY_LOANS,), "     Y        "),
    ((Reason.TOO_MANY_OVERDUES,), "      Y       "),
    ((Reason.TOO_MUCH_OWED,), "          YY  "),
    ((Reason.PATRON_EXPIRED, Reason.TOO_MANY_LOANS), "Y  Y Y        "),
    ((), " " * 14),
]


@proves("the dialect of Alma")
@pytest.mark.parametrize(("grounds", "row"), ALMA)
def test_alma_sets_0_and_3_for_the_person_and_5_6_10_11_for_their_own_reasons(
    grounds: tuple[Reason, ...], row: str
) -> None:
    assert PATRON_STATUS.write is not None
    said = standing(Dialect.ALMA, ()).flags(grounds, bool(grounds), bool(grounds), True, True)
    assert PATRON_STATUS.write(said) == row


GROUNDS = (*PERSONS, Reason.TOO_MANY_LOANS, Reason.TOO_MANY_OVERDUES, Reason.TOO_MUCH_OWED)


@pytest.mark.parametrize("count", range(4))
def test_alma_never_sets_another_position(count: int) -> None:
    assert PATRON_STATUS.write is not None
    said = standing(Dialect.ALMA, ())
    for grounds in combinations(GROUNDS, count):
        row = PATRON_STATUS.write(said.flags(grounds, True, True, True, True))
        assert {place for place, flag in enumerate(row) if flag == "Y"} <= {0, 3, 5, 6, 10, 11}
    assert PATRON_STATUS.write(said.denied) == "Y  Y          "


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("shown", StatusFlag)
def test_of_all_flags_only_those_of_the_profile_are_ever_set(dialect: Dialect, shown: StatusFlag) -> None:
    """Some clients take any flag for a block (LP 1853363)."""
    said, whole = standing(dialect, (shown,)), standing(dialect, ())
    name = shown.name.lower()
    assert names(said.denied) == names(whole.denied) & {name}
    assert names(said.flags(GROUNDS, True, True, True, True)) == names(
        whole.flags(GROUNDS, True, True, True, True)
    ) & {name}
