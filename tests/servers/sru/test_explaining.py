"""explain says what runs: its indexes answer, its relations are taken, its samples find no fault."""

from __future__ import annotations

import json

import pytest

from core.query import Match
from servers.catalogue.access_points import table
from servers.configuration.settings import SruProfile, SruStyle
from servers.sru.explaining import SAMPLES, relations
from tests.matrix import proves
from tests.servers.sru.given import EXPLAIN, OPEN, Reply, Town

NS = "{http://explain.z3950.org/dtd/2.1/}"
TERMS = {"within": '"1990 1999"', "<": "1990", ">": "1990", "<=": "1990", ">=": "1990"}


def supports(answer: Reply, kind: str) -> list[str]:
    configuration = answer.root.find(f".//{EXPLAIN}explain/{EXPLAIN}configInfo")
    return [one.text or "" for one in configuration if one.get("type") == kind]


@proves("explain says what runs, with ETag, and its samples work")
class TestStandard:
    @pytest.mark.parametrize(
        "asked", ["", "version=1.1&operation=explain", "version=2.0", "operation=explain"]
    )
    async def test_in_each_version(self, town: Town, asked: str) -> None:
        answer = await town.get(asked)
        assert answer.diagnostics == []
        record = answer.root.find(f".//{EXPLAIN}explain")
        assert [one.tag.removeprefix(EXPLAIN) for one in record] == [
            *("serverInfo", "databaseInfo", "metaInfo", "indexInfo", "schemaInfo", "configInfo"),
        ]

    @pytest.mark.parametrize("sample", SAMPLES)
    async def test_samples_are_answered(self, town: Town, sample: str) -> None:
        assert sample in (await town.get()).texts("query")
        assert (await town.search(sample)).diagnostics == []

    async def test_every_index_is_answered_by_each_of_its_names(self, town: Town) -> None:
        answer = await town.get()
        names = [f"{one.get('set')}.{one.text}" for one in answer.root.iter(f"{EXPLAIN}name")]
        assert len(names) > 200
        for name in names:
            found = await town.search(f"{name} = 1")
            assert [number for number, _ in found.diagnostics if number in (15, 16, 22)] == [], name

    async def test_every_relation_is_taken(self, town: Town) -> None:
        for point in town.catalogue.points.values():
            for relation in relations(point):
                term = TERMS.get(relation, '"12"')
                found = await town.search(f"{point.names[0]} {relation} {term}")
                assert [number for number, _ in found.diagnostics if number in (19, 22)] == [], point.name

    async def test_no_other_is(self, town: Town) -> None:
        for point in town.catalogue.points.values():
            if Match.WITHIN not in point.matches:
                found = await town.search(f'{point.names[0]} within "1 2"')
                assert found.diagnostics == [(22, f"{point.names[0]} within")]

    async def test_what_sorts_sorts_and_nothing_else(self, town: Town) -> None:
        for index in (await town.get()).root.iter(f"{EXPLAIN}index"):
            name = index.find(f".//{EXPLAIN}name")
            if index.get("search") == "true" and name.text != "allRecords":
                found = await town.search(f"emma sortBy {name.get('set')}.{name.text}")
                assert bool(found.diagnostics) == (index.get("sort") == "false"), name.text

    async def test_limits_are_those_of_the_profile(self, town: Town) -> None:
        town.take_on(SruProfile(style=SruStyle.OPEN, records=7, records_limit=99, schema="dc"))
        answer = await town.get()
        configured = {
            one.get("type"): one.text for one in answer.root.iter(f"{EXPLAIN}setting", f"{EXPLAIN}default")
        }
        assert configured["numberOfRecords"] == "7"
        assert configured["maximumRecords"] == "99"
        assert configured["retrieveSchema"] == "info:srw/schema/1/dc-v1.1"

    async def test_features_are_told(self, town: Town) -> None:
        answer = await town.get()
        assert {"masked", "unmasked"} <= set(supports(answer, "relationModifier"))
        assert supports(answer, "scan") == supports(answer, "resultSets") == [""]
        assert set(supports(answer, "relation")) >= {"=", "==", "all", "any", "adj", "within", "<>"}

    async def test_modifiers_and_sort_modifiers_are_taken(self, town: Town) -> None:
        answer = await town.get()
        for modifier in supports(answer, "relationModifier"):
            assert (await town.search(f"title =/{modifier} emma")).diagnostics == []
        for modifier in supports(answer, "sortModifier"):
            found = await town.search(f"dc.creator = austen sortBy title/{modifier}")
            assert found.diagnostics == [], modifier
        for modifier in supports(answer, "booleanModifier"):
            written = modifier if "=" in modifier or modifier.endswith("ordered") else f"{modifier}<=2"
            assert (await town.search(f"title=pride prox/{written} title=and")).diagnostics == []

    async def test_every_schema_gives_records(self, town: Town) -> None:
        for schema in (await town.get()).root.iter(f"{EXPLAIN}schema"):
            for name in (schema.get("name"), schema.get("identifier")):
                found = await town.search("emma", recordSchema=name)
                assert (found.hits, found.diagnostics) == (1, []), name

    async def test_who_has_it_need_not_have_it_again(self, town: Town) -> None:
        first = await town.get()
        again = await town.get(If_None_Match=first.headers["ETag"])
        assert (again.status, again.body) == (304, b"")
        town.take_on(SruProfile(style=SruStyle.OPEN, records=7))
        assert (await town.get(If_None_Match=first.headers["ETag"])).status == 200

    async def test_as_json_it_is_the_description(self, town: Town) -> None:
        told = json.loads((await town.get(Accept="application/json")).body)
        assert told["explain"]["server"]["database"] == "TOWN"
        assert len(told["explain"]["indexes"]) == len(table().points) + 1

    async def test_what_was_wrong_with_the_request_is_told_beside_it(self, town: Town) -> None:
        answer = await town.get("operation=explain&version=9.9")
        assert [number for number, _ in answer.diagnostics] == [5]
        assert answer.root.find(f".//{EXPLAIN}serverInfo") is not None


class TestAlma:
    async def test_the_host_is_the_one_that_was_asked(self, alma: Town) -> None:
        answer = await alma.get("version=1.2&operation=explain", Host="alma.example:8443")
        assert answer.texts("host") == ["alma.example"]
        assert answer.texts("port") == ["8443"]

    async def test_relations_are_those_that_alma_lists(self, alma: Town) -> None:
        answer = await alma.get("version=1.2&operation=explain")
        listed = {
            index.findtext(f"{EXPLAIN}map/{EXPLAIN}name"): [
                one.text for one in index.iter(f"{EXPLAIN}supports") if one.get("type") == "relation"
            ]
            for index in answer.root.iter(f"{EXPLAIN}index")
        }
        assert listed["title"] == ["all", "=", "=="]
        assert listed["mms_id"] == ["==", ">", ">=", "<", "<=", "<>", "=", "all"]

    async def test_alma_s_three_indexes_sort(self, alma: Town) -> None:
        answer = await alma.get("version=1.2&operation=explain")
        sorting = {
            index.findtext(f"{EXPLAIN}map/{EXPLAIN}name")
            for index in answer.root.iter(f"{EXPLAIN}index")
            if index.get("sort") == "true"
        }
        assert {"creator", "main_pub_date", "title"} <= sorting

    async def test_every_index_has_a_name(self, alma: Town) -> None:
        answer = await alma.get("version=1.2&operation=explain")
        assert all(one.text for one in answer.root.iter(f"{NS}title"))

    async def test_an_open_profile_has_all_that_alma_has(self, alma: Town) -> None:
        first = await alma.get("version=1.2&operation=explain")
        alma.take_on(OPEN)
        second = await alma.get("version=1.2&operation=explain")

        def names(answer: Reply) -> set[str]:
            return {f"{one.get('set')}.{one.text}" for one in answer.root.iter(f"{EXPLAIN}name")}

        assert names(first) <= names(second)
