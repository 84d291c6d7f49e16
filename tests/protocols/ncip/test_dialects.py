"""Which version a message is of, by what its users write into it."""

import pytest

from protocols.ncip.codec import read, write
from protocols.ncip.dialects import DIALECTS, NAMESPACE, URIS, Version, dialect_of, version_in
from protocols.ncip.messages import CheckInItem, CheckInItemResponse
from protocols.ncip.repairs import Repair


@pytest.mark.parametrize(
    ("uri", "version"),
    [
        ("http://www.niso.org/ncip/v1_0/imp1/dtd/ncip_v1_0.dtd", Version.V1_0),
        ("http://www.niso.org/ncip/v1_01/imp1/dtd/ncip_v1_01.dtd", Version.V1_01),
        ("http://ncip.envisionware.com/documentation/ncip_v1_01.dtd", Version.V1_01),
        ("http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_0.xsd", Version.V2_0),
        ("http://www.niso.org/schemas/ncip/v2_0/ncip_v2_0.xsd", Version.V2_0),
        ("http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_01.xsd", Version.V2_01),
        ("http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd", Version.V2_02),
        ("http://www.niso.org/ncip/v2_02/imp1/xsd/ncip_v2_02.xsd", Version.V2_02),
        ("2.02", Version.V2_02),
        ("2.0", Version.V2_0),
        ("1.0", Version.V1_0),
        ("5.6", None),
        ("", None),
        ("http://example.org/v2_03", None),
        ("12.0", None),
    ],
)
def test_a_version_is_told_from_its_uri(uri: str, version: Version | None) -> None:
    assert version_in(uri) is version


def test_versions_compare_in_their_order() -> None:
    assert sorted(Version) == list(Version)


@pytest.mark.parametrize("version", Version)
def test_every_version_has_a_uri_that_names_it(version: Version) -> None:
    assert version_in(URIS[version]) is version
    assert DIALECTS[version].is_first is (version < Version.V2_0)


ITEM = "<ItemId><ItemIdentifierValue>1</ItemIdentifierValue></ItemId>"
ITEM_OF_FIRST = f"<Unique{ITEM[1:].replace('</ItemId>', '</UniqueItemId>')}"


@pytest.mark.parametrize(
    ("root", "item", "version", "repairs"),
    [
        (f'xmlns="{NAMESPACE}" xmlns:n="{NAMESPACE}" n:version="2.01"', ITEM, Version.V2_01, []),
        (f'xmlns="{NAMESPACE}"', ITEM, Version.V2_02, [Repair.VERSION]),
        (f'xmlns="{NAMESPACE}" version="{URIS[Version.V1_0]}"', ITEM, Version.V2_02, [Repair.VERSION]),
        (f'version="{URIS[Version.V1_01]}"', ITEM_OF_FIRST, Version.V1_01, []),
        ("", ITEM_OF_FIRST, Version.V1_0, [Repair.VERSION]),
        ("", ITEM, Version.V2_02, [Repair.VERSION, Repair.NAMESPACE]),
        (f'version="{URIS[Version.V2_0]}"', ITEM, Version.V2_0, [Repair.NAMESPACE]),
    ],
)
def test_a_message_is_of_the_version_that_its_root_says(
    root: str, item: str, version: Version, repairs: list[Repair]
) -> None:
    received = read(f"<NCIPMessage {root}><CheckInItem>{item}</CheckInItem></NCIPMessage>".encode())
    assert isinstance(received.message, CheckInItem)
    assert received.dialect.version is version
    assert [each.repair for each in received.repairs] == repairs


def test_an_answer_takes_over_the_uri_of_its_question() -> None:
    uri = "http://ncip.envisionware.com/documentation/ncip_v1_01.dtd"
    received = read(
        f'<NCIPMessage version="{uri}"><CheckInItem>{ITEM_OF_FIRST}</CheckInItem></NCIPMessage>'.encode()
    )
    assert isinstance(received.message, CheckInItem)
    answer = write(CheckInItemResponse(item_id=received.message.item_id), received.dialect)
    assert f'version="{uri}"'.encode() in answer


def test_what_is_no_uri_or_prefix_to_be_repeated_is_not() -> None:
    assert dialect_of(Version.V2_0, "v2_0" + "x" * 300, "p" * 33) == DIALECTS[Version.V2_0]
    assert dialect_of(Version.V2_0, "nonsense", "é") == DIALECTS[Version.V2_0]
