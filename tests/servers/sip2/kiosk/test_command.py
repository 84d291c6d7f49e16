"""`circdesk kiosk`, a whole visit at a time, over TLS against a server of the small library."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from core.model.records import Fee, FeeId, FeeKind, ItemStatus
from servers.cli import main
from servers.places import FACTS
from servers.sip2.kiosk.face import Face
from tests.fakes.typed import Typed, typed
from tests.fakes.world import ANN, BOOK, COPY, NOW
from tests.matrix import proves

CARD = ("P1", "pin-of-P1")


def owes(circdesk: Typed, *amounts: str) -> None:
    """Put open fees in Ann's ledger, as if they had always been there."""
    fees = [
        Fee(FeeId(900 + n), 1, ANN, FeeKind.OVERDUE, Decimal(amount), "EUR", NOW)
        for n, amount in enumerate(amounts)
    ]
    circdesk.server.desk.library.install(fees)


@proves("a whole visit at the command line")
async def test_a_book_goes_out_and_stands_on_the_receipt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk("kiosk", lines=(*CARD, "borrow", "I1", "I4", "", "finish"))
        assert circdesk.server.desk.library.items[BOOK].status is ItemStatus.ON_LOAN
    assert (said.status, said.err) == (0, "")
    assert "Welcome to Town Library" in said.out
    assert "✓ Emma  due " in said.out
    assert "✗ Atlas  This item is for use in the library only." in said.out
    receipt = said.out[said.out.index("Your receipt") :]
    assert "Borrowed: 1\nEmma\n" in receipt
    assert "Atlas" not in receipt


async def test_the_pin_is_never_shown_and_of_the_card_only_its_end_on_the_receipt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk("kiosk", lines=(*CARD, "borrow", "I1", "", "finish"))
    assert "pin-of-P1" not in said.out + said.err
    assert "PIN (Enter if you have none): ****" in said.out
    assert "Card ...P1" in said.out


async def test_a_menu_is_chosen_from_by_number_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk("kiosk", lines=(*CARD, "1", "I1", "", "0"))
    assert "Borrowed: 1" in said.out


async def test_what_is_not_in_the_menu_is_said_with_what_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk("kiosk", lines=(*CARD, "dance", "99", "", "finish"))
    assert "✗ dance is not in the menu.\n  Type a number from 0 to " in said.out
    assert "✗ 99 is not in the menu." in said.out
    assert "✗ Nothing was chosen." in said.out


async def test_items_come_back_without_a_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        await circdesk("kiosk", lines=(*CARD, "borrow", "I1", "", "finish"))
        said = await circdesk("kiosk", lines=("return", "I1", "I9", ""))
        assert circdesk.server.desk.library.items[BOOK].status is ItemStatus.AVAILABLE
    assert "✓ Emma" in said.out
    assert "✗ I9  This item is not known here." in said.out
    assert "Returned: 1" in said.out
    assert "Card ..." not in said.out


async def test_what_somebody_waits_for_is_put_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other branch's film is on its way home: an alert."""
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk("kiosk", lines=(*CARD, "borrow", "I3", "", "return", "I3", "", "finish"))
    assert "✓ Metropolis" in said.out
    assert "\n! " in said.out[said.out.index("\nReturn\n") :]


async def test_one_loan_or_all_of_them_are_renewed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk(
            "kiosk",
            lines=(
                *CARD,
                "renew",
                "borrow",
                "I1",
                "I3",
                "",
                "renew",
                "1",
                "renew",
                "x",
                "3",
                "all",
                "finish",
            ),
        )
        assert [circdesk.server.desk.library.items[i].loan is not None for i in (BOOK, COPY)] == [True, False]
    assert "You have no loans." in said.out
    assert "✗ There is no number x.\n  Type a number from 1 to 2." in said.out
    assert "✗ There is no number 3." in said.out
    assert "Renewed: 3" in said.out


async def test_holds_are_placed_and_cancelled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        lines = (
            "hold",
            "I1",
            "",
            "hold",
            "title: b1",
            "",
            "hold",
            "",
            "account",
            "cancel",
            "1",
            "cancel",
            "finish",
        )
        said = await circdesk("kiosk", lines=(*CARD, *lines))
        assert not circdesk.server.desk.library.holds_of(ANN)
    assert "✓ Emma  number 1 in the queue" in said.out
    assert "✗ b1  You have a hold on this title already." in said.out
    assert "Emma waiting" in said.words
    assert "✓ Emma  cancelled" in said.out
    assert "You have no holds." in said.out
    assert "Holds: 2" in said.out


async def test_the_account_shows_loans_with_due_dates_holds_and_fees(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        empty = await circdesk("kiosk", lines=(*CARD, "account", "finish"))
        owes(circdesk, "2.50")
        full = await circdesk("kiosk", lines=(*CARD, "borrow", "I1", "", "account", "finish"))
    for sentence in ("You have no loans.", "You have no holds.", "You owe nothing."):
        assert sentence in empty.out
    account = full.out[full.out.index("\nMy account\n") :]
    assert "1 Emma " in " ".join(account.split())
    assert "You owe 2.50 EUR in all." in account
    assert "You have: 1 on loan, 2.50 EUR to pay" in account


async def test_all_one_fee_or_an_amount_is_paid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        owes(circdesk, "2.50", "4.00", "1.00")
        said = await circdesk(
            "kiosk", lines=(*CARD, "pay", "2", "pay", "0.25", "pay", "all", "pay", "finish")
        )
        assert not circdesk.server.desk.library.open_fees_of(ANN)
    for paid, left in (("4.00", "3.50"), ("0.25", "3.25")):
        assert f"✓ Paid {paid} EUR" in said.out
        assert f"Left to pay: {left} EUR" in said.out
    assert "✓ Paid 3.25 EUR" in said.out
    assert "Nothing is left to pay." in said.out
    assert "Paid: 3" in said.out
    assert "You owe nothing." in said.out


async def test_what_cannot_be_paid_takes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        owes(circdesk, "2.50")
        lines = (*CARD, "pay", "much", "pay", "-1", "pay", "99.00", "pay", "", "finish")
        said = await circdesk("kiosk", lines=lines)
        assert [fee.left for fee in circdesk.server.desk.library.open_fees_of(ANN)] == [Decimal("2.50")]
    assert "✗ much is no amount and no fee of these.\n  Nothing was taken." in said.out
    assert "✗ -1 is no amount and no fee of these." in said.out
    assert "✗ This is more than is owed" in said.out
    assert "Your receipt" not in said.out


@pytest.mark.parametrize("typed_card", [("P9", ""), ("P1", "wrong"), ("", "")])
async def test_who_is_not_known_gets_no_menu_and_is_told_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], typed_card: tuple[str, str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk("kiosk", lines=typed_card)
    assert said.status == 0
    assert "Your choice" not in said.out
    assert ("Check the card and the PIN, then scan the card again." in said.out) is bool(typed_card[0])


async def test_who_cannot_borrow_is_told_why_before_anything_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk("kiosk", lines=("P4", "", "finish"))
    assert "\n! This card has expired." in said.out


@pytest.mark.parametrize("left", [("borrow", "I1"), ("borrow", "I1", "")])
async def test_who_walks_away_has_borrowed_what_was_scanned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], left: tuple[str, ...]
) -> None:
    """In a step or at the menu: the receipt is printed and the session ended."""
    record = tmp_path / "visit.sip2"
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk("kiosk", "--record", str(record), lines=(*CARD, *left))
    assert said.status == 0
    assert "Borrowed: 1" in said.out
    assert record.read_text("utf-8").splitlines()[-2].split(" > ")[1].startswith("35")


async def test_patron_follows_patron_until_the_kiosk_is_switched_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk("kiosk", lines=(*CARD, "finish", "P2", "pin-of-P2", "finish", "quit", "P3"))
    assert said.out.count("Welcome to Town Library") == 3
    assert "Hello Ann Ngata" in said.out
    assert "Cyd" not in said.out


async def test_a_library_that_goes_offline_in_between_is_said_and_the_visit_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """98 in place of an answer; what was done before stands on the receipt."""
    ask = Face.ask

    async with typed(tmp_path, capsys) as circdesk:

        def going_offline(face: Face, question: str, *, hidden: bool = False) -> str:
            answer = ask(face, question, hidden=hidden)
            circdesk.server.sip2.service.draining = circdesk.server.sip2.service.draining or answer == "I2"
            return answer

        monkeypatch.setattr(Face, "ask", going_offline)
        said = await circdesk("kiosk", lines=(*CARD, "borrow", "I1", "I2", "finish"))
    assert said.status == 0
    assert "✗ The library is offline." in said.out
    assert "Please try again in a minute, or ask at the desk." in said.out
    assert "Borrowed: 1" in said.out


async def test_a_library_that_is_offline_has_no_kiosk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        circdesk.server.sip2.service.draining = True
        said = await circdesk("kiosk", "--user", "", lines=CARD)
    assert (said.status, said.out) == (1, "")
    assert said.err == "circdesk kiosk: the library is offline; please try again later.\n"


async def test_a_visit_is_recorded_without_its_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "visit.sip2"
    async with typed(tmp_path, capsys) as circdesk:
        await circdesk("kiosk", "--record", str(kept), lines=(*CARD, "borrow", "I1", "", "finish"))
    text = kept.read_text("utf-8")
    assert text.startswith("# SIP2 recording, version 1\n")
    assert " > 1" in text
    assert " < 121" in text
    assert "pin-of" not in text
    assert "word-1" not in text
    assert kept.stat().st_mode & 0o077 == 0


async def test_a_demonstration_tells_what_to_type(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only cards that may borrow, and only items that are on the shelf."""
    async with typed(tmp_path, capsys) as circdesk:
        path = tmp_path / FACTS
        facts = json.loads(path.read_bytes())
        facts |= {
            "patrons": {"template": "P%d", "first": 1, "count": 3},
            "items": {"template": "I%d", "first": 1, "count": 9},
            "pin": "pin-of-P1",
            "cases": {"item_reference": "I4", "somebody": "else"},
        }
        path.write_text(json.dumps(facts))
        await circdesk("kiosk", lines=(*CARD, "borrow", "I1", "", "finish"))
        said = await circdesk("kiosk", "--demo", lines=(*CARD, "finish"))
    assert "card P1 PIN pin-of-P1 items I2 I3 I4 item not for loan I4 Scan" in said.words
    assert said.words.count("not for loan") == 1, "in a script the hints are shown once"


def test_where_nobody_listens_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kiosk", "--target", "127.0.0.1:1"]) == 1
    assert capsys.readouterr().err.startswith("circdesk kiosk: nobody answers at 127.0.0.1:1 ")


async def test_a_login_that_is_refused_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        said = await circdesk("kiosk", "--password", "wrong")
    assert said.status == 1
    assert said.err.startswith("circdesk kiosk: the server refuses the login; ")


@pytest.mark.parametrize("width", ["19", "1000", "wide"])
def test_a_printer_has_a_width_that_can_be(width: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["kiosk", "--width", width])
    assert f"{width!r} is no number from 20 to 999" in capsys.readouterr().err
