"""门户：pages that cross rooms: home, workbench (待办), search, the way of the money."""
