"""Pages of credit: one's own organisation and its lists, credit records."""
