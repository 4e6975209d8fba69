"""模拟税务查验：the stand-in of the tax bureau in demonstrations and measurements. It is named as one beside each answer."""

from collections.abc import Mapping, Sequence
from datetime import date

from kechuang.pilot.models import TaxRecord
from kechuang.screening.commands import RedLetter

ASKED_TOGETHER = 5_000


class SimulatedTaxBureau:
    """Answers from the invented records of the pilot."""

    name = "模拟税务查验（替身）"

    def red_letters(self, numbers: Sequence[str], *, on: date) -> Mapping[str, RedLetter]:
        found: dict[str, RedLetter] = {}
        for first in range(0, len(numbers), ASKED_TOGETHER):
            part = numbers[first : first + ASKED_TOGETHER]
            for row in TaxRecord.objects.filter(number__in=part, red_on__lte=on):
                found[row.number] = RedLetter(row.red_number, row.red_on)
        return found
