"""Cards: what a small screen shows of a record, and the medium of its items."""

import pytest

from core.model.records import Medium
from servers.load.card import author, medium, standard_number, standard_numbers, title, year
from tests.servers.load.given import marc


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("10$aE Street shuffle :$bthe glory days /$cClinton Heylin.", "E Street shuffle: the glory days"),
        ("00$aSongs of the 60's :$bpiano, vocal, guitar.", "Songs of the 60's: piano, vocal, guitar"),
        ("00$aRegister, 2003..$nv. 2.", "Register, 2003.. v. 2."),
        (
            "10$aFaust.$nTeil 2,$pDer Tragödie zweiter Teil /$cGoethe",
            "Faust. Teil 2. Der Tragödie zweiter Teil",
        ),
        ("14$a\u0098Die\u009c Stadt", "Die Stadt"),
        ("14$a<<Die>> Stadt =$bThe city", "Die Stadt: The city"),
        ("10$6880-01$aLa-Torah$h[microform] /", "La-Torah"),
        ("10$aBig bands, etc.", "Big bands, etc."),
        ("10$aMeet J. R.", "Meet J. R."),
        ("10$aAnd then ...", "And then ..."),
        ("10$aPoems (1923).", "Poems (1923)"),
        ("10$a  Two   spaces ", "Two spaces"),
        ("10$b", ""),
    ],
)
def test_a_title_is_free_of_isbd_punctuation_and_sort_marks(field: str, shown: str) -> None:
    assert title(marc(("245", field))) == shown


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ([("100", "1 $aHeylin, Clinton.$d1960-$91702")], "Heylin, Clinton"),
        ([("100", "1 $aMastronarde, Donald J.")], "Mastronarde, Donald J."),
        ([("110", "1 $aCalifornia.$bDivision of Mines.")], "California. Division of Mines"),
        ([("111", "2 $aTest Symposium$d(1981)")], "Test Symposium"),
        ([("700", "1 $aMitasova, Helena.$eeditor"), ("700", "1 $aNeteler, Markus")], "Mitasova, Helena"),
        ([("700", "1 $aSecond"), ("100", "1 $aFirst")], "First"),
        ([], ""),
    ],
)
def test_the_author_is_the_main_entry_or_the_first_added_one(
    fields: list[tuple[str, str]], shown: str
) -> None:
    assert author(marc(*fields)) == shown


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ([("008", "120829t20132012nyu      bk   001 0ceng  ")], "2013"),
        ([("008", "120829s19uu    nyu      bk   001 0ceng  "), ("260", "  $aN.Y.$c[1984?]")], "1984"),
        ([("264", " 1$cc1999."), ("260", "  $c1989")], "1999"),
        ([("008", "970701"), ("260", "  $bZioni")], ""),
        ([("260", "  $c20145")], ""),
        ([("008", "970701\u00e9989 it")], ""),
    ],
)
def test_the_year_is_that_of_publication(fields: list[tuple[str, str]], shown: str) -> None:
    assert year(marc(*fields)) == shown


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0-8129-1756-1 :", "9780812917567"),
        ("0520078438 (alk. paper)", "9780520078437"),
        ("080442957X", "9780804429573"),
        ("9780670026623 (alk. paper)", "9780670026623"),
        (" 9780387685748", "9780387685748"),
        ("0812917562", "0812917562"),  # a wrong check digit stays as it is printed
        ("0011-1392", "00111392"),
        ("2434-561x", "2434561X"),
        ("10.1007/978-0-387-68574-8", "10.1007/978-0-387-68574-8"),
        (":", ""),
        ("", ""),
    ],
)
def test_a_standard_number_is_what_a_scanner_reads(text: str, number: str) -> None:
    assert standard_number(text) == number


def test_standard_numbers_are_those_of_020_022_and_024_each_once() -> None:
    record = marc(
        ("020", "  $a0812917561"),
        ("020", "  $a9780812917567$z0000000000"),
        ("022", "  $a0011-1392"),
        ("024", "1 $a191329135068"),
        ("028", "02$aX 5"),
    )
    assert standard_numbers(record) == ("9780812917567", "00111392", "191329135068")


@pytest.mark.parametrize(
    ("kind", "carriers", "expected"),
    [
        (b"am", [], Medium.BOOK),
        (b"cm", [], Medium.BOOK),
        (b"as", [], Medium.MAGAZINE),
        (b"am", ["co cga"], Medium.BOOK_WITH_DISC),
        (b"am", ["ss l"], Medium.BOOK_WITH_AUDIO_TAPE),
        (b"am", ["cr n"], Medium.BOOK),
        (b"jm", ["sd f"], Medium.DISC),
        (b"im", ["ss l"], Medium.AUDIO_TAPE),
        (b"gm", ["vf c"], Medium.VIDEO_TAPE),
        (b"gm", ["vd c"], Medium.DISC),
        (b"mm", ["cj"], Medium.DISKETTE),
        (b"jm", [], Medium.OTHER),
        (b"em", [], Medium.OTHER),
    ],
)
def test_the_medium_comes_from_leader_and_007(kind: bytes, carriers: list[str], expected: Medium) -> None:
    leader = b"00000n" + kind + b" a2200000 a 4500"
    assert medium(marc(*(("007", carrier) for carrier in carriers), leader=leader)) is expected
