"""With programs not ours: YAZ's clients at our target, our origin at YAZ's servers, and what those say to
to each other.
"""

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocols.z3950 import codec, externals, oids, pqf
from protocols.z3950.apdus import (
    CloseReason,
    DeleteFunction,
    DeleteResultSetRequest,
    InitializeResponse,
    PresentRequest,
    PresentResponse,
    ScanRequest,
    ScanResponse,
    SearchRequest,
    SearchResponse,
    TermInfo,
)
from protocols.z3950.association import Asked, Closing, Event, Operation
from protocols.z3950.charset import LATIN_1, UTF_8
from protocols.z3950.externals import SearchInfoReport, Sutrs
from protocols.z3950.negotiation import Offer
from protocols.z3950.origin import NEED_DATA, Answered, Ended, Origin, initialization
from protocols.z3950.rpn import RpnQuery, attribute
from protocols.z3950.structures import AttributesPlusTerm, External
from tests.matrix import proves
from tests.protocols.z3950.catalogue import Catalogue
from tests.protocols.z3950.peers import (
    LARGE,
    PATIENCE,
    Between,
    Target,
    framed,
    served,
    yaz_client,
    zebra,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose name is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="z") as name:
        yield Path(name)


# YAZ's clients at our target


def shown(folder: Path, script: str, catalogue: Catalogue | None = None) -> tuple[str, list[Event]]:
    """What yaz-client shows of our target, and what our target has seen."""
    catalogue = catalogue or Catalogue()
    target = Target(folder / "ours", catalogue)
    target.start()
    output = yaz_client(script.replace("OPEN", f"open unix:{folder}/ours"))
    target.join(PATIENCE)
    return output, catalogue.events


def requests(events: list[Event]) -> list[object]:
    return [event.request for event in events if isinstance(event, Asked | Operation)]


@proves("Z39.50: yaz-client over every operation")
@pytest.mark.needs_tool("yaz-client")
def test_yaz_client_searches_shows_scans_sorts_deletes_and_closes(folder: Path) -> None:
    output, events = shown(
        folder,
        "OPEN\nfind @and @attr 1=4 a 25\nshow 1+2\nformat opac\nshow 3\nformat sutrs\nshow 4\nformat grs-1\n"
        "show 4\nshow 26\nscan @attr 1=4 apple\nsort 1=4 i<\ndelete 1\nbase none\nfind x\nclose",
    )
    for words in (
        "Connection accepted by v3 target.",
        "Name   : circdesk tests",
        "Number of hits: 25",
        "Book 1 épilogue",
        "Book 2 épilogue",
        "Record type: OPAC",
        "availableNow: 0",
        "itemId: 31233",
        "Record type: SUTRS\nBook 4",
        "[239] Record syntax not supported -- v2 addinfo '1.2.840.10003.5.105'",
        "[13] Present request out of range",
        "* apple (1)",
        "status=success",
        "Got deleteResultSetResponse status=0",
        "[235] Database does not exist -- v2 addinfo 'none'",
    ):
        assert words in output
    assert isinstance(events[-1], Closing)
    assert events[-1].reason is CloseReason.FINISHED
    search = requests(events)[1]
    assert isinstance(search, SearchRequest)
    assert isinstance(search.query, RpnQuery)
    assert pqf.write(search.query) == "@and @attr 1=4 a 25"


@proves("Z39.50: RPN read, written, and shown as PQF")
@pytest.mark.needs_tool("yaz-client")
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("@attr 1=4 @attr 2=3 @attr 5=1 comp", "@attr 5=1 @attr 2=3 @attr 1=4 comp"),
        ("@not @or a b @set 1", "@not @or a b @set 1"),
        ("@prox 0 2 1 2 k 2 a b", "@prox 0 2 1 2 k 2 a b"),
        ("@attr exp-1 1=2 a", "@attr exp-1 1=2 a"),
        ("@attr 1=title a", "@attr 1=title a"),
        ("@term string a", "@term string a"),
        ("@term numeric 5", "@term numeric 5"),
        ('"two words"', '"two words"'),
    ],
)
def test_what_is_typed_into_yaz_client_is_what_we_read(folder: Path, typed: str, read: str) -> None:
    """yaz-client sends attributes in reverse."""
    _, events = shown(folder, f"OPEN\nfind {typed}")
    search = requests(events)[1]
    assert isinstance(search, SearchRequest)
    assert isinstance(search.query, RpnQuery)
    assert pqf.write(search.query) == read


@pytest.mark.needs_tool("yaz-client")
def test_yaz_client_sends_cql(folder: Path) -> None:
    _, events = shown(folder, "OPEN\nquerytype cql\nfind title = épée")
    search = requests(events)[1]
    assert isinstance(search, SearchRequest)
    assert isinstance(search.query, External)
    assert externals.cql_text(search.query) == "title = épée"


@proves("Z39.50: UTF-8, MARC-8 and Latin-1 negotiated")
@pytest.mark.needs_tool("yaz-client")
@pytest.mark.parametrize(
    ("charset", "in_records", "searches"),
    [("UTF-8", 1, True), ("MARC-8", 1, False), ("ISO-8859-1", 0, True)],
)
def test_yaz_client_negotiates_its_character_set(
    folder: Path, charset: str, in_records: int, searches: bool
) -> None:
    """yaz-client 5.34 can have MARC-8 granted, and then hangs up by itself rather than send a search."""
    output, _ = shown(folder, f"negcharset {charset}\nOPEN\nfind 3\nformat sutrs\nshow 1")
    assert f"Accepted character set : {charset}" in output
    assert f"Accepted records in ...: {in_records}" in output
    assert ("Book 1" in output) is searches


@proves("Z39.50: what does not fit into a message: partial-2, 16 and 17")
@pytest.mark.needs_tool("yaz-client")
def test_yaz_client_gets_what_fits(folder: Path) -> None:
    output, _ = shown(folder, "OPEN\nfind 9\nshow 1+9", Catalogue(Offer(preferred_message_size=9000), 4000))
    assert "Records: 2" in output
    assert "nextResultSetPosition = 3" in output


@proves("Z39.50: small, medium and large sets; ranges; element sets; syntaxes")
@pytest.mark.needs_tool("yaz-client")
@pytest.mark.parametrize(("hits", "records"), [(3, 3), (6, 2), (20, 0)])
def test_yaz_client_gets_records_with_the_answer_to_its_search(folder: Path, hits: int, records: int) -> None:
    output, _ = shown(folder, f"ssub 5\nlslb 10\nmspn 2\nOPEN\nfind {hits}")
    assert f"Number of hits: {hits}" in output
    assert f"records returned: {records}" in output
    assert output.count("Record type: USmarc") == records


@pytest.mark.needs_tool("zoomsh")
def test_zoomsh_searches_and_shows(folder: Path) -> None:
    catalogue = Catalogue()
    target = Target(folder / "ours", catalogue)
    target.start()
    done = subprocess.run(
        ["zoomsh", f"connect unix:{folder}/ours", "search 25", "show 0 2", "quit"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "25 hits" in done.stdout
    assert "Book 2" in done.stdout


# Our origin at YAZ's servers


class Line:
    """An origin and its socket."""

    def __init__(self, connected: socket.socket) -> None:
        self.origin = Origin()
        self._socket = connected

    def heard(self, data: bytes) -> Answered | Ended:
        """What comes next, when this has been sent."""
        self._socket.sendall(data)
        while (event := self.origin.next_event()) is NEED_DATA:
            received = self._socket.recv(65536)
            assert received
            self.origin.receive_data(received)
        assert isinstance(event, Answered | Ended)
        return event

    def asked(self, request: object) -> object:
        """The answer to a request."""
        event = self.heard(self.origin.send(request))  # type: ignore[arg-type]
        assert isinstance(event, Answered)
        return event.answer

    def close(self) -> Answered | Ended:
        """Say goodbye, and hear it."""
        return self.heard(self.origin.close())


def search(text: str, hits_at_once: int = 0) -> SearchRequest:
    return SearchRequest(
        reference_id=b"s",
        small_set_upper_bound=hits_at_once,
        large_set_lower_bound=max(hits_at_once, 1) + 1,
        medium_set_present_number=0,
        replace_indicator=True,
        result_set_name="1",
        database_names=("Default",),
        preferred_record_syntax=oids.SUTRS,
        query=pqf.parse(text),
    )


@proves("Z39.50: our origin with YAZ's servers")
@pytest.mark.needs_tool("yaz-ztest")
def test_our_origin_with_yaz_ztest(folder: Path) -> None:
    with served(["yaz-ztest"], folder) as connected:
        line = Line(connected)
        init = line.asked(initialization(charset=LATIN_1))
        assert isinstance(init, InitializeResponse)
        assert init.result
        assert init.implementation_name == "GFS/YAZ"
        assert line.origin.charset is LATIN_1
        found = line.asked(search("@attr 1=4 computer"))
        assert isinstance(found, SearchResponse)
        assert found.reference_id == b"s"
        assert found.search_status
        for syntax in (oids.USMARC, oids.SUTRS, oids.OPAC, oids.XML):
            presented = line.asked(
                PresentRequest(
                    result_set_id="1",
                    result_set_start_point=1,
                    number_of_records_requested=min(found.result_count, 5),
                    preferred_record_syntax=syntax,
                )
            )
            assert isinstance(presented, PresentResponse)
            assert isinstance(presented.records, tuple)
            record = presented.records[0].record
            assert isinstance(record, External)
            assert record.direct_reference == syntax
            assert (externals.opened(record) is not None) == (syntax in (oids.SUTRS, oids.OPAC))
        deleted = line.asked(DeleteResultSetRequest(delete_function=DeleteFunction.ALL))
        assert codec.decode(codec.encode(deleted)) == deleted  # type: ignore[arg-type]
        ended = line.close()
        assert isinstance(ended, Ended)
        assert (ended.reason, ended.data, ended.defect) == (CloseReason.FINISHED, b"", None)


@proves("Z39.50: our origin with YAZ's servers")
@pytest.mark.needs_tool("zebrasrv")
def test_our_origin_with_zebra(folder: Path) -> None:
    with served(zebra(folder), folder) as connected:
        line = Line(connected)
        line.asked(initialization())
        found = line.asked(search("@or computer nothing", hits_at_once=3))
        assert isinstance(found, SearchResponse)
        assert (found.result_count, found.number_of_records_returned) == (3, 3)
        assert isinstance(found.records, tuple)
        inside = found.records[0].record
        assert isinstance(inside, External)
        text = externals.opened(inside)
        assert isinstance(text, Sutrs)
        assert "computer science book" in text.text
        assert found.additional_search_info
        told = found.additional_search_info[0].information
        assert isinstance(told, External)
        report = externals.opened(told)
        assert isinstance(report, SearchInfoReport)
        assert [each.subquery_count for each in report.subqueries] == [3, 0]
        scanned = line.asked(
            ScanRequest(
                database_names=("Default",),
                attribute_set=oids.BIB_1,
                term_list_and_start_point=AttributesPlusTerm((attribute(1, 1016),), b"computer"),
                number_of_terms_requested=2,
            )
        )
        assert isinstance(scanned, ScanResponse)
        assert scanned.entries
        assert scanned.entries.entries
        terms = [each.term for each in scanned.entries.entries if isinstance(each, TermInfo)]
        assert terms == [b"computer", b"science"]
        refused = line.asked(search("@attr 1=9999 x"))
        assert isinstance(refused, SearchResponse)
        assert not refused.search_status
        ended = line.close()
        assert isinstance(ended, Ended)
        assert (ended.reason, ended.data, ended.defect) == (CloseReason.FINISHED, b"", None)


# What they say to each other

SCRIPT = (
    "negcharset UTF-8\nOPEN\nfind @or @attr 1=4 computer @attr 1=1003 @attr 2=3 smith\nshow 1+3\n"
    "format sutrs\nshow 1+2\nformat opac\nshow 1+2\nformat xml\nelements F\nshow 2\n"
    "format grs-1\nshow 1\nshow 999999\n"
    "sort 1=4 i<\ndelete 1\nssub 5\nfind @attr 1=4 utah\nfind @attr 1=9999 @attr 4=77 x\nbase a b\nfind x\n"
    "xupdate 1 insert x\nclose"
)


@proves("Z39.50: what YAZ writes is read and written back as an equal value")
@pytest.mark.needs_tool("yaz-client", "yaz-ztest", "zebrasrv")
@pytest.mark.parametrize("server", ["yaz-ztest", "zebra"])
def test_every_apdu_between_yaz_client_and_a_server_is_read_and_written_back(
    folder: Path, server: str
) -> None:
    command = ["yaz-ztest"] if server == "yaz-ztest" else zebra(folder)
    script = SCRIPT if server == "yaz-ztest" else f"{SCRIPT[:-5]}scan @attr 1=1016 book\nclose"
    with served(command, folder) as connected:
        between = Between(folder / "between", connected)
        between.start()
        yaz_client(script.replace("OPEN", f"open unix:{folder}/between"))
        between.join(PATIENCE)
    asked, answered = framed(between.asked), framed(between.answered)
    assert len(asked) == len(answered) >= 14
    kinds = set()
    for data in asked + answered:
        apdu = codec.decode(data, UTF_8, LARGE)
        assert codec.decode(codec.encode(apdu, UTF_8), UTF_8, LARGE) == apdu
        kinds.add(type(apdu).__name__)
    assert kinds >= {
        "InitializeRequest",
        "InitializeResponse",
        "SearchRequest",
        "SearchResponse",
        "PresentRequest",
        "PresentResponse",
        "DeleteResultSetRequest",
        "DeleteResultSetResponse",
        "SortRequest",
        "SortResponse",
        "Close",
    }
