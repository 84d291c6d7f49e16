"""Whatever a partner asks for, it is answered, and validly: over messages made from the declarations."""

from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from protocols.ncip import messages as m
from protocols.ncip.codec import write_request
from protocols.ncip.dialects import DIALECTS, Version
from protocols.ncip.structures import InitiationHeader, Party
from protocols.ncip.values import SchemeValuePair
from protocols.secret import Secret
from tests.fakes.world import ANN, EMMA, KIOSK
from tests.protocols.ncip.test_laws import contents
from tests.servers.ncip.speaking import Speaker, town

SECOND = [version for version in Version if version >= Version.V2_0]
HEADER = InitiationHeader(
    from_agency_id=Party(agency_id=SchemeValuePair("BROKER")),
    from_agency_authentication=Secret("word-1"),
    to_agency_id=Party(agency_id=SchemeValuePair("TOWN")),
    application_profile_type=SchemeValuePair("ILL"),
)
REAL = {
    "UserIdentifierValue": ("P1", "P2", "P4"),
    "ItemIdentifierValue": ("I1", "I2", "I3", "D1"),
    "RequestIdentifierValue": ("R1", "1000"),
    "BibliographicRecordIdentifier": ("b1", "b2"),
    "FiscalTransactionIdentifierValue": ("900", "F1"),
    "PickupLocation": ("MAIN", "EAST"),
    "LocationNameValue": ("MAIN/STACKS", "EAST/FILMS"),
    "HoldingsSetId": ("1/MAIN/STACKS",),
    "CurrencyCode": ("EUR",),
    "RequestType": ("Hold",),
}
"""What has a meaning in the library, by the element that it stands in."""


async def answers(asked: list[bytes]) -> list[bytes]:
    """What is answered to these, one after the other, by a library where something goes on."""
    world = await town()
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I2")
    world.charge(ANN, "5.00")
    speaker = Speaker(world)
    told = [(await speaker.post(body)).body for body in asked]
    await world.stop()
    return told


def with_meaning(data: st.DataObject, body: bytes) -> bytes:
    """The message, with most of its ids replaced by such as there are."""

    def real(found: re.Match[str]) -> str:
        value = data.draw(st.sampled_from((*REAL[found[1]], found[2])))
        return f"<{found[1]}>{value}</{found[1]}>"

    return re.sub(rf"<({'|'.join(REAL)})>([^<]*)</\1>", real, body.decode()).encode()


@pytest.mark.parametrize("service", [one for one in m.SERVICES if one is not m.LookupVersion])
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=6)
@given(data=st.data())
def test_whatever_is_asked_is_answered_validly_and_again(
    schemas: dict[Version, etree.XMLSchema], service: type[m.Initiation], data: st.DataObject
) -> None:
    version = data.draw(st.sampled_from([each for each in SECOND if each >= service.since]))
    message = data.draw(contents(service, version))
    assert isinstance(message, m.Initiation)
    body = with_meaning(data, write_request(message, HEADER, DIALECTS[version]))
    for answer in asyncio.run(answers([body, body])):
        schemas[version].assertValid(etree.fromstring(answer))
        assert b"/InitiationHeader/" not in answer, "the partner is known"
