"""A partner's side of NCIP: for the command line, for trying a server out, for reading what was pasted."""
