"""A client's side of SRU: the command line's `circdesk search`."""
