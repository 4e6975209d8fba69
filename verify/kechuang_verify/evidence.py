"""`kechuang-verify evidence pack.zip`: whether an evidence pack (证据包) is what was frozen, checked without the platform.

Everything is read from the zip alone: the manifest against its seal, every member against the manifest, every act against
its digest, every record against the digest its last act left, every file and rule text against theirs, a sample by drawing
it again; and with the log's key (`--policy`, `--log-key`) that each act stands in the log, by the proofs that are enclosed.
`--digest` is the manifest's digest as it was written down on paper: without it what no act vouches for (files, transfers)
could have been made anew as a whole.
"""

import argparse
import hashlib
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kechuang_verify import enclosed, records, sample
from kechuang_verify.checkpoint import known_policy
from kechuang_verify.note import Malformed
from kechuang_verify.report import Report

FORMAT = "kechuang-evidence-2"  # of 1, in no release, no act was proved to stand in the log
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # of every member: the bytes follow from the content alone
MEMBERS_MAX = 200_000
MEMBER_BYTES_MAX = 256 * 1024 * 1024
TOTAL_BYTES_MAX = 1024 * 1024 * 1024
CHUNK = 1024 * 1024
SAFE_PATH = re.compile(r"[A-Za-z0-9_.@-]+(?:/[A-Za-z0-9_.@-]+)*")
Check = Callable[[dict[str, bytes], Any, Report], Iterator[str]]


class Undecided(Exception):
    """What was given is no evidence pack that this program can read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", type=Path, help="证据包 · the zip as it was downloaded")
    parser.add_argument(
        "--digest", default="", help="纸面记录的清单摘要 · the manifest's SHA-256 as written down on paper"
    )
    parser.add_argument("--log-key", help="日志公钥，或存放它的文件 · the log's key, or a file that holds it")
    parser.add_argument("--policy", type=Path, help="信任策略 · whom one trusts (C2SP tlog-policy)")


def run(args: argparse.Namespace) -> int:
    """Prints what was checked and found; 0 verified, 2 tampered, 3 cannot decide."""
    report = Report()
    try:
        _check(report, args)
    except (Undecided, sample.Unknown, OSError, UnicodeDecodeError, Malformed) as why:
        report.lacks(str(why))
    return report.close()


def _check(report: Report, args: argparse.Namespace) -> None:
    """Every check, in order; what is found goes into the report."""
    wanted = args.digest.strip().lower()
    if wanted and not re.fullmatch(r"[0-9a-f]{64}", wanted):
        raise Undecided("--digest is no SHA-256 (64 hexadecimal digits)")
    policy = known_policy(args.policy)
    members, damaged = _read(args.pack)
    manifest = _manifest(members.get(MANIFEST, b""))
    for finding in damaged:
        report.fail(finding)
    if MANIFEST not in members:
        report.fail(f"{MANIFEST}: missing or damaged")
        return
    digest = hashlib.sha256(members[MANIFEST]).hexdigest()
    report.say("MANIFEST", f"sha256 {digest}")
    for finding in _sealed(members, digest, wanted):
        report.fail(finding)
    if manifest is None:
        report.fail(f"{MANIFEST}: altered, it is no longer a manifest")
        return
    for finding in _inside(members, manifest, report):
        report.fail(finding)
    enclosed.check(report, members, log_key=args.log_key, policy=policy)
    if not wanted:
        report.say("NOTE", "compare the manifest's digest above with the one on paper, or give it as --digest")


def _inside(members: dict[str, bytes], manifest: dict[str, Any], report: Report) -> Iterator[str]:
    yield from _listed(members, manifest, report)
    checks: dict[str, Check] = {"events": _events, "files": _files, "policies": _policies, "ledger": _ledger}
    for name, check in checks.items():
        yield from _indexed(members, f"{name}.json", check, report)
    if "sample.json" in members:
        yield from _indexed(members, "sample.json", lambda _members, said, into: sample.redrawn(said, into), report)


# the zip


def _read(path: Path) -> tuple[dict[str, bytes], list[str]]:
    """Every member that can be read, and findings about those that cannot; nothing is ever written to disk."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise Undecided(f"no such file: {path}") from error
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Undecided(f"not a readable zip: {error}") from error
    with archive:
        infos = archive.infolist()
        _bounded(infos)
        found: dict[str, bytes] = {}
        damaged = ["zip: a comment was added"] if archive.comment else []
        for info in infos:
            shown = ascii(info.filename)[1:-1]
            if not SAFE_PATH.fullmatch(info.filename) or ".." in info.filename.split("/"):
                damaged.append(f"{shown}: added, no pack has such a name")
            elif info.filename in found:
                damaged.append(f"{shown}: added, the name occurs twice")
            else:
                damaged += [f"{shown}: {why}" for why in _odd(info)]
                try:
                    found[info.filename] = _content(archive, info)
                except (
                    zipfile.BadZipFile,
                    zlib.error,
                    OSError,
                    EOFError,
                    RuntimeError,
                    NotImplementedError,
                    ValueError,
                ) as error:
                    damaged.append(f"{shown}: altered, it cannot be unpacked ({error})")
        return found, damaged


def _bounded(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MEMBERS_MAX:
        raise Undecided(f"more than {MEMBERS_MAX} members")
    if sum(info.file_size for info in infos) > TOTAL_BYTES_MAX:
        raise Undecided(f"it would unpack to more than {TOTAL_BYTES_MAX} bytes")


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """One member, never more of it than it says it holds and than a pack may hold."""
    if info.file_size > MEMBER_BYTES_MAX:
        raise Undecided(f"{info.filename!a} says it holds {info.file_size} bytes")
    parts, held = [], 0
    with archive.open(info) as stream:
        while part := stream.read(CHUNK):
            held += len(part)
            if held > info.file_size:
                raise zipfile.BadZipFile("it holds more than it says")
            parts.append(part)
    if held != info.file_size:
        raise zipfile.BadZipFile("it holds less than it says")
    return b"".join(parts)


def _odd(info: zipfile.ZipInfo) -> Iterator[str]:
    """What is not as a pack is written: dates, attributes and notes of a member are always the same."""
    if info.date_time != FIXED_DATE:
        yield "altered, its date is not that of a pack"
    if info.external_attr != 0o644 << 16 or info.extra or info.comment:
        yield "altered, its attributes are not those of a pack"


# the manifest


def _sealed(members: dict[str, bytes], digest: str, wanted: str) -> Iterator[str]:
    if SEAL not in members:
        yield f"{SEAL}: missing or damaged"
    elif members[SEAL] != f"{digest}  {MANIFEST}\n".encode():
        yield f"{SEAL}: does not seal this {MANIFEST}; one of the two was altered"
    if wanted and wanted != digest:
        yield f"{MANIFEST}: altered, its digest is not the one on paper ({wanted})"


def _manifest(body: bytes) -> dict[str, Any] | None:
    """The manifest, or None for one that was damaged; a manifest of another format cannot be decided on."""
    try:
        said = json.loads(body)
        if not isinstance(said, dict):
            return None
        if said.get("format") != FORMAT and str(said.get("format", "")).startswith("kechuang-evidence-"):
            raise Undecided(f"format {said['format']} is none that this program knows")
        rows = said["members"]
        fit = all(
            isinstance(row["path"], str) and isinstance(row["size"], int) and isinstance(row["sha256"], str)
            for row in rows
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return said if fit and said.get("format") == FORMAT else None


def _listed(members: dict[str, bytes], manifest: dict[str, Any], report: Report) -> Iterator[str]:
    """Every member is listed, every listed one is there and what it was."""
    listed = {row["path"]: row for row in manifest["members"]}
    for path, row in sorted(listed.items()):
        if path not in members:
            yield f"{path}: missing"
        elif hashlib.sha256(members[path]).hexdigest() != row["sha256"] or len(members[path]) != row["size"]:
            yield f"{path}: altered, its digest is not the one in the manifest"
    for path in sorted(set(members) - set(listed) - {MANIFEST, SEAL}):
        yield f"{path}: added, the manifest does not list it"
    report.say("MEMBERS", f"{len(listed)} listed, {len(members) - 2} enclosed")


# what stands in it


def _indexed(members: dict[str, bytes], name: str, check: Check, report: Report) -> Iterator[str]:
    """The findings of one index; an index that cannot be read is a finding itself."""
    if name not in members:
        yield f"{name}: missing"
        return
    try:
        yield from list(check(members, json.loads(members[name]), report))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield f"{name}: altered, it is no longer what a pack holds under this name"


def _events(members: dict[str, bytes], index: list[dict[str, Any]], report: Report) -> Iterator[str]:
    """Each act's bytes have the digest it was recorded with; each record is what its last act left."""
    for row in index:
        body = members.get(row["member"], b"")
        if hashlib.sha256(body).hexdigest() != row["digest"]:
            yield f"{row['member']}: altered, it is not the act with digest {row['digest'][:16]}…"
        else:
            said = json.loads(body)
            if (said["id"], said["object_id"], said["object_type"]) != (
                row["id"],
                row["object_id"],
                row["object_type"],
            ):
                yield f"{row['member']}: is entered as another act than it is"
    last = records.last_acts(index)
    findings = list(records.findings(members, last))
    yield from findings
    report.say("ACTS", f"{len(index)} on {len(last)} records{'' if findings else ', each as its last act left it'}")


def _files(members: dict[str, bytes], index: list[dict[str, Any]], report: Report) -> Iterator[str]:
    for row in index:
        body = members.get(row["member"])
        if body is None:
            yield f"{row['member']}: missing ({ascii(row['name'])[1:-1]})"
        elif hashlib.sha256(body).hexdigest() != row["sha256"] or row["member"] != f"files/{row['sha256']}":
            yield f"{row['member']}: altered, it is not the file that was kept"
    report.say("FILES", str(len(index)))


def _policies(members: dict[str, bytes], index: list[dict[str, Any]], report: Report) -> Iterator[str]:
    for row in index:
        body = members.get(row["member"])
        if body is None:
            yield f"{row['member']}: missing"
        elif hashlib.sha256(body).hexdigest() != row["sha256"]:
            yield f"{row['member']}: altered, it is not the text that was published"
    report.say("RULES", f"{len(index)} texts in force")


def _ledger(_members: dict[str, bytes], rows: list[dict[str, Any]], report: Report) -> Iterator[str]:
    """Every transfer moves something between two accounts, once."""
    seen = set()
    for row in rows:
        if row["fen"] <= 0 or row["debit"] == row["credit"]:
            yield f"ledger.json: transfer {row['id']} moves nothing"
        if row["id"] in seen:
            yield f"ledger.json: transfer {row['id']} occurs twice"
        seen.add(row["id"])
    report.say("LEDGER", f"{len(rows)} transfers")


def main(arguments: list[str] | None = None) -> int:
    """`python -m kechuang_verify.evidence pack.zip`"""
    parser = argparse.ArgumentParser(description="核验证据包 · verify an evidence pack")
    add_arguments(parser)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
