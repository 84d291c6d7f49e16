"""A small NCIP responder that is right, or wrong in one way; the kit is tried against both.

It is written from the standard by itself: no line of it comes from the kit or from the server this repository
ships. It has the services of loans, requests and stores; others it says it does not have.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web
from lxml import etree

NS = "http://www.niso.org/2008/ncip"
LONGEST = 1 << 20
HOUSE, PARTNER, DESK, PROFILE, SECRET = "TINY", "ILL", "HERE.DESK", "DEPOT", "word-1"
DUE = "2031-01-31T22:59:00Z"
VERSION = "http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd"
SERVICES = (
    *("LookupVersion", "LookupAgency", "LookupItem", "LookupItemSet", "LookupRequest", "LookupUser"),
    *("AcceptItem", "CancelRecallItem", "CancelRequestItem", "CheckInItem", "CheckOutItem", "CreateItem"),
    *("CreateUser", "CreateUserFiscalTransaction", "DeleteItem", "DeleteUser", "RecallItem", "RenewItem"),
    *("ReportCirculationStatusChange", "RequestItem", "UndoCheckOutItem", "UpdateCirculationStatus"),
    *("UpdateItem", "UpdateRequestItem", "UpdateUser", "ItemCheckedOut", "ItemReceived", "ItemRenewed"),
    *("ItemShipped", "CirculationStatusUpdated"),
)
CASES = {
    "patron_blocked": "P901",
    "patron_expired": "P902",
    "patron_fines": "P903",
    "patron_at_limit": "P904",
    "patron_to_block": "P906",
    "item_reference": "I901",
    "item_on_loan": "I902",
    "item_on_hold": "I903",
    "item_remote": "I904",
    "item_lost": "I905",
    "item_multi": "I906",
}

Tree = dict[str, Any]


class Refused(Exception):
    """A Problem: its type, the element that it is about, what stood there."""

    def __init__(self, kind: str, element: str = "", value: str = "") -> None:
        super().__init__(kind)
        self.kind, self.element, self.value = kind, element, value


class TinyResponder:
    """Loans and requests in dicts; `fault` names the one thing that is done wrong."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.patrons = {f"P{number:03}" for number in [*range(1, 101), *range(901, 908)]}
        self.items = {f"I{number:03}" for number in [*range(1, 301), *range(801, 861), *range(901, 907)]}
        self.loans = {"I902": "P900"}
        self.requests: dict[str, tuple[str, str]] = {"other": ("P900", "I903")}
        self.pickups: dict[str, str] = {}
        self.missing = {"I905"}
        self.moving: set[str] = set()
        self.done: dict[tuple[str, ...], str] = {}
        self.lock = asyncio.Lock()

    async def answer(self, body: bytes, content_type: str) -> tuple[int, bytes]:
        """Return status and body of what is answered."""
        try:
            root = parsed(body, content_type, careless=self.fault == "expands entities")
        except Refused as problem:
            return 200, written(self._problem("", problem), "ns1", VERSION, first=False)
        prefix, uri, first = told_by(root)
        if self.fault == "own prefix":
            prefix = "ns2"
        if self.fault == "own version":
            uri = VERSION.replace("2_02", "2_01")
        try:
            text = await self._text(root, body)
        except Refused as problem:
            service = etree.QName(root[0]).localname if len(root) else ""
            text = self._problem(service if service in SERVICES else "", problem, root)
            if self.fault == "problems are 500":
                return 500, written(text, prefix, uri, first=first)
        return 200, written(text, prefix, uri, first=first)

    async def _text(self, root: Any, body: bytes) -> str:
        if etree.QName(root).localname != "NCIPMessage":
            raise Refused("Invalid Message Syntax Error")
        if len(root) != 1 and self.fault != "does the first":
            raise Refused("Protocol Error" if len(root) else "Needed Data Missing")
        service, asked = etree.QName(root[0]).localname, tree(root[0])
        if service not in SERVICES:
            raise Refused("Unknown Service")
        if service == "LookupVersion":
            ours, theirs = text_at(asked, "ToAgencyId"), text_at(asked, "FromAgencyId")
            agencies = element("FromAgencyId", element("AgencyId", ours)) if ours else ""
            agencies += element("ToAgencyId", element("AgencyId", theirs)) if theirs else ""
            return element("LookupVersionResponse", agencies + element("VersionSupported", VERSION))
        self._admit(service, asked)
        act: Callable[[Tree], str] | None = getattr(self, f"_{service.lower()}", None)
        if act is None:
            raise Refused("Unsupported Service")
        async with self.lock:
            content = self._once(service, asked, act)
        return f"<{service}Response>{header(asked)}{content}</{service}Response>"

    def _admit(self, service: str, asked: Tree) -> None:
        heads = asked.get("InitiationHeader", [{}])[0]
        path = f"//{service}/InitiationHeader"
        if text_at(heads, "FromAgencyId") != "BROKER" and self.fault != "serves strangers":
            raise Refused("Unknown Agency", f"{path}/FromAgencyId/AgencyId", text_at(heads, "FromAgencyId"))
        shown = text_at(heads, "FromAgencyAuthentication")
        if shown != SECRET and self.fault != "asks no secret":
            raise Refused(
                "Agency Authentication Failed",
                f"{path}/FromAgencyAuthentication",
                shown if self.fault == "tells the secret" else "",
            )
        profile = text_at(heads, "ApplicationProfileType")
        if profile not in (PARTNER, PROFILE):
            raise Refused(
                "Unauthorized Combination Of Element Values For Agency", f"{path}/ApplicationProfileType"
            )
        if profile == PROFILE:
            desk = text_at(heads, "OnBehalfOfAgency")
            if desk != DESK and self.fault != "any desk":
                kind = "Unauthorized Combination Of Element Values For Agency"
                raise Refused(kind, f"{path}/OnBehalfOfAgency/AgencyId", desk)
            if service not in ("CheckInItem", "CheckOutItem", "CancelRequestItem"):
                raise Refused("Unauthorized Service For Agency")

    def _once(self, service: str, asked: Tree, act: Callable[[Tree], str]) -> str:
        """Do it, or answer what was answered to the same before."""
        about = text_at(asked, "ItemId") or text_at(asked, "RequestId")
        key = (about, service, repr(asked))
        if service.startswith("Lookup") or self.fault == "does twice":
            return act(asked)
        if key not in self.done:
            content = act(asked)
            self.done = {old: text for old, text in self.done.items() if old[0] != about}
            self.done[key] = content
        return self.done[key]

    def _problem(self, service: str, problem: Refused, root: Any = None) -> str:
        detail = "Traceback (most recent call last)" if self.fault == "shows its program" else problem.kind
        text = element(
            "Problem",
            element("ProblemType", problem.kind)
            + element("ProblemDetail", detail)
            + (element("ProblemElement", problem.element) if problem.element else "")
            + (element("ProblemValue", escape(problem.value)) if problem.value else ""),
        )
        if not service:
            return text
        return element(f"{service}Response", (header(tree(root[0])) if root is not None else "") + text)

    # What is known

    def _item(self, asked: Tree, service: str) -> str:
        name = text_at(asked, "ItemId")
        if name not in self.items:
            raise Refused("Unknown Item", f"//{service}/ItemId", name)
        return name

    def _user(self, asked: Tree, service: str) -> str:
        proofs = {
            text_at(one, "AuthenticationInputType"): one for one in asked.get("AuthenticationInput", [])
        }
        name = text_at(asked, "UserId")
        if "Barcode Id" in proofs:
            name = text_at(proofs["Barcode Id"], "AuthenticationInputData")
            pin = text_at(proofs.get("PIN", {}), "AuthenticationInputData")
            if pin != "1234" and self.fault != "any PIN":
                value = pin if self.fault == "tells the PIN" else ""
                raise Refused("User Authentication Failed", f"//{service}/AuthenticationInput", value)
        if name not in self.patrons:
            raise Refused("Unknown User", f"//{service}/UserId", name)
        return name

    def _state(self, item: str) -> str:
        states = {
            "Missing": item in self.missing,
            "On Loan": item in self.loans,
            "In Transit Between Library Locations": item in self.moving,
        }
        return next((state for state, holds in states.items() if holds), "Available On Shelf")

    def _lookupitem(self, asked: Tree) -> str:
        number = text_at(asked, "RequestId")
        if number in self.requests:
            _, item = self.requests[number]
            return request_id(number) + item_id(item)
        item = self._item(asked, "LookupItem")
        optional = self._parts(item, asked)
        return (optional + item_id(item)) if self.fault == "wrong order" else item_id(item) + optional

    def _parts(self, item: str, asked: Tree) -> str:
        wanted = {text_of(one) for one in asked.get("ItemElementType", [])}
        record = element("BibliographicRecordIdentifier", f"b{item}") + element("AgencyId", HOUSE)
        place = element("LocationNameLevel", "1") + element("LocationNameValue", "Main stacks")
        parts = {
            "Bibliographic Description": element(
                "BibliographicDescription",
                element("BibliographicRecordId", record) + element("Title", "The waves"),
            ),
            "Item Use Restriction Type": (
                element("ItemUseRestrictionType", "Not For Loan") if item == "I901" else ""
            ),
            "Circulation Status": element("CirculationStatus", self._state(item)),
            "Hold Queue Length": element("HoldQueueLength", "0"),
            "Item Description": element("ItemDescription", element("CallNumber", "W 1")),
            "Location": element(
                "Location",
                element("LocationType", "Permanent Location")
                + element("LocationName", element("LocationNameInstance", place)),
            ),
            "Date Due": element("DateDue", DUE) if item in self.loans else "",
        }
        told = "".join(text for name, text in parts.items() if name in wanted or self.fault == "tells all")
        return element("ItemOptionalFields", told) if told else ""

    def _lookupuser(self, asked: Tree) -> str:
        user = self._user(asked, "LookupUser")
        text = user_id(user)
        if "UserFiscalAccountDesired" in asked:
            owed = "12.50" if self.fault == "writes money with a point" else "1250"
            balance = element("CurrencyCode", "EUR") + element("MonetaryValue", owed)
            text += element("UserFiscalAccount", element("AccountBalance", balance))
        if "LoanedItemsDesired" in asked:
            loans = [item for item, patron in self.loans.items() if patron == user]
            text += "".join(element("LoanedItem", item_id(item) + element("DateDue", DUE)) for item in loans)
        if "RequestedItemsDesired" in asked:
            text += "".join(
                self._requested(number, item)
                for number, (patron, item) in self.requests.items()
                if patron == user
            )
        wanted = {text_of(one) for one in asked.get("UserElementType", [])}
        name = element("UnstructuredPersonalUserName", f"Reader {user}")
        standing = "BARRED" if user in ("P901", "P902") else "ACTIVE"
        privilege = element("AgencyId", HOUSE) + element("AgencyUserPrivilegeType", "adult")
        status = element("UserPrivilegeStatus", element("UserPrivilegeStatusType", standing))
        parts = {
            "Name Information": element("NameInformation", element("PersonalNameInformation", name)),
            "User Privilege": element("UserPrivilege", privilege + status),
        }
        told = "".join(part for kind, part in parts.items() if kind in wanted)
        return text + (element("UserOptionalFields", told) if told else "")

    def _requested(self, number: str, item: str) -> str:
        place = self.pickups.get(number, "HERE")
        return element(
            "RequestedItem",
            request_id(number)
            + item_id(item)
            + element("RequestType", "Hold")
            + element("RequestStatusType", "In Process")
            + element("DatePlaced", "2026-01-05T10:00:00Z")
            + element("PickupLocation", place),
        )

    # What is done

    def _checkoutitem(self, asked: Tree) -> str:
        if self._is_store(asked):
            item = self._item(asked, "CheckOutItem")
            self.moving.add(item)
            return (
                item_id(item) + user_id(text_at(asked, "UserId")) + element("IndeterminateLoanPeriodFlag", "")
            )
        item, user = self._item(asked, "CheckOutItem"), self._user(asked, "CheckOutItem")
        kinds = {
            "User Blocked": user in ("P901", "P902"),
            "Maximum Check Outs Exceeded": user == "P904",
            "Item Does Not Circulate": item in ("I901", "I903", "I905"),
            "Resource Cannot Be Provided": self.loans.get(item, user) != user,
        }
        for kind, holds in kinds.items():
            if holds and self.fault != "lends anything":
                raise Refused(kind, "//CheckOutItem/ItemId", item)
        if "DesiredDateDue" in asked and not re.match(r"\d{4}-", text_at(asked, "DesiredDateDue")):
            raise Refused("Invalid Date", "//CheckOutItem/DesiredDateDue")
        self.loans[item] = user
        due = "31.01.2031" if self.fault == "dates its own way" else DUE
        return item_id(item) + user_id(user) + element("DateDue", due) + self._parts(item, asked)

    def _checkinitem(self, asked: Tree) -> str:
        item = self._item(asked, "CheckInItem")
        if self.fault != "keeps loans":
            self.loans.pop(item, None)
        self.moving.discard(item)
        self.missing -= {item} - {"I905"}
        return item_id(item)

    def _renewitem(self, asked: Tree) -> str:
        item, user = self._item(asked, "RenewItem"), self._user(asked, "RenewItem")
        if self.loans.get(item) != user:
            raise Refused("Item Not Checked Out", "//RenewItem/ItemId", item)
        return item_id(item) + user_id(user) + element("DateDue", DUE)

    def _requestitem(self, asked: Tree) -> str:
        user, number = self._user(asked, "RequestItem"), text_at(asked, "RequestId")
        scope = text_at(asked, "RequestScopeType")
        item = self._item(asked, "RequestItem") if scope == "Item" else self._of_title(asked)
        wanted = any(one == (user, item) for other, one in self.requests.items() if other != number)
        if user in ("P901", "P902"):
            raise Refused("User Blocked", "//RequestItem/UserId", user)
        if wanted or self.loans.get(item) == user:
            raise Refused("Duplicate Request", "//RequestItem/ItemId", item)
        if "PickupLocation" in asked and text_at(asked, "PickupLocation") not in ("HERE", "THERE"):
            place = text_at(asked, "PickupLocation")
            raise Refused("Element Rule Violated", "//RequestItem/PickupLocation", place)
        self.requests[number] = (user, item)
        self.pickups[number] = text_at(asked, "PickupLocation") or "HERE"
        kind = element("RequestType", "Hold") + element("RequestScopeType", scope)
        return request_id(number) + item_id(item) + user_id(user) + kind

    def _of_title(self, asked: Tree) -> str:
        record = asked["BibliographicId"][0]["BibliographicRecordId"][0]
        return text_at(record, "BibliographicRecordIdentifier").removeprefix("b")

    def _cancelrequestitem(self, asked: Tree) -> str:
        number, user = text_at(asked, "RequestId"), text_at(asked, "UserId")
        if self._is_store(asked):
            item = self._item(asked, "CancelRequestItem")
            self.missing.add(item)
            return item_id(item) + user_id(user)
        if not number:
            item = self._item(asked, "CancelRequestItem")
            number = next((key for key, one in self.requests.items() if one == (user, item)), "")
        if number not in self.requests:
            raise Refused("Unknown Request", "//CancelRequestItem/RequestId", number)
        _, item = self.requests.pop(number) if self.fault != "keeps requests" else self.requests[number]
        named = request_id(number) if "RequestId" in asked else item_id(item)
        return named + user_id(user)

    def _is_store(self, asked: Tree) -> bool:
        return text_at(asked["InitiationHeader"][0], "ApplicationProfileType") == PROFILE


# XML


def parsed(body: bytes, content_type: str, *, careless: bool) -> Any:
    """Return the root of a message. Raises Refused."""
    if len(body) > LONGEST or b"\0" in body:
        raise Refused("Invalid Message Syntax Error")
    if re.search(rb"<!DOCTYPE[^>]*\[", body) and not careless:
        raise Refused("Invalid Message Syntax Error")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = re.search(rb"encoding=[\"']([\w-]+)", body[:200])
        charset = re.search(r"charset=\"?([\w-]+)", content_type)
        named = (charset[1] if charset else "") or (declared[1].decode() if declared else "utf-8")
        if named.lower() == "utf-8" and declared:
            raise Refused("Invalid Message Syntax Error") from None
        try:
            text = body.decode(named)
        except (LookupError, UnicodeDecodeError):
            raise Refused("Invalid Message Syntax Error") from None
    text = re.sub(r"^\s*<\?xml(?!-)[^>]*\?>", "", text).strip()
    parser = etree.XMLParser(
        resolve_entities=careless, no_network=True, load_dtd=careless, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused("Invalid Message Syntax Error") from None
    if sum(1 + len(one.attrib) for one in root.iter()) > 10_000 or depth(root) > 32:
        raise Refused("Invalid Message Syntax Error")
    return root


def depth(root: Any) -> int:
    """How many elements are within each other."""
    deepest, here = 0, 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        here += 1 if event == "start" else -1
        deepest = max(deepest, here)
    return deepest


def told_by(root: Any) -> tuple[str, str, bool]:
    """Return prefix and version URI of a message, and whether it is of version 1."""
    uri = root.get("version") or root.get(f"{{{NS}}}version") or VERSION
    first = root.tag == "NCIPMessage" and "v1_" in uri
    known = re.search(r"v\d_\d+", uri) is not None
    return root.prefix or "", uri if known else VERSION, first


def tree(node: Any) -> Tree:
    """Return an element by the local names of what stands in it; ids of version 1 as those of version 2."""
    found: Tree = {"": "".join(node.itertext()).strip() if len(node) == 0 else ""}
    for child in node:
        name = etree.QName(child).localname.removeprefix("Unique")
        if name == "VisibleUserId":
            name = "UserId"
        found.setdefault(name, []).append(tree(child))
    return found


def text_of(one: Tree) -> str:
    """Return the text of an element, or of the one that says what it is."""
    if one[""]:
        return str(one[""])
    for name in ("Value", "AgencyId", *ID_VALUES):
        if name in one:
            return text_of(one[name][0])
    return ""


ID_VALUES = ("ItemIdentifierValue", "UserIdentifierValue", "RequestIdentifierValue", "VisibleUserIdentifier")


def text_at(asked: Tree, name: str) -> str:
    """Return what the first element of that name says."""
    if name not in asked:
        return ""
    one: Tree = asked[name][0]
    for value in ID_VALUES:
        if value in one:
            return str(one[value][0][""])
    return text_of(one)


def element(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>"


def item_id(item: str) -> str:
    return element("ItemId", element("AgencyId", HOUSE) + element("ItemIdentifierValue", escape(item)))


def user_id(user: str) -> str:
    return element("UserId", element("AgencyId", HOUSE) + element("UserIdentifierValue", escape(user)))


def request_id(number: str) -> str:
    return element(
        "RequestId", element("AgencyId", "BROKER") + element("RequestIdentifierValue", escape(number))
    )


def header(asked: Tree) -> str:
    """Return the header of an answer: From and To swapped."""
    if "InitiationHeader" not in asked:
        return ""
    heads = asked["InitiationHeader"][0]
    system = text_at(heads, "FromSystemId")
    return element(
        "ResponseHeader",
        element("FromAgencyId", element("AgencyId", escape(text_at(heads, "ToAgencyId"))))
        + (element("ToSystemId", system) if system else "")
        + element("ToAgencyId", element("AgencyId", escape(text_at(heads, "FromAgencyId")))),
    )


def written(text: str, prefix: str, uri: str, *, first: bool) -> bytes:
    """Return the message around an answer, in the version and with the prefix of the question."""
    if first:
        text = re.sub(r"<(/?)(UserId|ItemId|RequestId|AgencyId)>", r"<\1Unique\2>", text)
        text = re.sub(
            r"<UniqueAgencyId>([^<]*)</UniqueAgencyId>",
            lambda found: element("UniqueAgencyId", pair(found[1])),
            text,
        )
        text = re.sub(
            r"<Problem><ProblemType>([^<]*)</ProblemType>.*</Problem>",
            lambda found: element(
                "Problem", element("ProcessingError", element("ProcessingErrorType", pair(found[1])))
            ),
            text,
        )
        return f'<NCIPMessage version="{uri}">{text}</NCIPMessage>'.encode()
    mark = f"{prefix}:" if prefix else ""
    declared = f'xmlns{":" if prefix else ""}{prefix}="{NS}"' + ("" if prefix else f' xmlns:n="{NS}"')
    named = re.sub(r"<(/?)(?=[A-Za-z])", rf"<\1{mark}", text)
    return f'<{mark}NCIPMessage {declared} {mark or "n:"}version="{uri}">{named}</{mark}NCIPMessage>'.encode()


def pair(value: str) -> str:
    return f"<Scheme>urn:tiny</Scheme><Value>{value}</Value>"


@asynccontextmanager
async def responding(responder: TinyResponder) -> AsyncIterator[int]:
    """Serve `responder` at /ncip on a port of its own, which is returned."""

    async def handle(request: web.Request) -> web.Response:
        if request.headers.get("Content-Encoding"):
            raise web.HTTPUnsupportedMediaType
        if (request.content_length or 0) > LONGEST:
            raise web.HTTPRequestEntityTooLarge(LONGEST, request.content_length or 0)
        try:
            body = await request.read()
        except ConnectionError:
            return web.Response(status=400)
        status, text = await responder.answer(body, request.headers.get("Content-Type", ""))
        kind = "text/html" if responder.fault == "says it is a page" else "application/xml"
        return web.Response(status=status, body=text, content_type=kind, charset="utf-8")

    application = web.Application(client_max_size=LONGEST)
    application.router.add_post("/ncip", handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
