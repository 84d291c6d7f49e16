"""37/38 in SIP2's words: what is taken, what is not, and that no payment is booked twice."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.model.records import PaymentKind
from core.rules.facts import Pin
from servers.configuration.settings import PaidBy
from tests.fakes.world import ANN, BEN, World
from tests.matrix import proves
from tests.servers.sip2.translating import YEN, Kiosk, fields

INVALID = "This is not an amount that can be paid."
NO_FEE = "There is no such open fee."


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """Ann owes 3.50 and 1.25."""
    world = await World().start()
    world.charge(ANN, "3.50")
    world.charge(ANN, "1.25", 901)
    yield world
    await world.stop()


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk(world)


def pay(amount: str, more: str = "", patron: str = "P1", kind: str = "00", currency: str = "EUR") -> str:
    return f"37<d>01{kind}{currency}BV{amount}|AOTOWN|AA{patron}|{more}"


def owed(kiosk: Kiosk) -> Decimal:
    return kiosk.world.library.owed_by(ANN)


TAKEN = [
    ("all", "4.75", "", "0.00"),
    ("a part", "0.10", "", "4.65"),
    ("one fee", "1.25", "CG901|", "3.50"),
    ("one fee, with blanks", "1.25", "CG 901 |", "3.50"),
    ("any fee", "1.00", "CG|", "3.75"),
    ("no cents", "4", "", "0.75"),
    ("only cents", ".50", "", "4.25"),
    ("a point at the end", "4.", "", "0.75"),
    ("zeros before", "0004.75", "", "0.00"),
    ("blanks around", " 4.75 ", "", "0.00"),
]


@pytest.mark.parametrize(
    ("amount", "more", "left"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN]
)
async def test_money_is_taken_and_its_number_told(kiosk: Kiosk, amount: str, more: str, left: str) -> None:
    said = kiosk.ask(pay(amount, more))
    (payment,) = kiosk.world.library.payments
    assert said == f"38Y<d>AOTOWN|AAP1|BK{payment}|"
    assert owed(kiosk) == Decimal(left)


NOT_TAKEN = [
    ("more than is owed", "4.76", "", "This is more than is owed: 4.75 EUR."),
    ("more than one fee", "1.26", "CG901|", "This is more than is owed: 1.25 EUR."),
    ("an unknown fee", "1.00", "CG7|", NO_FEE),
    ("no fee's number", "1.00", "CGlate|", NO_FEE),
    ("a number too long", "1.00", f"CG{'9' * 19}|", NO_FEE),
    ("digits of elsewhere", "1.00", "CG٣|", NO_FEE),
    ("nothing", "", "", INVALID),
    ("zero", "0.00", "", INVALID),
    ("less than nothing", "-1.00", "", INVALID),
    ("half a cent", "0.005", "", INVALID),
    ("a comma", "1,00", "", INVALID),
    ("two points", "1.0.0", "", INVALID),
    ("a point", ".", "", INVALID),
    ("no number", "NaN", "", INVALID),
    ("an exponent", "1E2", "", INVALID),
    ("digits of elsewhere, for an amount", "٣", "", INVALID),
    ("more digits than money has", "0" * 16 + "1", "", INVALID),
]


@pytest.mark.parametrize(
    ("amount", "more", "words"), [row[1:] for row in NOT_TAKEN], ids=[row[0] for row in NOT_TAKEN]
)
async def test_what_cannot_be_taken_is_refused_and_nothing_booked(
    kiosk: Kiosk, amount: str, more: str, words: str
) -> None:
    assert kiosk.ask(pay(amount, more)) == f"38N<d>AOTOWN|AAP1|AF{words}|"
    assert (owed(kiosk), kiosk.world.library.payments) == (Decimal("4.75"), {})


async def test_who_owes_nothing_or_is_unknown_pays_nothing(kiosk: Kiosk) -> None:
    assert kiosk.ask(pay("1.00", patron="P2")) == "38N<d>AOTOWN|AAP2|AFThere is nothing to pay.|"
    assert kiosk.ask(pay("1.00", patron="P9")) == "38N<d>AOTOWN|AAP9|AFThis card is not known here.|"
    kiosk.world.charge(BEN, "1.00", 902)
    assert fields(kiosk.ask(pay("1.00", "CG902|")), "AF") == [f"AF{NO_FEE}"]


async def test_a_wrong_pin_pays_nothing_and_tells_no_money(kiosk: Kiosk) -> None:
    said = kiosk.ask(pay("99.00", "ADx|"), Pin.WRONG)
    assert said == "38N<d>AOTOWN|AAP1|AFCard and PIN do not match.|"


async def test_a_terminal_that_may_not_take_money_takes_none(world: World) -> None:
    said = Kiosk(world, fees=False).ask(pay("1.00", "BKR-7|"))
    assert said == "38N<d>AOTOWN|AAP1|BKR-7|AFThis machine may not do that. Please ask at the desk.|"
    assert world.library.payments == {}


@pytest.mark.parametrize(
    ("currency", "taken"), [("EUR", True), ("eur", True), ("USD", False), ("   ", False)]
)
async def test_only_the_librarys_currency_is_taken(kiosk: Kiosk, currency: str, taken: bool) -> None:
    said = kiosk.ask(pay("1.00", currency=currency))
    assert said[:3] == ("38Y" if taken else "38N")
    assert fields(said, "AF") == ([] if taken else ["AFThis currency is not taken here."])


@proves("amounts have the decimals of their currency")
async def test_yen_have_no_decimals() -> None:
    world = await World(YEN).start()
    fee = world.library.fees[world.charge(ANN, "500")]
    world.library.install([replace(fee, currency="JPY")])
    kiosk = Kiosk(world)
    assert fields(kiosk.ask(pay("501", currency="JPY")), "AF") == ["AFThis is more than is owed: 500 JPY."]
    assert fields(kiosk.ask(pay("1.5", currency="JPY")), "AF") == [f"AF{INVALID}"]
    assert kiosk.ask(pay("500.00", currency="JPY"))[:3] == "38Y"
    await world.stop()


KINDS = [
    ("00", PaymentKind.CASH),
    ("01", PaymentKind.CREDIT_CARD),
    ("02", PaymentKind.CREDIT_CARD),
    ("03", PaymentKind.OTHER),
    ("99", PaymentKind.OTHER),
    ("  ", PaymentKind.OTHER),
]


@pytest.mark.parametrize(("code", "kind"), KINDS)
async def test_how_it_was_paid_is_booked(kiosk: Kiosk, code: str, kind: PaymentKind) -> None:
    kiosk.ask(pay("1.00", "BKR-7|", kind=code))
    (payment,) = kiosk.world.library.payments.values()
    assert (payment.kind, payment.reference, payment.terminal) == (kind, "R-7", "kiosk-1")


async def test_the_payers_own_number_is_echoed_and_an_empty_one_is_none(kiosk: Kiosk) -> None:
    assert fields(kiosk.ask(pay("1.00", "BKR-7|")), "BK") == ["BKR-7"]
    assert fields(kiosk.ask(pay("99.00", "BKR-8|")), "BK") == ["BKR-8"]
    said = kiosk.ask(pay("1.50", "BK|"))
    assert fields(said, "BK") == [f"BK{max(kiosk.world.library.payments)}"]
    assert fields(kiosk.ask(pay("99.00", "BK|")), "BK") == []


@proves("a payment sent twice is one payment")
async def test_the_payers_number_makes_it_one_payment_whenever_it_comes_again(kiosk: Kiosk) -> None:
    first = kiosk.ask(pay("1.00", "BKR-7|"))
    for days in (0, 0.5):
        kiosk.world.clock.advance(days=days, minutes=1)
        kiosk.ask(pay("0.25"))
        assert kiosk.ask(pay("1.00", "BKR-7|")) == first
    assert owed(kiosk) == Decimal("3.25")


DIFFERENT = [
    ("another number", "kiosk-1", "P1", "BKR-8|"),
    ("another terminal", "kiosk-2", "P1", "BKR-7|"),
    ("another patron", "kiosk-1", "P2", "BKR-7|"),
]


@pytest.mark.parametrize(
    ("name", "patron", "more"), [row[1:] for row in DIFFERENT], ids=[row[0] for row in DIFFERENT]
)
async def test_another_payment_is_booked_by_itself(kiosk: Kiosk, name: str, patron: str, more: str) -> None:
    kiosk.world.charge(BEN, "1.00", 902)
    kiosk.ask(pay("1.00", "BKR-7|"))
    assert Kiosk(kiosk.world, name).ask(pay("1.00", more, patron))[:3] == "38Y"
    assert len(kiosk.world.library.payments) == 2


async def test_without_a_number_it_is_one_payment_if_all_is_the_same(kiosk: Kiosk) -> None:
    date = kiosk.date
    line = pay("1.00").replace("<d>", date)
    first = kiosk.reply(line)
    said = kiosk.written(first.message)
    kiosk.world.clock.advance(minutes=2)
    assert kiosk.ask(line) == said
    assert kiosk.reply(line).unit is first.unit
    assert (owed(kiosk), first.mine) == (Decimal("3.75"), True)
    for number, other in enumerate(
        (pay("1.01"), pay("1.00"), pay("0.25", "CG901|"), pay("0.25", "CG900|")), 2
    ):
        kiosk.ask(other)
        assert len(kiosk.world.library.payments) == number


async def test_a_wrong_pin_is_not_told_of_an_earlier_payment(kiosk: Kiosk) -> None:
    assert kiosk.ask(pay("1.00", "BKR-7|"))[:3] == "38Y"
    assert kiosk.ask(pay("1.00", "BKR-7|"), Pin.WRONG)[:3] == "38N"
    assert owed(kiosk) == Decimal("3.75")


# What a profile makes of it


TYPES = [
    ("00", PaymentKind.CASH),
    ("01", PaymentKind.CREDIT_CARD),
    ("02", PaymentKind.CREDIT_CARD),
    ("03", PaymentKind.DEBIT_CARD),
    ("04", PaymentKind.OTHER),
]


@proves("payment types by the standard and by terminal")
@pytest.mark.parametrize(("code", "kind"), TYPES)
async def test_a_payment_type_is_what_the_standard_says_or_the_profile(
    world: World, code: str, kind: PaymentKind
) -> None:
    kiosk = Kiosk(world, payment_types={"03": PaidBy.DEBIT_CARD})
    assert kiosk.ask(pay("1.00", kind=code))[:3] == "38Y"
    (payment,) = world.library.payments.values()
    assert payment.kind is kind


@pytest.mark.parametrize(("code", "taken"), [("00", "Y"), ("03", "Y"), ("04", "N"), ("  ", "N")])
async def test_a_strict_profile_takes_no_type_that_nobody_has_told_of(
    world: World, code: str, taken: str
) -> None:
    kiosk = Kiosk(world, payment_types={"03": PaidBy.DEBIT_CARD}, payment_types_strict=True)
    said = kiosk.ask(pay("1.00", kind=code))
    assert said[2] == taken
    assert fields(said, "AF") == (["AFThis kind of payment is not taken here."] if taken == "N" else [])


@pytest.mark.parametrize(
    ("amount", "left"),
    [("1,25", "3.50"), ("1.25", "3.50"), (",25", "4.50"), ("1,000.00", None), ("1,,2", None)],
)
async def test_a_comma_is_a_point_where_the_profile_says_so(
    world: World, amount: str, left: str | None
) -> None:
    kiosk = Kiosk(world, comma_amounts=True)
    assert kiosk.ask(pay(amount))[2] == ("N" if left is None else "Y")
    assert owed(kiosk) == Decimal(left or "4.75")
    if "," in amount:
        kiosk.world.clock.advance(minutes=1)
        assert fields(Kiosk(world, "strict").ask(pay(amount)), "AF") == [f"AF{INVALID}"]


async def test_a_kiosk_that_always_says_usd_takes_the_currency_of_its_profile(world: World) -> None:
    usd = pay("1.00").replace("EUR", "USD")
    assert Kiosk(world, "as-it-says").ask(usd)[2] == "N"
    assert Kiosk(world, fee_currency="EUR").ask(usd)[2] == "Y"
    assert Kiosk(world, "wrong", fee_currency="CHF").ask(pay("1.00"))[2] == "N"


async def test_a_receipt_is_in_the_terminals_language(world: World) -> None:
    kiosk = Kiosk(world, print_lines=True, language="003")
    (line,) = fields(kiosk.ask(pay("1.25")), "AG")
    assert "1,25 EUR" in line
    assert fields(Kiosk(world, "k2", print_lines=False).ask(pay("1.00")), "AG") == []


OTHER_MONEY = [
    ("another amount", pay("1.01")),
    ("another type", pay("1.00", kind="02")),
    ("another fee", pay("1.00", "CG900|")),
    ("another check", pay("1.00", "RN17|")),
]


@proves("a payment sent twice is one payment")
@pytest.mark.parametrize("line", [row[1] for row in OTHER_MONEY], ids=[row[0] for row in OTHER_MONEY])
async def test_without_a_number_of_its_own_a_payment_is_known_by_what_is_in_it(
    kiosk: Kiosk, line: str
) -> None:
    assert kiosk.ask(pay("1.00"))[:3] == "38Y"
    assert kiosk.ask(pay("1.00"))[:3] == "38Y"
    assert owed(kiosk) == Decimal("3.75")
    assert kiosk.ask(line)[:3] == "38Y"
    assert owed(kiosk) < Decimal("3.75")
