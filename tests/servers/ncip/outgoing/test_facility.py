"""Facilities made ready from the settings: who hears from us, as whom we speak, and what their files lack."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme
from msgspec.structs import replace

from protocols.ncip.dialects import DIALECTS, Version
from protocols.ncip.structures import InitiationHeader, Party
from protocols.ncip.values import SchemeValuePair
from protocols.secret import Secret
from servers.configuration.settings import (
    FacilityResponder,
    FacilityVersion,
    Institution,
    RemoteStorage,
    Settings,
)
from servers.lines.tls import TlsProblem
from servers.ncip.outgoing.facility import Facility, facilities

URL = "https://store.example/ncip"


def one(responder: FacilityResponder) -> Facility:
    """The facility with this responder."""
    storage = RemoteStorage("DEPOT", locations=("MAIN/*",), desks=("MAIN.DEPOT",), responder=responder)
    (made,) = facilities(Settings(institution=Institution("TOWN"), remote_storage=(storage,)))
    return made


def party(agency: str) -> Party:
    """An agency in a header."""
    return Party(agency_id=SchemeValuePair(agency))


def test_only_those_with_an_address_hear_from_us() -> None:
    storage = RemoteStorage("DEPOT", locations=("MAIN/*",), desks=("MAIN.DEPOT",))
    told = replace(storage, profile="CAVE", responder=FacilityResponder(URL))
    assert [one.profile for one in facilities(Settings(remote_storage=(storage, told)))] == ["CAVE"]
    assert facilities(Settings()) == ()


def test_we_speak_as_alma_does_where_nothing_else_is_said() -> None:
    made = one(FacilityResponder(URL))
    assert made.header == InitiationHeader(
        from_agency_id=party("TOWN"),
        to_agency_id=party("TOWN"),
        application_profile_type=SchemeValuePair("DEPOT"),
    )
    assert (made.url, made.dialect, made.timeout) == (URL, DIALECTS[Version.V2_0], 30.0)
    assert made.tls.verify_mode is ssl.CERT_REQUIRED
    assert made.tls.check_hostname
    assert made.tls.minimum_version == ssl.TLSVersion.TLSv1_2


def test_all_that_is_said_is_taken_and_the_secret_is_not_printed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(" word-1 \nanother line\n")
    made = one(
        FacilityResponder(
            URL, FacilityVersion.V2_02, "US", "THEM", "SYSTEM", str(tmp_path / "secret"), timeout=5.0
        )
    )
    assert made.header == InitiationHeader(
        from_system_id=SchemeValuePair("SYSTEM"),
        from_agency_id=party("US"),
        from_agency_authentication=Secret("word-1"),
        to_agency_id=party("THEM"),
        application_profile_type=SchemeValuePair("DEPOT"),
    )
    assert (made.dialect.version, made.timeout) == (Version.V2_02, 5.0)
    assert "word-1" not in repr(made)


def test_what_it_stores_is_what_its_places_cover() -> None:
    made = one(FacilityResponder(URL))
    assert made.stores("MAIN/DEPOT")
    assert not made.stores("EAST/STACKS")
    assert not made.stores("")


def test_its_authority_is_trusted_and_our_certificate_shown(tmp_path: Path) -> None:
    authority, ours = trustme.CA(), tmp_path / "ours.pem"
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority.issue_cert("circdesk").private_key_and_cert_chain_pem.write_to_path(str(ours))
    made = one(
        FacilityResponder(URL, tls_ca=str(tmp_path / "ca.pem"), tls_certificate=str(ours), tls_key=str(ours))
    )
    assert len(made.tls.get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory): put the secret there."),
        (b"\n\n", "is empty: put the secret there, on one line."),
        (b"", "is empty: put the secret there, on one line."),
        (b"\xff\xfe", "is no text: put the secret there, on one line."),
    ],
)
def test_a_file_without_a_secret_is_told(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TlsProblem) as problem:
        one(FacilityResponder(URL, secret_file=str(path)))
    assert str(problem.value) == f"{path} {said}"


@pytest.mark.parametrize("key", ["tls_ca", "tls_certificate"])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, key: str) -> None:
    with pytest.raises(TlsProblem, match=r"missing\.pem .*: name another file\.$"):
        one(replace(FacilityResponder(URL), **{key: str(tmp_path / "missing.pem")}))
