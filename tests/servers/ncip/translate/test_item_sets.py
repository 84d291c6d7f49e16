"""LookupItemSet: the items of titles, of holdings sets, or named ones, in parts."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from core.model.records import Bib, BibId, Item, ItemId, Record
from servers.configuration.settings import Settings
from servers.ncip.translate.item_sets import MOST
from tests.fakes.world import EMMA, IN_DEPOT, KIOSK, World
from tests.matrix import proves
from tests.servers.ncip.speaking import BROKER, Speaker, item, problem, town

EMPTY = BibId(90)
MANY = BibId(91)
COPIES = tuple(
    Item(ItemId(500 + number), 1, f"C{number}", MANY, "EAST/FILMS" if number % 2 else "MAIN/STACKS", "book")
    for number in range(7)
)


def title(number: str) -> str:
    return (
        f"<BibliographicId><BibliographicRecordId><BibliographicRecordIdentifier>{number}"
        "</BibliographicRecordIdentifier><AgencyId>TOWN</AgencyId></BibliographicRecordId></BibliographicId>"
    )


def holdings(name: str) -> str:
    return f"<HoldingsSetId>{name}</HoldingsSetId>"


def ask(*what: str, elements: tuple[str, ...] = (), most: int = 0, after: str = "", also: str = "") -> str:
    kinds = "".join(f"<ItemElementType>{element}</ItemElementType>" for element in elements)
    count = f"<MaximumItemsCount>{most}</MaximumItemsCount>" if most else ""
    token = f"<NextItemToken>{after}</NextItemToken>" if after else ""
    return f"<LookupItemSet>{''.join(what)}{kinds}{also}{count}{token}</LookupItemSet>"


def told(answer: str) -> list[str]:
    """The barcodes in an answer."""
    return re.findall(r"\{ItemIdentifierValue ([^}]*)\}", answer)


def next_token(answer: str) -> str:
    found = re.search(r"\{NextItemToken ([^}]*)\}", answer)
    return "" if found is None else found[1]


def own(barcode: str) -> str:
    return f"{{ItemId {{AgencyId TOWN}}{{ItemIdentifierValue {barcode}}}}}"


def known(number: str) -> str:
    return (
        "{BibliographicId {BibliographicRecordId {BibliographicRecordIdentifier "
        f"{number}}}{{AgencyId TOWN}}}}}}"
    )


UNKNOWN = (
    "{{Problem {{ProblemType Unknown Item}}{{ProblemDetail {}}}{{ProblemElement //LookupItemSet/{}}}"
    "{{ProblemValue {}}}}}"
)


@pytest.fixture
async def world() -> World:  # type: ignore[misc]
    """The small library, with a title of many copies at two agencies, and one of none."""
    more: tuple[Record, ...] = (Bib(EMPTY, 1, "b90", "Nothing"), Bib(MANY, 1, "b91", "Many"), *COPIES)
    started = await town((*IN_DEPOT, *more))
    yield started
    await started.stop()


@proves("LookupItemSet")
async def test_the_items_of_a_title_come_by_location(broker: Speaker) -> None:
    shelf = "{CallNumber PR4034 .E5}"
    assert await broker.ask(ask(title("b1"))) == (
        f"{{LookupItemSetResponse {{BibInformation {known('b1')}"
        f"{{HoldingsSet {{HoldingsSetId {EMMA}/MAIN/STACKS}}{shelf}"
        f"{{ItemInformation {own('I1')}}}{{ItemInformation {own('I2')}}}}}}}}}"
    )


async def test_what_is_asked_for_is_told_of_the_title_its_set_or_its_item(
    world: World, broker: Speaker
) -> None:
    world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN")
    world.desk.place_hold(KIOSK, "P3", EMMA, "MAIN", item="I2")
    elements = ("Bibliographic Description", "Circulation Status", "Hold Queue Length", "Location")
    answer = await broker.ask(ask(title("b1"), elements=elements))
    where = (
        "{Location {LocationType Permanent Location}{LocationName "
        "{LocationNameInstance {LocationNameLevel 1}{LocationNameValue Central Library}}"
        "{LocationNameInstance {LocationNameLevel 2}{LocationNameValue Main stacks}}}}"
    )
    described = (
        "{BibliographicDescription {Author Austen, Jane}{BibliographicRecordId "
        "{BibliographicRecordIdentifier b1}{AgencyId TOWN}}{Title Emma}}{TitleHoldQueueLength 1}"
    )
    each = (
        "{ItemOptionalFields {BibliographicDescription {MediumType Book}}"
        f"{{CirculationStatus Available On Shelf}}{{HoldQueueLength 2}}{where}}}"
    )
    assert answer == (
        f"{{LookupItemSetResponse {{BibInformation {known('b1')}{described}"
        f"{{HoldingsSet {{HoldingsSetId {EMMA}/MAIN/STACKS}}{where}{{CallNumber PR4034 .E5}}"
        f"{{ItemInformation {own('I1')}{each}}}{{ItemInformation {own('I2')}{each}}}}}}}}}"
    )


async def test_when_an_item_is_due_is_told_and_never_who_has_it(world: World, broker: Speaker) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    desired = "<CurrentBorrowerDesired/><CurrentRequestersDesired/>"
    answer = await broker.ask(ask(item("I1"), also=desired))
    assert f"{{ItemInformation {own('I1')}{{DateDue 2026-03-30T21:59:00Z}}}}" in answer
    assert "User" not in answer


async def test_named_items_are_told_in_the_order_they_are_named(broker: Speaker) -> None:
    answer = await broker.ask(ask(item("I3"), item("I2"), item("i1"), item("I4")))
    assert told(answer) == ["I3", "I2", "I1", "I4"]
    assert answer.count("{BibInformation ") == 3, "items of one title stay together"


async def test_a_holdings_set_is_asked_for_by_the_id_that_it_was_told_with(broker: Speaker) -> None:
    answer = await broker.ask(ask(title("b91")))
    sets = re.findall(r"\{HoldingsSetId ([^}]*)\}", answer)
    assert sets == [f"{MANY}/EAST/FILMS", f"{MANY}/MAIN/STACKS"]
    assert told(await broker.ask(ask(holdings(sets[0])))) == ["C1", "C3", "C5"]


@pytest.mark.parametrize(
    ("what", "element", "value", "detail"),
    [
        (title("b99"), "BibliographicId", "b99", "Unknown bib"),
        (title("b90"), "BibliographicId", "b90", "Unknown item"),
        (holdings("1/EAST/FILMS"), "HoldingsSetId", "1/EAST/FILMS", "Unknown item"),
        (holdings("x"), "HoldingsSetId", "x", "Unknown item"),
        (holdings("9" * 30), "HoldingsSetId", "9" * 30, "Unknown item"),
        (item("I9"), "ItemId", "I9", "Unknown item"),
    ],
    ids=["title", "title without items", "set of nothing", "no set", "number too long", "item"],
)
async def test_an_id_that_leads_to_no_item_has_its_problem_in_its_place(
    broker: Speaker, what: str, element: str, value: str, detail: str
) -> None:
    fine = (
        item("I3")
        if element == "ItemId"
        else title("b2")
        if element == "BibliographicId"
        else holdings("2/EAST/FILMS")
    )
    answer = await broker.ask(ask(what, fine))
    assert UNKNOWN.format(detail, element, value) in answer
    assert own("I3") in answer, "the others are answered"


class TestParts:
    async def whole(self, speaker: Speaker, what: str, most: int) -> list[list[str]]:
        parts: list[list[str]] = []
        after = ""
        while not parts or after:
            answer = await speaker.ask(ask(what, most=most, after=after))
            parts.append(told(answer))
            after = next_token(answer)
        return parts

    @pytest.mark.parametrize(
        ("what", "most", "sizes"),
        [
            (title("b91"), 3, [3, 3, 1]),
            (title("b91"), 7, [7]),
            (title("b91"), 8, [7]),
            (title("b91") + title("b1"), 6, [6, 3]),
            ("".join(item(f"C{number}") for number in range(7)), 2, [2, 2, 2, 1]),
        ],
    )
    async def test_the_parts_are_the_whole(
        self, broker: Speaker, what: str, most: int, sizes: list[int]
    ) -> None:
        (whole,) = await self.whole(broker, what, 100)
        parts = await self.whole(broker, what, most)
        assert [len(part) for part in parts] == sizes
        assert [barcode for part in parts for barcode in part] == whole

    async def test_more_than_we_can_tell_at_once_comes_in_parts_unasked(self, world: World) -> None:
        world.library.install(
            [Item(ItemId(5000 + n), 1, f"X{n}", MANY, "MAIN/STACKS", "book") for n in range(MOST)]
        )
        for most in (0, MOST * 2):
            answer = await Speaker(world).ask(ask(title("b91"), most=most))
            assert len(told(answer)) == MOST
            rest = await Speaker(world).ask(ask(title("b91"), after=next_token(answer)))
            assert len(told(rest)) == len(COPIES)
            assert not next_token(rest)

    async def test_another_process_goes_on_where_one_ended_and_misses_nothing(self, world: World) -> None:
        first = await Speaker(world).ask(ask(title("b91"), most=3))
        world.desk.stock.delete_item(KIOSK, told(first)[-1])
        world.desk.stock.delete_item(KIOSK, "C0")
        reborn = await world.restart()
        rest = await Speaker(reborn).ask(ask(title("b91"), most=7, after=next_token(first)))
        assert told(rest) == ["C2", "C4", "C6"]
        await reborn.stop()

    @pytest.mark.parametrize("bad", ["x", "%%%", "é", "AAAA", "A" * 5000])
    async def test_what_is_no_token_is_refused(self, broker: Speaker, bad: str) -> None:
        kind = "Element Rule Violated"
        assert await broker.ask(ask(title("b91"), after=bad)) == problem(
            "LookupItemSetResponse", kind, kind, "//LookupItemSet/NextItemToken", bad
        )

    async def test_a_token_is_good_for_its_own_question_and_partner_only(self, world: World) -> None:
        after = next_token(await Speaker(world).ask(ask(title("b91"), most=3)))
        other = replace(BROKER, code="OTHER")
        stranger = Speaker(world, other, settings=Settings(ncip_agency=(other,)))
        for speaker, asked in (
            (Speaker(world), ask(title("b1"), after=after)),
            (Speaker(world), ask(title("b91"), elements=("Location",), after=after)),
            (stranger, ask(title("b91"), after=after)),
        ):
            assert "{ProblemElement //LookupItemSet/NextItemToken}" in await speaker.ask(asked)

    async def test_a_token_that_was_altered_gives_nothing_beyond_its_question(self, broker: Speaker) -> None:
        after = next_token(await broker.ask(ask(title("b91"), most=3)))
        for number in range(len(after)):
            altered = f"{after[:number]}{'A' if after[number] != 'A' else 'B'}{after[number + 1 :]}"
            answer = await broker.ask(ask(title("b91"), after=altered))
            assert "NextItemToken" in answer or {*told(answer)} <= {one.barcode for one in COPIES}


async def test_a_store_does_not_ask_for_sets(store: Speaker) -> None:
    kind = "Unsupported Service"
    assert await store.ask(ask(item("D1"))) == problem("LookupItemSetResponse", kind, kind)
