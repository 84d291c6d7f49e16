"""`circdesk demo`: a library made up for trying things on, its records, its machines, and words of welcome."""
