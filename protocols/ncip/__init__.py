"""NCIP, ANSI/NISO Z39.83: its services as typed messages, their XML in every version, whole or damaged."""
