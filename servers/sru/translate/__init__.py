"""What SRU and CQL say, in the catalogue's words, and back: the only place where the two meet."""
