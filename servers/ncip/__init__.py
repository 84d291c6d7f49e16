"""The NCIP responder (ANSI/NISO Z39.83): who may speak, what is asked, and what is answered."""
