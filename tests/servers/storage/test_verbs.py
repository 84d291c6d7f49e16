"""What is asked about storage facilities: requests are told once, letters dealt with, items let go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from core.events import NoLongerStored
from core.model.records import Item, ItemStatus
from servers.configuration.settings import RemoteStorage, Settings
from servers.control.socket import VerbRefused
from servers.ncip.outgoing.memory import Letter, Memory
from servers.ncip.outgoing.outgoing import Outgoing
from servers.storage.exported import Exported
from servers.storage.lines import LetterLine, Requests, Wanted
from servers.storage.verbs import verbs
from tests.fakes.world import DEPOT, IN_DEPOT, KIOSK, NOW, STORED, WALDEN, WITH_DEPOT, World
from tests.servers.ncip.outgoing.given import facility, gone

STORAGE = RemoteStorage("DEPOT", locations=("MAIN/DEPOT",), desks=("MAIN.DEPOT_DESK",))
SETTINGS = Settings(location=WITH_DEPOT.locations, remote_storage=(STORAGE,))


class Staff:
    """Asks a server that is all there but for its sockets."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.outgoing = Outgoing(world.store, world.clock, world.desk)
        self.settings = SETTINGS
        self._verbs = verbs(world.desk, Exported(world.store), self.outgoing, lambda: self.settings)

    async def ask(self, verb: str, **arguments: Any) -> Any:
        """What the verb answers, as it goes through the socket."""
        return msgspec.json.decode(msgspec.json.encode(await self._verbs[verb](arguments)))

    async def requests(self) -> tuple[Wanted, ...]:
        """What the depot is asked for."""
        return msgspec.convert(await self.ask("storage-requests", profile="DEPOT"), Requests).requests

    async def letters(self) -> list[LetterLine]:
        """The letters there are."""
        return msgspec.convert((await self.ask("storage-letters"))["letters"], list[LetterLine])

    async def happened(self) -> list[NoLongerStored]:
        """What facilities are to let go of, as the log has it."""
        log = [recorded.event async for recorded in self.world.memory.follow(0)]
        return [event for event in log if isinstance(event, NoLongerStored)]

    def hold(self, patron: str = "P1") -> None:
        """Somebody wants what is in the depot."""
        self.world.desk.place_hold(KIOSK, patron, WALDEN, "MAIN")


@pytest.fixture
async def staff() -> AsyncIterator[Staff]:
    """Staff of the small library with a depot."""
    world = await World(WITH_DEPOT, IN_DEPOT).start()
    asking = Staff(world)
    yield asking
    await asking.outgoing.close()
    await world.stop()


async def test_what_a_depot_is_asked_for_is_told_whole(staff: Staff) -> None:
    assert await staff.requests() == ()
    staff.hold()
    (wanted,) = await staff.requests()
    assert (wanted.barcode, wanted.item, wanted.bib, wanted.title) == ("D1", STORED, "b4", "Walden")
    assert (wanted.location, wanted.pickup, wanted.institution) == ("MAIN/DEPOT", "MAIN", "TOWN")
    assert (wanted.placed_at, wanted.exported) == (NOW, False)


async def test_a_request_is_durable_before_it_is_told(staff: Staff) -> None:
    """Else a facility might send what nobody wants."""
    staff.hold()
    await staff.requests()
    assert staff.world.memory.next_seq() > 1


async def test_one_that_was_in_a_file_is_known_and_forgotten_with_the_request(staff: Staff) -> None:
    staff.hold()
    (wanted,) = await staff.requests()
    await staff.ask("storage-exported", profile="DEPOT", marks=[wanted.mark, "7/8/of old"])
    assert [one.exported for one in await staff.requests()] == [True]
    assert await Exported(staff.world.store).marks("DEPOT") == {wanted.mark}
    staff.world.desk.depot.send_out(DEPOT, "D1")
    assert await staff.requests() == ()
    await staff.ask("storage-exported", profile="DEPOT", marks=[])
    assert await Exported(staff.world.store).marks("DEPOT") == set()


async def test_what_was_sent_and_put_back_is_a_request_anew(staff: Staff) -> None:
    """For the facility has done with the first."""
    staff.hold()
    (first,) = await staff.requests()
    await staff.ask("storage-exported", profile="DEPOT", marks=[first.mark])
    staff.world.desk.depot.send_out(DEPOT, "D1")
    staff.world.desk.depot.shelve(DEPOT, "D1")
    (again,) = await staff.requests()
    assert (again.number, again.exported) == (first.number, False)
    assert again.mark != first.mark


async def test_a_facility_that_there_is_not_is_told_with_those_there_are(staff: Staff) -> None:
    with pytest.raises(VerbRefused, match=r'Did you mean "DEPOT"\?'):
        await staff.ask("storage-requests", profile="DEPO")
    with pytest.raises(VerbRefused, match=r"There are: DEPOT\."):
        await staff.ask("storage-exported", profile="x", marks=[])
    staff.settings = Settings()
    with pytest.raises(VerbRefused, match="The configuration names none"):
        await staff.ask("storage-requests", profile="DEPOT")


async def test_a_store_that_refuses_is_told(staff: Staff) -> None:
    staff.world.store.refuse_memos()
    with pytest.raises(VerbRefused, match=r"^The store cannot do it: refused by the test\.$"):
        await staff.ask("storage-exported", profile="DEPOT", marks=[])


async def test_letters_are_listed_sent_again_and_dropped(staff: Staff) -> None:
    assert await staff.letters() == []
    staff.outgoing.take_on((facility(),))
    memory = Memory(staff.world.store, "DEPOT")
    await memory.put(*(Letter(n, gone(f"D{n}"), NOW, "Unknown Item", "No such item.") for n in (4, 5)))
    first, second = await staff.letters()
    assert (first.number, first.profile, first.barcode, first.why) == (4, "DEPOT", "D4", "Unknown Item")
    assert (await staff.ask("storage-drop", numbers=[4])) == {"done": [4]}
    with pytest.raises(VerbRefused, match=r"^There is no letter 4; "):
        await staff.ask("storage-send", numbers=[5, 4])
    assert await staff.letters() == [second]
    await staff.outgoing.close()
    await staff.ask("storage-send", numbers=[5])
    assert [letter.again for letter in await staff.letters()] == [True]


def stored(staff: Staff) -> Item:
    """What was in the depot."""
    return staff.world.desk.library.items[STORED]


async def test_a_withdrawn_item_is_to_be_let_go_of_once(staff: Staff) -> None:
    assert await staff.ask("storage-withdraw", barcode="D1", by="Eve") == {"done": True, "leaves": True}
    assert stored(staff).status is ItemStatus.WITHDRAWN
    assert await staff.ask("storage-withdraw", barcode="D1", by="Eve") == {"done": False, "leaves": False}
    assert [event.barcode for event in await staff.happened()] == ["D1"]


async def test_an_item_that_moves_away_is_to_be_let_go_of(staff: Staff) -> None:
    told = await staff.ask("storage-move", barcode="D1", location="EAST/FILMS", by="Eve")
    assert told == {"done": True, "leaves": True}
    assert [event.now_at for event in await staff.happened()] == ["EAST/FILMS"]
    told = await staff.ask("storage-move", barcode="I1", location="EAST/FILMS", by="Eve")
    assert told == {"done": True, "leaves": False}


@pytest.mark.parametrize(
    ("verb", "arguments", "said"),
    [
        ("storage-withdraw", {"barcode": "X"}, "There is no item with that barcode."),
        ("storage-move", {"barcode": "X", "location": "MAIN/STACKS"}, "There is no item with that barcode."),
        ("storage-move", {"barcode": "D1", "location": "MAIN/STACK"}, 'Did you mean "MAIN/STACKS"?'),
    ],
)
async def test_what_cannot_be_done_is_said(
    staff: Staff, verb: str, arguments: dict[str, str], said: str
) -> None:
    with pytest.raises(VerbRefused) as refused:
        await staff.ask(verb, **arguments, by="Eve")
    assert said in str(refused.value)


async def test_what_somebody_waits_for_is_not_withdrawn(staff: Staff) -> None:
    staff.hold()
    with pytest.raises(VerbRefused):
        await staff.ask("storage-withdraw", barcode="D1", by="Eve")
    assert stored(staff).status is ItemStatus.AVAILABLE


async def test_what_the_store_does_not_keep_is_not_said_to_be_done(staff: Staff) -> None:
    staff.world.store.refuse_next()
    with pytest.raises(VerbRefused, match="did not keep"):
        await staff.ask("storage-withdraw", barcode="D1", by="Eve")
    assert stored(staff).status is ItemStatus.AVAILABLE
