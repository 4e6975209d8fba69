"""核验：checks receipts, checkpoints and databases of the log without trusting the platform, and without its code."""
