"""Z39.50 on the catalogue: a target that searches and shows, and a client for any target."""
