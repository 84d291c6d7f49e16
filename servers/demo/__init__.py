"""`circdesk demo`: a library made up for trying things on, from its records to its words of welcome."""
