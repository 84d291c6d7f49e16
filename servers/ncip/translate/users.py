"""Patrons as partners see them, and LookupUser.

The rule it keeps: only what is asked for is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.desk import Answer, PatronView
from core.model.records import Fee, Hold, HoldStatus, Item, Patron
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from core.rules.holds import stops_hold
from protocols.ncip import messages as m
from protocols.ncip.schemes import (
    BlockOrTrapType,
    ElectronicAddressType,
    FiscalActionType,
    PhysicalAddressType,
    RequestType,
    UnstructuredAddressType,
    UserAddressRoleType,
    UserElementType,
)
from protocols.ncip.structures import (
    AccountDetails,
    BlockOrTrap,
    ElectronicAddress,
    FiscalTransactionInformation,
    FiscalTransactionReferenceId,
    ItemDetails,
    LoanedItem,
    NameInformation,
    PersonalNameInformation,
    PhysicalAddress,
    RequestedItem,
    StructuredPersonalUserName,
    UnstructuredAddress,
    UserAddressInformation,
    UserFiscalAccount,
    UserId,
    UserOptionalFields,
    UserPrivilege,
    UserPrivilegeStatus,
)
from protocols.ncip.values import SchemeValuePair
from servers.ncip.partner import Partner
from servers.ncip.translate.items import description
from servers.ncip.translate.reply import Reply, Said
from servers.ncip.translate.wording import money, named, own, user, user_key
from servers.ncip.words import ACTIVE, BLOCKS, FISCAL_TYPE, MEDIUM_TYPE, REQUEST_STATUS, STANDING


def look_up(request: m.LookupUser, partner: Partner, pin: Pin) -> Said:
    """A patron as they stand, with their loans, requests and fees where these are desired."""
    key, desk = user_key(request), partner.desk
    seen = desk.find_patron(key)
    if seen.outcome is None:
        return Answer(Refused(Reason.UNKNOWN_PATRON))
    who = user(seen.outcome, partner)
    found = desk.view_patron(partner.actor, key, pin).outcome if _asks_for_more(request) else None
    if found is None:
        return Reply(m.LookupUserResponse(user_id=who), seen.unit)
    response = m.LookupUserResponse(
        user_id=who,
        user_fiscal_account=_account(found, partner) if request.user_fiscal_account_desired else (),
        loaned_item=(
            tuple([_loaned(item, partner) for item in found.borrower.loans])
            if request.loaned_items_desired
            else ()
        ),
        requested_item=(
            tuple([_requested(hold, partner) for hold in found.holds])
            if request.requested_items_desired
            else ()
        ),
        user_optional_fields=described(found, request.user_element_type, partner),
    )
    return Reply(response, seen.unit)


def _asks_for_more(request: m.LookupUser) -> bool:
    """Whether more is to be told of the user than who they are."""
    return bool(
        request.user_element_type
        or request.user_fiscal_account_desired
        or request.loaned_items_desired
        or request.requested_items_desired
    )


def described(
    view: PatronView, kinds: Iterable[SchemeValuePair], partner: Partner
) -> UserOptionalFields | None:
    """The elements of a patron that are asked for; None if that is none."""
    asked = {kind.value for kind in kinds}
    if not asked:
        return None
    patron = view.patron
    language = (SchemeValuePair(patron.language),) if patron.language else ()
    return UserOptionalFields(
        name_information=_name(patron) if UserElementType.NAME_INFORMATION in asked else None,
        user_address_information=(
            tuple(_addresses(patron)) if UserElementType.USER_ADDRESS_INFORMATION in asked else ()
        ),
        date_of_birth=patron.born if UserElementType.DATE_OF_BIRTH in asked else None,
        user_language=language if UserElementType.USER_LANGUAGE in asked else (),
        user_privilege=(_privilege(view, partner),) if UserElementType.USER_PRIVILEGE in asked else (),
        block_or_trap=tuple(_blocks(view, partner)) if UserElementType.BLOCK_OR_TRAP in asked else (),
        user_id=tuple(_ids(patron, partner)) if UserElementType.USER_ID in asked else (),
    )


def optional(
    identifier: str, kinds: Iterable[SchemeValuePair], partner: Partner
) -> UserOptionalFields | None:
    """`described`, of a patron who has just been dealt with."""
    seen = partner.desk.view_patron(partner.actor, identifier).outcome if kinds else None
    return None if seen is None else described(seen, kinds, partner)


def _name(patron: Patron) -> NameInformation:
    structured = StructuredPersonalUserName(given_name=patron.given or None, surname=patron.family)
    return NameInformation(
        personal_name_information=PersonalNameInformation(
            structured_personal_user_name=structured if patron.family else None,
            unstructured_personal_user_name=patron.name,
        )
    )


def _addresses(patron: Patron) -> Iterator[UserAddressInformation]:
    role = SchemeValuePair(UserAddressRoleType.MULTI_PURPOSE)
    for kind, text in (
        (ElectronicAddressType.MAILTO, patron.email),
        (ElectronicAddressType.TEL, patron.phone),
    ):
        if text:
            electronic = ElectronicAddress(
                electronic_address_type=SchemeValuePair(kind), electronic_address_data=text
            )
            yield UserAddressInformation(user_address_role_type=role, electronic_address=electronic)
    if patron.address:
        lines = UnstructuredAddress(
            unstructured_address_type=SchemeValuePair(UnstructuredAddressType.NEWLINE_DELIMITED_TEXT),
            unstructured_address_data=patron.address,
        )
        physical = PhysicalAddress(
            unstructured_address=lines,
            physical_address_type=SchemeValuePair(PhysicalAddressType.POSTAL_ADDRESS),
        )
        yield UserAddressInformation(user_address_role_type=role, physical_address=physical)


def _privilege(view: PatronView, partner: Partner) -> UserPrivilege:
    """The patron's group, and whether they are in good standing."""
    patron = view.patron
    standing = STANDING[view.grounds[0]] if view.grounds else ACTIVE
    return UserPrivilege(
        agency_id=SchemeValuePair(partner.institution),
        agency_user_privilege_type=SchemeValuePair(patron.group),
        valid_to_date=patron.expires,
        user_privilege_status=UserPrivilegeStatus(user_privilege_status_type=SchemeValuePair(standing)),
    )


def _blocks(view: PatronView, partner: Partner) -> Iterator[BlockOrTrap]:
    """What the patron may not do, and what the desk should tell them."""
    kinds: list[BlockOrTrapType] = []
    if stops_hold(view.grounds) is not None:
        kinds += BLOCKS
    elif view.grounds:
        kinds.append(BlockOrTrapType.BLOCK_CHECK_OUT)
    if Reason.CARD_LOST in view.grounds:
        kinds.append(BlockOrTrapType.TRAP_FOR_LOST_CARD)
    if any(hold.status is HoldStatus.READY for hold in view.holds):
        kinds.append(BlockOrTrapType.TRAP_FOR_PICKUP)
    for kind in kinds:
        yield BlockOrTrap(
            agency_id=SchemeValuePair(partner.institution), block_or_trap_type=SchemeValuePair(kind)
        )


def _ids(patron: Patron, partner: Partner) -> Iterator[UserId]:
    for identifier in (patron.barcode, *patron.identifiers):
        yield UserId(agency_id=SchemeValuePair(partner.institution), user_identifier_value=identifier)


def _loaned(item: Item, partner: Partner) -> LoanedItem:
    assert item.loan is not None, "a loan of the patron"
    medium = MEDIUM_TYPE[item.medium]
    return LoanedItem(
        item_id=own(item, partner),
        date_due=item.loan.due,
        title=partner.desk.library.title(item) or None,
        medium_type=None if medium is None else SchemeValuePair(medium),
    )


def _requested(hold: Hold, partner: Partner) -> RequestedItem:
    library = partner.desk.library
    number = hold.trapped or hold.item
    item, bib = (None if number is None else library.items.get(number)), library.bibs.get(hold.bib)
    return RequestedItem(
        request_id=named(hold, partner),
        item_id=None if item is None else own(item, partner),
        request_type=SchemeValuePair(RequestType.HOLD),
        request_status_type=SchemeValuePair(REQUEST_STATUS[hold.status]),
        date_placed=hold.placed_at,
        pickup_location=SchemeValuePair(hold.pickup),
        pickup_expiry_date=hold.ready_until or hold.expires,
        hold_queue_position=library.position_of(hold),
        title=(bib.title or None) if bib is not None else None,
    )


def _account(view: PatronView, partner: Partner) -> tuple[UserFiscalAccount]:
    """The ledger: what is owed, and the fees that are open."""
    currency = partner.desk.policy.policy.currency
    return (
        UserFiscalAccount(
            account_balance=money(view.borrower.owed, currency),
            account_details=tuple([_entry(fee, partner) for fee in view.fees]),
        ),
    )


def _entry(fee: Fee, partner: Partner) -> AccountDetails:
    item = None if fee.item is None else partner.desk.library.items.get(fee.item)
    seen = None if item is None else partner.desk.view_item(item.barcode).outcome
    details = None
    if seen is not None:
        details = ItemDetails(
            item_id=own(seen.item, partner), bibliographic_description=description(seen, partner)
        )
    return AccountDetails(
        accrual_date=fee.charged_at,
        fiscal_transaction_information=FiscalTransactionInformation(
            fiscal_action_type=SchemeValuePair(FiscalActionType.ASSESS),
            fiscal_transaction_reference_id=FiscalTransactionReferenceId(
                agency_id=SchemeValuePair(partner.institution),
                fiscal_transaction_identifier_value=str(fee.id),
            ),
            fiscal_transaction_type=SchemeValuePair(FISCAL_TYPE[fee.kind]),
            amount=money(fee.left, fee.currency),
            fiscal_transaction_description=fee.note or None,
            item_details=details,
        ),
    )
