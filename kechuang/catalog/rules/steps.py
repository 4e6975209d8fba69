"""阶梯价、最低收费: what a quantity costs by a stepped price, each part explained. Pure; quantities in hundredths."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from kechuang.catalog.states import STEPS_MAX, StepMode
from kechuang.kernel.money import Fen, times_half_up


@dataclass(frozen=True, slots=True)
class Step:
    """From this quantity on another price (阶梯)."""

    from_hundredths: int
    price_fen: Fen


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the quantity at one price (分段费用)."""

    hundredths: int
    price_fen: Fen
    fen: Fen


@dataclass(frozen=True, slots=True)
class Amount:
    """What a quantity comes to, with the parts it is made of; `minimum` when the minimum charge was taken instead."""

    fen: Fen
    parts: tuple[Part, ...]
    minimum: bool = False


def amount(
    price_fen: Fen,
    hundredths: int,
    *,
    steps: Sequence[Step] = (),
    mode: StepMode = StepMode.PART,
    minimum_fen: Fen | None = None,
) -> Amount:
    """The charge for a quantity (费用计算). Each part is rounded half up to a fen; the parts add up.

    分段 (part): up to the first step at `price_fen`, what lies beyond a step at that step's price. 全量 (whole): all of it
    at the price of the last step that it reaches. The minimum charge (最低收费) is taken where more than nothing comes
    to less.
    """
    if mode is StepMode.WHOLE:
        reached = [step.price_fen for step in steps if hundredths >= step.from_hundredths]
        parts: tuple[Part, ...] = (_part(hundredths, reached[-1] if reached else price_fen),)
    else:
        parts = tuple(_parts(price_fen, hundredths, steps))
    fen = Fen(sum(part.fen for part in parts))
    if minimum_fen is not None and hundredths > 0 and fen < minimum_fen:
        return Amount(minimum_fen, parts, minimum=True)
    return Amount(fen, parts)


def _parts(price_fen: Fen, hundredths: int, steps: Sequence[Step]) -> Iterable[Part]:
    begin, price = 0, price_fen
    for step in steps:
        if step.from_hundredths >= hundredths:
            break
        yield _part(step.from_hundredths - begin, price)
        begin, price = step.from_hundredths, step.price_fen
    yield _part(hundredths - begin, price)


def _part(hundredths: int, price_fen: Fen) -> Part:
    return Part(hundredths, price_fen, times_half_up(price_fen, hundredths))


def steps_rise(steps: Sequence[Step]) -> bool:
    """Whether steps are in order, each above the one before, none below nothing, not too many."""
    begins = [0, *(step.from_hundredths for step in steps)]
    rising = all(one < two for one, two in pairwise(begins))
    return rising and len(steps) <= STEPS_MAX and all(step.price_fen >= 0 for step in steps)


def read_steps(kept: Iterable[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Steps as they are kept in tables and on frozen price lists."""
    return tuple(Step(int(one["from_hundredths"]), Fen(int(one["price_fen"]))) for one in kept)
