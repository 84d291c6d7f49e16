"""Rows and fields become portfolios and representations.

The rule it keeps: what a bib's own record says of access (856, POR) follows that record, and is never mixed
with what a table says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b

from msgspec.structs import replace

from core.model.records import Bib, BibId, Portfolio, PortfolioId, Representation, RepresentationId
from core.ports import Change
from protocols.marc.elements import joined, texts
from protocols.marc.iso2709 import Marc
from servers.load.known import Known
from servers.load.rows import Once, verdict
from servers.load.tables import Row
from servers.load.verdict import UNCHANGED, Outcome, Unusable, Verdict

_RELATED = b"2"
"""The second indicator of an 856 that leads to something else than what the record describes."""


def portfolios_in(marc: Marc, bib: BibId, control_number: str) -> Iterator[Portfolio]:
    """What the record itself says of access: Alma's POR fields; where there are none, 856."""
    published = [data for data in marc.all(b"POR") if texts(data, "a")]
    for data in published:
        yield Portfolio(
            id=PortfolioId(0),
            version=1,
            bib=bib,
            pid=texts(data, "a")[0],
            url=next(iter(texts(data, "e") + texts(data, "d")), ""),
            collection=joined(data, "p"),
            collection_name=joined(data, "q"),
            interface=joined(data, "j"),
            coverage=joined(data, "n"),
            note=joined(data, "l"),
            available=joined(data, "b").casefold() != "not available",
            from_marc=True,
        )
    if published:
        return
    for data in marc.all(b"856"):
        for url in texts(data, "u") if data[1:2] != _RELATED else ():
            yield Portfolio(
                id=PortfolioId(0),
                version=1,
                bib=bib,
                pid=_number(control_number, url),
                url=url,
                coverage=joined(data, "3"),
                note=joined(data, "yz"),
                from_marc=True,
            )


def _number(control_number: str, url: str) -> str:
    """A number for a link that has none, the same whenever the record is read."""
    digest = blake2b(f"{control_number}\0{url}".encode(), digest_size=6).digest()
    return f"53{int.from_bytes(digest):015d}"


def follow(known: Known, marc: Marc, bib: Bib) -> tuple[Change, ...]:
    """What changes among the portfolios of a bib when its record says this."""
    said = {found.pid: found for found in portfolios_in(marc, bib.id, bib.control_number)}
    had = known.from_marc.get(bib.id, {})
    changes: list[Change] = []
    for pid, found in said.items():
        before = had.get(pid)
        if before is None and pid in known.portfolios:
            continue  # a number that a table, or another record, has given already
        after = _versioned(known, before, found)
        if after is not None:
            known.put_portfolio(after)
            changes.append(Change(before, after))
    for pid in [pid for pid in had if pid not in said]:
        changes.append(Change(had.pop(pid), None))
        del known.portfolios[pid]
    return tuple(changes)


def _versioned(known: Known, before: Portfolio | None, found: Portfolio) -> Portfolio | None:
    """The portfolio as it is to be kept, or None if it is kept so already."""
    if before is None:
        return replace(found, id=PortfolioId(known.new_id()))
    same = replace(found, id=before.id, version=before.version)
    return None if same == before else replace(same, version=before.version + 1)


class PortfolioJudge:
    """Decides about rows of portfolios, given what is known, which it keeps up."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._pids = Once("the portfolio")

    async def judge(self, rows: Sequence[Row]) -> list[Verdict]:
        """A verdict for each row."""
        return [verdict(row, self._place) for row in rows]

    def _place(self, row: Row) -> Verdict:
        pid = row.need("pid")
        found = Portfolio(
            id=PortfolioId(0),
            version=1,
            bib=_bib(self._known, row).id,
            pid=pid,
            url=row.text("url"),
            collection=row.text("collection"),
            collection_name=row.text("collection_name"),
            interface=row.text("interface"),
            coverage=row.text("coverage"),
            note=row.text("note"),
            agency=row.text("agency"),
            available=row.flag("available", True),
        )
        self._pids.claim(pid, row.place)
        before = self._known.portfolios.get(pid)
        after = _versioned(self._known, before, found)
        if after is None:
            return UNCHANGED
        self._known.put_portfolio(after)
        outcome = Outcome.ADDED if before is None else Outcome.REPLACED
        return Verdict(outcome, changes=(Change(before, after),))


class RepresentationJudge:
    """Decides about rows of representations, given what is known, which it keeps up."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._pids = Once("the representation")

    async def judge(self, rows: Sequence[Row]) -> list[Verdict]:
        """A verdict for each row."""
        return [verdict(row, self._place) for row in rows]

    def _place(self, row: Row) -> Verdict:
        pid = row.need("pid")
        before = self._known.representations.get(pid)
        found = Representation(
            id=RepresentationId(self._known.new_id()) if before is None else before.id,
            version=1 if before is None else before.version,
            bib=_bib(self._known, row).id,
            pid=pid,
            url=row.text("url"),
            label=row.text("label"),
            note=row.text("note"),
            repository=row.text("repository"),
            remote=row.flag("remote", False),
            entity=row.text("entity"),
        )
        self._pids.claim(pid, row.place)
        if found == before:
            return UNCHANGED
        after = found if before is None else replace(found, version=before.version + 1)
        self._known.representations[pid] = after
        outcome = Outcome.ADDED if before is None else Outcome.REPLACED
        return Verdict(outcome, changes=(Change(before, after),))


def _bib(known: Known, row: Row) -> Bib:
    bib = known.bibs.get(number := row.need("bib"))
    if bib is None:
        raise Unusable("no such bib", number)
    return bib
