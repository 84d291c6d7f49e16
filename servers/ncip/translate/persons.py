"""What partners say of a user, in the library's words. A patron has one address of each kind, one language,
and one privilege, which is their group here and how long it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from core.rules.members import Person, Trait
from protocols.ncip import messages as m
from protocols.ncip.schemes import ElectronicAddressType
from protocols.ncip.structures import (
    AuthenticationInput,
    NameInformation,
    PhysicalAddress,
    StructuredAddress,
    UserAddressInformation,
    UserFields,
)
from servers.ncip.partner import Partner
from servers.ncip.translate.changes import Known
from servers.ncip.translate.wording import NAMES, PROVES, day

Said = m.CreateUser | UserFields

KEPT: Final[Known] = {
    "authentication_input": None,
    "name_information": None,
    "user_address_information": {
        **dict.fromkeys(("user_address_role_type", "physical_address", "electronic_address")),
    },
    "date_of_birth": None,
    "user_language": None,
    "user_privilege": dict.fromkeys(("agency_id", "agency_user_privilege_type", "valid_to_date")),
}
"""What of a user is kept here. Blocks are placed and lifted at the desk."""

_ELECTRONIC: Final[Mapping[str, Trait]] = {
    ElectronicAddressType.MAILTO: Trait.EMAIL,
    ElectronicAddressType.TEL: Trait.PHONE,
}


def person(said: Said, partner: Partner) -> Person:
    """What is said of a user that is kept here, without who they are and their PIN."""
    family, given = (None, None) if said.name_information is None else _name(said.name_information)
    addresses = {trait: text for trait, text in map(_address, said.user_address_information) if trait}
    privilege = next(iter(said.user_privilege), None)
    kind = None if privilege is None else privilege.agency_user_privilege_type
    return Person(
        family=family,
        given=given,
        group=None if kind is None else kind.value,
        expires=None if privilege is None else day(privilege.valid_to_date, partner.zone),
        language=said.user_language[0].value if said.user_language else None,
        email=addresses.get(Trait.EMAIL),
        phone=addresses.get(Trait.PHONE),
        address=addresses.get(Trait.ADDRESS),
        born=day(said.date_of_birth, partner.zone),
    )


def traits(said: UserFields) -> frozenset[Trait]:
    """What of a user is to be taken away."""
    return frozenset(_traits(said))


def _traits(said: UserFields) -> Iterator[Trait]:
    if said.name_information is not None:
        yield from (Trait.FAMILY, Trait.GIVEN)
    for address in said.user_address_information:
        trait, _ = _address(address)
        if trait is not None:
            yield trait
    if said.date_of_birth is not None:
        yield Trait.BORN
    if said.user_language:
        yield Trait.LANGUAGE
    if said.user_privilege:
        yield from (Trait.GROUP, Trait.EXPIRES)
    if any(_is_of(given, PROVES) for given in said.authentication_input):
        yield Trait.PIN


def unknown(said: Said, partner: Partner) -> tuple[str, str] | None:
    """The path and the value of what is said in words that mean nothing here."""
    for given in said.authentication_input:
        kind = given.authentication_input_type
        if not _is_of(given, NAMES | PROVES):
            return "AuthenticationInput/AuthenticationInputType", "" if kind is None else kind.value
    for address in said.user_address_information:
        electronic = address.electronic_address
        if electronic is not None and _address(address)[0] is None:
            named = electronic.electronic_address_type
            path = "UserAddressInformation/ElectronicAddress/ElectronicAddressType"
            return path, "" if named is None else named.value
    for privilege in said.user_privilege:
        agency = "" if privilege.agency_id is None else privilege.agency_id.value
        if agency not in ("", partner.institution) and not partner.desk.policy.is_agency(agency):
            return "UserPrivilege/AgencyId", agency
    if len(said.user_privilege) > 1:
        return "UserPrivilege", ""
    return None


def identifiers(given: Iterable[AuthenticationInput]) -> tuple[str, ...]:
    """By what else a user is known."""
    return tuple([one.authentication_input_data.reveal().strip() for one in given if _is_of(one, NAMES)])


def _is_of(given: AuthenticationInput, kinds: frozenset[str]) -> bool:
    kind = given.authentication_input_type
    return kind is not None and kind.value in kinds


def _name(said: NameInformation) -> tuple[str, str]:
    """Family and given name; a comma divides them where they come in one."""
    personal = said.personal_name_information
    if personal is None:
        named = said.organization_name_information
        return (named[0].organization_name or "") if named else "", ""
    if (parts := personal.structured_personal_user_name) is not None:
        return parts.surname, parts.given_name or parts.initials or ""
    family, _, given = (personal.unstructured_personal_user_name or "").partition(",")
    return family.strip(), given.strip()


def _address(said: UserAddressInformation) -> tuple[Trait | None, str]:
    """What kind of address it is, and its text."""
    if said.electronic_address is not None:
        kind = said.electronic_address.electronic_address_type
        known = None if kind is None else _ELECTRONIC.get(kind.value)
        return known, said.electronic_address.electronic_address_data or ""
    if said.physical_address is None:
        return None, ""
    return Trait.ADDRESS, _lines(said.physical_address)


def _lines(said: PhysicalAddress) -> str:
    """An address as it is written on an envelope."""
    if said.unstructured_address is not None:
        return "\n".join((said.unstructured_address.unstructured_address_data or "").splitlines())
    found = said.structured_address or StructuredAddress()
    place = " ".join(filter(None, (found.postal_code, found.locality)))
    lines = (
        *(found.care_of, found.house_name, found.location_within_building, found.street, found.line1),
        *(found.line2, found.post_office_box, found.district, place, found.region, found.country),
    )
    return "\n".join(filter(None, lines))
