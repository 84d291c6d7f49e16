"""Requests go out as they are written, and what is not SRU is said to be none."""

from collections.abc import AsyncIterator, Callable

import pytest

from conformance.case import (
    Awaits,
    Carrier,
    ClaimError,
    Crowd,
    Each,
    Fetch,
    Scene,
    Train,
    UnsupportedError,
    Walk,
    fetch,
)
from conformance.sru.claims import as_many_as, every_page, hits, records
from conformance.sru.conversation import SruConversation
from conformance.sru.texts import search
from conformance.target import Sru
from conformance.wire.line import EndedError
from tests.conformance.tiny_sru import PATH, TinyEndpoint, searching

NAMES = {"as_version": "1.2", "as_search": "searchRetrieve", "sru_path": PATH, "word": "quiet"}


class Spoken:
    """A conversation, its scene and its transcript."""

    def __init__(self, url: str, names: dict[str, str]) -> None:
        self.scene, self.transcript = Scene(names), list[str]()
        self.sru = SruConversation(Sru(url=url), None, 5.0, self.scene, self.transcript)


@pytest.fixture
async def speak() -> AsyncIterator[Callable[..., Spoken]]:
    async with searching(TinyEndpoint()) as url:
        yield lambda **names: Spoken(url, NAMES | names)


async def test_what_is_found_is_kept_under_a_name_and_a_value_of_it_for_later(
    speak: Callable[..., Spoken],
) -> None:
    spoken = speak()
    kept = fetch(search("dc.title = {word}"), name="first", keep={"n": lambda one: str(one.count)})
    await spoken.sru.fetch(kept)
    assert spoken.scene.found["first"].count == 10
    await spoken.sru.fetch(fetch(search("dc.title = {word}"), as_many_as("n")))
    assert any("query=dc.title%20%3D%20quiet" in line for line in spoken.transcript)


async def test_a_parameter_that_is_one_empty_name_is_left_out_and_an_empty_one_is_not(
    speak: Callable[..., Spoken],
) -> None:
    spoken = speak(as_version="", as_search="")
    await spoken.sru.fetch(fetch(search("a", recordSchema="")))
    assert f"> GET {PATH}?query=a&recordSchema= HTTP/1.1" in spoken.transcript


@pytest.mark.parametrize("carrier", list(Carrier))
async def test_every_carrier_finds_the_same(speak: Callable[..., Spoken], carrier: Carrier) -> None:
    response = await speak().sru.fetch(fetch(search("dc.title = {word}"), hits(10), carrier=carrier))
    assert response is not None
    assert response.in_soap is (carrier is Carrier.SOAP)


async def test_head_has_no_body_to_wait_for(speak: Callable[..., Spoken]) -> None:
    head = fetch(search("{word}"), method="HEAD", awaits=Awaits.HTTP)
    response = await speak().sru.fetch(head)
    assert response is not None
    assert (response.status, response.body) == (200, b"")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (fetch((), path="/elsewhere"), "must have status 200, and has 404"),
        (fetch(search("{word}"), hits(3)), "must have numberOfRecords 3; it has 10 records"),
        (fetch(search("dc.title ="), hits(3)), "it says diagnostic 10"),
        (fetch(search("{word}"), keep={"x": lambda _: None}), "does not tell the x"),
    ],
)
async def test_what_does_not_hold_is_said_in_words(
    speak: Callable[..., Spoken], request_: Fetch, words: str
) -> None:
    with pytest.raises(ClaimError, match=words):
        await speak().sru.fetch(request_)


async def test_what_a_server_says_that_it_does_not_have_is_unsupported(speak: Callable[..., Spoken]) -> None:
    with pytest.raises(UnsupportedError, match="diagnostic 39"):
        await speak().sru.fetch(fetch(search("a prox b"), denied_by=(39,)))


async def test_pages_are_walked_to_the_last_by_what_is_told(speak: Callable[..., Spoken]) -> None:
    spoken = speak()
    page = fetch(search("dc.title = {word}", maximumRecords="4"), records(2, 4))
    await spoken.sru.walk(Walk(page, (every_page("three", lambda pages: len(pages) == 3),), name="all"))
    assert [len(one.records) for one in spoken.scene.walked["all"]] == [4, 4, 2]
    with pytest.raises(ClaimError, match="2 pages together must have three"):
        await spoken.sru.walk(Walk(page, (every_page("three", lambda pages: len(pages) == 3),), most=2))


async def test_each_thing_is_asked_for_thinned_out_evenly_and_none_is_a_failure(
    speak: Callable[..., Spoken],
) -> None:
    spoken = speak()
    asked = fetch(search("dc.date = {year}"), hits(1))
    await spoken.sru.each(Each(lambda _: [{"year": str(1950 + at)} for at in range(40)], asked, most=4))
    sent = [line for line in spoken.transcript if line.startswith("> GET")]
    assert [line.partition("%3D%20")[2][:4] for line in sent] == ["1950", "1960", "1970", "1980"]
    with pytest.raises(ClaimError, match="nothing to ask for"):
        await spoken.sru.each(Each(lambda _: [], asked))


async def test_many_at_once_and_many_behind_one_another_are_each_judged(speak: Callable[..., Spoken]) -> None:
    right, wrong = fetch(search("{word}"), hits(10)), fetch(search("{word}"), hits(3))
    await speak().sru.crowd(Crowd((right, right)))
    await speak().sru.train(Train((right, right)))
    for step in ((right, wrong), (wrong, right)):
        with pytest.raises(ClaimError):
            await speak().sru.crowd(Crowd(step))
        with pytest.raises(ClaimError):
            await speak().sru.train(Train(step))


async def test_a_closed_connection_is_an_answer_only_where_it_may_be(speak: Callable[..., Spoken]) -> None:
    spoken = speak()
    place = Sru(url="http://127.0.0.1:1/sru")
    nobody = SruConversation(place, None, 5.0, spoken.scene, spoken.transcript)
    with pytest.raises(EndedError):
        await nobody.fetch(fetch(search("a")))
    assert await nobody.fetch(fetch(search("a"), awaits=Awaits.ANSWER_OR_END)) is None
