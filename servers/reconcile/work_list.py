"""The reconciliation work list as whoever settles it needs to see it: names, titles, reasons in words.

The rule it keeps: times are those of the machine, in the zone of its agency; and of a patron never the PIN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.desk import Actor, CirculationDesk
from core.explain import Act
from core.model.money import quantise
from core.model.records import Discrepancy, Item, LoanAct, Patron
from core.refusals import Reason
from servers.reconcile.advice import ADVICE
from servers.reconcile.lines import Details, Ground, Line
from servers.words.english import REFUSALS

ACT: Final = {
    LoanAct.CHECK_OUT: Act.CHECK_OUT,
    LoanAct.CHECK_IN: Act.CHECK_IN,
    LoanAct.RENEW: Act.RENEW,
}


def line(noted: Discrepancy, desk: CirculationDesk) -> Line:
    """The discrepancy with what the library knows of it."""
    zone = desk.policy.opening(noted.agency).zone
    patron, item = desk.library.patron(noted.patron), desk.library.item(noted.item)
    return Line(
        number=noted.id,
        happened_at=noted.happened_at.astimezone(zone),
        noted_at=noted.noted_at.astimezone(zone),
        terminal=noted.terminal,
        agency=noted.agency,
        act=ACT[noted.act],
        patron=noted.patron,
        name="" if patron is None else patron.name,
        item=noted.item,
        title="" if item is None else desk.library.title(item),
        grounds=tuple([_ground(Reason(reason)) for reason in noted.reasons]),
        booked=noted.booked,
        due=noted.due and noted.due.astimezone(zone),
        settled_at=noted.settled_at and noted.settled_at.astimezone(zone),
        settled_by=noted.settled_by,
        note=noted.note,
    )


def details(noted: Discrepancy, desk: CirculationDesk, serves: Sequence[str]) -> Details:
    """Everything known about the discrepancy. ``serves``: what its terminal serves."""
    patron, item = desk.library.patron(noted.patron), desk.library.item(noted.item)
    actor = Actor(noted.terminal, noted.agency, tuple(serves))
    checks = desk.explain(ACT[noted.act], actor, noted.patron, noted.item).checks
    return Details(
        line=line(noted, desk),
        checks=checks,
        item=() if item is None else tuple(_item_now(item, noted.agency, desk)),
        patron=() if patron is None else tuple(_patron_now(patron, desk)),
    )


def _ground(reason: Reason) -> Ground:
    return Ground(reason, REFUSALS[reason], ADVICE[reason])


def _item_now(item: Item, agency: str, desk: CirculationDesk) -> list[str]:
    zone = desk.policy.opening(agency).zone
    told = [f"{item.status.name.lower().replace('_', ' ')}, of {item.location}"]
    if item.destination:
        told.append(f"travels to {item.destination}")
    if item.loan is not None:
        who = desk.library.patrons[item.loan.patron]
        out, due = (when.astimezone(zone) for when in (item.loan.out_at, item.loan.due))
        told.append(
            f"lent to {who.barcode} {who.name} since {out:%Y-%m-%d %H:%M}, due {due:%Y-%m-%d %H:%M}, "
            f"renewals: {item.loan.renewals}"
        )
    if item.hold is not None:
        holder = desk.library.patrons[desk.library.holds[item.hold].patron]
        told.append(f"set aside for {holder.barcode} {holder.name}")
    told.append(f"holds on its title: {len(desk.library.queue_of(item.bib))}")
    return told


def _patron_now(patron: Patron, desk: CirculationDesk) -> list[str]:
    library, currency = desk.library, desk.policy.policy.currency
    told = [f"{patron.group or 'no group'}, of {patron.agency or 'no agency'}"]
    if patron.expires is not None:
        told.append(f"the card is good until {patron.expires}")
    told += [
        f"blocked ({block.kind.name.lower().replace('_', ' ')}) by {block.placed_by}"
        for block in patron.blocks
    ]
    told.append(f"loans: {len(library.loans_of(patron.id))}, holds: {library.hold_count(patron.id)}")
    told.append(f"owes {quantise(library.owed_by(patron.id), currency)} {currency}")
    return told
