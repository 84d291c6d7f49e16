"""`circdesk demo --check`: start a demonstration, ask it one thing after another over the wire, stop it.

The rule it keeps: it knows no more than anybody who has the facts file, and trusts only the authority named
there.
"""

from __future__ import annotations

import ssl
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from protocols.ncip.codec import read_response, write_request
from protocols.ncip.dialects import Version, version_in
from protocols.ncip.errors import RemoteError
from protocols.ncip.messages import LookupVersion, LookupVersionResponse
from protocols.ncip.structures import Party
from protocols.ncip.values import SchemeValuePair
from protocols.sip2 import messages as m
from protocols.sru.dialects import Operation
from protocols.sru.dialects import Version as SruVersion
from protocols.z3950.oids import OPAC
from protocols.z3950.pqf import parse
from servers.calling import ClientProblem
from servers.demo.built import DemoProblem
from servers.demo.facts import Facts, HttpsFacts
from servers.http.health import READY
from servers.ncip.client.destination import address
from servers.ncip.client.exchange import exchange
from servers.places import FACTS
from servers.sip2.client import Sip2Client, Target
from servers.sip2.command import ACTS
from servers.sru.client.destination import Target as CatalogueTarget
from servers.sru.client.destination import address as catalogue
from servers.sru.client.exchange import ask
from servers.sru.client.reading import Searched, Told, read_explain, read_search
from servers.sru.client.summaries import Summary
from servers.z3950.client.destination import Target as Database
from servers.z3950.client.origin import Caller, associated, present, search
from servers.z3950.client.records import summed_up

START_SECONDS = 120.0
"""How long the demonstration may take until it answers; a million items take half of it."""
ANSWER_SECONDS = 10.0
STOP_SECONDS = 15.0
_LOOK_SECONDS = 0.05

COME_AGAIN = "2"
"""The diagnostic of a catalogue that has no index yet."""

QUESTIONS = ("status", "patron", "checkout", "checkin")
"""The acts of `circdesk sip2` that are asked for, after the login."""


class Finding(NamedTuple):
    """What came of a question to a listener."""

    listener: str
    question: str
    answer: str
    good: bool
    milliseconds: float


def check(words: Sequence[str], console: Console) -> int:
    """Start, ask, stop. ``words`` are options for the demonstration. 0 if all answers are as they must be."""
    with (
        tempfile.TemporaryDirectory(prefix="circdesk-check-") as folder,
        _demonstration(Path(folder), words) as facts,
    ):
        findings = [
            *_asked_sip2(facts),
            *_asked_https(facts),
            *_asked_sru(facts),
            *_asked_z3950(facts),
            *_asked_ncip(facts),
        ]
    table = Table("listener", "question", "answer", "ms", box=None, padding=(0, 2, 0, 0))
    for finding in findings:
        mark = "" if finding.good else "NOT AS IT MUST BE: "
        table.add_row(
            finding.listener, finding.question, mark + finding.answer, f"{finding.milliseconds:.1f}"
        )
    console.print(table, highlight=False, markup=False)
    good = len(findings) == len(QUESTIONS) + 9 and all(finding.good for finding in findings)
    console.print("Everything answers." if good else "Something is wrong.")
    return 0 if good else 1


@contextmanager
def _demonstration(state: Path, words: Sequence[str]) -> Iterator[Facts]:
    """A demonstration on free ports, as a process of its own, once it answers. Raises `DemoProblem`."""
    command = [
        sys.executable,
        "-m",
        "servers.cli",
        "demo",
        "--state",
        str(state),
        "--sip2",
        "127.0.0.1:0",
        "--https",
        "127.0.0.1:0",
        "--z3950",
        "127.0.0.1:0",
        *words,
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield _facts(state / FACTS, process)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _facts(path: Path, process: subprocess.Popen[bytes]) -> Facts:
    """The facts, when they are there: the server writes them when it accepts."""
    give_up = time.monotonic() + START_SECONDS
    while not path.exists():
        if process.poll() is not None:
            raise DemoProblem("the demonstration has not started; what it said stands above")
        if time.monotonic() > give_up:
            raise DemoProblem(f"the demonstration has not answered within {START_SECONDS:.0f} seconds")
        time.sleep(_LOOK_SECONDS)
    return msgspec.json.decode(path.read_bytes(), type=Facts)


def _asked_sip2(facts: Facts) -> Iterator[Finding]:
    """A login, then the questions, about the last ordinary patron and item."""
    sip2 = facts.sip2
    target = Target(
        host=sip2.host,
        port=sip2.port,
        authority=None if sip2.ca is None else Path(sip2.ca),
        institution=facts.institution,
        user=sip2.user,
        password=sip2.password,
        location=sip2.location,
    )
    words = Namespace(patron=facts.patrons.last, item=facts.items.last, pin=facts.pin, agree=False)
    question, started = "login (93)", time.perf_counter()
    try:
        with Sip2Client(target) as client:
            known = client.log_in()
            yield Finding("SIP2", question, "welcome" if known else "refused", known, _since(started))
            for question in QUESTIONS:
                make, _, meaning = ACTS[question]
                started = time.perf_counter()
                answer = client.ask(make(words, facts.institution))
                yield Finding("SIP2", meaning, *judged(answer), _since(started))
    except ClientProblem as problem:
        yield Finding("SIP2", question, str(problem), False, _since(started))


def _asked_https(facts: Facts) -> Iterator[Finding]:
    """Whether it is ready."""
    if facts.https is None:
        return
    question, started = "ready?", time.perf_counter()
    try:
        context = ssl.create_default_context(cafile=facts.https.ca)
        where = urlsplit(facts.https.url).netloc
        with closing(HTTPSConnection(where, timeout=ANSWER_SECONDS, context=context)) as connection:
            connection.request("GET", READY)
            answer = connection.getresponse().read().decode().strip()
        yield Finding("HTTPS", question, answer, answer == "ready", _since(started))
    except (OSError, HTTPException) as problem:
        yield Finding("HTTPS", question, str(problem), False, _since(started))


def _asked_sru(facts: Facts) -> Iterator[Finding]:
    """What can be searched, and a search in the title of an ordinary item."""
    if facts.https is None:
        return
    where, authority = facts.https.sru, None if facts.https.ca is None else Path(facts.https.ca)
    question, started = "explain", time.perf_counter()
    try:
        target = catalogue(where, SruVersion.V1_2, authority)
        indexes = read_explain(ask(target, Operation.EXPLAIN, {}, ANSWER_SECONDS).body).indexes
        yield Finding("SRU", question, f"{len(indexes)} indexes", bool(indexes), _since(started))
        question, query = "searchRetrieve", f"alma.title = {facts.https.sru_title}"
        found, milliseconds = _found(target, query)
        hits = found.hits or 0
        said = (
            f"{query}: {hits}" if found.hits else f"{query}: {', '.join(one.message for one in found.told)}"
        )
        yield Finding("SRU", question, said, hits > 0, milliseconds)
    except ClientProblem as problem:
        yield Finding("SRU", question, str(problem), False, _since(started))


def _found(target: CatalogueTarget, query: str) -> tuple[Searched, float]:
    """What a search finds, once there is an index: the demonstration is not long about building it."""
    give_up = time.monotonic() + ANSWER_SECONDS
    while True:
        answer = ask(target, Operation.SEARCH_RETRIEVE, {"query": query}, ANSWER_SECONDS)
        found = read_search(answer.body)
        if COME_AGAIN not in {one.number for one in found.told} or time.monotonic() > give_up:
            return found, answer.milliseconds
        time.sleep(_LOOK_SECONDS)


def _asked_z3950(facts: Facts) -> Iterator[Finding]:
    """Init, a search in the title of an ordinary item, and the first record with what is on its shelf."""
    if facts.z3950 is None:
        return
    at, question, started = facts.z3950, "Init", time.perf_counter()
    try:
        with associated(Database(at.host, at.port, at.database), ANSWER_SECONDS) as caller:
            yield Finding(
                "Z39.50", question, f"version {caller.version}", caller.version == 3, caller.milliseconds
            )
            question = "Search"
            query = f"@attr 1=4 {at.title}"
            hits = _hits(caller, query, at.database)
            yield Finding("Z39.50", question, f"{query}: {hits}", hits > 0, caller.milliseconds)
            question = "Present, OPAC"
            answer = caller.present(present(OPAC))
            (record,) = answer.records if isinstance(answer.records, tuple) else (None,)
            told = Told("", "no record") if record is None else summed_up(record, caller.charset)
            good = isinstance(told, Summary) and bool(told.copies)
            said = told.title if isinstance(told, Summary) else told.message
            yield Finding("Z39.50", question, said, good, caller.milliseconds)
    except ClientProblem as problem:
        yield Finding("Z39.50", question, str(problem), False, _since(started))


def _hits(caller: Caller, query: str, database: str) -> int:
    """How many records a search finds, once there is an index."""
    give_up = time.monotonic() + ANSWER_SECONDS
    while True:
        found = caller.search(search(parse(query), database))
        if found.search_status or time.monotonic() > give_up:
            return found.result_count
        time.sleep(_LOOK_SECONDS)


def _asked_ncip(facts: Facts) -> Iterator[Finding]:
    """Which versions are spoken, with HTTP and without."""
    if facts.https is None:
        return
    for question, url in (("LookupVersion", facts.https.ncip), ("LookupVersion, TCP", facts.https.ncip_tcp)):
        yield _asked_versions(facts.https, question, url)


def _asked_versions(https: HttpsFacts, question: str, url: str) -> Finding:
    started = time.perf_counter()
    agency = Party(agency_id=SchemeValuePair(https.ncip_agency))
    asked = write_request(LookupVersion(from_agency_id=agency, to_agency_id=agency))
    authority = None if https.ca is None else Path(https.ca)
    try:
        target = replace(address(url), authority=authority)
        answer, charset = exchange(target, asked, ANSWER_SECONDS)
        return Finding("NCIP", question, *versions_in(answer, charset), _since(started))
    except ClientProblem as problem:
        return Finding("NCIP", question, str(problem), False, _since(started))


def versions_in(answer: bytes, charset: str | None) -> tuple[str, bool]:
    """The versions that an answer tells, and whether it is what it must be."""
    try:
        message = read_response(answer, charset).message
    except RemoteError as error:
        return str(error), False
    if not isinstance(message, LookupVersionResponse) or message.problem:
        return type(message).__name__, False
    versions = [version_in(uri) for uri in message.version_supported]
    return ", ".join(version for version in versions if version is not None), set(versions) == set(Version)


def judged(answer: m.Message) -> tuple[str, bool]:
    """The answer in a few words, and whether it is what it must be."""
    match answer:
        case m.AcsStatus():
            return f"online, SIP2 {answer.protocol_version}", answer.online_status
        case m.PatronInformationResponse():
            return answer.personal_name, bool(answer.valid_patron and answer.valid_patron_password)
        case m.CheckoutResponse():
            due = " ".join(answer.due_date.split())
            return f"{answer.title_identifier}, due {due}", answer.ok
        case m.CheckinResponse():
            return answer.title_identifier or "", answer.ok
        case _:
            return type(answer).__name__, False


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
