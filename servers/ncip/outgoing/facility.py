"""A storage facility that hears from us, made ready from the settings: where, as whom, and by what TLS.

The rule it keeps: files are read here, before anything of the new settings is taken on, and what they lack
is told in a sentence.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from core.rules.service import covers
from protocols.ncip.dialects import DIALECTS, Dialect, Version
from protocols.ncip.structures import InitiationHeader, Party
from protocols.ncip.values import SchemeValuePair
from protocols.secret import Secret
from servers.calling import ClientProblem, trusting
from servers.configuration.settings import FacilityResponder, RemoteStorage, Settings
from servers.lines.tls import TlsProblem


class Facility(Struct, frozen=True, eq=False):
    """A facility, the ``places`` whose items it has, and how it is spoken to."""

    profile: str
    places: tuple[str, ...]
    url: str
    header: InitiationHeader
    dialect: Dialect
    tls: ssl.SSLContext
    timeout: float

    def stores(self, location: str) -> bool:
        """Whether what lives at this location is in its care; nothing lives nowhere."""
        return bool(location) and any(covers(place, location) for place in self.places)


def facilities(settings: Settings) -> tuple[Facility, ...]:
    """The facilities that are to hear from us. Raises `TlsProblem`. Blocks."""
    return tuple(_facilities(settings))


def _facilities(settings: Settings) -> Iterator[Facility]:
    for storage in settings.remote_storage:
        responder = storage.responder
        if responder.url:
            yield Facility(
                profile=storage.profile,
                places=storage.locations,
                url=responder.url,
                header=_header(storage, settings.institution.code),
                dialect=DIALECTS[Version(responder.version.value)],
                tls=_trusting(responder),
                timeout=responder.timeout,
            )


def _header(storage: RemoteStorage, institution: str) -> InitiationHeader:
    """Who speaks to whom; the profile is named as in its own messages."""
    responder = storage.responder
    return InitiationHeader(
        from_system_id=SchemeValuePair(responder.from_system) if responder.from_system else None,
        from_agency_id=_party(responder.from_agency or institution),
        from_agency_authentication=_secret(responder.secret_file),
        to_agency_id=_party(responder.to_agency or institution),
        application_profile_type=SchemeValuePair(storage.profile),
    )


def _party(agency: str) -> Party:
    return Party(agency_id=SchemeValuePair(agency))


def _secret(file: str) -> Secret | None:
    """The first line of the file."""
    if not file:
        return None
    try:
        lines = Path(file).read_text("utf-8").splitlines()
    except OSError as error:
        raise TlsProblem(f"{file} cannot be read ({error.strerror}): put the secret there.") from error
    except UnicodeDecodeError as error:
        raise TlsProblem(f"{file} is no text: put the secret there, on one line.") from error
    if not lines or not lines[0].strip():
        raise TlsProblem(f"{file} is empty: put the secret there, on one line.")
    return Secret(lines[0].strip())


def _trusting(responder: FacilityResponder) -> ssl.SSLContext:
    files = [
        Path(file) if file else None
        for file in (responder.tls_ca, responder.tls_certificate, responder.tls_key)
    ]
    try:
        context = trusting(*files)
    except ClientProblem as problem:
        raise TlsProblem(f"{problem}: name another file.") from problem
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
