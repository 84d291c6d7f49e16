"""CreateUserFiscalTransaction: what a partner charges, is paid, or lets go."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.model.records import FeeKind, PaymentKind
from protocols.ncip.schemes import FiscalActionType
from tests.fakes.world import ANN, BOOK, World
from tests.matrix import proves
from tests.servers.ncip.speaking import Speaker, item, problem, proof, request, town, user


def number(value: str, name: str = "FiscalTransactionReferenceId", agency: str = "BROKER") -> str:
    return (
        f"<{name}><AgencyId>{agency}</AgencyId><FiscalTransactionIdentifierValue>{value}"
        f"</FiscalTransactionIdentifierValue></{name}>"
    )


def related(value: object) -> str:
    return number(str(value), "RelatedFiscalTransactionReferenceId", "TOWN")


def ask(
    action: str,
    cents: int,
    *,
    who: str = user("P1"),
    known: str = "",
    kind: str = "Fine",
    currency: str = "EUR",
    more: str = "",
) -> str:
    amount = f"<Amount><CurrencyCode>{currency}</CurrencyCode><MonetaryValue>{cents}</MonetaryValue></Amount>"
    inside = (
        f"<FiscalActionType>{action}</FiscalActionType>{known}"
        f"<FiscalTransactionType>{kind}</FiscalTransactionType>{amount}{more}"
    )
    inside = f"<FiscalTransactionInformation>{inside}</FiscalTransactionInformation>"
    return f"<CreateUserFiscalTransaction>{who}{inside}</CreateUserFiscalTransaction>"


def done(value: object, agency: str = "BROKER") -> str:
    return (
        "{CreateUserFiscalTransactionResponse {UserId {AgencyId TOWN}{UserIdentifierValue P1}}"
        f"{{FiscalTransactionReferenceId {{AgencyId {agency}}}"
        f"{{FiscalTransactionIdentifierValue {value}}}}}}}"
    )


def refusal(kind: str, detail: str, element: str = "", value: str = "") -> str:
    path = f"//CreateUserFiscalTransaction/{element}"
    return problem("CreateUserFiscalTransactionResponse", kind, detail, path, value)


class TestCharging:
    @proves("CreateUserFiscalTransaction")
    async def test_what_is_charged_under_a_number_is_charged_once(
        self, world: World, broker: Speaker
    ) -> None:
        about = f"<ItemDetails>{item('I1')}<BibliographicDescription><Title>Emma</Title>"
        about += "</BibliographicDescription></ItemDetails>"
        told = "<FiscalTransactionDescription>late</FiscalTransactionDescription>"
        asked = ask("Assess", 150, known=number("F1"), more=told + about)
        assert await broker.ask(asked) == done("F1")
        assert await broker.ask(asked) == done("F1")
        again = ask("Assess", 150, known=number("F1"), more="")
        assert await broker.ask(again) == done("F1"), "in other words it is the same still"
        (fee,) = world.library.open_fees_of(ANN)
        assert (fee.amount, fee.currency, fee.kind) == (Decimal("1.50"), "EUR", FeeKind.OVERDUE)
        assert (fee.item, fee.note) == (BOOK, "late")
        reborn = await world.restart()
        assert await Speaker(reborn).ask(again) == done("F1")
        assert len(reborn.library.open_fees_of(ANN)) == 1
        await reborn.stop()

    async def test_under_the_same_number_nothing_else_is(self, world: World, broker: Speaker) -> None:
        await broker.ask(ask("Assess", 150, known=number("F1")))
        answer = await broker.ask(ask("Penalty", 200, known=number("F1")))
        detail = "Already exists"
        assert answer == refusal("Duplicate Fiscal Transaction", detail, "FiscalTransactionInformation")

    async def test_without_a_number_it_gets_one_of_ours(self, world: World, broker: Speaker) -> None:
        answer = await broker.ask(ask("Penalty", 5, kind="Service Charge"))
        (fee,) = world.library.open_fees_of(ANN)
        assert (fee.amount, fee.kind) == (Decimal("0.05"), FeeKind.OTHER)
        assert answer == done(fee.id, "TOWN")

    async def test_it_may_be_for_the_item_of_a_request(self, world: World, broker: Speaker) -> None:
        types = "<RequestType>Hold</RequestType><RequestScopeType>Item</RequestScopeType>"
        await broker.ask(f"<RequestItem>{user('P1')}{item('I1')}{request('R1')}{types}</RequestItem>")
        await broker.ask(ask("Assess", 150, more=request("R1")))
        await broker.ask(ask("Assess", 151, more=request("R9")))
        assert [fee.item for fee in world.library.open_fees_of(ANN)] == [BOOK, None]


class TestPaying:
    async def test_a_fee_is_paid_once_by_its_number(self, world: World, broker: Speaker) -> None:
        first, second = world.charge(ANN, "2.00", 900), world.charge(ANN, "1.00", 901)
        method = "<PaymentMethodType>Credit Card</PaymentMethodType>"
        asked = ask("Payment", 100, known=number("X1") + related(second), more=method)
        for _ in range(2):
            assert await broker.ask(asked) == done("X1")
        assert [fee.id for fee in world.library.open_fees_of(ANN)] == [first]
        (payment,) = world.library.payments.values()
        assert (payment.kind, payment.reference) == (PaymentKind.CREDIT_CARD, "X1")
        other = await broker.ask(ask("Payment", 50, known=number("X1")))
        assert "{ProblemType Duplicate Fiscal Transaction}" in other

    async def test_without_one_the_oldest_is_paid_first(self, world: World, broker: Speaker) -> None:
        fee = world.charge(ANN, "2.00")
        answer = await broker.ask(ask("Payment", 150))
        (payment,) = world.library.payments.values()
        assert answer == done(payment.id, "TOWN")
        assert world.library.fees[fee].left == Decimal("0.50")

    async def test_what_the_partner_charged_is_paid_by_its_own_number(
        self, world: World, broker: Speaker
    ) -> None:
        await broker.ask(ask("Assess", 150, known=number("F1")))
        assert "Problem" not in await broker.ask(ask("Payment", 150, known=related("F1")))
        assert world.library.open_fees_of(ANN) == []

    async def test_more_than_is_owed_is_refused(self, world: World, broker: Speaker) -> None:
        world.charge(ANN, "2.00")
        answer = await broker.ask(ask("Payment", 201))
        assert answer == refusal("Invalid Amount", "Overpayment", "FiscalTransactionInformation")


class TestLettingGo:
    @pytest.mark.parametrize("action", ["Cancel", "Forgive", "Waive", "Write Off"])
    async def test_a_fee_is_let_go_or_so_much_of_it(self, world: World, broker: Speaker, action: str) -> None:
        fee = world.charge(ANN, "2.00")
        asked = ask(action, 150, known=related(fee))
        assert await broker.ask(asked) == done(fee, "TOWN")
        assert await broker.ask(asked) == done(fee, "TOWN"), "told again, it is told the same"
        assert world.library.fees[fee].left == Decimal("0.50")

    async def test_it_may_be_named_by_the_number_of_the_transaction(
        self, world: World, broker: Speaker
    ) -> None:
        await broker.ask(ask("Assess", 150, known=number("F1")))
        assert await broker.ask(ask("Cancel", 150, known=number("F1"))) == done("F1")
        assert world.library.open_fees_of(ANN) == []


@pytest.mark.parametrize("action", FiscalActionType)
async def test_every_action_means_something(broker: Speaker, action: FiscalActionType) -> None:
    answer = await broker.ask(ask(action.value, 0))
    assert "{ProblemElement //CreateUserFiscalTransaction/FiscalTransactionInformation}" in answer


@pytest.mark.parametrize(
    ("asked", "kind", "detail", "element", "value"),
    [
        (ask("Assess", 1, who=user("P9")), "Unknown User", "Unknown patron", "UserId", "P9"),
        (
            ask("Assess", 1, who=proof("P1", "no")),
            *("User Authentication Failed", "Wrong pin", "AuthenticationInput", ""),
        ),
        (
            ask("Assess", 1, currency="USD"),
            *("Invalid Amount", "Wrong currency", "FiscalTransactionInformation", ""),
        ),
        (ask("Assess", -1), "Invalid Amount", "Invalid amount", "FiscalTransactionInformation", ""),
        (
            ask("Sing", 1),
            *("Element Rule Violated", "Element Rule Violated"),
            *("FiscalTransactionInformation/FiscalActionType", "Sing"),
        ),
        (
            ask("Assess", 1, more=f"<ItemDetails>{item('I9')}</ItemDetails>"),
            *("Unknown Item", "Unknown item", "FiscalTransactionInformation/ItemDetails/ItemId", "I9"),
        ),
        (
            ask("Waive", 1, known=related(7)),
            *("Element Rule Violated", "Unknown fee", "FiscalTransactionInformation", ""),
        ),
        (
            ask("Payment", 1, known=related(7)),
            *("Element Rule Violated", "Unknown fee", "FiscalTransactionInformation", ""),
        ),
        (
            ask("Payment", 1, known=related(7) + related(8)),
            *("Element Rule Violated", "Element Rule Violated"),
            *("FiscalTransactionInformation/RelatedFiscalTransactionReferenceId", "8"),
        ),
    ],
    ids=["user", "pin", "currency", "amount", "action", "item", "no fee", "no fee to pay", "two fees"],
)
async def test_a_refusal_names_what_is_wrong(
    world: World, broker: Speaker, asked: str, kind: str, detail: str, element: str, value: str
) -> None:
    assert await broker.ask(asked) == refusal(kind, detail, element, value)
    assert not world.library.fees


async def test_what_it_is_about_is_needed(broker: Speaker) -> None:
    answer = await broker.ask(f"<CreateUserFiscalTransaction>{user('P1')}</CreateUserFiscalTransaction>")
    assert "{ProblemType Needed Data Missing}" in answer


async def test_a_yen_has_no_parts() -> None:
    world = await town(currency="JPY")
    await Speaker(world).ask(ask("Assess", 150, currency="JPY"))
    (fee,) = world.library.open_fees_of(ANN)
    assert fee.amount == Decimal(150)
    await world.stop()
