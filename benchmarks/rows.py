"""One measured row, and the word for "could not"."""

import math
import operator
from dataclasses import dataclass


class CannotMeasure(Exception):
    """A program, a file or a database that the measurement needs is not there; the text says which."""


@dataclass(frozen=True, slots=True)
class Row:
    """`value` beside `reference_value`, both measured in this run; `goal` is written as a bound on the value or ratio.

    A goal reads "<= 150" (on the value), "= 1" or "ratio >= 0.25"; "" is no goal, and is met.
    """

    name: str
    value: float
    unit: str
    reference: str
    reference_value: float
    goal: str = ""
    input_digest: str = ""  # SHA-256 of the file that was measured with, where one can be named

    def __post_init__(self) -> None:
        for measured in (self.value, self.reference_value):
            if not math.isfinite(measured):
                raise CannotMeasure(f"{self.name}: {measured} was measured")
        if self.reference_value == 0:
            raise CannotMeasure(f"{self.name}: the reference measured nothing")

    @property
    def ratio(self) -> float:
        return self.value / self.reference_value

    @property
    def met(self) -> bool:
        if not self.goal:
            return True
        *on_ratio, sign, bound = self.goal.split()
        measured = self.ratio if on_ratio else self.value
        return {"<=": operator.le, ">=": operator.ge, "=": operator.eq}[sign](measured, float(bound))

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "reference": self.reference,
            "reference_value": self.reference_value,
            "ratio": self.ratio,
            "goal": self.goal,
            "met": self.met,
            **({"input_digest": self.input_digest} if self.input_digest else {}),
        }
