"""Where Z39.50 is spoken, as a person writes it."""

import pytest

from conformance.target import Spoken, TargetError, target_at, z3950_at


@pytest.mark.parametrize(
    ("where", "host", "port", "database"),
    [
        ("z.example.org:210/TOWN", "z.example.org", 210, "TOWN"),
        ("z.example.org:210", "z.example.org", 210, "Default"),
        ("[::1]:2100/DEMO/EAST", "::1", 2100, "DEMO/EAST"),
    ],
)
def test_an_address_is_host_port_and_database(where: str, host: str, port: int, database: str) -> None:
    place = z3950_at(where)
    assert (place.host, place.port, place.database) == (host, port, database)
    assert target_at(where, Spoken.Z3950).z3950 == place


@pytest.mark.parametrize("where", ["z.example.org", "z.example.org:0/X", ":210", "z:70000/X", ""])
def test_anything_else_is_none(where: str) -> None:
    with pytest.raises(TargetError):
        z3950_at(where)
