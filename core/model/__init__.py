"""The nouns of circulation: frozen records, and policy as data."""
