"""A message is found in whatever was pasted, and read on whichever side it is."""

from __future__ import annotations

import html
import json
from urllib.parse import quote_plus

import pytest

from protocols.ncip import messages as m
from protocols.ncip.errors import RemoteError
from protocols.ncip.repairs import Repair
from servers.ncip.client.pasted import Passage, passages, read_passage, side_of, why_not
from tests.matrix import proves

NAMESPACE = "http://www.niso.org/2008/ncip"
VERSION = "http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd"
ASKED = (
    f'<n:NCIPMessage xmlns:n="{NAMESPACE}" n:version="{VERSION}"><n:LookupItem><n:ItemId>'
    "<n:ItemIdentifierValue>Böll's</n:ItemIdentifierValue></n:ItemId></n:LookupItem></n:NCIPMessage>"
)
SECOND = ASKED.replace("Böll's", "I2")
BODY = f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE NCIPMessage SYSTEM "x.dtd">\n{ASKED}'


def found(text: str) -> list[str]:
    """The barcodes that are asked for in the text."""
    barcodes = []
    for passage in passages(text):
        message = read_passage(passage).message
        assert isinstance(message, m.LookupItem)
        assert message.item_id is not None
        barcodes.append(message.item_id.item_identifier_value)
    return barcodes


@proves("pasted NCIP decoded: bodies, curl, logs, escapes")
@pytest.mark.parametrize(
    "text",
    [
        ASKED,
        BODY,
        f"POST /view/NCIPServlet HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\n\r\n{BODY}\r\n",
        f"""curl -d "{ASKED}" https://h/view/NCIPServlet""",
        "curl --data-binary '{}' https://h".format(ASKED.replace("'", "'\\''")),
        f"2026-03-02 10:30:00 INFO body={ASKED} ms=3",
        f"2026-03-02 10:30:00 {json.dumps({'body': BODY})}",
        json.dumps({"body": ASKED}).replace("<", "\\u003c"),
        f"<log>{html.escape(ASKED)}</log>",
        f"body={quote_plus(ASKED)}&x=1",
    ],
    ids=["bare", "declared", "HTTP", "curl", "shell", "log", "JSON", "\\u003c", "XML", "URL"],
)
def test_a_message_is_found_whatever_stands_around_it(text: str) -> None:
    assert found(text) == ["Böll's"]


def test_how_it_was_escaped_is_told() -> None:
    (passage,) = passages(json.dumps(ASKED))
    assert passage == Passage(ASKED, "in JSON")


def test_several_messages_are_found_in_their_order() -> None:
    assert found(f"> {ASKED}\nthen\n> {SECOND}\n") == ["Böll's", "I2"]


@pytest.mark.parametrize(
    "text", ["", "9900802.00", "<?xml version='1.0'?><html/>", "NCIPMessage", "<x:NCIPMessages/>"]
)
def test_where_there_is_none_none_is_found(text: str) -> None:
    assert not list(passages(text))


def test_a_charset_that_was_declared_of_the_bytes_does_not_matter_to_the_text() -> None:
    (passage,) = passages(BODY)
    assert Repair.CHARSET not in [repaired.repair for repaired in read_passage(passage).repairs]


@pytest.mark.parametrize(
    ("content", "message", "side"),
    [
        ("<LookupAgency><AgencyId>A</AgencyId></LookupAgency>", m.LookupAgency, "partner to library: asks"),
        (
            "<CheckInItem><ItemId>I1</ItemId></CheckInItem>",
            m.CheckInItem,
            "partner to library: wants something done",
        ),
        (
            "<ItemUpdated><ItemId>I1</ItemId></ItemUpdated>",
            m.ItemUpdated,
            "tells of something that has happened",
        ),
        ("<ItemUpdatedResponse/>", m.ItemUpdatedResponse, "library to partner: answers"),
        (
            "<Problem><ProblemType>Unknown Service</ProblemType></Problem>",
            m.BareProblem,
            "library to partner: answers",
        ),
    ],
)
def test_either_side_is_read(content: str, message: type[m.Message], side: str) -> None:
    read = read_passage(
        Passage(f'<NCIPMessage xmlns="{NAMESPACE}" version="{VERSION}">{content}</NCIPMessage>')
    )
    assert type(read.message) is message
    assert side_of(read.message) == side


@proves("a place and a sentence for NCIP that is not well-formed")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "<NCIPMessage>\n <LookupItem></LookupUser>\n</NCIPMessage>",
            "line 2, column 16: an end tag closes another element than the one that is open.",
        ),
        (
            ASKED.replace("Böll's", "I<1"),
            f"line 1, column {ASKED.index('Böll') + 3}: a character stands there that may not, "
            "such as a bare < or &.",
        ),
        (
            "<NCIPMessage><LookupItem>",
            "line 1, column 26: the message ends before its last element does.",
        ),
        ("<NCIPMessage><LookupItem", "line 1, column 14: the message ends within a tag."),
        (
            "<NCIPMessage a='1' a='2'></NCIPMessage>",
            "line 1, column 20: an attribute is given twice in one tag.",
        ),
        ("<NCIPMessage><Fly/></NCIPMessage>", "Unknown Service: no such service, at //Fly."),
        ("<NCIPMessage/>", "Needed Data Missing: NCIPMessage is empty, at //NCIPMessage."),
    ],
)
def test_what_cannot_be_read_has_a_sentence_and_a_place(text: str, sentence: str) -> None:
    (passage, *_) = passages(text)
    with pytest.raises(RemoteError) as raised:
        read_passage(passage)
    assert why_not(raised.value).removeprefix("No well-formed XML: ") == sentence


def test_a_response_that_cannot_be_read_is_judged_as_a_response() -> None:
    content = "<RenewItemResponse><DateDue>soon</DateDue></RenewItemResponse>"
    with pytest.raises(RemoteError) as raised:
        read_passage(Passage(f'<NCIPMessage xmlns="{NAMESPACE}" version="{VERSION}">{content}</NCIPMessage>'))
    assert why_not(raised.value) == "Invalid Date: not a date, at //RenewItemResponse/DateDue."
