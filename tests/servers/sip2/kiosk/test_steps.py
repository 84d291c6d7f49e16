"""What a step makes of answers that our own server does not give, from a peer that plays them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

import pytest
from msgspec.structs import replace
from rich.console import Console

from protocols.sip2.codec import checksum
from protocols.sip2.fields import SupportedMessages
from protocols.sip2.messages import AcsStatus
from servers.sip2.client import Sip2Client
from servers.sip2.kiosk.conversation import Conversation
from servers.sip2.kiosk.face import EndOfInput, Face
from servers.sip2.kiosk.receipt import Receipt
from servers.sip2.kiosk.steps import Here, account, borrow, bring_back, cancel_hold, pay, place_hold, renew
from servers.sip2.kiosk.visit import Visit
from tests.fakes.script import Script

DATE = "20260302    103000"
STATUS = AcsStatus(
    online_status=True,
    checkin_ok=True,
    checkout_ok=True,
    acs_renewal_policy=True,
    status_update_ok=False,
    offline_ok=False,
    timeout_period=None,
    retries_allowed=None,
    date_time_sync=datetime(2026, 3, 2),
    protocol_version="2.00",
    institution_id="TOWN",
    supported_messages=SupportedMessages(item_information=True, renew_all=True),
)
NO_QUESTIONS = replace(STATUS, supported_messages=SupportedMessages())


class Came:
    """What came of a step: what was shown, what was asked of the peer, what stands on the receipt."""

    def __init__(self, shown: str, asked: list[bytes], receipt: Receipt) -> None:
        self.shown = " ".join(shown.split())
        self.asked = [line.decode()[:2] for line in asked]
        self.raw = b"".join(asked).decode()
        self.receipt = receipt


Walk = Callable[..., Came]


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Takes a step with these answers of the peer and these lines typed."""

    def take(
        step: Callable[[Here], None], answers: list[str], typed: list[str], status: AcsStatus = STATUS
    ) -> Came:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        peer = Script(*[_checked(text, digit % 10) for digit, text in enumerate(answers)])
        shown, receipt = io.StringIO(), Receipt()
        try:
            with Conversation(lambda: Sip2Client(peer.target)) as line:
                face = Face(Console(file=shown, width=200))
                step(Here(face, line, status, receipt, Visit(line, status, "P1", "12")))
        finally:
            peer.close()
        return Came(shown.getvalue(), peer.asked, receipt)

    return take


def _checked(text: str, digit: int) -> bytes:
    counted = f"{text}AY{digit}AZ".encode()
    return counted + checksum(counted) + b"\r"


def patron(fields: str = "") -> str:
    """64."""
    return f"64{' ' * 14}001{DATE}{'0000' * 6}AOTOWN|AAP1|AEAnn|{fields}"


def item(title: str, status: str = "04", due: str = "20260330    235900") -> str:
    """18."""
    return f"18{status}0201{DATE}ABI1|AJ{title}|AH{due}|"


COSTS = f"120NUN{DATE}AOTOWN|AAP1|ABI1|AJEmma|AH|BT06|BHEUR|BV1.00|AFThis loan costs a fee.|"
LENT = f"121NNY{DATE}AOTOWN|AAP1|ABI1|AJEmma|AH20260330    235900|AGKeep it dry|"


class TestAFeeForALoan:
    def test_who_agrees_gets_the_item(self, walk: Walk) -> None:
        came = walk(borrow, [COSTS, LENT], ["I1", "y", ""])
        assert "Emma costs 1.00 EUR. Do you agree? (y or n): y ✓ Emma due Mon 30 Mar 2026" in came.shown
        assert came.raw.count("BOY|") == 1

    def test_who_does_not_agree_is_told_why_not(self, walk: Walk) -> None:
        came = walk(borrow, [COSTS], ["I1", "n", ""])
        assert "✗ Emma This loan costs a fee. Put it aside, and scan the next one." in came.shown
        assert not came.receipt

    def test_a_renewal_is_agreed_to_as_well(self, walk: Walk) -> None:
        costs, lent = "30" + COSTS[2:], "30" + LENT[2:]
        came = walk(renew, [patron("AUI1|"), item("Emma"), costs, lent], ["1", "yes"])
        assert came.asked == ["63", "17", "29", "29"]
        assert "✓ Emma due Mon 30 Mar 2026" in came.shown


class TestRenewing:
    def test_all_are_renewed_with_one_message_where_there_is_one(self, walk: Walk) -> None:
        answers = [
            patron("AUI1|AUI2 Atlas|"),
            item("Emma"),
            item("Atlas"),
            f"66100010001{DATE}AOTOWN|BMI1|BNI2 somebody waits for it|AFOne of two.|",
            item("Emma"),
            item("Atlas"),
        ]
        came = walk(renew, answers, ["all"])
        assert came.asked == ["63", "17", "17", "65", "17", "17"]
        assert "✓ Emma due Mon 30 Mar 2026" in came.shown
        assert "✗ Atlas somebody waits for it Please bring it back in time" in came.shown
        assert "! One of two." in came.shown

    def test_else_one_by_one_and_by_title_where_no_item_is_known(self, walk: Walk) -> None:
        refused = f"300NUN{DATE}AOTOWN|AAP1|AB|AJ|AH|"
        came = walk(renew, [patron("AUEmma|AUAtlas|"), refused, refused], ["all"], NO_QUESTIONS)
        assert came.asked == ["63", "29", "29"]
        assert "AJEmma|" in came.raw
        assert "✗ Atlas This loan cannot be renewed. Please bring it back in time" in came.shown


class TestReturning:
    def test_a_bin_is_named(self, walk: Walk) -> None:
        came = walk(bring_back, [f"101YNN{DATE}AOTOWN|ABI1|AQMAIN|AJEmma|CL7|"], ["I1", ""])
        assert "✓ Emma ! Please put it in bin 7." in came.shown

    def test_a_refusal_without_words_has_ours(self, walk: Walk) -> None:
        came = walk(bring_back, [f"100NNN{DATE}AOTOWN|ABI1|AQ|"], ["I1", ""])
        assert "✗ I1 This item cannot be returned here." in came.shown


class TestPaying:
    def test_a_fee_whose_amount_is_not_told_is_not_paid_by_number(self, walk: Walk) -> None:
        came = walk(pay, [patron("BHEUR|BV2.50|AVsomething|")], ["1"])
        assert "✗ 1 is no amount and no fee of these." in came.shown
        assert came.asked == ["63"]

    def test_a_refusal_takes_nothing(self, walk: Walk) -> None:
        came = walk(pay, [patron("BHEUR|BV2.50|AV7 2,50|"), f"38N{DATE}AOTOWN|AAP1|"], ["1"])
        assert "✗ The payment was refused. Nothing was taken." in came.shown
        assert "CG7|" in came.raw
        assert "BV2.50|" in came.raw
        assert not came.receipt


class TestHolds:
    def test_what_stands_on_the_shelf_can_be_taken(self, walk: Walk) -> None:
        came = walk(place_hold, [f"161Y{DATE}AOTOWN|AAP1|"], ["title: b7", "EAST"])
        assert "✓ b7 placed ! It is on the shelf" in came.shown
        assert "BSEAST|" in came.raw
        assert "AJb7|" in came.raw

    def test_a_hold_that_is_not_cancelled_is_said(self, walk: Walk) -> None:
        came = walk(
            cancel_hold,
            [patron("ASEmma|"), patron("CDAtlas|"), f"160N{DATE}AOTOWN|AAP1|"],
            ["2"],
            NO_QUESTIONS,
        )
        assert "✗ Atlas The hold was not cancelled. Please ask at the desk." in came.shown
        assert "15-" in came.raw

    def test_those_that_are_ready_come_first(self, walk: Walk) -> None:
        answers = [patron(), patron("ASEmma|"), patron("CDAtlas|"), patron()]
        came = walk(account, answers, [], NO_QUESTIONS)
        assert "Emma ready for you Atlas waiting" in came.shown


def test_the_end_of_input_ends_a_step(walk: Walk) -> None:
    with pytest.raises(EndOfInput):
        walk(borrow, [LENT], ["I1"])
