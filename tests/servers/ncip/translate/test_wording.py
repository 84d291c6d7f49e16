"""How dates, amounts and request keys are put."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core.actor import Actor
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.structures import AuthenticationInput, ItemId, UserId
from protocols.ncip.values import SchemeValuePair
from protocols.secret import Secret
from servers.ncip.partner import Partner
from servers.ncip.translate.wording import day, moment, money, request_key
from tests.fakes.world import World
from tests.servers.ncip.speaking import BROKER, DEPOT_STORAGE

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("value", "end", "told"),
    [
        (DAY, True, "2026-07-01T21:59:59+00:00"),
        (DAY, False, "2026-06-30T22:00:00+00:00"),
        (datetime(2026, 7, 1, 12), True, "2026-07-01T10:00:00+00:00"),
        (datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("America/New_York")), True, "2026-07-01T16:00:00+00:00"),
    ],
    ids=["a day's end", "a day's beginning", "no zone", "another zone"],
)
def test_a_date_is_a_moment_in_the_library(value: date | datetime, end: bool, told: str) -> None:
    found = moment(value, BERLIN, end)
    assert found is not None
    assert found.isoformat() == told


def test_midnight_elsewhere_is_the_day_that_it_is_here() -> None:
    assert day(datetime(2026, 7, 1, 23, tzinfo=ZoneInfo("UTC")), BERLIN) == date(2026, 7, 2)
    assert day(datetime(2026, 7, 1, 23), BERLIN) == DAY
    assert day(DAY, BERLIN) == DAY


@pytest.mark.parametrize(
    ("value", "currency", "units"), [("1.50", "EUR", 150), ("500", "JPY", 500), ("1.234", "KWD", 1234)]
)
def test_amounts_count_the_smallest_unit(value: str, currency: str, units: int) -> None:
    assert money(Decimal(value), currency).monetary_value == units


class TestRequestKeys:
    @pytest.fixture
    def partner(self, world: World) -> Partner:
        return Partner(BROKER, Actor("BROKER", "MAIN"), world.desk)

    @staticmethod
    def lending(pin: str = "1234", barcode: str = "I1") -> m.CheckOutItem:
        given = AuthenticationInput(
            authentication_input_data=Secret(pin),
            authentication_input_type=SchemeValuePair("PIN"),
        )
        return m.CheckOutItem(
            user_id=UserId(user_identifier_value="P1"),
            authentication_input=(given,),
            item_id=ItemId(item_identifier_value=barcode),
        )

    def test_the_same_message_has_the_same_key_and_another_has_another(self, partner: Partner) -> None:
        key = request_key(self.lending(), partner)
        assert request_key(self.lending(), partner) == key
        assert request_key(self.lending(barcode="I2"), partner) != key

    def test_a_pin_is_no_part_of_it_and_a_wrong_one_has_no_key(self, partner: Partner) -> None:
        assert request_key(self.lending("1"), partner) == request_key(self.lending("2"), partner)
        assert request_key(self.lending(), partner, Pin.WRONG) == ""

    def test_a_broker_and_a_store_of_one_agency_do_not_answer_for_each_other(
        self, world: World, partner: Partner
    ) -> None:
        message = m.CheckInItem(item_id=ItemId(item_identifier_value="I1"))
        store = Partner(BROKER, partner.actor, world.desk, DEPOT_STORAGE)
        assert request_key(message, partner) != request_key(message, store)
