"""SIP2, the 3M Standard Interchange Protocol 2.00: its messages, their bytes, one conversation."""
