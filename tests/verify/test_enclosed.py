"""The log in an evidence pack: proofs that are whole, missing, forged or of another log, and records made anew."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kechuang_verify import evidence
from kechuang_verify.cli import main
from kechuang_verify.note import Key

from kechuang.audit import commands, queries
from kechuang.trail.adapters.signing import signer
from tests.audit.conftest import Audited
from tests.trail.sequenced import in_log
from tests.verify.packed import first, members, policy, resealed, rewritten, verify


def test_each_act_is_proved_to_stand_in_the_log(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    acts = len(json.loads(members(pack)["events.json"]))
    code, said = verify(pack, capsys, pack.stem)
    assert code == 0
    assert f"PROOFS    {acts} of {acts} acts stand in the log" in said
    assert "log       kechuang.localhost/log   profile intl (SHA-256/Ed25519)" in said
    assert said.count("\nhead      root ") == 1


def test_a_receipt_out_of_the_pack_is_one_as_any_other(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack.parent / "one.json").write_bytes(members(pack)[first(pack, "proofs/")])
    assert main(["receipt", str(pack.parent / "one.json"), "--policy", str(policy(pack))]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "RESULT    VERIFIED"


def test_without_the_logs_key_or_the_witnesses_nothing_is_decided(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = evidence.main([str(pack), "--digest", pack.stem])
    said = capsys.readouterr().out
    assert (code, said.splitlines()[-1]) == (3, "RESULT    CANNOT DECIDE")
    assert "--log-key" in said
    code, said = verify(pack, capsys, pack.stem, "--log-key", signer().key)
    assert (code, said.splitlines()[-1]) == (3, "RESULT    CANNOT DECIDE"), "a key alone says nothing of witnesses"
    code, said = verify(pack, capsys, pack.stem, "--policy", pack.parent / "absent.txt")
    assert code == 3


def test_a_missing_proof_is_named_also_when_the_pack_is_sealed_anew(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = first(pack, "proofs/")
    code, said = verify(rewritten(pack, {name: None}, seals=True), capsys)
    assert code == 2
    assert f"FAIL      {name}: missing" in said


@pytest.mark.parametrize("part", ["leaf", "seq", "inclusion", "checkpoint", "another act"])
def test_a_proof_with_anything_altered_is_named(pack: Path, capsys: pytest.CaptureFixture[str], part: str) -> None:
    name, other = sorted(one for one in members(pack) if one.startswith("proofs/"))[:2]
    wrong: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "leaf": lambda said: said | {"leaf": said["leaf"].replace('"v":1', '"v":2')},
        "seq": lambda said: said | {"seq": said["seq"] ^ 1},
        "inclusion": lambda said: said | {"inclusion": said["inclusion"][:-1]},
        "checkpoint": lambda said: said | {"checkpoint": said["checkpoint"].replace("kechuang.localhost", "other", 1)},
        "another act": lambda _said: json.loads(members(pack)[other]),
    }
    code, said = verify(resealed(pack, name, wrong[part]), capsys, "", "--log-key", signer().key)
    assert code == 2
    assert f"FAIL      {name}:" in said


def test_a_pack_of_another_log_is_refused_by_the_key_and_undecided_where_nobody_trusts_that_log(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = signer().key
    other = Key("other.example/log", key.kind, key.public)
    code, said = verify(pack, capsys, pack.stem, "--log-key", other)
    assert code == 2
    assert "FAIL      head: of another log (kechuang.localhost/log)" in said
    code, said = verify(pack, capsys, pack.stem, "--policy", policy(pack, other))
    assert (code, said.splitlines()[-1]) == (3, "RESULT    CANNOT DECIDE")


def claim_member(pack: Path, folder: str) -> tuple[str, str]:
    name = first(pack, f"{folder}/claims.claim/")
    return name, name.rpartition("/")[2].removesuffix(".json")


@pytest.mark.parametrize("folder", ["objects", "rows"])
def test_an_insider_who_changes_a_record_is_told_table_row_and_column(
    pack: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    name, record = claim_member(pack, folder)
    was = json.loads(members(pack)[name])["claimed_fen"]
    body = members(pack)[name].replace(
        f'"claimed_fen":{" " if folder == "rows" else ""}{was}'.encode(), b'"claimed_fen":1500000'
    )
    code, said = verify(rewritten(pack, {name: body}, seals=True), capsys)
    assert code == 2
    assert f"table claims_claim pk {record} column claimed_fen: now 1500000, logged {was} (act " in said


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"7", b'{"id": '])
@pytest.mark.parametrize("folder", ["objects", "rows", "logged", "proofs", "events"])
def test_a_member_that_is_no_longer_one_is_named_as_such(
    pack: Path, capsys: pytest.CaptureFixture[str], folder: str, body: bytes
) -> None:
    name = first(pack, f"{folder}/")
    code, said = verify(rewritten(pack, {name: body}, seals=True), capsys)
    assert code == 2
    assert f"FAIL      {name}" in said


def test_an_insider_who_rewrites_a_json_column_of_a_whole_row_is_told_which(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a JSON column the log keeps a digest: the text in the pack is held against it."""
    held = members(pack)
    marked = {
        (path, column)
        for path, body in held.items() if path.startswith("objects/")
        for column, value in json.loads(body).items() if isinstance(value, dict) and "sha256" in value
    }  # fmt: skip
    path, column = min(marked)
    whole = path.replace("objects/", "rows/")
    row = json.loads(held[whole])
    text = json.dumps(row | {column: {"forged": 1}}, ensure_ascii=False)
    code, said = verify(rewritten(pack, {whole: text.encode()}, seals=True), capsys)
    assert code == 2
    table = path.split("/")[1].replace(".", "_")
    assert f"FAIL      {whole}: table {table} pk {row['id']} column {column}: now " in said


def test_an_insider_who_makes_record_and_digests_anew_is_found_by_the_log_alone(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Record, whole row, what the log is said to keep, index and seal agree; the leaf does not."""
    name, record = claim_member(pack, "objects")
    held = members(pack)
    was = json.loads(held[name])["claimed_fen"]
    body = held[name].replace(f'"claimed_fen":{was}'.encode(), b'"claimed_fen":1500000')
    whole = name.replace("objects", "rows")
    index = json.loads(held["events.json"])
    last = max((row for row in index if row["object_id"] == record), key=lambda row: row["seq"])
    last["row_digest"] = hashlib.sha256(body).hexdigest()
    changed: dict[str, bytes | None] = {
        name: body,
        name.replace("objects", "logged"): body,
        whole: held[whole].replace(f'"claimed_fen": {was}'.encode(), b'"claimed_fen": 1500000'),
        "events.json": json.dumps(index).encode(),
    }
    rewritten(pack, changed, seals=True)
    code, said = verify(pack, capsys)
    findings = [line for line in said.splitlines() if line.startswith("FAIL")]
    assert (code, len(findings)) == (2, 1)
    assert f"{name}: table claims_claim pk {record}: not the record in the log (seq " in findings[0]


def test_control_without_looking_into_the_log_that_insider_would_pass(
    pack: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kechuang_verify.enclosed._speaks", lambda *_given: None)
    with pytest.raises(AssertionError, match="0"):
        test_an_insider_who_makes_record_and_digests_anew_is_found_by_the_log_alone(pack, capsys)


def test_an_act_that_was_never_in_the_log_has_no_proof_that_verifies(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An act invented with its receipt: leaf and index agree, the path does not lead to the head."""
    name = first(pack, "proofs/")
    act = json.loads(members(pack)[name])["leaf"]
    member = name.replace("proofs/", "events/")
    body = members(pack)[member]
    forged = body.replace(b'"role":"', b'"role":"x', 1)
    index = json.loads(members(pack)["events.json"])
    for row in index:
        if row["member"] == member:
            row["digest"] = hashlib.sha256(forged).hexdigest()
    receipt = json.loads(members(pack)[name]) | {"leaf": act.replace(body.decode(), forged.decode())}
    changed: dict[str, bytes | None] = {
        member: forged,
        "events.json": json.dumps(index).encode(),
        name: json.dumps(receipt, ensure_ascii=False).encode(),
    }
    code, said = verify(rewritten(pack, changed, seals=True), capsys)
    assert code == 2
    assert f"FAIL      {name}: altered, it does not lead from leaf" in said


@pytest.mark.django_db
def test_a_pack_of_the_national_profile_is_proved_by_sm3_and_sm2(
    audited: Audited, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """There a leaf holds the record's digest by SM3: what the log keeps of the record is what ties the two together."""
    settings.LOG_PROFILE, settings.LOG_KEYS = "gm", tmp_path / "keys"
    task, claim = audited.task(), audited.submitted()
    in_log(audited.now)
    made = commands.freeze_pack(audited.looking, task_id=task.id, title="证据", numbers=[claim.number], now=audited.now)
    pack = tmp_path / f"{made.digest}.zip"
    pack.write_bytes(queries.pack_content(made))
    code, said = verify(pack, capsys, pack.stem)
    assert code == 0
    assert "profile gm (SM3/SM2)" in said
    logged = f"logged/claims.claim/{claim.id}.json"
    code, said = verify(rewritten(pack, {logged: None}, seals=True), capsys)
    assert code == 2
    assert f"objects/claims.claim/{claim.id}.json: table claims_claim pk {claim.id}: not the record in the log" in said
