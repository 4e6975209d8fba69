"""存证：what was done, by whom, when, by which article: append-only, one event per act."""
