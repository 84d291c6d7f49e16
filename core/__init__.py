"""What a library does: records, rules, the desk. No I/O outside `core.storage`, and no word of any wire."""
