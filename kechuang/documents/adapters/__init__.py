"""Outside things: where objects lie, and who looks for malware."""
