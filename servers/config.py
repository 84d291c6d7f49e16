"""Reads the configuration: one TOML file becomes `Settings`, or a list of everything that is wrong with it.

The rule it keeps: whoever mends the file sees all problems at once, each with its line, what is possible
instead, and never a password. What does not come out as `Settings` comes out as `ConfigurationProblems`,
whatever the file holds.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from msgspec import Struct

from core import policy_table
from core.model.policy import ANY
from servers.settings import Settings, certificate_id, policy_of
from servers.settings_keys import Key, keys_of
from servers.toml_lines import KeyPath, key_lines

LONGEST_SHOWN = 60
POLICY_TABLES = ("institution", "agency", "location", "terms", "loan_rule", "limits")

NAMED_BY = {
    "loan terms": ("terms", "name"),
    "limits for patron group": ("limits", "patron_group"),
    "agency": ("agency", "code"),
    "location": ("location", "code"),
}
"""How the core's sentences call a table before they name it, the table, and the key that holds its name."""

Finding = tuple[KeyPath, str]
"""Where a problem is, and what it is."""


class Problem(Struct, frozen=True):
    """One thing to mend. ``line`` is 0 where none can be named."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class ConfigurationProblems(Exception):
    """Everything that is wrong with a configuration file, in the order of its lines; as text a line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def read_settings(path: Path) -> Settings:
    """The settings in the file, with defaults for what it leaves out. Raises ConfigurationProblems."""
    document, lines = _parsed(path)
    findings: list[Finding] = []
    settings: Settings | None = _table(Settings, document, (), findings)
    findings += _contradictions(document, lines)
    if settings is not None and not any(at[:1] == (table,) for at, _ in findings for table in POLICY_TABLES):
        findings += _policy_findings(settings, document)
    if settings is None or findings:
        raise ConfigurationProblems(Problem(path, _line(lines, at), message) for at, message in findings)
    return settings


def _parsed(path: Path) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    text = _read(path)
    try:
        return tomllib.loads(text, parse_float=Decimal), key_lines(text)
    except tomllib.TOMLDecodeError as error:
        problem = _syntax_problem(path, text, str(error))
    except RecursionError:
        problem = Problem(path, 0, "Lists or tables are nested too deeply.")
    except (ValueError, ArithmeticError):  # only a number can be TOML and yet too much for Python
        problem = Problem(path, 0, "A number is too long.")
    raise ConfigurationProblems([problem])


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        problem = Problem(path, 0, f"The file cannot be read: {error.strerror}.")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = Problem(path, line, "This is not UTF-8, which TOML is written in.")
    raise ConfigurationProblems([problem])


def _syntax_problem(path: Path, text: str, message: str) -> Problem:
    """The parser's own words, with the place taken out of them."""
    what = re.sub(r" \(at [^()]*\)$", "", message)
    place = re.search(r" \(at line (\d+)", message)
    line = int(place[1]) if place else text.count("\n") + 1
    return Problem(path, line, f"This is not TOML: {_plain(what)}.")


def _table(struct: type[Struct], value: object, at: KeyPath, findings: list[Finding]) -> Any:
    """The struct that a TOML table stands for; None, with findings, if it cannot be made."""
    if not isinstance(value, dict):
        findings.append((at, _not_a_table(at)))
        return None
    keys = keys_of(struct)
    findings += (((*at, name), _unknown(name, at, keys)) for name in value if name not in keys)
    made = {}
    for name, key in keys.items():
        if name in value:
            found = _value(key, value[name], (*at, name), findings)
            if found is not None:
                made[name] = found
        elif key.required:
            findings.append((at, f"{_dotted((*at, name))} is missing; it must be {key.words}."))
    if any(key.required and name not in made for name, key in keys.items()):
        return None
    return struct(**made)


def _value(key: Key, value: object, at: KeyPath, findings: list[Finding]) -> Any:
    """The value of a key as the server uses it; None, with findings, if it is wrong."""
    if key.table is not None and key.many:
        return _tables(key.table, value, at, findings)
    if key.table is not None:
        return _table(key.table, value, at, findings)
    try:
        return key.typed(value)
    except (ValueError, ArithmeticError):
        instead = "" if key.secret else f", not {_shown(value)}"
        findings.append((at, f"{_dotted(at)} must be {key.words}{instead}."))
        return None


def _tables(struct: type[Struct], value: object, at: KeyPath, findings: list[Finding]) -> Any:
    if not isinstance(value, list):
        findings.append((at, f"There may be several of {_dotted(at)}: write [[{_dotted(at)}]] above each."))
        return None
    made = [_table(struct, element, (*at, index), findings) for index, element in enumerate(value)]
    return tuple(element for element in made if element is not None)


def _contradictions(document: Mapping[str, Any], lines: Mapping[KeyPath, int]) -> Iterator[Finding]:
    """What is wrong between keys that are right alone."""
    for name, of_value in (("name", str), ("user", str), ("certificate", certificate_id)):
        first: dict[str, KeyPath] = {}
        for at, terminal in _elements(document, "terminal"):
            value, here = _text(terminal, name), (*at, name)
            if value and first.setdefault(of_value(value), here) != here:
                line = _line(lines, first[of_value(value)])
                yield here, f"terminal.{name} {_shown(value)} is another terminal's already, in line {line}."
    for at, terminal in _elements(document, "terminal"):
        by_password = _text(terminal, "user") and _text(terminal, "password")
        if not by_password and not _text(terminal, "certificate"):
            yield at, "This terminal could never log in: give it user and password, or a certificate."
    agencies = [_text(agency, "code") for _, agency in _elements(document, "agency")]
    for at, terminal in _elements(document, "terminal"):
        code = _text(terminal, "agency")
        if code and code not in agencies:
            message = f"terminal.agency {_shown(code)} is not the code of an agency.{_near(code, agencies)}"
            yield (*at, "agency"), message
    sip2 = document.get("sip2")
    if isinstance(sip2, dict) and bool(_text(sip2, "tls_certificate")) != bool(_text(sip2, "tls_key")):
        given = "tls_certificate" if _text(sip2, "tls_certificate") else "tls_key"
        yield ("sip2", given), "sip2.tls_certificate and sip2.tls_key go together: give both or neither."


def _policy_findings(settings: Settings, document: Mapping[str, Any]) -> Iterator[Finding]:
    """What the core finds wrong with the policy, at the last table that its sentence can mean."""
    for sentence in policy_table.problems(policy_of(settings)):
        at: KeyPath = ()
        if rule := re.match(r"Loan rule (\d+) ", sentence):
            at = ("loan_rule", int(rule[1]) - 1)
        elif named := re.search(f'({"|".join(NAMED_BY)}) "([^"]*)"', sentence):
            table, name = NAMED_BY[named[1]]
            for here, element in _elements(document, table):
                if element.get(name, ANY) == named[2]:
                    at = here
        yield at, sentence


def _elements(document: Mapping[str, Any], table: str) -> list[tuple[KeyPath, dict[str, Any]]]:
    """The tables of an array that are tables, each with its path."""
    elements = document.get(table)
    if not isinstance(elements, list):
        return []
    return [((table, index), element) for index, element in enumerate(elements) if isinstance(element, dict)]


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""


def _line(lines: Mapping[KeyPath, int], at: KeyPath) -> int:
    """The line of the path, or of the nearest table around it that is in the file."""
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 0)


def _not_a_table(at: KeyPath) -> str:
    name = _dotted(at)
    header = f"[[{name}]]" if isinstance(at[-1], int) else f"[{name}]"
    return f"{name} must be a table: write {header} above its keys."


def _unknown(name: str, at: KeyPath, keys: Mapping[str, Key]) -> str:
    where = f"in {_dotted(at)}" if at else "at the top"
    there_are = f" There are: {', '.join(keys)}."
    return f"There is no key {_shown(name)} {where}.{_near(name, keys) or there_are}"


def _near(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name[:LONGEST_SHOWN], list(names), n=1)
    return f" Did you mean {_shown(near[0])}?" if near else ""


def _dotted(at: KeyPath) -> str:
    return ".".join(name for name in at if isinstance(name, str))


def _shown(value: object) -> str:
    """A value from the file, safe to print and not too long."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            text = json.dumps(value, ensure_ascii=False)
        case int() if value.bit_length() > 128:
            return "a very long number"
        case int() | Decimal():
            text = str(value)
        case datetime() | date() | time():
            text = value.isoformat()
        case dict():
            return "a table"
        case _:
            return "a list"
    return _plain(text)


def _plain(text: str) -> str:
    """One line of printable characters, cut if it is long."""
    safe = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return safe if len(safe) <= LONGEST_SHOWN else f"{safe[:LONGEST_SHOWN]}…"
