"""Papers of an order."""
