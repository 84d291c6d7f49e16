"""What other servers write is read: real answers of Alma, of the Library of Congress, of Evergreen."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.calling import ClientProblem
from servers.sru.client.reading import Told, read_explain, read_scan, read_search
from servers.sru.client.summaries import Summary, summary
from tests.matrix import proves

STRING = b"""<srw:searchRetrieveResponse xmlns:srw="http://www.loc.gov/zing/srw/"><srw:version>1.1</srw:version>
<srw:numberOfRecords>3</srw:numberOfRecords><srw:records>
<srw:record><srw:recordPacking>string</srw:recordPacking>
<srw:recordData>&lt;thing xmlns="urn:x"&gt;&lt;name&gt;A  b&lt;/name&gt;&lt;/thing&gt;</srw:recordData>
</srw:record>
<srw:record><srw:recordData>&lt;thing</srw:recordData></srw:record>
<srw:record><srw:recordData><d:diagnostic xmlns:d="http://www.loc.gov/zing/srw/diagnostic/">
<d:uri>info:srw/diagnostic/1/64</d:uri><d:details>7</d:details><d:message>Gone</d:message></d:diagnostic>
</srw:recordData></srw:record></srw:records>
<srw:nextRecordPosition>4</srw:nextRecordPosition></srw:searchRetrieveResponse>"""


@pytest.fixture
def answers(real_data: Path) -> Path:
    """Answers of real servers."""
    return real_data / "alma-sru"


@proves("answers of other servers are read")
def test_every_real_answer_of_alma_is_read(answers: Path) -> None:
    read = [
        read_search(path.read_bytes()) for path in sorted(answers.glob("*.xml")) if "explain" not in path.name
    ]
    found = [one for one in read if one.hits]
    assert len(found) > 5
    copies = 0
    for one in found:
        made = [summary(record.data) for record in one.records if record.data is not None]
        assert len(made) == len(one.records)
        assert all(each.number and each.title for each in made)
        copies += sum(len(each.copies) for each in made)
    assert copies


@proves("answers of other servers are read")
def test_a_failure_is_told_by_its_diagnostic(answers: Path) -> None:
    alma = read_search((answers / "diagnostic-alma.xml").read_bytes())
    assert alma.hits is None
    assert alma.told == (Told("200832", "Mandatory parameter version was not provided"),)
    congress = read_search((answers / "diagnostic-loc-sru20.xml").read_bytes())
    assert (congress.hits, congress.told[0].number, congress.told[0].message) == (
        None,
        "10",
        "Query syntax error",
    )


@proves("answers of other servers are read")
@pytest.mark.parametrize(
    ("name", "index"), [("alma", "alma.title"), ("loc", "dc.title"), ("evergreen", "bib.title")]
)
def test_explain_of_real_servers_is_read(answers: Path, name: str, index: str) -> None:
    explained = read_explain((answers / f"explain-{name}.xml").read_bytes())
    assert index in {one.name for one in explained.indexes}
    assert explained.schemas


def test_records_may_be_texts_or_none_or_diagnostics() -> None:
    found = read_search(STRING)
    assert (found.hits, found.next) == (3, 4)
    text, broken, gone = found.records
    assert text.data is not None
    assert summary(text.data, "1") == Summary("1", texts=("name: A b",))
    assert broken.told == Told("", "the record is no XML")
    assert gone.told == Told("64", "Gone", "7")


def test_fields_of_availability_are_copies(answers: Path) -> None:
    page = read_search((answers / "berkeley-availability-sru.xml").read_bytes())
    copies = [copy for one in page.records if one.data is not None for copy in summary(one.data).copies]
    assert copies
    assert all(copy.status and copy.place for copy in copies)


@pytest.mark.parametrize("body", [b"", b"<html/>", b"<a><b>", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'])
def test_what_is_no_answer_is_told_in_a_sentence(body: bytes) -> None:
    for read in (read_search, read_scan, read_explain):
        with pytest.raises(ClientProblem, match="the answer "):
            read(body)
