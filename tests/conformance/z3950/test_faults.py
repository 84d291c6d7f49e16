"""Each case fails on a target that is wrong in what the case is about, and in nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec.structs import replace

from conformance.case import Case
from conformance.runner import Runner, Verdict
from conformance.target import Z3950, Target
from conformance.z3950.catalogue import CASES
from core.model.records import Bib, BibBody, BibId, Item, ItemId, Record
from protocols.marc.iso2709 import pack
from servers.configuration.settings import Z3950User
from tests.conformance.lying_z3950 import FAULTS, ONE_LINE, Liar, lying
from tests.fakes.served import PASSWORD, USER
from tests.matrix import proves
from tests.servers.sru.given import TOWN_RECORDS, marc
from tests.servers.z3950.served import HERE, USERS, serving

PLANTED = {
    "lets everybody in": "who.stranger-* who.not-in",
    "refuses without a reason": "who.reason",
    "lets nobody in who says who it is": "who.open who.id-pass who.id-pass-group init.anonymous",
    "lets nobody in": "init.accepted",
    "is stuck in version 2": "init.version-3",
    "is stuck in version 3": "init.version-2",
    "promises everything": "init.options-of-both init.options-unknown init.options-least",
    "promises nothing": "init.options-search",
    "negotiates unasked": "init.charset-not-agreed",
    "negotiates in silence": "init.charset",
    "agrees on large messages": "init.sizes",
    "has no name": "init.who",
    "forgets references": "*.reference",
    "closes for nothing known": "init.before-* close.ended close.reason-unknown",
    "closes without a word": "close.answered close.others",
    "finds nothing": "init.search rpn.cql attributes.keyword attributes.order",
    "finds one more": "rpn.nothing rpn.empty-small counts.not-itself counts.and-nothing counts.difference"
    " counts.set-not named.two named.replaced",
    "finds more each time": "rpn.again rpn.type-101 rpn.character-string counts.* named.of-count",
    "half a refusal": "rpn.refused-whole",
    "never names what is wrong": "rpn.database-named attributes.*-named",
    "says that a record came": "rpn.found rpn.large",
    "sends nothing at once": "rpn.small rpn.medium",
    "does not know what is next": "rpn.medium-next present.next",
    "hangs up at numbers as terms": "rpn.numeric",
    "hangs up at strange characters": "rpn.not-utf-8",
    "hangs up at empty terms": "rpn.term-empty",
    "hangs up at terms without attributes": "rpn.defaults",
    "dislikes attributes": "attributes.truncation-* attributes.first-in-field attributes.phrase"
    " attributes.whole-field attributes.less-than attributes.phonetic",
    "finds whatever it should refuse": "rpn.* attributes.* close.stray-* ber.tag-large ber.*empty*"
    " ber.no-[!e]* ber.query-* ber.rpn-* ber.attribute-* ber.oid-* ber.integer-* ber.boolean-* ber.bits-*"
    " ber.constructed-number ber.twice ber.length-* ber.indefinite-primitive named.not-replaced",
    "presents whatever it should refuse": "init.apart present.syntax-unknown present.set-unknown present.huge"
    " present.before-search present.of-a-refusal present.elements-unknown",
    "says that a present failed": "present.first",
    "says that a present was done": "present.zero present.negative present.beyond present.largest"
    " present.over",
    "one record too many": "present.two ber.then-present",
    "does not say where from": "present.named",
    "has one syntax": "present.usmarc present.sutrs present.xml present.opac",
    "cuts records": "present.marc-valid",
    "breaks characters": "present.marc-charset",
    "another record each time": "present.again present.joined order.again order.other opac.bib-stays",
    "hangs up at no syntax": "present.default",
    "hangs up at element sets": "present.full present.brief",
    "hangs up at strange ranges": "present.beyond-number present.none present.negative-number present.ranges",
    "no term": "terms.joined terms.number",
    "every term twice": "terms.once",
    "one term too few": "terms.from",
    "terms with more hits": "terms.counts",
    "the term stands elsewhere": "terms.position",
    "terms in place of a refusal": "terms.use terms.database",
    "hangs up at strange scans": "terms.step terms.none terms.negative terms.many terms.position-beyond",
    "never sorts": "order.sorted order.once",
    "always sorts": "order.set-unknown order.key-unknown",
    "never deletes": "named.deleted named.deleted-alone named.deleted-all",
    "deletes whatever it is": "named.deleted-unknown",
    "hangs up at deletions": "named.deleted-twice",
    "hangs up at names with blanks": "named.blanks",
    "no bib": "opac.bib",
    "no flags": "opac.flags",
    "no item": "opac.items",
    "never due": "opac.lent",
    "always lent": "opac.back opac.set",
    "an extended service without a status": "close.extended-services",
    "hangs up at cancels": "close.cancel-idle close.report-idle",
    "hangs up at information": "init.other-information",
    "hangs up at strange versions": "init.versions-unknown",
    "hangs up at indefinite lengths": "ber.indefinite",
    "hangs up at long lengths": "ber.long-lengths",
    "hangs up at segments": "ber.bytewise ber.halves",
    "hangs up at two in a segment": "close.ahead close.ahead-of-init",
    ONE_LINE: "*",
}
"""What is wrong, and the cases that find it: a case is meant where it is named first."""

HISTORIES: tuple[Record, ...] = tuple(
    record
    for number, title in (
        (101, "A history of gardens"),
        (102, "Gardens of Kent, a history"),
        (103, "History"),
    )
    for record in (
        Bib(BibId(number), 1, f"b{number}", title),
        Item(ItemId(number), 1, f"I{number}", BibId(number), "MAIN/STACKS", "book", "X 1"),
        BibBody(BibId(number), 1, pack(marc(f"b{number}", "1984", f"245 10 $a {title}"))),
    )
)
"""Several titles with the same word, and another."""

FAST = replace(HERE, login_failure_delay=0.0, login_failures_per_source=1_000_000)
STRANGERS = Z3950("127.0.0.1", 0, "TOWN", "history")
UNION = replace(STRANGERS, user="union", password="word-1")
BRANCH = replace(STRANGERS, user="branch", group="town", password="word-2")


def fault_for(case: Case) -> str:
    """The fault that the case is to find."""
    return next(
        fault
        for fault, ids in PLANTED.items()
        if any(fnmatchcase(case.id, pattern) for pattern in ids.split())
    )


@asynccontextmanager
async def judged(state: Path, place: Z3950, *users: Z3950User) -> AsyncIterator[tuple[Liar, Runner]]:
    """A liar, and a runner that has seen what there is while it told the truth."""
    async with (
        serving(state, (*TOWN_RECORDS, *HISTORIES), FAST, users) as server,
        lying(int(server.z3950.address.port if server.z3950.address else 0)) as liar,
    ):
        target = Target(
            host="127.0.0.1",
            port=server.sip2_address.port,
            tls=True,
            ca=str(server.tls.authority),
            user=USER,
            password=PASSWORD,
            institution="TOWN",
            pin="pin-of-P1",
            patrons=("P1",),
            items=("I1", "I2"),
            z3950=replace(place, port=liar.port),
        )
        runner = Runner(target, 2.0)
        await runner.survey(CASES)
        yield liar, runner


async def missed(state: Path, place: Z3950, cases: list[Case], *users: Z3950User) -> dict[str, str]:
    """The cases that are content with their fault, or not with a target that has none."""
    found: dict[str, str] = {}
    async with judged(state, place, *users) as (liar, runner):
        for turn, case in enumerate(cases):
            for fault, right in (("", Verdict.PASS), (fault_for(case), Verdict.FAIL)):
                liar.plant(fault)
                outcome = await runner.play(case, turn)
                if outcome.verdict is not right:
                    found[case.id] = f"{fault or 'nothing is wrong'}: {outcome.verdict} {outcome.reason}"
                liar.plant("")
    return found


@proves("conformance cases of Z39.50, each of which a wrong target fails")
async def test_every_case_fails_on_its_fault_and_passes_without(tmp_path: Path) -> None:
    cases = [case for case in CASES if not case.id.startswith("who.")]
    assert await missed(tmp_path, STRANGERS, cases) == {}


@proves("conformance cases of Z39.50, each of which a wrong target fails")
async def test_every_case_of_who_is_let_in_fails_on_its_fault(tmp_path: Path) -> None:
    """Those of a user in a group are that user's."""
    cases = [case for case in CASES if case.id.startswith("who.")]
    grouped = [case for case in cases if case.id == "who.id-pass-group"]
    alone = [case for case in cases if case not in grouped]
    assert await missed(tmp_path / "union", UNION, alone, *USERS) == {}
    assert await missed(tmp_path / "branch", BRANCH, grouped, *USERS) == {}


def test_every_fault_that_can_be_planted_is_found_by_some_case() -> None:
    assert PLANTED.keys() == set(FAULTS)
    assert {fault_for(case) for case in CASES} == set(FAULTS)
