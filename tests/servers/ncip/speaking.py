"""Partners that speak NCIP to the library of `tests.fakes.world`, in XML and without a socket.

A message is written as in the standard without prefixes; its envelope and header are put around it. Answers
are shown in the same short form: elements in braces, `{ItemId {ItemIdentifierValue I1}}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from core.model.records import Record
from servers.configuration.settings import (
    NcipAgency,
    NcipSettings,
    RemoteStorage,
    SecretHash,
    Settings,
)
from servers.http.exchange import HttpAnswer, HttpRequest
from servers.lines.tls import PeerIdentity
from servers.ncip.responder import NcipResponder
from servers.ncip.servlet import PATH, XML, NcipServlet
from tests.fakes.world import IN_DEPOT, WITH_DEPOT, World
from tests.servers.http.given import answered

NAMESPACE = "http://www.niso.org/2008/ncip"
VERSION = "http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd"
FIRST_VERSION = "http://www.niso.org/ncip/v1_0/imp1/dtd/ncip_v1_0.dtd"

STORE = NcipAgency("STORE", aliases=("TOWN",), profiles=("DEPOT",), addresses=("127.0.0.0/8",))
BROKER = NcipAgency(
    "BROKER", profiles=("ILL",), secret=SecretHash("word-1"), borrower="P2", pickups={"Main": "MAIN"}
)
DEPOT_STORAGE = RemoteStorage(
    "DEPOT", locations=("MAIN/DEPOT",), desks=("MAIN.DEPOT_DESK", "EAST.DESK"), shelve_into="MAIN/DEPOT"
)


AT_ONCE = NcipSettings(secret_failure_delay=0)
"""Nobody waits for the answer to a wrong secret."""


PARTNERS = Settings(ncip=AT_ONCE, ncip_agency=(STORE, BROKER), remote_storage=(DEPOT_STORAGE,))


class Seconds:
    """Time that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Speaker:
    """A partner and the servlet that it speaks to."""

    def __init__(
        self,
        world: World,
        agency: NcipAgency = BROKER,
        *,
        sender: str = "",
        profile: str = "",
        secret: str = "",
        settings: Settings | None = None,
    ) -> None:
        self.world = world
        self.agency = agency
        self.sender = sender or agency.code
        self.profile = profile or (agency.profiles[0] if agency.profiles else "")
        self.secret = secret or str(agency.secret)
        self.peer = "127.0.0.1"
        self.identity: PeerIdentity | None = None
        self.settings = settings or PARTNERS
        self.seconds = Seconds()
        self.responder = NcipResponder(self.settings, world.desk, world.credentials, self.seconds)
        servlet = NcipServlet(self.responder)
        self._routes = {route.path: route for route in servlet.routes(self.settings)}

    async def ask(self, content: str, desk: str = "", path: str = PATH) -> str:
        """The short form of what the servlet answers to ``<Service>…</Service>``."""
        return short((await self.post(self.message(content, desk).encode(), path)).body)

    async def post(self, body: bytes, path: str = PATH, content_type: str = XML) -> HttpAnswer:
        """What is answered to these bytes."""
        headers = {"Content-Type": content_type} if content_type else {}
        request = HttpRequest("POST", path, {}, "", headers, body, self.peer, self.identity)
        return await answered(self._routes[path], request)

    def message(self, content: str, desk: str = "") -> str:
        """The whole message."""
        service = re.match(r"<(\w+)", content)
        assert service is not None, "a message is a service"
        begin = content.index(">") + 1
        inside = content[:begin].replace("/>", ">") + self.header(desk) + content[begin:]
        if content.endswith("/>"):
            inside += f"</{service[1]}>"
        return f'<NCIPMessage xmlns="{NAMESPACE}" version="{VERSION}">{inside}</NCIPMessage>'

    def header(self, desk: str = "") -> str:
        """The header of its messages."""
        secret = f"<FromAgencyAuthentication>{self.secret}</FromAgencyAuthentication>" if self.secret else ""
        behalf = f"<OnBehalfOfAgency><AgencyId>{desk}</AgencyId></OnBehalfOfAgency>" if desk else ""
        profile = f"<ApplicationProfileType>{self.profile}</ApplicationProfileType>" if self.profile else ""
        return (
            f"<InitiationHeader><FromAgencyId><AgencyId>{self.sender}</AgencyId></FromAgencyId>{secret}"
            f"{behalf}<ToAgencyId><AgencyId>TOWN</AgencyId></ToAgencyId>{profile}</InitiationHeader>"
        )


def short(body: bytes) -> str:
    """An answer without envelope, header and prefixes, in braces."""
    text = body.decode()
    text = re.sub(r"<\?xml[^>]*>", "", text)
    text = re.sub(r"<(/?)\w+:", r"<\1", text)
    text = re.sub(r"<ResponseHeader>.*</ResponseHeader>", "", text)
    text = re.sub(r"</?NCIPMessage[^>]*>", "", text)
    text = re.sub(r"<(\w+)/>", r"{\1}", text)
    text = re.sub(r"<(\w+)>(?=<|\{)", r"{\1 ", text)
    text = re.sub(r"<(\w+)></\1>", r"{\1}", text)
    text = re.sub(r"<(\w+)>", r"{\1 ", text)
    return re.sub(r"</\w+>", "}", text)


async def town(records: tuple[Record, ...] = IN_DEPOT, **policy: Any) -> World:
    """The small library with its depot."""
    return await World(replace(WITH_DEPOT, **policy), records).start()


def problem(response: str, kind: str, detail: str, element: str = "", value: str = "") -> str:
    """The short form of a refusal."""
    shown: Mapping[str, str] = {"ProblemElement": element, "ProblemValue": value}
    more = "".join(f"{{{name} {text}}}" for name, text in shown.items() if text)
    return f"{{{response} {{Problem {{ProblemType {kind}}}{{ProblemDetail {detail}}}{more}}}}}"


def item(barcode: str) -> str:
    """An ItemId as it is asked for."""
    return f"<ItemId><ItemIdentifierValue>{barcode}</ItemIdentifierValue></ItemId>"


def user(identifier: str) -> str:
    """A UserId as it is asked for."""
    return f"<UserId><UserIdentifierValue>{identifier}</UserIdentifierValue></UserId>"


def request(number: str) -> str:
    """A RequestId as it is asked for."""
    return f"<RequestId><RequestIdentifierValue>{number}</RequestIdentifierValue></RequestId>"


def proof(identifier: str, pin: str) -> str:
    """A user who is named and proved by two AuthenticationInput."""
    pairs = {"Barcode Id": identifier, "PIN": pin}
    return "".join(
        f"<AuthenticationInput><AuthenticationInputData>{text}</AuthenticationInputData>"
        "<AuthenticationDataFormatType>text/plain</AuthenticationDataFormatType>"
        f"<AuthenticationInputType>{name}</AuthenticationInputType></AuthenticationInput>"
        for name, text in pairs.items()
    )
