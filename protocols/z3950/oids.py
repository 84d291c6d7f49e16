"""The object identifiers that catalogues use, by the names that the standard and its registers give them.

Source: the registers of the Z39.50 Maintenance Agency, under 1.2.840.10003; ISO/IEC 10646 for the forms of
Unicode.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


class Oid(str):
    """An object identifier, as numbers with points between."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Oid({str(self)!r})"


_Z3950: Final = "1.2.840.10003"


def _oid(arcs: str) -> Oid:
    return Oid(f"{_Z3950}.{arcs}")


# Attribute sets
BIB_1: Final = _oid("3.1")
EXP_1: Final = _oid("3.2")
EXT_1: Final = _oid("3.3")
GILS: Final = _oid("3.5")
UTIL: Final = _oid("3.11")
XD_1: Final = _oid("3.12")
HOLDINGS_ATTRIBUTES: Final = _oid("3.16")
MARC_ATTRIBUTES: Final = _oid("3.17")
BIB_2: Final = _oid("3.18")
ZEEREX: Final = _oid("3.19")

# Diagnostic sets
BIB_1_DIAGNOSTICS: Final = _oid("4.1")
DIAG_1: Final = _oid("4.2")

# Record syntaxes
UNIMARC: Final = _oid("5.1")
USMARC: Final = _oid("5.10")
UKMARC: Final = _oid("5.11")
DANMARC: Final = _oid("5.14")
FINMARC: Final = _oid("5.15")
CANMARC: Final = _oid("5.17")
EXPLAIN: Final = _oid("5.100")
SUTRS: Final = _oid("5.101")
OPAC: Final = _oid("5.102")
SUMMARY: Final = _oid("5.103")
GRS_0: Final = _oid("5.104")
GRS_1: Final = _oid("5.105")
EXTENDED_SERVICES: Final = _oid("5.106")
PDF: Final = _oid("5.109.1")
HTML: Final = _oid("5.109.3")
XML: Final = _oid("5.109.10")
APPLICATION_XML: Final = _oid("5.109.11")
JSON: Final = _oid("5.1000.81.3")

# Extended services
PERSISTENT_RESULT_SET: Final = _oid("9.1")
PERSISTENT_QUERY: Final = _oid("9.2")
PERIODIC_QUERY: Final = _oid("9.3")
ITEM_ORDER: Final = _oid("9.4")
DATABASE_UPDATE_0: Final = _oid("9.5")
DATABASE_UPDATE: Final = _oid("9.5.1.1")

# User information
SEARCH_RESULT_1: Final = _oid("10.1")
USER_INFO_1: Final = _oid("10.3")
CLIENT_ADDRESS: Final = _oid("10.1000.81.3")
"""YAZ's: the address for which a proxy speaks."""

# Schemas and negotiation
HOLDINGS_SCHEMA: Final = _oid("13.7.4")
CHARSET_3: Final = _oid("15.3")
CHARSET_4: Final = _oid("15.4")
CHARSET_NAME: Final = _oid("15.1000.81.1")
"""YAZ's: a private character set, named in letters."""

CQL: Final = _oid("16.2")

# Forms of ISO/IEC 10646
UCS_2: Final = Oid("1.0.10646.1.0.2")
UCS_4: Final = Oid("1.0.10646.1.0.4")
UTF_16: Final = Oid("1.0.10646.1.0.5")
UTF_8: Final = Oid("1.0.10646.1.0.8")

NAMES: Final[Mapping[Oid, str]] = MappingProxyType(
    {
        BIB_1: "Bib-1",
        EXP_1: "Exp-1",
        EXT_1: "Ext-1",
        GILS: "GILS",
        UTIL: "Util",
        XD_1: "XD-1",
        HOLDINGS_ATTRIBUTES: "Holdings",
        MARC_ATTRIBUTES: "MARC",
        BIB_2: "Bib-2",
        ZEEREX: "ZeeRex",
        BIB_1_DIAGNOSTICS: "Bib-1 diagnostics",
        DIAG_1: "Diag-1",
        UNIMARC: "UNIMARC",
        USMARC: "USMARC",
        UKMARC: "UKMARC",
        DANMARC: "DANMARC",
        FINMARC: "FINMARC",
        CANMARC: "CANMARC",
        EXPLAIN: "Explain",
        SUTRS: "SUTRS",
        OPAC: "OPAC",
        SUMMARY: "Summary",
        GRS_0: "GRS-0",
        GRS_1: "GRS-1",
        EXTENDED_SERVICES: "Extended services",
        PDF: "PDF",
        HTML: "HTML",
        XML: "XML",
        APPLICATION_XML: "application/xml",
        JSON: "JSON",
        PERSISTENT_RESULT_SET: "Persistent result set",
        PERSISTENT_QUERY: "Persistent query",
        PERIODIC_QUERY: "Periodic query",
        ITEM_ORDER: "Item order",
        DATABASE_UPDATE_0: "Database update (first edition)",
        DATABASE_UPDATE: "Database update",
        SEARCH_RESULT_1: "searchResult-1",
        USER_INFO_1: "UserInfo-1",
        CLIENT_ADDRESS: "Client address",
        HOLDINGS_SCHEMA: "Holdings schema",
        CHARSET_3: "CharSetandLanguageNegotiation-3",
        CHARSET_4: "CharSetandLanguageNegotiation-4",
        CHARSET_NAME: "Character set by name",
        CQL: "CQL",
        UCS_2: "UCS-2",
        UCS_4: "UCS-4",
        UTF_16: "UTF-16",
        UTF_8: "UTF-8",
    }
)
"""What each is called."""


def named(oid: Oid) -> str:
    """An object identifier for people: its name if it has one, else its numbers."""
    return NAMES.get(oid, str(oid))
