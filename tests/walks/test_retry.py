"""A kiosk that lost our answer asks again, and is answered as if for the first time; done is done once.

The answer is lost three ways: the connection is cut, the server is killed, the server is restarted.
"""

from collections.abc import Callable

import pytest

from core.events import CheckedIn, CheckedOut, FeePaid, Renewed
from core.model.records import Item, Payment
from tests.matrix import proves
from tests.walks.given import (
    DATE,
    Server,
    checkin,
    checkout,
    information,
    item_information,
    kept,
    payment,
    who,
)

BOOK = 1001
"""The id of I1."""


def cut(server: Server) -> None:
    """Nothing happens to the server."""


def killed(server: Server) -> None:
    """The server is killed and starts again."""
    server.kill()
    server.start()


def restarted(server: Server) -> None:
    """The server stops in good order and starts again."""
    assert server.stop() == 0
    server.start()


@pytest.fixture(params=[cut, killed, restarted])
def loses_answer(request: pytest.FixtureRequest) -> Callable[[Server, str], None]:
    """Ask for something; lose the connection when the answer has come and nobody has read it."""

    def lose(server: Server, text: str) -> None:
        kiosk = server.kiosk()
        kiosk.send(text)
        assert kiosk.has_answer()
        kiosk.cut()
        request.param(server)

    return lose


def item_left(server: Server) -> tuple[Item, list[type]]:
    """I1 as a stopped server left it, and what the log says of it."""
    assert server.stop() == 0
    found, log = kept(server.state)
    item = found[BOOK]
    assert isinstance(item, Item)
    return item, [type(entry.event) for entry in log if getattr(entry.event, "item", None) == BOOK]


@proves("the same act asked again on a new connection is done once")
def test_a_checkout_is_one_loan(
    fresh_server: Callable[..., Server], loses_answer: Callable[..., None]
) -> None:
    server = fresh_server().start()
    loses_answer(server, checkout("P1", "I1"))
    with server.kiosk() as kiosk:
        due = kiosk.ask(item_information("I1")).first("AH")
        for _ in range(2):
            again = kiosk.ask(checkout("P1", "I1"))
            assert (again.fixed["ok"], again.fixed["renewal ok"], again.first("AH")) == ("1", "N", due)
        assert kiosk.ask(information("P1")).every("AU") == ("I1",)
    item, events = item_left(server)
    assert events == [CheckedOut]
    assert item.version == 2


@proves("the same act asked again on a new connection is done once")
def test_a_renewal_is_one_renewal(
    fresh_server: Callable[..., Server], loses_answer: Callable[..., None]
) -> None:
    server = fresh_server().start()
    renewal = f"29NN{DATE}{' ' * 18}{who('P1')}ABI1|BON|"
    with server.kiosk() as kiosk:
        kiosk.ask(checkout("P1", "I1"))
    loses_answer(server, renewal)
    with server.kiosk() as kiosk:
        due = kiosk.ask(item_information("I1")).first("AH")
        again = kiosk.ask(renewal)
        assert (again.fixed["ok"], again.fixed["renewal ok"], again.first("AH")) == ("1", "Y", due)
    item, events = item_left(server)
    assert events == [CheckedOut, Renewed]
    assert item.loan is not None
    assert item.loan.renewals == 1


@proves("the same act asked again on a new connection is done once")
def test_a_return_is_one_return(
    fresh_server: Callable[..., Server], loses_answer: Callable[..., None]
) -> None:
    server = fresh_server().start()
    with server.kiosk() as kiosk:
        kiosk.ask(checkout("P1", "I1"))
    loses_answer(server, checkin("I1"))
    with server.kiosk() as kiosk:
        again = kiosk.ask(checkin("I1"))
        assert (again.fixed["ok"], again.first("AA")) == ("1", "P1")
    item, events = item_left(server)
    assert events == [CheckedOut, CheckedIn]
    assert item.version == 3


@proves("a payment sent twice is one payment", "the same act asked again on a new connection is done once")
@pytest.mark.parametrize("mark", ["", "T-1"], ids=["without BK", "with BK"])
def test_a_payment_is_taken_once(
    fresh_server: Callable[..., Server], loses_answer: Callable[..., None], mark: str
) -> None:
    server = fresh_server().start()
    asked = payment("P1", "30.00", mark)
    loses_answer(server, asked)
    with server.kiosk() as kiosk:
        answers = [kiosk.ask(asked) for _ in range(2)]
        assert [answer.fixed["payment accepted"] for answer in answers] == ["Y", "Y"]
        assert len({answer.first("BK") for answer in answers}) == 1
        assert answers[0].first("BK") == mark or not mark
        assert kiosk.ask(information("P1")).first("BV") == "170.00"
    assert server.stop() == 0
    found, log = kept(server.state)
    assert sum(isinstance(record, Payment) for record in found.values()) == 1
    assert sum(isinstance(entry.event, FeePaid) for entry in log) == 1


@proves("a payment sent twice is one payment")
def test_a_payment_known_by_its_number_is_known_at_another_time_too(
    fresh_server: Callable[..., Server],
) -> None:
    """A kiosk that was switched off in between may send BK again with a new transaction date."""
    server = fresh_server().start()
    with server.kiosk() as kiosk:
        first = kiosk.ask(payment("P1", "5.00", "T-2"))
        assert kiosk.ask(payment("P1", "1.00", "T-3")).fixed["payment accepted"] == "Y"
    killed(server)
    with server.kiosk() as kiosk:
        again = kiosk.ask(payment("P1", "5.00", "T-2", date="20260302    121500"))
        assert (again.fixed["payment accepted"], again.first("BK")) == ("Y", first.first("BK"))
        assert kiosk.ask(information("P1")).first("BV") == "194.00"


def test_a_connection_cut_at_any_moment_leaves_a_whole_act_or_none(
    fresh_server: Callable[..., Server],
) -> None:
    """Cut at once, the request may or may not have been read. Repeated, it is done, once."""
    server = fresh_server().start()
    for number in range(1, 13):
        kiosk = server.kiosk()
        line = kiosk.sealed(checkout("P1", f"I{number}"))
        kiosk.socket.sendall(line[: len(line) - number % 3])
        kiosk.cut()
        with server.kiosk() as again:
            assert again.ask(checkout("P1", f"I{number}")).fixed["ok"] == "1"
            assert len(again.ask(information("P1")).every("AU")) == number
    assert server.stop() == 0
    found, _ = kept(server.state)
    assert {found[1000 + number].version for number in range(1, 13)} == {2}
