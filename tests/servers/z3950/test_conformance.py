"""The kit, which shares no code with it, finds nothing wrong in our own target."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.runner import Verdict, run
from conformance.target import Z3950, Target
from conformance.z3950.catalogue import CASES
from tests.matrix import proves
from tests.servers.z3950.served import HERE, USERS, serving


@proves("conformance cases of Z39.50, of which our target fails none")
async def test_our_target_passes_every_case_for_what_it_has(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        at = server.z3950.address
        assert at is not None
        code = server.settings.institution.code
        findings = await run(CASES, Target(z3950=Z3950("127.0.0.1", at.port, code)), deadline=20.0)
    wrong = [(one.case.id, one.reason) for one in findings.outcomes if one.verdict is Verdict.FAIL]
    assert not wrong
    assert sum(one.verdict is Verdict.PASS for one in findings.outcomes) > 180


@proves("who may search over Z39.50: everybody, or users by password or address")
@pytest.mark.parametrize(
    "user",
    [
        Z3950("", 0, user="union", password="word-1"),
        Z3950("", 0, user="branch", group="town", password="word-2"),
    ],
)
async def test_our_target_tells_its_users_from_strangers(tmp_path: Path, user: Z3950) -> None:
    """Every case about who is let in is played: those of a user with a group by one that has one."""
    cases = [case for case in CASES if case.id.startswith("who.")]
    own = replace(HERE, login_failure_delay=0.0)
    async with serving(tmp_path, own=own, users=USERS) as server:
        at = server.z3950.address
        assert at is not None
        place = replace(user, host="127.0.0.1", port=at.port, database=server.settings.institution.code)
        findings = await run(cases, Target(z3950=place), deadline=20.0)
    verdicts = {one.case.id: one.verdict for one in findings.outcomes}
    other = "who.id-pass" if user.group else "who.id-pass-group"
    assert verdicts.pop(other) is Verdict.NOT_APPLICABLE
    assert set(verdicts.values()) == {Verdict.PASS}
    said = " ".join(line for one in findings.outcomes for line in one.transcript)
    assert user.password.encode().hex(" ") not in said
