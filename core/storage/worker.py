"""A thread that does one thing after another for an event loop.

The rule it keeps: things are done in the order in which they are asked for, and each asker is told how it
went. An executor of one thread does as much, with a second future and its locks about each thing; here that
is a commit, of which there are hundreds a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class _Job(NamedTuple):
    """Something to do, and who waits for it."""

    work: Callable[..., Any]
    args: tuple[object, ...]
    future: asyncio.Future[Any]


class Worker:
    """The thread and what it has to do yet. It begins with the first thing, and ends with `close`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: Thread | None = None

    def do(self, work: Callable[..., T], *args: object) -> asyncio.Future[T]:
        """Have it done in the thread. Whoever stops waiting does not stop it."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(work, args, future))
        if self._thread is None:
            self._thread = Thread(target=_work, args=[self._jobs], name=self._name, daemon=True)
            self._thread.start()
        return future

    def close(self) -> None:
        """Let the thread finish what it was asked for, and wait for its end. Nothing is asked after this."""
        self._jobs.put(None)
        if self._thread is not None:
            self._thread.join()


def _work(jobs: SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        _do(*job)
        del job  # nothing is held on to while there is nothing to do


def _do(work: Callable[..., object], args: tuple[object, ...], future: asyncio.Future[object]) -> None:
    result: object = None
    error: BaseException | None = None
    try:
        result = work(*args)
    except BaseException as raised:  # whatever it is, it is the asker's
        error = raised
    with suppress(RuntimeError):  # the loop was closed before it was done
        future.get_loop().call_soon_threadsafe(_tell, future, result, error)


def _tell(future: asyncio.Future[object], result: object, error: BaseException | None) -> None:
    if future.done():  # whoever asked is gone
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
