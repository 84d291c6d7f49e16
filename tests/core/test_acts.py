"""The laws of all acts together, whatever depots, partners and kiosks do in whatever order."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.desk import Answer, Outcome
from core.library import Library
from core.model.records import (
    Claim,
    Guest,
    HoldId,
    HoldStatus,
    Item,
    ItemId,
    ItemStatus,
    Reference,
)
from core.refusals import Refused
from core.rules.facts import Offline
from core.rules.guests import Arrival
from core.rules.members import Person
from core.rules.stock import Description
from tests.fakes.world import (
    DEPOT,
    EAST_KIOSK,
    EMMA,
    IN_DEPOT,
    KIOSK,
    METROPOLIS,
    WALDEN,
    WITH_DEPOT,
    World,
)

SECOND = Item(ItemId(16), 1, "D2", WALDEN, "MAIN/DEPOT", "book")
patrons = st.sampled_from(["P1", "P2", "P3"])
items = st.sampled_from(["I1", "I3", "D1", "D2", "R0", "R1"])
kiosks = st.sampled_from([KIOSK, EAST_KIOSK])
references = st.integers(0, 1).map(lambda number: Reference("BROKER", f"R{number}"))
past = st.sampled_from([None, 5, 300])

acts = st.one_of(
    st.tuples(st.just("out"), kiosks, patrons, items),
    st.tuples(st.just("in"), kiosks, items),
    st.tuples(st.just("hold"), patrons, st.sampled_from([EMMA, METROPOLIS, WALDEN])),
    st.tuples(st.just("ask"), references, patrons, st.sampled_from([EMMA, WALDEN])),
    st.tuples(st.just("cancel"), st.integers(0, 3)),
    st.tuples(st.just("shelve"), items, past),
    st.tuples(st.just("send"), items, past),
    st.tuples(st.just("miss"), items, past),
    st.tuples(st.just("recall"), items),
    st.tuples(st.just("let be"), items),
    st.tuples(st.just("accept"), references, patrons),
    st.tuples(st.just("send back"), items),
    st.tuples(st.just("delete"), items),
    st.tuples(st.just("status"), items, st.sampled_from(ItemStatus)),
    st.tuples(st.just("claim"), patrons, items, st.sampled_from(Claim)),
    st.tuples(st.just("move"), items, st.sampled_from(["MAIN/DEPOT", "EAST/FILMS"])),
    st.tuples(st.just("go"), patrons),
    st.tuples(st.just("come"), patrons),
    st.tuples(st.just("undo"), kiosks, patrons, items),
    st.tuples(st.just("wait"), st.integers(1, 60)),
)


def offline(world: World, minutes: int | None) -> Offline | None:
    """So long ago."""
    return None if minutes is None else Offline(world.clock.time - timedelta(minutes=minutes))


def meant(world: World, act: tuple[Any, ...]) -> tuple[Any, ...]:
    """The act with the hold that it is about."""
    match act:
        case "cancel", number:
            return "cancel", [*world.library.holds, *map(HoldId, range(4))][number]
    return act


def do(world: World, act: tuple[Any, ...], key: str) -> Answer[Outcome] | None:
    """One act, under a request key."""
    desk = world.desk
    match act:
        case "out", kiosk, patron, item:
            return desk.check_out(kiosk, patron, item, request=key)
        case "in", kiosk, item:
            return desk.check_in(kiosk, item, request=key)
        case "hold", patron, bib:
            return desk.place_hold(KIOSK, patron, bib, "EAST", request=key)
        case "ask", reference, patron, bib:
            return desk.partners.place_hold(KIOSK, reference, patron, bib, "MAIN", request=key)
        case "cancel", hold:
            return desk.partners.cancel_hold(KIOSK, hold, request=key)
        case "shelve", item, minutes:
            return desk.depot.shelve(DEPOT, item, request=key, offline=offline(world, minutes))
        case "send", item, minutes:
            return desk.depot.send_out(DEPOT, item, request=key, offline=offline(world, minutes))
        case "miss", item, minutes:
            return desk.depot.not_found(DEPOT, item, request=key, offline=offline(world, minutes))
        case "recall", item:
            return desk.recalls.recall(KIOSK, item, request=key)
        case "let be", item:
            return desk.recalls.cancel(KIOSK, item, request=key)
        case "accept", reference, patron:
            arrival = Arrival(Guest(reference), "The waves")
            return desk.partners.accept(KIOSK, patron, "EAST", arrival, request=key)
        case "send back", item:
            return desk.partners.send_back(KIOSK, item, request=key)
        case "delete", item:
            return desk.stock.delete_item(KIOSK, item, request=key)
        case "status", item, status:
            return desk.stock.set_status(KIOSK, item, status, request=key)
        case "claim", patron, item, claim:
            return desk.stock.claim(KIOSK, patron, item, claim, request=key)
        case "move", item, location:
            return desk.stock.change_item(KIOSK, item, say=Description(location=location), request=key)
        case "go", patron:
            return desk.members.delete_patron(KIOSK, patron, request=key)
        case "come", patron:
            return desk.members.create_patron(KIOSK, Person(family="New"), barcode=patron, request=key)
        case "undo", kiosk, patron, item:
            desk.undo_check_out(kiosk, item)
            return desk.undo_check_in(kiosk, patron, item, request=key)
        case "wait", minutes:
            world.clock.advance(minutes=minutes)
    return None


def records(library: Library) -> list[dict[Any, Any]]:
    """Every record there is."""
    tables: list[Any] = [library.bibs, library.items, library.patrons, library.holds, library.fees]
    return [dict(table) for table in (*tables, library.payments, library.discrepancies)]


def check(library: Library) -> None:
    """What is so at any time."""
    with_loan = (ItemStatus.ON_LOAN, ItemStatus.CLAIMED_RETURNED, ItemStatus.LOST)
    for item in library.items.values():
        assert item.bib in library.bibs
        assert item.loan is None or (item.status in with_loan and item.loan.patron in library.patrons)
        assert item.status is not ItemStatus.ON_LOAN or item.loan is not None
        assert bool(item.destination) == (item.status is ItemStatus.IN_TRANSIT)
        assert item.hold is None or library.holds[item.hold].trapped == item.id
    for hold in library.holds.values():
        assert hold.patron in library.patrons
        assert hold.bib in library.bibs
        assert hold.item is None or hold.item in library.items
        assert (hold.trapped is None) == (hold.status is HoldStatus.WAITING)
        assert hold.trapped is None or library.items[hold.trapped].hold == hold.id


@settings(max_examples=150, deadline=None)
@given(st.lists(acts, max_size=25))
async def test_records_agree_with_each_other_and_with_the_store_and_no_act_is_done_twice(
    history: list[tuple[Any, ...]],
) -> None:
    world = await World(WITH_DEPOT, (*IN_DEPOT, SECOND)).start()
    for number, chosen in enumerate(history):
        act = meant(world, chosen)
        answer = do(world, act, f"k{number}")
        check(world.library)
        if answer is not None and not isinstance(answer.outcome, Refused) and answer.mine:
            before = records(world.library)
            if act[0] != "undo":
                again = do(world, act, f"k{number}")
                assert again is not None
                assert again.outcome == answer.outcome
            assert records(world.library) == before
        wanted = world.desk.depot.requests(("*",)).outcome
        assert all(request.item.status is ItemStatus.AVAILABLE for request in wanted)
        assert len({request.item.id for request in wanted}) == len(wanted)
    before = records(world.library)
    world = await world.restart()
    assert records(world.library) == before
    await world.stop()


@settings(max_examples=75, deadline=None)
@given(st.lists(acts, max_size=12), st.lists(acts, min_size=1, max_size=6))
async def test_what_the_store_refuses_has_never_been(
    history: list[tuple[Any, ...]], refused: list[tuple[Any, ...]]
) -> None:
    world = await World(WITH_DEPOT, (*IN_DEPOT, SECOND)).start()
    for number, act in enumerate(history):
        do(world, meant(world, act), f"k{number}")
    await world.stop()
    before = records(world.library)
    world.journal.start()
    world.store.refuse_next()
    for number, act in enumerate(refused, len(history)):
        do(world, meant(world, act), f"k{number}")
    await world.stop()
    assert records(world.library) == before
