"""The README names what there is, and its numbers are true."""

from pathlib import Path

from protocols.z3950 import apdus, association, ber

PACKAGE = Path(apdus.__file__).parent
README = (PACKAGE / "README.md").read_text("utf-8")


def test_every_file_has_its_line() -> None:
    files = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py"}
    assert {line.split("`")[1] for line in README.splitlines() if line.startswith("| `")} == files


def test_limits_are_those_that_are_told() -> None:
    limits = ber.Limits()
    ahead = association.Limits()
    for told in (
        f"the {len(apdus.KINDS)} APDUs",
        f"| bytes of an APDU | {limits.size // 1024**2} MB |",
        f"| elements of an APDU | {limits.elements:,} |",
        f"| elements of indefinite length within each other | {limits.depth:,} |",
        f"| operands of a query | {limits.operands:,} |",
        f"| requests sent ahead | {ahead.ahead} |",
        f"| bytes sent ahead | {ahead.buffered // 1024**2} MB |",
    ):
        assert told in README
