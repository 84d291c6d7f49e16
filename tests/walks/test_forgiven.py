"""What is forgiven, sent as the machines send it: every message has its answer, and the line stays."""

import re
from collections.abc import Iterator

import pytest

from conformance.wire.sip2 import seal
from protocols.sip2.codec import Wire
from tests.matrix import proves
from tests.protocols.sip2.test_leniency import LENIENCIES, Leniency
from tests.walks.conftest import end
from tests.walks.given import STATUS, Server, prepare

ANSWER = {"01": "24", "99": "98"}
"""The answers that are not numbered one above their requests."""


USUAL = [row for row in LENIENCIES if row.wire == Wire()]
"""What a terminal without a profile of its own may send."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server that lets everybody guess: the passwords of these machines are not ours."""
    state = tmp_path_factory.mktemp("forgiven") / "state"
    running = Server(prepare(state, login_failure_delay=0, login_failures_per_source=1000))
    try:
        yield running.start()
    finally:
        end(running)


@proves("everything on the list of what is forgiven")
@pytest.mark.parametrize("row", USUAL, ids=[f"{row.who}: {row.sends}" for row in USUAL])
def test_whoever_is_forgiven_is_answered(server: Server, row: Leniency) -> None:
    with server.kiosk() as kiosk:
        kiosk.socket.sendall(row.raw + seal(STATUS.encode(), 9) + b"\r")
        said = b""
        while not re.search(rb"98[^\r\n]*AY9AZ....[\r\n]", said):
            data = kiosk.socket.recv(65_536)
            assert data, "the server has closed the connection"
            said += data
    codes = [line[:2].decode() for line in re.split(rb"[\r\n]+", said) if line]
    expected = [ANSWER.get(request.code, str(int(request.code) + 1)) for request in row.reads_as]
    assert [code for code in codes if code in {*expected, "98"}] == [*expected, "98"]
