"""Pages of settlements, of payouts, and of redemptions from elsewhere."""
