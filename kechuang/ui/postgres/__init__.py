"""PostgreSQL as Django speaks to it, with the few things that this house does in its own way."""
