"""规则库: packs as they were published, their pages, and the book that every process has installed."""
