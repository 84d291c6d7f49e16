"""A development authority and the certificates it issues.

The rule of this folder: it needs `cryptography` and nothing else of the project, and a private key is never
readable by anybody but its owner, not even while it is being written.
"""
