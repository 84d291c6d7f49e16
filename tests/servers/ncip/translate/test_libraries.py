"""LookupAgency: our own agencies, and only what is asked for."""

from __future__ import annotations

import pytest

from tests.matrix import proves
from tests.servers.ncip.speaking import Speaker, problem


def lookup(code: str, *elements: str) -> str:
    kinds = "".join(f"<AgencyElementType>{element}</AgencyElementType>" for element in elements)
    return f"<LookupAgency><AgencyId>{code}</AgencyId>{kinds}</LookupAgency>"


@proves("LookupAgency")
@pytest.mark.parametrize(("code", "name"), [("TOWN", "Town Library"), ("EAST", "East Branch")])
async def test_the_institution_and_its_agencies_have_names(broker: Speaker, code: str, name: str) -> None:
    assert await broker.ask(lookup(code, "Organization Name Information")) == (
        f"{{LookupAgencyResponse {{AgencyId {code}}}{{OrganizationNameInformation "
        f"{{OrganizationNameType Official Name}}{{OrganizationName {name}}}}}}}"
    )


async def test_profiles_are_those_of_the_partner_and_groups_those_of_the_policy(broker: Speaker) -> None:
    wanted = ("Application Profile Supported Type", "Agency User Privilege Type")
    assert await broker.ask(lookup("TOWN", *wanted)) == (
        "{LookupAgencyResponse {AgencyId TOWN}{ApplicationProfileSupportedType ILL}"
        "{AgencyUserPrivilegeType child}{AgencyUserPrivilegeType staff}}"
    )


async def test_any_other_is_unknown(broker: Speaker) -> None:
    kind = "Unknown Agency"
    assert await broker.ask(lookup("MOON", "Organization Name Information")) == problem(
        "LookupAgencyResponse", kind, kind, "//LookupAgency/AgencyId", "MOON"
    )
