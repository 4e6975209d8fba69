"""An evidence pack in the hands of whoever verifies it, and of whoever forges it."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kechuang_verify import evidence
from kechuang_verify.note import Key

from kechuang.documents.rules import zipped
from kechuang.trail.adapters.signing import signer


def policy(path: Path, key: Key | None = None) -> Path:
    """Whom the auditor trusts: the log's key, and no witnesses yet."""
    written = path.with_name("policy.txt")
    written.write_text(f"log {key or signer().key}\nquorum none\n", encoding="utf-8")
    return written


def verify(path: Path, capsys: pytest.CaptureFixture[str], digest: str = "", *more: object) -> tuple[int, str]:
    """As the page says: with the digest on paper where there is one, and with a policy."""
    trusted = more or ("--policy", policy(path))
    code = evidence.main([str(path), *(["--digest", digest] if digest else []), *map(str, trusted)])
    return code, capsys.readouterr().out


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, changed: dict[str, bytes | None], *, seals: bool = False) -> Path:
    """The pack with members changed, added or (None) taken away; `seals` makes the manifest anew, as an insider would."""
    held = members(path)
    for name, body in changed.items():
        held.pop(name, None)
        if body is not None:
            held[name] = body
    if seals:
        said = json.loads(held["manifest.json"])
        inner = {name: body for name, body in held.items() if name not in ("manifest.json", "manifest.sha256")}
        said["members"] = [
            {"path": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for name, body in sorted(inner.items())
        ]
        held["manifest.json"] = json.dumps(said, sort_keys=True, ensure_ascii=False, indent=1).encode() + b"\n"
        held["manifest.sha256"] = f"{hashlib.sha256(held['manifest.json']).hexdigest()}  manifest.json\n".encode()
    path.write_bytes(zipped(held))
    return path


def flipped(body: bytes, at: int = -1) -> bytes:
    place = len(body) // 2 if at < 0 else at
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


def resealed(pack: Path, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    """The pack with one JSON member changed, sealed anew by whoever holds the platform."""
    body = json.dumps(change(json.loads(members(pack)[name])), ensure_ascii=False, separators=(",", ":")).encode()
    return rewritten(pack, {name: body}, seals=True)


def first(pack: Path, folder: str) -> str:
    return next(name for name in sorted(members(pack)) if name.startswith(folder))
