"""The code lists of the standard, with what else was met in the wild. All are open: a value may be any text.

A value is recognised whatever its case, blanks and hyphens; `_SYNONYMS` has those that are spelled otherwise.
Below the blank line of a list stand values that the standard does not have.
"""

from enum import StrEnum
from functools import cache
from typing import Final


class CodeList(StrEnum):
    """Values that an element may have."""


class RequestType(CodeList):
    ESTIMATE = "Estimate"
    HOLD = "Hold"
    LOAN = "Loan"
    NON_RETURNABLE_COPY = "Non-returnable Copy"
    STACK_RETRIEVAL = "Stack Retrieval"

    PAGE = "Page"
    RECALL = "Recall"
    COPY = "Copy"
    DIGITAL = "Digital"
    PHYSICAL = "Physical"
    NON_RETURNABLE = "Non-Returnable"


class RequestScopeType(CodeList):
    BIBLIOGRAPHIC_ITEM = "Bibliographic Item"
    ITEM = "Item"


class RequestedActionType(CodeList):
    CIRCULATE = "Circulate"
    CIRCULATE_AND_NOTIFY = "Circulate And Notify"
    HOLD_FOR_PICKUP = "Hold For Pickup"
    HOLD_FOR_PICKUP_AND_NOTIFY = "Hold For Pickup And Notify"


class RequestStatusType(CodeList):
    AVAILABLE_FOR_PICKUP = "Available For Pickup"
    CANNOT_FULFILL_REQUEST = "Cannot Fulfill Request"
    EXPIRED = "Expired"
    IN_PROCESS = "In Process"
    NEED_TO_ACCEPT_CONDITIONS = "Need to Accept Conditions"
    REQUESTED_VIA_ILL = "Requested Via ILL"


class CirculationStatus(CodeList):
    AVAILABLE_FOR_PICKUP = "Available For Pickup"
    AVAILABLE_ON_SHELF = "Available On Shelf"
    CIRCULATION_STATUS_UNDEFINED = "Circulation Status Undefined"
    CLAIMED_RETURNED_OR_NEVER_BORROWED = "Claimed Returned Or Never Borrowed"
    IN_PROCESS = "In Process"
    IN_TRANSIT_BETWEEN_LIBRARY_LOCATIONS = "In Transit Between Library Locations"
    LOST = "Lost"
    MISSING = "Missing"
    NOT_AVAILABLE = "Not Available"
    ON_LOAN = "On Loan"
    ON_ORDER = "On Order"
    PENDING_TRANSFER = "Pending Transfer"
    RECALLED = "Recalled"
    WAITING_TO_BE_RESHELVED = "Waiting To Be Reshelved"

    # What CirculationStatusUpdated tells, where the standard limits the values to these three.
    RENEW_STILL_PENDING = "Renew Still Pending"
    ITEM_NOT_RENEWED = "Item Not Renewed"
    ITEM_OVERDUE = "Item Overdue"


class ItemElementType(CodeList):
    BIBLIOGRAPHIC_DESCRIPTION = "Bibliographic Description"
    CIRCULATION_STATUS = "Circulation Status"
    DATE_DUE = "Date Due"
    ELECTRONIC_RESOURCE = "Electronic Resource"
    HOLD_QUEUE_LENGTH = "Hold Queue Length"
    ITEM_DESCRIPTION = "Item Description"
    ITEM_USE_RESTRICTION_TYPE = "Item Use Restriction Type"
    LOCATION = "Location"
    PHYSICAL_CONDITION = "Physical Condition"
    SECURITY_MARKER = "Security Marker"
    SENSITIZATION_FLAG = "Sensitization Flag"


class UserElementType(CodeList):
    AUTHENTICATION_INPUT = "Authentication Input"
    BLOCK_OR_TRAP = "Block Or Trap"
    DATE_OF_BIRTH = "Date Of Birth"
    NAME_INFORMATION = "Name Information"
    PREVIOUS_USER_ID = "Previous User Id"
    USER_ADDRESS_INFORMATION = "User Address Information"
    USER_ID = "User Id"
    USER_LANGUAGE = "User Language"
    USER_PRIVILEGE = "User Privilege"


class RequestElementType(CodeList):
    ACKNOWLEDGED_FEE_AMOUNT = "Acknowledged Fee Amount"
    DATE_AVAILABLE = "Date Available"
    DATE_OF_USER_REQUEST = "Date Of User Request"
    EARLIEST_DATE_NEEDED = "Earliest Date Needed"
    HOLD_QUEUE_POSITION = "Hold Queue Position"
    NEED_BEFORE_DATE = "Need Before Date"
    PAID_FEE_AMOUNT = "Paid Fee Amount"
    PICKUP_DATE = "Pickup Date"
    PICKUP_EXPIRY_DATE = "Pickup Expiry Date"
    PICKUP_LOCATION = "Pickup Location"
    REQUEST_SCOPE_TYPE = "Request Scope Type"
    REQUEST_STATUS_TYPE = "Request Status Type"
    REQUEST_TYPE = "Request Type"
    SHIPPING_INFORMATION = "Shipping Information"
    USER_ID = "User Id"


class AgencyElementType(CodeList):
    AGENCY_ADDRESS_INFORMATION = "Agency Address Information"
    AGENCY_USER_PRIVILEGE_TYPE = "Agency User Privilege Type"
    APPLICATION_PROFILE_SUPPORTED_TYPE = "Application Profile Supported Type"
    AUTHENTICATION_PROMPT = "Authentication Prompt"
    CONSORTIUM_AGREEMENT = "Consortium Agreement"
    ORGANIZATION_NAME_INFORMATION = "Organization Name Information"


class AuthenticationInputType(CodeList):
    BARCODE_ID = "Barcode Id"
    MD5_MESSAGE_DIGEST_ALGORITHM = "MD5 Message Digest Algorithm"
    PASSWORD = "Password"
    PIN = "PIN"
    SECONDARY_CONFIRMATION_STRING = "Secondary Confirmation String"
    USER_ID = "User Id"
    X_509_CERTIFICATE = "X.509 Certificate"


class ItemIdentifierType(CodeList):
    ACCESSION_NUMBER = "Accession Number"
    BARCODE = "Barcode"


class UserIdentifierType(CodeList):
    BARCODE = "Barcode"
    INSTITUTION_ID_NUMBER = "Institution Id Number"


class BibliographicRecordIdentifierCode(CodeList):
    ACCESSION_NUMBER = "Accession Number"
    ANBN = "ANBN"
    BNBN = "BNBN"
    CN = "CN"
    LCCN = "LCCN"
    NLM_TCN = "NLM TCN"
    OCLC = "OCLC"
    RLIN = "RLIN"


class BibliographicItemIdentifierCode(CodeList):
    BICI = "BICI"
    CODEN = "CODEN"
    DOI = "DOI"
    GOVERNMENT_PUBLICATION_NUMBER = "Government Publication Number"
    GTIN = "GTIN"
    ISBN = "ISBN"
    ISMN = "ISMN"
    ISRC = "ISRC"
    ISSN = "ISSN"
    LEGAL_DEPOSIT_NUMBER = "Legal Deposit Number"
    PURL = "PURL"
    REPORT_NUMBER = "Report Number"
    SICI = "SICI"
    UPC = "UPC"
    URI = "URI"


class ItemUseRestrictionType(CodeList):
    AVAILABLE_FOR_SUPPLY_WITHOUT_RETURN = "Available For Supply Without Return"
    IN_LIBRARY_USE_ONLY = "In Library Use Only"
    LIMITED_CIRCULATION_LONG_LOAN_PERIOD = "Limited Circulation, Long Loan Period"
    LIMITED_CIRCULATION_NORMAL_LOAN_PERIOD = "Limited Circulation, Normal Loan Period"
    LIMITED_CIRCULATION_SHORT_LOAN_PERIOD = "Limited Circulation, Short Loan Period"
    NO_REPRODUCTION = "No Reproduction"
    NOT_FOR_LOAN = "Not For Loan"
    OVERNIGHT_ONLY = "Overnight Only"
    RENEWALS_NOT_PERMITTED = "Renewals Not Permitted"
    SUPERVISION_REQUIRED = "Supervision Required"
    TERM_LOAN = "Term Loan"
    USE_ONLY_IN_CONTROLLED_ACCESS = "Use Only In Controlled Access"
    USER_SIGNATURE_REQUIRED = "User Signature Required"


class LocationType(CodeList):
    CURRENT_LOCATION = "Current Location"
    PERMANENT_LOCATION = "Permanent Location"
    TEMPORARY_LOCATION = "Temporary Location"


class FiscalActionType(CodeList):
    ASSESS = "Assess"
    CANCEL = "Cancel"
    FORGIVE = "Forgive"
    PAYMENT = "Payment"
    PENALTY = "Penalty"
    WAIVE = "Waive"
    WRITE_OFF = "Write Off"


class FiscalTransactionType(CodeList):
    BOOK_REPLACEMENT_CHARGE = "Book Replacement Charge"
    CARD_REPLACEMENT_CHARGE = "Card Replacement Charge"
    CATALOG_SEARCH = "Catalog Search"
    DAY_PASS = "Day Pass"
    FINE = "Fine"
    INTERLIBRARY_LOAN_FEE = "Interlibrary Loan Fee"
    PURCHASE = "Purchase"
    REMINDER_CHARGE = "Reminder Charge"
    RENEWAL_FEE = "Renewal Fee"
    RENTAL = "Rental"
    RESERVATION_CHARGE = "Reservation Charge"
    SERVICE_CHARGE = "Service Charge"


class PaymentMethodType(CodeList):
    BANK_DRAFT = "Bank Draft"
    CASH = "Cash"
    CHECK = "Check"
    CREDIT_CARD = "Credit Card"
    DEBIT_CARD = "Debit Card"
    DEPOSIT_ACCOUNT = "Deposit Account"
    DIRECT_DEBIT = "Direct Debit"
    FUNDS_TRANSFER = "Funds Transfer"
    MONEY_ORDER = "Money Order"
    TRAVELERS_CHECK = "Traveler's Check"


class MediumType(CodeList):
    AUDIO_TAPE = "Audio Tape"
    BOOK = "Book"
    BOOK_WITH_AUDIO_TAPE = "Book With Audio Tape"
    BOOK_WITH_COMPACT_DISC = "Book With Compact Disc"
    BOOK_WITH_DISKETTE = "Book With Diskette"
    BOUND_JOURNAL = "Bound Journal"
    CD_ROM = "CD-ROM"
    COMPACT_DISC = "Compact Disc (CD)"
    DISKETTE = "Diskette"
    MAGAZINE = "Magazine"
    MICROFORM = "Microform"
    VIDEO_TAPE = "Video Tape"


class UserAddressRoleType(CodeList):
    BILL_TO = "Bill To"
    HOME = "Home"
    MULTI_PURPOSE = "Multi-Purpose"
    NOTICE = "Notice"
    SHIP_TO = "Ship To"
    WORK = "Work"


class AgencyAddressRoleType(CodeList):
    BILL_TO = "Bill To"
    MULTI_PURPOSE = "Multi-Purpose"
    OFFICIAL = "Official"
    SHIP_FROM = "Ship From"
    SHIP_TO = "Ship To"


class PhysicalAddressType(CodeList):
    POSTAL_ADDRESS = "Postal Address"
    STREET_ADDRESS = "Street Address"


class UnstructuredAddressType(CodeList):
    NEWLINE_DELIMITED_TEXT = "Newline-Delimited Text"
    CARRIAGE_RETURN_NEWLINE_DELIMITED_TEXT = "Carriage-Return, Newline-Delimited Text"
    HTML = "HTML"
    XML = "XML"


class ElectronicAddressType(CodeList):
    """The standard has the names of URI schemes here."""

    MAILTO = "mailto"
    TEL = "tel"


class BlockOrTrapType(CodeList):
    """The standard has no list; these are the ones that discovery systems act on."""

    BLOCK_CHECK_OUT = "Block Check Out"
    BLOCK_ELECTRONIC_RESOURCE_ACCESS = "Block Electronic Resource Access"
    BLOCK_HOLD = "Block Hold"
    BLOCK_RECALL = "Block Recall"
    BLOCK_RENEWAL = "Block Renewal"
    BLOCK_REQUEST_ITEM = "Block Request Item"
    TRAP_FOR_LOST_CARD = "Trap For Lost Card"
    TRAP_FOR_MESSAGE = "Trap For Message"
    TRAP_FOR_PICKUP = "Trap For Pickup"


_SYNONYMS: Final[dict[type[CodeList], dict[str, CodeList]]] = {
    RequestScopeType: {
        "title": RequestScopeType.BIBLIOGRAPHIC_ITEM,
        "bibliographic": RequestScopeType.BIBLIOGRAPHIC_ITEM,
    },
    AuthenticationInputType: {
        "barcode": AuthenticationInputType.BARCODE_ID,
        "username": AuthenticationInputType.USER_ID,
    },
    ItemIdentifierType: {
        "barcodeid": ItemIdentifierType.BARCODE,
        "itembarcode": ItemIdentifierType.BARCODE,
    },
    UserIdentifierType: {
        "barcodeid": UserIdentifierType.BARCODE,
        "userbarcode": UserIdentifierType.BARCODE,
    },
    UserElementType: {"visibleuserid": UserElementType.USER_ID},
    ItemElementType: {"itemuserestriction": ItemElementType.ITEM_USE_RESTRICTION_TYPE},
    LocationType: {
        "current": LocationType.CURRENT_LOCATION,
        "permanent": LocationType.PERMANENT_LOCATION,
        "temporary": LocationType.TEMPORARY_LOCATION,
    },
    ElectronicAddressType: {
        "email": ElectronicAddressType.MAILTO,
        "emailaddress": ElectronicAddressType.MAILTO,
        "phone": ElectronicAddressType.TEL,
        "telephone": ElectronicAddressType.TEL,
    },
}


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


@cache
def _members(codes: type[CodeList]) -> dict[str, CodeList]:
    by_key = {_key(member.value): member for member in codes}
    return {**by_key, **_SYNONYMS.get(codes, {})}


@cache
def _exact(codes: type[CodeList]) -> dict[str, CodeList]:
    return {member.value: member for member in codes}


_LONGEST_VALUE: Final = 64


def member(codes: type[CodeList], text: str) -> CodeList | None:
    """The value of the list that this text stands for, None if it has none such."""
    found = _exact(codes).get(text)
    if found is None and len(text) <= _LONGEST_VALUE:
        return _members(codes).get(_key(text))
    return found


_ELEMENT_LISTS: Final = (ItemElementType, UserElementType, RequestElementType, AgencyElementType)
_NAMES: Final = {
    ItemIdentifierType: "visibleitemidentifiertype",
    UserIdentifierType: "visibleuseridentifiertype",
}


@cache
def scheme_of(codes: type[CodeList]) -> str:
    """The URI that the standard gives a list; version 1 cannot do without."""
    name = _NAMES.get(codes, codes.__name__.lower())
    folder = "v1_0" if codes in _ELEMENT_LISTS else "v1_0/imp1"
    return f"http://www.niso.org/ncip/{folder}/schemes/{name}/{name}.scm"
