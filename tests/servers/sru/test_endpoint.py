"""SRU over HTTP: the same however it comes, in the form that is asked for, with the manners of the web."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from servers.configuration.settings import Quirk, SruProfile, SruStyle, UnknownParameters
from servers.http.exchange import TEXT
from servers.http.refusals import Refusal, refused, refused_by
from servers.sru.endpoint import wants_json
from tests.matrix import proves
from tests.servers.sru.given import ALMA, OPEN, Town

FORM = "application/x-www-form-urlencoded"
ASKED = {
    "version": "1.1",
    "operation": "searchRetrieve",
    "query": "dc.creator = austen",
    "maximumRecords": "1",
}
ENVELOPE = (
    b'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
    b'<searchRetrieveRequest xmlns="http://www.loc.gov/zing/srw/"><version>1.1</version>'
    b"<query>dc.creator = austen</query><maximumRecords>1</maximumRecords></searchRetrieveRequest>"
    b"</S:Body></S:Envelope>"
)


class TestWaysIn:
    @proves("GET, a posted form and SOAP are answered alike")
    async def test_get_post_and_soap_say_the_same(self, alma: Town) -> None:
        by_get = await alma.get(urlencode(ASKED))
        by_form = await alma.post(urlencode(ASKED).encode(), FORM)
        by_soap = await alma.post(ENVELOPE, "text/xml; charset=utf-8")
        assert by_get.body == by_form.body
        (inside,) = by_soap.root.iter("{http://www.loc.gov/zing/srw/}searchRetrieveResponse")
        assert [one.tag for one in inside] == [one.tag for one in by_get.root]
        assert by_soap.texts("numberOfRecords") == by_get.texts("numberOfRecords") == ["2"]

    async def test_a_posted_form_is_not_mixed_with_the_address(self, alma: Town) -> None:
        answer = await alma.send(
            "POST", "/view/sru/TOWN", "query=metropolis", urlencode(ASKED).encode(), {"Content-Type": FORM}
        )
        assert (answer.hits, answer.diagnostics) == (2, [])

    async def test_what_is_no_envelope_is_a_fault(self, alma: Town) -> None:
        answer = await alma.post(b"<hello/>", "text/xml")
        assert (answer.status, answer.texts("faultcode")) == (500, ["SOAP:Client"])

    def test_only_forms_and_envelopes_are_taken(self, alma: Town) -> None:
        found = alma.application.find("/view/sru/TOWN")
        assert found is not None
        route = found.route("POST")
        assert route is not None
        assert route.takes == {FORM, "text/xml", "application/soap+xml"}

    async def test_bytes_that_are_no_text_are_a_wrong_value(self, town: Town) -> None:
        answer = await town.get("version=1.2&operation=searchRetrieve&query=%ff%fe")
        assert [number for number, _ in answer.diagnostics] == [6]
        assert answer.status == 200


@pytest.mark.parametrize(
    ("method", "body", "kind"),
    [
        ("GET", b"", ""),
        ("POST", b"operation=searchRetrieve&query=x&version=1.2", FORM),
        ("POST", ENVELOPE, "text/xml"),
    ],
)
async def test_a_database_that_there_is_not(alma: Town, method: str, body: bytes, kind: str) -> None:
    query = "version=1.2&operation=searchRetrieve&query=x" if method == "GET" else ""
    answer = await alma.send(method, "/view/sru/NOWHERE", query, body, {"Content-Type": kind})
    assert answer.diagnostics == [(235, "NOWHERE")]
    assert answer.status == 200


async def test_a_fault_of_soap_needs_no_database(alma: Town) -> None:
    answer = await alma.post(b"<hello/>", "text/xml", "/view/sru/NOWHERE")
    assert answer.status == 500


async def test_each_profile_has_its_database(town: Town) -> None:
    town.take_on(ALMA, replace(OPEN, database="SECOND"))
    first = await town.get("operation=explain&version=1.2")
    second = await town.get("operation=explain&version=1.2", "/view/sru/SECOND")
    assert (first.texts("database"), second.texts("database")) == (["TOWN"], ["SECOND"])


class TestForms:
    @pytest.mark.parametrize(
        ("version", "accept", "kind"),
        [
            ("1.1", "", "text/xml; charset=utf-8"),
            ("1.2", "text/html", "text/xml; charset=utf-8"),
            ("2.0", "", "application/sru+xml; charset=utf-8"),
            ("2.0", "*/*", "application/sru+xml; charset=utf-8"),
            ("2.0", "text/html,application/xhtml+xml,*/*;q=0.8", "application/xml; charset=utf-8"),
            ("2.0", "application/sru+xml, text/html", "application/sru+xml; charset=utf-8"),
        ],
    )
    async def test_the_media_type(self, town: Town, version: str, accept: str, kind: str) -> None:
        query = (
            urlencode({"version": version, "operation": "searchRetrieve", "query": "x"})
            if version != "2.0"
            else ("version=2.0&query=x")
        )
        answer = await town.get(query, Accept=accept)
        assert answer.answer.content_type == kind

    @proves("JSON, CORS and OPTIONS for pages that ask the catalogue themselves")
    async def test_json_by_accept_and_by_parameter(self, town: Town) -> None:
        by_header = await town.get("query=emma&version=2.0", Accept="application/json")
        by_parameter = await town.get("query=emma&version=2.0&httpAccept=application/json")
        for answer in (by_header, by_parameter):
            told = json.loads(answer.body)
            assert answer.answer.content_type == "application/json"
            assert told["numberOfRecords"] == 1
            assert "AVA" in told["records"][0]["recordData"]
        assert (await town.get(Accept="application/json")).answer.content_type == "application/json"

    async def test_alma_has_no_json(self, alma: Town) -> None:
        answer = await alma.get(urlencode(ASKED), Accept="application/json")
        assert answer.answer.content_type == "text/xml; charset=utf-8"

    @pytest.mark.parametrize(
        ("accept", "wanted"),
        [
            ("application/json", True),
            ("json", True),
            ("application/json;q=0.5, application/xml;q=0.9", False),
            ("application/json, */*", True),
            ("application/json;q=0", False),
            ("application/json;q=x", False),
            ("*/*", False),
            ("", False),
        ],
    )
    def test_json_is_for_who_wants_it_more_than_xml(self, accept: str, wanted: bool) -> None:
        assert wants_json(accept) is wanted

    async def test_pages_of_other_origins_may_ask(self, town: Town) -> None:
        answer = await town.get("query=emma&version=2.0")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        before = await town.send("OPTIONS", "/view/sru/TOWN", "", b"", {})
        assert (before.status, before.body) == (204, b"")
        assert "POST" in before.headers["Access-Control-Allow-Methods"]

    async def test_at_alma_they_may_not(self, alma: Town) -> None:
        assert "Access-Control-Allow-Origin" not in (await alma.get(urlencode(ASKED))).headers
        found = alma.application.find("/view/sru/TOWN")
        assert found is not None
        assert found.route("OPTIONS") is None

    async def test_a_stylesheet_is_one_that_the_profile_names(self, town: Town) -> None:
        town.take_on(replace(OPEN, stylesheets=("/sru.xsl",)))
        good = await town.search("emma", stylesheet="/sru.xsl")
        assert b'<?xml-stylesheet type="text/xsl" href="/sru.xsl"?>' in good.body
        other = await town.search("emma", stylesheet="javascript:alert(1)")
        assert other.diagnostics == [(111, "javascript:alert(1)")]
        assert (other.hits, b"<?xml-stylesheet" in other.body) == (1, False)


class TestEcho:
    @pytest.mark.parametrize(
        ("host", "base"),
        [
            ("cat.example", "https://cat.example/view/sru/TOWN"),
            ("cat.example:8443", "https://cat.example:8443/view/sru/TOWN"),
            ("[::1]:8443", "https://[::1]:8443/view/sru/TOWN"),
            ("<script>", "https://localhost/view/sru/TOWN"),
            ("", "https://localhost/view/sru/TOWN"),
        ],
    )
    async def test_the_address_is_the_one_that_was_used(self, town: Town, host: str, base: str) -> None:
        query = urlencode({"version": "1.2", "operation": "searchRetrieve", "query": "emma"})
        assert (await town.get(query, Host=host)).texts("baseUrl") == [base]

    async def test_the_query_comes_back_as_xcql(self, town: Town) -> None:
        first = await town.search("emma and jane")
        assert first.root.find(".//{http://www.loc.gov/zing/cql/xcql/}triple") is not None
        second = await town.search_2("emma and jane")
        assert second.root.find(".//{http://docs.oasis-open.org/ns/search-ws/xcql}triple") is not None


class TestComeAgain:
    @proves("a server that is busy says so in SRU")
    @pytest.mark.parametrize(
        "refusal", [Refusal.BUSY, Refusal.TOO_OFTEN, Refusal.SLOW_ANSWER, Refusal.DRAINING]
    )
    def test_what_the_listener_refuses_for_now_is_told_in_sru(self, alma: Town, refusal: Refusal) -> None:
        found = alma.application.find("/view/sru/TOWN")
        assert found is not None
        route = found.route("GET")
        assert route is not None
        told = refused_by(route, refusal, Retry_After="7")
        assert told.status in (429, 503)
        assert told.headers["Retry-After"] == "7"
        assert told.content_type == "text/xml; charset=utf-8"
        assert b"info:srw/diagnostic/1/2<" in told.body
        assert b"try again after 7 s" in told.body

    def test_what_it_refuses_for_good_is_told_as_to_all(self, alma: Town) -> None:
        found = alma.application.find("/view/sru/TOWN")
        assert found is not None
        route = found.route("POST")
        assert route is not None
        assert refused_by(route, Refusal.LONG_BODY) == refused(Refusal.LONG_BODY)
        assert refused(Refusal.LONG_BODY).content_type == TEXT

    def test_limits_are_the_profile_s(self, alma: Town) -> None:
        alma.take_on(SruProfile(rate_per_source=3, burst_per_source=1, in_flight=2, in_flight_per_source=1))
        found = alma.application.find("/view/sru/TOWN")
        assert found is not None
        route = found.route("GET")
        assert route is not None
        assert (route.bounds.rate, route.bounds.burst, route.bounds.in_flight) == (3, 1, 2)


class TestQuirks:
    """Each for the client that needs it."""

    @proves("each quirk in which servers differ is a switch")
    async def test_readers_that_compare_uris(self, alma: Town) -> None:
        """biblioteq, and whoever reads Alma's short name as a broken URI."""
        assert (await alma.search("emma")).texts("recordSchema") == ["marcxml"]
        alma.take_on(SruProfile(short_schema_names=Quirk.OFF))
        assert (await alma.search("emma")).texts("recordSchema") == [
            "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"
        ]

    async def test_clients_that_know_alma_s_own_number(self, alma: Town) -> None:
        """sru-queryer keeps an answer without a version: the number 200832 in it."""
        missing = await alma.get("operation=searchRetrieve&query=emma")
        assert missing.diagnostics == [(7, "200832")]
        assert missing.texts("message") == ["Mandatory parameter version was not provided"]
        alma.take_on(SruProfile(alma_numbers=Quirk.OFF))
        plain = await alma.get("operation=searchRetrieve&query=emma")
        assert plain.diagnostics == [(7, "version")]

    async def test_clients_that_leave_out_operation_and_version(self, alma: Town) -> None:
        """sruthi against servers that differ: lenient about what is missing."""
        alma.take_on(SruProfile(version_needed=Quirk.OFF))
        assert (await alma.get("query=emma")).hits == 1
        alma.take_on(SruProfile(style=SruStyle.OPEN, version_needed=Quirk.ON))
        assert (await alma.get("query=emma")).diagnostics[0][0] == 7

    async def test_clients_that_count_records_elements(self, alma: Town) -> None:
        """almasru-like readers, which look for records in every answer."""
        empty = await alma.search("nothing-of-the-kind")
        assert len(empty.root.findall("{*}records")) == 1
        alma.take_on(SruProfile(empty_records=Quirk.OFF))
        assert (await alma.search("nothing-of-the-kind")).root.findall("{*}records") == []

    async def test_clients_that_read_a_number_from_a_failure(self, alma: Town) -> None:
        """yaz-client and zoomsh, which take an answer without it for a broken one."""
        assert (await alma.search("emma (")).texts("numberOfRecords") == ["0"]
        alma.take_on(SruProfile(count_failures=Quirk.OFF))
        assert (await alma.search("emma (")).texts("numberOfRecords") == []

    async def test_harvesters_that_go_on_until_they_are_told(self, alma: Town) -> None:
        """muscat: what lies beyond the end must not look like the end of a list."""
        assert (await alma.search("emma", startRecord=2)).diagnostics == []
        alma.take_on(SruProfile(beyond_the_end=Quirk.OFF))
        assert (await alma.search("emma", startRecord=2)).diagnostics == [(61, "1")]

    async def test_browsers_that_add_a_number_against_caches(self, alma: Town) -> None:
        """jQuery's `_=1699999999`."""
        assert (await alma.search("emma", _=1699999999)).diagnostics == []
        alma.take_on(SruProfile(unknown_parameters=UnknownParameters.WARNED))
        warned = await alma.search("emma", _=1699999999)
        assert (warned.hits, warned.diagnostics) == (1, [(8, "_")])
        alma.take_on(SruProfile(unknown_parameters=UnknownParameters.REFUSED))
        assert (await alma.search("emma", _=1)).hits == 0

    async def test_clients_that_want_to_see_their_question(self, alma: Town) -> None:
        """srupy reads echoedSearchRetrieveRequest."""
        assert (await alma.search("emma")).texts("echoedSearchRetrieveRequest") == []
        alma.take_on(SruProfile(echo=Quirk.ON))
        assert len((await alma.search("emma")).texts("echoedSearchRetrieveRequest")) == 1

    async def test_pages_that_ask_an_alma_themselves(self, alma: Town) -> None:
        """Catalogue badges in the browser, without a proxy of their own."""
        alma.take_on(SruProfile(cors=Quirk.ON))
        assert (await alma.search("emma")).headers["Access-Control-Allow-Origin"] == "*"


class TestLog:
    async def test_a_search_is_told_in_the_log(self, town: Town) -> None:
        answer = await town.search("alma.title = emma")
        assert answer.answer.told == {
            "database": "TOWN",
            "operation": "searchRetrieve",
            "query": "alma.title = emma",
            "hits": 1,
        }

    async def test_a_long_query_does_not_fill_the_log(self, town: Town) -> None:
        answer = await town.search('"' + "x " * 900 + '"')
        assert len(str(answer.answer.told["query"])) == 500

    async def test_diagnostics_are_told_and_counted(self, town: Town) -> None:
        answer = await town.search("alma.titel = emma")
        assert answer.answer.told["diagnostics"] == [16]
        await town.search("emma")
        await town.get("", "/view/sru/NOWHERE")
        await town.get()
        assert town.front.answers == {
            ("TOWN", "searchRetrieve", "16"): 1,
            ("TOWN", "searchRetrieve", ""): 1,
            ("TOWN", "explain", ""): 1,
            ("", "", "235"): 1,
        }


async def test_a_reload_keeps_result_sets(town: Town) -> None:
    made = await town.search("emma", resultSetTTL=60)
    town.take_on(OPEN)
    (name,) = made.texts("resultSetId")
    assert (await town.search(f"cql.resultSetId = {name}")).hits == 1


def test_no_profile_no_routes(town: Town) -> None:
    settings = replace(town.settings, sru=())
    assert list(town.front.routes(settings)) == []
