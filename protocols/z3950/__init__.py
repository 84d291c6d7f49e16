"""Z39.50 (ISO 23950), information retrieval: APDUs, their bytes in BER, an association of either side."""
