"""What a bib is found by: fields, articles, other scripts, items; and records that are no records."""

from __future__ import annotations

import pytest

from core.model.records import Bib, BibId, Item, ItemId, Portfolio, PortfolioId
from core.plan import Entry
from protocols.marc.iso2709 import Marc, pack
from servers.catalogue.access_points import table
from servers.catalogue.entries import Entries, Subject
from tests.fakes.collected import Collected
from tests.matrix import proves

COLLECTED = Collected()
ENTRIES = Entries(table(), COLLECTED)
BIB = Bib(BibId(1), 1, "991", "The cat", "Doe", "1999")


def entry(
    *fields: tuple[str, str], leader: bytes = b"00000nam a2200000   4500", items: tuple[Item, ...] = ()
) -> Entry:
    """The entry of a record; a field is its tag, and indicators and subfields with ``$``."""
    marc = Marc(leader, tuple((tag.encode(), data.replace("$", "\x1f").encode()) for tag, data in fields))
    return made(Subject(BIB, pack(marc), items))


def made(subject: Subject) -> Entry:
    """The entry of a bib."""
    return COLLECTED.entries[ENTRIES(subject).document]


def texts(found: Entry, point: str) -> list[str]:
    """The texts of a point, in all of its rows."""
    return [text for row in table().points[point].rows for text in found.texts.get(row, ())]


def test_a_text_stands_once_whatever_points_search_it() -> None:
    found = entry(("100", "1 $aDoe, Jane,$eauthor."), ("650", " 0$aCats$xHistory."))
    for point in ("creator", "name", "personal_name"):
        assert texts(found, point) == ["doe jane"]
    for point in ("subjects", "lcsh", "topical_subject"):
        assert texts(found, point) == ["cats history"]
    assert texts(found, "mesh") == []
    assert texts(found, "all_for_ui") == ["doe jane author", "cats history"]
    assert sum(text == "doe jane" for row in found.texts.values() for text in row) == 1
    assert found.terms["creator"] == ["doe jane"]


@proves("the order of hits is total, and articles do not sort")
def test_an_article_is_in_one_form_of_the_title_and_sorts_in_none() -> None:
    found = entry(("245", "14$aThe cat's pyjamas :$ba tale /$cJane Doe."))
    assert sorted(texts(found, "title")) == ["cat s pyjamas a tale", "the cat s pyjamas a tale"]
    assert sorted(found.terms["title"]) == ["cat s pyjamas a tale", "the cat s pyjamas a tale"]
    assert found.order["title"] == "cat s pyjamas a tale"
    assert texts(found, "creator") == ["jane doe"]


def test_what_control_characters_enclose_does_not_sort() -> None:
    found = entry(("245", "10$a\x98Der\x9c Prozess"))
    assert sorted(texts(found, "title")) == ["der prozess", "prozess"]
    assert found.order["title"] == "prozess"


def test_another_script_counts_as_the_field_it_is_linked_to() -> None:
    found = entry(("245", "10$6880-01$aTōkyō"), ("880", "10$6245-01/$1$a東京"), ("880", "  $aلغة"))
    assert sorted(texts(found, "title")) == ["tokyo", "東 京"]
    assert found.terms["title"] == ["tokyo", "東京"]
    assert found.order["title"] == "tokyo"


def test_numbers_have_the_form_of_their_kind() -> None:
    found = entry(
        ("020", "  $a0-306-40615-2 (pbk.)$z9780306406157"),
        ("022", "  $a0317-8471"),
        ("035", "  $a(OCoLC)ocm00012345"),
        ("035", "  $a(DE-599)1"),
        ("024", "7 $a10.1000/182$2doi"),
        ("024", "2 $aM-2306-7118-7"),
    )
    assert found.terms["isbn"] == ["9780306406157"]
    assert found.terms["issn"] == ["03178471"]
    assert found.terms["oclc_control_number_035_a"] == ["12345"]
    assert found.terms["digital_object_identifier"] == ["101000182"]
    assert found.terms["stored_standard_number_024_a_ind1_2"] == ["m230671187"]
    assert found.terms["standard_number"][:2] == ["9780306406157", "03178471"]


def test_codes_come_from_fixed_positions_and_filling_is_nothing() -> None:
    found = entry(
        ("005", "20200229120000.0"),
        ("008", "010203s1999    enk           000 0 eng d"),
        leader=b"00000cas a2200000   4500",
    )
    assert found.terms["language"] == ["eng"]
    assert found.terms["country_of_publication_new"] == ["enk"]
    assert found.terms["bib_level"] == ["s"]
    assert found.terms["mms_material_type"] == ["journal"]
    assert found.terms["mms_modificationDate"] == ["20200229"]
    assert found.terms["main_pub_date"] == ["0000000000000001999"]
    assert found.order["main_pub_date"] == 1999
    assert "language" not in entry(("008", "||||||||||||||||||||||||||||||||||||||||")).terms


def test_items_are_found_by_what_does_not_move_them() -> None:
    items = (
        Item(ItemId(7), 1, "I-7", BIB.id, "MAIN/STACKS", "book", "PR4034 .E5", "v. 2"),
        Item(ItemId(8), 1, "I8", BIB.id, "EAST/SHOW", "dvd", permanent_location="MAIN/STACKS"),
    )
    found = entry(items=items)
    assert found.terms["barcode"] == ["i7", "i8"]
    assert found.terms["item_pid"] == ["0000000000000000007", "0000000000000000008"]
    assert found.terms["itemLibrary"] == ["main"]
    assert found.terms["itemPhysicalLocation"] == ["main stacks"]
    assert found.terms["temporaryLibrary"] == ["east"]
    assert found.terms["itemPolicy"] == ["book", "dvd"]
    assert found.terms["has_inventory"] == ["true"]
    assert found.terms["PermanentCallNumber"] == ["pr 004034 e5"]
    assert texts(found, "PermanentCallNumber") == ["pr 4034 e 5"]
    assert texts(found, "item_description") == ["v 2"]


def test_electronic_inventory_is_inventory() -> None:
    portfolio = Portfolio(PortfolioId(3), 1, BIB.id, "53001", interface="Books Online")
    found = made(Subject(BIB, b"", (), (portfolio,)))
    assert found.terms["portfolio_pid"] == ["0000000000000053001"]
    assert (found.terms["has_inventory"], found.terms["p_level_4_id"]) == (["true"], ["false"])
    assert texts(found, "portfolio_interfaceName") == ["books online"]


def test_hidden_fields_are_not_among_all_words() -> None:
    found = entry(("040", "  $aXYZ"), ("245", "00$aCat"), ("852", "  $bSecret"), ("952", "  $pHidden"))
    assert texts(found, "all_for_ui") == ["cat"]


@pytest.mark.parametrize("body", [b"", b"no record at all", b"00000nam a2200000   4500245"])
def test_a_body_that_cannot_be_read_leaves_the_card(body: bytes) -> None:
    found = made(Subject(BIB, body, ()))
    assert found.terms["mms_id"] == ["0000000000000000991"]
    assert found.terms["main_pub_date"] == ["0000000000000001999"]
    assert "title" not in found.terms


def test_a_record_whose_directory_is_out_of_order_is_read_by_it() -> None:
    body = (
        b"00000nam a2200049   4500"
        + b"245000900005"
        + b"001000500000"
        + b"\x1e"
        + b"9991\x1e"
        + b"00\x1faCat\x1e\x1d"
    )
    assert texts(made(Subject(BIB, body.replace(b"00\x1faCat\x1e", b"00\x1faCats\x1e"), ())), "title") == [
        "cats"
    ]
