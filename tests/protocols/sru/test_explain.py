"""The explain record: whole and in order for the standard, and what Alma's real one says in Alma's shape."""

from collections.abc import Iterator

import pytest
from lxml import etree

from protocols.sru.dialects import ALMA, ExplainShape, Operation
from protocols.sru.explain import (
    EXPLAIN_2_0,
    EXPLAIN_2_1,
    Attribute,
    Configuration,
    ContextSet,
    Database,
    Description,
    Index,
    IndexName,
    Link,
    Server,
    Setting,
    Text,
    explain_record,
)
from protocols.sru.response import ExplainResponse
from protocols.sru.schemas import Schema
from protocols.sru.writing import write
from tests.matrix import proves
from tests.protocols.sru.given import V1_2, asked, attributes, local

FULL = Description(
    server=Server(host="h&h", port=8443, database="TOWN"),
    database=Database(
        titles=(Text(text="Town <Library>", language="en", primary=True), Text(text="Stadt", language="de")),
        descriptions=(Text(text="All of it", language="en"),),
        author="a",
        contact="c@example.org",
        extent="e",
        history="h",
        languages=("en", "de"),
        restrictions="none",
        subjects=("all",),
        links=(Link(url="https://h/?a&b", type="www"),),
        implementation="circdesk",
    ),
    date_modified="2026-03-04T05:06:07Z",
    sets=(ContextSet(name="dc", identifier="info:srw/cql-context-set/1/dc-v1.1", title="Dublin Core"),),
    indexes=(
        Index(
            names=(IndexName(set="dc", name="title"), IndexName(set="alma", name="title")),
            titles=(Text(text="Title", language="en"), Text(text="Titel", language="de")),
            relations=("=", "all", "<>"),
            empty_term=True,
            scan=True,
            sort=True,
            attributes=(Attribute(set="bib-1", type=1, value=4),),
        ),
        Index(names=(IndexName(set="rec", name="id"),), search=False),
    ),
    schemas=(
        Schema(
            name="dc", identifier="info:srw/schema/1/dc-v1.1", title="DC", location="https://x", sort=True
        ),
    ),
    configuration=Configuration(
        defaults=(Setting(type="numberOfRecords", value="10"),),
        settings=(Setting(type="maximumRecords", value="50"),),
        supports=(Setting(type="relation", value="<="), Setting(type="emptyTerm")),
    ),
)  # fmt: skip


def standard(description: Description) -> etree._Element:
    return etree.fromstring(explain_record(description, ExplainShape.STANDARD))


def test_the_standard_record_is_in_one_namespace_and_in_order() -> None:
    root = standard(FULL)
    assert {each.tag.partition("}")[0] for each in root.iter()} == {f"{{{EXPLAIN_2_0}"}
    assert [local(each) for each in root] == [
        "serverInfo", "databaseInfo", "metaInfo", "indexInfo", "schemaInfo", "configInfo",
    ]  # fmt: skip
    assert [local(each) for each in root[1]] == [
        "title", "title", "description", "author", "contact", "extent", "history", "langUsage",
        "restrictions", "subjects", "links", "implementation",
    ]  # fmt: skip
    assert [local(each) for each in root[3]] == ["set", "index", "index"]
    assert [local(each) for each in root[3][1]] == ["title", "title", "map", "map", "map", "configInfo"]


def test_every_part_of_a_description_is_told() -> None:
    root = standard(FULL)
    space = {"z": EXPLAIN_2_0}
    server = root[0]
    assert attributes(server) == {
        "protocol": "SRU", "version": "1.2", "transport": "https", "method": "GET POST SOAP",
    }  # fmt: skip
    assert [each.text for each in server] == ["h&h", "8443", "TOWN"]
    assert [(each.text, attributes(each)) for each in list(root[1])[:2]] == [
        ("Town <Library>", {"lang": "en", "primary": "true"}),
        ("Stadt", {"lang": "de"}),
    ]
    assert root.findtext(".//z:metaInfo/z:dateModified", namespaces=space) == FULL.date_modified
    assert [attributes(each) for each in root.iterfind(".//z:langUsage", space)] == [{"codes": "en de"}]
    first, second = root.findall(".//z:index", namespaces=space)
    assert attributes(first) == {"search": "true", "scan": "true", "sort": "true"}
    assert attributes(second) == {"search": "false", "sort": "false"}
    assert [(each.get("set"), each.text) for each in first.iterfind("z:map/z:name", space)] == [
        ("dc", "title"), ("alma", "title"),
    ]  # fmt: skip
    assert [attributes(each) | {"": each.text or ""} for each in first.iterfind("z:map/z:attr", space)] == [
        {"type": "1", "set": "bib-1", "": "4"}
    ]
    assert [(each.get("type"), each.text) for each in first.iterfind("z:configInfo/*", space)] == [
        ("relation", "="), ("relation", "all"), ("relation", "<>"), ("emptyTerm", None),
    ]  # fmt: skip
    schema = root.find(".//z:schema", space)
    assert schema is not None
    assert attributes(schema) == {
        "identifier": "info:srw/schema/1/dc-v1.1", "name": "dc", "location": "https://x",
        "retrieve": "true", "sort": "true",
    }  # fmt: skip
    assert [(local(each), each.get("type"), each.text) for each in root[5]] == [
        ("default", "numberOfRecords", "10"),
        ("setting", "maximumRecords", "50"),
        ("supports", "relation", "<="),
        ("supports", "emptyTerm", None),
    ]


def test_what_is_not_described_is_left_out() -> None:
    root = standard(Description(server=Server(host="h", port=1, database="d")))
    assert [local(each) for each in root] == ["serverInfo"]


# As Alma's ------------------------------------------------------------------------------------------------

ALMA_SCHEMAS = (
    ("http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd", "marcxml"),
    ("info:srw/schema/1/dc-v1.1", "dc"),
    ("info:srw/schema/1/mods-v3.5", "mods"),
    ("info:srw/schema/1/dcx-v1.0", "dcx"),
    ("info:srw/schema/8/unimarcxml-v0.1", "unimarcxml"),
    ("http://www.nl.go.kr/kormarc/", "kormarcxml"),
    ("http://www.nlc.cn/", "cnmarcxml"),
    ("http://www.loc.gov/standards/iso20775/", "isohold"),
)


def described(rows: list[dict[str, str]]) -> Description:
    """Alma's explain, from the table of its indexes."""
    relations = ("=", "all", "==", ">", "<", ">=", "<=", "<>")
    return Description(
        server=Server(host="na01.alma.exlibrisgroup.com", port=443, database="TR_INTEGRATION_INST"),
        sets=(ContextSet(name="alma", identifier="marcxml"),),
        indexes=tuple(
            Index(
                names=(IndexName(set=row["set"], name=row["name"]),),
                titles=(Text(text=row["title"]),),
                relations=tuple(row["relations"].split()),
                empty_term=row["empty_term"] == "1",
                sort=row["sort"] == "true",
            )
            for row in rows
        ),
        schemas=tuple(Schema(name=name, identifier=uri, sort=True) for uri, name in ALMA_SCHEMAS),
        configuration=Configuration(
            defaults=(Setting(type="numberOfRecords", value="10"),),
            settings=(Setting(type="maximumRecords", value="50"),),
            supports=(
                *(Setting(type="relation", value=each) for each in relations),
                Setting(type="emptyTerm"),
            ),
        ),
    )  # fmt: skip


def content(element: etree._Element) -> Iterator[tuple[object, ...]]:
    """Every element in order: name, attributes and text. An emptyTerm may be anywhere in its configInfo."""
    for each in element.iter():
        if each.get("type") != "emptyTerm":
            yield each.tag, sorted(each.attrib.items()), (each.text or "").strip()
        if local(each) == "configInfo":
            yield "emptyTerm", [local(child) for child in each if child.get("type") == "emptyTerm"]


@proves("the explain record says what Alma's real one says")
def test_a_description_from_the_table_of_indexes_is_alma_s_explain(
    alma_answers: dict[str, etree._Element], alma_indexes: list[dict[str, str]]
) -> None:
    description = described(alma_indexes)
    response = ExplainResponse(record=explain_record(description, ALMA.explain), description=description)
    ours = etree.fromstring(write(response, asked(V1_2, Operation.EXPLAIN), ALMA))
    real = alma_answers["explain-alma.xml"]
    assert list(content(ours)) == list(content(real))
    assert len(ours.findall(".//{*}index")) == 392
    explain = ours.find(".//{*}explain")
    assert explain is not None
    assert explain.nsmap["ns"] == EXPLAIN_2_1


@pytest.mark.parametrize("shape", ExplainShape)
def test_every_index_has_the_same_names_and_relations_in_both_shapes(shape: ExplainShape) -> None:
    root = etree.fromstring(explain_record(FULL, shape))
    first = root.find(".//{*}index")
    assert first is not None
    assert [each.text for each in first.iter("{*}name")] == ["title", "title"]
    assert [each.text for each in first.iter("{*}supports")] == ["=", "all", "<>", None]
    assert first.get("sort") == "true"
