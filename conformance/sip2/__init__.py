"""The SIP2 cases, a file per theme; `catalogue.py` gathers them."""
