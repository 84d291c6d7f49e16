"""A storage facility as a library's system meets it: it is asked by file, and tells by NCIP what it did."""
