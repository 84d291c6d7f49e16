"""`circdesk z3950`: an origin for any target."""
