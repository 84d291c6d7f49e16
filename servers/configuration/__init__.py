"""The configuration: what each key means, how a file is read, and every mistake in it told at once."""
