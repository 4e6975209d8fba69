"""Pages of findings, links and contests."""
