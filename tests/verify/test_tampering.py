"""T1–T8 of the trust paper: each attack, and what the verifier prints of it."""

import json
from typing import Any

import pytest
from django.db import connection
from kechuang_verify.tree import Grown

from kechuang.trail.commands import sequence
from kechuang.trail.formats.leaf import leaf_data
from tests.verify.logged import NOW, Log

EVENT = (
    "SELECT e.seq, e.body, e.after, e.id FROM trail_event e JOIN trail_leaf l ON l.event_seq = e.seq WHERE l.seq = %s"
)


def altered(log: Log, seq: int) -> tuple[int, bytes, str]:
    """Another body for the act at this place: the person is another one."""
    ((event_seq, body, after, _),) = log.owner(EVENT, [seq])
    changed = bytes(body).replace(b"psn_author", b"psn_nobody")  # type: ignore[arg-type]
    assert changed != bytes(body)  # type: ignore[arg-type]
    return event_seq, changed, after  # type: ignore[return-value]


def rewrite(log: Log, seq: int, *, leaf: bool, path: bool) -> bytes:
    """T1: the body alone; T2: its leaf hash too; T3: every node above it too."""
    event_seq, body, after = altered(log, seq)
    log.tamper(
        "UPDATE trail_event SET body = %s, person_id = 'psn_nobody', digest = encode(sha256(%s), 'hex') WHERE seq = %s",
        [body, body, event_seq],
    )
    digest = log.profile.leaf(leaf_data(body, after, "", log.profile))
    if leaf:
        log.tamper("UPDATE trail_leaf SET hash = %s WHERE seq = %s", [digest, seq])
    if path:
        tree = Grown(log.profile)
        for (kept,) in log.owner("SELECT hash FROM trail_leaf ORDER BY seq"):
            for level, idx, node in tree.add(bytes(kept)):  # type: ignore[arg-type]
                log.tamper("UPDATE trail_node SET hash = %s WHERE level = %s AND idx = %s", [node, level, idx])
    return digest


def test_an_untouched_database_verifies(log: Log) -> None:
    printed = log.database("--policy", log.policy(), "--cosigned", log.file("seen.txt", log.cosigned(30)))
    assert (printed.code, printed.result) == (0, "VERIFIED")
    assert "rows      40 rehashed   nodes 38   heads 3" in printed.text
    assert "witness   审计局 size 30: OK" in printed.text


def test_t1_a_changed_body_is_named_with_its_act(log: Log) -> None:
    rewrite(log, 17, leaf=False, path=False)
    printed = log.database()
    assert (printed.code, printed.result) == (2, "TAMPERED (1 finding)")
    assert printed.findings == [
        f"leaf 17  body does not match hash    event treasury.submit treasury.budget:{log.budgets[8]}"
    ]


def test_t2_body_and_leaf_hash_changed_name_the_pair(log: Log) -> None:
    rewrite(log, 17, leaf=True, path=False)
    printed = log.database()
    assert printed.result == "TAMPERED (1 finding)"
    assert printed.findings == ["node level 1 index 8 (leaves 16..17) does not follow from its children"]


def test_t3_a_whole_path_rebuilt_does_not_lead_to_the_signed_root(log: Log) -> None:
    rewrite(log, 17, leaf=True, path=True)
    printed = log.database()
    assert printed.code == 2
    (finding,) = printed.findings
    assert finding.startswith("head of size 30: root ")
    assert finding.endswith("(2 heads differ; something from leaf 10 to 29 was rewritten)")


def test_t4_a_mirror_names_the_row_after_everything_was_rewritten(log: Log) -> None:
    mirror = log.mirror()
    rewrite(log, 17, leaf=True, path=True)
    printed = log.database("--mirror", mirror)
    assert printed.findings[-1] == (
        f"leaf 17 is not the one that the mirror holds    event treasury.submit treasury.budget:{log.budgets[8]}"
    )
    assert len(printed.findings) == 2


def test_t5_a_deleted_row_is_a_gap(log: Log) -> None:
    log.tamper("DELETE FROM trail_leaf WHERE seq BETWEEN 20 AND 22")
    printed = log.database()
    assert "leaves 20..22 missing" in printed.findings
    assert printed.code == 2


def test_t5_a_deleted_act_leaves_its_leaf(log: Log) -> None:
    log.tamper("DELETE FROM trail_event WHERE seq = (SELECT event_seq FROM trail_leaf WHERE seq = 21)")
    printed = log.database()
    assert printed.findings[0] == "leaf 21: its event is gone"


def test_t6_a_changed_business_row_is_named_by_table_row_and_column(log: Log) -> None:
    log.owner("UPDATE treasury_budget SET amount_fen = 1500000 WHERE id = %s", [log.budgets[3]])
    printed = log.database()
    assert (printed.code, printed.result) == (2, "TAMPERED (1 finding)")
    assert printed.findings == [
        f"table treasury_budget pk {log.budgets[3]} column amount_fen: now 1500000, logged 1200000 (seq 7)"
    ]


def test_t6_a_row_that_is_gone_is_named(log: Log) -> None:
    log.owner("DELETE FROM treasury_budget WHERE id = %s", [log.budgets[19]])
    assert log.database().findings == [f"table treasury_budget pk {log.budgets[19]}: the row is gone (seq 39)"]


def test_what_a_page_shows_of_an_act_is_compared_with_what_was_hashed(log: Log) -> None:
    log.tamper("UPDATE trail_event SET label = '批准' WHERE seq = (SELECT event_seq FROM trail_leaf WHERE seq = 9)")
    (finding,) = log.database().findings
    assert "column label: now 批准, logged " in finding
    assert finding.endswith("(seq 9)")


def test_an_act_put_in_behind_the_log_is_found(log: Log) -> None:
    log.tamper(
        'INSERT INTO trail_event SELECT (jsonb_populate_record(e, \'{"id": "evt_late", "seq": 0, "xid": 1}\')).*'
        " FROM trail_event e LIMIT 1"
    )
    assert any(
        "1 events were passed over or put in later, the first of them evt_late" in one
        for one in log.database().findings
    )


def test_t7_an_old_backup_lacks_what_a_witness_has_seen(log: Log) -> None:
    seen = log.file("seen.txt", log.cosigned(40))
    log.tamper("DELETE FROM trail_head WHERE size > 30")
    log.tamper("DELETE FROM trail_event WHERE seq IN (SELECT event_seq FROM trail_leaf WHERE seq >= 30)")
    log.tamper("DELETE FROM trail_node WHERE (idx + 1) << level > 30")
    log.tamper("DELETE FROM trail_leaf WHERE seq >= 30")
    log.owner("DELETE FROM treasury_budget WHERE id = ANY(%s)", [log.budgets[15:]])
    unseen = log.database()
    assert unseen.result == "VERIFIED", "without a witness an old backup looks whole"
    printed = log.database("--policy", log.policy(), "--cosigned", seen)
    assert printed.findings == ["rows 30..39 missing: witness 审计局 cosigned size 40, database has 30"]


def test_t8_two_heads_of_one_size_are_printed_both(log: Log) -> None:
    first = log.head(40)
    log.tamper("DELETE FROM trail_head WHERE size = 40")
    rewrite(log, 17, leaf=True, path=True)
    sequence(now=NOW)
    second = log.head(40)
    old, new = log.file("old.txt", first), log.file("new.txt", second)
    printed = log.verify("checkpoint", new, "--older", old, "--policy", log.policy())
    assert printed.code == 2
    assert printed.findings[0].startswith("two heads of size 40: ")
    assert first in printed.text
    assert second in printed.text


def test_a_body_that_is_no_text_is_a_finding_not_a_failure(log: Log) -> None:
    log.tamper("UPDATE trail_event SET body = '\\xff' WHERE seq = (SELECT event_seq FROM trail_leaf WHERE seq = 9)")
    printed = log.database()
    assert printed.code == 2
    assert printed.findings[0].startswith("leaf 9  body does not match hash")


def test_an_altered_head_is_a_finding(log: Log) -> None:
    log.tamper("UPDATE trail_head SET note = 'x' WHERE size = 30")
    log.tamper("UPDATE trail_head SET root = sha256('x') WHERE size = 10")
    assert log.database().findings == [
        "table trail_head pk 10: its columns are not those of its note",
        "head of size 30: not a note: no signatures after an empty line",
    ]


def test_leaves_under_no_signed_head_are_not_vouched_for(log: Log) -> None:
    log.tamper("DELETE FROM trail_head WHERE size > 10")
    rewrite(log, 17, leaf=True, path=True)
    printed = log.database()
    assert (printed.code, printed.result) == (3, "CANNOT DECIDE")
    assert "leaves 10..39 stand under no signed head" in printed.text


def test_without_the_key_nothing_is_decided(log: Log) -> None:
    printed = log.verify("database", "--dsn", "dbname=none host=/nonexistent", "--log-key", log.key)
    assert (printed.code, printed.result) == (3, "CANNOT DECIDE")


def _body(seq: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.body FROM trail_event e JOIN trail_leaf l ON l.event_seq = e.seq WHERE l.seq = %s", [seq]
        )
        return json.loads(bytes(cursor.fetchone()[0]))


@pytest.mark.parametrize("seq", [0, 39])
def test_a_body_is_canonical_json(log: Log, seq: int) -> None:
    said = _body(seq)
    assert list(said) == sorted(said)
