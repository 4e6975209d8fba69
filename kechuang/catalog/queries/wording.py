"""A price line in words: its steps and its minimum charge, in the reader's language."""

from collections.abc import Iterable
from typing import Protocol

from django.utils.translation import gettext as _

from kechuang.catalog.rules import Step, read_steps
from kechuang.catalog.states import UNIT_LABELS, StepMode, Unit
from kechuang.kernel.money import yuan


class Stepped(Protocol):
    """A price line wherever it is kept: in force, in its history, frozen on an order."""

    @property
    def unit(self) -> str: ...
    @property
    def steps(self) -> Iterable[object]: ...
    @property
    def step_mode(self) -> str: ...
    @property
    def minimum_fen(self) -> int | None: ...


def steps_said(line: Stepped) -> list[str]:
    """What a price line says beyond its first price (阶梯价、最低收费), one text each; [] for a plain one."""
    steps = [one if isinstance(one, Step) else read_steps([one])[0] for one in line.steps]  # type: ignore[list-item]
    unit = _(UNIT_LABELS[Unit(line.unit)])
    said = [_said(step, unit, whole=line.step_mode == StepMode.WHOLE) for step in steps]
    return [*said, _("最低收费 ¥{price}").format(price=yuan(line.minimum_fen))] if line.minimum_fen else said


def _said(step: Step, unit: str, *, whole: bool) -> str:
    quantity = yuan(step.from_hundredths).rstrip("0").rstrip(".")
    text = _("满 {quantity} {unit}起全部按 ¥{price}") if whole else _("超过 {quantity} {unit}的部分 ¥{price}")
    return text.format(quantity=quantity, unit=unit, price=yuan(step.price_fen))
