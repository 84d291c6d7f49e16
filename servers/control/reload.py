"""A configuration read anew while the server runs: checked as a whole first, then taken on as a whole.

The rule it keeps: what is wrong changes nothing. Whatever a file lacks, all of it is told at once, and the
server goes on as before; and what cannot change while it runs is told too, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from msgspec import Struct
from msgspec.structs import fields, replace

from certs.error import CertificateError
from servers.configuration.reading import ConfigurationProblems
from servers.configuration.settings import Settings
from servers.http.front import files_of
from servers.lines.tls import TlsProblem
from servers.lines.tls_files import Seen, ServedTls, load, seen
from servers.ncip.outgoing.facility import Facility, facilities

Reread = Callable[[], Settings]
"""Reads the configuration anew. May raise `ConfigurationProblems`."""

LISTENER: Final = ("host", "port", "pin_tries", "pin_pause_minutes", "pin_tries_a_day")
PLAIN: Final = ("host", "port")
ADDRESS: Final = ("enabled", "host", "port")
"""Keys of `sip2`, of any `plain`, and of `https`, `ncip_tcp`, `z3950` and its `tls` that last as long as the
process, as do the tables `store` and `log`.
"""


class ReloadRefused(Exception):
    """Nothing was taken on: ``problems`` are sentences that say what to mend."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems


class Certificates(NamedTuple):
    """What each listener serves TLS with."""

    sip2: ServedTls
    https: ServedTls

    @classmethod
    def load(cls, settings: Settings, state: Path) -> Certificates:
        """What the settings say to serve. Raises `TlsProblem`, `CertificateError`, OSError."""
        return cls(load(settings.sip2, state), load(files_of(settings), state))

    @property
    def ends(self) -> Mapping[str, datetime]:
        """When the certificate of each listener ends."""
        return {listener: served.ends for listener, served in self._asdict().items()}

    @property
    def seen(self) -> Seen:
        """How the files looked when they were read."""
        return self.sip2.seen + self.https.seen

    def look(self) -> Seen:
        """How they look now."""
        return seen(self.sip2.files) + seen(self.https.files)


class Read(Struct, frozen=True):
    """What was read and found good. ``waiting`` are the keys whose new values wait for the next start."""

    settings: Settings
    certificates: Certificates
    facilities: tuple[Facility, ...]
    waiting: tuple[str, ...] = ()


def read_anew(running: Settings, reread: Reread, state: Path) -> Read:
    """Read the configuration and every file that it names. Raises `ReloadRefused`. Blocks."""
    try:
        written = reread()
        settings = replace(
            written,
            sip2=replace(
                _with(written.sip2, running.sip2, LISTENER),
                plain=_with(written.sip2.plain, running.sip2.plain, PLAIN),
            ),
            https=replace(
                _with(written.https, running.https, ADDRESS),
                plain=_with(written.https.plain, running.https.plain, PLAIN),
            ),
            ncip_tcp=replace(
                _with(written.ncip_tcp, running.ncip_tcp, ADDRESS),
                plain=_with(written.ncip_tcp.plain, running.ncip_tcp.plain, PLAIN),
            ),
            z3950=replace(
                _with(written.z3950, running.z3950, ADDRESS),
                tls=_with(written.z3950.tls, running.z3950.tls, ADDRESS),
            ),
            store=running.store,
            log=running.log,
        )
        certificates, told = Certificates.load(settings, state), facilities(settings)
    except ConfigurationProblems as problems:
        raise ReloadRefused(*map(str, problems.problems)) from problems
    except (TlsProblem, CertificateError) as problem:
        raise ReloadRefused(str(problem)) from problem
    except OSError as problem:
        raise ReloadRefused(f"{problem.filename}: {problem.strerror}") from problem
    return Read(settings, certificates, told, tuple(_differences(written, settings)))


def _with(written: Any, running: Any, names: tuple[str, ...]) -> Any:
    return replace(written, **{name: getattr(running, name) for name in names})


def _differences(written: Struct, kept: Struct, at: str = "") -> Iterator[str]:
    """The keys at which two configurations differ, dotted; a list as a whole."""
    for field in fields(written):
        one, other = getattr(written, field.name), getattr(kept, field.name)
        if isinstance(one, Struct):
            yield from _differences(one, other, f"{at}{field.name}.")
        elif one != other:
            yield at + field.name
