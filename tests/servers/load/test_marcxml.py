"""MARCXML: records are found wherever they stand; a document cannot make the reader do anything else."""

import io
import tracemalloc

import pytest

from protocols.marc.iso2709 import Marc
from servers.load.marcxml import xml_records
from servers.load.verdict import Outcome, Verdict

SLIM = 'xmlns="http://www.loc.gov/MARC21/slim"'
INSIDE = (
    "<leader>00000nam a2200000 a 4500</leader><controlfield tag='001'>u1</controlfield>"
    "<datafield tag='245' ind1='1' ind2='0'><subfield code='a'>Tie &amp; dye</subfield></datafield>"
)
FIELDS = ((b"001", b"u1"), (b"245", b"10\x1faTie & dye"))


def read(document: str) -> list[Marc | Verdict]:
    return [record.marc for record in xml_records(io.BytesIO(document.encode()))]


def marc_of(document: str) -> Marc:
    [record] = read(document)
    assert isinstance(record, Marc)
    return record


SRW, OAI = "http://www.loc.gov/zing/srw/", "http://www.openarchives.org/OAI/2.0/"
PREFIXED = INSIDE.replace("<", "<m:").replace("<m:/", "</m:")


@pytest.mark.parametrize(
    "document",
    [
        f"<record {SLIM}>{INSIDE}</record>",
        f"<record>{INSIDE}</record>",
        f"<?xml version='1.0'?><!-- export --><collection {SLIM}><record>{INSIDE}</record></collection>",
        f"<m:collection xmlns:m='http://www.loc.gov/MARC21/slim'><m:record>{PREFIXED}</m:record></m:collection>",
        f"<r xmlns='{SRW}'><records><record><recordSchema>marcxml</recordSchema>"
        f"<recordData><record {SLIM}>{INSIDE}</record></recordData></record></records></r>",
        f"<OAI-PMH xmlns='{OAI}'><ListRecords><record><header/>"
        f"<metadata><record {SLIM}>{INSIDE}</record></metadata></record></ListRecords></OAI-PMH>",
    ],
    ids=["alone", "no namespace", "collection", "prefix", "SRU", "OAI"],
)
def test_a_record_is_found_wherever_it_stands(document: str) -> None:
    assert marc_of(document).fields == FIELDS


def test_a_wrapper_without_marc_is_one_skipped_record() -> None:
    """A deleted record of OAI, between two that are there."""
    there = f"<record><metadata><record {SLIM}>{INSIDE}</record></metadata></record>"
    first, deleted, last = read(f"<o>{there}<record><header status='deleted'/></record>{there}</o>")
    assert isinstance(first, Marc)
    assert isinstance(last, Marc)
    assert isinstance(deleted, Verdict)
    assert deleted.outcome is Outcome.SKIPPED


def test_line_ends_inside_a_field_are_white_space() -> None:
    record = marc_of("<record><controlfield tag='001'>\n  u1\n </controlfield></record>")
    assert record.first(b"001").strip() == b"u1"
    assert b"\n" not in record.first(b"001")


@pytest.mark.parametrize(
    ("given", "leader"), [("", b"     nam a22     u  4500"), ("00000cas", b"00000cas".ljust(24))]
)
def test_a_leader_is_always_24_bytes(given: str, leader: bytes) -> None:
    element = f"<leader>{given}</leader>" if given else ""
    assert marc_of(f"<record>{element}<controlfield tag='001'>u1</controlfield></record>").leader == leader


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<controlfield tag='1'>x</controlfield>", "a tag"),
        ("<datafield tag='245'><subfield code='ab'>x</subfield></datafield>", "a subfield code"),
        ("<datafield tag='245'><subfield>x</subfield></datafield>", "a subfield code"),
        ("<datafield tag='245'><subfield code='a'>x<b>y</b></subfield></datafield>", "markup"),
    ],
)
def test_a_bad_record_costs_itself_only(inside: str, reason: str) -> None:
    bad, good = read(f"<collection><record>{inside}</record><record>{INSIDE}</record></collection>")
    assert isinstance(bad, Verdict)
    assert bad.reason.startswith(reason)
    assert isinstance(good, Marc)


def test_what_stands_before_a_break_is_read_and_the_break_is_told() -> None:
    good, broken = read(f"<collection><record>{INSIDE}</record><record><leader></record></collection>")
    assert isinstance(good, Marc)
    assert isinstance(broken, Verdict)
    assert broken.reason.startswith("not well-formed XML")


def test_entities_are_not_expanded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither a file of this machine nor a billion laughs comes into a record."""
    secret = tmp_path_factory.mktemp("secret") / "secret"
    secret.write_text("secret")
    document = (
        f"<!DOCTYPE record [<!ENTITY file SYSTEM 'file://{secret}'><!ENTITY ha 'haha'>]>"
        "<record><controlfield tag='001'>u1</controlfield>"
        "<datafield tag='245'><subfield code='a'>&file;&ha;</subfield></datafield></record>"
    )
    [record] = read(document)
    assert isinstance(record, Verdict)
    assert record.reason == "markup or an unknown entity inside a field"


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(records: int) -> int:
        document = f"<collection>{f'<record>{INSIDE}</record>' * records}</collection>".encode()
        stream = io.BytesIO(document)
        tracemalloc.start()
        assert sum(1 for _ in xml_records(stream)) == records
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(10)  # what is made once
    assert peak(4000) < 4 * peak(400)
