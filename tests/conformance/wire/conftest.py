"""The schemas, for what is held against them."""

from tests.ncip_schemas import schema_folder, schemas_as_trees

__all__ = ["schema_folder", "schemas_as_trees"]
