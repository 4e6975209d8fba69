"""The shapes by which an indicator scores (计分方式), each a function of whole numbers; points in hundredths. Pure."""

from collections.abc import Mapping, Sequence

from kechuang.kernel.money import ratio_bp_down


def linear(*, value: int, starts_at: int, base: int, step: int, per_step: int, full: int) -> int:
    """达到起点得基本分，再每满一级加分，封顶: below the start nothing, at it `base`, for each whole `step` above `per_step`."""
    if value < starts_at:
        return 0
    steps = (value - starts_at) // step if step else 0
    return min(base + steps * per_step, full)


def per_unit(*, value: int, step: int, per_step: int, full: int) -> int:
    """每满一个单位计分，封顶; a weighted count (主办 1、承办 0.5) comes in hundredths with a `step` of 100."""
    return min(value // step * per_step, full)


def ratio(*, part: int, whole: int, target_bp: int, full: int) -> int:
    """按比率与目标之比计分，封顶: at the target all points, below it its share, rounded down; nothing of nothing is nothing."""
    reached = ratio_bp_down(part, whole)
    return full if reached >= target_bp else full * reached // target_bp


def hierarchy(*, held: Sequence[str], levels: Mapping[str, int], full: int) -> int:
    """多档取最高: of everything held only the highest level counts."""
    return min(max((levels.get(one, 0) for one in held), default=0), full)
