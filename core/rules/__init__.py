"""Facts in, decision out: every rule of circulation as a pure function."""
