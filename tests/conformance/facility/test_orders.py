"""Request files: claimed by one, read whatever their names are, and never believed with a DOCTYPE."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.facility.orders import Order, OrdersError, claimed, finished, orders_in
from tests.conformance.facility.given import Floor

FULL = (
    '<?xml version="1.0" encoding="UTF-8"?><xb:exportRequests xmlns:xb="urn:demo"><xb:rsExport>'
    "<xb:requestType>HOLD</xb:requestType><xb:requestId>2400087</xb:requestId><xb:pickup>"
    "<xb:library>Main Library</xb:library><xb:libraryCode>MAIN</xb:libraryCode></xb:pickup>"
    "<xb:barcode> D000123 </xb:barcode><xb:mmsId>990001</xb:mmsId><xb:description>v.3</xb:description>"
    "</xb:rsExport></xb:exportRequests>"
)


def read(tmp_path: Path, text: str) -> tuple[Order, ...]:
    path = tmp_path / "r.xml"
    path.write_text(text, "utf-8")
    return orders_in(path)


def test_a_request_is_read_whatever_the_namespace_and_the_root_are_called(tmp_path: Path) -> None:
    order = Order("2400087", "D000123", "990001", "Main Library", "HOLD")
    assert read(tmp_path, FULL) == (order,)
    other = FULL.replace("urn:demo", "http://com/exlibris/urm").replace("exportRequests", "all")
    assert read(tmp_path, other) == (order,)
    assert read(tmp_path, FULL.replace("xb:", "").replace("xmlns:xb", "xmlns")) == (order,)


@pytest.mark.parametrize("barcode", ["", "  ", ":"])
def test_without_a_barcode_a_title_is_asked_for(tmp_path: Path, barcode: str) -> None:
    (order,) = read(tmp_path, FULL.replace(" D000123 ", barcode))
    assert (order.barcode, order.bib) == ("", "990001")


@pytest.mark.parametrize(
    "text", ["", "no xml", FULL[:-5], '<!DOCTYPE a [<!ENTITY b "c">]>' + FULL.partition("?>")[2]]
)
def test_what_is_no_request_file_is_said(tmp_path: Path, text: str) -> None:
    with pytest.raises(OrdersError):
        read(tmp_path, text)


def test_a_file_is_claimed_once_and_rests_when_it_is_done(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    floor.ask("b.xml")
    floor.ask("a.xml")
    for other in ("readme.txt", ".c.xml", ".d.xml.part"):
        (floor.requests / other).write_text("")
    mine = list(claimed(floor.requests))
    assert [path.name for path in mine] == ["a.xml.claimed", "b.xml.claimed"]
    finished(mine[0])
    floor.ask("c.xml")
    assert [path.name for path in claimed(floor.requests)] == ["b.xml.claimed", "c.xml.claimed"]
    assert floor.old == ["a.xml", "b.xml.claimed", "c.xml.claimed"]


def test_what_another_was_quicker_to_claim_is_left_to_it(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    for name in ("a.xml", "b.xml", "c.xml"):
        floor.ask(name)
    mine, theirs = claimed(floor.requests), []
    first = next(mine)
    theirs = [floor.requests / "b.xml"]
    theirs[0].rename(tmp_path / "b.xml")
    assert [first.name, *(path.name for path in mine)] == ["a.xml.claimed", "c.xml.claimed"]
