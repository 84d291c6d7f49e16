"""`circdesk demo --check`, end to end: a process of its own, over TLS, gone in the end."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import datetime

import pytest
from rich.console import Console

from protocols.ncip import messages as m_ncip
from protocols.ncip.codec import write
from protocols.ncip.dialects import LATEST
from protocols.ncip.structures import Party, Problem
from protocols.ncip.values import SchemeValuePair
from protocols.sip2 import messages as m
from protocols.sip2.fields import MediaFlag, SupportedMessages
from servers.demo.built import DemoProblem
from servers.demo.check import check, judged, versions_in

NOW = datetime(2026, 3, 2, 9, 30)
US = Party(agency_id=SchemeValuePair("DEMO"))


def test_a_healthy_server_passes() -> None:
    command = [sys.executable, "-m", "servers.cli", "demo", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[-1] == "Everything answers."
    assert [line.split()[0] for line in lines[1:-1]] == [
        *["SIP2"] * 5,
        "HTTPS",
        *["SRU"] * 2,
        *["Z39.50"] * 3,
        *["NCIP"] * 2,
    ]
    assert "NOT AS IT MUST BE" not in done.stdout


def test_a_server_that_does_not_start_is_a_problem_and_no_finding(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DemoProblem, match="has not started"):
        check(["--items", "7"], Console(file=io.StringIO()))
    assert "'7' is no number from 100 to 1,000,000" in capfd.readouterr().err


def test_a_refusal_is_not_as_it_must_be() -> None:
    refused = m.CheckoutResponse(
        ok=False,
        renewal_ok=False,
        magnetic_media=MediaFlag.UNKNOWN,
        desensitize=MediaFlag.UNKNOWN,
        transaction_date=NOW,
        institution_id="DEMO",
        patron_identifier="P",
        item_identifier="I",
        title_identifier="Emma",
        due_date="",
    )
    assert judged(refused) == ("Emma, due ", False)


def test_an_offline_server_is_not_as_it_must_be() -> None:
    offline = m.AcsStatus(
        online_status=False,
        checkin_ok=False,
        checkout_ok=False,
        acs_renewal_policy=False,
        status_update_ok=False,
        offline_ok=False,
        timeout_period=0,
        retries_allowed=0,
        date_time_sync=NOW,
        protocol_version="2.00",
        institution_id="DEMO",
        supported_messages=SupportedMessages(),
    )
    assert judged(offline)[1] is False


@pytest.mark.parametrize(
    "answer",
    [
        b"no XML",
        write(m_ncip.BareProblem(problem=(Problem(problem_type=SchemeValuePair("Unknown Agency")),)), LATEST),
        write(
            m_ncip.LookupVersionResponse(from_agency_id=US, to_agency_id=US, version_supported=("2.02",)),
            LATEST,
        ),
    ],
    ids=["nothing that can be read", "a Problem", "too few versions"],
)
def test_an_answer_about_versions_that_is_not_whole_is_not_as_it_must_be(answer: bytes) -> None:
    assert versions_in(answer, None)[1] is False


def test_an_answer_to_another_question_is_not_as_it_must_be() -> None:
    assert judged(m.LoginResponse(ok=True)) == ("LoginResponse", False)
