"""What no table can list: any parameters are answered, any text survives, any answer is in order."""

from urllib.parse import quote_from_bytes

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from protocols.sru.diagnostics import KINDS, Diagnostic
from protocols.sru.dialects import ALMA, OPEN, Escaping, ExplainShape, Operation, Style, Version
from protocols.sru.explain import Description, Index, IndexName, Server, Text, explain_record
from protocols.sru.facets import Facet, FacetTerm
from protocols.sru.json_form import write_json
from protocols.sru.parameters import PARAMETERS, decoded
from protocols.sru.request import (
    Asked,
    ExplainRequest,
    Missing,
    Offer,
    RefusedRequest,
    Request,
    Unknown,
    read_query_string,
    read_request,
)
from protocols.sru.response import (
    ExplainResponse,
    Extra,
    Record,
    Response,
    ScanResponse,
    SearchRetrieveResponse,
    Surrogate,
    Term,
    refusal,
)
from protocols.sru.schemas import Schema
from protocols.sru.soap import Fault, read_soap, write_fault, write_soap
from protocols.sru.writing import write
from tests.matrix import proves
from tests.protocols.sru.given import check_order

NAMES = sorted({name for names in PARAMETERS.values() for name in names} | {"operation"})
WORDS = st.sampled_from([
    "", "0", "1", "22", "1.1", "1.2", "2.0", "3.0", "searchRetrieve", "scan", "explain", "xml", "string",
    "packed", "cql", "cat", "a,,1 b,,0", "5:a,3:b", "recordCount,ascending:a", "client", "server", "\0",
    "<&>\"'",
])  # fmt: skip
PAIRS = st.lists(
    st.tuples(
        st.sampled_from(NAMES) | st.text(max_size=5) | st.just("x-a"),
        st.none() | WORDS | st.text(max_size=8),
    ),
    max_size=12,
)
OFFERS = st.builds(
    Offer,
    versions=st.sampled_from([tuple(Version), (Version.V1_1, Version.V1_2), (Version.V1_2, Version.V2_0)]),
    operations=st.sampled_from([frozenset(Operation), frozenset(Operation) - {Operation.SCAN}]),
    missing=st.sampled_from(Missing),
    unknown=st.sampled_from(Unknown),
    stylesheets=st.sampled_from([(), ("cat",)]),
)
STYLES = st.sampled_from([OPEN, ALMA, Style(prefix="zs")])
DESCRIBED = Description(server=Server(host="h", port=1, database="d"))


def answer(request: Request) -> Response:
    match request:
        case RefusedRequest():
            return refusal(request)
        case ExplainRequest():
            return ExplainResponse(record=b'<explain xmlns="urn:e"/>', description=DESCRIBED)
        case _ if request.asked.operation is Operation.SCAN:
            return ScanResponse(terms=(Term("a"),))
        case _:
            return SearchRetrieveResponse(number_of_records=0)


@proves("no list of parameters and no text breaks an SRU answer")
@given(PAIRS, OFFERS, STYLES)
def test_any_parameters_are_answered_in_good_form(
    pairs: list[tuple[str, str | None]], offer: Offer, style: Style
) -> None:
    request = read_request(pairs, offer)
    assert request.asked.version in offer.versions
    if isinstance(request, RefusedRequest):
        assert request.diagnostics
    root = etree.fromstring(write(answer(request), request.asked, style))
    if style is not ALMA:  # an empty records is Alma's own
        check_order(root, request.asked.version)
    write_json(answer(request), request.asked, style)
    write_soap(answer(request), request.asked, style)


@proves("no list of parameters and no text breaks an SRU answer")
@given(
    st.binary(max_size=80) | st.lists(st.sampled_from(NAMES), max_size=6).map(lambda n: "=&".join(n).encode())
)
def test_any_bytes_are_a_query_string(raw: bytes) -> None:
    request = read_query_string(raw, Offer())
    etree.fromstring(write(answer(request), request.asked, OPEN))


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1))))
def test_what_is_percent_encoded_is_decoded(pairs: list[tuple[str, str]]) -> None:
    raw = "&".join(
        f"{quote_from_bytes(n.encode(), safe='')}={quote_from_bytes(v.encode(), safe='')}" for n, v in pairs
    )
    assert decoded(raw.encode()) == pairs


SOAPS = st.binary(max_size=60) | st.text("<>/&;=\"' ae:!-[]?", max_size=60).map(
    lambda text: (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><searchRetrieveRequest '
        f'xmlns="http://www.loc.gov/zing/srw/">{text}</searchRetrieveRequest></e:Body></e:Envelope>'
    ).encode()
)


@proves("no list of parameters and no text breaks an SRU answer")
@given(SOAPS)
def test_any_body_is_a_request_or_a_fault(body: bytes) -> None:
    found = read_soap(body, Offer())
    if isinstance(found, Fault):
        etree.fromstring(write_fault(found))
    else:
        etree.fromstring(write_soap(answer(found), found.asked, OPEN))


# Text -----------------------------------------------------------------------------------------------------

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("<>&\"'\n\r\t"),
    min_size=1,
    max_size=10,
)  # fmt: skip
NUMBERS = st.sampled_from(sorted(KINDS))


def asked_for(version: Version, operation: Operation, escaping: Escaping = Escaping.XML) -> Asked:
    return Asked(version=version, operation=operation, parameters={}, escaping=escaping)


@proves("no list of parameters and no text breaks an SRU answer")
@given(TEXTS, NUMBERS, st.sampled_from(Version), st.sampled_from(Escaping), STYLES)
def test_any_text_is_read_back_from_a_search(
    text: str, number: int, version: Version, escaping: Escaping, style: Style
) -> None:
    record = etree.Element("{urn:r}r", a=text)
    record.text = text
    diagnostic = Diagnostic(number, text, text)
    response = SearchRetrieveResponse(
        number_of_records=2,
        schema=Schema(name=text, identifier=text),
        records=(Record(etree.tostring(record), text), Surrogate(diagnostic)),
        diagnostics=(diagnostic,),
        extra=Extra(cursor=text),
        facets=(Facet(text, (FacetTerm(text, 1, text, text),), text),),
    )
    asked = asked_for(version, Operation.SEARCH_RETRIEVE, escaping)
    root = etree.fromstring(write(response, asked, style))
    check_order(root, version)
    data = root.find(".//{*}recordData")
    assert data is not None
    inner = data[0] if escaping is Escaping.XML else etree.fromstring(data.text or "")
    assert (inner.text, inner.get("a")) == (text, text)
    assert root.findtext(".//{*}recordSchema") == text
    assert root.findtext(".//{*}cursor") == text
    if style is not ALMA:
        assert root.findtext("{*}diagnostics/{*}diagnostic/{*}message") == text
        assert root.findtext("{*}diagnostics/{*}diagnostic/{*}details") == text
    if version is Version.V2_0:
        assert root.findtext(".//{*}facet//{*}query") == text


@given(TEXTS, st.sampled_from(Version), STYLES)
def test_any_text_is_read_back_from_a_scan_and_an_echo(text: str, version: Version, style: Style) -> None:
    asked = Asked(
        version=version, operation=Operation.SCAN, parameters={"scanClause": text}, extra=(("x-a", text),)
    )
    root = etree.fromstring(write(ScanResponse(terms=(Term(text, 1, text),)), asked, style))
    assert (root.findtext(".//{*}value"), root.findtext(".//{*}displayTerm")) == (text, text)
    if style is not ALMA:
        assert root.findtext(".//{*}scanClause") == text
        assert root.findtext(".//{*}parameter") == text


@given(TEXTS, st.sampled_from(ExplainShape))
def test_any_text_is_read_back_from_an_explain(text: str, shape: ExplainShape) -> None:
    description = Description(
        server=Server(host=text, port=1, database=text),
        schemas=(Schema(name=text, identifier=text, title=text),),
        indexes=(Index(names=(IndexName(set=text, name=text),), titles=(Text(text=text),)),),
    )
    root = etree.fromstring(explain_record(description, shape))
    assert root.findtext(".//{*}host") == text
    schema = root.find(".//{*}schema")
    assert schema is not None
    assert (schema.get("name"), schema.get("identifier")) == (text, text)
    assert [root.findtext(f".//{{*}}index/{path}") for path in ("{*}title", "{*}map/{*}name")] == [text] * 2
