"""The README lists the cases there are, the flags there are and the facts there are."""

import re
import tomllib
from pathlib import Path

import pytest

from conformance.acs import ODDITIES
from conformance.cli import build_parser
from conformance.ncip.catalogue import CASES as NCIP_CASES
from conformance.report import listed
from conformance.sip2.catalogue import CASES
from conformance.sru.catalogue import CASES as SRU_CASES
from conformance.z3950.catalogue import CASES as Z3950_CASES

FOLDER = Path(__file__).resolve().parents[2] / "conformance"
README = (FOLDER / "README.md").read_text("utf-8")


def test_the_list_of_cases_is_the_one_the_command_prints() -> None:
    printed = README.partition("<!-- circdesk-conformance sip2 --list -->\n")[2]
    assert printed == listed(CASES) + "\n"


def test_the_list_of_ncip_cases_is_the_one_the_command_prints() -> None:
    printed = README.partition("<!-- circdesk-conformance ncip --list -->\n")[2]
    assert printed.partition("\n\n## ")[0] == listed(NCIP_CASES)


def test_the_list_of_sru_cases_is_the_one_the_command_prints() -> None:
    printed = README.partition("<!-- circdesk-conformance sru --list -->\n")[2]
    assert printed.partition("\n\n## ")[0] == listed(SRU_CASES)


def test_the_list_of_z3950_cases_is_the_one_the_command_prints() -> None:
    printed = README.partition("<!-- circdesk-conformance z3950 --list -->\n")[2]
    assert printed.partition("\n\n## ")[0] == listed(Z3950_CASES)


@pytest.mark.parametrize("name", ["circdesk.toml", "alma.toml"])
def test_what_is_known_to_diverge_is_a_case_that_there_is_with_a_reason(name: str) -> None:
    themes = tomllib.loads((FOLDER / name).read_text("utf-8"))
    known = {f"{theme}.{case}": reason for theme, cases in themes.items() for case, reason in cases.items()}
    assert known.keys() <= {case.id for case in (*CASES, *NCIP_CASES, *SRU_CASES, *Z3950_CASES)}
    assert all(known.values())
    assert f"`{name}`" in README


def test_every_special_fact_is_explained() -> None:
    special = {
        name
        for case in (*CASES, *NCIP_CASES)
        for name in case.needs
        if name.startswith(("patron_", "item_", "title_"))
    }
    assert len(special) == 15
    assert all(f"`{name}`" in README or f"`cases.{name}`" in README for name in special)


def test_every_flag_shown_is_one_the_command_takes() -> None:
    command = "sip2 --target h:1 --tls --ca f --cert f --key f --user u --password p --location l"
    facts = "--institution i --patron p --pin 1 --item i --offline-item i --pickup p --fact a=b"
    more = "--other-user u --other-password p --only x --level MUST --known f"
    files = "--json f --junit f --report f --list"
    flags = f"{command} {facts} {more} {files}".split()
    build_parser().parse_args(flags)
    partner = "--ncip u --ncip-agency a --ncip-partner p --ncip-secret s --ncip-profile p --ncip-desk d"
    store = "--ncip-store-agency a --ncip-store-secret s --ncip-tcp h:1"
    more_flags = f"ncip --target u {partner} {store}".split()
    build_parser().parse_args(more_flags)
    endpoint_flags = ["sru", "--target", "u", "--sru", "u", "--open", "--sru-title", "w"]
    build_parser().parse_args(endpoint_flags)
    searched_flags = ["z3950", "--target", "u", "--z3950", "h:1/D", "--z3950-title", "w"]
    searched_flags += ["--z3950-user", "u", "--z3950-group", "g", "--z3950-password", "p"]
    build_parser().parse_args(searched_flags)
    every = (*flags, *more_flags, *endpoint_flags, *searched_flags)
    assert all(flag in README for flag in every if flag.startswith("--"))


def test_odd_answers_of_every_level_are_explained() -> None:
    _, _, table = README.partition("| it is answered | it has to | level |")
    levels = re.findall(r"\b(?:MUST|SHOULD|CLIENT)\b", table.partition("\n\n")[0])
    assert set(levels) == {oddity.level for oddity in ODDITIES}
