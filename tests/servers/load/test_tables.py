"""Tables: any delimiter and encoding that libraries use, rows whole or refused, secrets never shown."""

from datetime import UTC
from enum import IntEnum
from pathlib import Path

import pytest

from servers.load.fields import ITEMS, PATRONS, Kind
from servers.load.mapping import Lookup, Mapping
from servers.load.problem import LoadProblem
from servers.load.tables import Row, count_rows, read_rows
from servers.load.verdict import Outcome, Unusable

COLUMNS = {"barcode": "barcode", "note": "note"}


class Colour(IntEnum):
    RED = 0
    DARK_BLUE = 1


def rows(
    file: Path, content: str | bytes, mapping: Mapping | None = None, kind: Kind = ITEMS, encoding: str = ""
) -> list[Row]:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    given = mapping or Mapping(columns=COLUMNS)
    found = list(read_rows([file], given, kind, UTC, encoding))
    assert count_rows([file], given, kind, UTC, encoding) == len(found)
    return found


def cells(found: list[Row]) -> list[list[str]]:
    return [row.cells for row in found]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.tsv", "barcode\tnote\n1\tone, or two\n2\t\n"),
        ("x.txt", "barcode\tnote\r\n1\tone, or two\r\n\r\n2\t\r\n"),
        ("x.csv", 'barcode,note\n1,"one, or two"\n2,\n'),
        ("x.csv", "barcode;note\n1;one, or two\n2;\n"),
        ("x", "barcode|note\n1|one, or two\n2|\n"),
        ("x.tsv", "\ufeffbarcode\tnote\n1\tone, or two\n2\t"),
    ],
)
def test_the_delimiter_is_seen(tmp_path: Path, name: str, content: str) -> None:
    found = rows(tmp_path / name, content)
    assert cells(found) == [["1", "one, or two"], ["2", ""]]


def test_a_delimiter_may_be_given(tmp_path: Path) -> None:
    mapping = Mapping(columns=COLUMNS, delimiter="^")
    assert cells(rows(tmp_path / "x.txt", "barcode^note\n1^a,b\n", mapping)) == [["1", "a,b"]]


def test_quotes_are_text_in_tsv_and_quotes_in_csv(tmp_path: Path) -> None:
    assert cells(rows(tmp_path / "x.tsv", 'barcode\tnote\n1\t12" disc\n')) == [["1", '12" disc']]
    found = rows(tmp_path / "x.csv", 'barcode,note\n1,"two\nlines, ""quoted"""\n2,x\n')
    assert cells(found) == [["1", 'two\nlines, "quoted"'], ["2", "x"]]
    assert [row.place.number for row in found] == [3, 4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_the_encoding_is_seen(tmp_path: Path, encoding: str) -> None:
    assert cells(rows(tmp_path / "x.tsv", "barcode\tnote\n1\tÉtude\n".encode(encoding))) == [["1", "Étude"]]


def test_the_encoding_may_be_given(tmp_path: Path) -> None:
    content = "barcode\tnote\n1\tЖизнь\n".encode("koi8-r")
    assert cells(rows(tmp_path / "x.tsv", content, encoding="koi8-r")) == [["1", "Жизнь"]]
    with pytest.raises(LoadProblem, match="no such encoding"):
        rows(tmp_path / "x.tsv", content, encoding="koi9")


def test_a_file_without_header_or_without_being_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadProblem, match="no header"):
        rows(tmp_path / "x.tsv", "")
    with pytest.raises(LoadProblem, match="No such file"):
        list(read_rows([tmp_path / "y.tsv"], Mapping(), ITEMS, UTC))
    with pytest.raises(LoadProblem, match=r"x\.tsv: there is no column 'note'"):
        rows(tmp_path / "x.tsv", "barcode\n1\n")


@pytest.mark.parametrize("line", ["1", "1\ttwo\tthree"])
def test_a_row_that_is_out_of_step_is_rejected(tmp_path: Path, line: str) -> None:
    [row] = rows(tmp_path / "x.tsv", f"barcode\tnote\n{line}\n")
    refusal = row.refusal()
    assert refusal is not None
    assert refusal.outcome is Outcome.REJECTED
    assert row.extract() == line.replace("\t", "\\t")


def test_a_quote_that_never_closes_costs_one_rejected_row(tmp_path: Path) -> None:
    content = 'barcode,note\n1,good\n2,"' + "x" * 200_000 + "\n"
    good, bad = rows(tmp_path / "x.csv", content)
    assert good.refusal() is None
    assert bad.refusal() is not None


def test_rows_are_skipped_by_what_a_column_holds(tmp_path: Path) -> None:
    mapping = Mapping(columns=COLUMNS, skip={"gone": ["1", "2"], "back_at": ["*"]})
    content = "barcode\tnote\tgone\tback_at\n1\t\t0\t\n2\t\t1\t\n3\t\t0\tMonday\n"
    here, gone, back = [row.refusal() for row in rows(tmp_path / "x.tsv", content, mapping)]
    assert here is None
    assert gone is not None
    assert (gone.outcome, gone.reason) == (Outcome.SKIPPED, 'column gone is "1"')
    assert back is not None
    assert back.reason == "column back_at is not empty"


def test_codes_are_translated_and_defaults_fill_what_is_empty(tmp_path: Path) -> None:
    mapping = Mapping(
        columns={"note": "note", "policy": "note"},
        defaults={"note": "none", "location": "MAIN/STACKS"},
        values={"note": {"a": "A", "b": "", "*": "other"}, "policy": {"a": "A"}},
    )
    found = rows(tmp_path / "x.tsv", "barcode\tnote\n1\ta\n2\tb\n3\tc\n4\t\n", mapping)
    assert [row.text("note") for row in found] == ["A", "none", "other", "none"]
    assert [row.text("policy") for row in found] == ["A", "b", "c", ""]
    assert {row.text("location") for row in found} == {"MAIN/STACKS"}
    with pytest.raises(Unusable, match="no policy"):
        found[3].need("policy")


def test_another_table_tells_what_a_value_means(tmp_path: Path) -> None:
    (tmp_path / "items.tsv").write_text("id\tbarcode\tvolume\n7\tB7\tv1\n8\tB8\tv1\nbroken\n")
    lookups = {
        "barcode": Lookup("items.tsv", "id", "barcode"),
        "note": Lookup("items.tsv", "volume", "barcode"),
    }
    mapping = Mapping(columns=COLUMNS, lookup=lookups)
    known, unknown, empty = rows(tmp_path / "x.tsv", "barcode\tnote\n7\tv1\n9\t\n\tv1\n", mapping)
    assert known.text("barcode") == "B7"
    assert known.all("note") == ["B7", "B8"]
    assert empty.text("barcode") == ""
    with pytest.raises(Unusable, match=r"barcode is not in items\.tsv") as unusable:
        unknown.text("barcode")
    assert unusable.value.detail == "9"


def test_a_look_up_that_is_not_there_is_refused(tmp_path: Path) -> None:
    mapping = Mapping(columns=COLUMNS, lookup={"barcode": Lookup("items.tsv", "id", "barcode")})
    with pytest.raises(LoadProblem, match=r"items\.tsv"):
        rows(tmp_path / "x.tsv", "barcode\tnote\n7\tx\n", mapping)


def test_code_words_are_the_names_of_the_enum(tmp_path: Path) -> None:
    found = rows(tmp_path / "x.tsv", "barcode\tnote\n1\tdark-blue\n2\tRed\n3\tgreen\n4\t\n")
    assert [row.code("note", Colour) for row in (found[0], found[1], found[3])] == [
        Colour.DARK_BLUE,
        Colour.RED,
        None,
    ]
    with pytest.raises(Unusable, match="note is none of red, dark-blue"):
        found[2].code("note", Colour)


def test_a_pin_is_never_shown(tmp_path: Path) -> None:
    mapping = Mapping(columns={"barcode": "barcode", "pin": "{secret,other}"})
    content = "barcode\tsecret\tother\n1\t4711\t4712\n2\t\t4713\n3\t4714\n"
    found = rows(tmp_path / "x.tsv", content, mapping, PATRONS)
    assert [row.extract() for row in found] == [r"1\t***\t***", r"2\t\t***", "***"]
