"""`circdesk kiosk`: a self-service visit in the terminal, as a patron has it, in SIP2 to any server."""
