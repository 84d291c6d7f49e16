"""Reads the configuration: one TOML file becomes `Settings`, or a list of everything that is wrong with it.

The rule it keeps: whoever mends the file sees all problems at once, each with its line, what is possible
instead, and never a password. What does not come out as `Settings` comes out as `ConfigurationProblems`,
whatever the file holds.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from servers.configuration.contradictions import contradictions, policy_contradictions
from servers.configuration.keys import keys_of
from servers.configuration.profiles import Layer, Source, layer, lineage, together
from servers.configuration.settings import Profile, Settings, Terminal
from servers.configuration.toml_lines import KeyPath, key_lines, line_of
from servers.configuration.toml_tables import Finding, plain, table

POLICY_TABLES = ("institution", "agency", "location", "terms", "loan_rule", "limits")


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
    """The settings in the file, with defaults for what it leaves out; profiles and terminals have what they
    inherit. Raises ConfigurationProblems.
    """
    settings, document = _sound(path)
    own = _own_profiles(settings, document)
    return replace(
        settings,
        profile=tuple(replace(one, **together(lineage(one.name, own))[0]) for one in settings.profile),
        terminal=tuple(
            replace(one, **_inherited(written, one, own)[0])
            for written, one in zip(document.get("terminal", ()), settings.terminal, strict=True)
        ),
    )


def read_terminal(path: Path, name: str) -> tuple[Terminal, Mapping[str, str]] | None:
    """The terminal of this name with what it inherits, and who says so: by key, in a table of free names by
    ``key.name``. Nobody says what has its default. None if the file has no such terminal. Raises
    ConfigurationProblems.
    """
    settings, document = _sound(path)
    own = _own_profiles(settings, document)
    for written, one in zip(document.get("terminal", ()), settings.terminal, strict=True):
        if one.name == name:
            values, origins = _inherited(written, one, own)
            itself = {key: Source.TERMINAL.value for key in written if key not in keys_of(Profile)}
            return replace(one, **values), itself | origins
    return None


def _sound(path: Path) -> tuple[Settings, Mapping[str, Any]]:
    """The settings as they are written, and the document. Raises ConfigurationProblems."""
    document, lines = _parsed(path)
    findings: list[Finding] = []
    settings: Settings | None = table(Settings, document, (), findings)
    findings += contradictions(document, lines)
    if settings is not None and not any(at[:1] == (name,) for at, _ in findings for name in POLICY_TABLES):
        findings += policy_contradictions(settings, document)
    if settings is None or findings:
        raise ConfigurationProblems(Problem(path, line_of(lines, at), message) for at, message in findings)
    return settings, document


def _own_profiles(settings: Settings, document: Mapping[str, Any]) -> dict[str, Layer]:
    written = zip(document.get("profile", ()), settings.profile, strict=True)
    return {one.name: layer(Source.PROFILE, table, one) for table, one in written}


def _inherited(
    written: Mapping[str, Any], terminal: Terminal, own: Mapping[str, Layer]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The keys that a terminal ends up with, and who says so."""
    return together((layer(Source.TERMINAL, written, terminal), *lineage(terminal.profile, own)))


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
    return Problem(path, line, f"This is not TOML: {plain(what)}.")
