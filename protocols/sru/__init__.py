"""SRU, Search/Retrieve via URL, 1.1 to 2.0: requests read, answers written in XML, JSON or SOAP; no I/O."""
