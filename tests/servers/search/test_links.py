"""Links for programs lead to SRU as it is served."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from servers.search.links import Links
from tests.matrix import proves
from tests.servers.search.given import Page
from tests.servers.sru.given import ALMA, OPEN, settings


@proves("links to the same search over SRU, in each form")
async def test_each_form_can_be_had(page: Page) -> None:
    page.town.take_on(OPEN)
    seen = await page.search("austen", where="author")
    links = seen.links("//nav[@aria-label='For programs']//a")
    assert [label for label, _ in links] == ["SRU", "JSON", "MARCXML", "MODS", "Dublin Core", "ISO 20775"]
    for label, address in links:
        answer = await page.town.get(urlsplit(address).query, urlsplit(address).path)
        assert answer.status == 200
        if label == "JSON":
            assert b'"numberOfRecords":2' in answer.body
        else:
            assert (answer.hits, answer.diagnostics) == (2, [])


def test_alma_is_asked_as_alma_is() -> None:
    links = Links(settings(ALMA)).of("a", 11)
    assert "JSON" not in [link.label for link in links]
    assert parse_qs(urlsplit(links[0].address).query) == {
        "version": ["1.2"],
        "operation": ["searchRetrieve"],
        "query": ["a"],
        "startRecord": ["11"],
        "maximumRecords": ["10"],
    }


def test_the_endpoint_that_has_the_most_is_linked_to() -> None:
    assert "JSON" in [link.label for link in Links(settings(ALMA, OPEN)).of("a")]
