"""The structures that messages are made of, in the order of the schema and in the standard's words.

A structure is a frozen struct, each field an element: `user_identifier_value` is UserIdentifierValue. What
else a declaration can say is in `marks`. Some of the schema's elements have the same content; these share a
struct.
"""

from typing import Annotated, ClassVar, Final

import msgspec

from protocols.ncip import schemes
from protocols.ncip.dialects import Version
from protocols.ncip.marks import (
    FilledBefore,
    Needed,
    NonNegative,
    Positive,
    Since,
    SingleBefore,
    Some,
    Visible,
)
from protocols.ncip.problems import ProblemType as ProblemTypes
from protocols.ncip.values import Date, Element, SchemeValuePair
from protocols.secret import Secret


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What has elements.

    `choices` says, as a DTD would, which of its elements exclude or require each other.
    """

    choices: ClassVar[tuple[str, ...]] = ()


class Structure(Content, frozen=True, kw_only=True):
    """What may be extended: `ext` is the content of its Ext."""

    ext: tuple[Element, ...] = ()


# Elements with a code list --------------------------------------------------------------------------

RequestType = Annotated[SchemeValuePair, schemes.RequestType]
RequestScopeType = Annotated[SchemeValuePair, schemes.RequestScopeType]
RequestedActionType = Annotated[SchemeValuePair, schemes.RequestedActionType]
RequestStatusType = Annotated[SchemeValuePair, schemes.RequestStatusType]
CirculationStatus = Annotated[SchemeValuePair, schemes.CirculationStatus]
ItemElementType = Annotated[SchemeValuePair, schemes.ItemElementType]
UserElementType = Annotated[SchemeValuePair, schemes.UserElementType]
RequestElementType = Annotated[SchemeValuePair, schemes.RequestElementType]
AgencyElementType = Annotated[SchemeValuePair, schemes.AgencyElementType]
AuthenticationInputType = Annotated[SchemeValuePair, schemes.AuthenticationInputType]
ItemIdentifierType = Annotated[SchemeValuePair, schemes.ItemIdentifierType]
UserIdentifierType = Annotated[SchemeValuePair, schemes.UserIdentifierType]
BibliographicRecordIdentifierCode = Annotated[SchemeValuePair, schemes.BibliographicRecordIdentifierCode]
BibliographicItemIdentifierCode = Annotated[SchemeValuePair, schemes.BibliographicItemIdentifierCode]
ItemUseRestrictionType = Annotated[SchemeValuePair, schemes.ItemUseRestrictionType]
LocationType = Annotated[SchemeValuePair, schemes.LocationType]
FiscalActionType = Annotated[SchemeValuePair, schemes.FiscalActionType]
FiscalTransactionType = Annotated[SchemeValuePair, schemes.FiscalTransactionType]
PaymentMethodType = Annotated[SchemeValuePair, schemes.PaymentMethodType]
MediumType = Annotated[SchemeValuePair, schemes.MediumType]
UserAddressRoleType = Annotated[SchemeValuePair, schemes.UserAddressRoleType]
AgencyAddressRoleType = Annotated[SchemeValuePair, schemes.AgencyAddressRoleType]
PhysicalAddressType = Annotated[SchemeValuePair, schemes.PhysicalAddressType]
UnstructuredAddressType = Annotated[SchemeValuePair, schemes.UnstructuredAddressType]
ElectronicAddressType = Annotated[SchemeValuePair, schemes.ElectronicAddressType]
BlockOrTrapType = Annotated[SchemeValuePair, schemes.BlockOrTrapType]
ProblemType = Annotated[SchemeValuePair, ProblemTypes]

# Structures -----------------------------------------------------------------------------------------


class Party(Structure, frozen=True, kw_only=True):
    """FromAgencyId, ToAgencyId and OnBehalfOfAgency."""

    agency_id: Needed[SchemeValuePair] = None


class InitiationHeader(Structure, frozen=True, kw_only=True):
    from_system_id: SchemeValuePair | None = None
    from_system_authentication: Secret | None = None
    from_agency_id: Needed[Party] = None
    from_agency_authentication: Secret | None = None
    on_behalf_of_agency: Party | None = None
    to_system_id: SchemeValuePair | None = None
    to_agency_id: Needed[Party] = None
    application_profile_type: SchemeValuePair | None = None


class ResponseHeader(Structure, frozen=True, kw_only=True):
    from_system_id: SchemeValuePair | None = None
    from_system_authentication: Secret | None = None
    from_agency_id: Needed[Party] = None
    from_agency_authentication: Secret | None = None
    to_system_id: SchemeValuePair | None = None
    to_agency_id: Needed[Party] = None


class Amount(Structure, frozen=True, kw_only=True):
    """Every element that ends so, and AccountBalance: an integer in the smallest unit of the currency."""

    currency_code: Needed[SchemeValuePair] = None
    monetary_value: int


class FiscalTransactionReferenceId(Structure, frozen=True, kw_only=True):
    """RelatedFiscalTransactionReferenceId too."""

    agency_id: Needed[SchemeValuePair] = None
    fiscal_transaction_identifier_value: str


class RequestId(Structure, frozen=True, kw_only=True):
    agency_id: SchemeValuePair | None = None
    request_identifier_type: Annotated[SchemeValuePair | None, Since(Version.V2_0)] = None
    request_identifier_value: str


class ItemId(Structure, frozen=True, kw_only=True):
    agency_id: SchemeValuePair | None = None
    item_identifier_type: Annotated[ItemIdentifierType | None, Since(Version.V2_0)] = None
    item_identifier_value: str


class BibliographicItemId(Structure, frozen=True, kw_only=True):
    bibliographic_item_identifier: str
    bibliographic_item_identifier_code: BibliographicItemIdentifierCode | None = None


class BibliographicRecordId(Structure, frozen=True, kw_only=True):
    choices = ("AgencyId | BibliographicRecordIdentifierCode",)
    bibliographic_record_identifier: str
    agency_id: SchemeValuePair | None = None
    bibliographic_record_identifier_code: BibliographicRecordIdentifierCode | None = None


class ComponentId(Structure, frozen=True, kw_only=True):
    component_identifier_type: Needed[SchemeValuePair] = None
    component_identifier: Needed[str] = None


class BibliographicDescription(Structure, frozen=True, kw_only=True):
    author: str | None = None
    author_of_component: str | None = None
    bibliographic_item_id: BibliographicItemId | None = None
    bibliographic_record_id: Annotated[tuple[BibliographicRecordId, ...], SingleBefore(Version.V2_01)] = ()
    component_id: ComponentId | None = None
    edition: str | None = None
    pagination: str | None = None
    place_of_publication: str | None = None
    publication_date: str | None = None
    publication_date_of_component: str | None = None
    publisher: str | None = None
    series_title_number: str | None = None
    title: str | None = None
    title_of_component: str | None = None
    bibliographic_level: SchemeValuePair | None = None
    sponsoring_body: str | None = None
    electronic_data_format_type: SchemeValuePair | None = None
    language: SchemeValuePair | None = None
    medium_type: MediumType | None = None


class ItemDetails(Structure, frozen=True, kw_only=True):
    choices = ("(DateDue | IndeterminateLoanPeriodFlag | NonReturnableFlag)?",)
    item_id: ItemId
    bibliographic_description: Needed[BibliographicDescription] = None
    date_checked_out: Date | None = None
    date_renewed: tuple[Date, ...] = ()
    date_due: Date | None = None
    indeterminate_loan_period_flag: bool = False
    non_returnable_flag: bool = False
    date_returned: Date | None = None


class FiscalTransactionInformation(Structure, frozen=True, kw_only=True):
    fiscal_action_type: Needed[FiscalActionType] = None
    fiscal_transaction_reference_id: FiscalTransactionReferenceId | None = None
    related_fiscal_transaction_reference_id: tuple[FiscalTransactionReferenceId, ...] = ()
    fiscal_transaction_type: Needed[FiscalTransactionType] = None
    valid_from_date: Date | None = None
    valid_to_date: Date | None = None
    amount: Needed[Amount] = None
    payment_method_type: PaymentMethodType | None = None
    fiscal_transaction_description: str | None = None
    request_id: RequestId | None = None
    item_details: ItemDetails | None = None


class AccountDetails(Structure, frozen=True, kw_only=True):
    accrual_date: Needed[Date] = None
    fiscal_transaction_information: Needed[FiscalTransactionInformation] = None


class OrganizationNameInformation(Structure, frozen=True, kw_only=True):
    organization_name_type: Needed[SchemeValuePair] = None
    organization_name: Needed[str] = None


class StructuredAddress(Structure, frozen=True, kw_only=True):
    choices = (
        "(LocationWithinBuilding?, HouseName?, (District | (PostOfficeBox, District?) | (Street, "
        "PostOfficeBox?, District?))) | (Line1, Line2?)",
    )
    location_within_building: str | None = None
    house_name: str | None = None
    street: str | None = None
    post_office_box: str | None = None
    district: str | None = None
    line1: str | None = None
    line2: str | None = None
    locality: str | None = None
    region: str | None = None
    country: str | None = None
    postal_code: str | None = None
    care_of: str | None = None


class UnstructuredAddress(Structure, frozen=True, kw_only=True):
    unstructured_address_type: Needed[UnstructuredAddressType] = None
    unstructured_address_data: Needed[str] = None


class PhysicalAddress(Structure, frozen=True, kw_only=True):
    choices = ("StructuredAddress | UnstructuredAddress",)
    structured_address: StructuredAddress | None = None
    unstructured_address: UnstructuredAddress | None = None
    physical_address_type: Needed[PhysicalAddressType] = None


class ElectronicAddress(Structure, frozen=True, kw_only=True):
    electronic_address_type: Needed[ElectronicAddressType] = None
    electronic_address_data: Needed[str] = None


class AgencyAddressInformation(Structure, frozen=True, kw_only=True):
    choices = ("PhysicalAddress | ElectronicAddress",)
    agency_address_role_type: Needed[AgencyAddressRoleType] = None
    valid_from_date: Date | None = None
    valid_to_date: Date | None = None
    physical_address: PhysicalAddress | None = None
    electronic_address: ElectronicAddress | None = None


class PromptOutput(Structure, frozen=True, kw_only=True):
    authentication_prompt_data: Needed[str] = None
    authentication_prompt_type: Needed[SchemeValuePair] = None


class PromptInput(Structure, frozen=True, kw_only=True):
    authentication_input_type: Needed[AuthenticationInputType] = None
    authentication_data_format_type: Needed[SchemeValuePair] = None
    sensitive_data_flag: bool = False


class AuthenticationPrompt(Structure, frozen=True, kw_only=True):
    prompt_output: Needed[PromptOutput] = None
    prompt_input: Needed[PromptInput] = None


class AgencyFields(Structure, frozen=True, kw_only=True):
    """AddAgencyFields and DeleteAgencyFields."""

    organization_name_information: tuple[OrganizationNameInformation, ...] = ()
    agency_address_information: tuple[AgencyAddressInformation, ...] = ()
    authentication_prompt: tuple[AuthenticationPrompt, ...] = ()
    application_profile_supported_type: tuple[SchemeValuePair, ...] = ()
    consortium_agreement: tuple[SchemeValuePair, ...] = ()
    agency_user_privilege_type: tuple[SchemeValuePair, ...] = ()


class ChronologyLevelInstance(Structure, frozen=True, kw_only=True):
    choices = ("ChronologyCaption | (ChronologyLevel, ChronologyCaption?)",)
    chronology_level: Positive | None = None
    chronology_caption: str | None = None
    chronology_value: Needed[str] = None


class HoldingsChronology(Structure, frozen=True, kw_only=True):
    chronology_level_instance: Some[ChronologyLevelInstance] = ()


class EnumerationLevelInstance(Content, frozen=True, kw_only=True):
    """The schema has an Ext in one branch of the choice; nobody was seen to use it."""

    choices = ("EnumerationCaption | (EnumerationLevel, EnumerationCaption?)",)
    enumeration_level: Positive | None = None
    enumeration_caption: str | None = None
    enumeration_value: Needed[str] = None


class HoldingsEnumeration(Structure, frozen=True, kw_only=True):
    enumeration_level_instance: Some[EnumerationLevelInstance] = ()


class StructuredHoldingsData(Structure, frozen=True, kw_only=True):
    choices = ("HoldingsChronology | (HoldingsEnumeration, HoldingsChronology?)",)
    holdings_enumeration: HoldingsEnumeration | None = None
    holdings_chronology: HoldingsChronology | None = None


class HoldingsInformation(Structure, frozen=True, kw_only=True):
    """SummaryHoldingsInformation too."""

    choices = ("StructuredHoldingsData+ | UnstructuredHoldingsData",)
    structured_holdings_data: tuple[StructuredHoldingsData, ...] = ()
    unstructured_holdings_data: str | None = None


class ItemDescription(Structure, frozen=True, kw_only=True):
    call_number: str | None = None
    copy_number: str | None = None
    item_description_level: SchemeValuePair | None = None
    holdings_information: HoldingsInformation | None = None
    number_of_pieces: Annotated[Positive | None, Since(Version.V2_0)] = None


class LocationNameInstance(Structure, frozen=True, kw_only=True):
    location_name_level: Needed[Positive] = None
    location_name_value: str


class LocationName(Structure, frozen=True, kw_only=True):
    location_name_instance: Some[LocationNameInstance] = ()


class Location(Structure, frozen=True, kw_only=True):
    location_type: Needed[LocationType] = None
    location_name: Needed[LocationName] = None
    valid_from_date: Date | None = None
    valid_to_date: Date | None = None


class PhysicalCondition(Structure, frozen=True, kw_only=True):
    physical_condition_type: Needed[SchemeValuePair] = None
    physical_condition_details: str | None = None


class ItemFields(Structure, frozen=True, kw_only=True):
    """AddItemFields and DeleteItemFields."""

    bibliographic_description: BibliographicDescription | None = None
    item_use_restriction_type: tuple[ItemUseRestrictionType, ...] = ()
    item_description: ItemDescription | None = None
    location: tuple[Location, ...] = ()
    physical_condition: PhysicalCondition | None = None
    security_marker: SchemeValuePair | None = None
    sensitization_flag: bool = False


class UserId(Structure, frozen=True, kw_only=True):
    agency_id: SchemeValuePair | None = None
    user_identifier_type: Annotated[UserIdentifierType | None, Since(Version.V2_0)] = None
    user_identifier_value: str


class ShippingInformation(Structure, frozen=True, kw_only=True):
    choices = ("PhysicalAddress | ElectronicAddress",)
    shipping_instructions: str | None = None
    shipping_note: str | None = None
    physical_address: PhysicalAddress | None = None
    electronic_address: ElectronicAddress | None = None


class RequestFields(Structure, frozen=True, kw_only=True):
    """AddRequestFields and DeleteRequestFields."""

    user_id: UserId | None = None
    item_id: ItemId | None = None
    request_type: RequestType | None = None
    request_scope_type: RequestScopeType | None = None
    request_status_type: RequestStatusType | None = None
    shipping_information: ShippingInformation | None = None
    earliest_date_needed: Date | None = None
    need_before_date: Date | None = None
    pickup_location: Annotated[SchemeValuePair | None, Since(Version.V2_0)] = None
    pickup_expiry_date: Date | None = None
    date_of_user_request: Date | None = None
    date_available: Date | None = None
    acknowledged_fee_amount: Amount | None = None
    paid_fee_amount: Amount | None = None


class AuthenticationInput(Structure, frozen=True, kw_only=True):
    authentication_input_data: Secret
    authentication_data_format_type: Needed[SchemeValuePair] = None
    authentication_input_type: Needed[AuthenticationInputType] = None


class StructuredPersonalUserName(Structure, frozen=True, kw_only=True):
    prefix: str | None = None
    given_name: str | None = None
    initials: str | None = None
    surname: str
    suffix: str | None = None


class PersonalNameInformation(Structure, frozen=True, kw_only=True):
    choices = ("UnstructuredPersonalUserName | (StructuredPersonalUserName, UnstructuredPersonalUserName?)",)
    structured_personal_user_name: StructuredPersonalUserName | None = None
    unstructured_personal_user_name: str | None = None


class NameInformation(Structure, frozen=True, kw_only=True):
    choices = ("PersonalNameInformation | OrganizationNameInformation+",)
    personal_name_information: PersonalNameInformation | None = None
    organization_name_information: tuple[OrganizationNameInformation, ...] = ()


class UserAddressInformation(Structure, frozen=True, kw_only=True):
    choices = ("PhysicalAddress | ElectronicAddress",)
    user_address_role_type: Needed[UserAddressRoleType] = None
    valid_from_date: Date | None = None
    valid_to_date: Date | None = None
    physical_address: PhysicalAddress | None = None
    electronic_address: ElectronicAddress | None = None


class UserPrivilegeFee(Structure, frozen=True, kw_only=True):
    amount: Needed[Amount] = None
    payment_method_type: PaymentMethodType | None = None


class UserPrivilegeStatus(Structure, frozen=True, kw_only=True):
    user_privilege_status_type: Needed[SchemeValuePair] = None
    date_of_user_privilege_status: Date | None = None


class UserPrivilege(Structure, frozen=True, kw_only=True):
    agency_id: Needed[SchemeValuePair] = None
    agency_user_privilege_type: Needed[SchemeValuePair] = None
    valid_from_date: Date | None = None
    valid_to_date: Date | None = None
    user_privilege_fee: UserPrivilegeFee | None = None
    user_privilege_status: UserPrivilegeStatus | None = None
    user_privilege_description: str | None = None


class BlockOrTrap(Structure, frozen=True, kw_only=True):
    agency_id: Needed[SchemeValuePair] = None
    block_or_trap_type: Needed[BlockOrTrapType] = None
    valid_from_date: Date | None = None
    valid_to_date: Date | None = None


class UserFields(Structure, frozen=True, kw_only=True):
    """AddUserFields and DeleteUserFields."""

    authentication_input: tuple[AuthenticationInput, ...] = ()
    name_information: NameInformation | None = None
    user_address_information: tuple[UserAddressInformation, ...] = ()
    date_of_birth: Date | None = None
    user_language: tuple[SchemeValuePair, ...] = ()
    user_privilege: tuple[UserPrivilege, ...] = ()
    block_or_trap: tuple[BlockOrTrap, ...] = ()


class BibliographicId(Structure, frozen=True, kw_only=True):
    choices = ("BibliographicItemId | BibliographicRecordId",)
    bibliographic_item_id: BibliographicItemId | None = None
    bibliographic_record_id: BibliographicRecordId | None = None


class CurrentUser(Structure, frozen=True, kw_only=True):
    """CurrentBorrower and CurrentRequester."""

    user_id: UserId


class ElectronicResource(Structure, frozen=True, kw_only=True):
    choices = ("(ElectronicDataFormatType, ActualResource) | ReferenceToResource",)
    electronic_data_format_type: SchemeValuePair | None = None
    actual_resource: str | None = None
    reference_to_resource: str | None = None


class ItemTransaction(Structure, frozen=True, kw_only=True):
    current_borrower: CurrentUser | None = None
    current_requester: tuple[CurrentUser, ...] = ()


class ItemOptionalFields(Structure, frozen=True, kw_only=True):
    bibliographic_description: BibliographicDescription | None = None
    item_use_restriction_type: tuple[ItemUseRestrictionType, ...] = ()
    circulation_status: CirculationStatus | None = None
    hold_queue_length: NonNegative | None = None
    item_description: ItemDescription | None = None
    location: tuple[Location, ...] = ()
    physical_condition: PhysicalCondition | None = None
    electronic_resource: ElectronicResource | None = None
    security_marker: SchemeValuePair | None = None
    sensitization_flag: bool = False
    date_due: Annotated[Date | None, Since(Version.V2_02)] = None


class Problem(Structure, frozen=True, kw_only=True):
    problem_type: Needed[ProblemType] = None
    problem_detail: str | None = None
    problem_element: str | None = None
    problem_value: str | None = None


class ItemInformation(Structure, frozen=True, kw_only=True):
    """The Ext goes with an item, not with its Problems."""

    choices = (
        "(RequestId*, CurrentBorrower?, CurrentRequester*, DateDue?, DateRecalled?, HoldPickupDate?, "
        "ItemTransaction?, ItemOptionalFields?, ItemNote?, Ext?) | Problem+",
    )
    item_id: ItemId | None = None
    request_id: tuple[RequestId, ...] = ()
    current_borrower: CurrentUser | None = None
    current_requester: tuple[CurrentUser, ...] = ()
    date_due: Date | None = None
    date_recalled: Date | None = None
    hold_pickup_date: Date | None = None
    item_transaction: ItemTransaction | None = None
    item_optional_fields: ItemOptionalFields | None = None
    item_note: str | None = None
    problem: tuple[Problem, ...] = ()


class HoldingsSet(Structure, frozen=True, kw_only=True):
    choices = (
        "(BibliographicDescription?, Location?, CallNumber?, SummaryHoldingsInformation?, "
        "ElectronicResource?, ItemInformation+, Ext?) | Problem+",
    )
    holdings_set_id: str | None = None
    bibliographic_description: BibliographicDescription | None = None
    location: Location | None = None
    call_number: str | None = None
    summary_holdings_information: HoldingsInformation | None = None
    electronic_resource: ElectronicResource | None = None
    item_information: tuple[ItemInformation, ...] = ()
    problem: tuple[Problem, ...] = ()


class BibInformation(Content, frozen=True, kw_only=True):
    choices = (
        "(BibliographicDescription?, TitleHoldQueueLength?, CurrentRequester*, HoldingsSet+) | Problem+",
    )
    bibliographic_id: BibliographicId | None = None
    bibliographic_description: BibliographicDescription | None = None
    title_hold_queue_length: NonNegative | None = None
    current_requester: tuple[CurrentUser, ...] = ()
    holdings_set: tuple[HoldingsSet, ...] = ()
    problem: tuple[Problem, ...] = ()


class Destination(Structure, frozen=True, kw_only=True):
    choices = ("Location | (BinNumber, Location?)",)
    bin_number: str | None = None
    location: Location | None = None


class ItemReportedReturned(Structure, frozen=True, kw_only=True):
    date_reported_returned: Needed[Date] = None


_NO_AMOUNT: Final = Amount(currency_code=SchemeValuePair("XXX"), monetary_value=0)  # ISO 4217: no currency


class LoanedItem(Structure, frozen=True, kw_only=True):
    choices = ("DateDue | IndeterminateLoanPeriodFlag",)
    item_id: ItemId
    bibliographic_id: Annotated[tuple[BibliographicId, ...], Since(Version.V2_02)] = ()
    reminder_level: Annotated[NonNegative | None, FilledBefore(Version.V2_02, 1)] = None
    date_due: Date | None = None
    indeterminate_loan_period_flag: bool = False
    amount: Annotated[Amount | None, FilledBefore(Version.V2_02, _NO_AMOUNT)] = None
    title: Annotated[str | None, Since(Version.V2_0)] = None
    medium_type: Annotated[MediumType | None, Since(Version.V2_0)] = None


class LoanedItemsCount(Structure, frozen=True, kw_only=True):
    choices = ("CirculationStatus | ItemUseRestrictionType",)
    circulation_status: CirculationStatus | None = None
    item_use_restriction_type: ItemUseRestrictionType | None = None
    loaned_item_count_value: Needed[NonNegative] = None


class MandatedAction(Structure, frozen=True, kw_only=True):
    date_event_occurred: Date


class NoticeItem(Structure, frozen=True, kw_only=True):
    item_details: Needed[ItemDetails] = None
    amount: Amount | None = None


class Pending(Structure, frozen=True, kw_only=True):
    date_of_expected_reply: Date | None = None


class PreviousUserId(Structure, frozen=True, kw_only=True):
    agency_id: Needed[SchemeValuePair] = None
    user_identifier_value: str
    valid_from_date: Date | None = None
    valid_to_date: Date | None = None


class RequestedItem(Structure, frozen=True, kw_only=True):
    choices = ("ItemId | (RequestId, ItemId?)",)
    request_id: RequestId | None = None
    item_id: ItemId | None = None
    bibliographic_id: Annotated[tuple[BibliographicId, ...], Since(Version.V2_02)] = ()
    request_type: Needed[RequestType] = None
    request_status_type: Needed[RequestStatusType] = None
    date_placed: Needed[Date] = None
    pickup_date: Date | None = None
    pickup_location: Annotated[SchemeValuePair | None, Since(Version.V2_0)] = None
    pickup_expiry_date: Date | None = None
    reminder_level: NonNegative | None = None
    hold_queue_position: Positive | None = None
    title: Annotated[str | None, Since(Version.V2_0)] = None
    medium_type: Annotated[MediumType | None, Since(Version.V2_0)] = None


class RequestedItemsCount(Structure, frozen=True, kw_only=True):
    choices = ("RequestType | CirculationStatus | ItemUseRestrictionType",)
    request_type: RequestType | None = None
    circulation_status: CirculationStatus | None = None
    item_use_restriction_type: ItemUseRestrictionType | None = None
    requested_item_count_value: Needed[NonNegative] = None


class RoutingInformation(Structure, frozen=True, kw_only=True):
    routing_instructions: Needed[str] = None
    destination: Needed[Destination] = None
    request_type: RequestType | None = None
    user_id: UserId | None = None
    name_information: Annotated[NameInformation | None, Since(Version.V2_0)] = None


class UserFiscalAccount(Structure, frozen=True, kw_only=True):
    account_balance: Needed[Amount] = None
    account_details: tuple[AccountDetails, ...] = ()


class UserNoticeDetails(Structure, frozen=True, kw_only=True):
    choices = ("NoticeItem+ | UserFiscalAccount | UserPrivilege",)
    notice_type: Needed[SchemeValuePair] = None
    notice_content: str | None = None
    notice_item: tuple[NoticeItem, ...] = ()
    user_fiscal_account: UserFiscalAccount | None = None
    user_privilege: UserPrivilege | None = None


class UserOptionalFields(Structure, frozen=True, kw_only=True):
    name_information: NameInformation | None = None
    user_address_information: tuple[UserAddressInformation, ...] = ()
    date_of_birth: Date | None = None
    user_language: tuple[SchemeValuePair, ...] = ()
    user_privilege: tuple[UserPrivilege, ...] = ()
    block_or_trap: tuple[BlockOrTrap, ...] = ()
    user_id: Annotated[tuple[UserId, ...], Visible()] = ()
    previous_user_id: Annotated[tuple[PreviousUserId, ...], Since(Version.V2_0)] = ()
