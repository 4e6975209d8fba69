"""Values of packs in words."""
