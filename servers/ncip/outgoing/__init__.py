"""What we tell others over NCIP, unasked: kept until they have heard it."""
