"""Which terms are in force, by which article (规则): packs read into a book in memory. Pure."""
