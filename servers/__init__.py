"""Sockets, TLS, settings, logs, commands: the only floor that knows both the core and the protocols."""
