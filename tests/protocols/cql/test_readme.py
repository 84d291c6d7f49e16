"""What the README says of files and limits is so."""

import re
from pathlib import Path

import protocols.cql
from protocols.cql.parser import DEEPEST, Limits
from protocols.cql.xcql import DEEPEST as DEEPEST_XCQL

FOLDER = Path(protocols.cql.__file__).parent
README = (FOLDER / "README.md").read_text("utf-8")


def test_every_file_is_listed() -> None:
    listed = re.findall(r"^\| `(\w+\.py)` \|", README, re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in FOLDER.glob("*.py") if path.name != "__init__.py")


def test_the_limits_are_those_of_the_code() -> None:
    told = re.findall(r"^\| [^|]+ \| ([\d,]+) \| \d\d \|$", README, re.MULTILINE)
    limits = Limits()
    numbers = [limits.characters, limits.term_characters, limits.booleans, DEEPEST]
    assert told == [f"{number:,}" for number in numbers]
    assert f"deeper than {DEEPEST_XCQL} elements" in README
