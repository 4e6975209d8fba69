"""The rules as the repository brings them (规则册), read once for all tests: a book is not changed, another is made of it."""

from functools import cache
from pathlib import Path

from kechuang.policy.book import Book
from kechuang.policy.packs import read_folder

POLICIES = Path(__file__).resolve().parents[1] / "policies"


@cache
def rulebook() -> Book:
    return read_folder(POLICIES)
