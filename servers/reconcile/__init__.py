"""The reconciliation work list for staff: what machines did against the rules when on their own."""
