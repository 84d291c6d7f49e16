"""Messages against their XML, by hand from the standard: every service in its dialects."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml import etree
from msgspec.structs import replace

from protocols.ncip import schemes
from protocols.ncip.codec import read, read_response, response_header, write, write_request
from protocols.ncip.declarations import MESSAGES
from protocols.ncip.dialects import ALMA_V1, DIALECTS, LATEST, NAMESPACE, URIS, Dialect, Version
from protocols.ncip.errors import LocalError, refusal
from protocols.ncip.messages import (
    SERVICES,
    AcceptItem,
    AcceptItemResponse,
    AgencyCreated,
    AgencyUpdated,
    BareProblem,
    CancelRecallItem,
    CancelRecallItemResponse,
    CancelRequestItem,
    CancelRequestItemResponse,
    CheckInItem,
    CheckInItemResponse,
    CheckOutItem,
    CheckOutItemResponse,
    CirculationStatusChangeReported,
    CirculationStatusUpdated,
    CreateAgency,
    CreateAgencyResponse,
    CreateItem,
    CreateItemResponse,
    CreateUser,
    CreateUserFiscalTransaction,
    CreateUserFiscalTransactionResponse,
    CreateUserResponse,
    DeleteItem,
    DeleteItemResponse,
    DeleteUser,
    DeleteUserResponse,
    Initiation,
    ItemCheckedIn,
    ItemCheckedOut,
    ItemCreated,
    ItemRecallCancelled,
    ItemRecalled,
    ItemReceived,
    ItemRenewed,
    ItemRequestCancelled,
    ItemRequested,
    ItemRequestedResponse,
    ItemRequestUpdated,
    ItemShipped,
    ItemUpdated,
    LookupAgency,
    LookupAgencyResponse,
    LookupItem,
    LookupItemResponse,
    LookupItemSet,
    LookupItemSetResponse,
    LookupRequest,
    LookupRequestResponse,
    LookupUser,
    LookupUserResponse,
    LookupVersion,
    LookupVersionResponse,
    Message,
    Notification,
    RecallItem,
    RecallItemResponse,
    RenewItem,
    RenewItemResponse,
    ReportCirculationStatusChange,
    ReportCirculationStatusChangeResponse,
    RequestItem,
    RequestItemResponse,
    Response,
    SendUserNotice,
    SendUserNoticeResponse,
    UndoCheckOutItem,
    UndoCheckOutItemResponse,
    UpdateAgency,
    UpdateAgencyResponse,
    UpdateCirculationStatus,
    UpdateCirculationStatusResponse,
    UpdateItem,
    UpdateItemResponse,
    UpdateRequestItem,
    UpdateRequestItemResponse,
    UpdateUser,
    UpdateUserResponse,
    UserCreated,
    UserFiscalTransactionCreated,
    UserNoticeSent,
    UserUpdated,
)
from protocols.ncip.problems import ProblemType
from protocols.ncip.repairs import Mode
from protocols.ncip.structures import (
    AccountDetails,
    AgencyAddressInformation,
    AgencyFields,
    Amount,
    AuthenticationInput,
    AuthenticationPrompt,
    BibInformation,
    BibliographicDescription,
    BibliographicId,
    BibliographicItemId,
    BibliographicRecordId,
    BlockOrTrap,
    ChronologyLevelInstance,
    CurrentUser,
    Destination,
    ElectronicAddress,
    ElectronicResource,
    EnumerationLevelInstance,
    FiscalTransactionInformation,
    FiscalTransactionReferenceId,
    HoldingsChronology,
    HoldingsEnumeration,
    HoldingsInformation,
    HoldingsSet,
    InitiationHeader,
    ItemDescription,
    ItemDetails,
    ItemFields,
    ItemId,
    ItemInformation,
    ItemOptionalFields,
    ItemReportedReturned,
    ItemTransaction,
    LoanedItem,
    LoanedItemsCount,
    Location,
    LocationName,
    LocationNameInstance,
    MandatedAction,
    NameInformation,
    NoticeItem,
    OrganizationNameInformation,
    Party,
    Pending,
    PersonalNameInformation,
    PhysicalAddress,
    PhysicalCondition,
    PreviousUserId,
    Problem,
    PromptInput,
    PromptOutput,
    RequestedItem,
    RequestedItemsCount,
    RequestFields,
    RequestId,
    ResponseHeader,
    RoutingInformation,
    ShippingInformation,
    StructuredAddress,
    StructuredHoldingsData,
    StructuredPersonalUserName,
    UnstructuredAddress,
    UserAddressInformation,
    UserFields,
    UserFiscalAccount,
    UserId,
    UserNoticeDetails,
    UserOptionalFields,
    UserPrivilege,
    UserPrivilegeFee,
    UserPrivilegeStatus,
)
from protocols.ncip.values import Element
from protocols.ncip.values import SchemeValuePair as P
from protocols.secret import Secret

DUE = datetime(2027, 1, 31, 23, 59, tzinfo=UTC)
DAY = datetime(2027, 1, 5, 9, 30, tzinfo=timezone(timedelta(hours=1)))
ITEM = ItemId(item_identifier_value="D1")
USER = UserId(user_identifier_value="r1")
REQUEST = RequestId(request_identifier_value="Q1")
HOLD, OF_ITEM = P(schemes.RequestType.HOLD), P(schemes.RequestScopeType.ITEM)
EURO = Amount(currency_code=P("EUR"), monetary_value=150)
FINE = FiscalTransactionInformation(
    fiscal_action_type=P(schemes.FiscalActionType.ASSESS),
    fiscal_transaction_type=P(schemes.FiscalTransactionType.FINE),
    amount=EURO,
)
NAME = NameInformation(
    personal_name_information=PersonalNameInformation(unstructured_personal_user_name="Ann Miller")
)
MAIL = ElectronicAddress(
    electronic_address_type=P(schemes.ElectronicAddressType.MAILTO), electronic_address_data="ann@example.org"
)
SHIPPING = ShippingInformation(electronic_address=MAIL)
WAVES = BibliographicDescription(author="Woolf, Virginia", title="The waves")
OF_ITS_ITEM = ItemOptionalFields(bibliographic_description=WAVES)
OF_ITS_USER = UserOptionalFields(name_information=NAME)
RECORD = BibliographicId(
    bibliographic_record_id=BibliographicRecordId(
        bibliographic_record_identifier="990001",
        bibliographic_record_identifier_code=P(schemes.BibliographicRecordIdentifierCode.OCLC),
    )
)
PIN = AuthenticationInput(
    authentication_input_data=Secret("1234"),
    authentication_data_format_type=P("text/plain"),
    authentication_input_type=P(schemes.AuthenticationInputType.PIN),
)
LIBRARY = OrganizationNameInformation(
    organization_name_type=P("Legal Name"), organization_name="Main Library"
)

# The same in XML, where it is short.
X_ITEM = "<ItemId><ItemIdentifierValue>D1</ItemIdentifierValue></ItemId>"
X_USER = "<UserId><UserIdentifierValue>r1</UserIdentifierValue></UserId>"
X_REQUEST = "<RequestId><RequestIdentifierValue>Q1</RequestIdentifierValue></RequestId>"
X_DUE = "<DateDue>2027-01-31T23:59:00Z</DateDue>"
X_EURO = "<CurrencyCode>EUR</CurrencyCode><MonetaryValue>150</MonetaryValue>"
X_FINE = (
    "<FiscalTransactionInformation><FiscalActionType>Assess</FiscalActionType>"
    f"<FiscalTransactionType>Fine</FiscalTransactionType><Amount>{X_EURO}</Amount>"
    "</FiscalTransactionInformation>"
)
X_NAME = (
    "<NameInformation><PersonalNameInformation>"
    "<UnstructuredPersonalUserName>Ann Miller</UnstructuredPersonalUserName>"
    "</PersonalNameInformation></NameInformation>"
)
X_MAIL = (
    "<ElectronicAddress><ElectronicAddressType>mailto</ElectronicAddressType>"
    "<ElectronicAddressData>ann@example.org</ElectronicAddressData></ElectronicAddress>"
)
X_SHIPPING = f"<ShippingInformation>{X_MAIL}</ShippingInformation>"
X_WAVES = (
    "<BibliographicDescription><Author>Woolf, Virginia</Author><Title>The waves</Title>"
    "</BibliographicDescription>"
)
X_OF_BOTH = (
    f"<ItemOptionalFields>{X_WAVES}</ItemOptionalFields><UserOptionalFields>{X_NAME}</UserOptionalFields>"
)
X_RECORD = (
    "<BibliographicId><BibliographicRecordId>"
    "<BibliographicRecordIdentifier>990001</BibliographicRecordIdentifier>"
    "<BibliographicRecordIdentifierCode>OCLC</BibliographicRecordIdentifierCode>"
    "</BibliographicRecordId></BibliographicId>"
)
X_PIN = (
    "<AuthenticationInput><AuthenticationInputData>1234</AuthenticationInputData>"
    "<AuthenticationDataFormatType>text/plain</AuthenticationDataFormatType>"
    "<AuthenticationInputType>PIN</AuthenticationInputType></AuthenticationInput>"
)
X_LIBRARY = (
    "<OrganizationNameInformation><OrganizationNameType>Legal Name</OrganizationNameType>"
    "<OrganizationName>Main Library</OrganizationName></OrganizationNameInformation>"
)
X_HOLD = "<RequestType>Hold</RequestType>"
X_OF_ITEM = "<RequestScopeType>Item</RequestScopeType>"
X_MANDATED = (
    "<MandatedAction><DateEventOccurred>2027-01-05T09:30:00+01:00</DateEventOccurred></MandatedAction>"
)
MANDATED = MandatedAction(date_event_occurred=DAY)

VERSION_2: list[tuple[Message, str]] = [
    # Alma's and the brokers' nine ------------------------------------------------------------------
    (
        LookupUser(
            authentication_input=(PIN,),
            user_element_type=(P(schemes.UserElementType.NAME_INFORMATION),),
            loaned_items_desired=True,
            requested_items_desired=True,
            user_fiscal_account_desired=True,
        ),
        f"<LookupUser>{X_PIN}<UserElementType>Name Information</UserElementType><LoanedItemsDesired/>"
        "<RequestedItemsDesired/><UserFiscalAccountDesired/></LookupUser>",
    ),
    (
        LookupUserResponse(
            user_id=UserId(
                agency_id=P("MAIN"),
                user_identifier_type=P(schemes.UserIdentifierType.BARCODE),
                user_identifier_value="r1",
            ),
            user_fiscal_account=(
                UserFiscalAccount(
                    account_balance=EURO,
                    account_details=(AccountDetails(accrual_date=DAY, fiscal_transaction_information=FINE),),
                ),
            ),
            loaned_items_count=(
                LoanedItemsCount(
                    circulation_status=P(schemes.CirculationStatus.ON_LOAN), loaned_item_count_value=0
                ),
            ),
            loaned_item=(
                LoanedItem(
                    item_id=ITEM,
                    reminder_level=1,
                    date_due=DUE,
                    amount=EURO,
                    title="The waves",
                    medium_type=P(schemes.MediumType.BOOK),
                ),
            ),
            requested_items_count=(RequestedItemsCount(request_type=HOLD, requested_item_count_value=1),),
            requested_item=(
                RequestedItem(
                    request_id=REQUEST,
                    item_id=ITEM,
                    request_type=HOLD,
                    request_status_type=P(schemes.RequestStatusType.IN_PROCESS),
                    date_placed=DAY,
                    pickup_location=P("MAIN"),
                    hold_queue_position=2,
                ),
            ),
            user_optional_fields=UserOptionalFields(
                name_information=NameInformation(
                    personal_name_information=PersonalNameInformation(
                        structured_personal_user_name=StructuredPersonalUserName(
                            prefix="Dr", given_name="Ann", initials="B", surname="Miller", suffix="Jr"
                        )
                    )
                ),
                user_address_information=(
                    UserAddressInformation(
                        user_address_role_type=P(schemes.UserAddressRoleType.HOME),
                        valid_to_date=DUE,
                        physical_address=PhysicalAddress(
                            structured_address=StructuredAddress(
                                street="Street 1", locality="Town", postal_code="12345"
                            ),
                            physical_address_type=P(schemes.PhysicalAddressType.POSTAL_ADDRESS),
                        ),
                    ),
                    UserAddressInformation(
                        user_address_role_type=P(schemes.UserAddressRoleType.NOTICE), electronic_address=MAIL
                    ),
                ),
                date_of_birth=datetime(1990, 1, 2),
                user_language=(P("eng"),),
                user_privilege=(
                    UserPrivilege(
                        agency_id=P("MAIN"),
                        agency_user_privilege_type=P("STAFF"),
                        user_privilege_fee=UserPrivilegeFee(
                            amount=EURO, payment_method_type=P(schemes.PaymentMethodType.CASH)
                        ),
                        user_privilege_status=UserPrivilegeStatus(
                            user_privilege_status_type=P("ACTIVE"), date_of_user_privilege_status=DAY
                        ),
                        user_privilege_description="all of it",
                    ),
                ),
                block_or_trap=(
                    BlockOrTrap(
                        agency_id=P("MAIN"), block_or_trap_type=P(schemes.BlockOrTrapType.BLOCK_CHECK_OUT)
                    ),
                ),
                user_id=(USER,),
                previous_user_id=(PreviousUserId(agency_id=P("MAIN"), user_identifier_value="old"),),
            ),
        ),
        "<LookupUserResponse><UserId><AgencyId>MAIN</AgencyId>"
        "<UserIdentifierType>Barcode</UserIdentifierType><UserIdentifierValue>r1</UserIdentifierValue></UserId>"
        f"<UserFiscalAccount><AccountBalance>{X_EURO}</AccountBalance><AccountDetails>"
        f"<AccrualDate>2027-01-05T09:30:00+01:00</AccrualDate>{X_FINE}</AccountDetails></UserFiscalAccount>"
        "<LoanedItemsCount><CirculationStatus>On Loan</CirculationStatus>"
        "<LoanedItemCountValue>0</LoanedItemCountValue></LoanedItemsCount>"
        f"<LoanedItem>{X_ITEM}<ReminderLevel>1</ReminderLevel>{X_DUE}<Amount>{X_EURO}</Amount>"
        "<Title>The waves</Title><MediumType>Book</MediumType></LoanedItem>"
        f"<RequestedItemsCount>{X_HOLD}<RequestedItemCountValue>1</RequestedItemCountValue>"
        f"</RequestedItemsCount><RequestedItem>{X_REQUEST}{X_ITEM}{X_HOLD}"
        "<RequestStatusType>In Process</RequestStatusType><DatePlaced>2027-01-05T09:30:00+01:00</DatePlaced>"
        "<PickupLocation>MAIN</PickupLocation><HoldQueuePosition>2</HoldQueuePosition></RequestedItem>"
        "<UserOptionalFields><NameInformation><PersonalNameInformation><StructuredPersonalUserName>"
        "<Prefix>Dr</Prefix><GivenName>Ann</GivenName><Initials>B</Initials><Surname>Miller</Surname>"
        "<Suffix>Jr</Suffix></StructuredPersonalUserName></PersonalNameInformation></NameInformation>"
        "<UserAddressInformation><UserAddressRoleType>Home</UserAddressRoleType>"
        "<ValidToDate>2027-01-31T23:59:00Z</ValidToDate><PhysicalAddress><StructuredAddress>"
        "<Street>Street 1</Street><Locality>Town</Locality><PostalCode>12345</PostalCode></StructuredAddress>"
        "<PhysicalAddressType>Postal Address</PhysicalAddressType></PhysicalAddress></UserAddressInformation>"
        "<UserAddressInformation><UserAddressRoleType>Notice</UserAddressRoleType>"
        f"{X_MAIL}</UserAddressInformation><DateOfBirth>1990-01-02T00:00:00</DateOfBirth>"
        "<UserLanguage>eng</UserLanguage><UserPrivilege><AgencyId>MAIN</AgencyId>"
        f"<AgencyUserPrivilegeType>STAFF</AgencyUserPrivilegeType><UserPrivilegeFee><Amount>{X_EURO}</Amount>"
        "<PaymentMethodType>Cash</PaymentMethodType></UserPrivilegeFee><UserPrivilegeStatus>"
        "<UserPrivilegeStatusType>ACTIVE</UserPrivilegeStatusType>"
        "<DateOfUserPrivilegeStatus>2027-01-05T09:30:00+01:00</DateOfUserPrivilegeStatus>"
        "</UserPrivilegeStatus><UserPrivilegeDescription>all of it</UserPrivilegeDescription></UserPrivilege>"
        "<BlockOrTrap><AgencyId>MAIN</AgencyId><BlockOrTrapType>Block Check Out</BlockOrTrapType>"
        f"</BlockOrTrap>{X_USER}<PreviousUserId><AgencyId>MAIN</AgencyId>"
        "<UserIdentifierValue>old</UserIdentifierValue></PreviousUserId></UserOptionalFields>"
        "</LookupUserResponse>",
    ),
    (
        AcceptItem(
            mandated_action=MANDATED,
            request_id=RequestId(agency_id=P("MAIN"), request_identifier_value="ILL-5512"),
            requested_action_type=P(schemes.RequestedActionType.HOLD_FOR_PICKUP_AND_NOTIFY),
            user_id=USER,
            item_id=ITEM,
            date_for_return=DUE,
            renewal_not_permitted=True,
            fiscal_transaction_information=FINE,
            pickup_location=P("MAIN", "urn:desks"),
            pickup_expiry_date=DAY,
            item_optional_fields=OF_ITS_ITEM,
            user_optional_fields=OF_ITS_USER,
        ),
        f"<AcceptItem>{X_MANDATED}<RequestId><AgencyId>MAIN</AgencyId>"
        "<RequestIdentifierValue>ILL-5512</RequestIdentifierValue></RequestId>"
        "<RequestedActionType>Hold For Pickup And Notify</RequestedActionType>"
        f"{X_USER}{X_ITEM}<DateForReturn>2027-01-31T23:59:00Z</DateForReturn><RenewalNotPermitted/>"
        f'{X_FINE}{X_OF_BOTH}<PickupLocation Scheme="urn:desks">MAIN</PickupLocation>'
        "<PickupExpiryDate>2027-01-05T09:30:00+01:00</PickupExpiryDate></AcceptItem>",
    ),
    (
        AcceptItemResponse(request_id=REQUEST, item_id=ITEM),
        f"<AcceptItemResponse>{X_REQUEST}{X_ITEM}</AcceptItemResponse>",
    ),
    (
        CheckOutItem(
            mandated_action=MANDATED,
            user_id=USER,
            item_id=ITEM,
            request_id=REQUEST,
            acknowledged_fee_amount=EURO,
            acknowledged_item_use_restriction_type=(P(schemes.ItemUseRestrictionType.NO_REPRODUCTION),),
            shipping_information=SHIPPING,
            resource_desired=True,
            desired_date_due=DUE,
            item_element_type=(P(schemes.ItemElementType.LOCATION),),
            user_element_type=(P(schemes.UserElementType.USER_ID),),
        ),
        f"<CheckOutItem>{X_MANDATED}{X_USER}{X_ITEM}{X_REQUEST}"
        f"<AcknowledgedFeeAmount>{X_EURO}</AcknowledgedFeeAmount>"
        "<AcknowledgedItemUseRestrictionType>No Reproduction</AcknowledgedItemUseRestrictionType>"
        f"{X_SHIPPING}<ResourceDesired/><DesiredDateDue>2027-01-31T23:59:00Z</DesiredDateDue>"
        "<ItemElementType>Location</ItemElementType><UserElementType>User Id</UserElementType>"
        "</CheckOutItem>",
    ),
    (
        CheckOutItemResponse(
            item_id=ITEM,
            user_id=USER,
            date_due=DUE,
            renewal_count=0,
            electronic_resource=ElectronicResource(reference_to_resource="https://example.org/1"),
            fiscal_transaction_information=FINE,
            item_optional_fields=OF_ITS_ITEM,
            user_optional_fields=OF_ITS_USER,
        ),
        f"<CheckOutItemResponse>{X_ITEM}{X_USER}{X_DUE}<RenewalCount>0</RenewalCount><ElectronicResource>"
        "<ReferenceToResource>https://example.org/1</ReferenceToResource></ElectronicResource>"
        f"{X_FINE}{X_OF_BOTH}</CheckOutItemResponse>",
    ),
    (
        CheckOutItemResponse(
            problem=(
                Problem(
                    problem_type=P(ProblemType.MAXIMUM_CHECK_OUTS_EXCEEDED),
                    problem_detail="ten are out",
                    problem_element="//CheckOutItem/UserId/UserIdentifierValue",
                    problem_value="r1",
                ),
            ),
            required_fee_amount=EURO,
            required_item_use_restriction_type=(P(schemes.ItemUseRestrictionType.TERM_LOAN),),
        ),
        "<CheckOutItemResponse><Problem><ProblemType>Maximum Check Outs Exceeded</ProblemType>"
        "<ProblemDetail>ten are out</ProblemDetail>"
        "<ProblemElement>//CheckOutItem/UserId/UserIdentifierValue</ProblemElement>"
        f"<ProblemValue>r1</ProblemValue></Problem><RequiredFeeAmount>{X_EURO}</RequiredFeeAmount>"
        "<RequiredItemUseRestrictionType>Term Loan</RequiredItemUseRestrictionType></CheckOutItemResponse>",
    ),
    (
        CheckInItem(
            mandated_action=MANDATED,
            item_id=ItemId(
                agency_id=P("MAIN", "urn:agencies"),
                item_identifier_type=P(schemes.ItemIdentifierType.BARCODE),
                item_identifier_value="D1",
            ),
            item_element_type=(P(schemes.ItemElementType.BIBLIOGRAPHIC_DESCRIPTION),),
        ),
        f'<CheckInItem>{X_MANDATED}<ItemId><AgencyId Scheme="urn:agencies">MAIN</AgencyId>'
        "<ItemIdentifierType>Barcode</ItemIdentifierType><ItemIdentifierValue>D1</ItemIdentifierValue>"
        "</ItemId><ItemElementType>Bibliographic Description</ItemElementType></CheckInItem>",
    ),
    (
        CheckInItemResponse(
            item_id=ITEM,
            user_id=USER,
            routing_information=RoutingInformation(
                routing_instructions="to the shelf",
                destination=Destination(bin_number="7"),
                request_type=HOLD,
                user_id=USER,
                name_information=NAME,
            ),
            fiscal_transaction_information=FINE,
            item_optional_fields=OF_ITS_ITEM,
            user_optional_fields=OF_ITS_USER,
        ),
        f"<CheckInItemResponse>{X_ITEM}{X_USER}<RoutingInformation>"
        "<RoutingInstructions>to the shelf</RoutingInstructions><Destination><BinNumber>7</BinNumber>"
        f"</Destination>{X_HOLD}{X_USER}{X_NAME}</RoutingInformation>{X_FINE}{X_OF_BOTH}"
        "</CheckInItemResponse>",
    ),
    (
        RequestItem(
            user_id=USER,
            bibliographic_id=(RECORD,),
            request_id=REQUEST,
            request_type=HOLD,
            request_scope_type=P(schemes.RequestScopeType.BIBLIOGRAPHIC_ITEM),
            item_optional_fields=ItemOptionalFields(bibliographic_description=WAVES),
            shipping_information=SHIPPING,
            earliest_date_needed=DAY,
            need_before_date=DUE,
            pickup_location=P("MAIN"),
            pickup_expiry_date=DUE,
        ),
        f"<RequestItem>{X_USER}{X_RECORD}{X_REQUEST}{X_HOLD}"
        f"<RequestScopeType>Bibliographic Item</RequestScopeType><ItemOptionalFields>{X_WAVES}"
        f"</ItemOptionalFields>{X_SHIPPING}<EarliestDateNeeded>2027-01-05T09:30:00+01:00</EarliestDateNeeded>"
        "<NeedBeforeDate>2027-01-31T23:59:00Z</NeedBeforeDate><PickupLocation>MAIN</PickupLocation>"
        "<PickupExpiryDate>2027-01-31T23:59:00Z</PickupExpiryDate></RequestItem>",
    ),
    (
        RequestItemResponse(
            request_id=REQUEST,
            item_id=ITEM,
            user_id=USER,
            request_type=HOLD,
            request_scope_type=OF_ITEM,
            date_available=DAY,
            hold_pickup_date=DUE,
        ),
        f"<RequestItemResponse>{X_REQUEST}{X_ITEM}{X_USER}{X_HOLD}{X_OF_ITEM}"
        "<DateAvailable>2027-01-05T09:30:00+01:00</DateAvailable>"
        "<HoldPickupDate>2027-01-31T23:59:00Z</HoldPickupDate></RequestItemResponse>",
    ),
    (
        CancelRequestItem(user_id=USER, request_id=REQUEST, request_type=HOLD),
        f"<CancelRequestItem>{X_USER}{X_REQUEST}{X_HOLD}</CancelRequestItem>",
    ),
    (
        CancelRequestItemResponse(item_id=ITEM, user_id=USER, fiscal_transaction_information=FINE),
        f"<CancelRequestItemResponse>{X_ITEM}{X_USER}{X_FINE}</CancelRequestItemResponse>",
    ),
    (
        RenewItem(user_id=USER, item_id=ITEM, desired_date_due=DUE, desired_date_for_return=DUE),
        f"<RenewItem>{X_USER}{X_ITEM}<DesiredDateDue>2027-01-31T23:59:00Z</DesiredDateDue>"
        "<DesiredDateForReturn>2027-01-31T23:59:00Z</DesiredDateForReturn></RenewItem>",
    ),
    (
        RenewItemResponse(item_id=ITEM, date_due=DUE, renewal_count=2),
        f"<RenewItemResponse>{X_ITEM}{X_DUE}<RenewalCount>2</RenewalCount></RenewItemResponse>",
    ),
    (
        RenewItemResponse(pending=Pending(date_of_expected_reply=DAY)),
        "<RenewItemResponse><Pending><DateOfExpectedReply>2027-01-05T09:30:00+01:00</DateOfExpectedReply>"
        "</Pending></RenewItemResponse>",
    ),
    (RenewItemResponse(pending=Pending()), "<RenewItemResponse><Pending></Pending></RenewItemResponse>"),
    (
        RecallItem(item_id=ITEM, desired_date_due=DUE),
        f"<RecallItem>{X_ITEM}<DesiredDateDue>2027-01-31T23:59:00Z</DesiredDateDue></RecallItem>",
    ),
    (
        RecallItemResponse(item_id=ITEM, user_id=USER, date_due=DUE),
        f"<RecallItemResponse>{X_ITEM}{X_USER}{X_DUE}</RecallItemResponse>",
    ),
    (
        LookupItem(
            item_id=ITEM,
            item_element_type=(P(schemes.ItemElementType.CIRCULATION_STATUS),),
            current_borrower_desired=True,
            current_requesters_desired=True,
        ),
        f"<LookupItem>{X_ITEM}<ItemElementType>Circulation Status</ItemElementType><CurrentBorrowerDesired/>"
        "<CurrentRequestersDesired/></LookupItem>",
    ),
    (
        LookupItemResponse(
            item_id=ITEM,
            date_recalled=DAY,
            item_transaction=ItemTransaction(
                current_borrower=CurrentUser(user_id=USER), current_requester=(CurrentUser(user_id=USER),)
            ),
            item_optional_fields=ItemOptionalFields(
                bibliographic_description=BibliographicDescription(
                    bibliographic_item_id=BibliographicItemId(
                        bibliographic_item_identifier="0156949601",
                        bibliographic_item_identifier_code=P(schemes.BibliographicItemIdentifierCode.ISBN),
                    ),
                    title="The waves",
                    language=P("eng"),
                    medium_type=P(schemes.MediumType.BOOK),
                ),
                item_use_restriction_type=(P(schemes.ItemUseRestrictionType.IN_LIBRARY_USE_ONLY),),
                circulation_status=P(schemes.CirculationStatus.ON_LOAN),
                hold_queue_length=0,
                item_description=ItemDescription(
                    call_number="PR 6045",
                    copy_number="2",
                    holdings_information=HoldingsInformation(
                        structured_holdings_data=(
                            StructuredHoldingsData(
                                holdings_enumeration=HoldingsEnumeration(
                                    enumeration_level_instance=(
                                        EnumerationLevelInstance(
                                            enumeration_level=1,
                                            enumeration_caption="v.",
                                            enumeration_value="3",
                                        ),
                                    )
                                ),
                                holdings_chronology=HoldingsChronology(
                                    chronology_level_instance=(
                                        ChronologyLevelInstance(
                                            chronology_caption="year", chronology_value="1931"
                                        ),
                                    )
                                ),
                            ),
                        )
                    ),
                    number_of_pieces=1,
                ),
                location=(
                    Location(
                        location_type=P(schemes.LocationType.PERMANENT_LOCATION),
                        location_name=LocationName(
                            location_name_instance=(
                                LocationNameInstance(location_name_level=1, location_name_value="MAIN"),
                            )
                        ),
                    ),
                ),
                physical_condition=PhysicalCondition(
                    physical_condition_type=P("Worn"), physical_condition_details="spine"
                ),
                security_marker=P("Tattle tape"),
                sensitization_flag=True,
            ),
        ),
        f"<LookupItemResponse>{X_ITEM}<DateRecalled>2027-01-05T09:30:00+01:00</DateRecalled><ItemTransaction>"
        f"<CurrentBorrower>{X_USER}</CurrentBorrower><CurrentRequester>{X_USER}</CurrentRequester>"
        "</ItemTransaction><ItemOptionalFields><BibliographicDescription><BibliographicItemId>"
        "<BibliographicItemIdentifier>0156949601</BibliographicItemIdentifier>"
        "<BibliographicItemIdentifierCode>ISBN</BibliographicItemIdentifierCode></BibliographicItemId>"
        "<Title>The waves</Title><Language>eng</Language><MediumType>Book</MediumType>"
        "</BibliographicDescription><ItemUseRestrictionType>In Library Use Only</ItemUseRestrictionType>"
        "<CirculationStatus>On Loan</CirculationStatus><HoldQueueLength>0</HoldQueueLength><ItemDescription>"
        "<CallNumber>PR 6045</CallNumber><CopyNumber>2</CopyNumber><HoldingsInformation>"
        "<StructuredHoldingsData><HoldingsEnumeration><EnumerationLevelInstance>"
        "<EnumerationLevel>1</EnumerationLevel><EnumerationCaption>v.</EnumerationCaption>"
        "<EnumerationValue>3</EnumerationValue></EnumerationLevelInstance></HoldingsEnumeration>"
        "<HoldingsChronology><ChronologyLevelInstance><ChronologyCaption>year</ChronologyCaption>"
        "<ChronologyValue>1931</ChronologyValue></ChronologyLevelInstance></HoldingsChronology>"
        "</StructuredHoldingsData></HoldingsInformation><NumberOfPieces>1</NumberOfPieces></ItemDescription>"
        "<Location><LocationType>Permanent Location</LocationType><LocationName><LocationNameInstance>"
        "<LocationNameLevel>1</LocationNameLevel><LocationNameValue>MAIN</LocationNameValue>"
        "</LocationNameInstance></LocationName></Location><PhysicalCondition>"
        "<PhysicalConditionType>Worn</PhysicalConditionType>"
        "<PhysicalConditionDetails>spine</PhysicalConditionDetails></PhysicalCondition>"
        "<SecurityMarker>Tattle tape</SecurityMarker><SensitizationFlag/></ItemOptionalFields>"
        "</LookupItemResponse>",
    ),
    # The others ------------------------------------------------------------------------------------
    (
        LookupRequest(
            user_id=USER,
            item_id=ITEM,
            request_type=HOLD,
            request_element_type=(P(schemes.RequestElementType.PICKUP_LOCATION),),
        ),
        f"<LookupRequest>{X_USER}{X_ITEM}{X_HOLD}<RequestElementType>Pickup Location</RequestElementType>"
        "</LookupRequest>",
    ),
    (
        LookupRequestResponse(
            request_id=REQUEST,
            user_id=USER,
            request_status_type=P(schemes.RequestStatusType.AVAILABLE_FOR_PICKUP),
            hold_queue_position=1,
            pickup_date=DAY,
            paid_fee_amount=EURO,
        ),
        f"<LookupRequestResponse>{X_REQUEST}{X_USER}"
        "<RequestStatusType>Available For Pickup</RequestStatusType><HoldQueuePosition>1</HoldQueuePosition>"
        f"<PickupDate>2027-01-05T09:30:00+01:00</PickupDate><PaidFeeAmount>{X_EURO}</PaidFeeAmount>"
        "</LookupRequestResponse>",
    ),
    (
        LookupAgency(
            agency_id=P("MAIN"),
            agency_element_type=(P(schemes.AgencyElementType.ORGANIZATION_NAME_INFORMATION),),
        ),
        "<LookupAgency><AgencyId>MAIN</AgencyId>"
        "<AgencyElementType>Organization Name Information</AgencyElementType></LookupAgency>",
    ),
    (
        LookupAgencyResponse(
            agency_id=P("MAIN"),
            organization_name_information=(LIBRARY,),
            agency_address_information=(
                AgencyAddressInformation(
                    agency_address_role_type=P(schemes.AgencyAddressRoleType.OFFICIAL),
                    physical_address=PhysicalAddress(
                        unstructured_address=UnstructuredAddress(
                            unstructured_address_type=P(
                                schemes.UnstructuredAddressType.NEWLINE_DELIMITED_TEXT
                            ),
                            unstructured_address_data="Street 1\nTown",
                        ),
                        physical_address_type=P(schemes.PhysicalAddressType.STREET_ADDRESS),
                    ),
                ),
            ),
            authentication_prompt=(
                AuthenticationPrompt(
                    prompt_output=PromptOutput(
                        authentication_prompt_data="Your PIN", authentication_prompt_type=P("Text")
                    ),
                    prompt_input=PromptInput(
                        authentication_input_type=P(schemes.AuthenticationInputType.PIN),
                        authentication_data_format_type=P("text/plain"),
                        sensitive_data_flag=True,
                    ),
                ),
            ),
            application_profile_supported_type=(P("DEPOT"),),
            consortium_agreement=(P("North"),),
            agency_user_privilege_type=(P("STAFF"),),
        ),
        f"<LookupAgencyResponse><AgencyId>MAIN</AgencyId>{X_LIBRARY}<AgencyAddressInformation>"
        "<AgencyAddressRoleType>Official</AgencyAddressRoleType><PhysicalAddress><UnstructuredAddress>"
        "<UnstructuredAddressType>Newline-Delimited Text</UnstructuredAddressType>"
        "<UnstructuredAddressData>Street 1\nTown</UnstructuredAddressData></UnstructuredAddress>"
        "<PhysicalAddressType>Street Address</PhysicalAddressType></PhysicalAddress>"
        "</AgencyAddressInformation><AuthenticationPrompt><PromptOutput>"
        "<AuthenticationPromptData>Your PIN</AuthenticationPromptData>"
        "<AuthenticationPromptType>Text</AuthenticationPromptType></PromptOutput><PromptInput>"
        "<AuthenticationInputType>PIN</AuthenticationInputType>"
        "<AuthenticationDataFormatType>text/plain</AuthenticationDataFormatType><SensitiveDataFlag/>"
        "</PromptInput></AuthenticationPrompt>"
        "<ApplicationProfileSupportedType>DEPOT</ApplicationProfileSupportedType>"
        "<ConsortiumAgreement>North</ConsortiumAgreement>"
        "<AgencyUserPrivilegeType>STAFF</AgencyUserPrivilegeType></LookupAgencyResponse>",
    ),
    (
        LookupItemSet(bibliographic_id=(RECORD, RECORD), maximum_items_count=20, next_item_token="t1"),
        f"<LookupItemSet>{X_RECORD}{X_RECORD}<MaximumItemsCount>20</MaximumItemsCount>"
        "<NextItemToken>t1</NextItemToken></LookupItemSet>",
    ),
    (
        LookupItemSetResponse(
            bib_information=(
                BibInformation(
                    bibliographic_id=RECORD,
                    bibliographic_description=WAVES,
                    title_hold_queue_length=0,
                    holdings_set=(
                        HoldingsSet(
                            holdings_set_id="h1",
                            call_number="PR 6045",
                            summary_holdings_information=HoldingsInformation(
                                unstructured_holdings_data="v.1-3"
                            ),
                            item_information=(
                                ItemInformation(
                                    item_id=ITEM,
                                    date_due=DUE,
                                    item_optional_fields=ItemOptionalFields(date_due=DUE),
                                    item_note="fragile",
                                ),
                                ItemInformation(
                                    item_id=ITEM,
                                    problem=(Problem(problem_type=P(ProblemType.UNKNOWN_ITEM)),),
                                ),
                            ),
                        ),
                    ),
                ),
                BibInformation(problem=(Problem(problem_type=P("Unknown Title")),)),
            ),
            next_item_token="t2",
        ),
        f"<LookupItemSetResponse><BibInformation>{X_RECORD}{X_WAVES}"
        "<TitleHoldQueueLength>0</TitleHoldQueueLength><HoldingsSet><HoldingsSetId>h1</HoldingsSetId>"
        "<CallNumber>PR 6045</CallNumber><SummaryHoldingsInformation>"
        "<UnstructuredHoldingsData>v.1-3</UnstructuredHoldingsData></SummaryHoldingsInformation>"
        f"<ItemInformation>{X_ITEM}{X_DUE}<ItemOptionalFields>{X_DUE}</ItemOptionalFields>"
        f"<ItemNote>fragile</ItemNote></ItemInformation><ItemInformation>{X_ITEM}"
        "<Problem><ProblemType>Unknown Item</ProblemType></Problem></ItemInformation></HoldingsSet>"
        "</BibInformation><BibInformation><Problem><ProblemType>Unknown Title</ProblemType></Problem>"
        "</BibInformation><NextItemToken>t2</NextItemToken></LookupItemSetResponse>",
    ),
    (
        LookupVersion(from_agency_id=Party(agency_id=P("A")), to_agency_id=Party(agency_id=P("B"))),
        "<LookupVersion><FromAgencyId><AgencyId>A</AgencyId></FromAgencyId><ToAgencyId>"
        "<AgencyId>B</AgencyId></ToAgencyId></LookupVersion>",
    ),
    (
        LookupVersionResponse(
            from_agency_id=Party(agency_id=P("B")),
            to_agency_id=Party(agency_id=P("A")),
            version_supported=(URIS[Version.V2_0], URIS[Version.V2_02]),
        ),
        "<LookupVersionResponse><FromAgencyId><AgencyId>B</AgencyId></FromAgencyId><ToAgencyId>"
        f"<AgencyId>A</AgencyId></ToAgencyId><VersionSupported>{URIS[Version.V2_0]}</VersionSupported>"
        f"<VersionSupported>{URIS[Version.V2_02]}</VersionSupported></LookupVersionResponse>",
    ),
    (
        UndoCheckOutItem(item_id=ITEM, user_id=USER, request_id=REQUEST),
        f"<UndoCheckOutItem>{X_ITEM}{X_USER}{X_REQUEST}</UndoCheckOutItem>",
    ),
    (
        UndoCheckOutItemResponse(item_id=ITEM, fiscal_transaction_information=FINE),
        f"<UndoCheckOutItemResponse>{X_ITEM}{X_FINE}</UndoCheckOutItemResponse>",
    ),
    (CancelRecallItem(item_id=ITEM), f"<CancelRecallItem>{X_ITEM}</CancelRecallItem>"),
    (
        CancelRecallItemResponse(item_id=ITEM, user_id=USER),
        f"<CancelRecallItemResponse>{X_ITEM}{X_USER}</CancelRecallItemResponse>",
    ),
    (
        UpdateRequestItem(
            request_id=REQUEST,
            delete_request_fields=RequestFields(pickup_location=P("MAIN")),
            add_request_fields=RequestFields(pickup_location=P("EAST"), need_before_date=DUE),
        ),
        f"<UpdateRequestItem>{X_REQUEST}<DeleteRequestFields><PickupLocation>MAIN</PickupLocation>"
        "</DeleteRequestFields><AddRequestFields><NeedBeforeDate>2027-01-31T23:59:00Z</NeedBeforeDate>"
        "<PickupLocation>EAST</PickupLocation></AddRequestFields></UpdateRequestItem>",
    ),
    (
        UpdateRequestItemResponse(item_id=ITEM, user_id=USER, request_type=HOLD, request_scope_type=OF_ITEM),
        f"<UpdateRequestItemResponse>{X_ITEM}{X_USER}{X_HOLD}{X_OF_ITEM}</UpdateRequestItemResponse>",
    ),
    (
        CreateItem(
            request_id=REQUEST,
            bibliographic_description=WAVES,
            circulation_status=P(schemes.CirculationStatus.ON_ORDER),
        ),
        f"<CreateItem>{X_REQUEST}{X_WAVES}<CirculationStatus>On Order</CirculationStatus></CreateItem>",
    ),
    (CreateItemResponse(item_id=ITEM), f"<CreateItemResponse>{X_ITEM}</CreateItemResponse>"),
    (
        UpdateItem(
            item_id=ITEM,
            delete_item_fields=ItemFields(security_marker=P("old")),
            add_item_fields=ItemFields(bibliographic_description=WAVES),
        ),
        f"<UpdateItem>{X_ITEM}<DeleteItemFields><SecurityMarker>old</SecurityMarker></DeleteItemFields>"
        f"<AddItemFields>{X_WAVES}</AddItemFields></UpdateItem>",
    ),
    (UpdateItemResponse(item_id=ITEM), f"<UpdateItemResponse>{X_ITEM}</UpdateItemResponse>"),
    (
        DeleteItem(mandated_action=MANDATED, item_id=ITEM),
        f"<DeleteItem>{X_MANDATED}{X_ITEM}</DeleteItem>",
    ),
    (DeleteItemResponse(item_id=ITEM), f"<DeleteItemResponse>{X_ITEM}</DeleteItemResponse>"),
    (
        UpdateCirculationStatus(item_id=ITEM, circulation_status=P(schemes.CirculationStatus.MISSING)),
        f"<UpdateCirculationStatus>{X_ITEM}<CirculationStatus>Missing</CirculationStatus>"
        "</UpdateCirculationStatus>",
    ),
    (
        UpdateCirculationStatusResponse(item_id=ITEM),
        f"<UpdateCirculationStatusResponse>{X_ITEM}</UpdateCirculationStatusResponse>",
    ),
    (
        ReportCirculationStatusChange(
            item_id=ITEM,
            user_id=USER,
            item_reported_returned=ItemReportedReturned(date_reported_returned=DAY),
        ),
        f"<ReportCirculationStatusChange>{X_ITEM}{X_USER}<ItemReportedReturned>"
        "<DateReportedReturned>2027-01-05T09:30:00+01:00</DateReportedReturned></ItemReportedReturned>"
        "</ReportCirculationStatusChange>",
    ),
    (
        ReportCirculationStatusChangeResponse(
            item_id=ITEM, user_id=USER, item_optional_fields=OF_ITS_ITEM, user_optional_fields=OF_ITS_USER
        ),
        f"<ReportCirculationStatusChangeResponse>{X_ITEM}{X_USER}{X_OF_BOTH}"
        "</ReportCirculationStatusChangeResponse>",
    ),
    (
        CreateUser(user_id=USER, name_information=NAME, user_language=(P("eng"), P("ger"))),
        f"<CreateUser>{X_USER}{X_NAME}<UserLanguage>eng</UserLanguage><UserLanguage>ger</UserLanguage>"
        "</CreateUser>",
    ),
    (CreateUserResponse(user_id=USER), f"<CreateUserResponse>{X_USER}</CreateUserResponse>"),
    (
        UpdateUser(
            user_id=USER,
            delete_user_fields=UserFields(user_language=(P("eng"),)),
            add_user_fields=UserFields(authentication_input=(PIN,), name_information=NAME),
        ),
        f"<UpdateUser>{X_USER}<DeleteUserFields><UserLanguage>eng</UserLanguage></DeleteUserFields>"
        f"<AddUserFields>{X_PIN}{X_NAME}</AddUserFields></UpdateUser>",
    ),
    (UpdateUserResponse(user_id=USER), f"<UpdateUserResponse>{X_USER}</UpdateUserResponse>"),
    (DeleteUser(authentication_input=(PIN, PIN)), f"<DeleteUser>{X_PIN}{X_PIN}</DeleteUser>"),
    (DeleteUserResponse(user_id=USER), f"<DeleteUserResponse>{X_USER}</DeleteUserResponse>"),
    (
        CreateUserFiscalTransaction(user_id=USER, fiscal_transaction_information=FINE),
        f"<CreateUserFiscalTransaction>{X_USER}{X_FINE}</CreateUserFiscalTransaction>",
    ),
    (
        CreateUserFiscalTransactionResponse(
            user_id=USER,
            fiscal_transaction_reference_id=FiscalTransactionReferenceId(
                agency_id=P("MAIN"), fiscal_transaction_identifier_value="F1"
            ),
        ),
        f"<CreateUserFiscalTransactionResponse>{X_USER}<FiscalTransactionReferenceId>"
        "<AgencyId>MAIN</AgencyId><FiscalTransactionIdentifierValue>F1</FiscalTransactionIdentifierValue>"
        "</FiscalTransactionReferenceId></CreateUserFiscalTransactionResponse>",
    ),
    (
        SendUserNotice(
            user_id=USER,
            date_to_send=DAY,
            user_notice_details=UserNoticeDetails(
                notice_type=P("Overdue"),
                notice_content="please",
                notice_item=(
                    NoticeItem(
                        item_details=ItemDetails(
                            item_id=ITEM,
                            bibliographic_description=WAVES,
                            date_renewed=(DAY, DUE),
                            indeterminate_loan_period_flag=True,
                        ),
                        amount=EURO,
                    ),
                ),
            ),
        ),
        f"<SendUserNotice>{X_USER}<DateToSend>2027-01-05T09:30:00+01:00</DateToSend><UserNoticeDetails>"
        "<NoticeType>Overdue</NoticeType><NoticeContent>please</NoticeContent><NoticeItem><ItemDetails>"
        f"{X_ITEM}{X_WAVES}<DateRenewed>2027-01-05T09:30:00+01:00</DateRenewed>"
        "<DateRenewed>2027-01-31T23:59:00Z</DateRenewed><IndeterminateLoanPeriodFlag/></ItemDetails>"
        f"<Amount>{X_EURO}</Amount></NoticeItem></UserNoticeDetails></SendUserNotice>",
    ),
    (
        SendUserNoticeResponse(user_id=USER, date_will_send=DAY),
        f"<SendUserNoticeResponse>{X_USER}<DateWillSend>2027-01-05T09:30:00+01:00</DateWillSend>"
        "</SendUserNoticeResponse>",
    ),
    (
        CreateAgency(agency_id=P("NEW"), organization_name_information=(LIBRARY,)),
        f"<CreateAgency><AgencyId>NEW</AgencyId>{X_LIBRARY}</CreateAgency>",
    ),
    (
        CreateAgencyResponse(agency_id=P("NEW")),
        "<CreateAgencyResponse><AgencyId>NEW</AgencyId></CreateAgencyResponse>",
    ),
    (
        UpdateAgency(agency_id=P("MAIN"), add_agency_fields=AgencyFields(consortium_agreement=(P("North"),))),
        "<UpdateAgency><AgencyId>MAIN</AgencyId><AddAgencyFields>"
        "<ConsortiumAgreement>North</ConsortiumAgreement></AddAgencyFields></UpdateAgency>",
    ),
    (
        UpdateAgencyResponse(agency_id=P("MAIN")),
        "<UpdateAgencyResponse><AgencyId>MAIN</AgencyId></UpdateAgencyResponse>",
    ),
    # Notifications ---------------------------------------------------------------------------------
    (
        AgencyCreated(agency_id=P("NEW"), organization_name_information=(LIBRARY,)),
        f"<AgencyCreated><AgencyId>NEW</AgencyId>{X_LIBRARY}</AgencyCreated>",
    ),
    (
        AgencyUpdated(agency_id=P("MAIN"), delete_agency_fields=AgencyFields()),
        "<AgencyUpdated><AgencyId>MAIN</AgencyId><DeleteAgencyFields></DeleteAgencyFields></AgencyUpdated>",
    ),
    (
        CirculationStatusChangeReported(item_id=ITEM, user_id=USER, item_reported_lost=True),
        f"<CirculationStatusChangeReported>{X_ITEM}{X_USER}<ItemReportedLost/>"
        "</CirculationStatusChangeReported>",
    ),
    (
        CirculationStatusUpdated(
            item_id=ITEM, circulation_status=P(schemes.CirculationStatus.RENEW_STILL_PENDING)
        ),
        f"<CirculationStatusUpdated>{X_ITEM}<CirculationStatus>Renew Still Pending</CirculationStatus>"
        "</CirculationStatusUpdated>",
    ),
    (
        ItemCheckedIn(user_id=USER, item_id=ITEM),
        f"<ItemCheckedIn>{X_USER}{X_ITEM}</ItemCheckedIn>",
    ),
    (
        ItemCheckedOut(user_id=USER, item_id=ITEM, non_returnable_flag=True),
        f"<ItemCheckedOut>{X_USER}{X_ITEM}<NonReturnableFlag/></ItemCheckedOut>",
    ),
    (
        ItemCreated(item_id=ITEM, bibliographic_description=WAVES),
        f"<ItemCreated>{X_ITEM}{X_WAVES}</ItemCreated>",
    ),
    (ItemRecallCancelled(item_id=ITEM), f"<ItemRecallCancelled>{X_ITEM}</ItemRecallCancelled>"),
    (ItemRecalled(item_id=ITEM, date_due=DUE), f"<ItemRecalled>{X_ITEM}{X_DUE}</ItemRecalled>"),
    (
        ItemReceived(
            item_id=ITEM,
            request_id=REQUEST,
            date_received=DAY,
            ext=(Element(name="Title", namespace=NAMESPACE, text="The waves"),),
        ),
        f"<ItemReceived>{X_ITEM}{X_REQUEST}<DateReceived>2027-01-05T09:30:00+01:00</DateReceived>"
        "<Ext><Title>The waves</Title></Ext></ItemReceived>",
    ),
    (
        ItemRenewed(user_id=USER, item_id=ITEM, date_due=DUE, renewal_count=1),
        f"<ItemRenewed>{X_USER}{X_ITEM}{X_DUE}<RenewalCount>1</RenewalCount></ItemRenewed>",
    ),
    (
        ItemRequestCancelled(user_id=USER, item_id=ITEM, request_type=HOLD),
        f"<ItemRequestCancelled>{X_USER}{X_ITEM}{X_HOLD}</ItemRequestCancelled>",
    ),
    (
        ItemRequestUpdated(request_id=REQUEST, add_request_fields=RequestFields(request_type=HOLD)),
        f"<ItemRequestUpdated>{X_REQUEST}<AddRequestFields>{X_HOLD}</AddRequestFields></ItemRequestUpdated>",
    ),
    (
        ItemRequested(
            user_id=USER,
            bibliographic_id=RECORD,
            request_id=REQUEST,
            request_type=HOLD,
            request_scope_type=OF_ITEM,
        ),
        f"<ItemRequested>{X_USER}{X_RECORD}{X_REQUEST}{X_HOLD}{X_OF_ITEM}</ItemRequested>",
    ),
    (
        ItemShipped(request_id=REQUEST, date_shipped=DAY, shipping_information=SHIPPING),
        f"<ItemShipped>{X_REQUEST}<DateShipped>2027-01-05T09:30:00+01:00</DateShipped>{X_SHIPPING}"
        "</ItemShipped>",
    ),
    (
        ItemUpdated(item_id=ITEM, add_item_fields=ItemFields(sensitization_flag=True)),
        f"<ItemUpdated>{X_ITEM}<AddItemFields><SensitizationFlag/></AddItemFields></ItemUpdated>",
    ),
    (UserCreated(user_id=USER, name_information=NAME), f"<UserCreated>{X_USER}{X_NAME}</UserCreated>"),
    (
        UserFiscalTransactionCreated(user_id=USER, fiscal_transaction_information=FINE),
        f"<UserFiscalTransactionCreated>{X_USER}{X_FINE}</UserFiscalTransactionCreated>",
    ),
    (
        UserNoticeSent(
            user_id=USER,
            date_sent=DAY,
            user_notice_details=UserNoticeDetails(
                notice_type=P("Fees"), user_fiscal_account=UserFiscalAccount(account_balance=EURO)
            ),
        ),
        f"<UserNoticeSent>{X_USER}<DateSent>2027-01-05T09:30:00+01:00</DateSent><UserNoticeDetails>"
        f"<NoticeType>Fees</NoticeType><UserFiscalAccount><AccountBalance>{X_EURO}</AccountBalance>"
        "</UserFiscalAccount></UserNoticeDetails></UserNoticeSent>",
    ),
    (
        UserUpdated(user_id=USER, add_user_fields=UserFields(date_of_birth=DAY)),
        f"<UserUpdated>{X_USER}<AddUserFields><DateOfBirth>2027-01-05T09:30:00+01:00</DateOfBirth>"
        "</AddUserFields></UserUpdated>",
    ),
    *(
        (
            response(problem=(Problem(problem_type=P(ProblemType.UNKNOWN_ITEM)),)),
            f"<{response.__name__}><Problem><ProblemType>Unknown Item</ProblemType></Problem>"
            f"</{response.__name__}>",
        )
        for service, response in SERVICES.items()
        if issubclass(service, Notification)
    ),
]

# Version 1, of which there is no schema to be had: forms as its users send them ---------------------

S_AGENCY = "<Scheme>urn:agencies</Scheme><Value>MAIN</Value>"
X1_AGENCY = f"<UniqueAgencyId>{S_AGENCY}</UniqueAgencyId>"
X1_ITEM = f"<UniqueItemId>{X1_AGENCY}<ItemIdentifierValue>D1</ItemIdentifierValue></UniqueItemId>"
X1_USER = f"<UniqueUserId>{X1_AGENCY}<UserIdentifierValue>r1</UserIdentifierValue></UniqueUserId>"
X1_REQUEST = (
    f"<UniqueRequestId>{X1_AGENCY}<RequestIdentifierValue>Q1</RequestIdentifierValue></UniqueRequestId>"
)
MAIN = P("MAIN", "urn:agencies")
ITEM1 = ItemId(agency_id=MAIN, item_identifier_value="D1")
USER1 = UserId(agency_id=MAIN, user_identifier_value="r1")
REQUEST1 = RequestId(agency_id=MAIN, request_identifier_value="Q1")
LISTS = "http://www.niso.org/ncip/v1_0/imp1/schemes"
REQUEST_TYPES = f"{LISTS}/requesttype/requesttype.scm"
SCOPES = f"{LISTS}/requestscopetype/requestscopetype.scm"
HOLD1, OF_ITEM1 = P("Hold", REQUEST_TYPES), P("Item", SCOPES)
X1_HOLD = f"<RequestType><Scheme>{REQUEST_TYPES}</Scheme><Value>Hold</Value></RequestType>"
X1_OF_ITEM = f"<RequestScopeType><Scheme>{SCOPES}</Scheme><Value>Item</Value></RequestScopeType>"
INPUTS = f"{LISTS}/authenticationinputtype/authenticationinputtype.scm"
USER_ELEMENTS = "http://www.niso.org/ncip/v1_0/schemes/userelementtype/userelementtype.scm"
ACTIONS = f"{LISTS}/requestedactiontype/requestedactiontype.scm"
STATUSES = f"{LISTS}/circulationstatus/circulationstatus.scm"

VERSION_1: list[tuple[Message, str]] = [
    (
        LookupUser(
            authentication_input=(
                AuthenticationInput(
                    authentication_input_data=Secret("1234"),
                    authentication_data_format_type=P("text/plain", "urn:types"),
                    authentication_input_type=P("PIN", INPUTS),
                ),
            ),
            user_element_type=(P("Name Information", USER_ELEMENTS),),
        ),
        "<LookupUser><AuthenticationInput><AuthenticationInputData>1234</AuthenticationInputData>"
        "<AuthenticationDataFormatType><Scheme>urn:types</Scheme><Value>text/plain</Value>"
        f"</AuthenticationDataFormatType><AuthenticationInputType><Scheme>{INPUTS}</Scheme>"
        "<Value>PIN</Value></AuthenticationInputType></AuthenticationInput><UserElementType>"
        f"<Scheme>{USER_ELEMENTS}</Scheme><Value>Name Information</Value></UserElementType></LookupUser>",
    ),
    (
        LookupUserResponse(
            user_id=USER1,
            loaned_item=(
                LoanedItem(
                    item_id=ITEM1,
                    reminder_level=1,
                    date_due=DUE,
                    amount=Amount(currency_code=P("EUR", "urn:iso4217"), monetary_value=0),
                ),
            ),
            requested_items_count=(RequestedItemsCount(request_type=HOLD1, requested_item_count_value=1),),
            user_optional_fields=UserOptionalFields(
                name_information=NAME,
                user_id=(
                    UserId(
                        agency_id=MAIN,
                        user_identifier_type=P(
                            "Barcode", f"{LISTS}/visibleuseridentifiertype/visibleuseridentifiertype.scm"
                        ),
                        user_identifier_value="b1",
                    ),
                ),
            ),
        ),
        f"<LookupUserResponse>{X1_USER}<UserTransaction><LoanedItem>{X1_ITEM}<ReminderLevel>1</ReminderLevel>"
        f"{X_DUE}<Amount><CurrencyCode><Scheme>urn:iso4217</Scheme><Value>EUR</Value></CurrencyCode>"
        f"<MonetaryValue>0</MonetaryValue></Amount></LoanedItem><RequestedItemsCount>{X1_HOLD}"
        "<RequestedItemCountValue>1</RequestedItemCountValue></RequestedItemsCount></UserTransaction>"
        f"<UserOptionalFields>{X_NAME}<VisibleUserId>{X1_AGENCY}<VisibleUserIdentifierType>"
        f"<Scheme>{LISTS}/visibleuseridentifiertype/visibleuseridentifiertype.scm</Scheme>"
        "<Value>Barcode</Value></VisibleUserIdentifierType><VisibleUserIdentifier>b1</VisibleUserIdentifier>"
        "</VisibleUserId></UserOptionalFields></LookupUserResponse>",
    ),
    (
        AcceptItem(
            request_id=REQUEST1,
            requested_action_type=P("Hold For Pickup", ACTIONS),
            user_id=USER1,
            item_id=ITEM1,
            date_for_return=DUE,
            item_optional_fields=ItemOptionalFields(bibliographic_description=WAVES),
        ),
        f"<AcceptItem>{X1_REQUEST}<RequestedActionType><Scheme>{ACTIONS}</Scheme>"
        f"<Value>Hold For Pickup</Value></RequestedActionType>{X1_USER}{X1_ITEM}"
        f"<DateForReturn>2027-01-31T23:59:00Z</DateForReturn><ItemOptionalFields>{X_WAVES}"
        "</ItemOptionalFields></AcceptItem>",
    ),
    (
        AcceptItemResponse(request_id=REQUEST1, item_id=ITEM1),
        f"<AcceptItemResponse>{X1_REQUEST}{X1_ITEM}</AcceptItemResponse>",
    ),
    (
        CheckOutItem(user_id=USER1, item_id=ITEM1, request_id=REQUEST1, desired_date_due=DUE),
        f"<CheckOutItem>{X1_USER}{X1_ITEM}{X1_REQUEST}"
        "<DesiredDateDue>2027-01-31T23:59:00Z</DesiredDateDue></CheckOutItem>",
    ),
    (
        CheckOutItemResponse(item_id=ITEM1, user_id=USER1, date_due=DUE),
        f"<CheckOutItemResponse>{X1_ITEM}{X1_USER}{X_DUE}</CheckOutItemResponse>",
    ),
    (
        CheckInItem(mandated_action=MANDATED, item_id=ITEM1),
        f"<CheckInItem>{X_MANDATED}{X1_ITEM}</CheckInItem>",
    ),
    (
        CheckInItemResponse(item_id=ITEM1, user_id=USER1),
        f"<CheckInItemResponse>{X1_ITEM}{X1_USER}</CheckInItemResponse>",
    ),
    (
        RequestItem(user_id=USER1, item_id=(ITEM1,), request_type=HOLD1, request_scope_type=OF_ITEM1),
        f"<RequestItem>{X1_USER}{X1_ITEM}{X1_HOLD}{X1_OF_ITEM}</RequestItem>",
    ),
    (
        RequestItemResponse(item_id=ITEM1, user_id=USER1, request_type=HOLD1, request_scope_type=OF_ITEM1),
        f"<RequestItemResponse>{X1_ITEM}{X1_USER}{X1_HOLD}{X1_OF_ITEM}</RequestItemResponse>",
    ),
    (
        CancelRequestItem(user_id=USER1, request_id=REQUEST1, item_id=ITEM1, request_type=HOLD1),
        f"<CancelRequestItem>{X1_USER}{X1_REQUEST}{X1_ITEM}{X1_HOLD}</CancelRequestItem>",
    ),
    (
        CancelRequestItemResponse(request_id=REQUEST1, user_id=USER1),
        f"<CancelRequestItemResponse>{X1_REQUEST}{X1_USER}</CancelRequestItemResponse>",
    ),
    (
        RenewItem(user_id=USER1, item_id=ITEM1),
        f"<RenewItem>{X1_USER}{X1_ITEM}</RenewItem>",
    ),
    (
        RenewItemResponse(item_id=ITEM1, date_due=DUE),
        f"<RenewItemResponse>{X1_ITEM}{X_DUE}</RenewItemResponse>",
    ),
    (RecallItem(item_id=ITEM1), f"<RecallItem>{X1_ITEM}</RecallItem>"),
    (
        RecallItemResponse(item_id=ITEM1, date_due=DUE),
        f"<RecallItemResponse>{X1_ITEM}{X_DUE}</RecallItemResponse>",
    ),
    (LookupItem(request_id=REQUEST1), f"<LookupItem>{X1_REQUEST}</LookupItem>"),
    (
        LookupItemResponse(
            request_id=REQUEST1,
            item_id=ITEM1,
            item_optional_fields=ItemOptionalFields(circulation_status=P("On Loan", STATUSES)),
        ),
        f"<LookupItemResponse>{X1_REQUEST}{X1_ITEM}<ItemOptionalFields><CirculationStatus>"
        f"<Scheme>{STATUSES}</Scheme><Value>On Loan</Value></CirculationStatus></ItemOptionalFields>"
        "</LookupItemResponse>",
    ),
    (
        LookupUserResponse(
            problem=(
                Problem(
                    problem_type=P(
                        ProblemType.UNKNOWN_USER,
                        "http://www.niso.org/ncip/v1_0/schemes/processingerrortype/lookupuserprocessingerror.scm",
                    ),
                    problem_element="UserIdentifierValue",
                    problem_value="r9999",
                ),
            )
        ),
        "<LookupUserResponse><Problem><ProcessingError><ProcessingErrorType><Scheme>"
        "http://www.niso.org/ncip/v1_0/schemes/processingerrortype/lookupuserprocessingerror.scm</Scheme>"
        "<Value>Unknown User</Value></ProcessingErrorType><ProcessingErrorElement>"
        "<ElementName>UserIdentifierValue</ElementName><ProcessingErrorValue>r9999</ProcessingErrorValue>"
        "</ProcessingErrorElement></ProcessingError></Problem></LookupUserResponse>",
    ),
    (
        BareProblem(
            problem=(
                Problem(
                    problem_type=P(
                        ProblemType.UNKNOWN_SERVICE,
                        "http://www.niso.org/ncip/v1_0/schemes/messagingerrortype/messagingerrortype.scm",
                    )
                ),
            )
        ),
        "<Problem><MessagingError><MessagingErrorType><Scheme>"
        "http://www.niso.org/ncip/v1_0/schemes/messagingerrortype/messagingerrortype.scm</Scheme>"
        "<Value>Unknown Service</Value></MessagingErrorType></MessagingError></Problem>",
    ),
]

NINE = (
    LookupUser, AcceptItem, CheckOutItem, CheckInItem, RequestItem, CancelRequestItem, RenewItem, RecallItem,
    LookupItem,
)  # fmt: skip
SECOND = [version for version in Version if version >= Version.V2_0]
FIRST = [version for version in Version if version < Version.V2_0]

HEADER = InitiationHeader(
    from_system_id=P("NCIP_REMOTE_STORAGE"),
    from_agency_id=Party(agency_id=P("STORE")),
    from_agency_authentication=Secret("hush"),
    on_behalf_of_agency=Party(agency_id=P("DEPOT.DESK")),
    to_agency_id=Party(agency_id=P("MAIN", "urn:agencies")),
    application_profile_type=P("DEPOT_NCIP"),
)
X_HEADER = (
    "<InitiationHeader><FromSystemId>NCIP_REMOTE_STORAGE</FromSystemId><FromAgencyId>"
    "<AgencyId>STORE</AgencyId></FromAgencyId><FromAgencyAuthentication>hush</FromAgencyAuthentication>"
    "<OnBehalfOfAgency><AgencyId>DEPOT.DESK</AgencyId></OnBehalfOfAgency><ToAgencyId>"
    '<AgencyId Scheme="urn:agencies">MAIN</AgencyId></ToAgencyId>'
    "<ApplicationProfileType>DEPOT_NCIP</ApplicationProfileType></InitiationHeader>"
)


def in_xml(body: str, dialect: Dialect) -> bytes:
    """The whole document of a message whose elements have no prefix here."""
    if dialect.is_first:
        return f'<NCIPMessage version="{dialect.uri}">{body}</NCIPMessage>'.encode()
    prefix = f"{dialect.prefix}:"
    qualified = body.replace("</", "\0").replace("<", f"<{prefix}").replace("\0", f"</{prefix}")
    qualified = qualified.replace(" Scheme=", f" {prefix}Scheme=")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{prefix}NCIPMessage xmlns:{dialect.prefix}="{NAMESPACE}" '
        f'{prefix}version="{dialect.uri}">{qualified}</{prefix}NCIPMessage>'
    ).encode()


def written(message: Message, dialect: Dialect) -> bytes:
    if isinstance(message, Response):
        return write(message, dialect)
    assert isinstance(message, Initiation)
    return write_request(message, None, dialect)


def shown(row: tuple[Message, str]) -> str:
    return type(row[0]).__name__


@pytest.mark.parametrize("row", VERSION_2, ids=shown)
def test_a_message_of_2_02_and_its_xml_are_each_other(row: tuple[Message, str]) -> None:
    message, body = row
    data = in_xml(body, LATEST)
    assert written(message, LATEST) == data
    received = (read_response if isinstance(message, Response) else read)(data, mode=Mode.STRICT)
    assert received.message == message
    assert received.dialect == LATEST
    assert received.repairs == ()


@pytest.mark.parametrize("version", [Version.V2_0, Version.V2_01])
@pytest.mark.parametrize(
    "row",
    [
        row
        for row in VERSION_2
        if type(row[0]).__name__.removesuffix("Response") in {s.__name__ for s in NINE}
    ],
    ids=shown,
)
def test_the_nine_are_the_same_in_the_other_versions_2(version: Version, row: tuple[Message, str]) -> None:
    message, body = row
    data = in_xml(body, DIALECTS[version])
    assert written(message, DIALECTS[version]) == data
    received = (read_response if isinstance(message, Response) else read)(data, mode=Mode.STRICT)
    assert (received.message, received.dialect) == (message, DIALECTS[version])


@pytest.mark.parametrize("version", FIRST)
@pytest.mark.parametrize("row", VERSION_1, ids=shown)
def test_a_message_of_version_1_and_its_xml_are_each_other(
    version: Version, row: tuple[Message, str]
) -> None:
    message, body = row
    data = in_xml(body, DIALECTS[version])
    assert written(message, DIALECTS[version]) == data
    received = (read_response if isinstance(message, Response) else read)(data, mode=Mode.STRICT)
    assert (received.message, received.dialect) == (message, DIALECTS[version])
    assert received.repairs == ()


def test_every_service_is_in_the_table_asked_and_answered() -> None:
    assert {type(message).__name__ for message, _ in VERSION_2} == set(MESSAGES)


def test_the_nine_are_in_the_table_of_version_1_asked_and_answered() -> None:
    told = {type(message) for message, _ in VERSION_1}
    assert told >= {*NINE, *(SERVICES[service] for service in NINE)}


@pytest.mark.parametrize("row", VERSION_2, ids=shown)
@pytest.mark.parametrize("version", SECOND)
def test_every_message_of_the_table_is_valid_by_the_schema(
    version: Version, row: tuple[Message, str], schemas: dict[Version, etree.XMLSchema]
) -> None:
    message = row[0]
    if "LookupVersion" in type(message).__name__ or message.since > version:
        with pytest.raises(etree.DocumentInvalid):  # the schema has no such service
            schemas[version].assertValid(etree.fromstring(written(message, DIALECTS[version])))
    else:
        schemas[version].assertValid(etree.fromstring(written(message, DIALECTS[version])))


# Headers --------------------------------------------------------------------------------------------


def test_a_header_travels_beside_its_message() -> None:
    data = in_xml(f"<CheckInItem>{X_HEADER}{X_ITEM}</CheckInItem>", LATEST)
    assert write_request(CheckInItem(item_id=ITEM), HEADER) == data
    assert read(data, mode=Mode.STRICT).header == HEADER


def test_the_header_of_an_answer_is_written_so_however_often_and_in_whatever_dialect() -> None:
    def header(number: int | str) -> ResponseHeader:
        return ResponseHeader(
            from_agency_id=Party(agency_id=P(f"A{number}")), to_agency_id=HEADER.to_agency_id
        )

    dialects = [DIALECTS[version] for version in Version]
    dialects += [replace(LATEST, prefix=prefix) for prefix in ("", "x")]
    answer = LookupItemResponse(item_id=ITEM)
    for number in [0, 0, *range(300), 0, "x" * 5_000, "x" * 5_000]:
        sender = header(number)
        for dialect in dialects:
            back = read_response(write(answer, dialect, sender))
            assert isinstance(back.header, ResponseHeader)
            assert (back.header.from_agency_id, back.dialect) == (sender.from_agency_id, dialect)


def test_an_answer_swaps_from_and_to_and_keeps_the_secret_to_itself() -> None:
    header = response_header(HEADER)
    assert header == ResponseHeader(
        from_agency_id=HEADER.to_agency_id,
        to_system_id=HEADER.from_system_id,
        to_agency_id=HEADER.from_agency_id,
    )
    data = write(CheckInItemResponse(item_id=ITEM), LATEST, header)
    assert read_response(data, mode=Mode.STRICT).header == header
    assert b"hush" not in data


@pytest.mark.parametrize(
    "header",
    [
        None,
        InitiationHeader(from_agency_id=Party(agency_id=P("A"))),
        InitiationHeader(from_agency_id=Party(), to_agency_id=Party()),
    ],
)
def test_no_header_or_half_of_one_is_answered_without(header: InitiationHeader | None) -> None:
    assert response_header(header) is None


# What a dialect cannot say ----------------------------------------------------------------------------


def test_a_loan_has_what_the_older_schemas_require(schemas: dict[Version, etree.XMLSchema]) -> None:
    message = LookupUserResponse(
        user_id=USER, loaned_item=(LoanedItem(item_id=ITEM, date_due=DUE, bibliographic_id=(RECORD,)),)
    )
    data = write(message, DIALECTS[Version.V2_01])
    schemas[Version.V2_01].assertValid(etree.fromstring(data))
    (loan,) = read_response(data).message.loaned_item  # type: ignore[attr-defined]  # it is a LookupUserResponse
    assert (loan.reminder_level, loan.amount, loan.bibliographic_id) == (
        1, Amount(currency_code=P("XXX"), monetary_value=0), (),
    )  # fmt: skip


def test_what_an_older_version_has_no_element_for_is_left_out_of_an_answer() -> None:
    message = LookupItemResponse(
        item_id=ITEM, item_optional_fields=ItemOptionalFields(hold_queue_length=1, date_due=DUE)
    )
    assert b"DateDue" in write(message, LATEST)
    assert b"DateDue" not in write(message, DIALECTS[Version.V2_01])


def test_of_several_record_ids_2_0_has_the_first() -> None:
    ids = tuple(
        BibliographicRecordId(bibliographic_record_identifier=each, agency_id=P("A"))
        for each in ("first", "second")
    )
    described = BibliographicDescription(bibliographic_record_id=ids)
    message = LookupItemResponse(
        item_id=ITEM, item_optional_fields=ItemOptionalFields(bibliographic_description=described)
    )
    assert b"second" in write(message, DIALECTS[Version.V2_01])
    assert b"second" not in write(message, DIALECTS[Version.V2_0])


@pytest.mark.parametrize(
    "message",
    [
        RequestItem(user_id=USER, item_id=(ITEM, ITEM), request_type=HOLD, request_scope_type=OF_ITEM),
        RequestItem(
            user_id=USER,
            bibliographic_id=(RECORD,),
            item_id=(ITEM,),
            request_type=HOLD,
            request_scope_type=OF_ITEM,
        ),
    ],
)
def test_a_request_is_not_made_for_something_else_than_was_meant(message: RequestItem) -> None:
    assert read(write_request(message, None, DIALECTS[Version.V2_01])).message == message
    with pytest.raises(LocalError):
        write_request(message, None, DIALECTS[Version.V2_0])


def test_version_1_has_one_problem_by_its_last_step_and_no_detail() -> None:
    problem = Problem(
        problem_type=P(ProblemType.ITEM_NOT_CHECKED_OUT),
        problem_detail="it stands on the shelf",
        problem_element="//CheckInItem/ItemId/ItemIdentifierValue",
    )
    data = write(refusal(CheckInItem, problem, problem), DIALECTS[Version.V1_0])
    assert data.count(b"<Problem>") == 1
    assert b"checkinitemprocessingerror.scm" in data
    assert b"<ElementName>ItemIdentifierValue</ElementName>" in data
    assert b"shelf" not in data


def test_a_problem_of_any_service_has_the_general_scheme_in_version_1() -> None:
    problem = Problem(problem_type=P(ProblemType.UNKNOWN_AGENCY))
    assert b"generalprocessingerror.scm" in write(refusal(CheckInItem, problem), DIALECTS[Version.V1_0])


def test_alma_calls_an_answer_of_version_1_by_another_name() -> None:
    data = write(ItemRequestedResponse(), ALMA_V1)
    assert data == in_xml("<Response></Response>", ALMA_V1)
    assert isinstance(read_response(data).message, ItemRequestedResponse)


# What is ours to do right -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        CheckInItemResponse(),
        CheckInItemResponse(item_id=ITEM, problem=(Problem(problem_type=P("x")),)),
        CheckOutItemResponse(item_id=ITEM, user_id=USER),
        CheckOutItemResponse(item_id=ITEM, user_id=USER, date_due=DUE, required_fee_amount=EURO),
        CheckOutItemResponse(item_id=ITEM, user_id=USER, date_due=DUE, non_returnable_flag=True),
        RenewItemResponse(pending=Pending(), date_due=DUE),
        LookupUser(),
        LookupUser(user_id=USER, authentication_input=(PIN,)),
        LookupAgency(agency_id=P("MAIN")),
        LookupRequest(user_id=USER, item_id=ITEM),
        LookupItemSet(bibliographic_id=(RECORD,), maximum_items_count=0),
        BareProblem(),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_the_schema_forbids_is_not_written(message: Message) -> None:
    with pytest.raises(LocalError):
        written(message, LATEST)


def test_what_the_schema_forbids_is_not_passed_on() -> None:
    assert b"Q1" not in write_request(CheckInItem(item_id=ITEM, request_id=REQUEST))


@pytest.mark.parametrize(
    ("text", "xml"),
    [
        ("a < b & c > \"d\"", "a &lt; b &amp; c &gt; &quot;d&quot;"),
        ("two\r\nlines", "two&#13;\nlines"),
        ("\x00\x08\x1f\ud800\uffff", "\ufffd\ufffd\ufffd\ufffd\ufffd"),
        ("Žižek \U0001f4da", "Žižek \U0001f4da"),
    ],
)  # fmt: skip
def test_any_text_leaves_the_message_whole(text: str, xml: str) -> None:
    problem = Problem(problem_type=P("x"), problem_detail=text)
    data = write(BareProblem(problem=(problem,)), LATEST)
    assert f"<ns1:ProblemDetail>{xml}</ns1:ProblemDetail>".encode() in data
    etree.fromstring(data)


def test_a_structure_is_written_by_what_it_has_however_often_it_had_something_else() -> None:
    """More combinations than are remembered, each twice."""
    whole = BibliographicDescription(
        author="a",
        edition="e",
        pagination="p",
        publisher="l",
        publication_date="d",
        title="t",
        language=P("eng"),
    )
    names = ("author", "edition", "pagination", "publisher", "publication_date", "title", "language")
    for number in [*range(1, 2 ** len(names))] * 2:
        missing = {name: None for place, name in enumerate(names) if not number >> place & 1}
        optional = ItemOptionalFields(bibliographic_description=replace(whole, **missing))
        message = LookupItemResponse(item_id=ITEM, item_optional_fields=optional)
        assert read_response(write(message, LATEST)).message == message


def test_a_choice_that_was_right_is_right_again_and_a_wrong_one_never() -> None:
    right = CheckOutItemResponse(item_id=ITEM, user_id=USER, date_due=DUE)
    wrong = replace(right, non_returnable_flag=True)
    for _ in range(2):
        assert read_response(write(right, LATEST)).message == right
        with pytest.raises(LocalError, match="choice"):
            write(wrong, LATEST)


def test_empty_texts_are_left_out() -> None:
    message = LookupItemResponse(
        item_id=ITEM,
        item_optional_fields=ItemOptionalFields(
            bibliographic_description=BibliographicDescription(author="", title="The waves")
        ),
    )
    assert b"Author" not in write(message, LATEST)


def test_an_empty_text_that_the_schema_requires_is_written(schemas: dict[Version, etree.XMLSchema]) -> None:
    named = OrganizationNameInformation(organization_name_type=P("Legal Name"), organization_name="")
    data = write(LookupAgencyResponse(agency_id=P("MAIN"), organization_name_information=(named,)), LATEST)
    assert b"<ns1:OrganizationName></ns1:OrganizationName>" in data
    schemas[Version.V2_02].assertValid(etree.fromstring(data))


def test_an_extension_of_any_namespace_comes_back() -> None:
    sent = (
        Element(name="ItemNote", namespace=NAMESPACE, text="fragile"),
        Element(
            name="priority", namespace="urn:bridge", attributes=(("level", 'a"b'),),
            children=(Element(name="rush", namespace="urn:bridge", text="yes"),),
        ),
        Element(name="bare", text="none"),
    )  # fmt: skip
    message = read(write_request(CheckInItem(item_id=ITEM, ext=sent))).message
    assert message.ext == sent


def test_a_default_namespace_is_answered_with_one() -> None:
    data = (
        f'<NCIPMessage xmlns="{NAMESPACE}" xmlns:q="{NAMESPACE}" q:version="{URIS[Version.V2_0]}">'
        f"<CheckInItem>{X_ITEM}</CheckInItem></NCIPMessage>"
    ).encode()
    received = read(data, mode=Mode.STRICT)
    answer = write(CheckInItemResponse(item_id=ITEM), received.dialect)
    assert b"<CheckInItemResponse><ItemId>" in answer
    assert b" ns1:version=" in answer
    assert read_response(answer, mode=Mode.STRICT).dialect == received.dialect


def test_the_askers_prefix_is_answered_with() -> None:
    data = in_xml(f"<CheckInItem>{X_ITEM}</CheckInItem>", LATEST).replace(b"ns1", b"ncip")
    assert b"<ncip:CheckInItemResponse>" in write(CheckInItemResponse(item_id=ITEM), read(data).dialect)
