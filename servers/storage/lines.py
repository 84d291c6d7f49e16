"""What goes through the control socket about storage facilities, and as JSON."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from servers.configuration.settings import RequestFile


class Wanted(Struct, frozen=True):
    """A request: an item that the facility is to send, for the hold of this ``number``.

    ``mark`` tells it from another one for the same hold: by the item, and by when that last moved.
    ``exported``: it was in a file already.
    """

    number: int
    mark: str
    exported: bool
    placed_at: datetime
    barcode: str
    item: int
    bib: str
    title: str
    author: str
    description: str
    call_number: str
    location: str
    pickup: str
    pickup_name: str
    institution: str


class Requests(Struct, frozen=True):
    """All requests to a facility, the oldest first, and the form of its file."""

    profile: str
    requests: tuple[Wanted, ...]
    file: RequestFile


class LetterLine(Struct, frozen=True):
    """A dead letter: the facility was to be told that it need not keep ``barcode``, and why it was not."""

    number: int
    profile: str
    barcode: str
    location: str
    now_at: str
    refused_at: datetime
    why: str
    detail: str
    again: bool


class Letters(Struct, frozen=True):
    """All dead letters, and by profile why the next message waits; empty if none does."""

    letters: tuple[LetterLine, ...]
    waiting: dict[str, str]
