"""材料：files with their digests, checked before anything is read; invoices, volumes and printed sheets."""
