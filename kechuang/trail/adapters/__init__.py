"""Outside systems of the log: what signs, and the witnesses."""
