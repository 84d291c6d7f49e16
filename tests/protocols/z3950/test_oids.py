"""Object identifiers have one name each."""

from protocols.z3950 import oids
from protocols.z3950.oids import NAMES, Oid, named


def test_every_constant_has_a_name_and_no_two_the_same() -> None:
    constants = [value for value in vars(oids).values() if isinstance(value, Oid)]
    assert sorted(constants) == sorted(NAMES)
    assert len(set(NAMES.values())) == len(NAMES)


def test_an_oid_is_named_or_shown_as_numbers() -> None:
    assert named(oids.USMARC) == "USMARC"
    assert named(Oid("1.2.3")) == "1.2.3"
    assert repr(Oid("1.2.3")) == "Oid('1.2.3')"
