"""Outside formats: the tables that authorities publish."""
