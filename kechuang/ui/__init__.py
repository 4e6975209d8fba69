"""Frame, components, tags, forms, and the one clock."""
