"""总账: one double-entry ledger in integer fen; every yuan is in exactly one account."""
