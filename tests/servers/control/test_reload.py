"""A configuration read anew: all of it or nothing, and what waits for the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme
from msgspec.structs import replace

from core.model.policy import LoanTerms
from servers.configuration.reading import ConfigurationProblems, Problem
from servers.configuration.settings import (
    FacilityResponder,
    HttpsSettings,
    LogLevel,
    LogSettings,
    NcipTcpSettings,
    PlainSettings,
    RemoteStorage,
    Settings,
    Sip2Settings,
    StoreSettings,
    Z3950Settings,
    Z3950TlsSettings,
)
from servers.control.reload import ReloadRefused, read_anew
from tests.fakes.served import TERMINAL

RUNNING = Settings()


def read(written: Settings, state: Path) -> tuple[Settings, tuple[str, ...]]:
    """What is taken on of the new settings, and what waits."""
    found = read_anew(RUNNING, lambda: written, state)
    return found.settings, found.waiting


def test_what_may_change_is_taken_on(tmp_path: Path) -> None:
    sip2 = replace(
        RUNNING.sip2, login_tries=7, proxy_from=("10.0.0.1",), plain=PlainSettings(allow=("10.0.0.2",))
    )
    written = Settings(sip2=sip2, terminal=(TERMINAL,), terms=(LoanTerms("short", length=7),))
    written = replace(
        written, https=HttpsSettings(body_limit=7_000), ncip_tcp=NcipTcpSettings(message_limit=7_000)
    )
    assert read(written, tmp_path) == (written, ())


@pytest.mark.parametrize(
    ("written", "waiting"),
    [
        (Settings(sip2=Sip2Settings(host="127.0.0.1")), ("sip2.host",)),
        (Settings(sip2=Sip2Settings(port=7)), ("sip2.port",)),
        (Settings(sip2=Sip2Settings(plain=PlainSettings(port=7))), ("sip2.plain.port",)),
        (Settings(sip2=Sip2Settings(plain=PlainSettings(host="::1"))), ("sip2.plain.host",)),
        (
            Settings(sip2=Sip2Settings(pin_tries=7, pin_pause_minutes=7)),
            ("sip2.pin_tries", "sip2.pin_pause_minutes"),
        ),
        (Settings(https=HttpsSettings(enabled=False, port=7)), ("https.enabled", "https.port")),
        (Settings(https=HttpsSettings(host="127.0.0.1")), ("https.host",)),
        (Settings(https=HttpsSettings(plain=PlainSettings(port=7))), ("https.plain.port",)),
        (Settings(ncip_tcp=NcipTcpSettings(enabled=True, port=7)), ("ncip_tcp.enabled", "ncip_tcp.port")),
        (Settings(ncip_tcp=NcipTcpSettings(plain=PlainSettings(port=7))), ("ncip_tcp.plain.port",)),
        (Settings(z3950=Z3950Settings(enabled=True, port=7)), ("z3950.enabled", "z3950.port")),
        (Settings(z3950=Z3950Settings(tls=Z3950TlsSettings(enabled=True))), ("z3950.tls.enabled",)),
        (Settings(store=StoreSettings(file="other.db")), ("store.file",)),
        (Settings(log=LogSettings(level=LogLevel.DEBUG)), ("log.level",)),
    ],
)
def test_what_lasts_as_long_as_the_process_stays_and_is_told(
    tmp_path: Path, written: Settings, waiting: tuple[str, ...]
) -> None:
    assert read(written, tmp_path) == (RUNNING, waiting)


def test_every_problem_of_the_configuration_is_told(tmp_path: Path) -> None:
    def reread() -> Settings:
        raise ConfigurationProblems(
            [Problem(Path("c.toml"), 7, "Wrong."), Problem(Path("c.toml"), 3, "Bad.")]
        )

    with pytest.raises(ReloadRefused) as refused:
        read_anew(RUNNING, reread, tmp_path)
    assert refused.value.problems == ("c.toml:3: Bad.", "c.toml:7: Wrong.")


def test_a_facility_that_cannot_be_spoken_to_is_told(tmp_path: Path) -> None:
    responder = FacilityResponder("https://store.example/", secret_file=str(tmp_path / "none"))
    storage = RemoteStorage("DEPOT", locations=("*",), desks=("MAIN.D",), responder=responder)
    with pytest.raises(ReloadRefused) as refused:
        read(Settings(remote_storage=(storage,)), tmp_path)
    (problem,) = refused.value.problems
    assert problem.startswith(f"{tmp_path}/none cannot be read")


def test_the_facilities_that_hear_from_us_are_made_ready(tmp_path: Path) -> None:
    storage = RemoteStorage("DEPOT", locations=("*",), desks=("MAIN.D",))
    told = replace(storage, responder=FacilityResponder("https://store.example/"))
    found = read_anew(RUNNING, lambda: Settings(remote_storage=(storage, told)), tmp_path)
    assert [facility.url for facility in found.facilities] == ["https://store.example/"]


def test_a_certificate_that_cannot_serve_is_told(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.issue_cert("localhost").cert_chain_pems[0].write_to_path(str(tmp_path / "server.pem"))
    authority.issue_cert("localhost").private_key_pem.write_to_path(str(tmp_path / "other.key"))
    sip2 = Sip2Settings(tls_certificate=str(tmp_path / "server.pem"), tls_key=str(tmp_path / "other.key"))
    with pytest.raises(ReloadRefused, match="do not belong together"):
        read(Settings(sip2=sip2), tmp_path)


def test_a_state_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "certs").write_text("in the way")
    with pytest.raises(ReloadRefused, match="certs"):
        read(RUNNING, tmp_path)
