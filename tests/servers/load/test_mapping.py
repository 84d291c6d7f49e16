"""Mappings: data that says how columns become fields, refused where it does not fit."""

from pathlib import Path

import pytest

from servers.load.fields import TABLES
from servers.load.mapping import (
    Lookup,
    Mapping,
    Template,
    check,
    read_mapping,
    ready_mappings,
    with_arguments,
)
from servers.load.problem import LoadProblem

HEADER = {"library": 0, "shelf": 1, "room": 2}


@pytest.mark.parametrize(
    ("template", "cells", "text"),
    [
        ("shelf", ["L", " S ", "R"], "S"),
        ("{library}/{shelf}", ["L", "S", "R"], "L/S"),
        ("{shelf,room}", ["L", "", "R"], "R"),
        ("{shelf,room|STACKS}", ["L", " ", ""], "STACKS"),
        ("{library}/{shelf|STACKS}", ["L", "", ""], "L/STACKS"),
        ("{shelf}", ["L", "", ""], ""),
        ("at {shelf}!", ["L", "S", ""], "at S!"),
    ],
)
def test_a_template_is_filled_with_the_first_column_that_is_not_empty(
    template: str, cells: list[str], text: str
) -> None:
    assert Template(template, HEADER).fill(cells) == text


@pytest.mark.parametrize("template", ["Shelf", "{library}/{floor}", "{}"])
def test_a_column_that_is_not_there_is_named(template: str) -> None:
    with pytest.raises(LoadProblem, match="the columns are library, shelf, room"):
        Template(template, HEADER)


@pytest.mark.parametrize("name", ready_mappings())
def test_every_ready_mapping_fits_its_kind(name: str) -> None:
    check(read_mapping(name), TABLES[name.rpartition("-")[2]])


def test_a_mapping_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('[columns]\nbarcode = "strichcode"\n[skip]\nweg = ["1"]\n')
    assert read_mapping(str(file)) == Mapping(columns={"barcode": "strichcode"}, skip={"weg": ["1"]})


@pytest.mark.parametrize(
    ("text", "says"),
    [("[colums]\n", "colums"), ("[columns\n", "Expected"), ("[columns]\nbarcode = 1\n", "barcode|columns")],
)
def test_a_mapping_that_is_none_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(text)
    with pytest.raises(LoadProblem, match=says):
        read_mapping(str(file))


def test_who_names_an_unknown_mapping_is_told_the_ready_ones() -> None:
    with pytest.raises(LoadProblem, match="ready mappings are concerto-holds, concerto-items"):
        read_mapping("concerto")


def test_arguments_are_put_over_the_mapping() -> None:
    mapping = Mapping(columns={"barcode": "a", "bib": "b"})
    with_more = with_arguments(
        mapping, ["bib=c", "location={library}/{shelf}"], ["bib=C:/x/bibs.tsv:id:number"]
    )
    assert with_more.columns == {"barcode": "a", "bib": "c", "location": "{library}/{shelf}"}
    assert with_more.lookup == {"bib": Lookup("C:/x/bibs.tsv", "id", "number")}


@pytest.mark.parametrize(
    ("columns", "lookups"), [(["barcode"], []), (["=x"], []), ([], ["bib=file.tsv"]), ([], ["bib=f:k"])]
)
def test_arguments_that_say_nothing_are_refused(columns: list[str], lookups: list[str]) -> None:
    with pytest.raises(LoadProblem, match=r"--(map|lookup)"):
        with_arguments(Mapping(), columns, lookups)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (Mapping(columns={"barcode": "b", "bib": "b"}), "need location"),
        (Mapping(columns={"barcode": "b", "bib": "b", "location": "l", "colour": "c"}), "no field colour"),
        (
            Mapping(columns={"barcode": "b", "bib": "b"}, defaults={"location": "l"}, values={"state": {}}),
            "no field state",
        ),
    ],
)
def test_a_mapping_that_does_not_fit_the_kind_is_refused(mapping: Mapping, says: str) -> None:
    with pytest.raises(LoadProblem, match=says):
        check(mapping, TABLES["items"])


@pytest.mark.parametrize(
    "mapping",
    [
        Mapping(columns={"barcode": "b", "family": "f"}, defaults={"pin": "0000"}),
        Mapping(columns={"barcode": "b", "family": "f", "pin": "p"}, values={"pin": {"": "0000"}}),
        Mapping(columns={"barcode": "b", "family": "f", "pin": "p"}, lookup={"pin": Lookup("f", "k", "v")}),
    ],
)
def test_a_pin_that_is_not_in_the_patrons_row_is_refused(mapping: Mapping) -> None:
    """A mapping is no place for secrets, and a look-up that fails would show one."""
    with pytest.raises(LoadProblem, match="a pin comes from its column"):
        check(mapping, TABLES["patrons"])
