"""Why the desk said no, in the words of the standard: a type, the element that it is about, and its value.

The rule it keeps: a type is from the lists that the standard has for the service, and no secret is told. What
may be tried again blindly is a Temporary Processing Failure, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from msgspec.structs import replace

from core.refusals import Reason, Refused
from protocols.ncip import messages as m
from protocols.ncip.errors import refusal
from protocols.ncip.problems import BY_SERVICE, GENERAL, ProblemType
from protocols.ncip.structures import Problem
from protocols.ncip.values import SchemeValuePair
from servers.ncip.translate.wording import money

_P = ProblemType
_COMBINATION: Final = _P.UNAUTHORIZED_COMBINATION_OF_ELEMENT_VALUES_FOR_AGENCY
_PERSON: Final = (
    _P.USER_BLOCKED,
    _P.USER_INELIGIBLE_TO_CHECK_OUT_THIS_ITEM,
    _P.USER_INELIGIBLE_TO_RENEW_THIS_ITEM,
    _P.USER_INELIGIBLE_TO_REQUEST_THIS_ITEM,
    _P.USER_ACCESS_DENIED,
    _COMBINATION,
)
_CONDITION: Final = (
    _P.RESOURCE_CANNOT_BE_PROVIDED,
    _P.ITEM_NOT_RENEWABLE,
    _P.ITEM_CANNOT_BE_RECALLED,
    _P.ITEM_DOES_NOT_CIRCULATE,
    _P.ITEM_ACCESS_DENIED,
    _P.ELEMENT_RULE_VIOLATED,
    _COMBINATION,
)
_RULE: Final = (_P.ELEMENT_RULE_VIOLATED, _COMBINATION)
_AGAIN: Final = (_P.TEMPORARY_PROCESSING_FAILURE,)

TYPES: Final[Mapping[Reason, tuple[ProblemType, ...]]] = {
    Reason.UNKNOWN_PATRON: (_P.UNKNOWN_USER, _COMBINATION),
    Reason.UNKNOWN_ITEM: (_P.UNKNOWN_ITEM, _COMBINATION),
    Reason.UNKNOWN_BIB: (_P.UNKNOWN_ITEM, *_RULE),
    Reason.UNKNOWN_HOLD: (_P.UNKNOWN_REQUEST, _P.UNKNOWN_ITEM, _COMBINATION),
    Reason.UNKNOWN_FEE: _RULE,
    Reason.UNKNOWN_PICKUP: _RULE,
    Reason.WRONG_PIN: (_P.USER_AUTHENTICATION_FAILED, _COMBINATION),
    Reason.PATRON_INACTIVE: _PERSON,
    Reason.PATRON_EXPIRED: _PERSON,
    Reason.PATRON_BLOCKED: _PERSON,
    Reason.CARD_LOST: _PERSON,
    Reason.TOO_MANY_LOANS: (_P.MAXIMUM_CHECK_OUTS_EXCEEDED, *_PERSON),
    Reason.TOO_MANY_OVERDUES: _PERSON,
    Reason.TOO_MANY_HOLDS: (_P.USER_INELIGIBLE_TO_REQUEST_THIS_ITEM, *_PERSON),
    Reason.TOO_MUCH_OWED: _PERSON,
    Reason.NOT_FOR_LOAN: (_P.ITEM_DOES_NOT_CIRCULATE, *_CONDITION),
    Reason.NOT_HOLDABLE: (_P.ITEM_DOES_NOT_CIRCULATE, *_CONDITION),
    Reason.LENT_TO_ANOTHER: _CONDITION,
    Reason.HELD_FOR_ANOTHER: (_P.RENEWAL_NOT_ALLOWED_ITEM_HAS_OUTSTANDING_REQUESTS, *_CONDITION),
    Reason.WANTED_BY_ANOTHER: (_P.RENEWAL_NOT_ALLOWED_ITEM_HAS_OUTSTANDING_REQUESTS, *_CONDITION),
    Reason.ITEM_IN_TRANSIT: _CONDITION,
    Reason.ITEM_NOT_READY: _CONDITION,
    Reason.ITEM_LOST: _CONDITION,
    Reason.ITEM_MISSING: _CONDITION,
    Reason.ITEM_WITHDRAWN: _CONDITION,
    Reason.NOT_ON_LOAN: (_P.ITEM_NOT_CHECKED_OUT, _P.ITEM_NOT_CHECKED_OUT_TO_THIS_USER, *_CONDITION),
    Reason.NOT_LENT_TO_PATRON: (
        _P.ITEM_NOT_CHECKED_OUT_TO_THIS_USER,
        _P.USER_INELIGIBLE_TO_RENEW_THIS_ITEM,
        *_CONDITION,
    ),
    Reason.AMBIGUOUS_TITLE: (_P.NON_UNIQUE_ITEM, *_RULE),
    Reason.RENEWAL_NOT_WANTED: (_P.USER_INELIGIBLE_TO_CHECK_OUT_THIS_ITEM, *_RULE),
    Reason.TOO_MANY_RENEWALS: (_P.MAXIMUM_RENEWALS_EXCEEDED, *_RULE),
    Reason.ALREADY_HELD: (_P.DUPLICATE_REQUEST, *_RULE),
    Reason.ALREADY_BORROWED: (_P.USER_INELIGIBLE_TO_REQUEST_THIS_ITEM, *_RULE),
    Reason.FEE_TO_ACKNOWLEDGE: (_P.NEEDED_DATA_MISSING,),
    Reason.NOTHING_OWED: _RULE,
    Reason.INVALID_AMOUNT: (_P.INVALID_AMOUNT,),
    Reason.WRONG_CURRENCY: (_P.INVALID_AMOUNT,),
    Reason.OVERPAYMENT: (_P.INVALID_AMOUNT,),
    Reason.UNKNOWN_PAYMENT_KIND: _RULE,
    Reason.SUPERSEDED: (
        _P.REQUEST_ALREADY_PROCESSED,
        _P.RECALL_CANNOT_BE_CANCELLED_AT_THIS_TIME,
        _P.UNABLE_TO_ADD_ELEMENT,
        *_CONDITION,
    ),
    Reason.NOTHING_TO_UNDO: (_P.RECALL_CANNOT_BE_CANCELLED_AT_THIS_TIME, *_RULE),
    Reason.INVALID_DATE: (_P.INVALID_DATE,),
    Reason.OFFLINE_NOT_TAKEN: _RULE,
    Reason.ALREADY_EXISTS: (
        _P.DUPLICATE_ITEM,
        _P.DUPLICATE_USER,
        _P.DUPLICATE_REQUEST,
        _P.DUPLICATE_FISCAL_TRANSACTION,
        *_RULE,
    ),
    Reason.STILL_IN_USE: (_P.UNABLE_TO_DELETE_ELEMENT, *_RULE),
    Reason.INVALID_STATUS: _RULE,
    Reason.DETAIL_NEEDED: (_P.NEEDED_DATA_MISSING,),
    Reason.NOT_SERVED_HERE: (_P.ITEM_ACCESS_DENIED, _COMBINATION),
    Reason.NOT_ALLOWED_HERE: _RULE,
    Reason.NOT_LOGGED_IN: (_P.AGENCY_AUTHENTICATION_FAILED,),
    Reason.TOO_BUSY: _AGAIN,
    Reason.STORE_UNAVAILABLE: _AGAIN,
}
"""What each reason is called, the more exact before the more general; the last goes with every service."""


class Subject(Enum):
    """The element that a refusal is about, by the field that it is read into."""

    NOTHING = ""
    USER = "user_id"
    AUTHENTICATION = "authentication_input"
    ITEM = "item_id"
    TITLE = "bibliographic_id"
    REQUEST = "request_id"
    PICKUP = "pickup_location"
    FEE = "acknowledged_fee_amount"
    MONEY = "fiscal_transaction_information"
    DESCRIPTION = "bibliographic_description"
    NAME = "name_information"


_USER: Final = (
    *(Reason.UNKNOWN_PATRON, Reason.PATRON_INACTIVE, Reason.PATRON_EXPIRED, Reason.PATRON_BLOCKED),
    *(Reason.CARD_LOST, Reason.TOO_MANY_LOANS, Reason.TOO_MANY_OVERDUES, Reason.TOO_MANY_HOLDS),
    *(Reason.TOO_MUCH_OWED, Reason.ALREADY_HELD, Reason.ALREADY_BORROWED),
)
_REQUEST: Final = (Reason.UNKNOWN_HOLD,)
_MONEY: Final = (
    *(Reason.UNKNOWN_FEE, Reason.NOTHING_OWED, Reason.INVALID_AMOUNT, Reason.WRONG_CURRENCY),
    *(Reason.OVERPAYMENT, Reason.UNKNOWN_PAYMENT_KIND),
)
_NOTHING: Final = (
    *(Reason.NOT_LOGGED_IN, Reason.TOO_BUSY, Reason.STORE_UNAVAILABLE, Reason.NOT_ALLOWED_HERE),
    *(Reason.DETAIL_NEEDED, Reason.INVALID_DATE, Reason.OFFLINE_NOT_TAKEN),
)

SUBJECTS: Final[Mapping[Reason, Subject]] = {
    **dict.fromkeys(Reason, Subject.ITEM),
    **dict.fromkeys(_USER, Subject.USER),
    **dict.fromkeys(_REQUEST, Subject.REQUEST),
    **dict.fromkeys(_MONEY, Subject.MONEY),
    **dict.fromkeys(_NOTHING, Subject.NOTHING),
    Reason.WRONG_PIN: Subject.AUTHENTICATION,
    Reason.UNKNOWN_BIB: Subject.TITLE,
    Reason.UNKNOWN_PICKUP: Subject.PICKUP,
    Reason.FEE_TO_ACKNOWLEDGE: Subject.FEE,
}
"""What each reason is about."""

_BY_ANALOGY: Final = frozenset((_P.UNKNOWN_ITEM, _P.UNKNOWN_USER))
"""What services say that have no list of their own."""

_LISTED: Final = {**BY_SERVICE, "LookupItemSet": BY_SERVICE["LookupItem"]}


def problem_type(service: type[m.Initiation], reason: Reason) -> ProblemType:
    """What the reason is called in answer to the service."""
    listed = _LISTED.get(service.__name__, _BY_ANALOGY)
    return next(kind for kind in TYPES[reason] if kind in listed or kind in GENERAL)


def problem(request: m.Initiation, reason: Reason) -> Problem:
    """Why the request was refused."""
    service, subject = type(request), _subject(request, reason)
    above = _WITHIN.get((service, subject), ())
    place: Any = request
    for step in above:
        place = getattr(place, step, None)
    value = value_of(getattr(place, subject.value, None)) if subject in _IDENTIFYING else None
    if subject is Subject.USER and value is None:
        subject = Subject.AUTHENTICATION
    steps = (*above, subject.value)
    path = "/".join(map(element, steps)) if hasattr(request, steps[0]) else ""
    return trouble(request, problem_type(service, reason), path, value, detail(reason))


def trouble(
    request: m.Initiation, kind: ProblemType, path: str, value: str | None = None, detail: str = ""
) -> Problem:
    """What is wrong with what stands in the request under this path; without one, with all of it."""
    return Problem(
        problem_type=SchemeValuePair(kind),
        problem_detail=detail or kind.value,
        problem_element=f"//{type(request).__name__}/{path}" if path else None,
        problem_value=value or None,
    )


def element(attribute: str) -> str:
    """What the standard calls a field of a structure."""
    return "".join([word.capitalize() for word in attribute.split("_")])


def detail(reason: Reason) -> str:
    return reason.value.replace("-", " ").capitalize()


def _subject(request: m.Initiation, reason: Reason) -> Subject:
    """What the reason is about in this request: the user, where there is no item in it."""
    subject = _SUBJECTS_OF.get((type(request), reason), SUBJECTS[reason])
    if subject is not Subject.ITEM or hasattr(request, "item_id") or (type(request), subject) in _WITHIN:
        return subject
    return Subject.USER


def refused(request: m.Initiation, refused: Refused) -> m.Response:
    """The response that refuses, with the fee that somebody would have to agree to."""
    response = refusal(type(request), problem(request, refused.reason))
    charge = refused.charge
    fitting = isinstance(response, m.CheckOutItemResponse | m.RenewItemResponse | m.RequestItemResponse)
    if charge is not None and fitting:
        return replace(response, required_fee_amount=money(charge.amount, charge.currency))
    return response


def unsupported(service: type[m.Initiation]) -> m.Response:
    """What is answered to a service that means nothing here."""
    kind = ProblemType.UNSUPPORTED_SERVICE
    return refusal(service, Problem(problem_type=SchemeValuePair(kind), problem_detail=kind.value))


def unsuited(
    request: m.Initiation, path: str, value: str, kind: ProblemType | None = None, detail: str = ""
) -> m.Response:
    """What is answered where an element says what cannot be done here."""
    if kind is None:
        kind = problem_type(type(request), Reason.NOT_ALLOWED_HERE)
    return refusal(type(request), trouble(request, kind, path, value, detail))


_IDENTIFYING: Final = (Subject.USER, Subject.ITEM, Subject.TITLE, Subject.REQUEST, Subject.PICKUP)
"""What has a value that may be told."""
_WITHIN: Final[Mapping[tuple[type[m.Initiation], Subject], tuple[str, ...]]] = {
    (m.CreateUserFiscalTransaction, Subject.ITEM): ("fiscal_transaction_information", "item_details"),
    (m.UpdateRequestItem, Subject.PICKUP): ("add_request_fields",),
}
"""Where a subject stands deeper in a request than at its top."""
_SUBJECTS_OF: Final[Mapping[tuple[type[m.Initiation], Reason], Subject]] = {
    (m.CreateUserFiscalTransaction, Reason.ALREADY_EXISTS): Subject.MONEY,
    (m.CreateItem, Reason.DETAIL_NEEDED): Subject.DESCRIPTION,
    (m.CreateUser, Reason.DETAIL_NEEDED): Subject.NAME,
}
"""What a reason is about in answer to one service."""
_IDENTIFIERS: Final = (
    *("user_identifier_value", "item_identifier_value", "request_identifier_value"),
    *("bibliographic_record_identifier", "bibliographic_item_identifier", "value"),
)


def value_of(element: Any) -> str | None:
    """What stands in an element that identifies something; the first, where there are several."""
    if isinstance(element, tuple):
        return value_of(element[0]) if element else None
    for inner in ("bibliographic_record_id", "bibliographic_item_id"):
        if getattr(element, inner, None) is not None:
            return value_of(getattr(element, inner))
    return next((found for name in _IDENTIFIERS if (found := getattr(element, name, None))), None)
