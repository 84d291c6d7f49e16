"""`circdesk ncip`, typed as people type it, over the real wire."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from core.model.records import ItemStatus
from protocols.ncip.dialects import Version
from protocols.ncip.messages import SERVICES
from servers.cli import main
from servers.ncip.client.command import EXAMPLES
from tests.fakes.world import STORED
from tests.matrix import proves
from tests.servers.ncip.client.typing_it import SECRET, Typed

BROKER = ("--secret", SECRET)


@proves("any service of NCIP from the command line")
async def test_an_item_is_looked_up_and_shown_element_by_element(ncip: Typed) -> None:
    said = await ncip("LookupItem", "--item", "D1", *BROKER)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("LookupItemResponse, NCIP 2.02\n")
    assert "ItemIdentifierValue D1 " in said.told
    assert "CirculationStatus Available On Shelf" in said.told
    assert "Title Walden" in said.told


@proves("a Problem is told in plain words at the command line")
async def test_a_refusal_is_told_in_plain_words_with_what_to_do(ncip: Typed) -> None:
    said = await ncip("LookupItem", "--item", "D9", *BROKER)
    assert said.status == 1
    assert "Refused: Unknown Item. The library has no such item. Check the identifier" in said.told
    assert "ProblemElement //LookupItem/ItemId" in said.told


async def test_an_item_leaves_the_store_and_comes_back(ncip: Typed) -> None:
    items = ncip.server.desk.library.items
    placed = await ncip("RequestItem", "--user", "P1", "--item", "D1", "--pickup", "EAST", *BROKER)
    out = await ncip("CheckOutItem", "--as", "store", "--item", "D1")
    assert (placed.status, out.status) == (0, 0)
    assert items[STORED].status is ItemStatus.IN_TRANSIT
    refused = await ncip("LookupItem", "--as", "store", "--item", "D1")
    assert "Refused: Unsupported Service." in refused.told
    back = await ncip("CheckInItem", "--as", "store", "--item", "D1", "--desk", "EAST.DESK")
    assert back.status == 0
    assert items[STORED].location == "MAIN/DEPOT"


async def test_nothing_to_say_is_said(ncip: Typed) -> None:
    said = await ncip("ItemUpdated", "--item", "D1", *BROKER)
    assert (said.status, said.told) == (0, "ItemUpdatedResponse, NCIP 2.02 Done; there is no more to say.")


@proves("NCIP versions 1.0 to 2.02 from the command line")
@pytest.mark.parametrize("version", Version)
async def test_every_version_is_spoken(ncip: Typed, version: Version) -> None:
    said = await ncip("LookupUser", "--user", "P1", "--version", version, *BROKER)
    assert said.status == 0
    assert said.out.startswith(f"LookupUserResponse, NCIP {version}\n")
    assert "Surname Ngata" in said.told


@proves("both bindings of NCIP from the command line")
async def test_bare_xml_over_tls_is_the_same(ncip: Typed) -> None:
    over_https = await ncip("LookupItem", "--item", "D1", *BROKER)
    over_tcp = await ncip("LookupItem", "--item", "D1", "--tcp", *BROKER)
    assert over_tcp == over_https


class TestSecrets:
    """The broker's secret and the reader's PIN reach the server, and no screen."""

    async def test_a_pin_is_checked(self, ncip: Typed) -> None:
        right = await ncip("LookupUser", "--user", "P1", "--pin", "pin-of-P1", *BROKER)
        wrong = await ncip("LookupUser", "--user", "P1", "--pin", "canary", *BROKER)
        assert (right.status, wrong.status) == (0, 1)
        assert "Refused: User Authentication Failed." in wrong.told
        assert "canary" not in wrong.out

    async def test_a_partner_without_its_secret_is_told_how_to_give_it(self, ncip: Typed) -> None:
        said = await ncip("LookupUser", "--user", "P1")
        assert said.status == 1
        assert "Give the secret with --secret" in said.told

    async def test_secrets_come_from_a_file_or_the_environment(
        self, ncip: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "pin"
        file.write_text("pin-of-P1\n")
        monkeypatch.setenv("CIRCDESK_SECRET", SECRET)
        said = await ncip("LookupUser", "--user", "P1", "--pin", f"@{file}", "--secret")
        assert said.status == 0

    async def test_without_a_terminal_nobody_is_asked(
        self, ncip: Typed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("canary\n"))
        said = await ncip("LookupUser", "--user", "P1", "--pin")
        assert said.status == 2
        assert said.err == (
            "circdesk ncip: there is no terminal to ask at; set CIRCDESK_PIN, or name a file with @FILE.\n"
        )

    async def test_at_a_terminal_it_is_asked_for(self, ncip: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        monkeypatch.setattr("servers.ncip.client.command.getpass", lambda prompt: "pin-of-P1")
        assert (await ncip("LookupUser", "--user", "P1", "--pin", *BROKER)).status == 0

    @proves("no secret of NCIP is shown by the tools")
    @pytest.mark.parametrize("how", ["--raw", "--print"])
    async def test_no_bytes_show_one(self, ncip: Typed, how: str) -> None:
        said = await ncip("LookupUser", "--user", "P1", "--pin", "canary", how, *BROKER)
        shown = said.out + said.err
        assert "<ns1:AuthenticationInputData>***</ns1:AuthenticationInputData>" in shown
        assert "canary" not in shown
        assert SECRET not in shown


async def test_raw_is_what_was_sent_and_what_came_back(ncip: Typed) -> None:
    said = await ncip("LookupItem", "--item", "D1", "--raw", *BROKER)
    assert said.status == 0
    assert said.err.count("<ns1:LookupItem>") == 1
    assert said.out.startswith("<?xml ")
    assert said.out.count("<ns1:LookupItemResponse>") == 1


async def test_a_message_from_a_file_is_sent_as_it_is(ncip: Typed, tmp_path: Path) -> None:
    file = tmp_path / "message.xml"
    printed = await ncip("LookupItem", "--item", "D1", "--agency", "STORE", "--as", "store", "--print")
    file.write_text(printed.out.replace("LookupItem>", "Dance>"), "utf-8")
    said = await ncip("--file", str(file), "--raw")
    assert said.status == 1
    assert "Unknown Service" in said.out


async def test_a_message_from_standard_input_is_sent_as_it_is(
    ncip: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = await ncip("LookupVersion", "--version", "1.0", "--print")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(printed.out.encode())))
    said = await ncip("-")
    assert said.status == 0
    assert said.out.startswith("LookupVersionResponse, NCIP 1.0\n")


class TestMistakes:
    """Each is one sentence, before any server is looked for."""

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ((), "name a SERVICE, such as LookupItem, or --file FILE; --help lists them"),
            (("LokupItem",), "NCIP has no service LokupItem, but LookupItem"),
            (("Dance",), "NCIP has no service Dance; --help lists them"),
            (("LookupItem", "--file", "x"), "give a SERVICE or --file, not both"),
            (("--file", "/no/file"), "/no/file cannot be read (No such file or directory)"),
            (("--file", "/dev/null"), "there is no message to send"),
            (("LookupItem",), "LookupItem takes ItemId | RequestId"),
            (
                ("RequestItem", "--user", "P1", "--item", "I1", "--set", "Fly=1"),
                "RequestItem has no Fly; it has",
            ),
        ],
    )
    def test_what_was_typed_wrongly_ends_with_2(
        self, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["ncip", *words, "--target", "tcp://127.0.0.1:1", "--agency", "A", "--to", "B"]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("circdesk ncip: ")
        assert said in err
        assert err.count("\n") == 1

    @pytest.mark.parametrize("text", ["=x", "@Scheme@x=1", "Item@Id=1"])
    def test_an_assignment_has_a_path(self, text: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["ncip", "LookupItem", "--set", text])
        assert stopped.value.code == 2
        assert "is no PATH=VALUE" in capsys.readouterr().err

    def test_no_answer_ends_with_3(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["ncip", "LookupItem", "--item", "I1", "--target", "tcp://127.0.0.1:1"]) == 3
        assert capsys.readouterr().err.startswith("circdesk ncip: nobody answers at 127.0.0.1:1 ")

    async def test_an_answer_that_is_no_ncip_ends_with_3(self, ncip: Typed) -> None:
        health = ncip.server.https.address
        assert health is not None
        said = await ncip(
            "LookupItem", "--item", "I1", "--target", f"https://127.0.0.1:{health.port}/nowhere"
        )
        assert said.status == 3
        assert "answers with HTTP 404" in said.err


def test_a_message_is_printed_without_any_server(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert main(["ncip", "checkinitem", "--item", "I1", "--print"]) == 0
    assert "<ns1:ItemIdentifierValue>I1</ns1:ItemIdentifierValue>" in capsys.readouterr().out


def test_the_elements_of_a_service_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ncip", "RenewItem", "--fields"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "UserId/UserIdentifierValue=text" in lines
    assert "DesiredDateDue=date, or now" in lines
    assert "AuthenticationInput/AuthenticationInputData=text, never shown" in lines


def test_help_lists_every_service(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["ncip", "--help"])
    words = set(capsys.readouterr().out.replace(",", " ").split())
    assert {service.__name__ for service in SERVICES} <= words


async def test_the_examples_of_help_are_understood(ncip: Typed) -> None:
    """Each is typed as it stands, and only printed: the demonstration has other barcodes."""
    lines = [line.split()[2:] for line in EXAMPLES.splitlines() if line.startswith("  circdesk ncip ")]
    assert len(lines) > 5
    for words in lines:
        if words[0] != "--file":
            said = await ncip(*[word for word in words if word != "--pin"], "--print")
            assert (said.status, said.err) == (0, ""), words


def test_a_facts_file_is_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "facts.json").write_text(json.dumps([]))
    assert main(["ncip", "LookupVersion", "--facts", str(tmp_path / "facts.json")]) == 3
    assert "is no facts file" in capsys.readouterr().err
