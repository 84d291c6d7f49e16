"""SRU: the catalogue as discovery tools ask it, over HTTP."""
