"""Files of synonyms, and the fixed words of the language that instruments are named in. Pure."""
