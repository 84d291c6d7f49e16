"""The rows of what is done, and the marks by which tests say that they show it.

The rule it keeps: every mark has a row, every row a mark (`tests/test_matrix.py`). Marks are read from the
source of the tests, so that the table (`tests/tables.py`) costs no collection.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

TESTS: Final = Path(__file__).parent

ROWS: Final[Mapping[str, tuple[str, ...]]] = {
    "Messages": (
        "01/24 block patron",
        "09/10 checkin",
        "11/12 checkout",
        "15/16 hold: place",
        "15/16 hold: cancel",
        "15/16 hold: change",
        "17/18 item information",
        "19/20 item status update",
        "23/24 patron status",
        "25/26 patron enable",
        "29/30 renew",
        "35/36 end patron session",
        "37/38 fee paid",
        "63/64 patron information",
        "65/66 renew all",
        "93/94 login",
        "96/97 resend",
        "99/98 status",
    ),
    "Reading and writing": (
        "checksum over the bytes as they came",
        "checksums off, accepted or required, by terminal",
        "a repeated request is answered again, not done again",
        "97 replays the last answer byte for byte",
        "a sequence number that jumps is answered",
        "CR, CR LF, LF and empty lines",
        "messages in pieces, and several at once",
        "unknown messages and fields are ignored",
        "everything on the list of what is forgiven",
        "charset by terminal, with a fallback",
        "delimiter by terminal; values never hold it",
        "no value longer than 255, cut between characters",
        "control characters never leave in a value",
        "screen and print lines in the width of the terminal",
        "time zone by terminal",
        "due dates in the terminal's form",
    ),
    "Circulation": (
        "what one has already is renewed by a checkout",
        "a loan is found by its title",
        "a return counts from when it was made",
        "a barcode may have blanks around it or be in lower case",
        "a patron is found by any of their identifiers",
        "a fee must be acknowledged before the loan",
        "one fee paid by its number",
        "a payment sent twice is one payment",
        "overpayment is refused",
        "payment types by the standard and by terminal",
        "amounts have the decimals of their currency",
        "what is owed is the same in 24, 64 and the list of fees",
        "63 answers several lists at once, in pages",
        "flags of 24 are true only if the condition holds",
        "offline transactions are booked as the machine did them",
        "rules an offline transaction broke go to a work list",
        "no block is not believed of what was done just now",
        "a cancelled checkout leaves everything as it was",
        "a cancelled checkin leaves everything as it was",
        "the same act asked again on a new connection is done once",
        "lists, holds and pickup: ready is not waiting",
        "list entries by the terminal's templates",
        "items already in are taken in again by sorters",
        "sort bins by rules",
        "alert and its type by cause",
        "security strips by rules",
        "magnetic media are told",
    ),
    "Who may, and what is shown": (
        "a client certificate names the terminal",
        "several machines share a certificate",
        "an address names the terminal",
        "a terminal with addresses is nowhere else",
        "the location named at the login is one of the terminal's",
        "a failed login ends an earlier one",
        "99 before 93",
        "98 and BX say what the terminal may do now",
        "messages allowed by terminal",
        "the desk serves its locations only",
        "the dialect of Alma",
        "a shipped profile for a family of machines",
        "personal fields hidden or masked by terminal",
        "extension fields only where switched on",
        "messages in the language asked for",
        "texts replaced or silenced by terminal",
        "five wrong PINs stop one terminal, not the patron",
        "unknown, wrong and throttled look alike",
        "a PIN is checked never, if sent, or always",
        "an empty PIN is no try",
        "no secret in any log",
        "connections know nothing of each other",
    ),
    "NCIP: the line": (
        "NCIP over HTTPS, durable before it is answered",
        "any Content-Type, or none; status 200 for every answer",
        "a partner is proven by secret, certificate or address",
        "secrets cannot be guessed at speed",
        "a message for another agency is an Unknown Agency",
        "services and systems by partner",
        "strict, report and lenient by partner",
        "repairs of a partner's messages are told once an hour",
        "the same message again is answered the same, over restarts",
        "NCIP over TCP, plain and with TLS",
        "one NCIP message at a time over TCP",
        "limits and deadlines of NCIP over TCP",
        "draining NCIP over TCP",
        "NCIP over TCP reloads without dropping a connection",
    ),
    "NCIP: tools": (
        "any service of NCIP from the command line",
        "NCIP versions 1.0 to 2.02 from the command line",
        "both bindings of NCIP from the command line",
        "a Problem is told in plain words at the command line",
        "every ProblemType in plain words, with what to do",
        "no secret of NCIP is shown by the tools",
        "pasted NCIP decoded: bodies, curl, logs, escapes",
        "a place and a sentence for NCIP that is not well-formed",
        "the demonstration speaks NCIP, and its facts say to whom",
        "conformance cases of NCIP, each of which a wrong responder fails",
        "one act seen over SIP2 and NCIP by the conformance kit",
        "an item comes out of the demonstration's store and goes back",
    ),
    "Remote storage": (
        "what leaves a facility's care is told to it (DeleteItem)",
        "a facility that is down is told later, in order, even after a kill",
        "what a facility refuses for good is a letter for the operator",
        "what a facility is asked for goes into Alma's file, once",
        "a loop from hold to refile, every state seen over SIP2 and NCIP",
        "withdrawn or moved away: told, picked, scanned in at the desk",
        "a facility simulator with a shelf of its own",
    ),
    "CQL": (
        "all of CQL 1.2 is read, in the tree that the grammar says",
        "a query that cannot be read is refused with its diagnostic and its place",
        "no query costs more than its length: ten thousand parentheses are a diagnostic",
        "masks, anchors and escapes are read late, by what the relation wants",
        "proximity and sorting as their modifiers say",
        "prefixes are scoped, and hide one another",
        "what is written is read back as the same query",
        "XCQL 1.2 and 2.0, well-formed whatever the query holds",
        "a query explained at the command line",
    ),
    "SRU: requests and responses": (
        "every SRU parameter of 1.1, 1.2 and 2.0 is read",
        "every wrong value of an SRU parameter has its diagnostic",
        "the SRU version is negotiated as 1.1 says",
        "SRU requests in SOAP, parsed without DTD, entities or much depth",
        "SRU answers in the order of elements of each version",
        "SRU answers are shaped as Alma's real ones",
        "SRU answers in JSON, with a schema",
        "the explain record says what Alma's real one says",
        "no list of parameters and no text breaks an SRU answer",
    ),
    "SRU": (
        "searchRetrieve, scan and explain in 1.1, 1.2 and 2.0",
        "GET, a posted form and SOAP are answered alike",
        "every relation, modifier, mask and anchor of CQL means what it says",
        "every fault of the catalogue has its SRU diagnostic, with its place",
        "Alma's real requests are answered in the shape of its real answers",
        "each quirk in which servers differ is a switch",
        "every schema, by its name, URI and aliases",
        "a record that is gone is a surrogate diagnostic",
        "result sets and cursors hold a moment still",
        "facets and the analysis of a query",
        "explain says what runs, with ETag, and its samples work",
        "JSON, CORS and OPTIONS for pages that ask the catalogue themselves",
        "a server that is busy says so in SRU",
        "yaz-client and zoomsh over SRU 1.1, 1.2 and 2.0",
        "SRU clients from the package index are served",
        "hits obey arithmetic over SRU, and pages join",
    ),
    "Availability": (
        "AVA, AVE and AVD as things are at the answer",
        "availability alone, of fifty records at once",
        "ISO 20775 holdings over SRU",
        "holdings of one campus",
        "a check-out over SIP2 is in the very next SRU answer",
        "an SRU answer waits until what it tells is durable",
    ),
    "Search page": (
        "a search in a field of the page is a query in CQL",
        "hits with what is on the shelf now, and when the rest is due",
        "a check-out is on the next page that is shown",
        "hits are narrowed down, ordered and paged",
        "a record with every copy of it",
        "a mistake in a query is pointed at, with what helps",
        "what each word finds alone, where all together find nothing",
        "links to the same search over SRU, in each form",
        "a page shows nothing of any patron",
        "a page is whole without scripts, and shown by a browser",
        "the page can be switched off",
    ),
    "circdesk search": (
        "hits and availability from the command line, of versions 1.1, 1.2 and 2.0",
        "records in each schema, made readable",
        "a query as a tree, with the hits of each part",
        "an index scanned, and the indexes listed, from the command line",
        "answers of other servers are read",
        "the demonstration's catalogue is searched, and its facts say where",
    ),
    "Z39.50: reading and writing": (
        "Z39.50: golden APDUs, byte for byte, both ways",
        "Z39.50: every APDU as asn1tools reads and writes it",
        "Z39.50: definite and indefinite lengths, segments, high tags",
        "Z39.50: APDUs in pieces, and several at once, no byte looked at twice",
        "Z39.50: damaged APDUs end in a typed error, memory flat",
        "Z39.50: what YAZ writes is read and written back as an equal value",
        "Z39.50: what later editions add is stepped over, what is wrong has its place",
        "Z39.50: a query of a thousand operands, and no more",
        "Z39.50: RPN read, written, and shown as PQF",
        "Z39.50: OPAC records with holdings and circulation",
        "Z39.50: Init first, versions, options and sizes negotiated honestly",
        "Z39.50: open, idPass and anonymous, decided by the server",
        "Z39.50: UTF-8, MARC-8 and Latin-1 negotiated",
        "Z39.50: one operation at a time, in order, reference ids echoed",
        "Z39.50: an operation is cancelled while it runs",
        "Z39.50: Close from both sides, and none in version 2",
        "Z39.50: a service that is not offered says so itself",
        "Z39.50: small, medium and large sets; ranges; element sets; syntaxes",
        "Z39.50: what does not fit into a message: partial-2, 16 and 17",
        "Z39.50: yaz-client over every operation",
        "Z39.50: our origin with YAZ's servers",
    ),
    "NCIP services": (
        "LookupAgency",
        "LookupItem",
        "LookupItemSet",
        "LookupRequest",
        "LookupUser",
        "LookupVersion",
        "AcceptItem",
        "CheckOutItem",
        "CheckInItem",
        "RenewItem",
        "RecallItem",
        "CancelRecallItem",
        "RequestItem",
        "CancelRequestItem",
        "UpdateRequestItem",
        "UndoCheckOutItem",
        "CreateItem",
        "UpdateItem",
        "DeleteItem",
        "CreateUser",
        "UpdateUser",
        "DeleteUser",
        "CreateUserFiscalTransaction",
        "UpdateCirculationStatus",
        "ReportCirculationStatusChange",
        "SendUserNotice",
        "notifications are taken down, and some act",
        "version 1: ItemCheckedIn, ItemRequested, ItemRequestCancelled",
        "a service without meaning here is unsupported",
        "every answer is valid in 2.0, 2.01 and 2.02",
    ),
    "Catalogue": (
        "every kind of match is exact",
        "words are folded once, for index, query and scan",
        "the table of access points has Alma's names and relations",
        "hits obey arithmetic, pages join, scans count as searches do",
        "a barcode is found in the same moment",
        "the order of hits is total, and articles do not sort",
        "the index follows the log, over restarts",
        "an index that is lost or old is built anew",
    ),
    "Running it": (
        "TLS 1.2 and 1.3 in the process",
        "stunnel with a certificate per terminal",
        "plain SIP2 on the TLS port is recognised",
        "plain SIP2 for loopback or an allow list",
        "plain HTTP for loopback or an allow list",
        "PROXY protocol",
        "limits per source and in all",
        "back-pressure on who does not read",
        "peers that are gone are found, and answers leave at once",
        "idle kiosks beside busy ones",
        "configuration reloads without dropping a session",
        "certificates reload without dropping a session",
        "draining answers 98 offline",
        "what was acknowledged survives a kill",
        "a live board of terminals",
        "a profile suggested from what a machine sends",
        "why: a dry run that shows the rules",
        "a pasted message decoded",
        "recorded traffic replayed and compared",
        "a whole visit at the command line",
    ),
}
"""Section → rows. Every row needs a test that proves it; every mark needs a row."""

_KNOWN: Final = frozenset(row for rows in ROWS.values() for row in rows)


def proves(*rows: str) -> pytest.MarkDecorator:
    """Mark a test as one that shows these rows of the matrix to be so."""
    unknown = set(rows) - _KNOWN
    assert not unknown, f"no row of tests/matrix.py: {unknown}"
    return pytest.mark.proves(*rows)


def proofs() -> dict[str, list[str]]:
    """Row → the tests marked with it, as `path::name`: those that go through the wire, then the others."""
    found: dict[str, list[str]] = {row: [] for rows in ROWS.values() for row in rows}
    for path in sorted(TESTS.rglob("test_*.py"), key=lambda path: (path.parent.name != "walks", path)):
        text = path.read_text("utf-8")
        if "@proves" not in text:
            continue
        for name, row in _marks(ast.parse(text)):
            found[row].append(f"{path.relative_to(TESTS)}::{name}")
    return found


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "proves":
                yield from ((node.name, ast.literal_eval(argument)) for argument in mark.args)
