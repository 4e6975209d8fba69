"""`kechuang-verify evidence`: a pack that is whole, and every way in which one may have been tampered with."""

import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kechuang.audit import commands, queries
from kechuang.documents.rules import zipped
from tests.audit.conftest import Audited
from tests.trail.sequenced import in_log
from tests.verify.packed import flipped, members, policy, rewritten, verify


def test_a_pack_as_it_was_frozen_is_verified_also_by_its_digest_on_paper(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = verify(pack, capsys)
    assert (code, said.splitlines()[-1]) == (0, "RESULT    VERIFIED"), said
    assert "drawn again" in said
    code, said = verify(pack, capsys, pack.stem)
    assert (code, said.splitlines()[-1]) == (0, "RESULT    VERIFIED"), said


def test_it_needs_nothing_of_the_platform(pack: Path) -> None:
    """Run as a program of its own, isolated: no Django, no settings, no other package of the house."""
    code = (
        "import sys; from kechuang_verify.cli import main; code = main(sys.argv[1:]);"
        "assert not {'django', 'kechuang', 'psycopg'} & set(sys.modules), 'needs the platform'; sys.exit(code)"
    )
    given = [sys.executable, "-I", "-c", code, "evidence", str(pack), "--policy", str(policy(pack))]
    ran = subprocess.run(given, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "RESULT    VERIFIED"), ran.stdout + ran.stderr


def test_the_pack_holds_records_acts_transfers_files_and_rules(pack: Path) -> None:
    held = members(pack)
    for kind in ("proofs/", "logged/claims.claim/", "rows/claims.claim/", "objects/claims.claim/", "objects/orders.order/", "objects/vouchers.voucher/", "objects/treasury.budget/",
                 "objects/treasury.paymentbatch/", "objects/notices.notice/", "events/", "files/", "policies/"):  # fmt: skip
        assert any(name.startswith(kind) for name in held), kind
    rules = {row["rule"] for row in json.loads(held["ledger.json"])}
    assert {"release", "grant", "offset", "submit", "approve", "pay"} <= rules


def test_a_flipped_byte_in_any_member_is_named(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held, whole = members(pack), pack.read_bytes()
    kinds = {name.partition("/")[0]: name for name in held}
    assert len(kinds) > 8
    for name in kinds.values():
        pack.write_bytes(whole)
        code, said = verify(rewritten(pack, {name: flipped(held[name])}), capsys)
        assert code == 2, name
        assert any(line.startswith("FAIL") and name in line for line in said.splitlines()), said
        assert said.splitlines()[-1].startswith("RESULT    TAMPERED (")


def test_a_flipped_byte_anywhere_in_the_zip_is_never_verified_with_other_content(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, held = pack.read_bytes(), members(pack)
    chance = random.Random(7)
    places = [chance.randrange(len(whole)) for _ in range(150)]
    named = 0
    for at in places:
        pack.write_bytes(flipped(whole, at))
        code, _said = verify(pack, capsys, pack.stem)
        named += code == 2
        if code == 0:  # a byte that says nothing (a flag of how it was packed): all that is read is what was frozen
            assert members(pack) == held
    assert named > 100


def test_a_missing_and_an_added_member_are_named(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = next(name for name in members(pack) if name.startswith("files/"))
    code, said = verify(rewritten(pack, {name: None, "files/extra": b"x"}), capsys)
    assert code == 2
    assert f"{name}: missing" in said
    assert "files/extra: added" in said


@pytest.mark.parametrize("kind", ["events/", "objects/", "logged/", "files/", "policies/", "proofs/"])
def test_an_insider_who_seals_the_manifest_anew_is_found_by_the_digests_within(
    pack: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    held = members(pack)
    name = next(name for name in sorted(held) if name.startswith(kind))
    code, said = verify(rewritten(pack, {name: flipped(held[name])}, seals=True), capsys)
    assert code == 2
    assert f"FAIL      {name}" in said


def test_an_insider_who_changes_everything_is_found_by_the_digest_on_paper(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The negative control of --digest: without it a pack made anew as a whole passes, and the program says what it lacks."""
    on_paper, held = pack.stem, members(pack)
    ledger = json.loads(held["ledger.json"])
    ledger[-1]["fen"] += 1
    forged = json.dumps(ledger, sort_keys=True, ensure_ascii=False, indent=1).encode() + b"\n"
    rewritten(pack, {"ledger.json": forged}, seals=True)
    code, said = verify(pack, capsys)
    assert code == 0
    assert "NOTE" in said
    code, said = verify(pack, capsys, on_paper)
    assert code == 2
    assert "manifest.json: altered" in said


def test_a_sample_with_another_list_seed_or_frame_is_found(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = pack.read_bytes()
    sample = json.loads(members(pack)["sample.json"])
    left_out = next(unit for unit in sample["frame"] if unit["id"] not in {one["id"] for one in sample["drawn"]})
    swapped = [{**sample["drawn"][0], "id": left_out["id"]}, *sample["drawn"][1:]]
    for change, words in (
        ({"drawn": swapped}, "the list is another one"),
        ({"seed": "另一颗种子"}, "committed to"),
        ({"frame": sample["frame"][1:]}, "the frame is not the one"),
    ):
        pack.write_bytes(whole)
        body = json.dumps({**sample, **change}, ensure_ascii=False).encode()
        code, said = verify(rewritten(pack, {"sample.json": body}, seals=True), capsys)
        assert code == 2
        assert words in said


def test_bombs_and_paths_are_bounded(pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verify(rewritten(pack, {"../../etc/passwd": b"x", "/abs": b"x", "a\\b": b"x"}), capsys)
    assert code == 2
    assert said.count("no pack has such a name") == 3
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("big", "w", force_zip64=True) as stream,
    ):
        for _ in range(270):
            stream.write(bytes(1024 * 1024))
    (tmp_path / "bomb.zip").write_bytes(bomb.getvalue())
    code, said = verify(tmp_path / "bomb.zip", capsys)
    assert (code, said.splitlines()[-1]) == (3, "RESULT    CANNOT DECIDE")


def test_what_is_no_pack_cannot_be_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "not.zip").write_bytes(b"hello")
    (tmp_path / "newer.zip").write_bytes(zipped({"manifest.json": b'{"format": "kechuang-evidence-9", "members": []}'}))
    (tmp_path / "older.zip").write_bytes(zipped({"manifest.json": b'{"format": "kechuang-evidence-1", "members": []}'}))
    for name in ("absent.zip", "not.zip", "newer.zip", "older.zip"):
        code, said = verify(tmp_path / name, capsys)
        assert (code, said.splitlines()[-1]) == (3, "RESULT    CANNOT DECIDE"), name
    assert verify(tmp_path / "not.zip", capsys, "12")[0] == 3


@pytest.mark.django_db
def test_the_same_records_at_the_same_moment_give_the_same_members(audited: Audited) -> None:
    task, claim = audited.task(), audited.submitted()
    in_log(audited.now)
    at = {"task": task, "number": "ZJ-1", "sample": None, "at": audited.now}
    first, second = queries.frozen([claim], **at), queries.frozen([claim], **at)
    assert first == second
    assert zipped(first.members) == zipped(second.members)


@pytest.mark.django_db
def test_a_record_changed_behind_the_program_is_named_in_the_pack(
    audited: Audited, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    task, claim = audited.task(), audited.submitted()
    in_log(audited.now)
    type(claim).objects.filter(id=claim.id).update(claimed_fen=claim.claimed_fen + 1)
    made = commands.freeze_pack(audited.looking, task_id=task.id, title="证据", numbers=[claim.number], now=audited.now)
    (tmp_path / "pack.zip").write_bytes(queries.pack_content(made))
    code, said = verify(tmp_path / "pack.zip", capsys, made.digest)
    assert code == 2
    assert f"objects/claims.claim/{claim.id}.json: the record is not what its last act" in said
    now, was = claim.claimed_fen + 1, claim.claimed_fen
    assert f"table claims_claim pk {claim.id} column claimed_fen: now {now}, logged {was} (act " in said
