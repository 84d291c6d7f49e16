"""MARC records become bibs: the card for the memory, the body for the store.

The rule it keeps: one bib for a control number. The last record of a load with that number is it,
however often it is loaded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from core.model.records import BibBody, BibId
from core.ports import Change
from protocols.marc.charset import Charset, to_utf8
from protocols.marc.errors import NotMarc
from protocols.marc.iso2709 import Marc, pack
from servers.load.card import card
from servers.load.electronic import follow
from servers.load.known import Known
from servers.load.marc_files import KeyPlaces, MarcEntry
from servers.load.verdict import UNCHANGED, Outcome, Place, Verdict, rejected, skipped

Bodies = Callable[[Sequence[BibId]], Awaitable[dict[BibId, bytes]]]
"""Reads MARC bodies from the store."""

_NOT_BIBS = {
    **dict.fromkeys("uvxy", "MARC holdings, not a bib (leader/06)"),
    "z": "an authority, not a bib (leader/06)",
    "q": "a community information record, not a bib (leader/06)",
    "w": "a classification record, not a bib (leader/06)",
}
_DELETED = "deleted in the source (leader/05)"
_REPEATED = "replaced by a later record with the same control number"
_CONTROL_NUMBER = b"001"


def last_places(entries: Iterable[MarcEntry], keys: KeyPlaces) -> tuple[int, dict[str, Place]]:
    """How many records there are, and where each control number comes last."""
    count = 0
    last: dict[str, Place] = {}
    for entry in entries:
        count += 1
        if isinstance(entry.marc, Marc) and not _not_wanted(entry.marc) and (key := keys.key(entry.marc)):
            last[key] = entry.place
    return count, last


def _not_wanted(marc: Marc) -> str:
    """Why the record is not to become a bib, or nothing."""
    kind = chr(marc.leader[6])
    return _NOT_BIBS.get(kind, _DELETED if marc.leader[5] == ord("d") else "")


class BibJudge:
    """Decides about records, given what is known, which it keeps up."""

    def __init__(
        self,
        known: Known,
        bodies: Bodies,
        last: dict[str, Place],
        keys: KeyPlaces = KeyPlaces(),  # noqa: B008 (frozen)
        charset: Charset = Charset.AUTO,
    ) -> None:
        """``last`` is where each control number comes last in the load."""
        self._known = known
        self._bibs = known.bibs
        self._bodies = bodies
        self._last = last
        self._keys = keys
        self._charset = charset

    async def judge(self, entries: Sequence[MarcEntry]) -> list[Verdict]:
        """A verdict for each record."""
        found = [self._bibs.get(self._key(entry)) for entry in entries]
        bodies = await self._bodies([bib.id for bib in found if bib is not None])
        return [self._verdict(entry, bodies) for entry in entries]

    def _key(self, entry: MarcEntry) -> str:
        return self._keys.key(entry.marc) if isinstance(entry.marc, Marc) else ""

    def _verdict(self, entry: MarcEntry, bodies: dict[BibId, bytes]) -> Verdict:
        marc = entry.marc
        if not isinstance(marc, Marc):
            return marc
        if reason := _not_wanted(marc):
            return skipped(reason)
        key = self._keys.key(marc)
        if not key:
            return rejected("no control number", f"looked in {', '.join(self._keys.places)}")
        if self._last[key] != entry.place:
            return skipped(_REPEATED)
        try:
            return self._put(key, marc, bodies)
        except NotMarc as error:
            return rejected(error.reason, error.detail)

    def _put(self, key: str, source: Marc, bodies: dict[BibId, bytes]) -> Verdict:
        marc, warning = to_utf8(_with_control_number(source, key), self._charset)
        body = pack(marc)
        before = self._bibs.get(key)
        warnings = (warning,) if warning else ()
        if before is None:
            new = card(marc, BibId(self._known.new_id()), 1, key)
            self._bibs[key] = new
            access = follow(self._known, marc, new)
            changes = (Change(None, new), Change(None, BibBody(new.id, 1, body)), *access)
            return Verdict(Outcome.ADDED, changes=changes, warnings=warnings)
        old_body = bodies.get(before.id)
        access = follow(self._known, marc, before)
        if not access and old_body == body and card(marc, before.id, before.version, key) == before:
            return UNCHANGED
        after = card(marc, before.id, before.version + 1, key)
        self._bibs[key] = after
        body_before = None if old_body is None else BibBody(before.id, before.version, old_body)
        body_after = BibBody(after.id, after.version, body)
        changes = (Change(before, after), Change(body_before, body_after), *access)
        return Verdict(Outcome.REPLACED, changes=changes, warnings=warnings)


def _with_control_number(marc: Marc, key: str) -> Marc:
    """The record with the number it is known by in 001, and no other there."""
    number = (_CONTROL_NUMBER, key.encode())
    if [data for tag, data in marc.fields if tag == _CONTROL_NUMBER] == [number[1]]:
        return marc
    return Marc(marc.leader, (number, *((tag, data) for tag, data in marc.fields if tag != _CONTROL_NUMBER)))
