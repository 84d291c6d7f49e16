"""The schemas that what is answered is held against."""

from tests.ncip_schemas import schema_folder, schemas

__all__ = ["schema_folder", "schemas"]
