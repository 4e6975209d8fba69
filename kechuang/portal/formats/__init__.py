"""Files that the portal hands out to other systems."""
