"""Dublin Core and MODS: the fields of a record at their place in other schemas."""

from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from protocols.marc.dublin_core import NAMESPACE as DC
from protocols.marc.dublin_core import WRAPPER, dublin_core
from protocols.marc.iso2709 import Marc
from protocols.marc.mods import NAMESPACE as MODS
from protocols.marc.mods import mods

LEADER = b"00000cam a2200000 a 4500"
FIXED = b"990412s1999    enka     b    001 0 eng d"


def record(*fields: tuple[str, str], leader: bytes = LEADER, fixed: bytes = FIXED) -> Marc:
    """A record; ``$`` stands for the delimiter."""
    data = [(tag.encode(), text.replace("$", "\x1f").encode()) for tag, text in fields]
    return Marc(leader, ((b"001", b"u1"), (b"008", fixed), *data))


def dc(*fields: tuple[str, str], links: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Name and text of every element."""
    root = etree.fromstring(dublin_core(record(*fields), links))
    assert root.tag == f"{{{WRAPPER}}}dc"
    assert all(str(part.tag).startswith(f"{{{DC}}}") for part in root)
    return [(etree.QName(part).localname, part.text or "") for part in root]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (("245", "14$aThe tie :$ba story /$cby Ann."), ("title", "The tie : a story")),
        (("100", "1 $aNgata, Ann,$d1950-"), ("creator", "Ngata, Ann, 1950-")),
        (("710", "2 $aTown Library."), ("contributor", "Town Library.")),
        (("650", " 0$aTies$zFrance$xHistory."), ("subject", "Ties--France--History.")),
        (("520", "  $aA summary."), ("description", "A summary.")),
        (("260", "  $aLondon :$bFaber,$c1999."), ("publisher", "London : Faber")),
        (("264", " 1$aLondon :$bFaber,$c1999"), ("date", "1999")),
        (("655", " 7$aNovels.$2lcgft"), ("type", "Novels.")),
        (("300", "  $a12 p. :$bill. ;$c20 cm"), ("format", "12 p. : ill. ; 20 cm")),
        (("651", " 0$aParis (France)"), ("coverage", "Paris (France)")),
        (("540", "  $aFree to use."), ("rights", "Free to use.")),
        (("773", "0 $tThe journal$g1(2)"), ("relation", "The journal")),
        (("020", "  $a9780140449136 (pbk.)"), ("identifier", "ISBN 9780140449136 (pbk.)")),
        (("022", "  $a0028-0836"), ("identifier", "ISSN 0028-0836")),
        (("856", "40$uhttps://example.org/a?b=1&c=2"), ("identifier", "https://example.org/a?b=1&c=2")),
    ],
)
def test_each_field_is_an_element_of_dublin_core(field: tuple[str, str], expected: tuple[str, str]) -> None:
    assert expected in dc(field)


def test_dublin_core_tells_type_and_language_and_says_nothing_twice() -> None:
    found = dc(("041", "0 $aeng$afre"), ("856", "40$uhttps://a"), links=("https://a", "https://b"))
    assert found == [
        ("type", "text"),
        ("language", "eng"),
        ("language", "fre"),
        ("identifier", "https://a"),
        ("identifier", "https://b"),
    ]


def in_mods(path: str, *fields: tuple[str, str], leader: bytes = LEADER) -> list[str]:
    """The texts at a path of the MODS record."""
    root = etree.fromstring(mods(record(*fields, leader=leader)))
    assert root.tag == f"{{{MODS}}}mods"
    steps = path.replace("//", "/").split("/")
    full = "/".join(step if step.startswith("@") else f"m:{step}" for step in steps)
    found = root.xpath(full, namespaces={"m": MODS})
    assert isinstance(found, list)
    return [str(one.xpath("string()")) if isinstance(one, etree._Element) else str(one) for one in found]


@pytest.mark.parametrize(
    ("path", "field", "expected"),
    [
        ("titleInfo/nonSort", ("245", "14$aThe tie :$ba story"), ["The"]),
        ("titleInfo/title", ("245", "14$aThe tie :$ba story"), ["tie"]),
        ("titleInfo/subTitle", ("245", "14$aThe tie :$ba story"), ["a story"]),
        ("titleInfo/partNumber", ("245", "10$aTies.$nPart 2,$pKnots"), ["Part 2"]),
        ("titleInfo[@type='alternative']/title", ("246", "3 $aKnots"), ["Knots"]),
        ("titleInfo[@type='uniform']/title", ("240", "10$aWorks.$lEnglish"), ["Works. English"]),
        ("name[@type='personal'][@usage='primary']/namePart", ("100", "1 $aNgata, Ann"), ["Ngata, Ann"]),
        ("name/namePart[@type='date']", ("700", "1 $aNgata, Ann,$d1950-"), ["1950-"]),
        ("name/role/roleTerm", ("700", "1 $aNgata, Ann,$eeditor"), ["editor"]),
        ("relatedItem/titleInfo/title", ("700", "12$aNgata, Ann.$tTies"), ["Ties"]),
        ("relatedItem[@type='series']/titleInfo/title", ("490", "0 $aKnots ;$v2"), ["Knots"]),
        ("relatedItem[@type='host']/part/text", ("773", "0 $tThe journal$gvol. 1"), ["vol. 1"]),
        ("originInfo/place/placeTerm[@type='text']", ("260", "  $aLondon :$bFaber,$c1999."), ["London"]),
        ("originInfo/copyrightDate", ("264", " 4$c©1998"), ["©1998"]),
        ("originInfo/edition", ("250", "  $a2nd ed."), ["2nd ed."]),
        ("subject[@authority='lcsh']/topic", ("650", " 0$aTies$xHistory"), ["Ties", "History"]),
        ("subject/geographic", ("650", " 0$aTies$zFrance"), ["France"]),
        ("subject/name[@type='personal']/namePart", ("600", "10$aNgata, Ann"), ["Ngata, Ann"]),
        ("classification[@authority='ddc']", ("082", "04$a391.4"), ["391.4"]),
        ("identifier[@type='isbn']", ("020", "  $a0140449132"), ["0140449132"]),
        ("identifier[@invalid='yes']", ("020", "  $z0140449133"), ["0140449133"]),
        ("note[@type='statement of responsibility']", ("245", "10$aTies /$cby Ann."), ["by Ann."]),
        ("note[@type='thesis']", ("502", "  $aThesis, 1999"), ["Thesis, 1999"]),
        ("abstract", ("520", "  $aAll of ties."), ["All of ties."]),
        ("location/url", ("856", "40$uhttps://a$3Full text"), ["https://a"]),
        ("location/url/@displayLabel", ("856", "40$uhttps://a$3Full text"), ["Full text"]),
        ("language/languageTerm", ("041", "0 $aeng$afre"), ["eng", "fre"]),
        ("recordInfo/recordIdentifier", ("500", "  $ax"), ["u1"]),
    ],
)
def test_each_field_has_its_place_in_mods(path: str, field: tuple[str, str], expected: list[str]) -> None:
    assert in_mods(path, field) == expected


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (b"am", "text"),
        (b"em", "cartographic"),
        (b"cm", "notated music"),
        (b"jm", "sound recording-musical"),
        (b"im", "sound recording-nonmusical"),
        (b"gm", "moving image"),
        (b"km", "still image"),
        (b"rm", "three dimensional object"),
        (b"mm", "software, multimedia"),
        (b"pc", "mixed material"),
    ],
)
def test_the_leader_tells_the_type_of_resource(kind: bytes, word: str) -> None:
    assert in_mods("typeOfResource", leader=LEADER[:6] + kind + LEADER[8:]) == [word]


def test_a_serial_and_a_collection_and_a_manuscript_say_so() -> None:
    assert in_mods("originInfo/issuance", leader=LEADER[:7] + b"s" + LEADER[8:]) == ["serial"]
    assert in_mods("typeOfResource/@collection", leader=LEADER[:7] + b"c" + LEADER[8:]) == ["yes"]
    assert in_mods("typeOfResource/@manuscript", leader=LEADER[:6] + b"t" + LEADER[7:]) == ["yes"]


tags = st.sampled_from(
    [b"008", b"020", b"041", b"100", b"245", b"246", b"260", b"650", b"700", b"773", b"856"]
)
schemas = pytest.mark.parametrize("schema", [dublin_core, mods])


@schemas
@given(fields=st.lists(st.tuples(tags, st.binary(max_size=50)), max_size=10))
def test_any_record_is_well_formed(
    schema: Callable[[Marc], bytes], fields: list[tuple[bytes, bytes]]
) -> None:
    etree.parse(BytesIO(schema(Marc(LEADER, tuple(fields)))))
