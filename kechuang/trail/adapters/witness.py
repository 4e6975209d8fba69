"""Asking witnesses (见证方) what they say: /state and /cosigned of `kechuang-witness`, as the policy names their address."""

import json
import urllib.request
from dataclasses import dataclass

from kechuang_verify.note import Checkpoint, Key, Malformed, cosigned_at, log_signed, read_checkpoint
from kechuang_verify.policy import Member

from kechuang.trail.states import LARGEST_ANSWER, WAIT_SECONDS, WitnessState


@dataclass(frozen=True, slots=True)
class Heard:
    """What one witness said; a cosignature that does not hold is no cosignature."""

    state: WitnessState
    reason: str
    point: Checkpoint | None = None
    at: int = 0


def ask(witness: Member, log: Key) -> Heard:
    """What the witness says now; one that cannot be reached says nothing."""
    try:
        said = json.loads(_fetched(f"{witness.url.rstrip('/')}/state"))
        state, reason = WitnessState(said["state"]), str(said.get("reason", ""))
        if not said.get("size"):
            return Heard(state, reason)
        point = read_checkpoint(_fetched(f"{witness.url.rstrip('/')}/cosigned"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, Malformed) as why:
        return Heard(WitnessState.WAITING, str(why))
    at = cosigned_at(point.note, witness.key)
    if point.origin != log.name or not log_signed(point.note, log) or at is None:
        return Heard(WitnessState.WAITING, "its cosignature does not verify")
    return Heard(state, reason, point, at)


def _fetched(url: str) -> str:
    assert url.startswith(("http://", "https://")), url
    with urllib.request.urlopen(url, timeout=WAIT_SECONDS) as answer:
        text: str = answer.read(LARGEST_ANSWER).decode()
    return text
