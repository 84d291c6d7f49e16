"""The services of NCIP, each with its initiation and its response, declared once: all else follows from here.

Every service of ANSI/NISO Z39.83-1-2012 (2.02) is here, in the order of the schema's alphabet. Headers are
not part of the messages: they travel beside them. A response that refuses has a `problem` and nothing else,
save what is marked `WithProblem`.
"""

from typing import Annotated, ClassVar, Final

from protocols.ncip.dialects import Version
from protocols.ncip.marks import (
    Needed,
    NonNegative,
    Positive,
    Since,
    SingleBefore,
    Some,
    Stray,
    WithProblem,
    WrappedInFirst,
)
from protocols.ncip.structures import (
    AgencyAddressInformation,
    AgencyElementType,
    AgencyFields,
    Amount,
    AuthenticationInput,
    AuthenticationPrompt,
    BibInformation,
    BibliographicDescription,
    BibliographicId,
    BlockOrTrap,
    CirculationStatus,
    ElectronicResource,
    FiscalTransactionInformation,
    FiscalTransactionReferenceId,
    ItemDescription,
    ItemElementType,
    ItemFields,
    ItemId,
    ItemOptionalFields,
    ItemReportedReturned,
    ItemTransaction,
    ItemUseRestrictionType,
    LoanedItem,
    LoanedItemsCount,
    Location,
    MandatedAction,
    NameInformation,
    OrganizationNameInformation,
    Party,
    Pending,
    PhysicalCondition,
    Problem,
    RequestedActionType,
    RequestedItem,
    RequestedItemsCount,
    RequestElementType,
    RequestFields,
    RequestId,
    RequestScopeType,
    RequestStatusType,
    RequestType,
    RoutingInformation,
    ShippingInformation,
    Structure,
    UserAddressInformation,
    UserElementType,
    UserFields,
    UserFiscalAccount,
    UserId,
    UserNoticeDetails,
    UserOptionalFields,
    UserPrivilege,
)
from protocols.ncip.values import Date, SchemeValuePair

_TRANSACTION: Final = WrappedInFirst("UserTransaction")


class Message(Structure, frozen=True, kw_only=True):
    """What both sides send.

    `since` is the first version that has it; `misnomers` are names seen in its stead.
    """

    since: ClassVar[Version] = Version.V1_0
    misnomers: ClassVar[dict[str, str]] = {}


class Initiation(Message, frozen=True, kw_only=True):
    """What asks or tells; the response has its name with `Response` behind it."""


class Lookup(Initiation, frozen=True, kw_only=True):
    """What asks, and changes nothing."""


class Update(Initiation, frozen=True, kw_only=True):
    """What wants something done."""


class Notification(Initiation, frozen=True, kw_only=True):
    """What tells of something that has happened; the answer has no more to say than Problems."""


class Response(Message, frozen=True, kw_only=True):
    """What answers; if it has a `problem`, nothing was done."""

    problem: tuple[Problem, ...] = ()


class BareProblem(Response, frozen=True, kw_only=True):
    """Problems alone under NCIPMessage: the answer to what names no service that could answer."""


class AcceptItem(Update, frozen=True, kw_only=True):
    """An item from elsewhere has come: it is put on record for a while, and held for its user."""

    choices = ("(DateForReturn | IndeterminateLoanPeriodFlag | NonReturnableFlag)?",)
    mandated_action: MandatedAction | None = None
    request_id: Needed[RequestId] = None
    requested_action_type: Needed[RequestedActionType] = None
    user_id: UserId | None = None
    item_id: ItemId | None = None
    date_for_return: Date | None = None
    indeterminate_loan_period_flag: bool = False
    non_returnable_flag: bool = False
    renewal_not_permitted: bool = False
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None
    pickup_location: Annotated[SchemeValuePair | None, Since(Version.V2_0)] = None
    pickup_expiry_date: Annotated[Date | None, Since(Version.V2_0)] = None


class AcceptItemResponse(Response, frozen=True, kw_only=True):
    request_id: Needed[RequestId] = None
    item_id: ItemId | None = None


class AgencyCreated(Notification, frozen=True, kw_only=True):
    agency_id: SchemeValuePair
    organization_name_information: Some[OrganizationNameInformation] = ()
    agency_address_information: tuple[AgencyAddressInformation, ...] = ()
    authentication_prompt: tuple[AuthenticationPrompt, ...] = ()
    application_profile_supported_type: tuple[SchemeValuePair, ...] = ()
    consortium_agreement: tuple[SchemeValuePair, ...] = ()
    agency_user_privilege_type: tuple[SchemeValuePair, ...] = ()


class AgencyCreatedResponse(Response, frozen=True, kw_only=True): ...


class AgencyUpdated(Notification, frozen=True, kw_only=True):
    agency_id: SchemeValuePair
    delete_agency_fields: AgencyFields | None = None
    add_agency_fields: AgencyFields | None = None


class AgencyUpdatedResponse(Response, frozen=True, kw_only=True): ...


class CancelRecallItem(Update, frozen=True, kw_only=True):
    mandated_action: MandatedAction | None = None
    item_id: ItemId
    item_element_type: tuple[ItemElementType, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()


class CancelRecallItemResponse(Response, frozen=True, kw_only=True):
    item_id: Needed[ItemId] = None
    user_id: UserId | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class CancelRequestItem(Update, frozen=True, kw_only=True):
    choices = (
        "UserId | AuthenticationInput+",
        "ItemId | (RequestId, ItemId?)",
    )
    mandated_action: MandatedAction | None = None
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    request_id: RequestId | None = None
    item_id: ItemId | None = None
    request_type: Needed[RequestType] = None
    request_scope_type: RequestScopeType | None = None
    acknowledged_fee_amount: Annotated[Amount | None, Since(Version.V1_01)] = None
    paid_fee_amount: Annotated[Amount | None, Since(Version.V1_01)] = None
    item_element_type: tuple[ItemElementType, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()


class CancelRequestItemResponse(Response, frozen=True, kw_only=True):
    choices = ("ItemId | (RequestId, ItemId?)",)
    request_id: RequestId | None = None
    item_id: ItemId | None = None
    user_id: Needed[UserId] = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class CheckInItem(Update, frozen=True, kw_only=True):
    """Brokers send the user and their request, against the schema."""

    mandated_action: MandatedAction | None = None
    item_id: ItemId
    user_id: Stray[UserId] = None
    request_id: Stray[RequestId] = None
    item_element_type: tuple[ItemElementType, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()


class CheckInItemResponse(Response, frozen=True, kw_only=True):
    item_id: Needed[ItemId] = None
    user_id: UserId | None = None
    routing_information: RoutingInformation | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class CheckOutItem(Update, frozen=True, kw_only=True):
    misnomers: ClassVar[dict[str, str]] = {"DateDue": "DesiredDateDue"}
    choices = ("UserId | AuthenticationInput+",)
    mandated_action: MandatedAction | None = None
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    item_id: ItemId
    request_id: RequestId | None = None
    acknowledged_fee_amount: Amount | None = None
    paid_fee_amount: Annotated[Amount | None, Since(Version.V1_01)] = None
    acknowledged_item_use_restriction_type: tuple[ItemUseRestrictionType, ...] = ()
    shipping_information: ShippingInformation | None = None
    resource_desired: bool = False
    desired_date_due: Date | None = None
    item_element_type: tuple[ItemElementType, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()


class CheckOutItemResponse(Response, frozen=True, kw_only=True):
    choices = ("DateDue | IndeterminateLoanPeriodFlag | NonReturnableFlag",)
    required_fee_amount: WithProblem[Amount | None] = None
    required_item_use_restriction_type: WithProblem[tuple[ItemUseRestrictionType, ...]] = ()
    item_id: Needed[ItemId] = None
    user_id: Needed[UserId] = None
    date_due: Date | None = None
    indeterminate_loan_period_flag: bool = False
    non_returnable_flag: bool = False
    renewal_count: NonNegative | None = None
    electronic_resource: ElectronicResource | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class CirculationStatusChangeReported(Notification, frozen=True, kw_only=True):
    choices = ("ItemReportedReturned | ItemReportedNeverBorrowed | ItemReportedLost | ItemReportedMissing",)
    item_id: ItemId
    user_id: Needed[UserId] = None
    item_reported_returned: ItemReportedReturned | None = None
    item_reported_never_borrowed: bool = False
    item_reported_lost: bool = False
    item_reported_missing: bool = False
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None


class CirculationStatusChangeReportedResponse(Response, frozen=True, kw_only=True): ...


class CirculationStatusUpdated(Notification, frozen=True, kw_only=True):
    """The standard limits the status to the three that follow a Pending renewal, or its lack."""

    item_id: ItemId
    circulation_status: Needed[CirculationStatus] = None


class CirculationStatusUpdatedResponse(Response, frozen=True, kw_only=True): ...


class CreateAgency(Update, frozen=True, kw_only=True):
    mandated_action: MandatedAction | None = None
    agency_id: SchemeValuePair | None = None
    organization_name_information: Some[OrganizationNameInformation] = ()
    agency_address_information: tuple[AgencyAddressInformation, ...] = ()
    authentication_prompt: tuple[AuthenticationPrompt, ...] = ()
    application_profile_supported_type: tuple[SchemeValuePair, ...] = ()
    consortium_agreement: tuple[SchemeValuePair, ...] = ()
    agency_user_privilege_type: tuple[SchemeValuePair, ...] = ()


class CreateAgencyResponse(Response, frozen=True, kw_only=True):
    agency_id: Needed[SchemeValuePair] = None


class CreateItem(Update, frozen=True, kw_only=True):
    mandated_action: MandatedAction | None = None
    item_id: ItemId | None = None
    request_id: RequestId | None = None
    bibliographic_description: Needed[BibliographicDescription] = None
    item_use_restriction_type: tuple[ItemUseRestrictionType, ...] = ()
    circulation_status: CirculationStatus | None = None
    item_description: ItemDescription | None = None
    location: tuple[Location, ...] = ()
    physical_condition: PhysicalCondition | None = None
    security_marker: SchemeValuePair | None = None
    sensitization_flag: bool = False


class CreateItemResponse(Response, frozen=True, kw_only=True):
    item_id: Needed[ItemId] = None


class CreateUser(Update, frozen=True, kw_only=True):
    choices = ("(UserId | AuthenticationInput+)?",)
    mandated_action: MandatedAction | None = None
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    name_information: Needed[NameInformation] = None
    user_address_information: tuple[UserAddressInformation, ...] = ()
    date_of_birth: Date | None = None
    user_language: tuple[SchemeValuePair, ...] = ()
    user_privilege: tuple[UserPrivilege, ...] = ()
    block_or_trap: tuple[BlockOrTrap, ...] = ()


class CreateUserResponse(Response, frozen=True, kw_only=True):
    user_id: Needed[UserId] = None


class CreateUserFiscalTransaction(Update, frozen=True, kw_only=True):
    choices = ("UserId | AuthenticationInput+",)
    mandated_action: MandatedAction | None = None
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    fiscal_transaction_information: Needed[FiscalTransactionInformation] = None


class CreateUserFiscalTransactionResponse(Response, frozen=True, kw_only=True):
    user_id: Needed[UserId] = None
    fiscal_transaction_reference_id: Needed[FiscalTransactionReferenceId] = None


class DeleteItem(Update, frozen=True, kw_only=True):
    since = Version.V2_0
    mandated_action: MandatedAction | None = None
    item_id: ItemId


class DeleteItemResponse(Response, frozen=True, kw_only=True):
    since = Version.V2_0
    item_id: Needed[ItemId] = None


class DeleteUser(Update, frozen=True, kw_only=True):
    since = Version.V2_0
    choices = ("UserId | AuthenticationInput+",)
    mandated_action: MandatedAction | None = None
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()


class DeleteUserResponse(Response, frozen=True, kw_only=True):
    since = Version.V2_0
    user_id: Needed[UserId] = None


class ItemCheckedIn(Notification, frozen=True, kw_only=True):
    user_id: UserId | None = None
    item_id: ItemId
    routing_information: RoutingInformation | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ItemCheckedInResponse(Response, frozen=True, kw_only=True): ...


class ItemCheckedOut(Notification, frozen=True, kw_only=True):
    choices = ("DateDue | IndeterminateLoanPeriodFlag | NonReturnableFlag",)
    user_id: Needed[UserId] = None
    item_id: ItemId
    request_id: RequestId | None = None
    date_due: Date | None = None
    indeterminate_loan_period_flag: bool = False
    non_returnable_flag: bool = False
    electronic_resource_provided_flag: bool = False
    renewal_count: NonNegative | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    shipping_information: ShippingInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ItemCheckedOutResponse(Response, frozen=True, kw_only=True): ...


class ItemCreated(Notification, frozen=True, kw_only=True):
    item_id: ItemId
    request_id: RequestId | None = None
    bibliographic_description: Needed[BibliographicDescription] = None
    item_use_restriction_type: tuple[ItemUseRestrictionType, ...] = ()
    circulation_status: CirculationStatus | None = None
    item_description: ItemDescription | None = None
    location: tuple[Location, ...] = ()
    physical_condition: PhysicalCondition | None = None
    security_marker: SchemeValuePair | None = None
    sensitization_flag: bool = False


class ItemCreatedResponse(Response, frozen=True, kw_only=True): ...


class ItemRecallCancelled(Notification, frozen=True, kw_only=True):
    user_id: UserId | None = None
    item_id: ItemId
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ItemRecallCancelledResponse(Response, frozen=True, kw_only=True): ...


class ItemRecalled(Notification, frozen=True, kw_only=True):
    user_id: UserId | None = None
    item_id: ItemId
    date_due: Needed[Date] = None
    shipping_information: ShippingInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ItemRecalledResponse(Response, frozen=True, kw_only=True): ...


class ItemReceived(Notification, frozen=True, kw_only=True):
    item_id: ItemId
    user_id: UserId | None = None
    request_id: RequestId | None = None
    date_received: Needed[Date] = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ItemReceivedResponse(Response, frozen=True, kw_only=True): ...


class ItemRenewed(Notification, frozen=True, kw_only=True):
    user_id: UserId | None = None
    item_id: ItemId
    date_due: Needed[Date] = None
    renewal_count: NonNegative | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ItemRenewedResponse(Response, frozen=True, kw_only=True): ...


class ItemRequestCancelled(Notification, frozen=True, kw_only=True):
    choices = ("ItemId | (RequestId, ItemId?)",)
    user_id: Needed[UserId] = None
    request_id: RequestId | None = None
    item_id: ItemId | None = None
    request_type: Needed[RequestType] = None
    request_scope_type: RequestScopeType | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ItemRequestCancelledResponse(Response, frozen=True, kw_only=True): ...


class ItemRequestUpdated(Notification, frozen=True, kw_only=True):
    choices = ("(UserId, ItemId, RequestType) | RequestId",)
    user_id: UserId | None = None
    item_id: ItemId | None = None
    request_type: RequestType | None = None
    request_id: RequestId | None = None
    delete_request_fields: RequestFields | None = None
    add_request_fields: RequestFields | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ItemRequestUpdatedResponse(Response, frozen=True, kw_only=True): ...


class ItemRequested(Notification, frozen=True, kw_only=True):
    choices = ("ItemId | (BibliographicId, RequestId)",)
    user_id: Needed[UserId] = None
    item_id: ItemId | None = None
    bibliographic_id: BibliographicId | None = None
    request_id: RequestId | None = None
    request_type: Needed[RequestType] = None
    request_scope_type: Needed[RequestScopeType] = None
    shipping_information: ShippingInformation | None = None
    earliest_date_needed: Date | None = None
    need_before_date: Date | None = None
    pickup_location: Annotated[SchemeValuePair | None, Since(Version.V2_0)] = None
    pickup_expiry_date: Date | None = None
    date_of_user_request: Date | None = None
    date_available: Date | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ItemRequestedResponse(Response, frozen=True, kw_only=True): ...


class ItemShipped(Notification, frozen=True, kw_only=True):
    choices = ("ItemId | (RequestId, ItemId?)",)
    request_id: RequestId | None = None
    item_id: ItemId | None = None
    user_id: UserId | None = None
    date_shipped: Needed[Date] = None
    shipping_information: Needed[ShippingInformation] = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ItemShippedResponse(Response, frozen=True, kw_only=True): ...


class ItemUpdated(Notification, frozen=True, kw_only=True):
    item_id: ItemId
    delete_item_fields: ItemFields | None = None
    add_item_fields: ItemFields | None = None


class ItemUpdatedResponse(Response, frozen=True, kw_only=True): ...


class LookupAgency(Lookup, frozen=True, kw_only=True):
    agency_id: SchemeValuePair
    agency_element_type: Some[AgencyElementType] = ()


class LookupAgencyResponse(Response, frozen=True, kw_only=True):
    agency_id: Needed[SchemeValuePair] = None
    organization_name_information: tuple[OrganizationNameInformation, ...] = ()
    agency_address_information: tuple[AgencyAddressInformation, ...] = ()
    authentication_prompt: tuple[AuthenticationPrompt, ...] = ()
    application_profile_supported_type: tuple[SchemeValuePair, ...] = ()
    consortium_agreement: tuple[SchemeValuePair, ...] = ()
    agency_user_privilege_type: tuple[SchemeValuePair, ...] = ()


class LookupItem(Lookup, frozen=True, kw_only=True):
    choices = ("ItemId | RequestId",)
    item_id: ItemId | None = None
    request_id: RequestId | None = None
    item_element_type: tuple[ItemElementType, ...] = ()
    current_borrower_desired: bool = False
    current_requesters_desired: bool = False


class LookupItemResponse(Response, frozen=True, kw_only=True):
    choices = ("ItemId | (RequestId, ItemId?)",)
    request_id: RequestId | None = None
    item_id: ItemId | None = None
    hold_pickup_date: Date | None = None
    date_recalled: Date | None = None
    item_transaction: ItemTransaction | None = None
    item_optional_fields: ItemOptionalFields | None = None


class LookupItemSet(Lookup, frozen=True, kw_only=True):
    since = Version.V2_02
    choices = ("BibliographicId+ | HoldingsSetId+ | ItemId+",)
    bibliographic_id: tuple[BibliographicId, ...] = ()
    holdings_set_id: tuple[str, ...] = ()
    item_id: tuple[ItemId, ...] = ()
    item_element_type: tuple[ItemElementType, ...] = ()
    current_borrower_desired: bool = False
    current_requesters_desired: bool = False
    maximum_items_count: Positive | None = None
    next_item_token: str | None = None


class LookupItemSetResponse(Response, frozen=True, kw_only=True):
    since = Version.V2_02
    bib_information: Some[BibInformation] = ()
    next_item_token: str | None = None


class LookupRequest(Lookup, frozen=True, kw_only=True):
    since = Version.V1_01
    choices = ("((UserId | AuthenticationInput+), ItemId, RequestType) | RequestId",)
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    item_id: ItemId | None = None
    request_type: RequestType | None = None
    request_id: RequestId | None = None
    request_element_type: tuple[RequestElementType, ...] = ()
    item_element_type: tuple[ItemElementType, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()


class LookupRequestResponse(Response, frozen=True, kw_only=True):
    since = Version.V1_01
    choices = ("ItemId | (RequestId, ItemId?)",)
    request_id: RequestId | None = None
    item_id: ItemId | None = None
    user_id: UserId | None = None
    request_type: RequestType | None = None
    request_scope_type: RequestScopeType | None = None
    request_status_type: RequestStatusType | None = None
    hold_queue_position: Positive | None = None
    shipping_information: ShippingInformation | None = None
    earliest_date_needed: Date | None = None
    need_before_date: Date | None = None
    pickup_date: Date | None = None
    pickup_location: Annotated[SchemeValuePair | None, Since(Version.V2_0)] = None
    pickup_expiry_date: Date | None = None
    date_of_user_request: Date | None = None
    date_available: Date | None = None
    acknowledged_fee_amount: Amount | None = None
    paid_fee_amount: Amount | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class LookupUser(Lookup, frozen=True, kw_only=True):
    choices = ("UserId | AuthenticationInput+",)
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()
    loaned_items_desired: bool = False
    requested_items_desired: bool = False
    user_fiscal_account_desired: bool = False


class LookupUserResponse(Response, frozen=True, kw_only=True):
    user_id: Needed[UserId] = None
    user_fiscal_account: tuple[UserFiscalAccount, ...] = ()
    loaned_items_count: Annotated[tuple[LoanedItemsCount, ...], _TRANSACTION] = ()
    loaned_item: Annotated[tuple[LoanedItem, ...], _TRANSACTION] = ()
    requested_items_count: Annotated[tuple[RequestedItemsCount, ...], _TRANSACTION] = ()
    requested_item: Annotated[tuple[RequestedItem, ...], _TRANSACTION] = ()
    user_optional_fields: UserOptionalFields | None = None


class LookupVersion(Lookup, frozen=True, kw_only=True):
    """In no schema: the two agencies are its content rather than a header (Z39.83-1, LookupVersion)."""

    from_agency_id: Needed[Party] = None
    to_agency_id: Needed[Party] = None


class LookupVersionResponse(Response, frozen=True, kw_only=True):
    """Without the agencies where the question has none: some clients ask so."""

    from_agency_id: Party | None = None
    to_agency_id: Party | None = None
    version_supported: Some[str] = ()


class RecallItem(Update, frozen=True, kw_only=True):
    mandated_action: MandatedAction | None = None
    item_id: ItemId
    desired_date_due: Date | None = None
    shipping_information: ShippingInformation | None = None
    item_element_type: tuple[ItemElementType, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()


class RecallItemResponse(Response, frozen=True, kw_only=True):
    item_id: Needed[ItemId] = None
    user_id: UserId | None = None
    date_due: Date | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class RenewItem(Update, frozen=True, kw_only=True):
    misnomers: ClassVar[dict[str, str]] = {"DateDue": "DesiredDateDue"}
    choices = ("UserId | AuthenticationInput+",)
    mandated_action: MandatedAction | None = None
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    item_id: ItemId
    item_element_type: tuple[ItemElementType, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()
    desired_date_due: Date | None = None
    desired_date_for_return: Date | None = None
    acknowledged_fee_amount: Amount | None = None
    paid_fee_amount: Annotated[Amount | None, Since(Version.V1_01)] = None
    acknowledged_item_use_restriction_type: tuple[ItemUseRestrictionType, ...] = ()


class RenewItemResponse(Response, frozen=True, kw_only=True):
    choices = (
        "Pending | (ItemId, UserId?, DateDue?, DateForReturn?, RenewalCount?, "
        "FiscalTransactionInformation?, ItemOptionalFields?, UserOptionalFields?)",
    )
    required_fee_amount: WithProblem[Amount | None] = None
    required_item_use_restriction_type: WithProblem[tuple[ItemUseRestrictionType, ...]] = ()
    pending: Pending | None = None
    item_id: ItemId | None = None
    user_id: UserId | None = None
    date_due: Date | None = None
    date_for_return: Date | None = None
    renewal_count: NonNegative | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class ReportCirculationStatusChange(Update, frozen=True, kw_only=True):
    choices = (
        "UserId | AuthenticationInput+",
        "ItemReportedReturned | ItemReportedNeverBorrowed | ItemReportedLost | ItemReportedMissing",
    )
    mandated_action: MandatedAction | None = None
    item_id: ItemId
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    item_reported_returned: ItemReportedReturned | None = None
    item_reported_never_borrowed: bool = False
    item_reported_lost: bool = False
    item_reported_missing: bool = False
    item_element_type: tuple[ItemElementType, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()


class ReportCirculationStatusChangeResponse(Response, frozen=True, kw_only=True):
    item_id: Needed[ItemId] = None
    user_id: UserId | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class RequestItem(Update, frozen=True, kw_only=True):
    choices = (
        "UserId | AuthenticationInput+",
        "ItemId+ | (BibliographicId+, ItemId*)",
    )
    mandated_action: MandatedAction | None = None
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    bibliographic_id: Annotated[tuple[BibliographicId, ...], SingleBefore(Version.V2_01)] = ()
    item_id: Annotated[tuple[ItemId, ...], SingleBefore(Version.V2_01)] = ()
    request_id: RequestId | None = None
    request_type: Needed[RequestType] = None
    request_scope_type: Needed[RequestScopeType] = None
    item_optional_fields: Annotated[ItemOptionalFields | None, Since(Version.V2_0)] = None
    shipping_information: ShippingInformation | None = None
    earliest_date_needed: Date | None = None
    need_before_date: Date | None = None
    pickup_location: Annotated[SchemeValuePair | None, Since(Version.V2_0)] = None
    pickup_expiry_date: Date | None = None
    acknowledged_fee_amount: Amount | None = None
    paid_fee_amount: Annotated[Amount | None, Since(Version.V1_01)] = None
    acknowledged_item_use_restriction_type: tuple[ItemUseRestrictionType, ...] = ()
    item_element_type: tuple[ItemElementType, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()


class RequestItemResponse(Response, frozen=True, kw_only=True):
    choices = ("ItemId | (RequestId, ItemId?)",)
    required_fee_amount: WithProblem[Amount | None] = None
    required_item_use_restriction_type: WithProblem[tuple[ItemUseRestrictionType, ...]] = ()
    request_id: RequestId | None = None
    item_id: ItemId | None = None
    user_id: Needed[UserId] = None
    request_type: Needed[RequestType] = None
    request_scope_type: Needed[RequestScopeType] = None
    shipping_information: ShippingInformation | None = None
    date_available: Date | None = None
    hold_pickup_date: Date | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class SendUserNotice(Update, frozen=True, kw_only=True):
    mandated_action: MandatedAction | None = None
    user_id: UserId
    date_to_send: Date | None = None
    user_notice_details: Needed[UserNoticeDetails] = None


class SendUserNoticeResponse(Response, frozen=True, kw_only=True):
    choices = ("(DateSent | DateWillSend)?",)
    user_id: Needed[UserId] = None
    date_sent: Date | None = None
    date_will_send: Date | None = None


class UndoCheckOutItem(Update, frozen=True, kw_only=True):
    choices = ("(UserId | AuthenticationInput+)?",)
    mandated_action: MandatedAction | None = None
    item_id: ItemId
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    request_id: RequestId | None = None


class UndoCheckOutItemResponse(Response, frozen=True, kw_only=True):
    item_id: Needed[ItemId] = None
    user_id: UserId | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None


class UpdateAgency(Update, frozen=True, kw_only=True):
    mandated_action: MandatedAction | None = None
    agency_id: SchemeValuePair
    delete_agency_fields: AgencyFields | None = None
    add_agency_fields: AgencyFields | None = None


class UpdateAgencyResponse(Response, frozen=True, kw_only=True):
    agency_id: Needed[SchemeValuePair] = None


class UpdateCirculationStatus(Update, frozen=True, kw_only=True):
    mandated_action: MandatedAction | None = None
    item_id: ItemId
    circulation_status: Needed[CirculationStatus] = None


class UpdateCirculationStatusResponse(Response, frozen=True, kw_only=True):
    item_id: Needed[ItemId] = None


class UpdateItem(Update, frozen=True, kw_only=True):
    mandated_action: MandatedAction | None = None
    item_id: ItemId
    delete_item_fields: ItemFields | None = None
    add_item_fields: ItemFields | None = None


class UpdateItemResponse(Response, frozen=True, kw_only=True):
    item_id: Needed[ItemId] = None


class UpdateRequestItem(Update, frozen=True, kw_only=True):
    choices = ("((UserId | AuthenticationInput+), ItemId, RequestType) | RequestId",)
    mandated_action: MandatedAction | None = None
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    item_id: ItemId | None = None
    request_type: RequestType | None = None
    request_id: RequestId | None = None
    delete_request_fields: RequestFields | None = None
    add_request_fields: RequestFields | None = None
    item_element_type: tuple[ItemElementType, ...] = ()
    user_element_type: tuple[UserElementType, ...] = ()


class UpdateRequestItemResponse(Response, frozen=True, kw_only=True):
    required_fee_amount: WithProblem[Amount | None] = None
    required_item_use_restriction_type: Annotated[
        WithProblem[tuple[ItemUseRestrictionType, ...]], Since(Version.V2_01)
    ] = ()
    item_id: Needed[ItemId] = None
    user_id: Needed[UserId] = None
    request_type: Needed[RequestType] = None
    request_scope_type: Needed[RequestScopeType] = None
    date_available: Date | None = None
    hold_pickup_date: Date | None = None
    fiscal_transaction_information: FiscalTransactionInformation | None = None
    item_optional_fields: ItemOptionalFields | None = None
    user_optional_fields: UserOptionalFields | None = None


class UpdateUser(Update, frozen=True, kw_only=True):
    choices = ("UserId | AuthenticationInput+",)
    mandated_action: MandatedAction | None = None
    user_id: UserId | None = None
    authentication_input: tuple[AuthenticationInput, ...] = ()
    delete_user_fields: UserFields | None = None
    add_user_fields: UserFields | None = None


class UpdateUserResponse(Response, frozen=True, kw_only=True):
    user_id: Needed[UserId] = None


class UserCreated(Notification, frozen=True, kw_only=True):
    user_id: UserId
    name_information: Needed[NameInformation] = None
    user_address_information: tuple[UserAddressInformation, ...] = ()
    date_of_birth: Date | None = None
    user_language: tuple[SchemeValuePair, ...] = ()
    user_privilege: tuple[UserPrivilege, ...] = ()
    block_or_trap: tuple[BlockOrTrap, ...] = ()


class UserCreatedResponse(Response, frozen=True, kw_only=True): ...


class UserFiscalTransactionCreated(Notification, frozen=True, kw_only=True):
    user_id: UserId
    fiscal_transaction_information: Needed[FiscalTransactionInformation] = None


class UserFiscalTransactionCreatedResponse(Response, frozen=True, kw_only=True): ...


class UserNoticeSent(Notification, frozen=True, kw_only=True):
    user_id: UserId
    date_sent: Needed[Date] = None
    user_notice_details: Needed[UserNoticeDetails] = None


class UserNoticeSentResponse(Response, frozen=True, kw_only=True): ...


class UserUpdated(Notification, frozen=True, kw_only=True):
    user_id: UserId
    delete_user_fields: UserFields | None = None
    add_user_fields: UserFields | None = None


class UserUpdatedResponse(Response, frozen=True, kw_only=True): ...


SERVICES: Final[dict[type[Initiation], type[Response]]] = {
    initiation: response
    for kind in (Lookup, Update, Notification)
    for initiation in kind.__subclasses__()
    for response in Response.__subclasses__()
    if response.__name__ == f"{initiation.__name__}Response"
}
