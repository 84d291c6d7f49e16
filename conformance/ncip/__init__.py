"""The NCIP cases, a file per theme; `catalogue.py` gathers them, `conversation.py` speaks them."""
