"""Z39.50's words as the catalogue's, and the other way round."""
