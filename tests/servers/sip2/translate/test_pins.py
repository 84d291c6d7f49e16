"""The PIN in a request: one rule for absent, empty and given, for each message and each profile."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.refusals import Reason
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from servers.configuration.settings import BlankPin, PinCheck
from servers.sip2.translate.pins import NEEDS_PIN, PATRON_REQUESTS, known_pin, patron_secret
from tests.fakes.world import ANN, World
from tests.matrix import proves
from tests.servers.sip2.translating import DENIED, Kiosk, fields

WITH_PIN: dict[type[m.FromSc], str] = {
    m.PatronStatusRequest: "23001<d>AOTOWN|AA{}|AC|{}",
    m.PatronInformation: "63001<d>          AOTOWN|AA{}|AC|{}",
    m.EndPatronSession: "35<d>AOTOWN|AA{}|AC|{}",
    m.PatronEnable: "25<d>AOTOWN|AA{}|AC|{}",
    m.Checkout: "11YN<d><none>AOTOWN|AA{}|ABI1|AC|{}",
    m.Renew: "29NN<d><none>AOTOWN|AA{}|ABI1|{}",
    m.RenewAll: "65<d>AOTOWN|AA{}|{}",
    m.Hold: "15+<d>AOTOWN|AA{}|ABI1|{}",
    m.FeePaid: "37<d>0100EURBV1.00|AOTOWN|AA{}|{}",
}
LINES = {kind.code: line for kind, line in WITH_PIN.items()}


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World().start()
    yield world
    await world.stop()


def test_whatever_carries_a_pin_is_looked_at_for_it() -> None:
    kinds = {kind for kind in m.FromSc.__subclasses__() if "patron_password" in kind.__struct_fields__}
    assert kinds == PATRON_REQUESTS == set(WITH_PIN)
    assert kinds - {m.EndPatronSession} == NEEDS_PIN


@pytest.mark.parametrize("code", LINES)
async def test_a_pin_is_found_where_one_was_given(world: World, code: str) -> None:
    kiosk = Kiosk(world)
    for patron in ("P1", " P1 "):
        assert patron_secret(kiosk.request(LINES[code].format(patron, "AD1234|"))) == ("P1", "1234")
    for none in ("", "AD|"):
        assert patron_secret(kiosk.request(LINES[code].format("P1", none))) is None


@pytest.mark.parametrize("line", ["17<d>AOTOWN|ABI1|AC1234|", "9300CNkiosk|CO1234|", "9900802.00"])
async def test_a_password_of_another_kind_is_no_pin(world: World, line: str) -> None:
    kiosk = Kiosk(world, pin=PinCheck.ALWAYS)
    assert patron_secret(kiosk.request(line)) is None
    assert known_pin(kiosk.request(line), kiosk.station) is Pin.NOT_GIVEN


NONE, UNCHECKED, WRONG = Pin.NOT_GIVEN, None, Pin.WRONG
RULE = [
    # policy, an empty one is, absent, empty, given
    (PinCheck.NEVER, BlankPin.NONE, NONE, NONE, NONE),
    (PinCheck.NEVER, BlankPin.WRONG, NONE, NONE, NONE),
    (PinCheck.IF_SENT, BlankPin.NONE, NONE, NONE, UNCHECKED),
    (PinCheck.IF_SENT, BlankPin.WRONG, NONE, WRONG, UNCHECKED),
    (PinCheck.ALWAYS, BlankPin.NONE, WRONG, WRONG, UNCHECKED),
    (PinCheck.ALWAYS, BlankPin.WRONG, WRONG, WRONG, UNCHECKED),
]


@proves("an empty PIN is no try", "a PIN is checked never, if sent, or always")
@pytest.mark.parametrize("code", sorted(LINES.keys() - {"35"}))
@pytest.mark.parametrize(("policy", "blank", "absent", "empty", "given"), RULE)
async def test_one_rule_says_what_absent_empty_and_given_are(
    world: World,
    code: str,
    policy: PinCheck,
    blank: BlankPin,
    absent: Pin | None,
    empty: Pin | None,
    given: Pin | None,
) -> None:
    kiosk = Kiosk(world, pin=policy, blank_pin=blank)
    said = [
        known_pin(kiosk.request(LINES[code].format("P1", sent)), kiosk.station)
        for sent in ("", "AD|", "AD1234|")
    ]
    assert said == [absent, empty, given]


@pytest.mark.parametrize("blank", BlankPin)
@pytest.mark.parametrize("policy", PinCheck)
async def test_a_session_is_ended_without_a_pin_and_one_is_looked_at_only_where_all_are(
    world: World, policy: PinCheck, blank: BlankPin
) -> None:
    kiosk = Kiosk(world, pin=policy, blank_pin=blank)
    said = [
        known_pin(kiosk.request(LINES["35"].format("P1", sent)), kiosk.station)
        for sent in ("", "AD|", "AD1234|")
    ]
    assert said == [NONE, NONE, UNCHECKED if policy is PinCheck.ALWAYS else NONE]


async def test_a_pin_that_was_right_before_is_known(world: World) -> None:
    kiosk = Kiosk(world)
    request = kiosk.request(LINES["23"].format("P1", "ADpin-of-P1|"))
    assert known_pin(request, kiosk.station) is None
    assert await world.desk.check_pin(kiosk.station.actor, "P1", "pin-of-P1") is Pin.RIGHT
    assert known_pin(request, kiosk.station) is Pin.RIGHT


# Who guesses learns nothing


@pytest.mark.parametrize("code", sorted(LINES.keys() - {"35"}))
async def test_unknown_and_known_patrons_are_told_the_same_of_a_wrong_pin(world: World, code: str) -> None:
    kiosk = Kiosk(world, block_patrons=True)
    kiosk.lend("P1", "I1")
    world.charge(ANN, "9.00")
    line = LINES[code] if code != "29" else LINES[code].replace("ABI1|", "AJEmma|")
    replies = [kiosk.reply(line.format(patron, "ADx|"), Pin.WRONG) for patron in ("P1", "P9")]
    said = [kiosk.written(reply.message) for reply in replies]
    assert said[0] == said[1].replace("AAP9", "AAP1")
    assert fields(said[0], "AF") == ["AFCard and PIN do not match."]
    assert fields(said[0], "AE", "BV", "AS", "AU", "BZ") == (["AE"] if code in ("23", "63", "25") else [])
    assert {(reply.unit, reply.mine) for reply in replies} == {(None, False)}
    assert [reply.reason for reply in replies] == [Reason.WRONG_PIN, Reason.UNKNOWN_PATRON]


@pytest.mark.parametrize("code", ["23", "63", "25"])
async def test_a_patron_with_a_wrong_pin_is_as_good_as_unknown(world: World, code: str) -> None:
    kiosk = Kiosk(world, block_patrons=True)
    wrong = kiosk.ask(LINES[code].format("P1", "ADx|"), Pin.WRONG)
    assert wrong[2:16] == DENIED
    assert fields(wrong, "BL", "CQ") == ["BLN", "CQN"]
    unknown = kiosk.ask(LINES[code].format("P9", ""))
    assert unknown[2:16] == DENIED
    assert fields(unknown, "BL", "CQ", "AF") == ["BLN", "AFThis card is not known here."]


@pytest.mark.parametrize("patron", ["P1", "P9"])
async def test_a_wrong_pin_is_refused_before_the_item_is_looked_at(world: World, patron: str) -> None:
    """An unknown item would tell a patron who is known from one who is not."""
    kiosk = Kiosk(world)
    for line in (LINES["11"], LINES["29"], LINES["15"]):
        said = kiosk.ask(line.replace("ABI1", "ABI99").format(patron, "ADx|"), Pin.WRONG)
        assert fields(said, "AF") == ["AFCard and PIN do not match."]
