"""No secret is shown, whatever the message is like."""

from __future__ import annotations

import pytest

from protocols.secret import Secret
from servers.ncip.client.masking import SECRETS, masked
from tests.matrix import proves


def test_the_elements_that_hold_secrets_are_those_of_the_declarations() -> None:
    assert {"AuthenticationInputData", "FromAgencyAuthentication", "FromSystemAuthentication"} == SECRETS


@proves("no secret of NCIP is shown by the tools")
@pytest.mark.parametrize(
    "text",
    [
        "<AuthenticationInputData>canary</AuthenticationInputData>",
        "<ns1:AuthenticationInputData>canary</ns1:AuthenticationInputData>",
        "<FromAgencyAuthentication a='b'>canary</FromAgencyAuthentication>",
        "<FromSystemAuthentication>\n can\ncanary </FromSystemAuthentication>",
        "<AuthenticationInputData><![CDATA[</b>canary]]></AuthenticationInputData>",
        "<AuthenticationInputData>a<canary</AuthenticationInputData>",
        "<AuthenticationInputData>canary</AuthenticationInputDat>",
        "<AuthenticationInputData>canary",
        "<AuthenticationInputData><Value>canary</Value></AuthenticationInputData>",
    ],
)
def test_of_a_secret_only_that_there_is_one_is_left(text: str) -> None:
    shown = masked(f"<NCIPMessage>{text}")
    assert "canary" not in shown
    assert shown.count("***") == 1


@pytest.mark.parametrize(
    "text",
    [
        "<AuthenticationInputData></AuthenticationInputData>",
        "<AuthenticationInputData/><ItemIdentifierValue>I1</ItemIdentifierValue>",
        "<AuthenticationInputType>PIN</AuthenticationInputType>",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


def test_a_peer_that_repeats_a_secret_is_not_repeated() -> None:
    text = "<ProblemValue>a&amp;b</ProblemValue><ItemIdentifierValue>a&amp;b1</ItemIdentifierValue>"
    assert masked(text, [Secret("a&b"), Secret("")]) == text.replace(">a&amp;b<", ">***<")
