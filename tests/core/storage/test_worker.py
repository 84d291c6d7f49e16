"""The thread of a store: things are done in turn, and whoever asked is told how it went."""

import asyncio
import threading
from collections.abc import Iterator
from typing import NoReturn

import pytest

from core.storage.worker import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A thread that ends with the test."""
    worker = Worker("worker")
    yield worker
    worker.close()


async def test_things_are_done_in_the_order_of_asking_and_their_results_told(worker: Worker) -> None:
    done: list[int] = []

    def note(number: int) -> int:
        done.append(number)
        return -number

    assert await asyncio.gather(*(worker.do(note, number) for number in range(100))) == [
        -number for number in range(100)
    ]
    assert done == list(range(100))


async def test_all_of_it_is_done_in_one_thread_of_that_name(worker: Worker) -> None:
    first, second = await worker.do(threading.current_thread), await worker.do(threading.current_thread)
    assert first is second is not threading.current_thread()
    assert first.name == "worker"


async def test_what_went_wrong_is_told_to_its_asker_and_the_next_thing_is_done(worker: Worker) -> None:
    def fail() -> NoReturn:
        raise OSError("no room")

    failed, told = worker.do(fail), worker.do(str, 7)
    with pytest.raises(OSError, match="no room"):
        await failed
    assert await told == "7"


async def test_whoever_stops_waiting_does_not_stop_it(worker: Worker) -> None:
    may_end, done = threading.Event(), threading.Event()

    def work() -> None:
        may_end.wait()
        done.set()

    asked = worker.do(work)
    asked.cancel()
    may_end.set()
    assert await worker.do(done.is_set)
    assert asked.cancelled()


async def test_closing_waits_for_what_was_asked_for() -> None:
    worker, done = Worker("worker"), threading.Event()
    worker.do(done.set)
    worker.close()
    assert done.is_set()


def test_without_anything_to_do_there_is_no_thread() -> None:
    before = threading.active_count()
    worker = Worker("worker")
    assert threading.active_count() == before
    worker.close()


def test_it_outlives_a_loop_that_ends_before_the_thing_is_done(worker: Worker) -> None:
    may_end = threading.Event()

    async def ask() -> None:
        worker.do(may_end.wait)

    asyncio.run(ask())
    may_end.set()

    async def ask_again() -> str:
        return await worker.do(str, 7)

    assert asyncio.run(ask_again()) == "7"
