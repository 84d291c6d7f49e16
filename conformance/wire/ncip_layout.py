"""The elements of NCIP 2.02 and what may stand in each, in the order in which it must (Z39.83-1 and schema).

The rule it keeps: it is written from the standard's own tables, and shared with no server. `?` stands for
optional, `*` for any number, `+` for at least one, `|` for either. Left out below are the header with which
every message begins, the Problems that may take the place of a response's content, and the Ext with which
every structure may end.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

_INITIATIONS: Final = """
AcceptItem: MandatedAction? RequestId RequestedActionType UserId? ItemId? (DateForReturn |
    IndeterminateLoanPeriodFlag | NonReturnableFlag)? RenewalNotPermitted? FiscalTransactionInformation?
    ItemOptionalFields? UserOptionalFields? PickupLocation? PickupExpiryDate?
CancelRecallItem: MandatedAction? ItemId ItemElementType* UserElementType*
CancelRequestItem: MandatedAction? (UserId | AuthenticationInput+) (ItemId | (RequestId ItemId?))
    RequestType RequestScopeType? AcknowledgedFeeAmount? PaidFeeAmount? ItemElementType* UserElementType*
CheckInItem: MandatedAction? ItemId ItemElementType* UserElementType*
CheckOutItem: MandatedAction? (UserId | AuthenticationInput+) ItemId RequestId? AcknowledgedFeeAmount?
    PaidFeeAmount? AcknowledgedItemUseRestrictionType* ShippingInformation? ResourceDesired? DesiredDateDue?
    ItemElementType* UserElementType*
CreateAgency: MandatedAction? AgencyId? OrganizationNameInformation+ AgencyAddressInformation*
    AuthenticationPrompt* ApplicationProfileSupportedType* ConsortiumAgreement* AgencyUserPrivilegeType*
CreateItem: MandatedAction? ItemId? RequestId? BibliographicDescription ItemUseRestrictionType*
    CirculationStatus? ItemDescription? Location* PhysicalCondition? SecurityMarker? SensitizationFlag?
CreateUser: MandatedAction? (UserId | AuthenticationInput+)? NameInformation UserAddressInformation*
    DateOfBirth? UserLanguage* UserPrivilege* BlockOrTrap*
CreateUserFiscalTransaction: MandatedAction? (UserId | AuthenticationInput+) FiscalTransactionInformation
DeleteItem: MandatedAction? ItemId
DeleteUser: MandatedAction? (UserId | AuthenticationInput+)
LookupAgency: AgencyId AgencyElementType+
LookupItem: (ItemId | RequestId) ItemElementType* CurrentBorrowerDesired? CurrentRequestersDesired?
LookupItemSet: (BibliographicId+ | HoldingsSetId+ | ItemId+) ItemElementType* CurrentBorrowerDesired?
    CurrentRequestersDesired? MaximumItemsCount? NextItemToken?
LookupRequest: (((UserId | AuthenticationInput+) ItemId RequestType) | RequestId) RequestElementType*
    ItemElementType* UserElementType*
LookupUser: (UserId | AuthenticationInput+) UserElementType* LoanedItemsDesired? RequestedItemsDesired?
    UserFiscalAccountDesired?
RecallItem: MandatedAction? ItemId DesiredDateDue? ShippingInformation? ItemElementType* UserElementType*
RenewItem: MandatedAction? (UserId | AuthenticationInput+) ItemId ItemElementType* UserElementType*
    DesiredDateDue? DesiredDateForReturn? AcknowledgedFeeAmount? PaidFeeAmount?
    AcknowledgedItemUseRestrictionType*
ReportCirculationStatusChange: MandatedAction? ItemId (UserId | AuthenticationInput+) (ItemReportedReturned
    | ItemReportedNeverBorrowed | ItemReportedLost | ItemReportedMissing) ItemElementType* UserElementType*
RequestItem: MandatedAction? (UserId | AuthenticationInput+) (ItemId+ | (BibliographicId+ ItemId*))
    RequestId? RequestType RequestScopeType ItemOptionalFields? ShippingInformation? EarliestDateNeeded?
    NeedBeforeDate? PickupLocation? PickupExpiryDate? AcknowledgedFeeAmount? PaidFeeAmount?
    AcknowledgedItemUseRestrictionType* ItemElementType* UserElementType*
SendUserNotice: MandatedAction? UserId DateToSend? UserNoticeDetails
UndoCheckOutItem: MandatedAction? ItemId (UserId | AuthenticationInput+)? RequestId?
UpdateAgency: MandatedAction? AgencyId DeleteAgencyFields? AddAgencyFields?
UpdateCirculationStatus: MandatedAction? ItemId CirculationStatus
UpdateItem: MandatedAction? ItemId DeleteItemFields? AddItemFields?
UpdateRequestItem: MandatedAction? (((UserId | AuthenticationInput+) ItemId RequestType) | RequestId)
    DeleteRequestFields? AddRequestFields? ItemElementType* UserElementType*
UpdateUser: MandatedAction? (UserId | AuthenticationInput+) DeleteUserFields? AddUserFields?
"""

_NOTIFICATIONS: Final = """
AgencyCreated: AgencyId OrganizationNameInformation+ AgencyAddressInformation* AuthenticationPrompt*
    ApplicationProfileSupportedType* ConsortiumAgreement* AgencyUserPrivilegeType*
AgencyUpdated: AgencyId DeleteAgencyFields? AddAgencyFields?
CirculationStatusChangeReported: ItemId UserId (ItemReportedReturned | ItemReportedNeverBorrowed |
    ItemReportedLost | ItemReportedMissing) ItemOptionalFields? UserOptionalFields?
    FiscalTransactionInformation?
CirculationStatusUpdated: ItemId CirculationStatus
ItemCheckedIn: UserId? ItemId RoutingInformation? FiscalTransactionInformation? ItemOptionalFields?
    UserOptionalFields?
ItemCheckedOut: UserId ItemId RequestId? (DateDue | IndeterminateLoanPeriodFlag | NonReturnableFlag)
    ElectronicResourceProvidedFlag? RenewalCount? FiscalTransactionInformation? ShippingInformation?
    ItemOptionalFields? UserOptionalFields?
ItemCreated: ItemId RequestId? BibliographicDescription ItemUseRestrictionType* CirculationStatus?
    ItemDescription? Location* PhysicalCondition? SecurityMarker? SensitizationFlag?
ItemRecallCancelled: UserId? ItemId FiscalTransactionInformation? ItemOptionalFields? UserOptionalFields?
ItemRecalled: UserId? ItemId DateDue ShippingInformation? ItemOptionalFields? UserOptionalFields?
ItemReceived: ItemId UserId? RequestId? DateReceived ItemOptionalFields? UserOptionalFields?
ItemRenewed: UserId? ItemId DateDue RenewalCount? FiscalTransactionInformation? ItemOptionalFields?
    UserOptionalFields?
ItemRequestCancelled: UserId (ItemId | (RequestId ItemId?)) RequestType RequestScopeType?
    FiscalTransactionInformation? ItemOptionalFields? UserOptionalFields?
ItemRequestUpdated: ((UserId ItemId RequestType) | RequestId) DeleteRequestFields? AddRequestFields?
    ItemOptionalFields? UserOptionalFields?
ItemRequested: UserId (ItemId | (BibliographicId RequestId)) RequestType RequestScopeType
    ShippingInformation? EarliestDateNeeded? NeedBeforeDate? PickupLocation? PickupExpiryDate?
    DateOfUserRequest? DateAvailable? ItemOptionalFields? UserOptionalFields?
ItemShipped: (ItemId | (RequestId ItemId?)) UserId? DateShipped ShippingInformation ItemOptionalFields?
    UserOptionalFields?
ItemUpdated: ItemId DeleteItemFields? AddItemFields?
UserCreated: UserId NameInformation UserAddressInformation* DateOfBirth? UserLanguage* UserPrivilege*
    BlockOrTrap*
UserFiscalTransactionCreated: UserId FiscalTransactionInformation
UserNoticeSent: UserId DateSent UserNoticeDetails
UserUpdated: UserId DeleteUserFields? AddUserFields?
"""

_RESPONSES: Final = """
AcceptItem: RequestId ItemId?
CancelRecallItem: ItemId UserId? FiscalTransactionInformation? ItemOptionalFields? UserOptionalFields?
CancelRequestItem: (ItemId | (RequestId ItemId?)) UserId FiscalTransactionInformation? ItemOptionalFields?
    UserOptionalFields?
CheckInItem: ItemId UserId? RoutingInformation? FiscalTransactionInformation? ItemOptionalFields?
    UserOptionalFields?
CheckOutItem: ((Problem+ RequiredFeeAmount? RequiredItemUseRestrictionType*) | (ItemId UserId (DateDue |
    IndeterminateLoanPeriodFlag | NonReturnableFlag) RenewalCount? ElectronicResource?
    FiscalTransactionInformation? ItemOptionalFields? UserOptionalFields?))
CreateAgency: AgencyId
CreateItem: ItemId
CreateUser: UserId
CreateUserFiscalTransaction: UserId FiscalTransactionReferenceId
DeleteItem: ItemId
DeleteUser: UserId
LookupAgency: AgencyId OrganizationNameInformation* AgencyAddressInformation* AuthenticationPrompt*
    ApplicationProfileSupportedType* ConsortiumAgreement* AgencyUserPrivilegeType*
LookupItem: (ItemId | (RequestId ItemId?)) HoldPickupDate? DateRecalled? ItemTransaction?
    ItemOptionalFields?
LookupItemSet: BibInformation+ NextItemToken?
LookupRequest: (ItemId | (RequestId ItemId?)) UserId? RequestType? RequestScopeType? RequestStatusType?
    HoldQueuePosition? ShippingInformation? EarliestDateNeeded? NeedBeforeDate? PickupDate? PickupLocation?
    PickupExpiryDate? DateOfUserRequest? DateAvailable? AcknowledgedFeeAmount? PaidFeeAmount?
    ItemOptionalFields? UserOptionalFields?
LookupUser: UserId UserFiscalAccount* LoanedItemsCount* LoanedItem* RequestedItemsCount* RequestedItem*
    UserOptionalFields?
RecallItem: ItemId UserId? DateDue? FiscalTransactionInformation? ItemOptionalFields? UserOptionalFields?
RenewItem: ((Problem+ RequiredFeeAmount? RequiredItemUseRestrictionType*) | Pending | (ItemId UserId?
    DateDue? DateForReturn? RenewalCount? FiscalTransactionInformation? ItemOptionalFields?
    UserOptionalFields?))
ReportCirculationStatusChange: ItemId UserId? ItemOptionalFields? UserOptionalFields?
RequestItem: ((Problem+ RequiredFeeAmount? RequiredItemUseRestrictionType*) | ((ItemId | (RequestId
    ItemId?)) UserId RequestType RequestScopeType ShippingInformation? DateAvailable? HoldPickupDate?
    FiscalTransactionInformation? ItemOptionalFields? UserOptionalFields?))
SendUserNotice: UserId (DateSent | DateWillSend)?
UndoCheckOutItem: ItemId UserId? FiscalTransactionInformation?
UpdateAgency: AgencyId
UpdateCirculationStatus: ItemId
UpdateItem: ItemId
UpdateRequestItem: ((Problem+ RequiredFeeAmount? RequiredItemUseRestrictionType*) | (ItemId UserId
    RequestType RequestScopeType DateAvailable? HoldPickupDate? FiscalTransactionInformation?
    ItemOptionalFields? UserOptionalFields?))
UpdateUser: UserId
"""

_STRUCTURES: Final = """
AccountBalance: CurrencyCode MonetaryValue
AccountDetails: AccrualDate FiscalTransactionInformation
AcknowledgedFeeAmount: CurrencyCode MonetaryValue
AddAgencyFields: OrganizationNameInformation* AgencyAddressInformation* AuthenticationPrompt*
    ApplicationProfileSupportedType* ConsortiumAgreement* AgencyUserPrivilegeType*
AddItemFields: BibliographicDescription? ItemUseRestrictionType* ItemDescription? Location*
    PhysicalCondition? SecurityMarker? SensitizationFlag?
AddRequestFields: UserId? ItemId? RequestType? RequestScopeType? RequestStatusType? ShippingInformation?
    EarliestDateNeeded? NeedBeforeDate? PickupLocation? PickupExpiryDate? DateOfUserRequest? DateAvailable?
    AcknowledgedFeeAmount? PaidFeeAmount?
AddUserFields: AuthenticationInput* NameInformation? UserAddressInformation* DateOfBirth? UserLanguage*
    UserPrivilege* BlockOrTrap*
AgencyAddressInformation: AgencyAddressRoleType ValidFromDate? ValidToDate? (PhysicalAddress |
    ElectronicAddress)
Amount: CurrencyCode MonetaryValue
AuthenticationInput: AuthenticationInputData AuthenticationDataFormatType AuthenticationInputType
AuthenticationPrompt: PromptOutput PromptInput
BibInformation: BibliographicId? ((BibliographicDescription? TitleHoldQueueLength? CurrentRequester*
    HoldingsSet+) | Problem+)
BibliographicDescription: Author? AuthorOfComponent? BibliographicItemId? BibliographicRecordId*
    ComponentId? Edition? Pagination? PlaceOfPublication? PublicationDate? PublicationDateOfComponent?
    Publisher? SeriesTitleNumber? Title? TitleOfComponent? BibliographicLevel? SponsoringBody?
    ElectronicDataFormatType? Language? MediumType?
BibliographicId: (BibliographicItemId | BibliographicRecordId)
BibliographicItemId: BibliographicItemIdentifier BibliographicItemIdentifierCode?
BibliographicRecordId: BibliographicRecordIdentifier (AgencyId | BibliographicRecordIdentifierCode)
BlockOrTrap: AgencyId BlockOrTrapType ValidFromDate? ValidToDate?
ChronologyLevelInstance: (ChronologyCaption | (ChronologyLevel ChronologyCaption?)) ChronologyValue
ComponentId: ComponentIdentifierType ComponentIdentifier
CurrentBorrower: UserId
CurrentRequester: UserId
DeleteAgencyFields: OrganizationNameInformation* AgencyAddressInformation* AuthenticationPrompt*
    ApplicationProfileSupportedType* ConsortiumAgreement* AgencyUserPrivilegeType*
DeleteItemFields: BibliographicDescription? ItemUseRestrictionType* ItemDescription? Location*
    PhysicalCondition? SecurityMarker? SensitizationFlag?
DeleteRequestFields: UserId? ItemId? RequestType? RequestScopeType? RequestStatusType? ShippingInformation?
    EarliestDateNeeded? NeedBeforeDate? PickupLocation? PickupExpiryDate? DateOfUserRequest? DateAvailable?
    AcknowledgedFeeAmount? PaidFeeAmount?
DeleteUserFields: AuthenticationInput* NameInformation? UserAddressInformation* DateOfBirth? UserLanguage*
    UserPrivilege* BlockOrTrap*
Destination: (Location | (BinNumber Location?))
ElectronicAddress: ElectronicAddressType ElectronicAddressData
ElectronicResource: ((ElectronicDataFormatType ActualResource) | ReferenceToResource)
EnumerationLevelInstance: (EnumerationCaption | (EnumerationLevel EnumerationCaption?)) EnumerationValue
FiscalTransactionInformation: FiscalActionType FiscalTransactionReferenceId?
    RelatedFiscalTransactionReferenceId* FiscalTransactionType ValidFromDate? ValidToDate? Amount
    PaymentMethodType? FiscalTransactionDescription? RequestId? ItemDetails?
FiscalTransactionReferenceId: AgencyId FiscalTransactionIdentifierValue
FromAgencyId: AgencyId
HoldingsChronology: ChronologyLevelInstance+
HoldingsEnumeration: EnumerationLevelInstance+
HoldingsInformation: (StructuredHoldingsData+ | UnstructuredHoldingsData)
HoldingsSet: HoldingsSetId? ((BibliographicDescription? Location? CallNumber? SummaryHoldingsInformation?
    ElectronicResource? ItemInformation+ Ext?) | Problem+)
InitiationHeader: FromSystemId? FromSystemAuthentication? FromAgencyId FromAgencyAuthentication?
    OnBehalfOfAgency? ToSystemId? ToAgencyId ApplicationProfileType?
ItemDescription: CallNumber? CopyNumber? ItemDescriptionLevel? HoldingsInformation? NumberOfPieces?
ItemDetails: ItemId BibliographicDescription DateCheckedOut? DateRenewed* (DateDue |
    IndeterminateLoanPeriodFlag | NonReturnableFlag)? DateReturned?
ItemId: AgencyId? ItemIdentifierType? ItemIdentifierValue
ItemInformation: ItemId? ((RequestId* CurrentBorrower? CurrentRequester* DateDue? DateRecalled?
    HoldPickupDate? ItemTransaction? ItemOptionalFields? ItemNote? Ext?) | Problem+)
ItemOptionalFields: BibliographicDescription? ItemUseRestrictionType* CirculationStatus? HoldQueueLength?
    ItemDescription? Location* PhysicalCondition? ElectronicResource? SecurityMarker? SensitizationFlag?
    DateDue?
ItemReportedReturned: DateReportedReturned
ItemTransaction: CurrentBorrower? CurrentRequester*
LoanedItem: ItemId BibliographicId* ReminderLevel? (DateDue | IndeterminateLoanPeriodFlag) Amount? Title?
    MediumType?
LoanedItemsCount: (CirculationStatus | ItemUseRestrictionType) LoanedItemCountValue
Location: LocationType LocationName ValidFromDate? ValidToDate?
LocationName: LocationNameInstance+
LocationNameInstance: LocationNameLevel LocationNameValue
MandatedAction: DateEventOccurred
NameInformation: (PersonalNameInformation | OrganizationNameInformation+)
NoticeItem: ItemDetails Amount?
OnBehalfOfAgency: AgencyId
OrganizationNameInformation: OrganizationNameType OrganizationName
PaidFeeAmount: CurrencyCode MonetaryValue
Pending: DateOfExpectedReply?
PersonalNameInformation: (UnstructuredPersonalUserName | (StructuredPersonalUserName
    UnstructuredPersonalUserName?))
PhysicalAddress: (StructuredAddress | UnstructuredAddress) PhysicalAddressType
PhysicalCondition: PhysicalConditionType PhysicalConditionDetails?
PreviousUserId: AgencyId UserIdentifierValue ValidFromDate? ValidToDate?
Problem: ProblemType ProblemDetail? ProblemElement? ProblemValue?
PromptInput: AuthenticationInputType AuthenticationDataFormatType SensitiveDataFlag?
PromptOutput: AuthenticationPromptData AuthenticationPromptType
RelatedFiscalTransactionReferenceId: AgencyId FiscalTransactionIdentifierValue
RequestId: AgencyId? RequestIdentifierType? RequestIdentifierValue
RequestedItem: (ItemId | (RequestId ItemId?)) BibliographicId* RequestType RequestStatusType DatePlaced
    PickupDate? PickupLocation? PickupExpiryDate? ReminderLevel? HoldQueuePosition? Title? MediumType?
RequestedItemsCount: (RequestType | CirculationStatus | ItemUseRestrictionType) RequestedItemCountValue
RequiredFeeAmount: CurrencyCode MonetaryValue
ResponseHeader: FromSystemId? FromSystemAuthentication? FromAgencyId FromAgencyAuthentication? ToSystemId?
    ToAgencyId
RoutingInformation: RoutingInstructions Destination RequestType? UserId? NameInformation?
ShippingInformation: ShippingInstructions? ShippingNote? (PhysicalAddress | ElectronicAddress)
StructuredAddress: ((LocationWithinBuilding? HouseName? (District | (PostOfficeBox District?) | (Street
    PostOfficeBox? District?))) | (Line1 Line2?)) Locality? Region? Country? PostalCode? CareOf?
StructuredHoldingsData: (HoldingsChronology | (HoldingsEnumeration HoldingsChronology?))
StructuredPersonalUserName: Prefix? GivenName? Initials? Surname Suffix?
SummaryHoldingsInformation: (StructuredHoldingsData+ | UnstructuredHoldingsData)
ToAgencyId: AgencyId
UnstructuredAddress: UnstructuredAddressType UnstructuredAddressData
UserAddressInformation: UserAddressRoleType ValidFromDate? ValidToDate? (PhysicalAddress |
    ElectronicAddress)
UserFiscalAccount: AccountBalance AccountDetails*
UserId: AgencyId? UserIdentifierType? UserIdentifierValue
UserNoticeDetails: NoticeType NoticeContent? (NoticeItem+ | UserFiscalAccount | UserPrivilege)
UserOptionalFields: NameInformation? UserAddressInformation* DateOfBirth? UserLanguage* UserPrivilege*
    BlockOrTrap* UserId* PreviousUserId*
UserPrivilege: AgencyId AgencyUserPrivilegeType ValidFromDate? ValidToDate? UserPrivilegeFee?
    UserPrivilegeStatus? UserPrivilegeDescription?
UserPrivilegeFee: Amount PaymentMethodType?
UserPrivilegeStatus: UserPrivilegeStatusType DateOfUserPrivilegeStatus?
"""

_IN_VERSION_2_0: Final = """
ItemOptionalFields: BibliographicDescription? ItemUseRestrictionType* CirculationStatus? HoldQueueLength?
    ItemDescription? Location* PhysicalCondition? ElectronicResource? SecurityMarker? SensitizationFlag?
LoanedItem: ItemId ReminderLevel (DateDue | IndeterminateLoanPeriodFlag) Amount Title? MediumType?
"""
"""What 2.01 and 2.02 have otherwise (2.01 only ItemOptionalFields)."""

_VALUES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("AccrualDate", "DateAvailable", "DateCheckedOut", "DateDue", "DateForReturn", "DateOfBirth"),
            *("DateOfExpectedReply", "DateOfUserPrivilegeStatus", "DateOfUserRequest", "DatePlaced"),
            *("DateRecalled", "DateRenewed", "DateReturned", "DateSent", "DateWillSend", "HoldPickupDate"),
            *("EarliestDateNeeded", "NeedBeforeDate", "PickupDate", "PickupExpiryDate"),
            *("ValidFromDate", "ValidToDate"),
        ),
        r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)?",
    ),
    **dict.fromkeys(
        (
            *("HoldQueueLength", "HoldQueuePosition", "LoanedItemCountValue", "LocationNameLevel"),
            *("ReminderLevel", "RenewalCount", "RequestedItemCountValue", "TitleHoldQueueLength"),
        ),
        r"\+?\d+",
    ),
    **dict.fromkeys(
        (
            *("IndeterminateLoanPeriodFlag", "NonReturnableFlag", "SensitizationFlag"),
            *("ElectronicResourceProvidedFlag", "RenewalNotPermitted"),
        ),
        "",
    ),
    "MonetaryValue": r"[-+]?\d+",
    "CurrencyCode": "[A-Z]{3}",
}
"""What the text of some elements must be as a whole."""


def _models(table: str) -> dict[str, str]:
    rows = (row.partition(":") for row in re.split(r"\n(?=\w)", table.strip()))
    return {name: " ".join(model.split()) for name, _, model in rows}


def _with_problems(model: str) -> str:
    return model if model.startswith("((Problem+") else f"(Problem+ | ({model}))"


NOTIFICATIONS: Final = frozenset(_models(_NOTIFICATIONS))
"""The services that tell what has happened."""

INITIATIONS: Final = NOTIFICATIONS.union(_models(_INITIATIONS))
"""The services that have a schema; LookupVersion has none."""

_LATEST: Final[Mapping[str, str]] = {
    **{
        name: f"InitiationHeader? {model}"
        for table in (_INITIATIONS, _NOTIFICATIONS)
        for name, model in _models(table).items()
    },
    **{
        f"{name}Response": f"ResponseHeader? {_with_problems(model)}"
        for name, model in _models(_RESPONSES).items()
    },
    **{f"{name}Response": "ResponseHeader? Problem*" for name in _models(_NOTIFICATIONS)},
    **_models(_STRUCTURES),
}


def _compiled(models: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    """Patterns for the names of an element's children, each of which ends with a semicolon."""
    whole = {name: model if "Ext?" in model else f"{model} Ext?" for name, model in models.items()}
    return {
        name: re.compile(re.sub(r"\w+", r"(?:\g<0>;)", model).replace(" ", ""))
        for name, model in whole.items()
    }


_ORDERS: Final = {
    "2.02": _compiled(_LATEST),
    "2.01": _compiled({**_LATEST, "ItemOptionalFields": _models(_IN_VERSION_2_0)["ItemOptionalFields"]}),
    "2.0": _compiled({**_LATEST, **_models(_IN_VERSION_2_0)}),
}


def model_of(name: str) -> str:
    """What may stand in an element of 2.02, "" if it holds text alone."""
    return _LATEST.get(name, "")


def children_fit(version: str, name: str, children: Sequence[str]) -> bool:
    """Whether an element of that version (2.0, 2.01, 2.02) may hold children of these names in this order."""
    order = _ORDERS[version].get(name)
    if order is None:
        return not children
    return order.fullmatch("".join(f"{child};" for child in children)) is not None


def text_fits(name: str, text: str) -> bool:
    """Whether an element that holds no others may hold this text."""
    pattern = _VALUES.get(name)
    return pattern is None or re.fullmatch(pattern, text) is not None
