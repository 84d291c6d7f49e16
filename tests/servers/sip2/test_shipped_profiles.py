"""Each profile that comes with the server is one of a configuration, and says what its name promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

import servers
from protocols.sip2.messages import FromSc
from servers.configuration.keys import keys_of
from servers.configuration.profiles import SHIPPED, lineage, shipped, shipped_names, together
from servers.configuration.reading import read_settings
from servers.configuration.settings import (
    PERSONAL,
    Dialect,
    ErrorDetection,
    FieldPolicy,
    NoBlock,
    Profile,
    StatusFlag,
    Terminator,
)
from tests.matrix import proves


def profile(name: str) -> Profile:
    """What a terminal is that says no more than the name of the profile."""
    return replace(Profile(), **together(lineage(name, {}))[0])


DOCUMENT = Path(servers.__file__).parent / "configuration" / "README.md"
FIELDS_OF_2005 = ("CR", "CS", "CT", "CV", "CY", "DA")


@proves("the dialect of Alma")
class TestAlma:
    def test_it_speaks_as_alma_does(self) -> None:
        assert profile("alma").dialect is Dialect.ALMA
        assert profile("alma").extensions == ()
        assert not profile("alma").current_location

    def test_what_it_may_do_informs_and_what_it_did_offline_is_booked_unchecked(self) -> None:
        assert not profile("alma").enforce
        assert profile("alma").no_block is NoBlock.ALWAYS

    def test_its_flags_are_those_that_alma_sets(self) -> None:
        """Positions 0, 3, 5, 6, 10 and 11 of the patron status."""
        flags = list(StatusFlag)
        assert [flags.index(flag) for flag in profile("alma").status_flags] == [0, 3, 5, 6, 10, 11]


class TestBibliotheca:
    @pytest.mark.parametrize("name", ["bibliotheca", "bibliotheca-sorter"])
    def test_it_is_sent_the_fields_of_the_sheet_of_2005(self, name: str) -> None:
        assert profile(name).extensions == FIELDS_OF_2005

    def test_its_sorter_is_a_sorter(self) -> None:
        assert profile("bibliotheca-sorter") == replace(profile("sorter"), extensions=FIELDS_OF_2005)


def test_a_sorter_takes_back_everything_and_lends_nothing() -> None:
    sorter = profile("sorter")
    assert (sorter.checkin, sorter.checked_in_ok) == (True, True)
    assert (sorter.checkout, sorter.fees, sorter.holds, sorter.block_patrons) == (False, False, False, False)
    assert sorter.extensions == ("CT", "CV")


def test_envisionware_is_told_who_may_sit_where() -> None:
    assert profile("envisionware").extensions == ("PA", "PB", "PC", "PI")
    assert profile("envisionware").fees


def test_sirsidynix_insists_on_checksums() -> None:
    assert profile("sirsidynix").error_detection is ErrorDetection.REQUIRED


def test_koha_ends_messages_with_cr_lf() -> None:
    assert profile("koha").terminator is Terminator.CRLF


def test_polaris_has_dates_of_birth_and_lists_what_is_ready() -> None:
    assert profile("polaris").extensions == ("BC",)
    assert not profile("polaris").waiting_holds_as_ready


def test_relais_reads_addresses_in_a_status() -> None:
    assert profile("relais").extensions == ("BD", "BE", "BF")


def test_cybrarian_gets_no_surprises() -> None:
    assert profile("cybrarian").extensions == ()
    assert profile("cybrarian").fields == {"AS": FieldPolicy.HIDE, "CD": FieldPolicy.HIDE}


class TestEbookAuthentication:
    def test_it_may_ask_who_somebody_is_and_nothing_else(self) -> None:
        """Beside what keeps the link."""
        ebook = profile("ebook-authentication")
        assert set(ebook.messages) == {"93", "99", "97", "23", "63"}
        assert not any((ebook.checkout, ebook.checkin, ebook.fees, ebook.holds, ebook.block_patrons))

    def test_a_flag_is_only_set_for_a_card_that_nothing_may_be_lent_to(self) -> None:
        assert profile("ebook-authentication").status_flags == (
            StatusFlag.CHARGE_PRIVILEGES_DENIED,
            StatusFlag.CARD_REPORTED_LOST,
        )

    def test_it_is_told_nothing_of_a_person(self) -> None:
        """The fields left are those of checkin responses, which it cannot get."""
        hidden = profile("ebook-authentication").fields
        assert set(PERSONAL) - hidden.keys() == {"AA", "CY", "DA"}
        assert set(hidden.values()) == {FieldPolicy.HIDE}


@pytest.mark.parametrize("name", shipped_names())
class TestEach:
    @proves("a shipped profile for a family of machines")
    def test_it_is_a_configuration_of_its_own(self, name: str) -> None:
        (only,) = read_settings(SHIPPED / f"{name}.toml").profile
        assert only.name == name
        assert all(getattr(only, key) == getattr(profile(name), key) for key in keys_of(Profile))

    def test_it_inherits_what_is_shipped_and_comes_to_an_end(self, name: str) -> None:
        names = [one.name for one in lineage(name, {})]
        assert names[0] == name
        assert len(set(names)) == len(names)

    def test_what_it_says_of_requests_is_about_requests(self, name: str) -> None:
        assert set(profile(name).messages) <= {message.code for message in FromSc.__subclasses__()}

    def test_every_key_has_its_reason_above_it(self, name: str) -> None:
        """A remark stands before each group of keys."""
        groups = (SHIPPED / f"{name}.toml").read_text("utf-8").split("\n\n")
        assert groups[0].startswith("# For ")
        for group in groups[1:]:
            assert re.match(r"# |\[\[profile\]\]\n", group)

    def test_it_says_something(self, name: str) -> None:
        assert shipped(name).keys


def test_each_is_in_the_document() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \| for ", DOCUMENT.read_text("utf-8"), re.MULTILINE) == list(
        shipped_names()
    )
