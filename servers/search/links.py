"""The same search for programs: addresses of SRU, in each form that it can be had in.

The rule it keeps: what stands there is asked of an endpoint that there is, in a version that it speaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from msgspec import Struct

from protocols.sru.dialects import Operation, Version
from servers.configuration.settings import Settings
from servers.search.asked import PER_PAGE
from servers.sru.profiles import Ability, Endpoint, endpoints


class Link(Struct, frozen=True):
    """A form, and where it is."""

    label: str
    address: str


class Links:
    """Links to the endpoint that has the most."""

    def __init__(self, settings: Settings) -> None:
        served = sorted(endpoints(settings), key=lambda endpoint: -len(endpoint.abilities))
        self._endpoint: Endpoint | None = next(iter(served), None)

    def of(self, query: str, first: int = 1) -> tuple[Link, ...]:
        """A query in CQL, from a record on; nothing where no endpoint is served."""
        return () if self._endpoint is None else tuple(_links(self._endpoint, query, first))


def _links(endpoint: Endpoint, query: str, first: int) -> Iterator[Link]:
    has_json = Ability.JSON in endpoint.abilities
    said = {"version": (Version.V2_0 if has_json else Version.V1_2).value}
    if not has_json:
        said["operation"] = Operation.SEARCH_RETRIEVE.value
    said |= {"query": query, "startRecord": str(first), "maximumRecords": str(PER_PAGE)}

    def at(**more: str) -> str:
        return f"{endpoint.path}?{urlencode(said | more)}"

    yield Link("SRU", at())
    if has_json:
        yield Link("JSON", at(httpAccept="application/json"))
    for name, label in (
        ("marcxml", "MARCXML"),
        ("mods", "MODS"),
        ("dc", "Dublin Core"),
        ("isohold", "ISO 20775"),
    ):
        yield Link(label, at(recordSchema=name))
