"""CQL, the Contextual Query Language: a query's text to a tree that prints itself back, and to XCQL."""
