"""The runner is right about a right server, and finds each planted fault by the case made for it."""

import ssl
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import time_machine
import trustme

from conformance.case import Ask, Awaits, Beside, Case, Level, Opening, Reconnect, Step, ask
from conformance.runner import Outcome, Verdict, names_for, run
from conformance.sip2.catalogue import CASES
from conformance.sip2.claims import code, fixed, numbered
from conformance.sip2.lines import CHECKIN_LAST, CHECKOUT, STATUS
from conformance.target import Target, TargetError, target_at

Serving = Callable[[Any], AbstractAsyncContextManager[int]]
Judge = Callable[..., Awaitable[tuple[Outcome, ...]]]
DEADLINE = 2.0


@pytest.fixture
def judge(tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]) -> Judge:
    """Play cases against a tiny server with one fault, or none."""

    async def judged(
        fault: str = "", played: tuple[Case, ...] = CASES, **changes: Any
    ) -> tuple[Outcome, ...]:
        known = changes.pop("known", None)
        async with tiny_server(tiny_library(fault)) as port:
            target = msgspec.structs.replace(target_at(str(facts_file(port))), **changes)
            return (await run(played, target, deadline=DEADLINE, known=known)).outcomes

    return judged


def named(*ids: str) -> tuple[Case, ...]:
    found = tuple(case for case in CASES if case.id in ids)
    assert len(found) == len(ids)
    return found


def case_of(*steps: Step, undo: tuple[Ask, ...] = ()) -> Case:
    return Case(id="made.here", title="", level=Level.MUST, clause="", steps=steps, undo=undo)


async def test_a_right_server_passes_every_case(judge: Judge) -> None:
    outcomes = await judge()
    assert [
        (outcome.case.id, outcome.reason) for outcome in outcomes if outcome.verdict is not Verdict.PASS
    ] == []
    assert len(outcomes) == len(CASES)


async def test_playing_twice_finds_the_same_for_nothing_is_left_behind(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]
) -> None:
    library = tiny_library()
    lent = dict(library.loans)
    async with tiny_server(library) as port:
        target = target_at(str(facts_file(port)))
        for seconds in (0, 10):
            with time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds)):
                outcomes = (await run(CASES, target, deadline=DEADLINE)).outcomes
            assert {outcome.verdict for outcome in outcomes} == {Verdict.PASS}
            assert (library.loans, library.holds, library.blocked) == (lent, [], set())


@pytest.mark.parametrize(
    ("fault", "found_by"),
    [
        ("wrong sum", "status.layout"),
        ("wrong sequence", "resend.echo"),
        ("no AH", "circulation.reference"),
        ("does twice", "resend.same-checkout"),
        ("forgets", "resend.checkout-after-reconnect"),
        ("forgets", "fees.paid-once-after-reconnect"),
        ("ignores checksums", "damaged.wrong-sum"),
        ("ignores checksums", "damaged.nothing-done"),
        ("answers unknown", "damaged.unknown-message"),
        ("echoes controls", "hostile.control-characters"),
        ("short BX", "status.supported-messages"),
        ("counts in three digits", "patron.information"),
        ("counts double", "patron.loan-listed"),
        ("lends anything", "circulation.reference"),
        ("lends twice", "circulation.lent-a-moment-ago"),
        ("tells strangers", "login.nothing-before"),
        ("keeps the login", "login.failure-ends-login"),
        ("reads once", "framing.byte-by-byte"),
        ("queues twice", "holds.twice"),
        ("forgets", "holds.twice-at-once"),
        ("forgets", "resend.payment-after-reconnect"),
        ("forgets", "resend.lost-checkout"),
        ("does twice", "resend.same-15"),
        ("blocks for show", "blocks.as-allowed"),
        ("forgives everything", "blocks.enable-not-the-staff"),
        ("notes anything", "notes.unknown"),
        ("renews what is wanted", "renew-all.some"),
        ("judges the past", "offline.blocked"),
        ("knows better when", "offline.due-date"),
        ("lends anew", "undo.checkin-due"),
        ("ends what is newer", "offline.old-return"),
        ("believes no block", "offline.not-now"),
        ("cancels by returning", "undo.hold-restored"),
        ("undoes for anybody", "undo.of-another-terminal"),
        ("can be guessed", "pins.throttled"),
        ("locks everywhere", "pins.not-locked-out"),
        ("tells a card from none", "pins.alike-23"),
        ("wants its fields in order", "awkward.15-any-order"),
        ("ignores checksums", "resend.damaged-01"),
    ],
)
async def test_a_fault_is_found_by_the_case_made_for_it(judge: Judge, fault: str, found_by: str) -> None:
    (outcome,) = await judge(fault, named(found_by))
    assert outcome.verdict is Verdict.FAIL
    assert outcome.reason


async def test_a_case_that_lacks_a_fact_does_not_apply(judge: Judge) -> None:
    (outcome,) = await judge("", named("circulation.reference"), cases={})
    assert outcome.verdict is Verdict.NOT_APPLICABLE
    assert outcome.reason == "the target names no item_reference"
    assert outcome.transcript == ()


async def test_a_case_of_a_message_that_98_denies_does_not_apply(judge: Judge) -> None:
    (outcome,) = await judge("blocks nobody", (case_of(ask("01N{now}AO|ALlost|AA{patron}|")),))
    assert outcome.verdict is Verdict.NOT_APPLICABLE
    assert outcome.reason == "the server's 98 says that it does not answer 01"


async def test_a_known_divergence_is_told_from_a_failure_and_a_stale_one_is_pointed_out(judge: Judge) -> None:
    known = {"damaged.wrong-sum": "sums are for banks", "status.layout": "not so any more"}
    bad, good = sorted(
        await judge("ignores checksums", named("damaged.wrong-sum", "status.layout"), known=known),
        key=lambda outcome: outcome.case.id,
    )
    assert bad.verdict is Verdict.DIVERGES
    assert bad.reason.startswith("sums are for banks (")
    assert (good.verdict, good.reason) == (Verdict.PASS, "listed as a divergence, but it passes")


async def test_what_a_failing_case_borrowed_is_returned(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]
) -> None:
    library = tiny_library()
    lent = dict(library.loans)
    steps = (ask(CHECKOUT, fixed("ok", "1")), ask(STATUS, code("98")))
    case = case_of(*steps, undo=(ask(CHECKIN_LAST),))
    async with tiny_server(library) as port:
        (outcome,) = (await run((case,), target_at(str(facts_file(port))), deadline=DEADLINE)).outcomes
    assert outcome.verdict is Verdict.FAIL
    assert outcome.reason == "the answer to 23 must have the code 98"
    assert library.loans == lent


async def test_what_could_not_be_undone_is_said(judge: Judge) -> None:
    (outcome,) = await judge("", (case_of(ask(STATUS, code("24")), undo=(ask("09N{last}", code("10")),)),))
    assert outcome.verdict is Verdict.PASS
    assert outcome.reason.startswith("what the case did could not be undone: the answer to 09 must have")


async def test_silence_where_an_answer_is_due_is_a_failure_within_the_deadline(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]
) -> None:
    case = case_of(ask("77 is unknown"))
    async with tiny_server(tiny_library()) as port:
        (outcome,) = (await run((case,), target_at(str(facts_file(port))), deadline=0.05)).outcomes
    assert (outcome.verdict, outcome.reason) == (Verdict.FAIL, "nothing within 0.05 seconds")


async def test_an_answer_where_silence_is_due_is_a_failure(judge: Judge) -> None:
    steps = (ask(STATUS, awaits=Awaits.SILENCE), ask("9900802.00", code("98")))
    (outcome,) = await judge("", (case_of(*steps),))
    assert outcome.reason == "the answer carries AY1 and the message AY2"


async def test_a_refused_login_is_a_failure_in_words(judge: Judge) -> None:
    (outcome,) = await judge("", (case_of(Reconnect()),), password="x")
    assert outcome.reason == "the login with the target's credentials was refused"


async def test_passwords_and_pins_are_in_no_transcript(judge: Judge) -> None:
    shown = [line for outcome in await judge() for line in outcome.transcript]
    assert any("|CO***|AY" in line for line in shown)
    assert any("|AD***|" in line for line in shown)
    assert not any("secret" in line or "AD1234" in line or "ADx1234" in line for line in shown)


async def test_a_server_behind_tls_is_played_as_any_other(
    tiny_library: Any, tiny_server: Any, facts_file: Callable[[int], Path], tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    cases = named("patron.status", "framing.byte-by-byte", "resend.checkout-after-reconnect")
    async with tiny_server(tiny_library(), context) as port:
        target = msgspec.structs.replace(target_at(str(facts_file(port))), tls=True)
        trusting = msgspec.structs.replace(target, ca=str(tmp_path / "ca.pem"))
        outcomes = (await run(cases, trusting, deadline=DEADLINE)).outcomes
        with pytest.raises(TargetError, match="certificate verify failed"):
            await run(cases, target, deadline=DEADLINE)
    assert {outcome.verdict for outcome in outcomes} == {Verdict.PASS}


async def test_a_server_that_is_not_there_is_no_verdict(facts_file: Callable[[int], Path]) -> None:
    with pytest.raises(TargetError, match="does not answer"):
        await run(CASES, target_at(str(facts_file(1))), deadline=DEADLINE)


async def test_a_second_connection_has_its_own_login_and_digits_and_the_first_goes_on(judge: Judge) -> None:
    seen = Beside((ask(STATUS, code("24"), numbered(1)),), Opening.OTHER)
    (outcome,) = await judge("", (case_of(ask(STATUS), seen, ask(STATUS, numbered(2))),))
    assert outcome.verdict is Verdict.PASS, outcome.reason
    logins = [line.partition("|CO")[0] for line in outcome.transcript if line.startswith("> 93")]
    assert logins == ["> 9300CNkiosk", "> 9300CNkiosk2"]
    assert "· on the first connection" in outcome.transcript


async def test_a_case_of_another_terminal_does_not_apply_where_there_is_none(judge: Judge) -> None:
    (outcome,) = await judge("", (case_of(Reconnect(Opening.OTHER)),), other_user=None)
    assert outcome.reason == "the target names no other_user"


def test_no_moment_of_a_shared_act_comes_twice_in_a_run() -> None:
    target = Target(host="h", port=1)
    ticks = ("first", "second", "third", "undoing")
    with time_machine.travel(0, tick=False):
        names = [names_for(target, turn) for turn in range(len(CASES))]
    moments = [found[tick] for found in names for tick in ticks]
    assert len(set(moments)) == len(moments)
    assert all(found["first"] < found["second"] < found["third"] < found["undoing"] for found in names)
    assert names[0]["first_of_zone_0000"] == names[0]["first"].replace("    ", "0000")


def test_dates_are_of_the_servers_clock() -> None:
    target = Target(host="h", port=1)
    with time_machine.travel(1_000_000, tick=False):
        ahead = names_for(target, 0, 3600.0)
    with time_machine.travel(1_003_600, tick=False):
        assert {**names_for(target, 0), "mark": ahead["mark"]} == ahead


def test_an_item_that_is_lent_off_line_again_is_so_a_little_later() -> None:
    target = Target(host="h", port=1, offline_items=tuple("abcd"))
    with time_machine.travel(1_000_000, tick=False):
        shares = [names_for(target, 0, away=away) for away in range(3)]
    assert [(share["offline_item"], share["offline_item2"]) for share in shares] == [
        ("a", "b"),
        ("c", "d"),
        ("a", "b"),
    ]
    assert shares[0]["past"] == shares[1]["past"]
    assert shares[1]["past_5"] < shares[2]["past"]


def test_cases_take_turns_with_patrons_and_items() -> None:
    target = Target(host="h", port=1, patrons=tuple("abcdef"), items=("i",))
    first, second, third = (names_for(target, turn) for turn in range(3))
    assert (first["patron"], first["patron2"], first["patron3"]) == ("a", "b", "c")
    assert (second["patron"], third["patron"]) == ("d", "a")
    assert second["item"] == "i"
    assert "item2" not in second
    assert "pin" not in first
    assert len({first["now"], first["later"], first["last"]}) == 3
