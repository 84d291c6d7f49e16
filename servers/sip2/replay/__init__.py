"""`circdesk replay`: recorded SIP2 sent again to any server, and its answers compared field by field."""
