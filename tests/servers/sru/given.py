"""The town's catalogue over SRU: its records in MARC, an index that looks at every bib, and who asks.

The index is filled once: what is lent afterwards is seen in the answers all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from lxml import etree
from msgspec.structs import replace

from core.catalogue import Catalogue
from core.model.policy import Policy
from core.model.records import Bib, BibBody, BibId, Item, ItemId, Portfolio, PortfolioId, Record
from protocols.marc.exchange import to_be_sent
from protocols.marc.iso2709 import Marc, pack
from protocols.marc.marcxml import marcxml
from servers.catalogue.access_points import table
from servers.catalogue.entries import Entries, Subject
from servers.catalogue.ready import ReadyRecords
from servers.configuration.settings import Institution, Settings, SruProfile, SruStyle
from servers.http.application import Application
from servers.http.exchange import HttpAnswer, HttpRequest
from servers.sru.endpoint import SruFront
from servers.sru.house import House
from tests.fakes.naive_index import NaiveIndex
from tests.fakes.world import ATLAS, EMMA, METROPOLIS, POLICY, RECORDS, World
from tests.servers.http.given import answered

SRW = "{http://www.loc.gov/zing/srw/}"
SRU_2 = "{http://docs.oasis-open.org/ns/search-ws/sruResponse}"
DIAGNOSTIC = "{http://www.loc.gov/zing/srw/diagnostic/}"
MARC = "{http://www.loc.gov/MARC21/slim}"
EXPLAIN = "{http://explain.z3950.org/dtd/2.0/}"
SUDOKU, PRIDE = BibId(5), BibId(6)
OPEN = SruProfile(style=SruStyle.OPEN)
ALMA = SruProfile()


def marc(number: str, year: str, *fields: str) -> Marc:
    """A record; a field is written as ``245 10 $a Emma $c Jane Austen``."""
    made: list[tuple[bytes, bytes]] = [
        (b"001", number.encode()),
        (b"008", f"940827s{year}    enk|||||||||||||||||eng||".encode()),
    ]
    for field in fields:
        tag, indicators, *_ = field.split(" ", 2)
        data = indicators.replace("#", " ")
        for subfield in field.split(" $")[1:]:
            data += f"\x1f{subfield[0]}{subfield[2:]}"
        made.append((tag.encode(), data.encode()))
    return Marc(b"00000nam a2200000   4500", tuple(made))


BODIES: Mapping[BibId, Marc] = {
    EMMA: marc(
        "b1",
        "1815",
        "020 ## $a 9780141439587",
        "100 1# $a Austen, Jane",
        "245 10 $a Emma & other stories $c Jane Austen",
        "650 #0 $a Matchmaking $v Fiction",
        "AVA ## $a STALE $e available",
    ),
    METROPOLIS: marc("b2", "1927", "245 00 $a Metropolis", "655 #7 $a Science fiction films"),
    ATLAS: marc("b3", "1990", "245 04 $a The atlas of the world", "650 #0 $a Atlases"),
    SUDOKU: marc("b5", "2005", "245 10 $a Sudoku für Anfänger", "650 #0 $a Sudoku"),
    PRIDE: marc(
        "b6",
        "1813",
        "100 1# $a Austen, Jane",
        "245 10 $a Pride and prejudice",
        "650 #0 $a Courtship $v Fiction",
    ),
}
MORE: tuple[Record, ...] = (
    Bib(SUDOKU, 1, "b5", "Sudoku für Anfänger"),
    Bib(PRIDE, 1, "b6", "Pride and prejudice", "Austen, Jane"),
    Item(ItemId(16), 1, "I6", PRIDE, "EAST/FILMS", "book", "PR4034 .P7", permanent_location="MAIN/STACKS"),
    Portfolio(
        PortfolioId(90), 1, SUDOKU, "53001", "https://books.example/su?a=1&b=2", "61001", "Games", "Shelf"
    ),
)
TOWN_RECORDS: tuple[Record, ...] = (
    *RECORDS,
    *MORE,
    *[BibBody(bib, 1, pack(body)) for bib, body in BODIES.items()],
)


def settings(*profiles: SruProfile, policy: Policy = POLICY) -> Settings:
    """The town's, with these profiles."""
    institution = Institution(policy.institution, policy.name, policy.currency, policy.time_zone)
    return Settings(
        institution=institution, agency=policy.agencies, location=policy.locations, sru=profiles or (ALMA,)
    )


class Reply:
    """An answer, read."""

    def __init__(self, answer: HttpAnswer) -> None:
        self.answer = answer
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.body

    @property
    def root(self) -> Any:
        """The document."""
        return etree.fromstring(self.body)

    def texts(self, name: str) -> list[str]:
        """The texts of all elements of this name, in any namespace."""
        return [found.text or "" for found in self.root.iter(f"{{*}}{name}")]

    @property
    def hits(self) -> int:
        """numberOfRecords."""
        (number,) = self.texts("numberOfRecords")
        return int(number)

    @property
    def diagnostics(self) -> list[tuple[int, str]]:
        """Numbers and details, in order."""
        return [
            (int(found.findtext("{*}uri").rpartition("/")[2]), found.findtext("{*}details") or "")
            for found in self.root.iter("{*}diagnostic")
        ]

    @property
    def identifiers(self) -> list[str]:
        """recordIdentifier of each record."""
        return self.texts("recordIdentifier")

    def fields(self, tag: str) -> list[list[tuple[str, str]]]:
        """The subfields of each field with this tag."""
        return [
            [(one.get("code"), one.text) for one in field]
            for field in self.root.iter(f"{MARC}datafield")
            if field.get("tag") == tag
        ]


class Shelf(ReadyRecords):
    """Records ready for answers: kept as MARCXML, and in ISO 2709 beside that."""

    def __init__(self, path: Path, bodies: Mapping[BibId, Marc]) -> None:
        super().__init__(path, 0)
        self.marc = {bib: to_be_sent(body) for bib, body in bodies.items()}
        self.write((bib, 1, marcxml(body)) for bib, body in bodies.items())

    def marc_records(self, bibs: Sequence[BibId]) -> list[bytes | None]:
        """The record of each bib in ISO 2709; None where there is none."""
        return [self.marc.get(bib) for bib in bibs]


class Town:
    """The front of SRU over the town's records, without a socket."""

    def __init__(
        self, world: World, folder: Path, *profiles: SruProfile, bodies: Mapping[BibId, Marc] = BODIES
    ) -> None:
        self.world = world
        self.bodies = bodies
        self.path = f"/view/sru/{world.policy.policy.institution}"
        self.index: NaiveIndex | None = NaiveIndex()
        self.seconds = 0.0
        self.ready = Shelf(folder / "records", bodies)
        self.catalogue = Catalogue(
            table().points, self._newest, lambda: self.seconds, {"mms_id": self._numbered}
        )
        self.house = House(self.catalogue, world.desk, self.ready, world.memory.bibs)
        self.front = SruFront(self.house)
        self.fill()
        self.take_on(*profiles)

    def fill(self) -> None:
        """Index every bib that there is."""
        assert self.index is not None
        make = Entries(table(), self.index.prepare)
        cards = self.world.library.bibs.values()
        subjects = [
            Subject(
                replace(card, year=self.bodies[card.id].first(b"008")[7:11].decode()),
                pack(self.bodies[card.id]),
                tuple(self.world.library.items_of(card.id)),
            )
            for card in cards
            if card.id in self.bodies
        ]
        self.index.add([make(subject) for subject in subjects])
        self.index.commit(1)

    def take_on(self, *profiles: SruProfile) -> None:
        """Serve these profiles from now on."""
        self.settings = settings(*profiles, policy=self.world.policy.policy)
        self.application = Application(self.front.routes(self.settings))

    def _newest(self) -> Any:
        return None if self.index is None else self.index.view

    def _numbered(self, number: str) -> list[BibId]:
        bib = self.world.library.bib(number)
        return [] if bib is None else [bib.id]

    async def get(self, query: str = "", path: str = "", **headers: str) -> Reply:
        """What a GET is answered."""
        return await self.send("GET", path or self.path, query, b"", headers)

    async def post(self, body: bytes, kind: str, path: str = "") -> Reply:
        """What a POST is answered."""
        return await self.send("POST", path or self.path, "", body, {"Content-Type": kind})

    async def send(
        self, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        """What a request is answered."""
        found = self.application.find(path)
        assert found is not None
        route = found.route(method)
        assert route is not None
        named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        request = HttpRequest(method, path, found.names, query, Headers(named), body, "192.0.2.1")
        return Reply(await answered(route, request))

    async def search(self, query: str, **more: str | int) -> Reply:
        """searchRetrieve in version 1.2."""
        asked: dict[str, str | int] = {"version": "1.2", "operation": "searchRetrieve", "query": query}
        return await self.get(urlencode({**asked, **more}))

    async def search_2(self, query: str, **more: str | int) -> Reply:
        """searchRetrieve in version 2.0."""
        return await self.get(urlencode({"version": "2.0", "query": query, **more}))

    async def scan(self, clause: str, **more: str | int) -> Reply:
        """scan in version 1.2."""
        asked: dict[str, str | int] = {"version": "1.2", "operation": "scan", "scanClause": clause}
        return await self.get(urlencode({**asked, **more}))


class Headers(dict[str, str]):
    """Headers are found in any case."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value."""
        return super().get(name.lower(), default)
