"""What an act would lead to now, found out without doing it.

The rule it keeps: whom and what it is about is found as the desk finds it, and the rules are told the same
facts (`core.enquiries`). Whoever comes with a wrong PIN learns no more here than there.
"""

from __future__ import annotations

from core.actor import Actor
from core.enquiries import Enquiries
from core.explain import Act, Explanation, explain_hold, explain_loan, explain_return, explain_unknown
from core.model.records import Item, Patron
from core.refusals import Reason, Refused
from core.rules.facts import Pin


def foresee(
    enquiries: Enquiries,
    act: Act,
    actor: Actor,
    patron: str,
    item: str,
    pin: Pin,
    fee_acknowledged: bool,
    renewal_wanted: bool,
) -> Explanation:
    """What the act would lead to, and why. See `core.desk.CirculationDesk.explain`."""
    who, found = enquiries.library.patron(patron), enquiries.library.item(item)
    if act is Act.CHECK_IN:
        return _unknown(act, Reason.UNKNOWN_ITEM) if found is None else _scan(enquiries, actor, found)
    if who is None:
        return _unknown(act, Reason.UNKNOWN_PATRON, pin)
    if found is None:
        return _unknown(act, Reason.UNKNOWN_ITEM, pin)
    if act is Act.PLACE_HOLD:
        return _wish(enquiries, actor, who, found, pin)
    moment, borrower = enquiries.moment(actor), enquiries.borrower(who)
    wanted = renewal_wanted or act is Act.RENEW
    facts = enquiries.loan(actor, moment, borrower, found, pin, fee_acknowledged, wanted)
    return explain_loan(act, facts, enquiries.terms_found(who, found))


def _scan(enquiries: Enquiries, actor: Actor, item: Item) -> Explanation:
    facts = enquiries.scan(enquiries.moment(actor), item)
    return explain_return(facts, enquiries.terms_found(enquiries.has_it(item), item))


def _wish(enquiries: Enquiries, actor: Actor, holder: Patron, item: Item, pin: Pin) -> Explanation:
    """A hold on the item's bib, to be picked up where the actor is."""
    if item.bib not in enquiries.library.bibs:
        return _unknown(Act.PLACE_HOLD, Reason.UNKNOWN_BIB)
    return explain_hold(enquiries.wish(actor, holder, item.bib, actor.agency, None, "", None, pin))


def _unknown(act: Act, reason: Reason, pin: Pin = Pin.NOT_GIVEN) -> Explanation:
    return explain_unknown(act, reason, Refused(Reason.WRONG_PIN if pin is Pin.WRONG else reason))
