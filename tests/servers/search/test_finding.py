"""What is found, narrowed down and ordered; and what helps where nothing is."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import pytest
from msgspec.structs import replace

from core.ports import StoreRefused
from protocols.cql.writing import write
from servers.search.asked import Asked, typed
from servers.search.finding import COME_AGAIN, Finder, last_page
from tests.fakes.naive_index import NaiveIndex
from tests.fakes.world import KIOSK
from tests.matrix import proves
from tests.servers.search.given import Page, Seen
from tests.servers.sru.given import settings


@proves("a search in a field of the page is a query in CQL")
@pytest.mark.parametrize(
    ("text", "where", "titles"),
    [
        ("austen", "anywhere", ["Emma & other stories", "Pride and prejudice"]),
        ("prejudice pride", "title", ["Pride and prejudice"]),
        ('"prejudice pride"', "title", []),
        ("atl*", "title", ["The atlas of the world"]),
        ("courtship", "subject", ["Pride and prejudice"]),
        ("978-0-14-143958-7", "isbn", ["Emma & other stories"]),
        ("I3", "barcode", ["Metropolis"]),
        ("PR4034 .E5", "call-number", ["Emma & other stories"]),
        ("alma.title = emma or alma.title = sudoku", "cql", ["Emma & other stories", "Sudoku für Anfänger"]),
    ],
)
async def test_what_is_typed_is_found(page: Page, text: str, where: str, titles: list[str]) -> None:
    seen = await page.search(text, where=where)
    assert seen.status == HTTPStatus.OK
    assert seen.titles == titles
    over_sru = await page.town.search_2(write(typed(Asked(text, where))))
    assert over_sru.hits == len(titles)


@proves("hits with what is on the shelf now, and when the rest is due")
async def test_hits_tell_where_they_are(page: Page) -> None:
    page.town.world.desk.check_out(KIOSK, "P1", "I3")
    seen = await page.search("cql.allRecords = 1", where="cql", order="oldest")
    assert seen.titles == [
        "Pride and prejudice",
        "Emma & other stories",
        "Metropolis",
        "The atlas of the world",
        "Sudoku für Anfänger",
    ]
    assert seen.texts("//ul[@class='places']/li") == [
        "Available East Branch, Films",
        "Available Central Library, Main stacks PR4034 .E5 2 of 2 in",
        "On loan, due 16 March 2026 East Branch, Films",
        "Available Central Library, Main stacks",
        "Online Games",
    ]


@proves("hits are narrowed down, ordered and paged")
async def test_hits_are_narrowed_down_by_what_they_have(page: Page) -> None:
    seen = await page.open("/?language=eng")
    assert seen.text_of("//h1") == "5 titles"
    assert seen.address("Central Library") == "/?language=eng&library=main"
    fewer = await page.open(seen.address("Central Library"))
    assert fewer.titles == ["The atlas of the world", "Emma & other stories", "Pride and prejudice"]
    assert fewer.texts("//ul[@class='applied']/li") == [
        "Language: English take away",
        "Library: Central Library take away",
    ]
    wider = await page.open(fewer.links("//ul[@class='applied']//a")[1][1])
    assert len(wider.titles) == 5


@proves("hits are narrowed down, ordered and paged")
@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("title", "The atlas of the world"),
        ("author", "Emma & other stories"),
        ("newest", "Sudoku für Anfänger"),
        ("oldest", "Pride and prejudice"),
    ],
)
async def test_hits_are_ordered(page: Page, order: str, first: str) -> None:
    seen = await page.open(f"/?language=eng&order={order}")
    assert seen.titles[0] == first
    assert seen.text_of("//strong[@aria-current='true']").lower() == order


async def test_too_many_hits_are_not_put_in_order(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servers.search.finding.MOST_ORDERED", 4)
    seen = await page.open("/?language=eng&order=newest")
    assert seen.titles[0] == "Emma & other stories"
    assert "too many to be put in order" in seen.text
    assert not seen.document.xpath("//nav[@aria-label='Order']")


async def test_the_values_of_the_whole_catalogue_are_counted_once_a_minute(page: Page) -> None:
    def names(seen: Seen) -> list[str]:
        return seen.texts("//div[@class='browse']//h3")

    page.town.index = None
    assert names(await page.open("/")) == []
    page.town.index = NaiveIndex()
    page.town.fill()
    before = names(await page.open("/"))
    assert "Library" in before
    page.town.index.clear()
    page.town.index.commit(2)
    assert names(await page.open("/")) == before
    page.town.world.clock.advance(minutes=2)
    assert names(await page.open("/")) == []


async def test_a_query_keeps_its_own_order(page: Page) -> None:
    seen = await page.search("cql.allRecords = 1 sortBy alma.title/sort.descending", where="cql")
    assert seen.titles[0] == "Sudoku für Anfänger"


@proves("hits are narrowed down, ordered and paged")
async def test_pages_join(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("servers.search.finding.PER_PAGE", "servers.search.asked.PER_PAGE"):
        monkeypatch.setattr(name, 2)
    first = await page.open("/?language=eng")
    assert first.document.xpath("//ol/@start") == ["1"]
    second = await page.open(first.address("Next"))
    assert second.document.xpath("//ol/@start") == ["3"]
    last = await page.open(second.address("Next"))
    whole = [*first.titles, *second.titles, *last.titles]
    assert len(set(whole)) == len(whole) == 5
    assert last.address("Previous") == "/?language=eng&page=2"
    assert "Next" not in dict(last.links())
    beyond = await page.open("/?language=eng&page=9")
    assert beyond.address("Go to the first one.") == "/?language=eng"


@proves("what each word finds alone, where all together find nothing")
async def test_words_are_counted_alone_where_nothing_has_all_of_them(page: Page) -> None:
    seen = await page.search("emma prejudise", where="title", language="eng")
    assert seen.texts("//ul[@class='parts']/li") == [
        "1 emma",
        "0 prejudise",
        "0 emma prejudise, not narrowed down",
    ]
    assert seen.links("//ul[@class='parts']//a") == [("emma", "/?q=emma&in=title")]


@proves("what each word finds alone, where all together find nothing")
async def test_so_are_the_clauses_of_a_query(page: Page) -> None:
    seen = await page.search("alma.title = emma and (alma.creator = x or dc.title = pride)", where="cql")
    assert (
        seen.texts("//ul[@class='parts']/li")
        == [
            "1 alma.title = emma",
            "0 alma.creator = x",
            "1 dc.title = pride",
        ]
        or seen.titles == []
    )


async def test_one_word_that_is_not_there_is_told_to_be_looked_at(page: Page) -> None:
    seen = await page.search("zzz")
    assert "See to the spelling" in seen.text
    assert seen.texts("//ul[@class='parts']") == []


@proves("a mistake in a query is pointed at, with what helps")
@pytest.mark.parametrize(
    ("query", "pointed", "hint"),
    [
        ("alma.titel = emma", "alma.titel = emma\n^", "There is no such index; near it: alma.title"),
        ("emma and (b", "emma and (b\n         ^", "parenthes"),
        ("a or dc.title = x*y*z*1*2*3*4*5*6*7*8*9*0*a*b", "a or dc.title", "Use fewer masks."),
        ("alma.main_pub_date > x", "alma.main_pub_date > x\n^", "A number is expected."),
    ],
)
async def test_a_mistake_is_pointed_at(page: Page, query: str, pointed: str, hint: str) -> None:
    seen = await page.search(query, where="cql")
    assert seen.status == HTTPStatus.BAD_REQUEST
    assert seen.text_of("//h1") == "This cannot be searched for"
    assert hint in seen.text
    assert seen.document.xpath("//pre")[0].text.startswith(pointed)


async def test_in_a_field_a_mistake_needs_no_caret(page: Page) -> None:
    seen = await page.search("a*", where="title")
    assert seen.status == HTTPStatus.BAD_REQUEST
    assert not seen.document.xpath("//pre")
    assert "More letters are needed beside the mask." in seen.text


async def test_an_order_that_there_is_not_is_told(page: Page) -> None:
    seen = await page.search("a sortBy dc.subject", where="cql")
    assert "Explain lists the indexes that sort." in seen.text
    seen = await page.search("a sortBy dc.subjekt", where="cql")
    assert seen.document.xpath("//pre")[0].text == "a sortBy dc.subjekt\n         ^"


async def test_what_was_undone_meanwhile_is_looked_at_anew(page: Page) -> None:
    world = page.town.world
    world.store.hold()
    world.store.refuse_next()
    world.desk.check_out(KIOSK, "P1", "I1")
    showing = asyncio.ensure_future(page.search("emma", where="title"))
    await world.store.waiting()
    assert not showing.done()
    world.store.release()
    assert "2 of 2 in" in (await showing).text


async def test_what_nobody_can_know_is_not_shown(page: Page) -> None:
    world = page.town.world
    world.store.lose_next()
    world.desk.check_out(KIOSK, "P1", "I1")
    seen = await page.search("emma", where="title")
    assert seen.status == HTTPStatus.SERVICE_UNAVAILABLE


async def test_a_store_that_cannot_be_read_is_told_to_come_again(page: Page) -> None:
    async def refused(bibs: object) -> dict[object, bytes]:
        raise StoreRefused("the disk is gone")

    finder = Finder(replace(page.town.house, bodies=refused), settings())
    assert await finder.listed(Asked("emma")) == COME_AGAIN
    assert await finder.whole("b1") == COME_AGAIN


def test_the_last_page_is_within_reach() -> None:
    assert [last_page(count) for count in (0, 1, 10, 11, 10**6)] == [1, 1, 1, 2, 1000]
