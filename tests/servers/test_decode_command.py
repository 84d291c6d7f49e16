"""`circdesk decode`: pasted lines, field by field, of both sides; and nothing secret is shown."""

from __future__ import annotations

import html
import io

import pytest

from protocols.secret import Secret
from protocols.z3950.apdus import IdAuthentication, IdPass, InitializeRequest
from protocols.z3950.codec import encode
from protocols.z3950.oids import Oid
from protocols.z3950.structures import External
from servers.cli import main
from tests.matrix import proves

STATUS = "9900802.00AY1AZFCA0"


def decoded(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """What the command came to: status and output, without layout."""
    status = main(["decode", *words])
    said = capsys.readouterr()
    assert said.err == ""
    return status, " ".join(said.out.split())


@proves("a pasted message decoded")
def test_fields_are_named_and_codes_explained(capsys: pytest.CaptureFixture[str]) -> None:
    status, out = decoded(capsys, "1803020120260302    093000ABI1|AJEmma|")
    assert status == 0
    assert out.startswith("18 ItemInformationResponse, library to terminal ")
    assert "circulation status │ 03 │ 03 available" in out
    assert "│ AJ │ title identifier │ Emma │" in out


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (STATUS, "Sequence number 1. Checksum FCA0 is right."),
        ("9900802.00AY1AZ0000", "Sequence number 1. Checksum is wrong: it should be FCA0."),
        ("97", "No checksum; it would be FEF5."),
        ("9300CNkiosk|CO***|AY1AZ****", "Checksum was masked together with the secrets."),
    ],
)
def test_a_checksum_is_judged_with_the_value_that_it_should_have(
    capsys: pytest.CaptureFixture[str], line: str, verdict: str
) -> None:
    status, out = decoded(capsys, line)
    assert status == 0
    assert verdict in out


def test_defects_are_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = decoded(capsys, "36Y20260302    093000AOTOWN|AOEAST|")
    assert "Field given twice: AO institution id." in out
    assert "Required field missing: AA patron identifier." in out


SEARCH = "b6 45 8d 01 00 8e 01 01 8f 01 00 90 01 01 91 01 31 b2 0a 9f 69 07 44 65 66 61 75 6c 74 b5 28 a1 26"
QUERY = (
    "06 07 2a 86 48 ce 13 03 01 a0 1b bf 66 18 bf 2c 0a 30 08 9f 78 01 01 9f 79 01 04"
    " 9f 2d 08 63 6f 6d 70 75 74 65 72"
)
DUMPED = """\
14:01:02.123456 IP 127.0.0.1.40000 > 127.0.0.1.2100: Flags [P.], length 12
	0x0000:  4500 0040 0001 4000 4006 0000 7f00 0001  E..@..@.@.......
	0x0010:  7f00 0001 ba0a 9f20 0100 3004 9f1f 0131  ..........0....1
"""


@proves("APDUs in hex decoded")
@pytest.mark.parametrize(
    ("pasted", "name", "shown"),
    [
        (f"{SEARCH} {QUERY}", "SearchRequest", "query @attr 1=4 computer"),
        (
            f"> {SEARCH} {QUERY}".replace(" ", "").replace(">", "> "),
            "SearchRequest",
            "database_names Default",
        ),
        (DUMPED, "DeleteResultSetRequest", "result_set_list 1"),
        (
            "b722970100980100990100960100 9a0103 bf81020f 06072a8648ce130401 020172 1a0137",
            "SearchResponse",
            "7",
        ),
        ("0xbf,0x30,0x05,0x9f,0x81,0x53,0x01,0x00", "Close", "close_reason finished (0)"),
    ],
)
def test_apdus_in_hex_are_found_wherever_they_stand(
    capsys: pytest.CaptureFixture[str], pasted: str, name: str, shown: str
) -> None:
    status, out = decoded(capsys, pasted)
    assert (status, out.startswith(f"Z39.50 {name}")) == (0, True)
    assert shown in out
    _, plain = decoded(capsys, "--plain", pasted)
    assert plain.startswith(f"message {name} field ")


@proves("APDUs in hex decoded", "no password of Z39.50 in a log, a trace or a decoded APDU")
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (Secret("user/canary"), "id_authentication ***"),
        (IdPass(user_id="user", password=Secret("canary")), "user_id user password ***"),
        (External(direct_reference=Oid("1.2.3"), encoding=b"canary"), "id_authentication ***"),
    ],
)
def test_a_password_in_an_apdu_is_not_shown(
    capsys: pytest.CaptureFixture[str], said: IdAuthentication, shown: str
) -> None:
    init = InitializeRequest(
        protocol_version=frozenset(),
        options=frozenset(),
        preferred_message_size=1,
        exceptional_record_size=1,
        id_authentication=said,
    )
    status, out = decoded(capsys, encode(init).hex())
    assert (status, "canary" in out, shown in out) == (0, False, True), out


@pytest.mark.parametrize("plain", [(), ("--plain",)])
def test_secrets_are_not_shown(capsys: pytest.CaptureFixture[str], plain: tuple[str, ...]) -> None:
    _, out = decoded(capsys, *plain, "9300CNkiosk|COcanary|", "3520260302    093000AOTOWN|AAP1|ADcanary|x|")
    assert "canary" not in out
    assert out.count("***") >= 2


def test_plain_is_a_field_a_line_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--plain", "941AY1AZFDFC"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "message\t94\tLoginResponse\tlibrary to terminal",
        "field\t\tok\t1\tY",
        "note\t\t\tSequence number 1.",
        "note\t\t\tChecksum FDFC is right.",
    ]


def test_without_lines_standard_input_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording, for instance: its comments are passed over."""
    lines = f"# SIP2 recording, version 1\n2026-03-02T10:30:00 kiosk > {STATUS}\n\n>> 941AY1AZFDFC\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    status, out = decoded(capsys)
    assert status == 0
    assert out.index("99 ScStatus") < out.index("94 LoginResponse")


@pytest.mark.parametrize("line", ["hello", "<?xml version='1.0'?>", "11"])
def test_what_cannot_be_read_is_said_and_ends_with_1(capsys: pytest.CaptureFixture[str], line: str) -> None:
    status, out = decoded(capsys, STATUS, line)
    assert status == 1
    assert "99 ScStatus" in out


def test_no_line_at_all_is_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert main(["decode"]) == 1
    assert capsys.readouterr() == ("", "circdesk decode: there is no message to read.\n")


ASKED = (
    '<NCIPMessage xmlns="http://www.niso.org/2008/ncip" version="http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd">'
    "<LookupUser><AuthenticationInput><AuthenticationInputData>canary</AuthenticationInputData>"
    "<AuthenticationDataFormatType>text</AuthenticationDataFormatType>"
    "<AuthenticationInputType>PIN</AuthenticationInputType></AuthenticationInput>"
    "<LoanedItemsDesired/><UserElementType>[red]Fly[/red]</UserElementType></LookupUser></NCIPMessage>"
)
REFUSED = (
    '<n:NCIPMessage xmlns:n="http://www.niso.org/2008/ncip" '
    'n:version="http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd"><n:LookupUserResponse><n:Problem>'
    "<n:ProblemType>User Blocked</n:ProblemType>"
    "<n:ProblemElement>//LookupUser/AuthenticationInput</n:ProblemElement><n:ProblemValue>canary</n:ProblemValue></n:Problem>"
    "</n:LookupUserResponse></n:NCIPMessage>"
)


class TestNcip:
    """The same for NCIP, which may stand anywhere."""

    def test_elements_are_named_and_values_explained(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out = decoded(capsys, f"curl -d '{ASKED}' https://desk/")
        assert status == 0
        assert out.startswith("NCIP 2.02 LookupUser, partner to library: asks ")
        assert "│ LoanedItemsDesired │ yes │" in out
        assert "│ UserElementType │ [red]Fly[/red] │ not in the standard's list │" in out

    def test_what_was_repaired_and_what_is_a_trifle_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        sent = ASKED.replace("<UserElementType>", "<UserElementType> ").replace("<Loaned", "<Fly/><Loaned")
        _, out = decoded(capsys, sent)
        assert "Repaired: attribute without the namespace, at //NCIPMessage/@version." in out
        assert "Repaired: element left out, at //LookupUser/Fly." in out
        assert "Trifle: blanks around a value, at //LookupUser/UserElementType." in out

    def test_a_problem_is_told_in_plain_words(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out = decoded(capsys, REFUSED)
        assert status == 0
        assert "NCIP 2.02 LookupUserResponse, library to partner: answers" in out
        assert (
            "Refused: User Blocked. The reader may not borrow at present. Send the reader to the desk" in out
        )
        assert out.endswith("Written as the standard has it.")

    @proves("no secret of NCIP is shown by the tools")
    @pytest.mark.parametrize("plain", [(), ("--plain",)])
    def test_secrets_are_not_shown(self, capsys: pytest.CaptureFixture[str], plain: tuple[str, ...]) -> None:
        _, out = decoded(capsys, *plain, ASKED, REFUSED, ASKED.replace("</LookupUser>", ""))
        assert "canary" not in out
        assert out.count("***") == 2

    def test_plain_is_a_line_for_each_element(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["decode", "--plain", REFUSED]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "message\tNCIP 2.02 LookupUserResponse\tlibrary to partner: answers",
            "field\t/Problem\tProblem",
            "field\t/Problem/ProblemType\tProblemType\tUser Blocked",
            "field\t/Problem/ProblemElement\tProblemElement\t//LookupUser/AuthenticationInput",
            "field\t/Problem/ProblemValue\tProblemValue\t***",
            "note\t\t\tRefused: User Blocked. The reader may not borrow at present. "
            "Send the reader to the desk, which can see why.",
            "note\t\t\tWritten as the standard has it.",
        ]

    def test_xml_that_is_broken_has_its_place(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out = decoded(capsys, "<NCIPMessage>\n<LookupUser></LookupItem></NCIPMessage>")
        assert status == 1
        assert out == (
            "NCIP that cannot be read No well-formed XML: line 2, column 15: "
            "an end tag closes another element than the one that is open."
        )

    def test_how_it_was_escaped_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        _, out = decoded(capsys, html.escape(REFUSED))
        assert "It was escaped, as in HTML or XML." in out

    def test_over_many_lines_of_standard_input_it_is_one_message(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lines = f"POST / HTTP/1.1\nDate: 10:30\n\n{REFUSED}\n".replace("><", ">\n<")
        monkeypatch.setattr("sys.stdin", io.StringIO(lines))
        status, out = decoded(capsys)
        assert status == 0
        assert out.count("LookupUserResponse") == 1
        assert "that is known here" not in out

    def test_both_protocols_may_be_given(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out = decoded(capsys, STATUS, REFUSED)
        assert status == 0
        assert out.index("99 ScStatus") < out.index("LookupUserResponse")

    def test_bare_problems_are_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        bare = REFUSED.replace("<n:LookupUserResponse>", "").replace("</n:LookupUserResponse>", "")
        _, out = decoded(capsys, bare)
        assert out.startswith("NCIP 2.02 Problem, library to partner: answers ")


def test_another_delimiter_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = decoded(capsys, "--delimiter", "^", "36Y20260302    093000AOTOWN^AAP1^")
    assert "│ AA │ patron identifier │ P1 │" in out


@pytest.mark.parametrize(("option", "value"), [("--charset", "klingon"), ("--delimiter", "||")])
def test_settings_that_cannot_be_are_a_sentence(
    capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert main(["decode", option, value, STATUS]) == 2
    assert capsys.readouterr().err.startswith("circdesk decode: ")


def test_what_was_pasted_colours_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = decoded(capsys, "36Y20260302    093000AO[red]TOWN[/red]|AAP1|")
    assert "[red]TOWN[/red]" in out


@proves("a query explained at the command line")
def test_a_query_is_shown_clause_by_clause_and_as_xcql(capsys: pytest.CaptureFixture[str]) -> None:
    status, out = decoded(capsys, "--cql", 'title any "cat hat" and a')
    assert status == 0
    assert out.startswith('and title any "cat hat" a <triple xmlns="http://www.loc.gov/zing/cql/xcql/">')


@proves("a query explained at the command line")
def test_a_mistake_in_a_query_has_a_caret_under_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--cql", "title = (cat"]) == 1
    query, caret, *_ = capsys.readouterr().out.splitlines()
    assert query == "title = (cat"
    assert query[caret.index("^")] == "("


def test_every_line_of_standard_input_may_be_a_query(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("cat\n\n[bold]dog\n"))
    status, out = decoded(capsys, "--cql")
    assert status == 0
    assert out.count("<searchClause") == 2
    assert "[bold]dog" in out


def test_no_query_is_said_to_be_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert main(["decode", "--cql"]) == 1
    assert capsys.readouterr().err == "circdesk decode: there is no query to read.\n"
