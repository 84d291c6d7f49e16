"""Storage facilities at the command line: what they are asked for, and what they would not hear."""
