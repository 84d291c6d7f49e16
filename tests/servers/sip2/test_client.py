"""A self-check's side: it asks again, asks for the answer again, and says in a sentence what went wrong."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from certs.issue import issue_terminal
from protocols.sip2 import messages as m
from protocols.sip2.codec import checksum
from protocols.sip2.fields import ScStatusCode
from servers.calling import ClientProblem
from servers.sip2.client import Sip2Client, Target
from servers.sip2.recording import Recorder
from tests.fakes.script import Script
from tests.fakes.served import PASSWORD, USER, served

NOW = datetime(2026, 3, 2, 10, 30)
STATUS = m.ScStatus(status_code=ScStatusCode.OK, max_print_width=80, protocol_version="2.00")
END = m.EndPatronSession(transaction_date=NOW, institution_id="TOWN", patron_identifier="P1")


def checked(text: bytes, digit: int = 0) -> bytes:
    """The message with sequence number, checksum and end."""
    counted = text + b"AY%dAZ" % digit
    return counted + checksum(counted) + b"\r"


ENDED = checked(b"36Y20260302    103000AOTOWN|AAP1|")


@pytest.fixture
def script() -> Iterator[Callable[..., Script]]:
    """Starts peers, and sees to their end."""
    scripts: list[Script] = []

    def start(*answers: bytes) -> Script:
        scripts.append(Script(*answers))
        return scripts[-1]

    yield start
    for started in scripts:
        started.close()


Play = Callable[..., Script]


class TestAsking:
    def test_an_answer_comes_back_as_a_message(self, script: Play) -> None:
        peer = script(ENDED)
        with Sip2Client(peer.target) as client:
            answer = client.ask(END)
        assert isinstance(answer, m.EndSessionResponse)
        assert answer.end_session
        assert peer.asked == [checked(b"3520260302    103000AOTOWN|AAP1|")]

    def test_an_answer_with_a_flaw_is_an_answer(self, script: Play) -> None:
        """It is not waited for until it comes again without."""
        peer = script(checked(b"36Y20260302    103000AOTOWN|AAP1|AAP2|"))
        with Sip2Client(peer.target, tries=1) as client:
            assert isinstance(client.ask(END), m.EndSessionResponse)
        assert len(peer.asked) == 1

    def test_without_an_answer_the_same_bytes_are_sent_again(self, script: Play) -> None:
        peer = script(b"", ENDED)
        with Sip2Client(peer.target, timeout=0.1) as client:
            assert isinstance(client.ask(END), m.EndSessionResponse)
        assert len(peer.asked) == 2
        assert peer.asked[0] == peer.asked[1]

    def test_so_often_and_not_more(self, script: Play) -> None:
        peer = script(b"", b"", b"")
        with (
            Sip2Client(peer.target, timeout=0.05, tries=2) as client,
            pytest.raises(ClientProblem, match="no answer after 2 tries"),
        ):
            client.ask(END)

    def test_the_request_is_sent_again_when_asked_for(self, script: Play) -> None:
        peer = script(b"96AZFEF6\r", ENDED)
        with Sip2Client(peer.target) as client:
            assert isinstance(client.ask(END), m.EndSessionResponse)
        assert peer.asked[0] == peer.asked[1]

    def test_a_damaged_answer_is_asked_for_again(self, script: Play) -> None:
        peer = script(ENDED.replace(b"P1", b"P2"), ENDED)
        with Sip2Client(peer.target) as client:
            assert isinstance(client.ask(END), m.EndSessionResponse)
        assert peer.asked[1] == b"97AZFEF5\r"

    def test_a_peer_that_always_asks_again_has_failed(self, script: Play) -> None:
        peer = script(*[b"96AZFEF6\r"] * 5)
        with (
            Sip2Client(peer.target) as client,
            pytest.raises(ClientProblem, match="the conversation has failed: 96 in answer to 97, or once"),
        ):
            client.ask(END)

    def test_a_peer_that_closes_is_a_sentence(self, script: Play) -> None:
        with (
            Sip2Client(script().target) as client,
            pytest.raises(ClientProblem, match=r"the server (closed the connection|ended the conversation)"),
        ):
            client.ask(END)

    @pytest.mark.parametrize("ask", [lambda client: client.ask(END), lambda client: client.ask_raw(b"99")])
    def test_a_connection_that_is_gone_is_a_sentence(
        self, script: Play, ask: Callable[[Sip2Client], object]
    ) -> None:
        """Whether writing or reading finds it out."""
        with Sip2Client(script(ENDED).target) as client:
            client.ask(END)
            client._socket.shutdown(socket.SHUT_WR)
            with pytest.raises(ClientProblem, match="the server ended the conversation"):
                ask(client)

    def test_a_connection_that_is_reset_is_a_sentence(self, script: Play) -> None:
        with Sip2Client(script(ENDED).target) as client:
            client._socket.close()
            with pytest.raises(ClientProblem, match="the server ended the conversation"):
                client._received()


class TestRawLines:
    def test_a_line_is_sent_as_it_is_and_what_comes_back_is_shown_as_it_is(self, script: Play) -> None:
        peer = script(b"anything\r\n")
        with Sip2Client(peer.target) as client:
            assert client.ask_raw(b"990 nonsense\n") == b"anything"
        assert peer.asked == [b"990 nonsense\r"]

    def test_if_nothing_comes_in_time_there_is_no_answer(self, script: Play) -> None:
        peer = script(b"", b"")
        with Sip2Client(peer.target, timeout=0.05) as client:
            assert client.ask_raw(b"99") == b""

    def test_an_answer_in_pieces_is_whole_at_its_end(self, script: Play) -> None:
        peer = script(b"9" * 200_000 + b"\r")
        with Sip2Client(peer.target) as client:
            assert client.ask_raw(b"99") == b"9" * 200_000

    def test_the_end_of_a_line_that_comes_late_is_no_answer(self, script: Play) -> None:
        peer = script(b"98Y\r", b"\n98N\r\n")
        with Sip2Client(peer.target) as client:
            assert [client.ask_raw(b"99"), client.ask_raw(b"99")] == [b"98Y", b"98N"]

    def test_of_an_answer_without_an_end_there_is_what_came(self, script: Play) -> None:
        peer = script(b"98Y", b"36Y\r")
        with Sip2Client(peer.target, timeout=0.1) as client:
            assert [client.ask_raw(b"99"), client.ask_raw(b"35")] == [b"98Y", b"36Y"]

    def test_an_answer_without_an_end_in_sight_is_a_sentence(self, script: Play) -> None:
        peer = script(b"9" * 1_100_000)
        with (
            Sip2Client(peer.target) as client,
            pytest.raises(ClientProblem, match="the conversation has failed: message too long"),
        ):
            client.ask_raw(b"99")


class TestRecording:
    def test_what_travels_is_written_down(self, script: Play) -> None:
        """Repeated requests, and answers that were asked for again, too."""
        file = io.BytesIO()
        peer = script(ENDED.replace(b"P1", b"P2"), ENDED)
        with Sip2Client(peer.target, recorder=Recorder(file, "kiosk", lambda: NOW)) as client:
            client.ask(END)
        lines = file.getvalue().decode().splitlines()
        assert [line.split(" kiosk ")[1][:4] for line in lines] == ["> 35", "< 36", "> 97", "< 36"]

    @pytest.mark.parametrize(
        ("target", "name"),
        [
            (Target("h", 1, user="user"), "user"),
            (Target("h", 1, certificate=Path("certs/gate.pem")), "gate"),
            (Target("h", 1), "terminal"),
        ],
    )
    def test_a_terminal_has_a_name(self, target: Target, name: str) -> None:
        assert target.name == name


class TestConnecting:
    def test_a_charset_that_is_none_is_a_sentence(self) -> None:
        with pytest.raises(ClientProblem, match=r"'klingon' cannot carry SIP2; .+ --charset"):
            Sip2Client(Target("127.0.0.1", 1, charset="klingon"))

    def test_where_nobody_listens_is_a_sentence(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        with pytest.raises(
            ClientProblem, match=rf"nobody answers at 127.0.0.1:{port} \(Connection refused\)"
        ):
            Sip2Client(Target("127.0.0.1", port))

    def test_who_does_not_speak_tls_is_a_sentence(self, script: Play) -> None:
        peer = script(b"98Y no TLS here\r" * 10)
        with pytest.raises(ClientProblem, match=r"no TLS with 127.0.0.1:\d+"):
            Sip2Client(replace(peer.target, tls=True), timeout=1.0)

    def test_an_authority_that_is_none_is_a_sentence(self, tmp_path: Path) -> None:
        empty = tmp_path / "empty.pem"
        empty.touch()
        for authority in (empty, tmp_path / "missing.pem"):
            with pytest.raises(ClientProblem, match=f"{authority} holds no authority"):
                Sip2Client(Target("127.0.0.1", 1, authority=authority))

    def test_a_certificate_that_cannot_be_used_is_a_sentence(self, tmp_path: Path) -> None:
        certificate, key = tmp_path / "kiosk.pem", tmp_path / "kiosk.key"
        target = Target("127.0.0.1", 1, certificate=certificate)
        with pytest.raises(ClientProblem, match=f"{certificate} cannot be used"):
            Sip2Client(target)
        with pytest.raises(ClientProblem, match=f"{certificate} and {key} cannot be used"):
            Sip2Client(replace(target, key=key))


class TestWithAServer:
    async def test_login_and_status(self, tmp_path: Path) -> None:
        async with served(tmp_path) as server:
            target = Target(
                *server.sip2_address, authority=server.tls.authority, user=USER, password=PASSWORD
            )

            def visit() -> tuple[bool, m.Message]:
                with Sip2Client(target) as client:
                    return client.log_in(), client.ask(STATUS)

            welcome, status = await asyncio.to_thread(visit)
        assert welcome
        assert isinstance(status, m.AcsStatus)
        assert (status.online_status, status.institution_id) == (True, "TOWN")

    async def test_a_wrong_password_is_no_login(self, tmp_path: Path) -> None:
        async with served(tmp_path) as server:
            target = Target(*server.sip2_address, authority=server.tls.authority, user=USER, password="wrong")

            def visit() -> bool:
                with Sip2Client(target) as client:
                    return client.log_in()

            assert not await asyncio.to_thread(visit)

    async def test_a_certificate_needs_no_login(self, tmp_path: Path) -> None:
        certificate, key = issue_terminal(tmp_path, "kiosk-1")
        async with served(tmp_path) as server:
            target = Target(
                *server.sip2_address, authority=server.tls.authority, certificate=certificate, key=key
            )

            def visit() -> tuple[bool, m.Message]:
                with Sip2Client(target) as client:
                    return client.log_in(), client.ask(END)

            welcome, ended = await asyncio.to_thread(visit)
        assert welcome
        assert isinstance(ended, m.EndSessionResponse)
        assert ended.screen_message == ()

    async def test_a_server_of_another_authority_is_not_to_be_trusted(self, tmp_path: Path) -> None:
        async with served(tmp_path) as server:
            target = Target(*server.sip2_address)
            with pytest.raises(ClientProblem, match=r"is not to be trusted \(.+\); .+ with --ca FILE"):
                await asyncio.to_thread(Sip2Client, target)
