"""What a Problem says in plain words, and what to do next.

The rule it keeps: every ProblemType of the standard has its words; one of somebody's own is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from protocols.ncip.problems import ProblemType
from protocols.ncip.schemes import member

_P = ProblemType


class Advice(NamedTuple):
    """What is the matter, and what helps."""

    means: str
    helps: str


_PARTNER: Final = (
    "Look at the partner's settings at the server: its name, profiles, services and how it proves itself."
)
_HEADER: Final = (
    "Compare FromAgencyId, ToAgencyId and ApplicationProfileType with what the library has given you."
)
_BARCODE: Final = "Check the identifier and the AgencyId beside it."
_DESK: Final = "Send the reader to the desk, which can see why."
_LATER: Final = "Wait a moment and send the very same message again."
_MESSAGE: Final = "Paste the message into `circdesk decode`: it names what is wrong and where."
_OTHER: Final = "Ask LookupItem or LookupUser how things stand now."

ADVICE: Final[Mapping[ProblemType, Advice]] = {
    _P.ACCOUNT_ACCESS_DENIED: Advice("This account is not open to you.", _PARTNER),
    _P.AGENCY_ACCESS_DENIED: Advice("You may not see or change this agency.", _PARTNER),
    _P.AGENCY_AUTHENTICATION_FAILED: Advice(
        "The server does not believe that it is you: secret, certificate or address is not right.",
        "Give the secret with --secret, or the certificate with --cert and --key; ask from where you may.",
    ),
    _P.CANNOT_ACCEPT_ITEM: Advice(
        "The item cannot be taken in here.", "See what is said beside it, and keep the item for now."
    ),
    _P.CANNOT_GUARANTEE_RESTRICTIONS_ON_USE: Advice(
        "The library cannot promise that the item is used only as you want.",
        "Ask for less, or settle it with the library.",
    ),
    _P.DUPLICATE_AGENCY: Advice("There is such an agency already.", "Update it instead."),
    _P.DUPLICATE_FISCAL_TRANSACTION: Advice(
        "This charge or payment is on record already.", "Nothing: it counts once."
    ),
    _P.DUPLICATE_ITEM: Advice("There is an item of this identifier already.", "Take another, or update it."),
    _P.DUPLICATE_REQUEST: Advice(
        "This is asked for already.", "Nothing, or ask LookupRequest how it stands."
    ),
    _P.DUPLICATE_USER: Advice("There is a user of this identifier already.", "Take another, or update it."),
    _P.ELEMENT_RULE_VIOLATED: Advice(
        "The elements are all known, but these values do not go together here.",
        "Look at the element that is named, and at the rules of the library.",
    ),
    _P.INVALID_AMOUNT: Advice(
        "The amount is none that can be booked.",
        "Amounts are whole numbers in the smallest unit (1250 is 12.50), in the library's own currency.",
    ),
    _P.INVALID_DATE: Advice(
        "A date cannot be read, or cannot be meant.",
        "Write it as 2026-12-31T23:59:00Z, and look at the year.",
    ),
    _P.INVALID_MESSAGE_SYNTAX_ERROR: Advice("The message is no XML that can be read.", _MESSAGE),
    _P.ITEM_ACCESS_DENIED: Advice("This item is not yours to ask about or to act on.", _PARTNER),
    _P.ITEM_CANNOT_BE_RECALLED: Advice("The item cannot be called back now.", _OTHER),
    _P.ITEM_DOES_NOT_CIRCULATE: Advice("The item is not lent.", "Ask for another copy."),
    _P.ITEM_NOT_AVAILABLE_BY_NEED_BEFORE_DATE: Advice(
        "The item will not be free in time.", "Allow a later NeedBeforeDate, or ask for another copy."
    ),
    _P.ITEM_NOT_CHECKED_OUT: Advice("Nobody has the item on loan.", _OTHER),
    _P.ITEM_NOT_CHECKED_OUT_TO_THIS_USER: Advice("Somebody else has the item on loan.", _OTHER),
    _P.ITEM_NOT_RENEWABLE: Advice(
        "This loan cannot be made longer.", "The item must come back when it is due."
    ),
    _P.MAXIMUM_CHECK_OUTS_EXCEEDED: Advice(
        "The reader has as many loans as they may have.", "Something must come back first."
    ),
    _P.MAXIMUM_RENEWALS_EXCEEDED: Advice(
        "The loan has been renewed as often as it may be.", "The item must come back when it is due."
    ),
    _P.NEEDED_DATA_MISSING: Advice(
        "Something is missing that the service cannot do without.",
        "Give the element that is named; `--fields` lists all that there are.",
    ),
    _P.NON_UNIQUE_ITEM: Advice("More than one item answers to this.", "Name one by its barcode."),
    _P.NON_UNIQUE_REQUEST: Advice("More than one request answers to this.", "Name one by its RequestId."),
    _P.NON_UNIQUE_USER: Advice("More than one user answers to this.", "Name one by their barcode."),
    _P.PROTOCOL_ERROR: Advice(
        "This is not the time, or not the side, for such a message.",
        "Send one initiation at a time, and wait for its response.",
    ),
    _P.RECALL_CANNOT_BE_CANCELLED_AT_THIS_TIME: Advice(
        "There is no recall that could be taken back now.", _OTHER
    ),
    _P.RENEWAL_NOT_ALLOWED_ITEM_HAS_OUTSTANDING_REQUESTS: Advice(
        "Somebody is waiting for the item.", "It must come back when it is due."
    ),
    _P.REQUEST_ALREADY_PROCESSED: Advice("It is too late: the request has been dealt with.", _OTHER),
    _P.RESOURCE_CANNOT_BE_PROVIDED: Advice("This cannot be delivered.", "Ask for the item itself."),
    _P.SYSTEM_AUTHENTICATION_FAILED: Advice(
        "The server does not believe that it is your system.", "Look at FromSystemId and its secret."
    ),
    _P.TEMPORARY_PROCESSING_FAILURE: Advice("The server cannot do it just now; nothing was done.", _LATER),
    _P.UNABLE_TO_ADD_ELEMENT: Advice("Something cannot be added to the record; nothing was changed.", _OTHER),
    _P.UNABLE_TO_DELETE_ELEMENT: Advice(
        "Something cannot be taken out of the record; nothing was changed.", _OTHER
    ),
    _P.UNAUTHORIZED_COMBINATION_OF_ELEMENT_VALUES_FOR_AGENCY: Advice(
        "You are known, but not under this profile, or not for this desk.", _HEADER
    ),
    _P.UNAUTHORIZED_COMBINATION_OF_ELEMENT_VALUES_FOR_SYSTEM: Advice(
        "Your system is known, but not for this.", _HEADER
    ),
    _P.UNAUTHORIZED_SERVICE_FOR_AGENCY: Advice("You are known, but may not ask for this service.", _PARTNER),
    _P.UNAUTHORIZED_SERVICE_FOR_SYSTEM: Advice(
        "Your system is known, but may not ask for this service.", _PARTNER
    ),
    _P.UNKNOWN_AGENCY: Advice("The server knows no agency of this name.", _HEADER),
    _P.UNKNOWN_ELEMENT: Advice("The message has an element that does not belong there.", _MESSAGE),
    _P.UNKNOWN_ITEM: Advice("The library has no such item.", _BARCODE),
    _P.UNKNOWN_REQUEST: Advice("The library has no such request, or none that is open.", _BARCODE),
    _P.UNKNOWN_SCHEME: Advice("A Scheme is not known.", "Leave it out: the value alone will do."),
    _P.UNKNOWN_SERVICE: Advice("No service of NCIP has this name.", _MESSAGE),
    _P.UNKNOWN_SYSTEM: Advice("The server knows no system of this name.", "Look at FromSystemId."),
    _P.UNKNOWN_USER: Advice("The library has no such reader.", _BARCODE),
    _P.UNKNOWN_VALUE_FROM_KNOWN_SCHEME: Advice("A value is not in its list.", _MESSAGE),
    _P.UNSUPPORTED_NOTICE: Advice("Such notices are not sent here.", "Choose another NoticeType."),
    _P.UNSUPPORTED_SERVICE: Advice(
        "The server does not do this, or not for such a partner.",
        "See whether the right profile was named; else find another way.",
    ),
    _P.UNSUPPORTED_SHIPPING_ADDRESS_TYPE: Advice(
        "Nothing is sent to addresses of this kind.", "Give another address, or a PickupLocation."
    ),
    _P.USER_ACCESS_DENIED: Advice("You may not see or change this reader.", _PARTNER),
    _P.USER_AUTHENTICATION_FAILED: Advice(
        "Barcode and PIN do not go together, or a PIN was needed.",
        "Ask the reader to type both again, and give the PIN with --pin.",
    ),
    _P.USER_BLOCKED: Advice("The reader may not borrow at present.", _DESK),
    _P.USER_INELIGIBLE_TO_CHECK_OUT_THIS_ITEM: Advice("This reader may not have this item now.", _DESK),
    _P.USER_INELIGIBLE_TO_RENEW_THIS_ITEM: Advice("This reader may not keep this item longer.", _DESK),
    _P.USER_INELIGIBLE_TO_REQUEST_THIS_ITEM: Advice("This reader may not ask for this item.", _DESK),
}


def advice(problem_type: str) -> Advice | None:
    """The words for a type that the standard has, however it is spelled."""
    known = member(ProblemType, problem_type)
    return None if known is None else ADVICE[ProblemType(known)]
