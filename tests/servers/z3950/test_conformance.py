"""The kit, which shares no code with it, finds nothing wrong in our own target."""

from __future__ import annotations

from pathlib import Path

from conformance.runner import Verdict, run
from conformance.target import Z3950, Target
from conformance.z3950.catalogue import CASES
from tests.matrix import proves
from tests.servers.z3950.served import serving


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
