"""A facility's request file: its bytes, and that it is in the folder whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from msgspec.structs import replace

from servers.configuration.settings import RequestFile
from servers.storage.lines import Wanted
from servers.storage.request_file import content, written

NOON = datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC)
FORM = RequestFile()

WALDEN = Wanted(
    number=240,
    mark="240/7/",
    exported=False,
    placed_at=NOON,
    barcode="D1",
    item=7,
    bib="b4",
    title="Walden",
    author="Thoreau, Henry David",
    description="v. 3",
    call_number="PS3048 .A1",
    location="MAIN/DEPOT",
    pickup="EAST",
    pickup_name="East Branch",
    institution="TOWN",
)
BODY = (
    "<xb:rsExport><xb:requestType>HOLD</xb:requestType><xb:requestId>240</xb:requestId><xb:pickup>"
    "<xb:institutionCode>TOWN</xb:institutionCode><xb:library>East Branch</xb:library>"
    "<xb:libraryCode>EAST</xb:libraryCode></xb:pickup><xb:operationalRecordinformation>"
    "<xb:permanent_physical_location_code>DEPOT</xb:permanent_physical_location_code>"
    "</xb:operationalRecordinformation><xb:barcode>D1</xb:barcode><xb:mmsId>b4</xb:mmsId>"
    "<xb:itemId>7</xb:itemId><xb:libraryCode>MAIN</xb:libraryCode><xb:title>Walden</xb:title>"
    "<xb:description>v. 3</xb:description></xb:rsExport>"
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def test_it_is_as_alma_writes_it_to_the_byte() -> None:
    """With its prefix, and without white space, as those who read it rely on both."""
    second = BODY.replace("240", "241")
    root = 'xb:exportRequests xmlns:xb="urn:circdesk:remote-storage-requests"'
    assert content([WALDEN, replace(WALDEN, number=241)], FORM).decode() == (
        f"{HEAD}<{root}>{BODY}{second}</xb:exportRequests>"
    )


def test_its_names_are_settings() -> None:
    form = RequestFile(root="rsExports", element="request", namespace="http://a.example/x?a=1&b=2")
    root = etree.fromstring(content([WALDEN], form))
    assert root.nsmap == {"xb": "http://a.example/x?a=1&b=2"}
    assert etree.QName(root).localname == "rsExports"
    assert [etree.QName(child).localname for child in root] == ["request"]


def test_what_is_not_known_is_left_out_and_nothing_breaks_the_xml() -> None:
    odd = replace(WALDEN, title="A < B & \x00 ü", description="", bib="", pickup_name="", location="DEPOT")
    (request,) = etree.fromstring(content([odd], FORM))
    said = {etree.QName(node).localname: node.text for node in request.iter() if node.text}
    assert said["title"] == "A < B & \ufffd ü"
    assert said["library"] == "EAST"
    assert said["permanent_physical_location_code"] == "DEPOT"
    assert not {"description", "mmsId"} & set(said)


def test_it_is_named_for_its_facility_and_time_and_stands_alone(tmp_path: Path) -> None:
    path = written([WALDEN], FORM, "Depot East/1", tmp_path, NOON)
    assert path.name == "Depot_East_1-20260302T120005Z.xml"
    assert path.read_bytes() == content([WALDEN], FORM)
    assert list(tmp_path.iterdir()) == [path]


def test_a_second_one_within_a_second_takes_no_name_that_is_there(tmp_path: Path) -> None:
    form = RequestFile(name="R{time}.{profile}.txt")
    paths = [written([WALDEN], form, "D", tmp_path, NOON) for _ in range(3)]
    time = "20260302T120005Z"
    assert [path.name for path in paths] == [f"R{time}.D.txt", f"R{time}.D-2.txt", f"R{time}.D-3.txt"]


def test_where_there_is_no_folder_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        written([WALDEN], FORM, "D", tmp_path / "missing", NOON)
    assert list(tmp_path.iterdir()) == []
