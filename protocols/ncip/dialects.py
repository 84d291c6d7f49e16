"""The versions of NCIP, and what else an answer takes over from its question: version URI and prefix.

Version 1 has no namespace; in version 2 every element and attribute is in one.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

NAMESPACE: Final = "http://www.niso.org/2008/ncip"
ALMA_PREFIX: Final = "ns1"
"""Clients of Alma look for this prefix literally."""


class Version(StrEnum):
    """A version of the protocol. They compare in their order."""

    V1_0 = "1.0"
    V1_01 = "1.01"
    V2_0 = "2.0"
    V2_01 = "2.01"
    V2_02 = "2.02"


class Dialect(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How a message is written: its version, the URI in its `version` attribute, the prefix of its elements.

    An empty prefix means the default namespace. `renamed` are services' elements that the peer calls
    otherwise: (the standard's name, the peer's).
    """

    version: Version
    uri: str
    prefix: str = ALMA_PREFIX
    renamed: tuple[tuple[str, str], ...] = ()

    @property
    def is_first(self) -> bool:
        """Whether this is of version 1: no namespace, Scheme and Value as elements, Unique… ids."""
        return self.version < Version.V2_0


URIS: Final = {
    Version.V1_0: "http://www.niso.org/ncip/v1_0/imp1/dtd/ncip_v1_0.dtd",
    Version.V1_01: "http://www.niso.org/ncip/v1_01/imp1/dtd/ncip_v1_01.dtd",
    Version.V2_0: "http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_0.xsd",
    Version.V2_01: "http://www.niso.org/schemas/ncip/v2_0/imp1/xsd/ncip_v2_01.xsd",
    Version.V2_02: "http://www.niso.org/schemas/ncip/v2_02/ncip_v2_02.xsd",
}
DIALECTS: Final = {
    version: Dialect(version=version, uri=uri, prefix="" if version < Version.V2_0 else ALMA_PREFIX)
    for version, uri in URIS.items()
}
LATEST: Final = DIALECTS[Version.V2_02]
ALMA_V1: Final = msgspec.structs.replace(
    DIALECTS[Version.V1_0], renamed=(("ItemRequestedResponse", "Response"),)
)
ALMA_V2: Final = DIALECTS[Version.V2_0]

_MARKS: Final = {
    "1_01": Version.V1_01,
    "1_0": Version.V1_0,
    "2_02": Version.V2_02,
    "2_01": Version.V2_01,
    "2_0": Version.V2_0,
}
_MARK: Final = re.compile(r"(?:\A|[vV])(1_01|1_0|2_02|2_01|2_0)(?![0-9])")
LONGEST_URI: Final = 300
_LONGEST_PREFIX: Final = 32


def version_in(uri: str) -> Version | None:
    """The version that a `version` attribute names, in whatever URI, None if it names none that there is."""
    marks = _MARK.findall(uri[:LONGEST_URI].replace(".", "_"))
    return _MARKS[marks[-1]] if marks else None


def dialect_of(version: Version, uri: str, prefix: str) -> Dialect:
    """A peer's dialect; a URI or prefix that is none, or is over-long, is not taken over."""
    return Dialect(
        version=version,
        uri=uri if version_in(uri) is version and len(uri) <= LONGEST_URI else URIS[version],
        prefix=prefix if len(prefix) <= _LONGEST_PREFIX and prefix.isascii() else ALMA_PREFIX,
    )


# The root of a message that is no XML, or that nobody should parse.
_ROOT: Final = re.compile(
    rb"<(?:([A-Za-z_][A-Za-z0-9._-]{0,31}):)?NCIPMessage\b"
    rb"(?:[^<>]{0,500}?version\s{0,9}=\s{0,9}[\"']([^\"'<>]{1,300}))?"
)
_FAR_ENOUGH: Final = 4096


def guessed_dialect(data: bytes | bytearray) -> Dialect:
    """The dialect of a message that cannot be read, from what can be seen of its root."""
    found = _ROOT.search(data[:_FAR_ENOUGH])
    if found is None:
        return LATEST
    prefix, uri = ((found[group] or b"").decode("ascii", "replace") for group in (1, 2))
    version = version_in(uri)
    if version is None:
        return msgspec.structs.replace(LATEST, prefix=prefix)
    return dialect_of(version, uri, prefix)
