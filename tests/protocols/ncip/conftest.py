"""The schemas that what is written is held against."""

from tests.ncip_schemas import schema_folder, schemas, schemas_as_trees

__all__ = ["schema_folder", "schemas", "schemas_as_trees"]
