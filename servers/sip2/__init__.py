"""SIP2 on the wire: the listener, and the translation between SIP2 messages and the circulation desk."""
