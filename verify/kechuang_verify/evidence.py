"""`kechuang-verify evidence pack.zip`: whether an evidence pack (证据包) is what was frozen, checked without the platform.

Everything is read from the zip alone, by the standard library: the manifest against its seal, every member against the
manifest, every act against its digest, every record against the digest its last act left, every file and rule text
against theirs, and a sample by drawing it again. `--digest` is the manifest's digest as it was written down on paper: without
it a pack that was made anew as a whole cannot be told from the one that was frozen.
"""

import argparse
import hashlib
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VERIFIED, TAMPERED, UNDECIDED = 0, 2, 3
FORMAT, SAMPLE_FORMAT = "kechuang-evidence-1", "kechuang-sample-1"
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # of every member: the bytes follow from the content alone
MEMBERS_MAX = 200_000
MEMBER_BYTES_MAX = 256 * 1024 * 1024
TOTAL_BYTES_MAX = 1024 * 1024 * 1024
CHUNK = 1024 * 1024
WHOLE = 10_000  # basis points
STRATA = ("county", "provider_class", "amount", "risk")
SAFE_PATH = re.compile(r"[A-Za-z0-9_.@-]+(?:/[A-Za-z0-9_.@-]+)*")


class Undecided(Exception):
    """What was given is no evidence pack that this program can read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="证据包 · the zip as it was downloaded")
    parser.add_argument(
        "--digest", default="", help="纸面记录的清单摘要 · the manifest's SHA-256 as written down on paper"
    )


def run(args: argparse.Namespace) -> int:
    """Prints what was checked and found; 0 verified, 2 tampered, 3 cannot decide."""
    try:
        findings = list(_checked(Path(args.pack), args.digest.strip().lower()))
    except Undecided as why:
        print(f"STOP      {why}")
        print("RESULT    CANNOT DECIDE")
        return UNDECIDED
    for finding in findings:
        print(f"FAIL      {finding}")
    count = f"{len(findings)} finding{'' if len(findings) == 1 else 's'}"
    print(f"RESULT    {f'TAMPERED ({count})' if findings else 'VERIFIED'}")
    return TAMPERED if findings else VERIFIED


def _checked(path: Path, wanted: str) -> Iterator[str]:
    """Every finding, in the order of the checks."""
    if wanted and not re.fullmatch(r"[0-9a-f]{64}", wanted):
        raise Undecided("--digest is no SHA-256 (64 hexadecimal digits)")
    members, damaged = _read(path)
    yield from damaged
    if MANIFEST not in members:
        yield f"{MANIFEST}: missing or damaged"
        return
    digest = hashlib.sha256(members[MANIFEST]).hexdigest()
    print(f"MANIFEST  sha256 {digest}")
    yield from _sealed(members, digest, wanted)
    manifest = _manifest(members[MANIFEST])
    if manifest is None:
        yield f"{MANIFEST}: altered, it is no longer a manifest"
        return
    yield from _listed(members, manifest)
    for name, check in (("events", _events), ("files", _files), ("policies", _policies), ("ledger", _ledger)):
        yield from _indexed(members, f"{name}.json", check)
    yield from _sampled(members)
    proofs = sum(name.startswith("proofs/") for name in members)
    if proofs:
        print(f"PROOFS    {proofs} enclosed; check each with `kechuang-verify receipt`")
    if not wanted:
        print("NOTE      compare the manifest's digest above with the one on paper, or give it as --digest")


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
            raise Undecided(f"format {said['format']} is newer than this program")
        rows = said["members"]
        fit = all(
            isinstance(row["path"], str) and isinstance(row["size"], int) and isinstance(row["sha256"], str)
            for row in rows
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return said if fit and said.get("format") == FORMAT else None


def _listed(members: dict[str, bytes], manifest: dict[str, Any]) -> Iterator[str]:
    """Every member is listed, every listed one is there and what it was."""
    listed = {row["path"]: row for row in manifest["members"]}
    for path, row in sorted(listed.items()):
        if path not in members:
            yield f"{path}: missing"
        elif hashlib.sha256(members[path]).hexdigest() != row["sha256"] or len(members[path]) != row["size"]:
            yield f"{path}: altered, its digest is not the one in the manifest"
    for path in sorted(set(members) - set(listed) - {MANIFEST, SEAL}):
        yield f"{path}: added, the manifest does not list it"
    print(f"MEMBERS   {len(listed)} listed, {len(members) - 2} enclosed")


# what stands in it


def _indexed(members: dict[str, bytes], name: str, check: Any) -> Iterator[str]:
    """The findings of one index; an index that cannot be read is a finding itself."""
    if name not in members:
        yield f"{name}: missing"
        return
    try:
        yield from list(check(members, json.loads(members[name])))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield f"{name}: altered, it is no longer an index"


def _events(members: dict[str, bytes], index: list[dict[str, Any]]) -> Iterator[str]:
    """Each act's bytes have the digest it was recorded with; each record is what its last act left."""
    last: dict[str, dict[str, Any]] = {}
    for row in sorted(index, key=lambda one: one["seq"]):
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
        last[row["object_id"]] = row
    checked = 0
    for record, row in sorted(last.items()):
        path = f"objects/{row['object_type']}/{record}.json"
        if path not in members:
            yield f"{path}: missing, there are acts on it"
        elif hashlib.sha256(members[path]).hexdigest() != row["row_digest"]:
            yield f"{path}: the record is not what its last act ({row['id']}) left"
        else:
            checked += 1
    for path in sorted(members):
        if path.startswith("objects/") and path.rpartition("/")[2].removesuffix(".json") not in last:
            yield f"{path}: a record without any act"
    print(f"ACTS      {len(index)}; {checked} of {len(last)} records are what their last act left")


def _files(members: dict[str, bytes], index: list[dict[str, Any]]) -> Iterator[str]:
    for row in index:
        body = members.get(row["member"])
        if body is None:
            yield f"{row['member']}: missing ({ascii(row['name'])[1:-1]})"
        elif hashlib.sha256(body).hexdigest() != row["sha256"] or row["member"] != f"files/{row['sha256']}":
            yield f"{row['member']}: altered, it is not the file that was kept"
    print(f"FILES     {len(index)}")


def _policies(members: dict[str, bytes], index: list[dict[str, Any]]) -> Iterator[str]:
    for row in index:
        body = members.get(row["member"])
        if body is None:
            yield f"{row['member']}: missing"
        elif hashlib.sha256(body).hexdigest() != row["sha256"]:
            yield f"{row['member']}: altered, it is not the text that was published"
    print(f"RULES     {len(index)} texts in force")


def _ledger(members: dict[str, bytes], rows: list[dict[str, Any]]) -> Iterator[str]:
    """Every transfer moves something between two accounts, once."""
    seen = set()
    for row in rows:
        if row["fen"] <= 0 or row["debit"] == row["credit"]:
            yield f"ledger.json: transfer {row['id']} moves nothing"
        if row["id"] in seen:
            yield f"ledger.json: transfer {row['id']} occurs twice"
        seen.add(row["id"])
    print(f"LEDGER    {len(rows)} transfers")


# the sample


def _sampled(members: dict[str, bytes]) -> Iterator[str]:
    """A sample that is enclosed, drawn again."""
    if "sample.json" not in members:
        return
    try:
        said = json.loads(members["sample.json"])
        if said["format"] != SAMPLE_FORMAT:
            raise Undecided(f"sample format {said['format']} is not known to this program")
        findings = list(_redrawn(said))
    except (ValueError, KeyError, TypeError, RecursionError):
        findings = ["sample.json: altered, it is no longer a sample"]
    yield from findings


def _redrawn(said: dict[str, Any]) -> Iterator[str]:
    plan, frame = said["plan"], sorted(said["frame"], key=lambda unit: unit["id"])
    frame_digest = hashlib.sha256(_canonical(frame)).hexdigest()
    if frame_digest != said["frame_sha256"]:
        yield "sample.json: the frame is not the one that was frozen"
    committed = {"plan": plan, "seed": said["seed"], "nonce": said["nonce"], "frame": said["frame_sha256"]}
    if hashlib.sha256(_canonical(committed)).hexdigest() != said["commitment"]:
        yield "sample.json: plan, seed or number are not those that were committed to"
    entropy = hashlib.sha256(f"{said['seed']}\n{said['nonce']}\n{said['frame_sha256']}".encode()).hexdigest()
    drawn = [{"place": place, **one} for place, one in enumerate(_draw(frame, plan, entropy), start=1)]
    if drawn != said["drawn"]:
        yield "sample.json: drawn again, the list is another one"
    print(f"SAMPLE    {len(drawn)} of {len(frame)} drawn again")


def _draw(frame: list[dict[str, Any]], plan: dict[str, Any], entropy: str) -> Iterator[dict[str, str]]:
    strata: dict[str, list[str]] = {}
    for unit in frame:
        strata.setdefault(_stratum(unit, plan), []).append(unit["id"])
    wanted = _allocated({name: len(held) for name, held in strata.items()}, plan)
    for name in sorted(strata):
        held = sorted(strata[name], key=lambda one: (hashlib.sha256(f"{entropy}\n{one}".encode()).hexdigest(), one))
        yield from ({"stratum": name, "id": one} for one in held[: wanted[name]])


def _stratum(unit: dict[str, Any], plan: dict[str, Any]) -> str:
    said = {
        "county": unit["region"],
        "provider_class": unit["class"] or "none",
        "amount": str(sum(unit["fen"] >= bound for bound in plan["bands_fen"])),
        "risk": str(int(bool(unit["risks"]))),
    }
    return " ".join(f"{by}={said[by]}" for by in STRATA if by in plan["by"])


def _allocated(sizes: dict[str, int], plan: dict[str, Any]) -> dict[str, int]:
    """The share of the whole rounded up, spread by largest remainder; or so many of each. Then the least of each."""
    if plan["size"] == "count":
        shares = {name: min(plan["count"], size) for name, size in sizes.items()}
    else:
        whole = sum(sizes.values())
        total = -(-whole * plan["share_bp"] // WHOLE)
        shares = {name: total * size // whole for name, size in sizes.items()}
        rest = sorted(sizes, key=lambda name: (-(total * sizes[name] % whole), name))
        for name in rest[: total - sum(shares.values())]:
            shares[name] += 1
    return {name: max(shares[name], min(plan["least_count"], size)) for name, size in sizes.items()}


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def main(arguments: list[str] | None = None) -> int:
    """`python -m kechuang_verify.evidence pack.zip`"""
    parser = argparse.ArgumentParser(description="核验证据包 · verify an evidence pack")
    add_arguments(parser)
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
