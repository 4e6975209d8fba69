"""A sample in an evidence pack (审计抽样), drawn again from its frozen frame, its seed and the number that was committed to."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from kechuang_verify.report import Report

FORMAT = "kechuang-sample-1"
WHOLE = 10_000  # basis points
STRATA = ("county", "provider_class", "amount", "risk")


class Unknown(Exception):
    """The sample is of a format that this program does not know."""


def redrawn(said: dict[str, Any], report: Report) -> Iterator[str]:
    """What of frame, commitment and list is not as it was."""
    if said["format"] != FORMAT:
        raise Unknown(f"sample format {said['format']} is not known to this program")
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
    report.say("SAMPLE", f"{len(drawn)} of {len(frame)} drawn again")


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
