"""The README lists the cases there are, the flags there are and the facts there are."""

from pathlib import Path

from conformance.cli import build_parser
from conformance.report import listed
from conformance.sip2.catalogue import CASES

README = (Path(__file__).resolve().parents[2] / "conformance" / "README.md").read_text("utf-8")


def test_the_list_of_cases_is_the_one_the_command_prints() -> None:
    printed = README.partition("<!-- circdesk-conformance sip2 --list -->\n")[2]
    assert printed == listed(CASES) + "\n"


def test_every_special_fact_is_explained() -> None:
    special = {name for case in CASES for name in case.needs if name.startswith(("patron_", "item_"))}
    assert len(special) == 10
    assert all(f"`{name}`" in README or f"`cases.{name}`" in README for name in special)


def test_every_flag_shown_is_one_the_command_takes() -> None:
    command = (
        "sip2 --target h:1 --tls --ca f --cert f --key f --user u --password p --location l --institution i"
    )
    more = "--patron p --pin 1 --item i --fact a=b --only x --level MUST --known f --json f --junit f --list"
    build_parser().parse_args([*command.split(), *more.split()])
    assert all(flag in README for flag in f"{command} {more}".split() if flag.startswith("--"))
