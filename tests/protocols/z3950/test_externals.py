"""What is inside EXTERNALs, both ways."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from protocols.z3950 import externals, oids
from protocols.z3950.declarations import Raw
from protocols.z3950.errors import RemoteError
from protocols.z3950.externals import (
    CharSetandLanguageNegotiation,
    CircRecord,
    Content,
    HoldingsAndCircData,
    Iso10646,
    OpacRecord,
    OriginProposal,
    SearchInfoReport,
    SubqueryReport,
    Sutrs,
    cql_query,
    cql_text,
    opened,
    sealed,
)
from protocols.z3950.oids import Oid
from protocols.z3950.structures import External
from tests.matrix import proves
from tests.protocols.z3950.values import values

TABLE: list[tuple[Content, Oid, str]] = [
    (Sutrs("a\n"), oids.SUTRS, "1b 02 61 0a"),
    (
        SearchInfoReport((SubqueryReport(full_query=True, subquery_count=23),)),
        oids.SEARCH_RESULT_1,
        "30 08 30 06 82 01 01 86 01 17",
    ),
    (
        CharSetandLanguageNegotiation(
            OriginProposal(
                proposed_char_sets=(Iso10646(encoding_level=oids.UTF_8),),
                proposed_languages=("eng",),
                records_in_selected_char_sets=True,
            )
        ),
        oids.CHARSET_3,
        "a1 16 a1 0a a2 08 82 06 28 d3 16 01 00 08 a2 05 1b 03 65 6e 67 83 01 01",
    ),
    (
        OpacRecord(
            bibliographic_record=External(direct_reference=oids.USMARC, encoding=b"m"),
            holdings_data=(
                HoldingsAndCircData(
                    local_location="L",
                    circulation_data=(
                        CircRecord(available_now=False, item_id="7", renewable=False, on_hold=True),
                    ),
                ),
            ),
        ),
        oids.OPAC,
        "30 25 a1 0c 06 07 2a 86 48 ce 13 05 0a 81 01 6d"
        "a2 15 a2 13 89 01 4c b3 0e 30 0c 81 01 00 85 01 37 86 01 00 87 01 01",
    ),
]


@proves("Z39.50: OPAC records with holdings and circulation")
@pytest.mark.parametrize(("content", "reference", "octets"), TABLE)
def test_contents_both_ways(content: Content, reference: Oid, octets: str) -> None:
    external = External(direct_reference=reference, encoding=Raw(bytes.fromhex(octets)))
    assert sealed(content) == external
    assert opened(external) == content


@pytest.mark.parametrize("kind", list(dict.fromkeys(externals.KINDS.values())))
def test_every_kind_is_read_back(kind: type[msgspec.Struct]) -> None:
    @given(values(kind))
    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    def read_back(content: Content) -> None:
        assert opened(sealed(content)) == content

    read_back()


@pytest.mark.parametrize("reference", [None, oids.USMARC, oids.GRS_1])
def test_what_nobody_knows_stays_as_it_is(reference: Oid | None) -> None:
    assert opened(External(direct_reference=reference, encoding=b"x")) is None


@pytest.mark.parametrize("octets", ["", "1b", "1b 01", "02 01 05", "1b 00 1b 00"])
def test_what_is_not_what_it_says_is_an_error(octets: str) -> None:
    with pytest.raises(RemoteError):
        opened(External(direct_reference=oids.SUTRS, encoding=Raw(bytes.fromhex(octets))))


def test_cql_both_ways() -> None:
    query = cql_query("title = épée")
    assert query.direct_reference == oids.CQL
    assert cql_text(query) == "title = épée"
    assert cql_text(External(direct_reference=oids.CQL, encoding=b"dog")) == "dog"
    assert cql_text(External(direct_reference=oids.SUTRS, encoding=b"dog")) is None
    with pytest.raises(RemoteError):
        cql_text(External(direct_reference=oids.CQL, encoding=Raw(b"\x02\x01\x05")))
