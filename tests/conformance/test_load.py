"""The load knows the truth: a right server passes, a wrong one is found, what was borrowed is returned."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.load import DEFAULT_MIX, Figures, Plan, generate, mix_of
from conformance.target import Target, TargetError, target_at

Serving = Callable[[Any], AbstractAsyncContextManager[int]]
EVERYTHING = "23:1,63:1,17:1,11:2,09:1,29:1,35:1,37:1,99:1"


async def loaded(
    library: Any, serving: Serving, write: Callable[[int], Path], plan: Plan, **changes: Any
) -> Figures:
    async with serving(library) as port:
        return await generate(msgspec.structs.replace(target_at(str(write(port))), **changes), plan)


def plan(mix: str = EVERYTHING, rate: float | None = None, idle: int = 0) -> Plan:
    return Plan(connections=4, seconds=0.3, mix=mix_of(mix), rate=rate, idle=idle)


async def test_a_right_server_gives_only_right_answers_and_has_its_items_back(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]
) -> None:
    library = tiny_library()
    lent = dict(library.loans)
    figures = await loaded(library, tiny_server, facts_file, plan())
    assert figures.is_clean, figures.examples
    assert (
        sum(figures.verdicts.values()) == figures.answers == sum(m.answers for m in figures.latency.values())
    )
    assert {"11 lent", "09 returned", "29 renewed", "17 on loan", "17 not on loan"} <= figures.verdicts.keys()
    assert library.loans == lent


async def test_payments_are_followed_to_the_last_cent(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]
) -> None:
    library = tiny_library()
    owed = library.owes
    patrons = ("P903", "P001", "P002", "P003")
    figures = await loaded(library, tiny_server, facts_file, plan("37:3,23:1,63:1"), patrons=patrons)
    assert figures.is_clean, figures.examples
    assert owed - library.owes == figures.verdicts["37 paid"] * library.owes.__class__("0.01")
    assert figures.verdicts["37 paid"] > 0


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("wrong sequence", "AY"),
        ("wrong sum", "AZ"),
        ("counts double", "charged"),
        ("does not return", "lent"),
        ("loses loans", "lent"),
        ("mixes patrons", "AA"),
        ("refuses now and then", "refused"),
    ],
)
async def test_a_wrong_answer_is_found_and_shown(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path], fault: str, words: str
) -> None:
    figures = await loaded(tiny_library(fault), tiny_server, facts_file, plan())
    assert figures.wrong + figures.lost > 0
    assert not figures.is_clean
    assert any(words in example for example in figures.examples)


async def test_a_refused_login_is_a_lost_connection(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]
) -> None:
    figures = await loaded(tiny_library(), tiny_server, facts_file, plan(idle=2), password="wrong")
    assert (figures.lost, figures.answers, figures.idle) == (6, 0, 0)
    assert "idle connection 0 was given up: the login was refused" in figures.examples
    assert "connection 0 was given up: the login was refused" in figures.examples


async def test_idle_connections_are_served_when_the_others_are_done(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]
) -> None:
    figures = await loaded(tiny_library(), tiny_server, facts_file, plan(idle=40))
    assert figures.is_clean, figures.examples
    assert (figures.connections, figures.idle) == (4, 40)


async def test_idle_connections_that_are_not_served_are_lost(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]
) -> None:
    figures = await loaded(tiny_library("hangs up"), tiny_server, facts_file, plan("23:1", idle=3))
    assert (figures.idle, figures.lost, figures.is_clean) == (0, 3, False)
    assert "idle connection 0 is served no more: the server closed the connection" in figures.examples


async def test_idle_connections_that_are_told_to_go_off_line_are_lost(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]
) -> None:
    figures = await loaded(tiny_library("goes off line"), tiny_server, facts_file, plan("23:1", idle=3))
    assert (figures.idle, figures.lost, figures.is_clean) == (0, 3, False)
    assert "idle connection 0 is told that the server is off line" in figures.examples


async def test_a_rate_is_kept_to(
    tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]
) -> None:
    figures = await loaded(tiny_library(), tiny_server, facts_file, plan(rate=40.0))
    assert figures.is_clean, figures.examples
    assert figures.answers <= 40 * 0.3 + 2 * 4


async def test_too_few_items_are_no_load(tiny_library: Any, tiny_server: Serving) -> None:
    target = Target(host="127.0.0.1", port=1, patrons=("P1", "P2", "P3", "P4"), items=("I1",) * 11)
    with pytest.raises(
        TargetError, match=r"4 connections need as many patrons \(there are 4\) and 3 items each"
    ):
        await generate(target, plan())


async def test_a_server_that_is_not_there_is_a_lost_connection() -> None:
    target = Target(host="127.0.0.1", port=1, patrons=("P",) * 4, items=("I",) * 12)
    figures = await generate(target, plan(idle=1))
    assert (figures.answers, figures.lost, figures.is_clean) == (0, 5, False)
    assert "idle connection 0 was not made" in figures.examples[0]
    assert "connection 0 was not made" in figures.examples[1]


def test_the_default_mix_is_one_of_each_of_the_six() -> None:
    assert mix_of(DEFAULT_MIX) == dict.fromkeys(("23", "63", "17", "11", "09", "37"), 1)
