"""Writes of the room 检索."""

from kechuang.search.commands.putting import drop, forget_words, put
from kechuang.search.commands.saving import forget_search, notify, save_search
from kechuang.search.commands.synonyms import (
    add_synonym,
    edit_synonym,
    import_synonyms,
    load_shipped,
    restore_synonym,
    retire_synonym,
)

__all__ = [
    "add_synonym",
    "drop",
    "edit_synonym",
    "forget_search",
    "forget_words",
    "import_synonyms",
    "load_shipped",
    "notify",
    "put",
    "restore_synonym",
    "retire_synonym",
    "save_search",
]
