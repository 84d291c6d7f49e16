"""MARC 21 records: read, written and shown."""
