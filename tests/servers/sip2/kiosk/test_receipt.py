"""A receipt fits its printer, whatever stands on it."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from servers.sip2.kiosk.receipt import Receipt, Section

NOW = datetime(2026, 3, 2, 10, 30)


def test_a_receipt_says_what_was_done_in_its_order() -> None:
    receipt = Receipt()
    receipt.add(Section.PAID, "2.50 EUR", printed=["Kept for ten years", " "])
    receipt.add(Section.BORROWED, "Emma", "due Mon 30 Mar 2026")
    assert list(receipt.lines(20, "Town Library", "P-123456", NOW)) == [
        "    Town Library",
        "  2026-03-02 10:30",
        "    Card ...3456",
        "-" * 20,
        "Borrowed: 1",
        "Emma",
        "  due Mon 30 Mar",
        "  2026",
        "-" * 20,
        "Paid: 1",
        "2.50 EUR",
        "-" * 20,
        "Kept for ten years",
        "-" * 20,
        "     Thank you.",
    ]


def test_where_nothing_was_done_there_is_no_receipt() -> None:
    receipt = Receipt()
    assert not receipt
    receipt.add(Section.HOLDS, "Emma")
    assert receipt


@given(
    width=st.integers(20, 80),
    titles=st.lists(st.text("ab 漢字é-", max_size=120), max_size=3),
    library=st.text("ab 漢字", max_size=60),
)
def test_no_line_is_wider_than_the_printer(width: int, titles: list[str], library: str) -> None:
    receipt = Receipt()
    for title in titles:
        receipt.add(Section.BORROWED, title, title, [title])
    assert all(cell_len(line) <= width for line in receipt.lines(width, library, "P1", NOW))
