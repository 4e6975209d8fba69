"""Questions whose answers lie in several rooms."""
