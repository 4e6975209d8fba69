"""Lists of lines go over as PostgreSQL writes them: whatever a key or a number is, it comes back as it was."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from kechuang.ledger.commands.posting import numbers, texts

pytestmark = pytest.mark.django_db

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


def read(literal: str, of: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{of}[]", [literal])
        return list(cursor.fetchone()[0])


@given(st.lists(st.none() | TEXTS | st.sampled_from(["", "NULL", "{", '"', "\\", 'a,"b\\"', " ", "\n"])))
def test_texts(values: list[str | None]) -> None:
    assert read(texts(values), "text") == values


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_numbers(values: list[int | None]) -> None:
    assert read(numbers(values), "bigint") == values
