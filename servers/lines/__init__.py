"""TCP conversations: who may come in, TLS, and what a line bears. What is said on it is not known here."""
