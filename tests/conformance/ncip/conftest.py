"""A tiny responder to be judged: served on a port of its own, described by a file of facts."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from conformance.case import Case
from conformance.runner import Findings, run
from conformance.target import Target, target_at
from tests.conformance.tiny_ncip import (
    CASES,
    DESK,
    HOUSE,
    PARTNER,
    PROFILE,
    SECRET,
    TinyResponder,
    responding,
)

DEADLINE = 5.0
Judge = Callable[..., Awaitable[Findings]]


def facts(port: int) -> dict[str, object]:
    """Return what a file of facts would say of a tiny responder at this port, which speaks no SIP2."""
    return {
        "institution": HOUSE,
        "https": {
            "ncip": f"http://127.0.0.1:{port}/ncip",
            "ncip_agency": "BROKER",
            "ncip_partner": PARTNER,
            "ncip_secret": SECRET,
            "ncip_profile": PROFILE,
            "ncip_desk": DESK,
            "ncip_store_secret": SECRET,
        },
        "pin": "1234",
        "patrons": {"template": "P%03d", "first": 1, "count": 100},
        "items": {"template": "I%03d", "first": 1, "count": 300},
        "offline_items": {"template": "I%03d", "first": 801, "count": 60},
        "pickups": ["HERE", "THERE"],
        "cases": CASES,
    }


@pytest.fixture
def target(tmp_path: Path) -> Callable[[int], Target]:
    """Write the facts of a tiny responder at a port, and read them as the kit does."""

    def described(port: int) -> Target:
        path = tmp_path / "facts.json"
        path.write_bytes(msgspec.json.encode(facts(port)))
        return target_at(str(path))

    return described


@pytest.fixture
def judge(target: Callable[[int], Target]) -> Judge:
    """Play cases against a tiny responder with one fault, or none."""

    async def judged(fault: str, cases: tuple[Case, ...], known: dict[str, str] | None = None) -> Findings:
        async with responding(TinyResponder(fault)) as port:
            return await run(cases, target(port), deadline=DEADLINE, known=known)

    return judged
