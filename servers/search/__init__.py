"""The search page: the catalogue as people see it in a browser."""
