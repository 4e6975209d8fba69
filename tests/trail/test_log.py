"""The sequencer and the evidence of rows: nothing is passed over, nothing stands twice, every column is told apart."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, connections, transaction

from kechuang.kernel.actor import CLOCK, Actor, Post, Role
from kechuang.kernel.machine import Move
from kechuang.search.models import Synonym
from kechuang.search.states import SynonymState
from kechuang.trail import queries
from kechuang.trail.adapters.signing import CannotSign, StandInSm2, signer
from kechuang.trail.commands import Act, advance, canonical, forget, record, record_many, recording, sequence
from kechuang.trail.models import Event, Leaf, Node, Progress, Salt
from kechuang.trail.queries import horizon

NOW = datetime(2026, 11, 20, 2, 11, 9, tzinfo=UTC)
Owner = Callable[..., list[tuple[object, ...]]]


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Any) -> None:
    settings.LOG_KEYS = tmp_path


def row(number: int = 0) -> Synonym:
    """Some saved row: the log keeps acts on rows of any table."""
    found, _ = Synonym.objects.get_or_create(
        code=f"c{number}",
        kind="brand",
        defaults={"id": f"syn_{number}", "region": "330000", "name": "名", "aliases": ["a"], "changed_at": NOW},
    )
    return found


def act(number: int = 0, **facts: object) -> str:
    return record(CLOCK, row(number), "test", label="试", role=Role.CLOCK, now=NOW, target="in_use", facts=facts)


@pytest.mark.django_db(transaction=True)
def test_an_open_transaction_holds_back_what_began_after_it_and_loses_nothing() -> None:
    """A sequence's numbers are no order of commit: the early number of a late commit still gets its place."""
    began, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                act(1)
                began.set()
                may_end.wait(20)
        finally:
            connections.close_all()

    late = threading.Thread(target=slow)
    late.start()
    assert began.wait(20)
    act(2)
    assert sequence(now=NOW) == 0, "its transaction lies above the horizon"
    may_end.set()
    late.join()
    assert sequence(now=NOW) == 2
    assert sorted(Leaf.objects.values_list("event_seq", flat=True)) == sorted(
        Event.objects.values_list("seq", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_what_runs_in_another_database_of_the_server_holds_nothing_back(databases: Any) -> None:
    with databases.admin() as elsewhere, elsewhere.transaction():
        elsewhere.execute("SELECT pg_current_xact_id()")
        act(1)
        assert sequence(now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_control_by_the_snapshot_alone_another_database_would_hold_the_log_back(
    databases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint, false FROM pg_current_snapshot() s"
    monkeypatch.setattr("kechuang.trail.queries.horizon._HORIZON", plain)
    with databases.admin() as elsewhere, elsewhere.transaction():
        elsewhere.execute("SELECT pg_current_xact_id()")
        act(1)
        assert sequence(now=NOW) == 0


@contextmanager
def _busy_elsewhere(databases: Any) -> Iterator[None]:
    """Another database of the server in which transactions begin and end without a pause."""
    ended = threading.Event()

    def run() -> None:
        with databases.admin() as elsewhere:
            while not ended.is_set():
                with elsewhere.transaction():
                    elsewhere.execute("SELECT pg_current_xact_id()")

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    try:
        yield
    finally:
        ended.set()
        for one in both:
            one.join()


def _held_back(times: int) -> int:
    return sum(below < highest for below, highest in (horizon.ended_below() for _ in range(times)))


@pytest.mark.django_db(transaction=True)
def test_what_just_ended_elsewhere_is_no_doubt_for_long(databases: Any) -> None:
    with _busy_elsewhere(databases):
        assert _held_back(2_000) == 0


@pytest.mark.django_db(transaction=True)
def test_control_asked_once_it_would_hold_the_log_back_now_and_then(
    databases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(horizon, "HORIZON_ASKED", 1)
    with _busy_elsewhere(databases):
        assert any(_held_back(1_000) for _ in range(20))


@pytest.mark.django_db(transaction=True)
def test_two_sequencers_at_once_give_each_act_one_place() -> None:
    for number in range(200):
        act(number)

    def run() -> None:
        try:
            for _ in range(5):
                sequence(now=NOW, batch=7)
        finally:
            connections.close_all()

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    sequence(now=NOW)
    assert list(Leaf.objects.order_by("seq").values_list("seq", flat=True)) == list(range(200))
    assert Node.objects.count() == 200 - bin(200).count("1")
    assert queries.log_faults(5) == []


@pytest.mark.django_db(transaction=True)
def test_restored_into_another_server_the_log_goes_on(as_owner: Owner) -> None:
    """There transactions are counted anew, from far below the number that the log had come to."""
    act(1)
    sequence(now=NOW)
    Progress.objects.filter(id=1).update(xid=2**40)
    act(2)
    assert sequence(now=NOW) == 1
    act(3)
    assert sequence(now=NOW) == 1
    assert queries.size() == 3


@pytest.mark.django_db(transaction=True)
def test_the_national_profile_signs_by_its_service_and_says_when_that_is_a_stand_in(settings: Any) -> None:
    settings.LOG_PROFILE = "gm"
    act()
    sequence(now=NOW)
    assert isinstance(signer(), StandInSm2)
    assert signer().stand_in
    assert signer().key.kind == "sm2"
    assert queries.log_faults(5) == []


@pytest.mark.django_db(transaction=True)
def test_without_its_signing_service_events_wait_and_nothing_is_lost(settings: Any) -> None:
    settings.LOG_PROFILE, settings.LOG_SIGNING_SERVICE = "gm", "http://127.0.0.1:9/none"
    act()
    with pytest.raises(CannotSign):
        sequence(now=NOW)
    assert queries.size() == 0
    assert queries.backlog().waiting == 1


@pytest.mark.django_db
def test_the_evidence_of_a_row_tells_its_columns_apart() -> None:
    made = act(7)
    said = json.loads(Event.objects.get(id=made).after)
    assert said["name"] == "名"
    assert set(said["aliases"]) == {"sha256"}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_synonym SET name = '他', aliases = '[]' WHERE id = 'syn_7'")
    assert [f"{one.table} {one.row}: {one.what}" for one in queries.altered_rows()] == [
        'search_synonym syn_7: name 现为 "他"，存证为 "名"',
        "search_synonym syn_7: aliases 与存证的摘要不符",
    ]


@pytest.mark.django_db
def test_a_json_column_is_compared_with_the_act_that_wrote_it_last() -> None:
    """An act that did not write it does not pay for its digest."""
    act(1)
    move = Move("rename", frozenset(SynonymState), None, frozenset({Role.CLOCK}), "改名")
    found = row(1)
    found.name = "新"
    advance(CLOCK, found, move, roles={Role.CLOCK}, now=NOW, saves=["name"])
    last = json.loads(Event.objects.order_by("seq").last().after)  # type: ignore[union-attr]
    assert last["name"] == "新"
    assert "aliases" not in last
    assert queries.altered_rows() == []
    found.aliases = ["b"]
    advance(CLOCK, found, move, roles={Role.CLOCK}, now=NOW, saves=["aliases"])
    assert queries.altered_rows() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_synonym SET aliases = '[\"a\"]' WHERE id = 'syn_1'")
    assert [one.what for one in queries.altered_rows()] == ["aliases 与存证的摘要不符"]


@pytest.mark.django_db
def test_a_personal_column_is_kept_by_salted_digest_until_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Synonym, "PERSONAL", ("name",), raising=False)
    for kept in (queries.evidence, recording._statement):
        kept.cache_clear()
    try:
        made = act(3)
        event = Event.objects.get(id=made)
        assert set(json.loads(event.after)["name"]) == {"salted"}
        assert "名" not in event.after
        record_many(CLOCK, [Act(row(3), {}, "in_use", "in_use")], "test", label="试", role=Role.CLOCK, now=NOW)
        assert Salt.objects.count() == 2
        assert queries.altered_rows() == []
        with connection.cursor() as cursor:
            cursor.execute("UPDATE search_synonym SET name = '他'")
        assert [one.what for one in queries.altered_rows()] == ["name（个人信息）与存证的加盐摘要不符"]
        assert forget(["syn_3"]) == 2
        assert queries.altered_rows() == [], "what is forgotten can no longer be told apart"
    finally:
        for kept in (queries.evidence, recording._statement):
            kept.cache_clear()


@pytest.mark.django_db
def test_many_acts_at_once_are_kept_as_one_by_one() -> None:
    one = Event.objects.get(id=record(CLOCK, row(4), "test", label="试", role=Role.CLOCK, now=NOW, facts={"n": 1}))
    record_many(CLOCK, [Act(row(4), {"n": 1})], "test", label="试", role=Role.CLOCK, now=NOW)
    other = Event.objects.exclude(id=one.id).get()
    assert other.after == one.after
    assert bytes(other.body) == bytes(one.body).replace(one.id.encode(), other.id.encode())


@pytest.mark.django_db
def test_acts_of_several_people_written_at_once_keep_each_ones_own() -> None:
    """Whose it was, for whom, in whose place and when: as if each had been recorded alone, and in the order given."""
    officer = Actor("psn_1", posts=frozenset({Post(Role.COUNTY_OFFICER, "330000", stands_in_for="psn_absent")}))
    holder = Actor("psn_2", party_id="pty_2")
    said = [(officer, row(6), NOW), (holder, row(5), NOW + timedelta(seconds=2)), (CLOCK, row(7), NOW)]
    role = Role.COUNTY_OFFICER
    for actor, on, now in said:
        record(actor, on, "test", label="试", role=role, now=now, target="in_use", facts={"n": on.code})
    alone = list(Event.objects.order_by("seq"))
    acts = [Act(on, {"n": on.code}, target="in_use", actor=actor, now=now) for actor, on, now in said]
    record_many(officer, acts, "test", label="试", role=role, now=NOW)
    together = list(Event.objects.exclude(id__in=[one.id for one in alone]).order_by("seq"))
    assert [one.person_id for one in together] == ["psn_1", "psn_2", "clock"]
    assert [one.stands_in_for for one in together] == ["psn_absent", "", ""]
    for one, other in zip(alone, together, strict=True):
        assert bytes(other.body) == bytes(one.body).replace(one.id.encode(), other.id.encode())
        assert (other.after, other.at, other.party_id) == (one.after, one.at, one.party_id)


@pytest.mark.django_db
def test_many_acts_are_placed_in_the_order_given_whatever_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    backwards = iter(range(9, 0, -1))
    monkeypatch.setattr(recording, "new_id", lambda prefix: f"{prefix}_{next(backwards)}")
    record_many(CLOCK, [Act(row(n), {"n": n}) for n in range(5)], "test", label="试", role=Role.CLOCK, now=NOW)
    assert [one.facts["n"] for one in Event.objects.order_by("seq")] == [0, 1, 2, 3, 4]


def test_a_body_holds_nothing_that_two_readers_could_write_differently() -> None:
    assert canonical({"b": [1, True, None, "é\n\x07"], "a": {}}) == '{"a":{},"b":[1,true,null,"é\\n\\u0007"]}'.encode()
    for wrong in ({"a": 1.0}, {"a": [{"b": 0.5}]}):
        with pytest.raises(AssertionError):
            canonical(wrong)
    with pytest.raises(DataError):
        canonical({"a": 2**53})


BROKEN = [
    ("DELETE FROM trail_leaf WHERE seq = 3", "trail_leaf 3: 序号不连续"),
    ("DELETE FROM trail_event WHERE seq = (SELECT event_seq FROM trail_leaf WHERE seq = 3)", "办理记录已不存在"),
    ("UPDATE trail_node SET hash = sha256('x') WHERE level = 3", "trail_head 12: 树根与已签检查点不符"),
    ("DELETE FROM trail_node WHERE level = 3", "trail_node (3, 0): 节点缺失"),
    ("DELETE FROM trail_leaf WHERE seq > 9", "trail_leaf 10–11: 缺失：已签检查点大小为 12"),
    ("UPDATE trail_head SET root = sha256('x')", "trail_head 12: 检查点的签名或内容不符"),
    ("UPDATE trail_head SET note = replace(note, 'kechuang', 'other')", "trail_head 12: 检查点的签名或内容不符"),
    (
        "INSERT INTO trail_witness (name, state, size, note, reason) VALUES ('审计局', 'cosigned', 15, '', '')",
        "trail_leaf 12–14: 缺失：见证方 审计局 已联署大小 15",
    ),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("broken", "said"), BROKEN, ids=lambda value: str(value)[:40])
def test_i12_is_broken_by_the_owner_and_named(as_owner: Owner, broken: str, said: str) -> None:
    for number in range(12):
        act(number)
    sequence(now=NOW)
    assert queries.log_faults(20) == []
    for table in ("event", "leaf", "node", "head"):
        as_owner(f"ALTER TABLE trail_{table} DISABLE TRIGGER USER")
    as_owner(broken)
    for table in ("event", "leaf", "node", "head"):
        as_owner(f"ALTER TABLE trail_{table} ENABLE TRIGGER USER")
    assert any(said in f"{one.table} {one.row}: {one.what}" for one in queries.log_faults(20))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", ["record", "advance"])
def test_an_act_on_a_row_that_is_not_saved_is_not_kept(write: str) -> None:
    """Nobody waits for an event's writing: that its row is there is seen to by the statement itself."""
    saved = row(1)
    unsaved = Synonym(id="syn_none", code="c2", kind="brand", region="330000", name="名", aliases=["a"], changed_at=NOW)
    move = Move("rename", frozenset(SynonymState), None, frozenset({Role.CLOCK}), "改名")
    for _ in range(6):  # by then the session has it prepared, and sends it without waiting
        record(CLOCK, saved, "test", label="试", role=Role.CLOCK, now=NOW)
    before = Event.objects.count()

    @transaction.atomic
    def command() -> None:
        Synonym.objects.filter(id=saved.id).update(name="改")
        if write == "record":
            record(CLOCK, unsaved, "test", label="试", role=Role.CLOCK, now=NOW)
        else:
            advance(CLOCK, unsaved, move, roles=frozenset({Role.CLOCK}), now=NOW, saves=["name"])

    with pytest.raises(IntegrityError):
        command()
    assert Event.objects.count() == before
    assert Synonym.objects.get(id=saved.id).name == "名"
