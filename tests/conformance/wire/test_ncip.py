"""NCIP as the kit writes it and reads it: an answer is described, and what is wrong with it is named."""

import pytest
from msgspec.structs import replace

from conformance.wire.ncip import (
    NAMESPACE,
    V1_0,
    V2_0,
    V2_01,
    V2_02,
    Problem,
    Reply,
    length_of_message,
    read,
)

ITEM_ID = "<ItemId><ItemIdentifierValue>I1</ItemIdentifierValue></ItemId>"
CONTENT = f"<LookupItemResponse>{ITEM_ID}</LookupItemResponse>"
BOTH = f'xmlns="{NAMESPACE}" xmlns:ncip="{NAMESPACE}"'


def reply(content: str) -> Reply:
    return read(V2_02.written(content).encode(), 200)


def faults(content: str) -> tuple[str, ...]:
    return reply(content).faults()


def test_a_message_is_written_with_its_prefix_its_namespace_and_its_version() -> None:
    assert V2_02.written("<A><B/></A>") == (
        f'<ns1:NCIPMessage xmlns:ns1="{NAMESPACE}" ns1:version="{V2_02.uri}">'
        "<ns1:A><ns1:B/></ns1:A></ns1:NCIPMessage>"
    )


def test_a_default_namespace_has_a_prefix_for_the_attribute_alone() -> None:
    assert replace(V2_0, prefix="").written("<A/>") == (
        f'<NCIPMessage {BOTH} ncip:version="{V2_0.uri}"><A/></NCIPMessage>'
    )


def test_version_1_has_no_namespace_and_what_is_before_the_root_comes_first() -> None:
    assert replace(V1_0, before="<!DOCTYPE x>").written("<A/>") == (
        f'<!DOCTYPE x><NCIPMessage version="{V1_0.uri}"><A/></NCIPMessage>'
    )
    assert replace(V2_02, uri="", qualified=False).written("") == (
        f'<ns1:NCIPMessage xmlns:ns1="{NAMESPACE}"></ns1:NCIPMessage>'
    )


def test_comments_sections_and_declarations_within_are_left_alone() -> None:
    written = V2_02.written("<A><!-- <B> --><![CDATA[<c]]></A>")
    assert "<!-- <ns1:B> -->" in written
    assert "<![CDATA[<ns1:c]]>" in written


def test_an_answer_tells_its_service_its_version_and_its_values() -> None:
    found = reply(CONTENT)
    assert (found.service, found.uri, found.version, found.problems) == (
        "LookupItemResponse",
        V2_02.uri,
        "2.02",
        (),
    )
    assert found.first("ItemId/ItemIdentifierValue") == "I1"
    assert found.every("ItemId") == ("",)
    assert found.first("UserId") is None
    assert found.elements("ItemId")[0].prefix == "ns1"
    assert found.faults() == ()


@pytest.mark.parametrize(
    ("dialect", "version"),
    [(V1_0, "1.0"), (V2_0, "2.0"), (V2_01, "2.01"), (replace(V2_02, uri="2.02"), "")],
)
def test_the_version_is_read_from_its_uri(dialect: object, version: str) -> None:
    assert isinstance(dialect, type(V2_02))
    assert read(dialect.written(CONTENT).encode()).version == version


def test_a_version_has_a_prefix_even_where_the_elements_have_none() -> None:
    raw = f'<NCIPMessage {BOTH} ncip:version="{V2_02.uri}">{CONTENT}</NCIPMessage>'
    assert read(raw.encode()).uri == V2_02.uri
    assert read(raw.encode()).faults() == ()
    bare = raw.replace("ncip:version", "version")
    assert read(bare.encode()).faults() == ("version is not in the namespace of NCIP",)


def test_problems_are_found_alone_and_within_flat_and_nested() -> None:
    flat = "<Problem><ProblemType>Unknown Item</ProblemType><ProblemValue>I1</ProblemValue></Problem>"
    assert reply(flat).problems == (Problem("Unknown Item", value="I1"),)
    assert reply(f"<LookupItemResponse>{flat}</LookupItemResponse>").problems == (
        Problem("Unknown Item", value="I1"),
    )
    nested = (
        "<LookupItemResponse><Problem><ProcessingError><ProcessingErrorType><Scheme>s</Scheme>"
        "<Value>Unknown Item</Value></ProcessingErrorType><ProcessingErrorElement>"
        "<ElementName>ItemId</ElementName>"
        "<ProcessingErrorValue>I1</ProcessingErrorValue></ProcessingErrorElement></ProcessingError>"
        "</Problem></LookupItemResponse>"
    )
    found = read(V1_0.written(nested).encode())
    assert found.problems == (Problem("Unknown Item", element="ItemId", value="I1"),)


def test_a_problem_about_a_part_is_none_about_the_whole() -> None:
    part = "<BibInformation><Problem><ProblemType>Unknown Item</ProblemType></Problem></BibInformation>"
    assert reply(f"<LookupItemSetResponse>{part}</LookupItemSetResponse>").problems == ()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "no XML"),
        (b"It works!", "no XML"),
        (b"<html/>", "<html> of no namespace"),
        (b'<NCIPMessage xmlns="urn:x"><A/></NCIPMessage>', "of urn:x"),
        (b"<NCIPMessage/>", "empty"),
        (b"<n:NCIPMessage><A/></n:NCIPMessage>", "prefix n is not declared"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><NCIPMessage><A>&a;</A></NCIPMessage>", "declarations of its own"),
        (b"<NCIPMessage>" + b"<a>" * 70 + b"</a>" * 70 + b"</NCIPMessage>", "too deep"),
        (b"<NCIPMessage><A/></NCIPMessage>" + b" " * (4 << 20), "too long"),
    ],
)
def test_what_is_no_message_is_described(raw: bytes, words: str) -> None:
    found = read(raw, 200)
    assert words in found.unreadable
    assert (found.service, found.problems, found.first("A")) == ("", (), None)
    assert found.faults() == (found.unreadable,)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("<LookupItemResponse/>", "LookupItemResponse holds nothing"),
        ("<LookupItemResponse><ItemId/></LookupItemResponse>", "ItemId holds nothing"),
        ("<MakeCoffeeResponse><Milk/></MakeCoffeeResponse>", "MakeCoffeeResponse holds Milk"),
        (
            CONTENT.replace("<ItemId>", "<ItemId>and"),
            "ItemId holds text between its elements",
        ),
        (CONTENT.replace("<ItemId>", '<ItemId mood="good">'), "ItemId has an attribute mood"),
        (CONTENT.replace("<ItemId>", '<ItemId xmlns:ns1="urn:x">'), "ItemId is not in the namespace"),
        (f"{CONTENT}{CONTENT}", "NCIPMessage holds more than one message"),
        (
            "<CheckOutItemResponse><ItemId><ItemIdentifierValue>I1</ItemIdentifierValue></ItemId><UserId>"
            "<UserIdentifierValue>P1</UserIdentifierValue></UserId><DateDue>tomorrow</DateDue>"
            "</CheckOutItemResponse>",
            "DateDue is 'tomorrow'",
        ),
    ],
)
def test_what_departs_from_the_schema_is_named(content: str, fault: str) -> None:
    assert any(fault in found for found in faults(content)), faults(content)


def test_schemes_extensions_and_several_problems_are_no_faults() -> None:
    assert faults(CONTENT.replace("<ItemId>", '<ItemId><AgencyId ns1:Scheme="s">A</AgencyId>')) == ()
    extension = '<Ext><x:Mood xmlns:x="urn:x" how="good"/></Ext></LookupItemResponse>'
    assert read(V2_02.written(CONTENT).replace("</ns1:LookupItemResponse>", "@").encode()).unreadable
    whole = V2_02.written(CONTENT.replace("</LookupItemResponse>", "@")).replace(
        "@", extension.replace("Ext>", "ns1:Ext>").replace("</Look", "</ns1:Look")
    )
    assert read(whole.encode()).faults() == ()
    problem = "<Problem><ProblemType>Unknown Item</ProblemType></Problem>"
    assert faults(problem * 2) == ()


def test_a_message_over_tcp_ends_with_its_last_tag() -> None:
    raw = V2_02.written(CONTENT).encode()
    for cut in range(len(raw)):
        assert length_of_message(raw[:cut], ended=False) == 0
    assert length_of_message(raw, ended=False) == len(raw)
    assert length_of_message(raw + b"\r\n", ended=False) == len(raw) + 2
    assert length_of_message(b"<half", ended=True) == 5
