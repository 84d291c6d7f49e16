"""Whom to talk to and what may be lent there: from a facts file, from flags, or from both; flags win."""

import ssl
from collections.abc import Collection, Mapping
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, structs

LARGEST_POOL = 20_000  # more patrons or items than any run takes in turn


class TargetError(ValueError):
    """The target cannot be understood; the text says why."""


class Ncip(Struct, frozen=True):
    """Where NCIP is spoken, and as whom we may: as a broker, and as the system of a remote store.

    `agency` is what both say they are (FromAgencyId), unless the store says `store_agency`; `partner` is the
    broker's profile, `profile` the store's, `desk` where its items come out. `tcp` is where there is no HTTP:
    tcp://HOST:PORT, or tls://HOST:PORT.
    """

    url: str = ""
    ca: str | None = None
    agency: str = ""
    partner: str = ""
    secret: str = ""
    profile: str = ""
    desk: str = ""
    store_agency: str = ""
    store_secret: str = ""
    tcp: str = ""

    def names(self) -> dict[str, str]:
        """Return what a case may call these; what begins with `as_` is always there, and may be empty."""
        named = {
            "ncip": self.url,
            "ncip_path": urlsplit(self.url).path or "/",
            "ncip_agency": self.agency,
            "ncip_partner": self.partner,
            "ncip_secret": self.secret,
            "ncip_profile": self.profile,
            "ncip_desk": self.desk,
            "ncip_store_agency": self.store_agency or self.agency,
            "ncip_tcp": self.tcp,
        }
        always = {
            "as_partner": self.partner,
            "as_secret": self.secret,
            "as_store_secret": self.store_secret,
        }
        return {name: value for name, value in named.items() if value} | always


class Sru(Struct, frozen=True):
    """Where SRU is spoken, with and without a profile's bounds, and a word of a title that is found there.

    `open_url` is another end point of the same catalogue, with more abilities; "" if there is none. All else
    is learned from explain and from the first answers.
    """

    url: str
    ca: str | None = None
    open_url: str = ""
    title: str = ""

    @property
    def opened(self) -> "Sru":
        """The other end point, if there is one."""
        return structs.replace(self, url=self.open_url) if self.open_url else self

    def names(self) -> dict[str, str]:
        """Return what a case may call these before anything was asked."""
        return {"sru": self.url, "sru_path": urlsplit(self.url).path or "/"}


class Z3950(Struct, frozen=True):
    """Where Z39.50 is spoken, what is searched there, and a word of a title that is found ("": unknown).

    A target that lets in nobody else has a `user` for us, who may be of a `group`.
    """

    host: str
    port: int
    database: str = "Default"
    title: str = ""
    user: str = ""
    group: str = ""
    password: str = ""

    @property
    def address(self) -> str:
        """Where, as a person writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}/{self.database}"

    def names(self) -> dict[str, str]:
        """Return what a case may call these before anything was asked."""
        named = {"z3950": self.host, "z_database": self.database}
        if self.user:
            parts = (self.user, self.group, self.password) if self.group else (self.user, self.password)
            named |= {"z_user": self.user, "z_password": self.password, "z_open": "/".join(parts)}
            named |= {"z_group": self.group} if self.group else {"z_ungrouped": self.user}
        return named


class Spoken(Enum):
    """What is spoken at a URL that is the whole target."""

    NCIP = "an NCIP responder"
    SRU = "an SRU end point"
    Z3950 = "a Z39.50 target"


class Target(Struct, frozen=True):
    """A server, the credentials for it, and the barcodes that its library has for us.

    Without a `host` it does not speak SIP2; without `ncip` it does not speak NCIP, without `sru` not SRU,
    without `z3950` not Z39.50.
    """

    host: str = ""
    port: int = 0
    tls: bool = False
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    user: str | None = None
    password: str = ""
    location: str = ""
    other_user: str | None = None
    other_password: str = ""
    institution: str = ""
    pin: str | None = None
    patrons: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    offline_items: tuple[str, ...] = ()
    pickups: tuple[str, ...] = ()
    cases: Mapping[str, str] = {}
    ncip: Ncip | None = None
    sru: Sru | None = None
    z3950: Z3950 | None = None

    @property
    def address(self) -> str:
        """The address as a person writes it."""
        if not self.host and self.ncip is None and self.sru is not None:
            return self.sru.url
        if not self.host and self.ncip is not None:
            return self.ncip.url
        if not self.host and self.z3950 is not None:
            return self.z3950.address
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class _Sip2(Struct, frozen=True):
    host: str
    port: int
    tls: bool = False
    ca: str | None = None
    user: str | None = None
    password: str = ""
    location: str = ""
    other_user: str | None = None
    other_password: str = ""


class _Https(Struct, frozen=True):
    ca: str | None = None
    ncip: str = ""
    ncip_agency: str = ""
    ncip_partner: str = ""
    ncip_secret: str = ""
    ncip_profile: str = ""
    ncip_desk: str = ""
    ncip_store_agency: str = ""
    ncip_store_secret: str = ""
    ncip_tcp: str = ""
    sru: str = ""
    sru_open: str = ""
    sru_title: str = ""


class _Numbered(Struct, frozen=True):
    template: str
    first: int
    count: int


class _Facts(Struct, frozen=True):
    sip2: _Sip2 | None = None
    https: _Https | None = None
    z3950: Z3950 | None = None
    institution: str = ""
    pin: str | None = None
    patrons: _Numbered | None = None
    items: _Numbered | None = None
    offline_items: _Numbered | None = None
    pickups: tuple[str, ...] = ()
    cases: dict[str, str] = {}


def target_at(where: str, spoken: Spoken = Spoken.NCIP) -> Target:
    """Return the target at `where`: HOST:PORT of its SIP2, a URL where `spoken` is, or a file of facts.

    Raises TargetError if it is none of these.
    """
    path = Path(where)
    if path.is_file():
        return _described(path)
    if _is_url(where, "https", "http"):
        return Target(sru=Sru(url=where)) if spoken is Spoken.SRU else Target(ncip=Ncip(url=where))
    if spoken is Spoken.Z3950:
        return Target(z3950=z3950_at(where))
    at = _place(where)
    if at is None:
        raise TargetError(
            f"{where!r} is neither HOST:PORT nor a file of facts, nor the URL of {spoken.value}"
        )
    return Target(host=at[0], port=at[1])


def z3950_at(where: str) -> Z3950:
    """Return the place HOST:PORT/DATABASE; without a database it is Default. Raises TargetError."""
    address, _, database = where.partition("/")
    at = _place(address)
    if at is None:
        raise TargetError(f"{where!r} is neither HOST:PORT/DATABASE nor a file of facts")
    return Z3950(*at, database or "Default")


def _place(where: str) -> tuple[str, int] | None:
    """Return host and port of HOST:PORT, None if it is none."""
    host, colon, port = where.rpartition(":")
    if not (colon and host and port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        return None
    return host.strip("[]"), int(port)


def tls_context(target: Target) -> ssl.SSLContext | None:
    """Return what a connection to the target needs for TLS, None for a plain one.

    Raises TargetError if a certificate file cannot be used.
    """
    return _context(target, target.ca) if target.tls else None


def ncip_tls_context(target: Target) -> ssl.SSLContext | None:
    """Return what a connection to the target's NCIP responder needs for TLS, None if none of them has it.

    Raises TargetError if a certificate file cannot be used.
    """
    ncip = target.ncip or Ncip()
    is_secure = ncip.url.startswith("https:") or ncip.tcp.startswith("tls:")
    return _context(target, ncip.ca or target.ca) if is_secure else None


def sru_tls_context(target: Target) -> ssl.SSLContext | None:
    """Return what a connection to the target's SRU end point needs for TLS, None if it has none.

    Raises TargetError if a certificate file cannot be used.
    """
    sru = target.sru
    is_secure = sru is not None and sru.url.startswith("https:")
    return _context(target, sru.ca or target.ca) if sru is not None and is_secure else None


def _context(target: Target, authority: str | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=authority)
        if target.certificate:
            context.load_cert_chain(target.certificate, target.key)
    except OSError as error:
        raise TargetError(f"the certificate files cannot be used: {error}") from error
    return context


def _is_url(text: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def checked(ncip: Ncip) -> Ncip:
    """Return what is said of NCIP if its addresses can be understood. Raises TargetError if not."""
    if ncip.url and not _is_url(ncip.url, "https", "http"):
        raise TargetError(f"{ncip.url!r} is no URL of an NCIP responder")
    if ncip.tcp and not _is_url(ncip.tcp, "tcp", "tls"):
        raise TargetError(f"{ncip.tcp!r} is neither tcp://HOST:PORT nor tls://HOST:PORT")
    return ncip


def checked_sru(sru: Sru) -> Sru:
    """Return what is said of SRU if its addresses can be understood. Raises TargetError if not."""
    for url in (sru.url, sru.open_url or sru.url):
        if not _is_url(url, "https", "http"):
            raise TargetError(f"{url!r} is no URL of an SRU end point")
    return sru


def _sru(https: _Https | None) -> Sru | None:
    """Return what the facts say of SRU, None if that is nothing. Raises TargetError."""
    if https is None or not (https.sru or https.sru_open):
        return None
    url = https.sru or https.sru_open
    return checked_sru(Sru(url=url, ca=https.ca, open_url=https.sru_open, title=https.sru_title))


def _ncip(https: _Https | None) -> Ncip | None:
    """Return what the facts say of NCIP, None if that is nothing. Raises TargetError."""
    if https is None or not (https.ncip or https.ncip_tcp):
        return None
    return checked(
        Ncip(
            url=https.ncip,
            ca=https.ca,
            agency=https.ncip_agency,
            partner=https.ncip_partner,
            secret=https.ncip_secret,
            profile=https.ncip_profile,
            desk=https.ncip_desk,
            store_agency=https.ncip_store_agency,
            store_secret=https.ncip_store_secret,
            tcp=https.ncip_tcp,
        )
    )


def _described(path: Path) -> Target:
    try:
        facts = msgspec.json.decode(path.read_bytes(), type=_Facts)
    except (OSError, msgspec.DecodeError) as error:
        raise TargetError(f"{path} is no file of facts: {error}") from error
    special = frozenset(facts.cases.values())
    sip2 = facts.sip2 or _Sip2("", 0)
    return Target(
        host=sip2.host,
        port=sip2.port,
        tls=sip2.tls,
        ca=sip2.ca,
        user=sip2.user,
        password=sip2.password,
        location=sip2.location,
        other_user=sip2.other_user,
        other_password=sip2.other_password,
        institution=facts.institution,
        pin=facts.pin,
        patrons=_barcodes(facts.patrons, special),
        items=_barcodes(facts.items, special),
        offline_items=_barcodes(facts.offline_items, special),
        pickups=facts.pickups,
        cases=facts.cases,
        ncip=_ncip(facts.https),
        sru=_sru(facts.https),
        z3950=facts.z3950,
    )


def _barcodes(numbered: _Numbered | None, special: Collection[str]) -> tuple[str, ...]:
    """Write the numbers out, without those that the facts set aside for cases of their own."""
    if numbered is None:
        return ()
    numbers = range(numbered.first, numbered.first + min(numbered.count, LARGEST_POOL))
    try:
        written = [numbered.template % number for number in numbers]
    except (TypeError, ValueError) as error:
        raise TargetError(f"{numbered.template!r} is no printf template for a number") from error
    return tuple(barcode for barcode in written if barcode not in special)
