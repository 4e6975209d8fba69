"""Outside forms of the log: what a leaf is made of, and a receipt."""
