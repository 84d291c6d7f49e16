"""The Z39.50 cases, a file per theme; `catalogue.py` gathers them, `survey.py` finds what they ask about."""
