"""LookupVersion: everybody is told, however they ask."""

from __future__ import annotations

import pytest

from protocols.ncip.codec import read
from protocols.ncip.dialects import DIALECTS, URIS, Version
from protocols.ncip.errors import RemoteError
from protocols.ncip.problems import ProblemType
from protocols.ncip.repairs import Mode
from tests.matrix import proves
from tests.servers.ncip.speaking import NAMESPACE, Speaker

PARTY = "<{0}><AgencyId>{1}</AgencyId></{0}>"


def ask(inside: str, version: Version = Version.V2_02) -> bytes:
    uri, asked = DIALECTS[version].uri, f"<LookupVersion>{inside}</LookupVersion>"
    root = f'NCIPMessage xmlns="{NAMESPACE}" xmlns:n="{NAMESPACE}" n:version="{uri}"'
    return f"<{root}>{asked}</NCIPMessage>".encode()


@proves("LookupVersion")
async def test_the_agencies_change_places_and_every_version_is_told(broker: Speaker) -> None:
    pair = PARTY.format("FromAgencyId", "MOON") + PARTY.format("ToAgencyId", "TOWN")
    body = (await broker.post(ask(pair))).body.decode()
    swapped = PARTY.format("FromAgencyId", "TOWN") + PARTY.format("ToAgencyId", "MOON")
    versions = "".join(f"<VersionSupported>{uri}</VersionSupported>" for uri in reversed(URIS.values()))
    assert f"<LookupVersionResponse>{swapped}{versions}</LookupVersionResponse>" in body


@pytest.mark.parametrize(
    "inside", ["", PARTY.format("FromAgencyId", "MOON"), PARTY.format("ToAgencyId", "X")]
)
async def test_whoever_leaves_the_agencies_out_is_told_too(broker: Speaker, inside: str) -> None:
    body = (await broker.post(ask(inside))).body.decode()
    assert body.count("<VersionSupported>") == len(URIS)
    assert "Problem" not in body
    assert body.count("<AgencyId>") == (1 if inside else 0)


@pytest.mark.parametrize("version", [version for version in Version if version >= Version.V2_0])
async def test_the_answer_is_in_the_version_of_the_question(broker: Speaker, version: Version) -> None:
    body = (await broker.post(ask("", version))).body.decode()
    assert f'version="{DIALECTS[version].uri}"' in body


def test_read_strictly_the_agencies_are_needed() -> None:
    with pytest.raises(RemoteError) as caught:
        read(ask(""), mode=Mode.STRICT)
    kind = caught.value.problem.problem_type
    assert kind is not None
    assert kind.value is ProblemType.NEEDED_DATA_MISSING
    assert caught.value.problem.problem_element == "//LookupVersion/FromAgencyId"
