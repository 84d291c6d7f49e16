"""A terminal whose messages are written as on the wire and answered without a socket, on the library of
`tests.fakes.world`.

In lines, `<d>` is the time of day at the terminal, in requests as in answers, and `<none>` is no date.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from core.model.policy import LoanTerms, Policy
from core.model.records import Bib, BibId, Item, ItemId, Medium
from core.rules.facts import Pin
from protocols.sip2.codec import Wire, parse, serialise
from protocols.sip2.fields import write_date
from protocols.sip2.messages import FromAcs, FromSc
from servers.configuration.settings import Terminal
from servers.sip2.station import Station
from servers.sip2.translate import Reply, answer
from tests.fakes.world import POLICY, RECORDS, World

WIRE = Wire(charset="utf-8")
NO_DATE = " " * 18
CLEAR = " " * 14
DENIED = "YYYY" + " " * 10
ZONE = ZoneInfo("Europe/Berlin")

VERTIGO, UNTITLED = BibId(4), BibId(5)
MORE_RECORDS = (
    *RECORDS,
    Bib(VERTIGO, 1, "b4", "Vertigo"),
    Bib(UNTITLED, 1, "b5", ""),
    Item(ItemId(15), 1, "I5", VERTIGO, "MAIN/STACKS", "tape", medium=Medium.VIDEO_TAPE),
    Item(ItemId(16), 1, "I6", VERTIGO, "MAIN/STACKS", "reserve"),
    Item(ItemId(17), 1, "I7", UNTITLED, "NOWHERE/SHELF"),
)
"""And a video tape, an item for use in the building, and one of which little is known."""

RENTALS: Policy = replace(POLICY, terms=tuple(replace(terms, rental=Decimal(1)) for terms in POLICY.terms))
YEN: Policy = replace(
    POLICY,
    currency="JPY",
    terms=(LoanTerms("standard", rental=Decimal(500), fine=Decimal(20), fine_cap=Decimal(0)),),
    loan_rules=(),
)


class Kiosk:
    """A self-check at MAIN, with the profile that a test needs."""

    def __init__(self, world: World, name: str = "kiosk-1", agency: str = "MAIN", **profile: Any) -> None:
        self.world = world
        self.station = Station(Terminal(name, **profile), agency, world.desk, ZONE)

    @property
    def date(self) -> str:
        """What `<d>` stands for."""
        return write_date(self.station.local_now())

    def request(self, line: str) -> FromSc:
        """The message in a line."""
        message = parse(line.replace("<d>", self.date).replace("<none>", NO_DATE).encode(), WIRE)
        assert isinstance(message, FromSc)
        return message

    def reply(self, line: str, pin: Pin = Pin.NOT_GIVEN) -> Reply:
        """What the translation makes of a line."""
        return answer(self.request(line), self.station, pin)

    def ask(self, line: str, pin: Pin = Pin.NOT_GIVEN) -> str:
        """The line that answers a line."""
        return self.written(self.reply(line, pin).message)

    def written(self, message: FromAcs | None) -> str:
        """A message as a line."""
        assert message is not None, "nothing was said"
        return serialise(message, WIRE).decode().replace(self.date, "<d>")

    def lend(self, patron: str, item: str) -> str:
        """Check out, after a minute, so that it is no repetition."""
        self.world.clock.advance(minutes=1)
        return self.ask(f"11YN<d>{' ' * 18}AOTOWN|AA{patron}|AB{item}|AC|")

    def take_back(self, item: str) -> str:
        """Check in, after a minute."""
        self.world.clock.advance(minutes=1)
        return self.ask(f"09N<d><d>AP|AOTOWN|AB{item}|AC|")


def fields(line: str, *ids: str) -> list[str]:
    """The fields of a line with these ids, in the line's order. Its fixed part must end with AO or AB."""
    return [field for field in line.split("|")[1:] if field[:2] in ids]
