"""Bytes to typed messages and back, a package per protocol; no I/O, and no idea what a patron is."""
