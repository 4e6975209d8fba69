"""Replays as they are looked at: one by one, and side by side (回放结果、对比)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kechuang.cockpit import rules
from kechuang.cockpit.access import replays_visible_to
from kechuang.cockpit.models import Replay
from kechuang.cockpit.states import GROUP_LABELS, SIZE_LABELS, Group, ReplayStage, Size
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import ratio_bp_down
from kechuang.parties.queries import region_name
from kechuang.policy.book import current


@dataclass(frozen=True, slots=True)
class Sheet:
    """One replay with its result in the words of the trade."""

    replay: Replay
    whole: Mapping[str, int]
    groups: Sequence[tuple[Group, str, Sequence[Mapping[str, Any]]]]
    money: Sequence[Mapping[str, Any]]
    before: Mapping[str, int]
    after: Mapping[str, int]

    @property
    def change_fen(self) -> int:
        return self.whole["after_fen"] - self.whole["before_fen"]

    @property
    def public_before_bp(self) -> int:
        """每元价款的财政资金: what vouchers paid of the prices, as it was."""
        return ratio_bp_down(self.whole["before_fen"], self.whole["price_fen"])

    @property
    def public_after_bp(self) -> int:
        return ratio_bp_down(self.whole["after_fen"], self.whole["price_fen"])

    @property
    def stacked_before_bp(self) -> int:
        """The same with every subsidy that follows at its ceiling (各项补助按上限)."""
        return ratio_bp_down(self.before["public_fen"], self.whole["price_fen"])

    @property
    def stacked_after_bp(self) -> int:
        return ratio_bp_down(self.after["public_fen"], self.whole["price_fen"])

    @property
    def tempting_before_bp(self) -> int:
        """造假诱因: the share of orders that draw their whole price or more."""
        return ratio_bp_down(self.before["orders"], self.whole["orders"])

    @property
    def tempting_after_bp(self) -> int:
        return ratio_bp_down(self.after["orders"], self.whole["orders"])


def replay(actor: Actor, replay_id: str) -> Replay:
    """One replay, however far it has got; raises NotVisible."""
    row = replays_visible_to(actor).select_related("draft", "text").filter(id=replay_id).first()
    if row is None:
        raise NotVisible
    return row


def sheet_of(row: Replay) -> Sheet:
    """The result of a replay that is through."""
    found = row.result
    words = _words(row.draft.scheme)
    groups = [
        (group, GROUP_LABELS[group], [{**line, "label": _label(group, line["key"], words)} for line in _sorted(lines)])
        for group in Group
        if (lines := found["groups"].get(str(group)))
    ]
    money = [{**line, "label": region_name(line["region"])} for line in found["money"]]
    return Sheet(row, found["whole"], groups, money, found["before"], found["after"])


def compared(actor: Actor, replay_ids: Sequence[str]) -> list[Sheet]:
    """Replays side by side, in the order asked for (对比草案); raises NotVisible, NotComparable, UnlikeReplays."""
    rows = [replay(actor, replay_id) for replay_id in replay_ids]
    rules.refuse_incomparable(len(rows), done=all(row.stage == ReplayStage.DONE for row in rows))
    rules.refuse_unlike(
        [
            rules.Replayed(row.draft.scheme, row.region, row.year, row.until_on, rules.as_it_was(row.result))
            for row in rows
        ]
    )
    return [sheet_of(row) for row in rows]


def _sorted(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Sizes from small to large; everything else as it was kept."""
    sizes = [str(size) for size in Size]
    return sorted(lines, key=lambda line: sizes.index(line["key"]) if line["key"] in sizes else 0)


def _words(scheme: str) -> dict[str, str]:
    pack = current().packs.get(scheme)
    lists = pack.words if pack else {}
    return {code: label for entries in lists.values() for code, label in entries.items()}


def _label(group: Group, key: str, words: Mapping[str, str]) -> str:
    if group is Group.PLACE:
        return region_name(key)
    return SIZE_LABELS[Size(key)] if group is Group.SIZE else words.get(key, key)
