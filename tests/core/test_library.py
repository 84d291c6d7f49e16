"""The memory: events change records, look-ups agree with them, and undo goes back exactly."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.events import (
    Before,
    CheckedIn,
    CheckedOut,
    Claimed,
    DiscrepancyNoted,
    DiscrepancySettled,
    Event,
    FeeCharged,
    FeePaid,
    FeeWaived,
    HoldCancelled,
    HoldChanged,
    HoldPlaced,
    ItemAdded,
    ItemChanged,
    ItemEnded,
    ItemNoted,
    NoLongerStored,
    NoticeRecorded,
    NotRenewed,
    PartnerTold,
    PatronAdded,
    PatronBlocked,
    PatronChanged,
    PatronEnabled,
    PatronEnded,
    RecallCancelled,
    Recalled,
    RecordsLoaded,
    Renewed,
    Shelved,
    StatusSet,
    Undone,
)
from core.library import Library, touched
from core.model.records import (
    Allocation,
    Bib,
    BibBody,
    BibId,
    Block,
    BlockKind,
    Claim,
    Discrepancy,
    DiscrepancyId,
    Fee,
    FeeId,
    FeeKind,
    Guest,
    Hold,
    HoldId,
    HoldStatus,
    Item,
    ItemId,
    ItemStatus,
    Loan,
    LoanAct,
    Patron,
    PatronId,
    Payment,
    PaymentId,
    PaymentKind,
    Reference,
)
from core.ports import Change
from tests.matrix import proves

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BIB, OTHER_BIB = BibId(1), BibId(2)
BOOK, COPY, FILM = ItemId(11), ItemId(12), ItemId(13)
ANN, BEN = PatronId(21), PatronId(22)


def stocked() -> Library:
    """Two bibs, three items, two patrons."""
    library = Library()
    library.install([Bib(BIB, 1, "b1", "Emma"), Bib(OTHER_BIB, 1, "b2", "Metropolis")])
    library.install(
        [
            Item(BOOK, 1, "I1", BIB, "MAIN/STACKS"),
            Item(COPY, 1, "I2", BIB, "MAIN/STACKS"),
            Item(FILM, 1, "I3", OTHER_BIB, "EAST/FILMS"),
        ]
    )
    library.install(
        [
            Patron(ANN, 1, "P1", "Ngata", "Ann", identifiers=("ann@example.org",)),
            Patron(BEN, 1, "P2", "Sá", "Ben"),
        ]
    )
    return library


def loan(patron: PatronId, days: int = 28) -> Loan:
    """A loan from now."""
    return Loan(patron, NOW, NOW + timedelta(days=days))


def hold(number: int, patron: PatronId, bib: BibId = BIB, minutes: int = 0) -> Hold:
    """A hold placed some minutes from now, to be picked up at MAIN."""
    return Hold(HoldId(number), 1, patron, bib, "MAIN", NOW + timedelta(minutes=minutes))


def fee(number: int, patron: PatronId, amount: str) -> Fee:
    """An overdue fee."""
    return Fee(FeeId(number), 1, patron, FeeKind.OVERDUE, Decimal(amount), "EUR", NOW)


def reference(number: int) -> Reference:
    """A partner's number."""
    return Reference("BROKER", str(number))


def picture(library: Library) -> dict[str, object]:
    """Everything a library can be asked, for comparing."""
    return {
        "records": [
            dict(sorted(table.items()))
            for table in (
                library.bibs,
                library.items,
                library.patrons,
                library.holds,
                library.fees,
                library.payments,
                library.discrepancies,
            )
        ],
        "barcodes": {item.barcode: library.item(item.barcode) for item in library.items.values()},
        "patrons": {
            key: library.patron(key) for p in library.patrons.values() for key in (p.barcode, *p.identifiers)
        },
        "bibs": {bib.control_number: library.bib(bib.control_number) for bib in library.bibs.values()},
        "items of": {bib: sorted(library.items_of(bib), key=lambda i: i.id) for bib in library.bibs},
        "loans of": {p: sorted(library.loans_of(p), key=lambda i: i.id) for p in library.patrons},
        "queues": {bib: library.queue_of(bib) for bib in library.bibs},
        "holds of": {p: sorted(library.holds_of(p), key=lambda h: h.id) for p in library.patrons},
        "fees of": {p: sorted(library.open_fees_of(p), key=lambda f: f.id) for p in library.patrons},
        "owed": {p: library.owed_by(p) for p in library.patrons},
        "awaited": sorted(library.awaited()),
        "by reference": {
            number: (library.hold_for(number), library.guest(number), library.fee_for(number))
            for number in map(reference, range(100, 130))
        },
    }


def rebuilt(library: Library) -> Library:
    """A library that was given the same records afresh."""
    fresh = Library()
    for table in (
        library.bibs,
        library.items,
        library.patrons,
        library.holds,
        library.fees,
        library.payments,
        library.discrepancies,
    ):
        fresh.install(table.values())
    return fresh


@proves("a patron is found by any of their identifiers")
def test_an_item_is_found_by_barcode_and_a_patron_by_any_identifier() -> None:
    library = stocked()
    assert library.item("I2") is library.items[COPY]
    assert library.item("nowhere") is None
    assert library.patron("P1") is library.patron("ann@example.org") is library.patrons[ANN]
    assert library.patron("") is None
    assert library.bib("b2") is library.bibs[OTHER_BIB]
    assert library.bib("b3") is None
    assert library.title(library.items[FILM]) == "Metropolis"
    assert library.title(Item(ItemId(99), 1, "I99", BibId(98), "MAIN/STACKS")) == ""


def test_a_loan_stands_in_the_item_and_among_the_patrons_loans() -> None:
    library = stocked()
    (change,) = library.apply(CheckedOut(BOOK, loan(ANN)))
    item = library.items[BOOK]
    assert change.after is item
    assert (item.status, item.version, item.loan) == (ItemStatus.ON_LOAN, 2, loan(ANN))
    assert library.loans_of(ANN) == (item,)
    assert library.loans_of(BEN) == ()


def test_a_renewal_puts_the_new_loan_in_place() -> None:
    library = stocked()
    library.apply(CheckedOut(BOOK, loan(ANN)))
    library.apply(Renewed(BOOK, loan(ANN, 56), NOW))
    assert library.items[BOOK].loan == loan(ANN, 56)
    assert library.items[BOOK].version == 3


def test_a_returned_item_is_on_the_shelf_or_on_its_way() -> None:
    library = stocked()
    library.apply(CheckedOut(BOOK, loan(ANN)))
    library.apply(CheckedIn(BOOK, "MAIN", NOW, patron=ANN))
    assert (library.items[BOOK].status, library.items[BOOK].loan) == (ItemStatus.AVAILABLE, None)
    assert library.loans_of(ANN) == ()
    library.apply(CheckedIn(FILM, "MAIN", NOW, destination="EAST"))
    assert (library.items[FILM].status, library.items[FILM].destination) == (ItemStatus.IN_TRANSIT, "EAST")


def test_a_trapped_item_travels_and_then_waits_on_the_hold_shelf() -> None:
    library = stocked()
    library.apply(HoldPlaced(hold(31, BEN)))
    library.apply(CheckedIn(BOOK, "EAST", NOW, hold=HoldId(31), hold_patron=BEN, destination="MAIN"))
    assert library.items[BOOK].status is ItemStatus.IN_TRANSIT
    assert library.holds[HoldId(31)].status is HoldStatus.IN_TRANSIT
    until = NOW + timedelta(days=7)
    library.apply(CheckedIn(BOOK, "MAIN", NOW, hold=HoldId(31), hold_patron=BEN, ready_until=until))
    assert library.items[BOOK].status is ItemStatus.ON_HOLD_SHELF
    assert (library.holds[HoldId(31)].status, library.holds[HoldId(31)].ready_until) == (
        HoldStatus.READY,
        until,
    )
    library.apply(CheckedOut(BOOK, loan(BEN), hold=HoldId(31)))
    assert library.items[BOOK].hold is None
    assert library.holds == {}
    assert library.queue_of(BIB) == []


def test_another_copy_that_fills_a_hold_sets_the_trapped_one_free() -> None:
    library = stocked()
    library.apply(HoldPlaced(hold(31, BEN)))
    library.apply(CheckedIn(BOOK, "MAIN", NOW, hold=HoldId(31), hold_patron=BEN))
    library.apply(CheckedOut(COPY, loan(BEN), hold=HoldId(31)))
    assert library.items[BOOK].hold is None
    assert library.items[BOOK].status is ItemStatus.ON_HOLD_SHELF


def test_the_queue_is_ordered_by_time_and_a_cancelled_hold_leaves_it() -> None:
    library = stocked()
    library.apply(HoldPlaced(hold(32, BEN, minutes=5)))
    library.apply(HoldPlaced(hold(33, ANN)))
    assert [h.id for h in library.queue_of(BIB)] == [33, 32]
    assert library.hold_count(BEN) == 1
    library.apply(HoldCancelled(HoldId(33), ANN, BIB))
    assert [h.id for h in library.queue_of(BIB)] == [32]
    assert library.holds_of(ANN) == []


def before(item: Item, *holds: Hold) -> Before:
    """How the item stands, and these holds."""
    return Before(item.status, item.loan, item.hold, item.destination, item.moved_at, holds)


def test_an_item_tells_when_it_was_last_lent_or_scanned_in() -> None:
    library = stocked()
    library.apply(CheckedOut(BOOK, loan(ANN)))
    assert library.items[BOOK].moved_at == NOW
    early, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    library.apply(CheckedIn(BOOK, "MAIN", early, scanned_at=later))
    assert library.items[BOOK].moved_at == later
    library.apply(CheckedIn(COPY, "MAIN", early))  # as older logs have it
    assert library.items[COPY].moved_at == early


def test_a_displaced_hold_waits_again_where_it_was() -> None:
    library = stocked()
    for placed in (hold(31, BEN), hold(32, ANN, minutes=5)):
        library.apply(HoldPlaced(placed))
    library.apply(CheckedIn(BOOK, "MAIN", NOW, hold=HoldId(31), hold_patron=BEN, ready_until=NOW))
    library.apply(CheckedOut(BOOK, loan(ANN), hold=HoldId(32), displaced=HoldId(31)))
    (waiting,) = library.queue_of(BIB)
    assert (waiting.id, waiting.version) == (31, 3)
    assert (waiting.status, waiting.trapped, waiting.ready_until) == (HoldStatus.WAITING, None, None)


def test_what_is_undone_was_as_it_is_again_but_for_the_versions() -> None:
    library = stocked()
    for placed in (hold(31, BEN), hold(32, ANN, minutes=5)):
        library.apply(HoldPlaced(placed))
    library.apply(CheckedIn(BOOK, "MAIN", NOW, hold=HoldId(31), hold_patron=BEN))
    ready, stood = library.holds[HoldId(31)], library.items[COPY]
    library.apply(CheckedOut(COPY, loan(BEN), hold=HoldId(31)))
    library.apply(FeeCharged(fee(41, BEN, "1.50")))
    assert library.items[BOOK].hold is None
    library.apply(Undone(LoanAct.CHECK_OUT, COPY, BEN, before(stood, ready), (FeeId(41),)))
    assert library.items[COPY] == replace(stood, version=3)
    assert library.items[BOOK].hold == 31
    assert library.queue_of(BIB) == [replace(ready, version=3), hold(32, ANN, minutes=5)]
    assert library.fees == {}
    assert library.loans_of(BEN) == ()


def test_of_a_fee_that_is_undone_what_was_paid_stays() -> None:
    library = stocked()
    stood = library.items[BOOK]
    library.apply(CheckedOut(BOOK, loan(ANN)))
    library.apply(FeeCharged(fee(41, ANN, "3.00")))
    part = (Allocation(FeeId(41), Decimal("1.00")),)
    library.apply(
        FeePaid(Payment(PaymentId(51), 1, ANN, Decimal("1.00"), "EUR", PaymentKind.CASH, NOW, "kiosk", part))
    )
    library.apply(Undone(LoanAct.CHECK_OUT, BOOK, ANN, before(stood), (FeeId(41),)))
    left = library.fees[FeeId(41)]
    assert (left.amount, left.paid, left.version) == (Decimal("1.00"), Decimal("1.00"), 3)
    assert library.open_fees_of(ANN) == []


def discrepancy(number: int) -> Discrepancy:
    """An unknown item that came back."""
    return Discrepancy(
        DiscrepancyId(number),
        1,
        LoanAct.CHECK_IN,
        "kiosk",
        "MAIN",
        "",
        "I9",
        NOW,
        NOW,
        ("unknown-item",),
        False,
    )


def test_a_discrepancy_is_noted_settled_and_ends_only_with_the_act_it_is_about() -> None:
    library = stocked()
    stood = library.items[BOOK]
    for number in (71, 72):
        library.apply(DiscrepancyNoted(discrepancy(number)))
    library.apply(DiscrepancySettled(DiscrepancyId(71), "staff:mo", "found", NOW))
    settled = replace(discrepancy(71), version=2, settled_at=NOW, settled_by="staff:mo", note="found")
    assert library.discrepancies == {71: settled, 72: discrepancy(72)}
    library.apply(Undone(LoanAct.CHECK_IN, BOOK, None, before(stood), discrepancies=(DiscrepancyId(72),)))
    assert library.discrepancies == {71: settled}


def test_a_changed_hold_keeps_its_place() -> None:
    library = stocked()
    for placed in (hold(31, BEN), hold(32, ANN, minutes=5), hold(33, ANN, OTHER_BIB)):
        library.apply(HoldPlaced(placed))
    library.apply(HoldChanged(HoldId(31), BEN, BIB, "EAST", date(2026, 4, 1), "MAIN"))
    first, second = library.queue_of(BIB)
    assert (first.id, first.pickup, first.expires, first.at) == (31, "EAST", date(2026, 4, 1), "MAIN")
    assert first.version == 2
    assert [library.position_of(placed) for placed in (first, second)] == [1, 2]
    assert library.position_of(library.holds[HoldId(33)]) == 1


def test_a_fee_is_owed_until_all_of_it_is_paid() -> None:
    library = stocked()
    library.apply(FeeCharged(fee(41, ANN, "3.00")))
    library.apply(FeeCharged(fee(42, ANN, "0.50")))
    assert library.owed_by(ANN) == Decimal("3.50")
    pay = Payment(
        PaymentId(51),
        1,
        ANN,
        Decimal("3.20"),
        "EUR",
        PaymentKind.CASH,
        NOW,
        "kiosk",
        (Allocation(FeeId(41), Decimal("3.00")), Allocation(FeeId(42), Decimal("0.20"))),
    )
    library.apply(FeePaid(pay))
    assert [f.id for f in library.open_fees_of(ANN)] == [42]
    assert library.owed_by(ANN) == Decimal("0.30")
    assert library.payments[PaymentId(51)] is pay


def test_a_block_is_added_to_the_patron() -> None:
    library = stocked()
    library.apply(PatronBlocked(ANN, Block(BlockKind.CARD_LOST, NOW, "kiosk")))
    assert [block.kind for block in library.patrons[ANN].blocks] == [BlockKind.CARD_LOST]
    assert library.patron("ann@example.org") is library.patrons[ANN]


def test_blocks_are_lifted_and_the_others_stay() -> None:
    library = stocked()
    blocks = [Block(kind, NOW, "kiosk") for kind in (BlockKind.SELF_CHECK, BlockKind.STAFF)]
    for block in blocks:
        library.apply(PatronBlocked(ANN, block))
    library.apply(PatronEnabled(ANN, (blocks[0],)))
    assert library.patrons[ANN].blocks == (blocks[1],)


def test_a_note_stands_in_its_item() -> None:
    library = stocked()
    library.apply(ItemNoted(BOOK, "page 7 wet", "cover torn / page 7 wet"))
    assert library.items[BOOK].note == "cover torn / page 7 wet"


def test_what_changes_no_record_is_known_to_the_log_alone() -> None:
    library = stocked()
    assert library.apply(RecordsLoaded("Item", (11,))) == ()
    assert library.apply(NotRenewed(ANN, ())) == ()
    assert library.apply(NoLongerStored(BOOK, "I1", BIB, "MAIN/DEPOT")) == ()
    assert library.apply(NoticeRecorded(ANN, "Your card ends soon.")) == ()
    assert library.apply(PartnerTold("BROKER", "shipped", NOW)) == ()


def test_what_a_depot_put_away_stands_there_and_its_hold_waits_again() -> None:
    library = stocked()
    library.apply(HoldPlaced(hold(31, BEN)))
    library.apply(CheckedIn(BOOK, "EAST", NOW, hold=HoldId(31), hold_patron=BEN, destination="MAIN"))
    library.apply(Shelved(BOOK, "MAIN/DEPOT", NOW, displaced=HoldId(31)))
    item = library.items[BOOK]
    assert (item.status, item.hold, item.destination) == (ItemStatus.AVAILABLE, None, "")
    assert (item.location, item.moved_at) == ("MAIN/DEPOT", NOW)
    assert library.holds[HoldId(31)].status is HoldStatus.WAITING
    library.apply(CheckedOut(BOOK, loan(ANN)))
    library.apply(Shelved(BOOK, "MAIN/DEPOT", NOW, ANN))
    assert library.loans_of(ANN) == ()


def test_what_somebody_says_of_an_item_is_its_status_and_ends_its_journey() -> None:
    library = stocked()
    library.apply(CheckedIn(BOOK, "MAIN", NOW, destination="EAST"))
    library.apply(StatusSet(BOOK, ItemStatus.MISSING, ItemStatus.IN_TRANSIT))
    assert (library.items[BOOK].status, library.items[BOOK].destination) == (ItemStatus.MISSING, "")
    library.apply(CheckedOut(COPY, loan(ANN)))
    library.apply(Claimed(COPY, ANN, Claim.LOST, ItemStatus.LOST))
    assert library.items[COPY].status is ItemStatus.LOST
    assert library.loans_of(ANN) == (library.items[COPY],)


def test_a_loan_is_called_back_and_let_be() -> None:
    library = stocked()
    library.apply(CheckedOut(BOOK, loan(ANN)))
    sooner = replace(loan(ANN, 7), recalled_at=NOW, due_before=loan(ANN).due)
    library.apply(Recalled(BOOK, sooner))
    assert library.items[BOOK].loan == sooner
    library.apply(RecallCancelled(BOOK, loan(ANN)))
    assert library.items[BOOK].loan == loan(ANN)


def test_what_is_let_go_of_a_fee_is_not_owed() -> None:
    library = stocked()
    library.apply(FeeCharged(fee(41, ANN, "3.00")))
    library.apply(FeeWaived(FeeId(41), ANN, Decimal("1.00")))
    assert library.owed_by(ANN) == Decimal("2.00")
    library.apply(FeeWaived(FeeId(41), ANN, Decimal("2.00")))
    assert library.open_fees_of(ANN) == []
    library.apply(CheckedOut(BOOK, loan(ANN)))
    library.apply(Undone(LoanAct.CHECK_OUT, BOOK, ANN, before(stocked().items[BOOK]), (FeeId(41),)))
    assert library.fees == {}


def test_a_record_put_back_to_nothing_leaves_no_trace() -> None:
    library = stocked()
    before = picture(library)
    item = Item(ItemId(14), 1, "I4", BIB, "MAIN/STACKS", loan=loan(ANN), status=ItemStatus.ON_LOAN)
    patron = Patron(PatronId(23), 1, "P3", "Ono", identifiers=("ono",))
    bib = Bib(BibId(3), 1, "b3", "Yes")
    library.install([item, patron, bib])
    assert picture(library) != before
    library.undo([Change(None, item), Change(None, patron), Change(None, bib)])
    assert picture(library) == before
    assert library.item("I4") is None
    assert library.patron("ono") is None


def test_an_item_that_gets_another_barcode_and_bib_is_found_there_only() -> None:
    library = stocked()
    old = library.items[BOOK]
    moved = Item(BOOK, 2, "I1-new", OTHER_BIB, "MAIN/STACKS")
    library.undo([Change(moved, old)])
    assert library.item("I1") is None
    assert library.item("I1-new") is moved
    assert [i.id for i in library.items_of(OTHER_BIB)] == [FILM, BOOK]
    assert [i.id for i in library.items_of(BIB)] == [COPY]


def test_a_change_touches_everybody_whose_picture_it_alters() -> None:
    lent = Item(BOOK, 2, "I1", BIB, "MAIN/STACKS", loan=loan(ANN))
    assert set(touched([Change(stocked().items[BOOK], lent)])) == {BOOK, BIB, ANN}
    assert set(touched([Change(None, hold(31, BEN))])) == {31, BIB, BEN}
    assert set(touched([Change(None, fee(41, ANN, "1.00"))])) == {41, ANN}
    assert set(touched([Change(None, BibBody(BIB, 1, b""))])) == {BIB}
    assert set(touched([Change(None, discrepancy(71))])) == {71}


def strangers(library: Library, number: int) -> list[Event]:
    """What may come to the library, be described anew and go."""
    bib, item_id = BibId(2000 + number), ItemId(3000 + number)
    guest = Guest(reference(100 + number))
    item = Item(item_id, 1, f"G{number}", bib, "MAIN/GUESTS", guest=guest)
    events: list[Event] = [
        ItemAdded(item, Bib(bib, 1, f"guest-{number}", "The waves")),
        PatronAdded(Patron(PatronId(4000 + number), 1, f"N{number}", "New")),
        HoldPlaced(replace(hold(5000 + number, BEN), reference=reference(100 + number))),
        FeeCharged(replace(fee(6000 + number, BEN, "1.00"), reference=reference(100 + number))),
    ]
    for known in library.items.values():
        described = replace(known, version=known.version + 1, location="EAST/STACKS")
        card = library.bibs.get(known.bib)
        anew = None if card is None else replace(card, version=card.version + 1, title="Another")
        events.append(ItemChanged(described, anew))
        if known.guest is not None and known.loan is None and known.hold is None:
            events.append(ItemEnded(known, known.bib))
    for patron in library.patrons.values():
        events.append(
            PatronChanged(replace(patron, version=patron.version + 1, identifiers=(f"{patron.id}-{number}",)))
        )
        if patron.id > 4000:
            events.append(PatronEnded(patron.id))
    return events


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """A possible history: every event fits what came before."""
    library = stocked()
    events: list[Event] = []
    for number in range(draw(st.integers(1, 25))):
        possible: list[Event] = [
            HoldPlaced(hold(100 + number, patron, bib, draw(st.integers(-9, 9))))
            for patron in (ANN, BEN)
            for bib in (BIB, OTHER_BIB)
        ]
        possible.append(FeeCharged(fee(300 + number, ANN, "1.50")))
        possible.append(PatronBlocked(BEN, Block(BlockKind.STAFF, NOW, "staff")))
        possible.append(PatronEnabled(BEN, library.patrons[BEN].blocks))
        if BOOK in library.items:
            possible.append(ItemNoted(BOOK, "torn", f"torn {number}"))
        possible += strangers(library, number)
        possible.append(DiscrepancyNoted(discrepancy(700 + number)))
        possible += [DiscrepancySettled(d, "staff", "", NOW) for d in library.discrepancies]
        for item in library.items.values():
            if item.loan is None:
                mine = next((h for h in library.holds_of(ANN) if h.bib == item.bib), None)
                possible.append(CheckedOut(item.id, loan(ANN), None if mine is None else mine.id))
                fees = tuple(library.fees)[:1]
                possible.append(Undone(LoanAct.CHECK_IN, item.id, None, before(item), fees))
            else:
                possible.append(Renewed(item.id, loan(ANN, 99), NOW))
            if item.loan is not None:
                sooner = replace(item.loan, due=NOW, recalled_at=NOW, due_before=item.loan.due)
                possible += [Recalled(item.id, sooner), RecallCancelled(item.id, loan(ANN))]
                possible.append(Claimed(item.id, ANN, Claim.LOST, ItemStatus.LOST))
            else:
                possible.append(StatusSet(item.id, ItemStatus.MISSING, item.status))
            possible.append(Shelved(item.id, "MAIN/DEPOT", NOW, displaced=item.hold))
            waiting = [h for h in library.queue_of(item.bib) if h.trapped is None]
            trap = waiting[0].id if waiting and item.hold is None else item.hold
            possible.append(
                CheckedIn(item.id, "MAIN", NOW, hold=trap, destination=draw(st.sampled_from(["", "EAST"])))
            )
        possible += [HoldCancelled(h.id, h.patron, h.bib, h.trapped) for h in library.holds.values()]
        possible += [HoldChanged(h.id, h.patron, h.bib, "EAST") for h in library.holds.values()]
        for owed in library.fees.values():
            if owed.left:
                possible.append(FeeWaived(owed.id, owed.patron, Decimal("0.50")))
                part = (Allocation(owed.id, Decimal("0.50")),)
                paid = Payment(
                    PaymentId(500 + number),
                    1,
                    ANN,
                    Decimal("0.50"),
                    "EUR",
                    PaymentKind.CASH,
                    NOW,
                    "kiosk",
                    part,
                )
                possible.append(FeePaid(paid))
        event = draw(st.sampled_from(possible))
        library.apply(event)
        events.append(event)
    return events


@given(histories())
def test_look_ups_always_agree_with_the_records(events: list[Event]) -> None:
    library = stocked()
    for event in events:
        library.apply(event)
        assert picture(library) == picture(rebuilt(library))


@given(histories(), st.integers(0, 24))
def test_undo_goes_back_to_exactly_what_was(events: list[Event], kept: int) -> None:
    library = stocked()
    for event in events[:kept]:
        library.apply(event)
    before = picture(library)
    changes = [change for event in events[kept:] for change in library.apply(event)]
    library.undo(changes)
    assert picture(library) == before


@given(histories())
def test_versions_grow_by_one_with_every_change(events: list[Event]) -> None:
    library = stocked()
    for event in events:
        for change in library.apply(event):
            if change.before is not None and change.after is not None:
                assert change.after.version == change.before.version + 1
