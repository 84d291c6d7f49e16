"""Who may speak: agencies, secrets, profiles, systems; and what strangers learn, which is nothing."""

from msgspec.structs import replace

from conformance.case import Case, Level, ReplyClaim, post
from conformance.ncip.claims import (
    LAYOUT,
    done,
    filled,
    is_but,
    missing,
    not_listed,
    problem,
    quiet_about,
    refused,
    told,
)
from conformance.ncip.texts import (
    BROKER,
    LOANS,
    LOOKUP_ITEM,
    LOOKUP_USER,
    LOOKUP_VERSION,
    STORE,
    check_in,
    check_out,
    elements,
    item,
    lookup_user,
    saying,
    user,
)

_LIST = "Z39.83-1, appendix: general processing errors"
_STRANGE = ("Unknown Agency", "Agency Authentication Failed")
_COMBINED = (
    "Unauthorized Combination Of Element Values For Agency",
    "Unauthorized Service For Agency",
    "Agency Authentication Failed",
    "Unknown Agency",
)
_UNAUTHORIZED = (*_COMBINED, "Unsupported Service")
_NOTHING_TOLD: tuple[ReplyClaim, ...] = (
    missing("UserId", "UserOptionalFields", "LoanedItem", "ItemId", "ItemOptionalFields"),
    LAYOUT,
)
_WRONG_SECRET = "wrong-{mark}"
_STRANGER = "NO-SUCH-AGENCY"

CASES = (
    Case(
        id="partners.unknown",
        title="an agency that nobody knows is refused, and learns nothing",
        level=Level.MUST,
        clause=_LIST,
        steps=(
            post(
                saying(LOOKUP_USER, ncip_agency=_STRANGER), refused("LookupUser", *_STRANGE), *_NOTHING_TOLD
            ),
        ),
    ),
    Case(
        id="partners.unknown-acts",
        title="an agency that nobody knows has nothing lent",
        level=Level.MUST,
        clause=_LIST,
        steps=(
            post(saying(check_out(), ncip_agency=_STRANGER), refused("CheckOutItem", *_STRANGE), LAYOUT),
            post(
                lookup_user(None, LOANS),
                done("LookupUser"),
                not_listed("LoanedItem/ItemId/ItemIdentifierValue", "{item}"),
            ),
        ),
        undo=(post(check_in()),),
    ),
    Case(
        id="partners.unknown-asks-versions",
        title="everybody may ask for the versions",
        level=Level.SHOULD,
        clause="Z39.83-1: LookupVersion, which comes before anything else",
        steps=(
            replace(
                LOOKUP_VERSION,
                text=saying(LOOKUP_VERSION.text, ncip_agency=_STRANGER),
                claims=(done("LookupVersion"), filled("VersionSupported")),
            ),
        ),
    ),
    Case(
        id="partners.agency-empty",
        title="a header whose agency is empty lets nobody in",
        level=Level.MUST,
        clause=_LIST,
        steps=(
            post(
                saying(LOOKUP_USER, ncip_agency="", as_partner=""),
                is_but("LookupUserResponse or Problem, refused", lambda reply: bool(reply.problems)),
                missing("UserId", "UserOptionalFields"),
            ),
        ),
    ),
    Case(
        id="partners.to-another",
        title="a message to another institution is Unknown Agency, or answered in our own name",
        level=Level.SHOULD,
        clause=f"{_LIST}: Unknown Agency",
        steps=(
            post(
                saying(LOOKUP_ITEM, institution="NO-SUCH-INSTITUTION"),
                is_but(
                    "LookupItemResponse, if with a Problem then Unknown Agency",
                    lambda reply: (
                        reply.service == "LookupItemResponse"
                        and all(found.kind in ("Unknown Agency", "Unknown Item") for found in reply.problems)
                    ),
                ),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="partners.profile-unknown",
        title="a profile that is not the agency's is refused",
        level=Level.ALMA,
        clause="Alma: a partner code that nobody knows is an unknown partner",
        also_needs=("ncip_partner",),
        steps=(
            post(
                saying(LOOKUP_USER, as_partner="NO-SUCH-PROFILE"),
                refused("LookupUser", *_COMBINED),
                *_NOTHING_TOLD,
            ),
        ),
    ),
    Case(
        id="partners.secret-wrong",
        title="a wrong secret is refused",
        level=Level.MUST,
        clause=f"{_LIST}: Agency Authentication Failed",
        also_needs=("ncip_secret",),
        steps=(
            post(
                saying(LOOKUP_USER, as_secret=_WRONG_SECRET),
                refused("LookupUser", "Agency Authentication Failed", "System Authentication Failed"),
                quiet_about(_WRONG_SECRET),
                *_NOTHING_TOLD,
            ),
            post(LOOKUP_USER, done("LookupUser")),
        ),
    ),
    Case(
        id="partners.secret-missing",
        title="a missing secret is refused as a wrong one is",
        level=Level.MUST,
        clause=f"{_LIST}: Agency Authentication Failed",
        also_needs=("ncip_secret",),
        steps=(
            post(
                saying(LOOKUP_USER, as_secret=""),
                refused(
                    "LookupUser",
                    "Agency Authentication Failed",
                    "System Authentication Failed",
                    "Needed Data Missing",
                ),
                *_NOTHING_TOLD,
            ),
        ),
    ),
    Case(
        id="partners.secret-quiet",
        title="a secret never comes back, whether it is right or wrong or nobody asked for it",
        level=Level.MUST,
        clause="security: a secret is not echoed",
        steps=(
            post(
                saying(LOOKUP_ITEM, as_secret=_WRONG_SECRET),
                is_but("LookupItemResponse", lambda reply: reply.service == "LookupItemResponse"),
                quiet_about(_WRONG_SECRET),
                LAYOUT,
            ),
            post(
                saying(f"<LookupItem>{BROKER}<ItemId><Mood/></ItemId></LookupItem>", as_secret=_WRONG_SECRET),
                quiet_about(_WRONG_SECRET),
            ),
        ),
    ),
    Case(
        id="partners.store-asks",
        title="the system of a store is told nothing of users",
        level=Level.SHOULD,
        clause=f"{_LIST}: Unauthorized Service For Agency; Unsupported Service",
        steps=(
            post(
                f"<LookupUser>{STORE}{user()}{elements('User', 'Name Information')}</LookupUser>",
                problem(*_UNAUTHORIZED),
                *_NOTHING_TOLD,
            ),
        ),
    ),
    Case(
        id="partners.id-of-another",
        title="an id that belongs to an agency nobody knows is refused, or taken for one of ours",
        level=Level.SHOULD,
        clause=f"{_LIST}: Unknown Agency",
        steps=(
            post(
                f"<LookupItem>{BROKER}{item().replace('{institution}', _STRANGER)}</LookupItem>",
                is_but(
                    "LookupItemResponse, if with a Problem then Unknown Agency or Unknown Item",
                    lambda reply: (
                        reply.service == "LookupItemResponse"
                        and all(found.kind in ("Unknown Agency", "Unknown Item") for found in reply.problems)
                    ),
                ),
                LAYOUT,
            ),
        ),
    ),
    Case(
        id="partners.id-of-nobody",
        title="an id without an agency is one of ours",
        level=Level.MUST,
        clause="Z39.83-1: AgencyId is optional in ItemId",
        steps=(
            post(
                f"<LookupItem>{BROKER}<ItemId><ItemIdentifierValue>{{item}}</ItemIdentifierValue></ItemId>"
                "</LookupItem>",
                done("LookupItem"),
                told("ItemId/ItemIdentifierValue", "{item}"),
                LAYOUT,
            ),
        ),
    ),
)
