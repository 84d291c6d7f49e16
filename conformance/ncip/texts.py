"""The messages that cases are made of, written as the standard lays them out; one name for each.

A message is a service without envelope and prefixes. `BROKER` and `STORE` are the headers of the two partners
that a target may know: one of interlibrary lending, and the system of a remote store, as Alma wants it.
"""

from conformance.case import post

BROKER = (
    "<InitiationHeader><FromAgencyId><AgencyId>{ncip_agency}</AgencyId></FromAgencyId>"
    "<FromAgencyAuthentication>{as_secret}</FromAgencyAuthentication>"
    "<ToAgencyId><AgencyId>{institution}</AgencyId></ToAgencyId>"
    "<ApplicationProfileType>{as_partner}</ApplicationProfileType></InitiationHeader>"
)
STORE = (
    "<InitiationHeader><FromSystemId>NCIP_REMOTE_STORAGE</FromSystemId>"
    "<FromAgencyId><AgencyId>{ncip_store_agency}</AgencyId></FromAgencyId>"
    "<FromAgencyAuthentication>{as_store_secret}</FromAgencyAuthentication>"
    "<OnBehalfOfAgency><AgencyId>{ncip_desk}</AgencyId></OnBehalfOfAgency>"
    "<ToAgencyId><AgencyId>{institution}</AgencyId></ToAgencyId>"
    "<ApplicationProfileType>{ncip_profile}</ApplicationProfileType></InitiationHeader>"
)
_SCHEME = "<Scheme>urn:circdesk-conformance:agencies</Scheme>"
BROKER_1 = (
    f"<InitiationHeader><FromAgencyId><UniqueAgencyId>{_SCHEME}<Value>{{ncip_agency}}</Value>"
    "</UniqueAgencyId></FromAgencyId><FromAgencyAuthentication>{as_secret}</FromAgencyAuthentication>"
    f"<ToAgencyId><UniqueAgencyId>{_SCHEME}<Value>{{institution}}</Value></UniqueAgencyId></ToAgencyId>"
    "<ApplicationProfileType><Scheme>urn:circdesk-conformance:profiles</Scheme><Value>{as_partner}</Value>"
    "</ApplicationProfileType></InitiationHeader>"
)


def item(name: str = "{item}") -> str:
    """Return the id of an item."""
    return _id("Item", name)


def user(name: str = "{patron}") -> str:
    """Return the id of a user."""
    return _id("User", name)


def number(name: str = "{mark}") -> str:
    """Return the id of a request."""
    return _id("Request", name, "ncip_agency")


def _id(kind: str, name: str, agency: str = "institution") -> str:
    value = f"<{kind}IdentifierValue>{name}</{kind}IdentifierValue>"
    return f"<{kind}Id><AgencyId>{{{agency}}}</AgencyId>{value}</{kind}Id>"


def proof(card: str = "{patron}", pin: str = "{pin}") -> str:
    """Return a user who is named and proved: two AuthenticationInput."""
    return "".join(
        f"<AuthenticationInput><AuthenticationInputData>{data}</AuthenticationInputData>"
        "<AuthenticationDataFormatType>text/plain</AuthenticationDataFormatType>"
        f"<AuthenticationInputType>{kind}</AuthenticationInputType></AuthenticationInput>"
        for data, kind in ((card, "Barcode Id"), (pin, "PIN"))
    )


def elements(kind: str, *names: str) -> str:
    """Return what asks for parts of an answer: `elements("Item", "Location")`."""
    return "".join(f"<{kind}ElementType>{name}</{kind}ElementType>" for name in names)


def lookup_item(which: str | None = None, *parts: str) -> str:
    """Return a LookupItem that asks for these parts."""
    return f"<LookupItem>{BROKER}{which or item()}{elements('Item', *parts)}</LookupItem>"


def lookup_user(who: str | None = None, more: str = "", *parts: str) -> str:
    """Return a LookupUser that asks for these parts."""
    return f"<LookupUser>{BROKER}{who or user()}{elements('User', *parts)}{more}</LookupUser>"


def check_out(who: str | None = None, which: str | None = None, more: str = "", header: str = BROKER) -> str:
    """Return a CheckOutItem."""
    return f"<CheckOutItem>{header}{who or user()}{which or item()}{more}</CheckOutItem>"


def check_in(which: str | None = None, more: str = "", header: str = BROKER) -> str:
    """Return a CheckInItem."""
    return f"<CheckInItem>{header}{which or item()}{more}</CheckInItem>"


def renew(who: str | None = None, which: str | None = None, more: str = "") -> str:
    """Return a RenewItem."""
    return f"<RenewItem>{BROKER}{who or user()}{which or item()}{more}</RenewItem>"


def request(what: str | None = None, scope: str = "Item", more: str = "", who: str | None = None) -> str:
    """Return a RequestItem under a number of its own; `more` follows the scope."""
    return (
        f"<RequestItem>{BROKER}{who or user()}{what or item()}{number()}<RequestType>Hold</RequestType>"
        f"<RequestScopeType>{scope}</RequestScopeType>{more}</RequestItem>"
    )


def cancel(which: str | None = None, who: str | None = None, header: str = BROKER) -> str:
    """Return a CancelRequestItem, by the number of the request if nothing else is said."""
    return (
        f"<CancelRequestItem>{header}{who or user()}{which or number()}<RequestType>Hold</RequestType>"
        "</CancelRequestItem>"
    )


def accept(action: str = "Hold For Pickup", name: str = "{mark}", more: str = "") -> str:
    """Return an AcceptItem: an item of another library has come for a patron."""
    return (
        f"<AcceptItem>{BROKER}{number(name)}<RequestedActionType>{action}</RequestedActionType>{user()}"
        f"{item(name)}<ItemOptionalFields><BibliographicDescription><Author>Woolf, Virginia</Author>"
        f"<Title>The waves</Title></BibliographicDescription></ItemOptionalFields>{more}</AcceptItem>"
    )


LOOKUP_VERSION = post(
    "<LookupVersion><FromAgencyId><AgencyId>{ncip_agency}</AgencyId></FromAgencyId>"
    "<ToAgencyId><AgencyId>{institution}</AgencyId></ToAgencyId></LookupVersion>"
)
LOOKUP_ITEM = lookup_item(None, "Circulation Status")
LOOKUP_USER = lookup_user(None, "", "Name Information")
LOANS = "<LoanedItemsDesired/>"
REQUESTS = "<RequestedItemsDesired/>"
ACCOUNT = "<UserFiscalAccountDesired/>"


def of(text: str, **names: str) -> str:
    """Return `text` about somebody or something else: `of(LOOKUP_ITEM, item="item_lost")`."""
    for name, other in names.items():
        text = text.replace("{" + name + "}", "{" + other + "}")
    return text


def saying(text: str, **names: str) -> str:
    """Return `text` with plain text in place of a name: `saying(LOOKUP_ITEM, item="no such item")`."""
    for name, said in names.items():
        text = text.replace("{" + name + "}", said)
    return text
