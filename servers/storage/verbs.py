"""What can be asked of a server about its storage facilities, through the control socket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from core.actor import Actor
from core.depot import RetrievalRequest
from core.desk import CirculationDesk
from core.events import NoLongerStored
from core.model.records import Item, ItemStatus
from core.ports import StoreBroken, StoreRefused
from core.rules.service import home
from core.rules.stock import Description
from servers.configuration.settings import RemoteStorage, Settings
from servers.configuration.toml_tables import near
from servers.control.arguments import taken
from servers.control.kept import done, durable
from servers.control.socket import Verb, VerbRefused
from servers.ncip.outgoing.memory import Letter
from servers.ncip.outgoing.outgoing import Outgoing
from servers.storage.exported import Exported, mark_of
from servers.storage.lines import LetterLine, Letters, Requests, Wanted


class OneFacility(Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `storage-requests`."""

    profile: str


class Export(Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `storage-exported`: what has been put into a file."""

    profile: str
    marks: tuple[str, ...]


class WhichLetters(Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `storage-send` and `storage-drop`."""

    numbers: tuple[int, ...]


class OneItem(Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `storage-withdraw`, and who does it."""

    barcode: str
    by: str


class Move(Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `storage-move`, and who does it."""

    barcode: str
    location: str
    by: str


def verbs(
    desk: CirculationDesk, exported: Exported, outgoing: Outgoing, settings: Callable[[], Settings]
) -> Mapping[str, Verb]:
    """All of them."""
    return {
        **_about_requests(desk, exported, settings),
        **_about_letters(outgoing),
        **_about_items(desk, settings),
    }


def _about_requests(
    desk: CirculationDesk, exported: Exported, settings: Callable[[], Settings]
) -> Mapping[str, Verb]:
    """`storage-requests` and `storage-exported`."""

    async def requests(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        storage = _storage(taken(arguments, OneFacility).profile, settings())
        found = await durable(desk.depot.requests(storage.locations))
        with _reading():
            before = await exported.marks(storage.profile)
        wanted = tuple(_wanted(one, mark_of(one) in before, desk) for one in found)
        return asdict(Requests(storage.profile, wanted, storage.requests))

    async def note(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        export = taken(arguments, Export)
        storage = _storage(export.profile, settings())
        found = await durable(desk.depot.requests(storage.locations))
        with _reading():
            before = await exported.marks(storage.profile)
            still = before.union(export.marks).intersection(map(mark_of, found))
            await exported.keep(storage.profile, still)
        return {}

    return {"storage-requests": requests, "storage-exported": note}


def _about_letters(outgoing: Outgoing) -> Mapping[str, Verb]:
    """`storage-letters`, `storage-send` and `storage-drop`."""

    async def letters(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        with _reading():
            found = await outgoing.letters()
        lines = tuple(_line(profile, letter) for profile, some in found.items() for letter in some)
        return asdict(Letters(lines, dict(outgoing.waiting())))

    async def send(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return await act(arguments, outgoing.send_again)

    async def drop(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return await act(arguments, outgoing.drop)

    async def act(
        arguments: Mapping[str, Any], do: Callable[[str, Sequence[Letter]], Awaitable[None]]
    ) -> Mapping[str, Any]:
        numbers = set(taken(arguments, WhichLetters).numbers)
        with _reading():
            found = await outgoing.letters()
            if missing := numbers.difference(one.seq for some in found.values() for one in some):
                raise VerbRefused(f"There is no letter {min(missing)}; circdesk storage letters shows all.")
            for profile, some in found.items():
                if meant := [letter for letter in some if letter.seq in numbers]:
                    await do(profile, meant)
        return {"done": sorted(numbers)}

    return {"storage-letters": letters, "storage-send": send, "storage-drop": drop}


def _about_items(desk: CirculationDesk, settings: Callable[[], Settings]) -> Mapping[str, Verb]:
    """`storage-withdraw` and `storage-move`: what ends in a message to a facility, if the item is in one."""

    async def withdraw(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = taken(arguments, OneItem)
        actor = _staff(wanted.by, _item(wanted.barcode, desk))
        return _told(await done(desk.stock.set_status(actor, wanted.barcode, ItemStatus.WITHDRAWN)))

    async def move(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = taken(arguments, Move)
        actor = _staff(wanted.by, _item(wanted.barcode, desk))
        places = [location.code for location in settings().location]
        if wanted.location not in places:
            raise VerbRefused(f"There is no such location.{near(wanted.location, places)}")
        said = Description(location=wanted.location)
        return _told(await done(desk.stock.change_item(actor, wanted.barcode, say=said)))

    return {"storage-withdraw": withdraw, "storage-move": move}


def _told(events: Sequence[object]) -> Mapping[str, Any]:
    """Whether anything is otherwise now, and whether a facility is to let go of the item."""
    return {"done": bool(events), "leaves": any(isinstance(event, NoLongerStored) for event in events)}


def _storage(profile: str, settings: Settings) -> RemoteStorage:
    found = {storage.profile: storage for storage in settings.remote_storage}
    if profile not in found:
        there_are = f" There are: {', '.join(found)}." if found else " The configuration names none."
        raise VerbRefused(
            f"There is no [[remote_storage]] of that profile.{near(profile, found) or there_are}"
        )
    return found[profile]


def _item(barcode: str, desk: CirculationDesk) -> Item:
    item = desk.library.item(barcode)
    if item is None:
        raise VerbRefused("There is no item with that barcode.")
    return item


def _staff(name: str, item: Item) -> Actor:
    """Who looks after the item's records."""
    return Actor(name, home(item.location))


def _wanted(request: RetrievalRequest, was_exported: bool, desk: CirculationDesk) -> Wanted:
    hold, item, bib = request.hold, request.item, request.bib
    return Wanted(
        number=hold.id,
        mark=mark_of(request),
        exported=was_exported,
        placed_at=hold.placed_at,
        barcode=item.barcode,
        item=item.id,
        bib="" if bib is None else bib.control_number,
        title="" if bib is None else bib.title,
        author="" if bib is None else bib.author,
        description=item.description,
        call_number=item.call_number,
        location=item.location,
        pickup=hold.pickup,
        pickup_name=desk.policy.agency(hold.pickup).name,
        institution=desk.policy.policy.institution,
    )


def _line(profile: str, letter: Letter) -> LetterLine:
    event = letter.event
    return LetterLine(
        number=letter.seq,
        profile=profile,
        barcode=event.barcode,
        location=event.location,
        now_at=event.now_at,
        refused_at=letter.refused_at,
        why=letter.why,
        detail=letter.detail,
        again=letter.again,
    )


@contextmanager
def _reading() -> Iterator[None]:
    """What the store cannot do now is told to who asked."""
    try:
        yield
    except (StoreRefused, StoreBroken) as refused:
        raise VerbRefused(f"The store cannot do it: {refused}.") from refused
