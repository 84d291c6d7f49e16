"""An explain record is read in either namespace; what is not said of an index has the default of ZeeRex."""

from xml.etree import ElementTree

import pytest

from conformance.wire.zeerex import NAMESPACES, Description, Index, Schema, described, explain_faults

RECORD = (
    f'<explain xmlns="{NAMESPACES[0]}"><serverInfo/><indexInfo><set name="dc" identifier="urn:dc"/>'
    '<index sort="true" scan="true"><map><name set="dc">title</name></map><map><name>Title</name></map>'
    '<configInfo><supports type="relation">=</supports><supports type="emptyTerm"/></configInfo></index>'
    '<index search="false"><map><name set="dc">date</name></map></index></indexInfo>'
    '<schemaInfo><schema name="marcxml" identifier="urn:m"/><schema name="x" retrieve="false"/></schemaInfo>'
    '<configInfo><default type="numberOfRecords">10</default><setting type="maximumRecords">50</setting>'
    '<supports type="scan"/></configInfo></explain>'
)


def test_a_description_is_read_as_it_stands() -> None:
    told = described(ElementTree.fromstring(RECORD))
    assert told.indexes[:2] == (
        Index("dc.title", search=True, scan=True, sort=True, relations=("=",)),
        Index("Title", search=True, scan=True, sort=True, relations=("=",)),
    )
    assert not told.indexes[2].search
    assert told.schemas == (Schema("marcxml", "urn:m"),)
    assert told.sets == (("dc", "urn:dc"),)
    assert (told.default("numberOfRecords"), told.setting("maximumRecords")) == (10, 50)
    assert told.default("numberOfTerms") is None
    assert list(explain_faults(ElementTree.fromstring(RECORD))) == []


@pytest.mark.parametrize("record", [None, ElementTree.fromstring("<html/>")])
def test_what_is_no_explain_record_describes_nothing(record: ElementTree.Element | None) -> None:
    assert described(record) == Description()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (NAMESPACES[0], "urn:other"),
        ("<serverInfo/>", ""),
        ("<serverInfo/>", "<serverInfo/><metaInfo/><databaseInfo/>"),
        ("<serverInfo/>", "<serverInfo/><serverInfo/>"),
        ("<serverInfo/>", "<serverInfo/><other/>"),
        ("<configInfo><default", f'<configInfo xmlns="{NAMESPACES[1]}"><default'),
    ],
)
def test_a_record_that_departs_from_zeerex_has_a_fault(old: str, new: str) -> None:
    assert old in RECORD
    assert list(explain_faults(ElementTree.fromstring(RECORD.replace(old, new, 1))))
