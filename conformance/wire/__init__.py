"""What travels: a connection that cuts the stream into messages, and SIP2 lines written and read by hand."""
