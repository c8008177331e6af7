"""What the desk keeps: the journal (port and SQL), files, reference data, profiles."""
