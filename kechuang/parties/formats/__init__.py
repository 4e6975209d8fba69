"""Outside formats: region lists, sealed account numbers, tables of organisations."""
