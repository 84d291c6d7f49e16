"""The page in a browser: whole, guarded, and nobody's business but the reader's."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from msgspec.structs import replace

from core.model.records import Patron
from servers.configuration.settings import SearchPageSettings
from servers.http.application import Application
from servers.search.front import CSS, HTML, SVG
from tests.fakes.world import EMMA, KIOSK
from tests.matrix import proves
from tests.servers.search.given import Page, Seen
from tests.servers.sru.given import ALMA, TOWN_RECORDS, settings

ADDRESSES = (
    "/",
    "/?q=austen&in=author",
    "/?q=zzz",
    "/?q=pride+zzz",
    "/?in=cql&q=(a",
    "/?q=&language=eng",
    "/record/b1",
    "/record/b5",
    "/record/none",
)


async def every(page: Page) -> list[Seen]:
    """A page of each kind."""
    return [await page.open(address) for address in ADDRESSES]


@proves("a page is whole without scripts, and shown by a browser")
async def test_no_page_has_a_script_or_a_style_in_it_or_takes_anything_from_elsewhere(page: Page) -> None:
    for seen in await every(page):
        assert not seen.document.xpath("//script | //style | //@style | //@*[starts-with(name(), 'on')]")
        taken = seen.document.xpath("//link/@href | //img/@src | //form/@action")
        assert taken
        assert all(address.startswith("/") for address in taken)
        guarded = seen.answer.headers["Content-Security-Policy"]
        assert guarded.startswith("default-src 'none'; style-src 'self'; ")
        assert "unsafe" not in guarded
        assert seen.answer.content_type == HTML


async def test_every_page_can_be_read_aloud_and_gone_through_by_keyboard(page: Page) -> None:
    for seen in await every(page):
        document = seen.document
        assert document.get("lang") == "en"
        assert len(document.xpath("//h1")) == 1
        assert document.xpath("//title")[0].text_content().endswith("Town Library")
        assert document.xpath("//main[@id = substring-after(//a[@class='skip']/@href, '#')]")
        fields = document.xpath("//form//input | //form//select")
        labels = document.xpath("//label/@for")
        assert [field.get("id") for field in fields] == labels
        assert document.xpath("//meta[@name='viewport']/@content") == ["width=device-width, initial-scale=1"]
        assert all(document.xpath(f"count(//*[@id='{name}'])") == 1 for name in document.xpath("//@id"))
        assert list(_skipped(document.xpath("//h1 | //h2 | //h3"))) == []


def _skipped(headings: list[object]) -> Iterator[str]:
    """Headings that are more than one level below the one before."""
    level = 0
    for heading in headings:
        found = int(str(heading.tag)[1])  # type: ignore[attr-defined]  # an element of lxml
        if found > level + 1:
            yield str(heading)
        level = found


@proves("a page shows nothing of any patron")
async def test_whoever_has_a_copy_stands_nowhere(page: Page) -> None:
    world = page.town.world
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    patrons = [record for record in TOWN_RECORDS if isinstance(record, Patron)]
    for seen in await every(page):
        for patron in patrons:
            for secret in (patron.barcode, patron.family, *patron.identifiers):
                assert secret not in seen.text, secret


async def test_what_is_typed_is_never_taken_for_a_part_of_the_page(page: Page) -> None:
    for where in ("anywhere", "cql"):
        seen = await page.search('"><script>alert(1)</script>', where=where)
        assert "<script" not in seen.text
    seen = await page.open("/?q=a&language=%3Cimg+src%3Dx%3E")
    assert "<img" not in seen.text


async def test_the_log_is_told_how_much_was_found_and_not_what_was_sought(page: Page) -> None:
    seen = await page.search("austen", where="author")
    assert seen.answer.told == {"page": "hits", "hits": 2}


async def test_the_start_tells_how_much_there_is_and_leads_on(page: Page) -> None:
    seen = await page.open("/")
    assert seen.status == HTTPStatus.OK
    assert seen.text_of("//p[@class='lead']").startswith("5 titles, 5 copies. ")
    assert ("Central Library", "/?library=main") in seen.links("//div[@class='browse']//a")


@proves("the page can be switched off")
async def test_there_is_no_page_where_the_configuration_says_so(page: Page) -> None:
    off = replace(settings(), search_page=SearchPageSettings(enabled=False))
    assert Application(page.front.routes(off)).find("/") is None


async def test_the_page_goes_on_by_new_settings(page: Page) -> None:
    page.serve(settings(ALMA))
    seen = await page.search("austen")
    assert "JSON" not in dict(seen.links())


@pytest.mark.parametrize(("path", "kind"), [("/catalogue.css", CSS), ("/catalogue.svg", SVG)])
async def test_files_are_had_once(page: Page, path: str, kind: str) -> None:
    seen = await page.open(path)
    assert seen.answer.content_type == kind
    assert seen.answer.headers["Cache-Control"] == "public, max-age=3600"
    again = await page.open(path, If_None_Match=seen.answer.headers["ETag"])
    assert (again.status, again.answer.body) == (HTTPStatus.NOT_MODIFIED, b"")


async def test_while_there_is_no_index_it_is_told_to_come_again(page: Page) -> None:
    page.town.index = None
    assert (await page.open("/")).status == HTTPStatus.OK
    seen = await page.search("austen")
    assert seen.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert seen.answer.headers["Retry-After"] == "5"
    assert seen.text_of("//h1") == "The catalogue is not there just now"


@proves("a record with every copy of it")
async def test_a_record_has_every_copy_and_what_it_is(page: Page) -> None:
    page.town.world.desk.check_out(KIOSK, "P1", "I1")
    page.town.world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
    seen = await page.open("/record/b1")
    assert seen.text_of("//h1") == "Emma & other stories"
    rows = seen.texts("//tbody/tr")
    assert rows == [
        "On loan, due 30 March 2026 Central Library, Main stacks PR4034 .E5 I1",
        "Available Central Library, Main stacks PR4034 .E5 I2",
    ]
    assert "1 reader is waiting for it." in seen.texts("//section/p")
    assert seen.address("Austen, Jane") == "/?q=%22Austen%2C+Jane%22&in=author"
    assert (await page.open(seen.address("Austen, Jane"))).titles == [
        "Emma & other stories",
        "Pride and prejudice",
    ]


async def test_what_is_online_is_a_link(page: Page) -> None:
    seen = await page.open("/record/b5")
    assert seen.address("Games") == "https://books.example/su?a=1&b=2"
    assert seen.texts("//tbody/tr") == []


async def test_a_record_that_is_none_is_told_to_be(page: Page) -> None:
    seen = await page.open("/record/none")
    assert seen.status == HTTPStatus.NOT_FOUND
    assert seen.text_of("//h1") == "There is no such record"


@proves("a check-out is on the next page that is shown")
async def test_a_check_out_is_on_the_next_page(page: Page) -> None:
    world = page.town.world
    before = await page.search("emma", where="title")
    world.desk.check_out(KIOSK, "P1", "I1")
    between = await page.search("emma", where="title")
    world.desk.check_out(KIOSK, "P2", "I2")
    after = await page.search("emma", where="title")
    assert [seen.text_of("//ul[@class='places']/li") for seen in (before, between, after)] == [
        "Available Central Library, Main stacks PR4034 .E5 2 of 2 in",
        "Available Central Library, Main stacks PR4034 .E5 1 of 2 in",
        "On loan, due 30 March 2026 Central Library, Main stacks PR4034 .E5 0 of 2 in",
    ]
