"""检索 rules: pure decisions of folding, understanding, asking, correcting and ranking."""

from kechuang.search.rules.asking import Ask, narrowing, part_anywhere, relaxed, ways
from kechuang.search.rules.book import Book, Synonym, shapes
from kechuang.search.rules.correcting import Looked, Word, correct, wanted, words_of
from kechuang.search.rules.documents import Document, Entry, Filters, entry
from kechuang.search.rules.editing import (
    AliasTooShort,
    CodeTaken,
    LeadsNowhere,
    NameMissing,
    NotAnEditor,
    NothingToSearch,
    SynonymFileFaults,
    TooManyAliases,
    TooManySaved,
    checked,
    split_names,
)
from kechuang.search.rules.folding import fold, key, pinyin
from kechuang.search.rules.ranking import Ranking, Reason, Texts, Why
from kechuang.search.rules.understanding import Part, PartKind, Query, homophones, pieces, understand

__all__ = [
    "AliasTooShort",
    "Ask",
    "Book",
    "CodeTaken",
    "Document",
    "Entry",
    "Filters",
    "LeadsNowhere",
    "Looked",
    "NameMissing",
    "NotAnEditor",
    "NothingToSearch",
    "Part",
    "PartKind",
    "Query",
    "Ranking",
    "Reason",
    "Synonym",
    "SynonymFileFaults",
    "Texts",
    "TooManyAliases",
    "TooManySaved",
    "Why",
    "Word",
    "checked",
    "correct",
    "entry",
    "fold",
    "homophones",
    "key",
    "narrowing",
    "part_anywhere",
    "pieces",
    "pinyin",
    "relaxed",
    "shapes",
    "split_names",
    "understand",
    "wanted",
    "ways",
    "words_of",
]
