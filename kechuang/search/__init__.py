"""检索：full text in Chinese, English, pinyin and model numbers; synonyms as data; a ranking that explains itself."""
