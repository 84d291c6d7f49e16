"""The table of access points: every row can be read, and says what Alma's explain record says."""

from __future__ import annotations

import pytest

from core.points import AccessPoint, PointKind
from core.query import Match
from servers.catalogue.access_points import MATCHES, Place, place, table
from tests.matrix import proves

POINTS = table().points


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("245", Place("245")),
        ("260 b", Place("260", codes="b")),
        ("650 *0 *", Place("650", second="0")),
        ("024 1* a", Place("024", first="1", codes="a")),
        ("008/35-37", Place("008", start=35, end=38)),
        ("007/00", Place("007", start=0, end=1)),
        ("035 a if (OCoLC)", Place("035", codes="a", prefix="(ocolc)")),
        ("024 a if $2=doi", Place("024", codes="a", source="2doi")),
        ("020 az as isbn", Place("020", codes="az", kind=PointKind.ISBN)),
        ("item.barcode", Place("item.barcode")),
    ],
)
def test_a_place_is_read(text: str, read: Place) -> None:
    assert place(text) == read


@pytest.mark.parametrize("text", ["", "245 1 a", "245 a b c d", "020 a as colour"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        place(text)


ALMA = [
    ("all_for_ui", "Keywords", "all =", True, False),
    ("title", "Title", "all = ==", True, True),
    ("creator", "Creator", "all = ==", False, True),
    ("subjects", "Subjects", "all = ==", True, False),
    ("isbn", "ISBN", "all =", True, False),
    ("issn", "ISSN", "all =", True, False),
    ("mms_id", "MMS ID", "== > >= < <= <> = all", False, False),
    ("barcode", "Barcode", "all = ==", True, False),
    ("publisher", "Publisher", "all = ==", False, False),
    ("main_pub_date", "Publication Year", "== > >= < <= <> = all", False, True),
    ("language", "Language (Title)", "== <> = all", True, False),
    ("series", "Series", "all = ==", True, False),
    ("uniform_title", "Uniform Title", "all = ==", False, False),
    ("oclc_control_number_035_a", "OCLC Control Number (035a)", "all = ==", True, False),
    ("other_system_number", "Other System Number", "all = ==", True, False),
    ("lccn", "LC Control No.", "all =", True, False),
    ("standard_number", "Standard Number", "all =", True, False),
    ("local_field_900", "Local field 900", "all =", True, False),
    ("mms_material_type", "Material type", "== <> = all", True, False),
    ("holding_Library", "Library (Holdings)", "== = all", True, False),
    ("permanentPhysicalLocation", "Permanent physical location", "== = all", True, False),
    ("PermanentCallNumber", "Permanent call number", "all = == > >= < <=", True, False),
    ("item_pid", "Item PID", "== > >= < <= <> = all", False, False),
    ("portfolio_pid", "Portfolio PID", "== > >= < <= <> = all", False, False),
    ("has_inventory", "Has Inventory", "== = all", False, False),
    ("mms_modificationDate", "Modification Date (Title)", "== <> < > = all", True, False),
]


@proves("the table of access points has Alma's names and relations")
@pytest.mark.parametrize(("name", "title", "relations", "empty", "sortable"), ALMA)
def test_a_point_is_as_alma_has_it(
    name: str, title: str, relations: str, empty: bool, sortable: bool
) -> None:
    found = POINTS.named("alma", name)
    assert found is POINTS[name]
    assert (found.title, found.relations) == (title, tuple(relations.split()))
    assert (found.empty, found.sortable) == (empty, sortable)


RELATIONS = {
    "=": Match.EQ, "==": Match.HEADING, "all": Match.ALL, "<>": Match.NE,
    "<": Match.LT, "<=": Match.LE, ">": Match.GT, ">=": Match.GE,
}  # fmt: skip


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_every_relation_that_is_listed_is_answered(point: AccessPoint) -> None:
    assert {RELATIONS[relation] for relation in point.relations} <= point.matches
    assert bool(point.rows) == (point.kind in (PointKind.TEXT, PointKind.CALL_NUMBER))
    assert not point.facet or point.listed


def test_every_kind_has_its_matches() -> None:
    assert set(MATCHES) == set(PointKind)


@pytest.mark.parametrize(
    ("context_set", "index", "name"),
    [
        ("dc", "title", "title"),
        ("dc", "creator", "creator"),
        ("dc", "subject", "subjects"),
        ("dc", "date", "main_pub_date"),
        ("bath", "isbn", "isbn"),
        ("bath", "author", "creator"),
        ("rec", "id", "mms_id"),
        ("cql", "serverChoice", "all_for_ui"),
        ("cql", "anywhere", "all_for_ui"),
    ],
)
def test_other_context_sets_name_the_same_points(context_set: str, index: str, name: str) -> None:
    assert POINTS.named(context_set, index) is POINTS[name]


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (1016, "all_for_ui"),
        (4, "title"),
        (1003, "creator"),
        (21, "subjects"),
        (7, "isbn"),
        (8, "issn"),
        (12, "mms_id"),
        (31, "main_pub_date"),
        (1211, "oclc_control_number_035_a"),
    ],
)
def test_bib_1_use_attributes_name_points(use: int, name: str) -> None:
    assert POINTS.used(use) is POINTS[name]


def test_no_name_and_no_number_is_given_twice() -> None:
    names = [str(name).casefold() for point in POINTS.values() for name in point.names]
    numbers = [use for point in POINTS.values() for use in point.use]
    assert len(names) == len(set(names))
    assert len(numbers) == len(set(numbers))
