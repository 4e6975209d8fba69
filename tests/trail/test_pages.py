"""Proofs by page: what the endpoints give to programs, and what is wrong with a question."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from kechuang.trail import queries
from kechuang.trail.commands import catch_up, sequence
from kechuang.trail.models import Head, Leaf
from tests.trail.test_log import act

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 20, 2, 11, 9, tzinfo=UTC)


@pytest.fixture
def log(settings: Any, tmp_path: Any) -> None:
    """Nine leaves, with heads at five and at nine."""
    settings.LOG_KEYS = tmp_path
    for count in (5, 4):
        for number in range(count):
            act(number)
        sequence(now=NOW)


def asked(**given: object) -> Any:
    return Client().get("/trail/proofs", {name: str(value) for name, value in given.items()})


def test_anybody_sees_that_a_leaf_stands_in_a_checkpoint(log: None) -> None:
    page = asked(seq=3, size=5).content.decode()
    assert "算得的树根与检查点一致" in page
    assert bytes(Head.objects.get(size=5).root).hex() in page
    assert bytes(Leaf.objects.get(seq=3).hash).hex() in page
    latest = asked(seq=8, size="").content.decode()
    assert bytes(Head.objects.get(size=9).root).hex() in latest


def test_anybody_sees_that_one_checkpoint_continues_another(log: None) -> None:
    page = asked(old=5, new="").content.decode()
    assert "较新的续写了较早的" in page
    for size in (5, 9):
        assert bytes(Head.objects.get(size=size).root).hex() in page


def test_a_rewritten_leaf_shows_on_the_page(log: None, as_owner: Any) -> None:
    for statement in (
        "ALTER TABLE trail_leaf DISABLE TRIGGER USER",
        "UPDATE trail_leaf SET hash = sha256('x'::bytea) WHERE seq = 4",
        "ALTER TABLE trail_leaf ENABLE TRIGGER USER",
    ):
        as_owner(statement)
    assert "算得的树根与检查点不一致" in asked(seq=4, size=5).content.decode()
    assert "较新的不是较早的续写" in asked(old=5, new=9).content.decode()


def test_what_is_wrong_with_a_question_is_said_at_the_form(log: None) -> None:
    for given, status, words in (
        ({"seq": 9}, 404, "没有第 9 叶"),
        ({"seq": 3, "size": 7}, 404, "没有大小为 7 的检查点"),
        ({"old": 9, "new": 5}, 422, "不在日志之内"),
        ({"seq": "x"}, 422, "整数"),
        ({"old": 2**60}, 422, "小于或等于"),
    ):
        answer = asked(**given)
        assert answer.status_code == status, given
        assert words in answer.content.decode(), given
    assert asked().status_code == 200


def test_who_needs_a_proof_now_lets_what_waits_enter_and_is_told_when_it_cannot(log: None, settings: Any) -> None:
    act(1)
    assert catch_up(now=NOW)
    assert queries.size() == 10
    settings.LOG_PROFILE, settings.LOG_SIGNING_SERVICE = "gm", "http://127.0.0.1:9/none"
    act(2)
    assert not catch_up(now=NOW)
    assert queries.backlog().waiting == 1
