"""The HTTPS listener: one door for every front that speaks HTTP. What they say is not known here."""
