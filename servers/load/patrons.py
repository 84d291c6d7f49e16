"""Rows become patrons.

The rule it keeps: a PIN is hashed before anything else sees it, and blocks belong to the desk once the
patron is here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from core.model.records import Block, BlockKind, Patron, PatronId
from core.ports import Change, Credentials
from servers.load.fields import SECRET
from servers.load.known import Known
from servers.load.rows import Once
from servers.load.tables import Row
from servers.load.verdict import ACTOR, UNCHANGED, Outcome, Unusable, Verdict


class _Draft(Struct, frozen=True):
    """A patron who is ready but for the PIN, and who was here before under the same barcode."""

    patron: Patron
    before: Patron | None
    pin: str

    def __repr__(self) -> str:
        return f"_Draft({self.patron.id})"


class PatronJudge:
    """Decides about rows, given what is known, which it keeps up."""

    def __init__(self, known: Known, credentials: Credentials, now: datetime) -> None:
        """``now`` is when blocks that the file asks for are placed."""
        self._known = known
        self._credentials = credentials
        self._now = now
        self._barcodes = Once("the barcode")

    async def judge(self, rows: Sequence[Row]) -> list[Verdict]:
        """A verdict for each row. The PINs of all rows are hashed side by side."""
        drafts = [self._draft(row) for row in rows]
        return await asyncio.gather(*(self._verdict(draft) for draft in drafts))

    def _draft(self, row: Row) -> _Draft | Verdict:
        try:
            return row.refusal() or self._read(row)
        except Unusable as unusable:
            return unusable.verdict

    def _read(self, row: Row) -> _Draft:
        barcode = row.need("barcode")
        identifiers = tuple(dict.fromkeys(key for key in row.text("identifiers").split() if key != barcode))
        before = self._known.patrons.get(barcode)
        for key in (barcode, *identifiers):
            owner = self._known.patrons.get(key)
            if owner is not None and owner.barcode != barcode:
                raise Unusable("another patron has the barcode or identifier", key)
        patron = Patron(
            id=PatronId(0) if before is None else before.id,
            version=1 if before is None else before.version,
            barcode=barcode,
            family=row.need("family"),
            given=row.text("given"),
            group=row.text("group"),
            agency=row.text("agency"),
            identifiers=identifiers,
            pin="" if before is None else before.pin,
            expires=row.day("expires"),
            active=row.flag("active", otherwise=True),
            blocks=self._blocks(row) if before is None else before.blocks,
            language=row.text("language"),
            email=row.text("email"),
            phone=row.text("phone"),
            address=row.text("address"),
            born=row.day("born"),
        )
        self._barcodes.claim(barcode, row.place)
        if before is None:
            patron = replace(patron, id=PatronId(self._known.new_id()))
        self._known.put_patron(patron, before)
        return _Draft(patron, before, row.text(SECRET))

    def _blocks(self, row: Row) -> tuple[Block, ...]:
        blocked = row.flag("blocked", otherwise=False)
        return (Block(BlockKind.STAFF, self._now, ACTOR),) if blocked else ()

    async def _verdict(self, draft: _Draft | Verdict) -> Verdict:
        if isinstance(draft, Verdict):
            return draft
        patron, before = draft.patron, draft.before
        if draft.pin and not (patron.pin and await self._credentials.verify(draft.pin, patron.pin)):
            hashed = await asyncio.to_thread(self._credentials.hash, draft.pin)
            patron = replace(patron, pin=hashed)
        if before is None:
            return Verdict(Outcome.ADDED, changes=(Change(None, patron),))
        if patron == before:
            return UNCHANGED
        return Verdict(
            Outcome.REPLACED, changes=(Change(before, replace(patron, version=before.version + 1)),)
        )
