"""Outside systems that the screening asks."""
