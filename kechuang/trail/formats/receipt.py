"""凭证: what a holder keeps of an act, as JSON that `kechuang-verify receipt` checks offline."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime

FORMAT = "kechuang-receipt/1"
PROMISE = "kechuang-promise/v1"


def promise_text(origin: str, leaf: bytes, at: datetime, until: datetime) -> str:
    """What the log signs at once: this act will stand in the log by then."""
    return f"{PROMISE}\n{origin}\n{_b64(leaf)}\n{_moment(at)}\n{_moment(until)}\n"


def receipt(
    *,
    origin: str,
    profile: str,
    leaf: bytes,
    promise: str,
    seq: int | None = None,
    path: Sequence[bytes] = (),
    checkpoint: str = "",
) -> str:
    """`leaf` is the text that is hashed. Without `seq` the act is not in the log yet and only the promise stands."""
    said: dict[str, object] = {"format": FORMAT, "origin": origin, "profile": profile, "leaf": leaf.decode()}
    said |= {"promise": promise}
    if seq is not None:
        said |= {"seq": seq, "inclusion": [_b64(step) for step in path], "checkpoint": checkpoint}
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def proof(path: Sequence[bytes]) -> list[str]:
    """A path of hashes as the endpoints write it."""
    return [_b64(step) for step in path]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
