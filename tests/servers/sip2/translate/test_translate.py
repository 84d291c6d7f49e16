"""Every request that a terminal may make is answered and refused in the right message, whatever it holds."""

from collections.abc import AsyncIterator
from datetime import datetime
from itertools import product
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.refusals import Reason
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from protocols.sip2.codec import parse, serialise
from servers.configuration.settings import (
    EXTENSIONS,
    PERSONAL,
    AlertCause,
    Dialect,
    FieldPolicy,
    NoBlock,
    PinCheck,
)
from servers.sip2.translate import _ANSWERS, _REFUSALS, answer, known_pin, refused
from servers.sip2.translate.pins import NEEDS_PIN
from servers.words.english import REFUSALS
from tests.fakes.world import BEN, EMMA, KIOSK, World
from tests.protocols.sip2.test_laws import messages_of
from tests.servers.sip2.translating import MORE_RECORDS, WIRE, Kiosk

REQUESTS = set(m.FromSc.__subclasses__())
LINK = {m.Login, m.ScStatus}
"""Requests about the link itself, which the listener answers."""

RESPONSES: dict[type[m.FromSc], type[m.FromAcs]] = {
    m.Login: m.LoginResponse,
    m.ScStatus: m.AcsStatus,
    m.PatronStatusRequest: m.PatronStatusResponse,
    m.PatronInformation: m.PatronInformationResponse,
    m.EndPatronSession: m.EndSessionResponse,
    m.Checkout: m.CheckoutResponse,
    m.Checkin: m.CheckinResponse,
    m.Renew: m.RenewResponse,
    m.FeePaid: m.FeePaidResponse,
    m.ItemInformation: m.ItemInformationResponse,
    m.BlockPatron: m.PatronStatusResponse,
    m.PatronEnable: m.PatronEnableResponse,
    m.RenewAll: m.RenewAllResponse,
    m.Hold: m.HoldResponse,
    m.ItemStatusUpdate: m.ItemStatusUpdateResponse,
}

EVERYTHING: dict[str, Any] = {
    "block_patrons": True,
    "extensions": EXTENSIONS,
    "alerts": tuple(AlertCause),
    "print_lines": True,
    "security_inhibit": True,
}
"""A profile that leaves nothing out."""


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World(records=MORE_RECORDS).start()
    yield world
    await world.stop()


def test_every_request_is_answered_and_refused() -> None:
    """One that is declared later has no translation until somebody writes it. 97 ends in the connection."""
    assert set(_ANSWERS) == REQUESTS - LINK - {m.RequestAcsResend}
    assert set(_REFUSALS) == REQUESTS - {m.RequestAcsResend}


@pytest.mark.parametrize("kind", RESPONSES)
async def test_every_refusal_is_in_the_requests_own_answer_and_says_why(
    world: World, kind: type[m.FromSc]
) -> None:
    kiosk = Kiosk(world)
    request = kiosk.request(_bare(kind))
    stations = (None, kiosk.station, Kiosk(world, dialect=Dialect.ALMA).station)
    for reason, station in product(Reason, stations):
        message = refused(request, station, datetime(2026, 3, 2, 10, 30), reason)
        assert type(message) is RESPONSES[kind]
        match message:
            case m.LoginResponse() | m.CheckoutResponse() | m.CheckinResponse() | m.RenewResponse():
                assert not message.ok
            case m.RenewAllResponse() | m.HoldResponse():
                assert not message.ok
            case m.ItemStatusUpdateResponse():
                assert not message.item_properties_ok
            case m.FeePaidResponse():
                assert not message.payment_accepted
            case m.AcsStatus():
                assert not message.online_status
            case _:
                pass
        assert parse(serialise(message, WIRE), WIRE).code == message.code
        if kind not in LINK:
            assert getattr(message, "screen_message", None) == (REFUSALS[reason],)


def _bare(kind: type[m.FromSc]) -> str:
    """A request with nothing in it but what its form needs."""
    return kind.code + " " * (m.DECLARATIONS[kind.code].fixed_length - 2)


# Whatever it holds

KNOWN = st.sampled_from(
    ["P1", "P2", "P4", "I1", "I2", "I4", "I7", " i1 ", "Emma", "b1", "900", "0.50", "1", "R-7"]
)
TEXTS = KNOWN | st.text(max_size=12)


@pytest.mark.parametrize("kind", _ANSWERS)
async def test_any_request_that_can_be_read_is_answered_in_a_message_that_can_be_written(
    world: World, kind: type[m.FromSc]
) -> None:
    kiosks = [
        Kiosk(world),
        Kiosk(world, "sorter", checked_in_ok=True),
        Kiosk(world, "bare", due_date="%d.%m.%Y", charged_item="{title}", fine_item="", fees=False),
        Kiosk(world, "chatty", **EVERYTHING),
        Kiosk(world, "private", fields=dict.fromkeys(PERSONAL, FieldPolicy.HIDE), **EVERYTHING),
        Kiosk(world, "masked", fields=dict.fromkeys(PERSONAL, FieldPolicy.MASK), **EVERYTHING),
        Kiosk(world, "alma", dialect=Dialect.ALMA, enforce=False),
        Kiosk(world, "late", no_block=NoBlock.ALWAYS, pin=PinCheck.ALWAYS),
    ]
    world.desk.check_out(KIOSK, "P2", "I1")
    world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN")
    world.charge(BEN, "3.50")

    @settings(suppress_health_check=[HealthCheck.nested_given])
    @given(messages_of(kind.code, TEXTS), st.sampled_from(kiosks), st.sampled_from(Pin), st.floats(0, 40))
    def law(asked: m.Message, kiosk: Kiosk, pin: Pin, days: float) -> None:
        world.clock.advance(days=days)
        request = parse(serialise(asked, WIRE), WIRE)
        assert isinstance(request, kind)
        known_pin(request, kiosk.station)
        reply = answer(request, kiosk.station, pin)
        if reply.message is None:
            assert kiosk.station.is_alma
            return
        assert type(reply.message) is RESPONSES[kind]
        assert parse(serialise(reply.message, WIRE), WIRE).code == reply.message.code
        shown = m.PatronStatusResponse | m.PatronInformationResponse
        if pin is Pin.WRONG and kind in NEEDS_PIN and isinstance(reply.message, shown):
            assert (reply.message.personal_name, reply.message.fee_amount) == ("", None)

    law()
