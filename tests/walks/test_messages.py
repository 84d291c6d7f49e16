"""Every message of SIP2 2.00, asked as a kiosk asks it and answered over TLS by a server on a real store."""

from tests.matrix import proves
from tests.walks.given import (
    DATE,
    STATUS,
    Conversation,
    Server,
    checkin,
    checkout,
    information,
    item_information,
    login,
    payment,
    who,
)

NOBODY = " " * 14
DENIED = "YYYY" + " " * 10
BLANK = " " * 18


def flags(kiosk: Conversation, patron: str) -> str:
    """The status of a patron, as 23 is answered."""
    return kiosk.ask(f"23001{DATE}{who(patron)}").fixed["patron status"]


def hold(mode: str, patron: str, on: str, more: str = "") -> str:
    """15."""
    return f"15{mode}{DATE}{more}{who(patron)}{on}"


@proves("93/94 login", "a failed login ends an earlier one")
def test_93_lets_in_whoever_knows_the_password_and_a_failed_one_ends_it(server: Server) -> None:
    with server.call() as kiosk:
        assert kiosk.ask(login()).fixed["ok"] == "1"
        assert kiosk.ask(information("P1")).first("AE") == "Ann Ngata"
        assert kiosk.ask(login("wrong")).fixed["ok"] == "0"
        assert kiosk.ask(information("P1")).first("AE") == ""


@proves("99/98 status", "99 before 93")
def test_99_is_answered_before_the_login_and_after_it(server: Server) -> None:
    with server.call() as kiosk:
        before = kiosk.ask(STATUS)
        assert (before.fixed["online"], before.first("AM")) == ("Y", "Town Library")
        assert kiosk.ask(login()).fixed["ok"] == "1"
        after = kiosk.ask(STATUS)
        assert (after.fixed["status update ok"], after.first("AO")) == ("Y", "TOWN")
        assert after.first("BX") == "Y" * 16


@proves("23/24 patron status")
def test_23_tells_how_a_patron_stands(server: Server) -> None:
    with server.kiosk() as kiosk:
        known = kiosk.ask(f"23001{DATE}{who('P1')}")
        assert known.fixed["patron status"][:4] == "    "
        told = [known.first(name) for name in ("AE", "BL", "CQ", "BH", "BV")]
        assert told == ["Ann Ngata", "Y", "Y", "EUR", "200.00"]
        unknown = kiosk.ask(f"23001{DATE}{who('nobody')}")
        assert unknown.fixed["patron status"] == DENIED
        assert [unknown.first(name) for name in ("AA", "AE", "BL")] == ["nobody", "", "N"]


@proves("01/24 block patron", "25/26 patron enable")
def test_01_blocks_a_card_and_25_lifts_that_block_again(server: Server) -> None:
    with server.kiosk() as kiosk:
        blocked = kiosk.ask(f"01N{DATE}AOTOWN|ALleft in the slot|AAP2|AC|")
        assert (blocked.code, blocked.fixed["patron status"][:4]) == ("24", "YYYY")
        assert kiosk.ask(checkout("P2", "I2")).fixed["ok"] == "0"
        enabled = kiosk.ask(f"25{DATE}{who('P2')}")
        assert (enabled.code, enabled.fixed["patron status"][:4]) == ("26", "    ")
        assert enabled.first("AE") == "Ann Ngata"
        assert kiosk.ask(checkout("P2", "I2", date="20260302    093100")).fixed["ok"] == "1"
        assert kiosk.ask(checkin("I2")).fixed["ok"] == "1"


@proves("63/64 patron information", "63 answers several lists at once, in pages")
def test_63_tells_counts_lists_and_pages(server: Server) -> None:
    with server.kiosk() as kiosk:
        for item in ("I3", "I4", "I5"):
            assert kiosk.ask(checkout("P3", item)).fixed["ok"] == "1"
        told = kiosk.ask(information("P3", "YYYYYY"))
        assert (told.fixed["charged"], told.fixed["fine"]) == ("0003", "0002")
        assert told.every("AU") == ("I3", "I4", "I5")
        assert len(told.every("AV")) == 2
        page = kiosk.ask(information("P3") + "BP2|BQ2|")
        assert (page.fixed["charged"], page.every("AU")) == ("0003", ("I4",))
        for item in ("I3", "I4", "I5"):
            assert kiosk.ask(checkin(item)).fixed["ok"] == "1"


@proves("11/12 checkout", "09/10 checkin", "17/18 item information")
def test_11_lends_09_takes_back_and_17_tells_of_it(server: Server) -> None:
    with server.kiosk() as kiosk:
        lent = kiosk.ask(checkout("P4", "I6"))
        assert (lent.fixed["ok"], lent.fixed["renewal ok"], lent.fixed["desensitize"]) == ("1", "N", "Y")
        told = kiosk.ask(item_information("I6"))
        assert (told.fixed["circulation status"], told.first("AH")) == ("04", lent.first("AH"))
        assert told.first("AJ") == lent.first("AJ") == "Emma"
        other = kiosk.ask(checkout("P5", "I6"))
        assert (other.fixed["ok"], other.fixed["desensitize"], other.first("AH")) == ("0", "N", "")
        back = kiosk.ask(checkin("I6"))
        assert (back.fixed["ok"], back.fixed["resensitize"], back.fixed["alert"]) == ("1", "Y", "N")
        assert (back.first("AA"), back.first("AQ")) == ("P4", "Main stacks")
        assert kiosk.ask(item_information("I6")).fixed["circulation status"] == "03"
        unknown = kiosk.ask(checkin("nothing"))
        assert (unknown.fixed["ok"], unknown.fixed["alert"], unknown.first("AQ")) == ("0", "Y", "")


@proves("29/30 renew", "what one has already is renewed by a checkout")
def test_29_renews_and_so_does_11_for_what_one_has(server: Server) -> None:
    with server.kiosk() as kiosk:
        assert kiosk.ask(checkout("P6", "I7")).fixed["ok"] == "1"
        renewed = kiosk.ask(f"29NN{DATE}{BLANK}{who('P6')}ABI7|BON|")
        assert (renewed.fixed["ok"], renewed.fixed["renewal ok"]) == ("1", "Y")
        again = kiosk.ask(checkout("P6", "I7", date="20260302    093100"))
        assert (again.fixed["ok"], again.fixed["renewal ok"]) == ("1", "Y")
        assert kiosk.ask(f"29NN{DATE}{BLANK}{who('P7')}ABI7|BON|").fixed["ok"] == "0"
        assert kiosk.ask(checkin("I7")).fixed["ok"] == "1"


@proves("65/66 renew all")
def test_65_renews_all_that_can_be_and_names_the_rest(server: Server) -> None:
    with server.kiosk() as kiosk:
        for item in ("I8", "I9"):
            assert kiosk.ask(checkout("P7", item)).fixed["ok"] == "1"
        waits = kiosk.ask(hold("+", "P8", "ABI9|", "BSMAIN|BY3|"))
        assert waits.fixed["ok"] == "1"
        answer = kiosk.ask(f"65{DATE}{who('P7')}BON|")
        assert [answer.fixed[name] for name in ("ok", "renewed", "unrenewed")] == ["1", "0001", "0001"]
        assert answer.every("BM") == ("I8",)
        assert [entry.split()[0] for entry in answer.every("BN")] == ["I9"]
        assert kiosk.ask(hold("-", "P8", "ABI9|")).fixed["ok"] == "1"
        for item in ("I8", "I9"):
            assert kiosk.ask(checkin(item)).fixed["ok"] == "1"


@proves("15/16 hold: place", "15/16 hold: change", "15/16 hold: cancel")
def test_15_places_a_hold_changes_it_and_cancels_it(server: Server) -> None:
    with server.kiosk() as kiosk:
        assert kiosk.ask(checkout("P8", "I10")).fixed["ok"] == "1"
        placed = kiosk.ask(hold("+", "P9", "ABI10|", "BSMAIN|BY3|"))
        assert (placed.fixed["ok"], placed.fixed["available"]) == ("1", "N")
        assert (placed.first("BR"), placed.first("BS")) == ("1", "MAIN")
        assert kiosk.ask(information("P9", "     Y")).every("CD") == ("I10",)
        changed = kiosk.ask(hold("*", "P9", "ABI10|", "BW20990102    235900|"))
        assert (changed.fixed["ok"], changed.first("BW")) == ("1", "20990102    235900")
        assert kiosk.ask(hold("-", "P9", "ABI10|")).fixed["ok"] == "1"
        assert kiosk.ask(information("P9", "     Y")).every("CD") == ()
        later = hold("-", "P9", "ABI10|").replace(DATE, "20260302    093100")
        assert kiosk.ask(later).fixed["ok"] == "0"
        assert kiosk.ask(checkin("I10")).fixed["ok"] == "1"


@proves("lists, holds and pickup: ready is not waiting")
def test_a_hold_is_unavailable_until_its_item_waits_for_it(server: Server) -> None:
    with server.kiosk() as kiosk:
        assert kiosk.ask(checkout("P8", "I11")).fixed["ok"] == "1"
        assert kiosk.ask(hold("+", "P9", "ABI11|", "BSMAIN|BY3|")).fixed["ok"] == "1"
        waiting = kiosk.ask(information("P9", "Y    Y"))
        assert (waiting.fixed["hold"], waiting.fixed["unavailable hold"]) == ("0000", "0001")
        assert (waiting.every("AS"), waiting.every("CD")) == ((), ("I11",))
        trapped = kiosk.ask(checkin("I11"))
        assert (trapped.fixed["ok"], trapped.fixed["alert"]) == ("1", "Y")
        ready = kiosk.ask(information("P9", "Y    Y"))
        assert (ready.fixed["hold"], ready.fixed["unavailable hold"]) == ("0001", "0000")
        assert (ready.every("AS"), ready.every("CD")) == (("I11",), ())
        assert kiosk.ask(item_information("I11")).fixed["circulation status"] == "08"
        assert kiosk.ask(checkout("P8", "I11", date="20260302    093100")).fixed["ok"] == "0"
        assert kiosk.ask(checkout("P9", "I11")).fixed["ok"] == "1"
        assert kiosk.ask(checkin("I11", date="20260302    093200")).fixed["ok"] == "1"


@proves("37/38 fee paid", "one fee paid by its number", "overpayment is refused")
def test_37_takes_what_is_owed_and_no_more(server: Server) -> None:
    with server.kiosk() as kiosk:
        fees = kiosk.ask(information("P10", "   Y")).every("AV")
        number = fees[1].split()[0]
        assert kiosk.ask(payment("P10", "100.01") + f"CG{number}|").fixed["payment accepted"] == "N"
        paid = kiosk.ask(payment("P10", "100.00") + f"CG{number}|")
        assert (paid.fixed["payment accepted"], bool(paid.first("BK"))) == ("Y", True)
        left = kiosk.ask(information("P10", "   Y"))
        assert (left.every("AV"), left.first("BV")) == (fees[:1], "100.00")
        assert kiosk.ask(payment("P10", "100.50")).fixed["payment accepted"] == "N"
        assert kiosk.ask(payment("P10", "0.00")).fixed["payment accepted"] == "N"
        assert kiosk.ask(payment("P10", "99.99")).fixed["payment accepted"] == "Y"
        assert kiosk.ask(information("P10")).first("BV") == "0.01"


@proves("19/20 item status update")
def test_19_keeps_a_note_on_the_item(server: Server) -> None:
    with server.kiosk() as kiosk:
        noted = kiosk.ask(f"19{DATE}AOTOWN|ABI12|AC|CHtorn page 7|")
        told = (noted.fixed["ok"], noted.first("AJ"), noted.first("CH"))
        assert told == ("1", "Emma", "torn page 7")
        assert kiosk.ask(f"19{DATE}AOTOWN|ABnothing|AC|CHtorn|").fixed["ok"] == "0"


@proves("35/36 end patron session")
def test_35_ends_a_session_that_needs_no_beginning(server: Server) -> None:
    with server.kiosk() as kiosk:
        ended = kiosk.ask(f"35{DATE}{who('P1')}")
        assert (ended.fixed["end session"], ended.first("AA")) == ("Y", "P1")


@proves("no block is not believed of what was done just now")
def test_no_block_before_its_time_is_checked_like_any_other(server: Server) -> None:
    """A machine that always says that it was off line cannot go round the rules."""
    with server.kiosk() as kiosk:
        assert kiosk.ask(checkout("P11", "I13")).fixed["ok"] == "1"
        now = kiosk.ask(STATUS).fixed["date/time sync"]
        assert kiosk.ask(checkout("P12", "I13", date=now).replace("11YN", "11YY")).fixed["ok"] == "0"
        assert kiosk.ask(checkin("I13")).first("AA") == "P11"


@proves("offline transactions are booked as the machine did them")
def test_no_block_is_booked_with_the_machines_times(server: Server) -> None:
    due = "20991231    120000"
    with server.kiosk() as kiosk:
        offline = f"11YY20260301    101500{due}{who('P13', '')}ABI14|BON|BIN|"
        lent = kiosk.ask(offline)
        assert (lent.fixed["ok"], lent.first("AH")) == ("1", due)
        assert kiosk.ask(item_information("I14")).first("AH") == due
        back = kiosk.ask("09Y20260301    111500" + "20260301    111500" + "APMAIN|AOTOWN|ABI14|AC|BIN|")
        assert (back.fixed["ok"], back.first("AA")) == ("1", "P13")
        assert kiosk.ask(information("P13")).every("AU") == ()


@proves("a cancelled checkout leaves everything as it was")
def test_09_with_bi_takes_a_loan_back_and_nothing_is_trapped_by_it(server: Server) -> None:
    """The item is still in the patron's hands when the strip could not be unlocked."""
    with server.kiosk() as kiosk:
        owed = kiosk.ask(information("P14")).first("BV")
        assert kiosk.ask(checkout("P14", "I15")).fixed["ok"] == "1"
        assert kiosk.ask(hold("+", "P15", "ABI15|", "BSMAIN|BY3|")).fixed["ok"] == "1"
        undo = checkin("I15").replace("BIN|", "BIY|")
        undone = [kiosk.ask(undo) for _ in range(2)]
        assert [answer.fixed["ok"] for answer in undone] == ["1", "1"]
        after = kiosk.ask(information("P14"))
        assert (after.every("AU"), after.first("BV")) == ((), owed)
        assert kiosk.ask(item_information("I15")).fixed["circulation status"] == "03"
        assert kiosk.ask(information("P15", "Y    Y")).every("CD") == ("I15",)
        assert kiosk.ask(hold("-", "P15", "ABI15|")).fixed["ok"] == "1"


@proves("a cancelled checkin leaves everything as it was")
def test_11_with_bi_takes_a_return_back_with_its_hold(server: Server) -> None:
    with server.kiosk() as kiosk:
        due = kiosk.ask(checkout("P14", "I16")).first("AH")
        assert kiosk.ask(hold("+", "P15", "ABI16|", "BSMAIN|BY3|")).fixed["ok"] == "1"
        assert kiosk.ask(checkin("I16")).fixed["alert"] == "Y"
        undone = kiosk.ask(checkout("P14", "I16", date="20260302    093100").replace("BIN|", "BIY|"))
        assert (undone.fixed["ok"], undone.first("AH")) == ("1", due)
        assert kiosk.ask(information("P14")).every("AU") == ("I16",)
        waiting = kiosk.ask(information("P15", "Y    Y"))
        assert (waiting.every("AS"), waiting.every("CD")) == ((), ("I16",))
