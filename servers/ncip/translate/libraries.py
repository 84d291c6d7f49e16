"""LookupAgency: what is known of the institution and its agencies."""

from __future__ import annotations

from core.model.policy import ANY
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.problems import ProblemType
from protocols.ncip.schemes import AgencyElementType
from protocols.ncip.structures import OrganizationNameInformation
from protocols.ncip.values import SchemeValuePair
from servers.ncip.partner import Partner
from servers.ncip.translate.problems import unsuited
from servers.ncip.translate.reply import Reply, Said

NAME_TYPE = "Official Name"


def look_up(request: m.LookupAgency, partner: Partner, pin: Pin) -> Said:
    """The elements of an agency of ours that are asked for."""
    policy, code = partner.desk.policy, request.agency_id.value.strip()
    if code == partner.institution:
        name = policy.policy.name
    elif policy.is_agency(code):
        name = policy.agency(code).name
    else:
        return Reply(unsuited(request, "AgencyId", code, ProblemType.UNKNOWN_AGENCY))
    asked = {kind.value for kind in request.agency_element_type}
    organisation = OrganizationNameInformation(
        organization_name_type=SchemeValuePair(NAME_TYPE), organization_name=name or code
    )
    groups = sorted({limits.patron_group for limits in policy.policy.limits} - {ANY})
    response = m.LookupAgencyResponse(
        agency_id=request.agency_id,
        organization_name_information=(
            (organisation,) if AgencyElementType.ORGANIZATION_NAME_INFORMATION in asked else ()
        ),
        application_profile_supported_type=(
            _pairs(partner.agency.profiles)
            if AgencyElementType.APPLICATION_PROFILE_SUPPORTED_TYPE in asked
            else ()
        ),
        agency_user_privilege_type=(
            _pairs(groups) if AgencyElementType.AGENCY_USER_PRIVILEGE_TYPE in asked else ()
        ),
    )
    return Reply(response)


def _pairs(values: tuple[str, ...] | list[str]) -> tuple[SchemeValuePair, ...]:
    return tuple([SchemeValuePair(value) for value in values])
