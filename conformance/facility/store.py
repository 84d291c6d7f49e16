"""The facility at work: what it does when it is asked, and what it tells; the rule: first done, then told.

Each act is written down when the library's system has heard of it. Whoever is interrupted before does and
tells it again, in the same words.
"""

from collections.abc import Callable, Collection
from pathlib import Path

from conformance.facility import messages
from conformance.facility.caller import Caller
from conformance.facility.orders import Order, OrdersError, claimed, finished, orders_in
from conformance.facility.shelf import Place, Shelf, State

Say = Callable[[str], None]


class Store:
    """A facility. ``failures`` counts what was refused."""

    def __init__(
        self,
        shelf: Shelf,
        caller: Caller,
        party: messages.Party,
        say: Say,
        missing: Collection[str] = (),
        retrieved: Say = lambda barcode: None,
    ) -> None:
        self.failures = 0
        self._shelf = shelf
        self._caller = caller
        self._party = party
        self._say = say
        self._missing = missing
        self._retrieved = retrieved

    async def look(self, folder: Path) -> int:
        """Do all that the files in the folder ask for; returns how many requests that were. Raises
        UnheardError, OSError.
        """
        done = 0
        for path in claimed(folder):
            try:
                orders = orders_in(path)
            except OrdersError as problem:
                self._failed(f"{path.name} cannot be used: {problem}")
                orders = ()
            for order in orders:
                await self._do(order)
                done += 1
            finished(path)
        return done

    async def refile(self, barcode: str) -> None:
        """Put an item on the shelf, whether it was here before or not. Raises UnheardError, OSError."""
        await self._tell(messages.check_in(barcode, self._party), f"refiled {barcode}", barcode, Place())

    async def let_go(self) -> None:
        """Send out what is to leave for good. Raises UnheardError, OSError."""
        for barcode in self._shelf.leaving():
            message = messages.check_out(barcode, self._party)
            if not await self._tell(message, f"sent out for good {barcode}", barcode, Place(State.GONE)):
                self._shelf.put(barcode, Place(State.GONE))  # whatever they say, it is not here any more

    def deleted(self, barcode: str) -> bool:
        """Take note that an item need not be kept; False if it never was. Raises OSError.

        What is out stays out. Told again, it is as if it were the first time.
        """
        place = self._shelf.at(barcode)
        if place is None:
            self._say(f"told to let go of {barcode}, which is not known here")
            return False
        match place.state:
            case State.HERE if barcode not in self._missing:
                self._shelf.put(barcode, Place(State.LEAVING))
            case State.HERE | State.OUT:
                self._shelf.put(barcode, Place(State.GONE))
            case State.LEAVING | State.GONE:
                pass
        self._say(f"told to let go of {barcode}")
        return True

    async def _do(self, order: Order) -> None:
        place = self._shelf.at(order.barcode)
        if place == Place(State.OUT, order.number):
            self._say(f"retrieved before {order.barcode} (request {order.number})")
        elif place is None or place.state is not State.HERE or order.barcode in self._missing:
            what = f"not here {order.barcode or 'title ' + order.bib} (request {order.number})"
            await self._tell(messages.cancel(order, self._party), what)
        else:
            message = messages.check_out(order.barcode, self._party, order.number)
            out = Place(State.OUT, order.number)
            what = f"retrieved {order.barcode} (request {order.number})"
            if await self._tell(message, what, order.barcode, out):
                self._retrieved(order.barcode)

    async def _tell(self, message: bytes, what: str, barcode: str = "", place: Place | None = None) -> bool:
        """Tell what was done; if the other side agrees, write down where the item is now, then say so."""
        reply = await self._caller.tell(message)
        if reply.problems:
            why = ", ".join(f"{problem.kind} {problem.value}".strip() for problem in reply.problems)
            self._failed(f"{what}, but: {why}")
            return False
        if place is not None:
            self._shelf.put(barcode, place)
        self._say(what)
        return True

    def _failed(self, what: str) -> None:
        self.failures += 1
        self._say(what)
