"""Adapters of `core.ports.Store`."""
