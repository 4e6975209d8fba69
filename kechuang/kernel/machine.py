"""A state machine is one table that decides and draws, and does nothing else."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop


class MoveNotOpen(Refusal):
    code = "machine.move_not_open"
    text = gettext_noop("当前状态“{state_label}”下不能办理“{label}”，或该事项不由您办理")
    remedy = gettext_noop("请刷新页面查看最新状态；事项可能已由他人办理")


@dataclass(frozen=True, slots=True)
class Move:
    """One row: `action` takes a record from any of `source` to `target`, by any of `by`.

    `label` is a verb with its object (确认服务事项). `data` asks for more than a button and so has a form of its own.
    """

    action: str
    source: AbstractSet[StrEnum]
    target: StrEnum | None  # None: the act keeps the state it is done in
    by: AbstractSet[Role]
    label: str
    data: bool = False

    def lands(self, state: StrEnum) -> StrEnum:
        return state if self.target is None else self.target


class Machine:
    """The moves of one kind of record. `labels` names each state, `waits` says whom it waits for (absent: nobody)."""

    def __init__(
        self,
        name: str,
        states: type[StrEnum],
        initial: StrEnum,
        moves: Sequence[Move],
        *,
        labels: Mapping[StrEnum, str],
        waits: Mapping[StrEnum, Role],
    ) -> None:
        rows = [(move.action, state) for move in moves for state in move.source]
        assert len(rows) == len(set(rows)), f"{name}: one action may leave a state only once"
        reached = {initial} | {move.target for move in moves if move.target is not None}
        assert reached == set(states), f"{name}: unreachable {set(states) - reached}"
        assert set(labels) == set(states), f"{name}: unlabelled {set(states) ^ set(labels)}"
        self.name, self.states, self.initial, self.moves = name, states, initial, tuple(moves)
        self.labels, self.waits = dict(labels), dict(waits)

    @property
    def final(self) -> set[StrEnum]:
        """States that nothing leaves."""
        left = {state for m in self.moves for state in m.source if m.target is not None and m.target != state}
        return set(self.states) - left

    def open(self, state: StrEnum, roles: AbstractSet[Role]) -> list[Move]:
        """The moves these roles may make now, in table order: the buttons of the page and `actions` of the API."""
        return [move for move in self.moves if state in move.source and roles & move.by]

    def check(self, action: str, state: StrEnum, roles: AbstractSet[Role]) -> Move:
        """The move, or raise MoveNotOpen."""
        for move in self.open(state, roles):
            if move.action == action:
                return move
        labels = [move.label for move in self.moves if move.action == action]
        raise MoveNotOpen(
            machine=self.name,
            action=action,
            state=str(state),
            state_label=self.labels[state],
            label=labels[0] if labels else action,
        )

    def mermaid(self) -> str:
        """The diagram for docs/states/; a test keeps the committed copy equal to this."""
        lines = ["```mermaid", "stateDiagram-v2"]
        lines += [f"    {state}: {self.labels[state]}" for state in self.states]
        lines += [f"    [*] --> {self.initial}"]
        for move in self.moves:
            lines += [f"    {state} --> {move.lands(state)}: {move.label}" for state in sorted(move.source)]
        lines += [f"    {state} --> [*]" for state in sorted(self.final)]
        return "\n".join([*lines, "```", ""])
