"""Read by shape, a message comes to what it comes to in full, whatever its texts are; and what is kept for it
is bounded, and no secret.
"""

from __future__ import annotations

import gc
import re
from types import FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from protocols.ncip.codec import read, write_request
from protocols.ncip.declarations import MESSAGES
from protocols.ncip.dialects import DIALECTS, Version
from protocols.ncip.errors import RemoteError
from protocols.ncip.messages import Initiation
from protocols.ncip.schemes import ItemElementType
from protocols.ncip.shapes import LONGEST, MOST, Shapes
from protocols.ncip.structures import InitiationHeader
from tests.matrix import proves
from tests.protocols.ncip.test_codec import VERSION_1, VERSION_2
from tests.protocols.ncip.test_laws import contents
from tests.protocols.ncip.test_leniency import FIRST, ITEM, ROWS, USER, asked

CALM = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=60)

HEADER = (
    "<InitiationHeader><FromAgencyId><AgencyId>{}</AgencyId></FromAgencyId>"
    "<ToAgencyId><AgencyId>TOWN</AgencyId></ToAgencyId></InitiationHeader>"
)
ODD = [
    "", " ", "\n\t", " padded ", "\u00a0hard\u00a0", "a > b", "a>", "]]>", "]]", "&amp;", "&", "&#65;",
    "&eacute;", "<b/>", "<b>x</b>", "<!-- x -->", "<![CDATA[x > y]]>", "<?x y?>", "<Value>x</Value>", "é漢",
    "\x7f0\x7f", "\x7f", "\x80", "\x801\x80", "\ue000", "\ufffe", "\0", "\x1b", "a\rb", "a\r\nb", "a\nb",
    "\ufeff", "x" * 70_000, "2027-01-31T23:59:00Z", "2027-02-30T00:00:00Z", "20270131", "2027-01-31", "soon",
    "0", "-1", "12", "1e3", "9" * 19, "true", "false", "no", "Barcode", "barcode", "Hold", "EUR",
    ItemElementType.CIRCULATION_STATUS.value,
]  # fmt: skip
"""Texts to which something in a message's markup may give a meaning."""


def outcome(reading: Any, data: bytes, charset: str | None) -> Any:
    """All that is known of a message once it is read, or why it cannot be."""
    try:
        return reading(data, charset)
    except RemoteError as error:
        return error.problem, error.service, error.header, error.dialect


def check(shapes: Shapes, data: bytes, charset: str | None = None) -> None:
    assert outcome(shapes.read, data, charset) == outcome(read, data, charset)


def with_texts(xml: str, texts: list[str]) -> str:
    """The message with other texts, the first ones over again when they run out."""
    given = iter(range(10_000))
    return re.sub(r">[^<>]*[^<>\s][^<>]*<", lambda _: f">{texts[next(given) % len(texts)]}<", xml)


@proves("read by shape, a message is what it is in full")
@pytest.mark.parametrize("version", Version)
@given(data=st.data())
@CALM
def test_read_by_shape_it_is_what_it_is_in_full(version: Version, data: st.DataObject) -> None:
    kinds = [kind for kind in MESSAGES.values() if issubclass(kind, Initiation) and kind.since <= version]
    message = data.draw(st.sampled_from(kinds).flatmap(lambda kind: contents(kind, version)))
    header = data.draw(st.none() | contents(InitiationHeader, version))
    assert isinstance(message, Initiation)
    assert isinstance(header, InitiationHeader | None)
    xml = write_request(message, header, DIALECTS[version]).decode()
    plain = re.sub(r">[^<>]*&[^<>]*<", ">x<", xml).encode()
    assume(len(plain) <= LONGEST)
    shapes = Shapes()
    for _ in range(3):
        check(shapes, plain)
    assert len(shapes) == 1
    charset = data.draw(st.sampled_from([None, "utf-8", "iso-8859-1"]))
    texts = st.lists(st.sampled_from(ODD) | st.text(max_size=6) | st.just("x"), min_size=1, max_size=4)
    for _ in range(3):
        other = with_texts(xml, data.draw(texts)).encode()
        for _ in range(3):
            check(shapes, other, charset)
    check(shapes, plain)


def sent() -> list[str]:
    """The initiations of all tables."""
    second = [asked(xml) for message, xml in VERSION_2 if isinstance(message, Initiation)]
    first = [asked(xml, FIRST) for message, xml in VERSION_1 if isinstance(message, Initiation)]
    return [*second, *first, *(row.sent for row in ROWS)]


@pytest.mark.parametrize("xml", sent())
def test_every_message_of_the_tables_comes_to_the_same_whatever_its_texts(xml: str) -> None:
    shapes = Shapes()
    for _ in range(3):
        check(shapes, xml.encode())
    for text in ODD:
        other = with_texts(xml, [text, "x"]).encode("utf-8", "surrogatepass")
        for charset in (None, "iso-8859-1", "utf-16", "no-charset"):
            check(shapes, other, charset)
            check(shapes, other[:-1] + b"\r\n", charset)
    check(shapes, xml.encode())


@given(noise=st.binary(max_size=60), place=st.integers(0, 300))
def test_damage_comes_to_the_same(noise: bytes, place: int) -> None:
    whole = asked(f"<CheckOutItem>{HEADER.format('A')}{USER}{ITEM}</CheckOutItem>").encode()
    shapes = Shapes()
    for data in (whole, whole, whole[:place] + noise + whole[place:], whole[:place] + noise) * 2:
        check(shapes, data)


# What is kept ---------------------------------------------------------------------------------------


def message(item: str = "D1", agency: str = "A", more: str = "") -> bytes:
    """A message with a header."""
    there = f"<ItemId><ItemIdentifierValue>{item}</ItemIdentifierValue></ItemId>"
    return asked(f"<CheckInItem>{HEADER.format(agency)}{there}{more}</CheckInItem>").encode()


def test_markup_is_learnt_when_it_comes_again() -> None:
    shapes = Shapes()
    for times, known in ((1, 0), (2, 1), (3, 1)):
        shapes.read(message(f"D{times}"))
        assert len(shapes) == known, times


def test_a_header_without_secrets_is_made_once_for_all_messages_of_its_sender() -> None:
    shapes = Shapes()
    for _ in range(2):
        shapes.read(message())
    headers = [
        shapes.read(message(item, agency)).header for item, agency in (("1", "A"), ("2", "A"), ("3", "B"))
    ]
    assert headers[0] is headers[1]
    assert headers[1] != headers[2]


@pytest.mark.parametrize(
    "odd",
    [
        message()[:-1],
        message(more="<Stranger/>")[:20],
        message(more="<!-- x -->"),
        message(more="<?x y?>"),
        message(more="<Stranger pin='x'/>"),
        message(more="<Stranger name='\x7f0\x7f'/>"),
        message(more="<ItemId><ItemIdentifierValue>D2</ItemIdentifierValue></ItemId>"),
        message(more="<MandatedAction><DateEventOccurred>x<y/></DateEventOccurred></MandatedAction>"),
        asked(
            "<CreateItem><BibliographicDescription><Title>x</Title></BibliographicDescription><Location>"
            "<LocationType>x</LocationType><LocationName><LocationNameInstance><LocationNameLevel>1"
            "</LocationNameLevel></LocationNameInstance></LocationName></Location></CreateItem>"
        ).encode(),
        asked("<LookupUser><LoanedItemsDesired>yes</LoanedItemsDesired></LookupUser>").encode(),
        message("x" * LONGEST),
        message("\u00e9").decode().encode("latin-1"),
        message() + b">" * 100,
    ],
)
def test_markup_that_does_not_tell_how_it_is_read_is_not_learnt(odd: bytes) -> None:
    shapes = Shapes()
    for _ in range(4):
        check(shapes, odd)
    assert len(shapes) == 0


def test_of_markup_that_never_ends_being_new_nothing_is_kept() -> None:
    shapes = Shapes()
    for number in range(3 * MOST):
        shapes.read(message(more=f"<Stranger{number}/>"))
    assert len(shapes) == 0
    assert len(shapes._met) <= MOST


def test_so_many_are_known_and_those_that_have_not_come_for_long_are_forgotten() -> None:
    shapes = Shapes()
    for number in range(2 * MOST):
        for _ in range(2):
            shapes.read(message(more=f"<Stranger{number}/>"))
        shapes.read(message())
        if not number:
            shapes.read(message())
    assert len(shapes) == MOST
    kept = shapes.read(message()).header
    assert shapes.read(message()).header is kept
    forgotten = [shapes.read(message(more="<Stranger0/>")).header for _ in range(2)]
    assert forgotten[0] is not forgotten[1]


def texts_in(kept: object) -> set[str]:
    """Every text that can be reached from what is kept."""
    texts, waiting, seen = set[str](), [kept], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, ModuleType | type):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            texts.add(one)
        if isinstance(one, FunctionType):
            waiting.extend((one.__closure__, one.__defaults__, one.__code__.co_consts))
            continue
        names = getattr(one, "__struct_fields__", ())
        waiting.extend(getattr(one, name) for name in names)
        waiting.extend(gc.get_referents(one))
    return texts


@pytest.mark.parametrize(
    "secret",
    [
        "<FromSystemAuthentication>Canary</FromSystemAuthentication>",
        "<FromAgencyAuthentication>Canary</FromAgencyAuthentication>",
        "<Ext><Password>Canary</Password></Ext>",
    ],
)
def test_no_secret_is_kept(secret: str) -> None:
    shapes = Shapes()
    whole = (
        "<LookupUser><InitiationHeader><FromAgencyId><AgencyId>SENDER</AgencyId></FromAgencyId>"
        f"{secret}</InitiationHeader><AuthenticationInput><AuthenticationInputData>Canary"
        "</AuthenticationInputData><AuthenticationDataFormatType>text/plain</AuthenticationDataFormatType>"
        "<AuthenticationInputType>PIN</AuthenticationInputType></AuthenticationInput></LookupUser>"
    )
    for _ in range(4):
        assert "Canary" not in repr(shapes.read(asked(whole).encode()))
    assert len(shapes) == 1
    texts = texts_in(shapes)
    assert any("FromAgencyId" in text for text in texts)
    assert not any("Canary" in text for text in texts)


def test_what_looks_so_is_found_where_it_may_be_kept() -> None:
    shapes = Shapes()
    for _ in range(3):
        shapes.read(message(agency="Canary"))
    assert "Canary" in texts_in(shapes)
