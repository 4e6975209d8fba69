"""Pages of claims and of payouts."""
