"""A kiosk offers what 98 lets it do, and nothing else."""

from __future__ import annotations

from datetime import datetime

import pytest
from msgspec.structs import replace

from protocols.sip2.fields import SupportedMessages
from protocols.sip2.messages import AcsStatus
from servers.sip2.kiosk.abilities import ABILITIES, Ability, offered
from servers.sip2.kiosk.steps import STEPS

EVERYTHING = SupportedMessages(**dict.fromkeys(SupportedMessages.__struct_fields__, True))
STATUS = AcsStatus(
    online_status=True,
    checkin_ok=True,
    checkout_ok=True,
    acs_renewal_policy=True,
    status_update_ok=True,
    offline_ok=True,
    timeout_period=None,
    retries_allowed=None,
    date_time_sync=datetime(2026, 3, 2),
    protocol_version="2.00",
    institution_id="TOWN",
    supported_messages=EVERYTHING,
)


def test_every_ability_has_words_and_a_step() -> None:
    assert set(ABILITIES) == set(STEPS) == set(Ability)


def test_who_may_do_everything_is_offered_everything() -> None:
    assert offered(STATUS) == tuple(Ability)


@pytest.mark.parametrize(
    ("flag", "lost"),
    [
        ("checkout_ok", {Ability.BORROW}),
        ("checkin_ok", {Ability.RETURN}),
        ("acs_renewal_policy", {Ability.RENEW}),
        ("online_status", set(Ability)),
    ],
)
def test_a_flag_that_is_off_takes_away(flag: str, lost: set[Ability]) -> None:
    assert set(Ability) - set(offered(replace(STATUS, **{flag: False}))) == lost


@pytest.mark.parametrize(
    ("message", "lost"),
    [
        ("checkout", {Ability.BORROW}),
        ("checkin", {Ability.RETURN}),
        ("renew", {Ability.RENEW}),
        ("patron_information", {Ability.ACCOUNT, Ability.PAY, Ability.CANCEL}),
        ("fee_paid", {Ability.PAY}),
        ("hold", {Ability.HOLD, Ability.CANCEL}),
    ],
)
def test_a_message_that_bx_does_not_name_takes_away(message: str, lost: set[Ability]) -> None:
    bx = replace(EVERYTHING, **{message: False})
    assert set(Ability) - set(offered(replace(STATUS, supported_messages=bx))) == lost


def test_without_bx_there_is_what_protocol_1_has() -> None:
    assert offered(replace(STATUS, supported_messages=None)) == (Ability.BORROW, Ability.RETURN)
