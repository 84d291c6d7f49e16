"""Versions in order, and the words of a style."""

from protocols.sru.diagnostics import Diagnostic
from protocols.sru.dialects import ALMA, NAMESPACES, OPEN, VERSIONS, Version, spoken


def test_versions_are_in_order_and_each_has_its_namespaces() -> None:
    assert list(VERSIONS) == sorted(Version) == list(NAMESPACES)


def test_alma_says_in_its_own_words_what_is_missing() -> None:
    missing = Diagnostic(7, "version")
    assert spoken(missing, ALMA) == ("200832", "Mandatory parameter version was not provided")
    assert spoken(missing, OPEN) == ("version", "Mandatory parameter not supplied")
    assert spoken(Diagnostic(61, "12"), ALMA) == ("12", "First record position out of range")
