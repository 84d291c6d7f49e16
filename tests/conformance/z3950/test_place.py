"""Where Z39.50 is spoken, as a person writes it."""

import json
from pathlib import Path

import pytest

from conformance.cli import USAGE, main
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


@pytest.mark.parametrize(
    ("group", "named"),
    [
        ("", {"z_user": "u", "z_password": "w", "z_open": "u/w", "z_ungrouped": "u"}),
        ("g", {"z_user": "u", "z_password": "w", "z_open": "u/g/w", "z_group": "g"}),
    ],
)
def test_facts_may_have_a_user_for_us(tmp_path: Path, group: str, named: dict[str, str]) -> None:
    known = {"host": "h", "port": 210, "database": "D", "user": "u", "group": group, "password": "w"}
    (tmp_path / "facts.json").write_text(json.dumps({"z3950": known}), "utf-8")
    place = target_at(str(tmp_path / "facts.json")).z3950
    assert place is not None
    assert place.names() == {"z3950": "h", "z_database": "D", **named}


def test_a_user_of_nowhere_is_a_wrong_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["z3950", "--target", "https://h/sru", "--z3950-user", "u"]) == USAGE
    assert "--z3950-user: say where Z39.50 is spoken, with --z3950" in capsys.readouterr().err
