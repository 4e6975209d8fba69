"""Receipts offline, checkpoints of another origin, deleted personal data."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from kechuang_verify.note import read_checkpoint

from kechuang.trail import queries
from kechuang.trail.commands import Personal, forget, record, sequence
from kechuang.trail.models import Event, Salt
from kechuang.treasury.models import Budget
from tests.verify.logged import AUTHOR, NOW, Log


def receipt(log: Log, number: int = 3) -> dict[str, Any]:
    found = queries.standing(log.budgets[number])
    assert found is not None
    said: dict[str, Any] = json.loads(queries.written(found))
    return said


def checked(log: Log, said: dict[str, Any], *more: object) -> Any:
    return log.verify("receipt", log.file("one.receipt.json", json.dumps(said, ensure_ascii=False)), *more)


def witnessed(log: Log, said: dict[str, Any]) -> dict[str, Any]:
    """With the audit bureau's cosignature under its checkpoint."""
    return said | {"checkpoint": log.cosigned(read_checkpoint(said["checkpoint"]).size)}


def test_a_receipt_verifies_offline(log: Log) -> None:
    printed = checked(log, witnessed(log, receipt(log)), "--policy", log.policy())
    assert (printed.code, printed.result) == (0, "VERIFIED")
    assert "log       kechuang.localhost/log   profile intl (SHA-256/Ed25519)" in printed.text
    assert "event     treasury.submit  2026-11-20T02:11:09+00:00" in printed.text
    assert "amount 12,000.00 CNY  released 0.00 CNY" in printed.text
    assert "inclusion in size 10: OK (4 hashes)" in printed.text
    assert "quorum 1/1: OK" in printed.text


def test_a_receipt_still_proves_what_the_database_no_longer_says(log: Log) -> None:
    kept = witnessed(log, receipt(log))
    log.tamper("UPDATE trail_event SET facts = '{\"amount_fen\": 1}'")
    log.owner("UPDATE treasury_budget SET amount_fen = 1")
    assert checked(log, kept, "--policy", log.policy()).result == "VERIFIED"


def test_without_key_or_witnesses_nothing_is_decided(log: Log) -> None:
    printed = checked(log, receipt(log))
    assert (printed.code, printed.result) == (3, "CANNOT DECIDE")
    assert "--log-key" in printed.text
    printed = checked(log, receipt(log), "--policy", log.policy())
    assert (printed.code, printed.result) == (3, "CANNOT DECIDE")
    assert "审计局 missing   quorum 1/1: not met" in printed.text


def forged(said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every part of a receipt with something wrong in it."""
    yield said | {"leaf": said["leaf"].replace("psn_author", "psn_nobody")}
    yield said | {"seq": said["seq"] + 1}
    yield said | {"inclusion": said["inclusion"][:-1]}
    yield said | {"inclusion": []}
    yield said | {"inclusion": [*said["inclusion"], said["inclusion"][0]]}
    for step in range(len(said["inclusion"])):
        path = list(said["inclusion"])
        path[step] = ("B" if path[step][0] != "B" else "C") + path[step][1:]
        yield said | {"inclusion": path}
    lines = said["checkpoint"].split("\n")
    yield said | {"checkpoint": "\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]])}
    yield said | {"checkpoint": "\n".join(["other.example/log", *lines[1:]])}
    signature = lines[4]
    yield said | {"checkpoint": said["checkpoint"].replace(signature, signature[:-8] + "AAAAAAA=")}
    yield said | {"promise": said["promise"].replace("2026-11-20T02:11:09Z", "2026-11-19T02:11:09Z")}


def test_every_forged_receipt_is_refused(log: Log) -> None:
    said, policy = witnessed(log, receipt(log)), log.policy()
    for number, one in enumerate(forged(said)):
        printed = checked(log, one, "--policy", policy, "--log-key", log.key)
        assert printed.code == 2, (number, printed.text)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "kechuang-receipt/2"}', "null", "\x00"])
def test_what_is_no_receipt_is_said_to_be_none(log: Log, text: str) -> None:
    printed = log.verify("receipt", log.file("bad.json", text), "--log-key", log.key)
    assert (printed.code, printed.result) == (3, "CANNOT DECIDE")


def test_a_checkpoint_of_another_origin_is_refused(log: Log) -> None:
    other = log.head(40).replace("kechuang.localhost/log\n", "other.example/log\n", 1)
    printed = log.verify("checkpoint", log.file("other.txt", other), "--log-key", log.key)
    assert printed.findings == ["head: of another log (other.example/log)"]


def test_an_act_that_waits_has_a_signed_promise(log: Log) -> None:
    budget = Budget.objects.get(id=log.budgets[0])
    record(AUTHOR, budget, "note", label="备注", role=next(iter(AUTHOR.posts)).role, now=NOW, source="x", target="y")
    printed = checked(log, receipt(log, 0), "--policy", log.policy())
    assert (printed.code, printed.result) == (3, "CANNOT DECIDE")
    assert "promise   made 2026-11-20T02:11:09Z, to be in the log by 2026-11-20T02:21:09Z: OK" in printed.text


def test_deleted_personal_data_leaves_the_log_verifying(log: Log) -> None:
    budget = Budget.objects.get(id=log.budgets[0])
    role = next(iter(AUTHOR.posts)).role
    facts = {"fen": 1, "contact": Personal("张三 13800000000")}
    name = record(AUTHOR, budget, "note", label="备注", role=role, now=NOW, facts=facts)
    sequence(now=NOW)
    event = Event.objects.get(id=name)
    assert set(event.facts["contact"]) == {"salted"}
    assert "13800000000" not in bytes(event.body).decode() + str(event.facts) + event.after
    assert Salt.objects.get(event_id=name).kept == {"contact": "张三 13800000000"}
    assert log.database().result == "VERIFIED"
    assert forget([budget.id]) == 1
    assert not Salt.objects.filter(event_id=name).exists()
    assert log.database().result == "VERIFIED"


def test_the_receipt_is_had_by_its_address_alone(log: Log, client: Client) -> None:
    found = queries.standing(log.budgets[3])
    assert found is not None
    page = client.get(f"/trail/receipts/{found.token}")
    assert page.status_code == 200
    assert "叶号" in page.content.decode()
    file = client.get(f"/trail/receipts/{found.token}/json")
    assert json.loads(file.content)["seq"] == found.seq == 7
    assert client.get(f"/trail/receipts/{found.event.id}").status_code == 404
    forged = signing.Signer(salt="other").sign(found.event.id)
    assert client.get(f"/trail/receipts/{forged}/json").status_code == 404


def test_anybody_may_ask_for_proofs_and_is_told_what_is_wrong_with_the_question(log: Log, client: Client) -> None:
    head = read_checkpoint(client.get("/api/trail/checkpoint").content.decode())
    assert (head.origin, head.size) == ("kechuang.localhost/log", 40)
    assert len(client.get("/api/trail/leaves?start=0&end=40").content) == 40 * 32
    assert client.get("/api/trail/inclusion?seq=17&size=30").json()["size"] == 30
    assert client.get("/api/trail/consistency?old=10&new=40").json()["proof"]
    for address, code in (
        ("checkpoint?size=11", "trail.no_such_size"),
        ("consistency?old=30&new=41", "trail.wrong_range"),
        ("consistency?old=-1&new=4", "trail.wrong_range"),
        ("leaves?start=0&end=41", "trail.wrong_range"),
        ("inclusion?seq=40", "trail.not_in_log"),
    ):
        answer = client.get(f"/api/trail/{address}")
        assert answer.json()["code"] == code
        assert answer.json()["detail"]


def test_the_page_explains_what_it_is_and_never_says_blockchain_alone(log: Log, client: Client) -> None:
    page = client.get("/trail/").content.decode()
    assert "可验证存证日志" in page
    assert "Merkle 树，多方见证" in page
    assert page.count("区块链") == 1
    assert "没有链上币" in page
    assert read_checkpoint(log.head(40)).root.hex() in page
