"""One server, many kinds of machines: what a profile says of a terminal, felt at the other end of the wire.

Each test logs in as the terminal whose profile it is about.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from conformance.wire.sip2 import Detection, read, seal
from tests.matrix import proves
from tests.walks.conftest import end
from tests.walks.given import (
    DATE,
    PASSWORD,
    PIN,
    STATUS,
    Conversation,
    Server,
    checkin,
    checkout,
    information,
    item_information,
    login,
    payment,
    prepare,
    terminal,
    who,
)

LATER = "20260302    093100"
ALMA = "YYYNYYYYYYYNNNYY"
"""Alma's own BX."""

TERMINALS = (
    terminal("alma", 'profile = "alma"'),
    terminal("koha", 'profile = "koha"'),
    terminal("asker", 'messages = ["93", "99", "97", "63", "17"]'),
    terminal("returns", "checkout = false", "fees = false", "holds = false"),
    terminal("branch", 'agency = "EAST"', 'serves = ["EAST/*"]'),
    terminal("discreet", 'fields = { AE = "mask", BV = "hide", AU = "hide" }'),
    terminal("curious", 'extensions = ["CR", "PC"]'),
    terminal("german", 'language = "003"'),
    terminal("own-words", 'texts = { unknown-item = "Ask Ann!", lent-to-another = "" }'),
    terminal("caret", 'delimiter = "^"', 'charset = "cp850"'),
    terminal("narrow", "screen_width = 16", "print_width = 20", "print_lines = true"),
    terminal("strict", 'error_detection = "required"'),
    terminal("deaf", 'error_detection = "off"'),
    terminal("tokyo", 'time_zone = "Asia/Tokyo"', 'due_date = "%d.%m.%Y"'),
    terminal("pin-east"),
    terminal("pin-west"),
    terminal("pin-always", 'pin = "always"'),
    terminal("blank", 'blank_pin = "wrong"'),
    terminal(
        "sorter",
        'profile = "sorter"',
        'alerts = ["transit"]',
        'alert_types = { transit = "44" }',
        'extensions = ["CT", "CV"]',
        "[[terminal.sort_bin]]",
        'bin = "9"',
        'destination = "EAST"',
        "[[terminal.sort_bin]]",
        'bin = "5"',
        'medium = "005"',
        "[[terminal.sort_bin]]",
        'bin = "1"',
    ),
    terminal(
        "gate",
        "security_inhibit = true",
        "[[terminal.desensitise]]",
        'item_policy = "film"',
        "desensitise = false",
    ),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with these terminals."""
    state = prepare(tmp_path_factory.mktemp("profiles") / "state", "".join(TERMINALS))
    running = Server(state)
    try:
        yield running.start()
    finally:
        end(running)


def raw(kiosk: Conversation, line: bytes) -> bytes:
    """The answer to a line as it stands."""
    kiosk.socket.sendall(line)
    return kiosk.line()


def abilities(kiosk: Conversation) -> str | None:
    """BX."""
    return kiosk.ask(STATUS).first("BX")


# Who may


@proves("messages allowed by terminal", "98 and BX say what the terminal may do now")
def test_a_terminal_may_send_the_messages_of_its_list_alone(server: Server) -> None:
    with server.kiosk("asker") as kiosk:
        assert abilities(kiosk) == "NNNNYYYYNNYNNNNN"
        assert kiosk.ask(information("P1")).first("AE") == "Ann Ngata"
        assert kiosk.ask(f"23001{DATE}{who('P1')}").first("AE") == ""
        assert kiosk.ask(checkout("P1", "I1")).fixed["ok"] == "0"
        assert kiosk.ask(payment("P1", "1.00")).fixed["payment accepted"] == "N"
        assert kiosk.ask(item_information("I1")).fixed["circulation status"] == "03"


@proves("98 and BX say what the terminal may do now")
def test_what_98_denies_is_refused(server: Server) -> None:
    with server.kiosk("returns") as kiosk:
        told = kiosk.ask(STATUS)
        assert (told.fixed["checkin ok"], told.fixed["checkout ok"]) == ("Y", "N")
        assert (told.fixed["renewal policy"], told.fixed["status update ok"]) == ("N", "N")
        assert told.first("BX") == "YNYNYYYYYNYNNNNN"
        assert kiosk.ask(checkout("P1", "I1")).fixed["ok"] == "0"
        assert kiosk.ask(f"29NN{DATE}{' ' * 18}{who('P1')}ABI1|").fixed["ok"] == "0"
        assert kiosk.ask(f"15+{DATE}{who('P1')}ABI1|").fixed["ok"] == "0"
        assert kiosk.ask(f"01N{DATE}AOTOWN|AL|AAP1|AC|").fixed["patron status"][:4] == "    "
        assert kiosk.ask(payment("P1", "1.00")).fixed["payment accepted"] == "N"


@proves("the desk serves its locations only")
def test_a_desk_lends_what_it_serves(server: Server) -> None:
    with server.kiosk("branch") as kiosk:
        refused = kiosk.ask(checkout("P1", "I1"))
        assert (refused.fixed["ok"], refused.first("AJ"), refused.first("AH")) == ("0", "Emma", "")
        assert refused.first("AF")
        assert kiosk.ask(checkout("P1", "E1")).fixed["ok"] == "1"
        assert kiosk.ask(checkin("E1")).fixed["alert"] == "N"


@proves("the dialect of Alma", "a shipped profile for a family of machines")
def test_alma_answers_what_alma_answers(server: Server) -> None:
    """BX of its own, silence for 01, 15, 19 and 25, and 11 renews whatever the renewal policy says."""
    with server.kiosk("alma") as kiosk:
        for unknown in (
            f"01N{DATE}AOTOWN|AL|AAP2|AC|",
            f"15+{DATE}{who('P2')}ABI1|",
            f"19{DATE}AOTOWN|ABI1|CHtorn|",
            f"25{DATE}{who('P2')}",
        ):
            kiosk.send(unknown)
        assert abilities(kiosk) == ALMA
        assert kiosk.ask(checkout("P2", "I2")).fixed["ok"] == "1"
        again = kiosk.ask(checkout("P2", "I2", date=LATER).replace("11Y", "11N"))
        assert (again.fixed["ok"], again.fixed["renewal ok"]) == ("1", "Y")
        assert kiosk.ask(checkin("I2")).fixed["ok"] == "1"


@proves("a shipped profile for a family of machines")
def test_a_machine_set_up_for_koha_reads_cr_lf(server: Server) -> None:
    with server.kiosk("koha") as kiosk:
        kiosk.send(STATUS)
        assert kiosk.line().endswith(b"\r\n")


@proves("a failed login ends an earlier one")
def test_the_next_login_on_a_line_is_another_terminal(server: Server) -> None:
    with server.kiosk("asker") as kiosk:
        assert abilities(kiosk) == "NNNNYYYYNNYNNNNN"
        assert kiosk.ask(login(user="alma")).fixed["ok"] == "1"
        assert abilities(kiosk) == ALMA
        assert kiosk.ask(login("wrong", user="asker")).fixed["ok"] == "0"
        assert kiosk.ask(checkout("P1", "I1")).fixed["ok"] == "0"


# What is shown


@proves("personal fields hidden or masked by terminal")
def test_what_is_personal_is_shown_as_the_profile_says(server: Server) -> None:
    with server.kiosk("koha") as lender:
        assert lender.ask(checkout("P3", "I3")).fixed["ok"] == "1"
    with server.kiosk("discreet") as kiosk:
        told = kiosk.ask(information("P3", "YYYYYY"))
        assert (told.fixed["charged"], told.every("AU"), told.first("BV")) == ("0001", (), None)
        name = told.first("AE") or ""
        assert "*" in name
        assert b"Ngata" not in told.raw
    with server.kiosk("koha") as lender:
        assert lender.ask(checkin("I3")).fixed["ok"] == "1"


@proves("extension fields only where switched on")
def test_fields_beyond_the_standard_are_sent_where_they_are_wanted(server: Server) -> None:
    with server.kiosk("curious") as curious, server.kiosk("german") as strict:
        assert curious.ask(item_information("I4")).first("CR") == "STACKS"
        assert curious.ask(information("P4")).first("PC") == "adult"
        for question in (item_information("I4"), information("P4")):
            sent = {name for name, _ in strict.ask(question).fields}
            assert not sent & {"CR", "CS", "CT", "CV", "CY", "DA", "PA", "PB", "PC", "PI", "XI"}


@proves("messages in the language asked for")
def test_a_refusal_speaks_the_language_of_the_message_then_the_terminals(server: Server) -> None:
    with server.kiosk("german") as german, server.kiosk("koha") as english:
        said = [
            kiosk.ask(f"63{language}{DATE}{' ' * 10}{who('nobody')}").first("AF")
            for kiosk in (german, english)
            for language in ("000", "001", "002", "003", "008")
        ]
        own, english_, french, german_, spanish = said[:5]
        assert own == german_
        assert len({english_, french, german_, spanish}) == 4
        assert said[5:] == [english_, english_, french, german_, spanish]
        assert german.ask(item_information("nothing")).first("AF") != english.ask(
            item_information("nothing")
        ).first("AF")


@proves("texts replaced or silenced by terminal")
def test_a_library_has_words_of_its_own_or_none(server: Server) -> None:
    with server.kiosk("own-words") as kiosk, server.kiosk("koha") as other:
        assert kiosk.ask(item_information("nothing")).first("AF") == "Ask Ann!"
        assert other.ask(checkout("P5", "I5")).fixed["ok"] == "1"
        silent = kiosk.ask(checkout("P6", "I5"))
        assert (silent.fixed["ok"], silent.first("AF")) == ("0", None)
        assert other.ask(checkin("I5")).fixed["ok"] == "1"


# PINs


@proves("five wrong PINs stop one terminal, not the patron", "unknown, wrong and throttled look alike")
def test_five_wrong_pins_stop_one_terminal_for_one_patron(server: Server) -> None:
    """The right PIN is refused there too, in the same words as a wrong one and as an unknown card."""
    with server.kiosk("pin-east") as kiosk, server.kiosk("pin-west") as other:
        wrong = [kiosk.ask(information("P7", pin=f"wrong-{n}")) for n in range(5)]
        throttled = kiosk.ask(information("P7"))
        unknown = kiosk.ask(information("nobody"))
        assert {answer.first("CQ") for answer in (*wrong, throttled)} == {"N"}
        shown = [answer.raw[:-9].replace(b"nobody", b"P7") for answer in (*wrong, throttled, unknown)]
        assert len({line[:20] + line[38:] for line in shown}) == 1, "all but the time of day is the same"
        assert kiosk.ask(information("P8")).first("CQ") == "Y"
        assert other.ask(information("P7")).first("CQ") == "Y"
        assert other.ask(information("P7")).first("AE") == "Ann Ngata"


@proves("an empty PIN is no try")
def test_an_empty_pin_is_none_or_wrong_and_never_a_try(server: Server) -> None:
    empty = information("P9", pin="")
    with server.kiosk("blank") as kiosk, server.kiosk("pin-east") as other:
        assert {kiosk.ask(empty).first("CQ") for _ in range(8)} == {"N"}
        assert kiosk.ask(information("P9")).first("CQ") == "Y"
        told = other.ask(empty)
        assert (told.first("CQ"), told.first("AE")) == (None, "Ann Ngata")
    with server.kiosk("pin-always") as kiosk:
        assert kiosk.ask(checkout("P9", "I6").replace(f"AD{PIN}|", "")).fixed["ok"] == "0"
        assert kiosk.ask(checkout("P9", "I6")).fixed["ok"] == "1"
        assert kiosk.ask(checkin("I6")).fixed["ok"] == "1"


# On the wire


@proves("delimiter by terminal; values never hold it", "charset by terminal, with a fallback")
def test_a_terminal_has_its_own_delimiter_and_charset(server: Server) -> None:
    with server.kiosk("caret") as kiosk:
        ask = f"17{DATE}AOTOWN^ABE1^AC^".encode("cp850")
        answer = raw(kiosk, seal(ask, 5) + b"\r")
        assert "^AJBücher für Bäume^".encode("cp850") in answer
        assert b"|" not in answer
        assert read(answer.rstrip(b"\r").replace(b"^", b"|"), b"\r").sequence == "5"


@proves("screen and print lines in the width of the terminal")
def test_no_line_is_wider_than_the_screen(server: Server) -> None:
    with server.kiosk("narrow") as kiosk, server.kiosk("koha") as wide:
        lines = kiosk.ask(information("nobody")).every("AF")
        whole = wide.ask(information("nobody")).every("AF")
        assert len(lines) > 1
        assert max(map(len, lines)) <= 16
        assert " ".join(lines) == " ".join(whole)


@proves("screen and print lines in the width of the terminal")
def test_a_receipt_is_as_wide_as_the_paper_and_none_is_sent_where_none_is_wanted(server: Server) -> None:
    with server.kiosk("narrow") as kiosk, server.kiosk("koha") as other:
        printed = kiosk.ask(checkout("P12", "I10")).every("AG")
        assert printed
        assert max(map(len, printed)) <= 20
        assert "Emma" in " ".join(printed)
        renewed = other.ask(checkout("P12", "I10", date=LATER))
        assert (renewed.fixed["ok"], renewed.every("AG")) == ("1", ())
        assert other.ask(checkin("I10")).fixed["ok"] == "1"


@proves("checksums off, accepted or required, by terminal")
def test_checksums_are_required_or_left_out_as_the_profile_says(server: Server) -> None:
    bare = item_information("I1").encode() + b"\r"
    with server.kiosk("strict") as kiosk:
        assert raw(kiosk, bare)[:2] == b"96"
        assert kiosk.ask(item_information("I1")).first("AB") == "I1"
    with server.kiosk("deaf") as kiosk:
        wrong = item_information("I1").encode() + b"AY3AZ0000\r"
        for line in (bare, wrong):
            answer = read(raw(kiosk, line).rstrip(b"\r"), b"\r")
            assert (answer.first("AB"), answer.sequence, answer.checksum) == ("I1", None, None)
    with server.kiosk("koha") as kiosk:
        plain = read(raw(kiosk, bare).rstrip(b"\r\n"), b"\r\n")
        assert (plain.first("AB"), plain.sequence, plain.checksum) == ("I1", None, None)
        summed = raw(kiosk, seal(item_information("I1").encode(), 3, Detection.SUM_ONLY) + b"\r")
        answer = read(summed.rstrip(b"\r\n"), b"\r\n")
        assert (answer.sequence, answer.sum_is_right) == (None, True)


@proves("time zone by terminal", "due dates in the terminal's form")
def test_a_terminal_lives_in_its_own_zone(server: Server) -> None:
    with server.kiosk("tokyo") as kiosk, server.kiosk("koha") as other:
        there, here = (
            datetime.strptime(one.ask(STATUS).fixed["date/time sync"], "%Y%m%d    %H%M%S")
            for one in (kiosk, other)
        )
        now = datetime.now(ZoneInfo("Asia/Tokyo")).replace(tzinfo=None)
        assert abs((now - there).total_seconds()) < 60
        assert 6.9 < (there - here).total_seconds() / 3600 < 8.1
        lent = kiosk.ask(checkout("P10", "I7"))
        told = [
            lent.first("AH"),
            kiosk.ask(item_information("I7")).first("AH"),
            kiosk.ask(f"29NN{DATE}{' ' * 18}{who('P10')}ABI7|").first("AH"),
        ]
        for due in told:
            assert datetime.strptime(due or "", "%d.%m.%Y") > there
        assert kiosk.ask(checkin("I7")).fixed["ok"] == "1"


# Media and places


@proves("sort bins by rules", "alert and its type by cause")
def test_a_sorter_is_told_bin_place_and_alert_by_its_rules(server: Server) -> None:
    with server.kiosk("sorter") as sorter:
        home = sorter.ask(checkin("I8"))
        assert (home.fixed["ok"], home.fixed["alert"], home.first("CL")) == ("1", "N", "1")
        film = sorter.ask(checkin("V1"))
        assert (film.fixed["alert"], film.first("CL"), film.first("CK")) == ("N", "5", "005")
        away = sorter.ask(checkin("E1"))
        assert (away.fixed["alert"], away.first("CL"), away.first("CT")) == ("Y", "9", "EAST")
        assert away.first("CV") == "44"
        unknown = sorter.ask(checkin("nothing"))
        assert (unknown.fixed["ok"], unknown.fixed["alert"], unknown.first("CL")) == ("0", "N", "1")


@proves("security strips by rules", "magnetic media are told")
def test_strips_are_unlocked_by_rules(server: Server) -> None:
    with server.kiosk("gate") as kiosk, server.kiosk("koha") as other:
        film = kiosk.ask(checkout("P11", "V1"))
        assert (film.fixed["ok"], film.fixed["desensitize"], film.first("CI")) == ("1", "N", "Y")
        assert film.fixed["magnetic media"] == "Y"
        assert kiosk.ask(checkin("V1")).fixed["resensitize"] == "N"
        book = kiosk.ask(checkout("P11", "I9"))
        assert (book.fixed["desensitize"], book.fixed["magnetic media"]) == ("Y", "N")
        assert kiosk.ask(checkin("I9")).fixed["resensitize"] == "Y"
        same = other.ask(checkout("P11", "V1"))
        assert (same.fixed["desensitize"], same.first("CI")) == ("Y", None)
        assert other.ask(checkin("V1")).fixed["ok"] == "1"


def test_no_password_stands_in_what_is_shown_of_a_terminal(server: Server) -> None:
    with server.kiosk("alma") as kiosk:
        assert PASSWORD.encode() not in kiosk.ask(STATUS).raw
