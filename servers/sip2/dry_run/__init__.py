"""What a terminal's request would lead to, and why, without doing it."""
