"""A facility to be told, a post that answers as it is told to, and what there is to tell."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable

from core.events import Event, NoLongerStored
from core.model.records import BibId, ItemId
from core.ports import Batch, Store
from protocols.ncip.dialects import ALMA_V2
from protocols.ncip.structures import InitiationHeader, Party
from protocols.ncip.values import SchemeValuePair
from protocols.secret import Secret
from servers.ncip.outgoing.facility import Facility
from servers.ncip.outgoing.outbox import Pace
from servers.ncip.outgoing.verdict import DONE, Outcome, Verdict
from tests.contracts.test_store import in_log

DEPOT = "MAIN/DEPOT"
WORD = "CanaryWordOfTheFacility"
QUICK = Pace(look=0.002, first=0.001, most=0.004)

DOWN = Verdict(Outcome.AGAIN, "the connection failed (Connection refused)")
UNKNOWN = Verdict(Outcome.NEVER, "Unknown Item", "There is no such item.")


def facility(
    profile: str = "DEPOT", url: str = "https://store.example/ncip", timeout: float = 30.0
) -> Facility:
    """The facility that has what lives in `DEPOT`."""
    town = Party(agency_id=SchemeValuePair("TOWN"))
    return Facility(
        profile=profile,
        places=(DEPOT, "MAIN/CAVE"),
        url=url,
        header=InitiationHeader(
            from_agency_id=town,
            from_agency_authentication=Secret(WORD),
            to_agency_id=town,
            application_profile_type=SchemeValuePair(profile),
        ),
        dialect=ALMA_V2,
        tls=ssl.create_default_context(),
        timeout=timeout,
    )


def gone(barcode: str, location: str = DEPOT, now_at: str = "") -> NoLongerStored:
    """The item left the facility's care."""
    return NoLongerStored(ItemId(7), barcode, BibId(1), location, now_at)


async def happen(store: Store, *events: Event) -> None:
    """Put events at the end of the log."""
    await store.commit(Batch(in_log(*events, first=store.next_seq()), ()))


class ScriptedPost:
    """Answers by its script, then that all is well. ``told`` are the barcodes that it was given to carry."""

    def __init__(self, *script: Verdict) -> None:
        self.told: list[str] = []
        self._script = list(script)
        self._carried = asyncio.Condition()

    async def deliver(self, facility: Facility, event: NoLongerStored) -> Verdict:
        """What the script says next."""
        async with self._carried:
            self.told.append(event.barcode)
            self._carried.notify_all()
        return self._script.pop(0) if self._script else DONE

    async def carried(self, barcodes: Iterable[str]) -> None:
        """Return when it was given these, in this order, and no others."""
        wanted = list(barcodes)
        async with asyncio.timeout(30), self._carried:
            await self._carried.wait_for(lambda: len(self.told) >= len(wanted))
        assert self.told == wanted
