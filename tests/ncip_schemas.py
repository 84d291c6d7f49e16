"""The schemas that what is written is held against: fixtures for those tests of NCIP that need them."""

import os
from pathlib import Path

import pytest
from lxml import etree

from protocols.ncip.dialects import Version
from tests.conftest import REPOSITORY

FILES = {
    Version.V2_0: "ncip_v2_0.xsd",
    Version.V2_01: "ncip_v2_01.xsd",
    Version.V2_02: "ncip_v2_02.xsd",
}


@pytest.fixture(scope="session")
def schema_folder() -> Path:
    """Where the schemas are: in NCIP_XSD_DIR, or where they usually lie beside the repository."""
    folder = Path(os.environ.get("NCIP_XSD_DIR") or REPOSITORY.parent / "shared" / "ncip")
    if not folder.is_dir():
        pytest.skip(f"no NCIP schemas: {folder} is not a folder; set NCIP_XSD_DIR")
    return folder


@pytest.fixture(scope="session")
def schemas(schema_folder: Path) -> dict[Version, etree.XMLSchema]:
    """The schema of each version 2."""
    return {version: etree.XMLSchema(file=str(schema_folder / name)) for version, name in FILES.items()}


@pytest.fixture(scope="session")
def schemas_as_trees(schema_folder: Path) -> dict[Version, etree._Element]:
    """The same, to be looked into."""
    return {version: etree.parse(str(schema_folder / name)).getroot() for version, name in FILES.items()}
