"""The declarations hold what the schemas hold, and what follows from them is in the README."""

import re
from pathlib import Path

import pytest
from lxml import etree

import protocols.ncip
from protocols.ncip import messages, structures
from protocols.ncip.declarations import MESSAGES, Declaration, Kind, declaration_of, table
from protocols.ncip.dialects import Version
from protocols.ncip.marks import Presence
from protocols.ncip.messages import SERVICES, Lookup, Message, Notification, Update
from protocols.ncip.repairs import Repair
from protocols.ncip.structures import Content

XS = "{http://www.w3.org/2001/XMLSchema}"
SHARED = {
    "Amount": ("AcknowledgedFeeAmount", "PaidFeeAmount", "RequiredFeeAmount", "AccountBalance", "Amount"),
    "Party": ("FromAgencyId", "ToAgencyId", "OnBehalfOfAgency"),
    "CurrentUser": ("CurrentBorrower", "CurrentRequester"),
    "ItemFields": ("AddItemFields", "DeleteItemFields"),
    "UserFields": ("AddUserFields", "DeleteUserFields"),
    "RequestFields": ("AddRequestFields", "DeleteRequestFields"),
    "AgencyFields": ("AddAgencyFields", "DeleteAgencyFields"),
    "HoldingsInformation": ("HoldingsInformation", "SummaryHoldingsInformation"),
    "FiscalTransactionReferenceId": ("FiscalTransactionReferenceId", "RelatedFiscalTransactionReferenceId"),
}
IN_NO_SCHEMA = {"LookupVersion", "LookupVersionResponse"}
ABSTRACT = {"Content", "Structure", "Message", "Initiation", "Response", "Lookup", "Update", "Notification"}


def declared() -> list[type[Content]]:
    every = {**vars(structures), **vars(messages)}
    return [
        struct
        for name, struct in every.items()
        if isinstance(struct, type) and issubclass(struct, Content) and name not in ABSTRACT | {"BareProblem"}
    ]


def contents(declaration: Declaration, version: Version) -> set[tuple[str, bool]]:
    """The elements of a structure, and whether they may repeat."""
    return {
        (slot.name, slot.repeated and slot.single_before <= version)
        for slot in declaration.slots
        if slot.since <= version and slot.presence is not Presence.STRAY
    }


def contents_by_schema(element: etree._Element) -> set[tuple[str, bool]]:
    header = ("InitiationHeader", "ResponseHeader")
    inner = [
        (str(each.get("ref")), each.get("maxOccurs") == "unbounded") for each in element.iter(f"{XS}element")
    ]
    repeated = {name for name, repeats in inner if repeats}
    return {(name, name in repeated) for name, _ in inner if name not in ("None", *header)}


@pytest.mark.parametrize("version", [version for version in Version if version >= Version.V2_0])
def test_every_structure_has_the_elements_of_its_schema(
    schemas_as_trees: dict[Version, etree._Element], version: Version
) -> None:
    by_schema = {each.get("name"): each for each in schemas_as_trees[version].findall(f"{XS}element")}
    for struct in declared():
        for name in SHARED.get(struct.__name__, (struct.__name__,)):
            if name in IN_NO_SCHEMA or (issubclass(struct, Message) and struct.since > version):
                assert name not in by_schema
                continue
            if name not in by_schema:
                assert name in {
                    "BibInformation",
                    "HoldingsSet",
                    "ItemInformation",
                    "SummaryHoldingsInformation",
                }
                continue
            ours, theirs = contents(declaration_of(struct), version), contents_by_schema(by_schema[name])
            if struct.__name__ == "EnumerationLevelInstance":
                theirs.discard(("Ext", False))
            if (struct.__name__, version) == ("BibliographicDescription", Version.V2_0):
                # This copy of the schema was loosened in these two; its change history says how they were.
                theirs ^= {("BibliographicItemId", True), ("BibliographicItemId", False)}
                theirs ^= {("BibliographicRecordId", True), ("BibliographicRecordId", False)}
            assert ours == theirs, name


@pytest.mark.parametrize("version", [version for version in Version if version >= Version.V2_0])
def test_every_complex_element_of_the_schemas_is_declared(
    schemas_as_trees: dict[Version, etree._Element], version: Version
) -> None:
    ours = {name for struct in declared() for name in SHARED.get(struct.__name__, (struct.__name__,))}
    theirs = {
        str(each.get("name"))
        for each in schemas_as_trees[version].findall(f"{XS}element")
        if each.findall(f"{XS}complexType/*")
    }
    assert theirs - ours == {"NCIPMessage", "Ext"}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_made_with_its_element_s_words(name: str) -> None:
    for slot in declaration_of(MESSAGES[name]).slots:
        assert slot.attribute.replace("_", "") == slot.name.lower()
        assert slot.kind is not Kind.STRUCTURE or slot.structure is not None


def test_what_may_be_repeated_may_be_so_wherever_a_choice_allows_it() -> None:
    repeated = set[str]()
    for declaration in map(declaration_of, declared()):
        for slot in declaration.slots:
            for rule in declaration.rules:
                if slot.repeated and slot.name in rule.names:
                    repeated.add(f"{declaration.name}/{slot.name}")
                    places = re.findall(rf"\(\?:{slot.name} \)(.)", f"{rule.allowed.pattern} ")
                    assert {*places} <= {"+", "*"}, (declaration.name, slot.name)
    assert {"ItemInformation/RequestId", "RequestItem/ItemId", "HoldingsSet/ItemInformation"} <= repeated


def test_there_are_48_services_of_three_kinds() -> None:
    assert len(SERVICES) == 48
    assert [sum(issubclass(each, kind) for each in SERVICES) for kind in (Lookup, Update, Notification)] == [
        6, 22, 20,
    ]  # fmt: skip
    assert all(response.__name__ == f"{asked.__name__}Response" for asked, response in SERVICES.items())


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.__name__)
def test_a_response_is_of_the_version_of_its_service(service: type[Message]) -> None:
    assert MESSAGES[f"{service.__name__}Response"].since == service.since


README = Path(protocols.ncip.__file__).with_name("README.md").read_text(encoding="utf-8")


def test_the_readme_shows_the_table_of_the_declarations() -> None:
    assert table() in README


@pytest.mark.parametrize("repair", Repair)
def test_the_readme_names_every_repair(repair: Repair) -> None:
    assert f"| `{repair.name}` | {repair.value} |" in README
