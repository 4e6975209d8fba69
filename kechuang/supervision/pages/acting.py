"""An act with its form (办理): what its dialogue says before, what the page says after."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kechuang.kernel.machine import Move
from kechuang.ui.forms import Form


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a record: its command, what will happen, what was done, its form."""

    call: Callable[..., Any]
    happens: str
    done: str
    form: type[Form] = Form
    tone: str = "primary"


def given_by(form: Form) -> Mapping[str, Any]:
    """What a form hands to its command."""
    given: Callable[[], Mapping[str, Any]] = getattr(form, "given", dict)
    return given()


def offered(
    moves: Sequence[Move], acts: Mapping[str, Act], make: Callable[[str], Form], *, failed: Form | None, action: str
) -> list[tuple[Move, Act, Form]]:
    """The buttons of a page: each open move that has an act, with its form; the one that failed keeps what was typed."""
    return [
        (move, acts[move.action], failed if failed is not None and move.action == action else make(move.action))
        for move in moves
        if move.action in acts
    ]
