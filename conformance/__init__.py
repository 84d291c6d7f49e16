"""Plays a client from outside against any server; imports nothing of the server it judges."""
