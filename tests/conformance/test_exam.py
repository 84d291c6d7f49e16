"""A machine on a real line is heard, answered oddly, judged; what is shown of it holds no secret."""

import asyncio
import re

import pytest
from rich.console import Console

from conformance.acs import ODDITIES, Examination
from conformance.cli import USAGE, main
from conformance.exam import examine, masked, print_judgements
from conformance.wire.line import EndedError, LateError, Line
from conformance.wire.sip2 import seal
from tests.conformance.test_acs import LINES, STATUS, kept


class Listening(Console):
    """Remembers what is said, and tells when the port is known."""

    def __init__(self) -> None:
        super().__init__(width=200, record=True, quiet=False)
        self.port: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def print(self, *said: object, **how: object) -> None:
        """Take the port out of the first sentence."""
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", str(said[0]))
        if found and not self.port.done():
            self.port.set_result(int(found[1]))


async def talk(port: int, messages: int) -> None:
    """Be a machine that keeps the rules, as long as it is served."""
    line = await Line.open("127.0.0.1", port, None, 1.0)
    asked = seal(b"9300CNkiosk|COsecret|", 0)
    try:
        for turn in range(messages):
            await line.send(asked + b"\r")
            try:
                answer, _ = await line.answer()
            except LateError:
                answer = b""
            text = STATUS if answer.startswith(b"98N") else LINES[turn % len(LINES)].encode()
            asked = kept(asked, answer, seal(text, (turn + 1) % 10))
    except EndedError:
        return
    finally:
        await line.close()


async def test_a_machine_that_keeps_the_rules_passes_over_a_real_line() -> None:
    examination, console = Examination(50), Listening()
    async with asyncio.TaskGroup() as group:
        group.create_task(examine(examination, "127.0.0.1", 0, 5.0, console))
        await talk(await console.port, 60)
    assert [judgement.passed for judgement in examination.judgements] == [True] * len(ODDITIES)


async def test_a_machine_that_leaves_may_come_back_and_is_examined_further() -> None:
    examination, console = Examination(50, ODDITIES[:2]), Listening()
    async with asyncio.TaskGroup() as group:
        group.create_task(examine(examination, "127.0.0.1", 0, 5.0, console))
        port = await console.port
        await talk(port, 2)
        assert not examination.is_over
        await talk(port, 20)
    assert [judgement.passed for judgement in examination.judgements] == [False, True]


async def test_a_machine_that_says_nothing_is_given_up() -> None:
    examination, console = Examination(50), Listening()
    async with asyncio.TaskGroup() as group:
        group.create_task(examine(examination, "127.0.0.1", 0, 0.05, console))
        line = await Line.open("127.0.0.1", await console.port, None, 5.0)
        with pytest.raises(EndedError):
            await line.answer()
        await line.close()
    assert not examination.is_over


def test_what_is_printed_holds_verdicts_clauses_and_faults_but_no_secret() -> None:
    examination = Examination(50, ODDITIES[:1])
    examination.connected()
    line = seal(f"23001{LINES[0][5:23]}AOX|AA1|AC|AD4711|af|".encode(), 1)
    examination.line(line)
    examination.line(line)
    console = Console(width=200)
    with console.capture() as captured:
        print_judgements(examination, console)
    text = captured.get()
    assert "machine.split" in text
    assert ODDITIES[0].clause in text
    assert "23: 'af' is no field id" in text
    assert "AD***" in text
    assert "4711" not in text


def test_a_message_is_shown_on_one_line() -> None:
    assert masked("23AAx|AD1234|COpass|ACword|AY1") == "23AAx|AD***|CO***|AC***|AY1"
    assert masked("a\x1b[2J\r") == "a\\x1b[2J\\r"
    assert len(masked("x" * 1000)) == 161


@pytest.mark.parametrize("where", ["here", "localhost:", "localhost:http"])
def test_an_address_that_is_none_is_refused_in_words(where: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kiosk", "--listen", where]) == USAGE
    assert "is not HOST:PORT" in capsys.readouterr().err
