from datetime import time, timedelta
from typing import ClassVar

from django.db import models

from kechuang.kernel.ids import new_id
from kechuang.kernel.money import ONE
from kechuang.ui import clock


def run_id() -> str:
    return new_id("run")


EVENING = time(18)  # after the last act of a played day: what follows is later than what was played
Scale = float  # the size of a play: 1.0 is the whole cast


def in_bp(scale: Scale) -> int:
    """The size of a play in basis points of the whole one, as it is kept."""
    return round(scale * ONE)


class Run(models.Model):
    """一次演练：what was played into this database, and where its clock stopped."""

    id = models.CharField(primary_key=True, max_length=32, default=run_id, editable=False)
    scheme = models.CharField(max_length=64)
    year = models.IntegerField()
    seed = models.IntegerField()
    scale_bp = models.IntegerField()  # size of the cast and of the year, of 10 000
    until = models.DateField()
    played_at = models.DateTimeField()
    took_ms = models.IntegerField(default=0)  # 0 until the play has ended
    acts = models.IntegerField(default=0)  # commands that were acknowledged, time's own among them
    commands = models.IntegerField(default=0)  # those that people gave
    commands_ms = models.IntegerField(default=0)  # how long these took, from call to answer; the rest is the play's own
    moved_days = models.IntegerField(default=0)  # by which the demonstration's day was moved on since
    declined = models.IntegerField(default=0)  # commands that the rules refused

    def __str__(self) -> str:
        return f"{self.scheme} {self.year} seed {self.seed}"

    @property
    def scale(self) -> float:
        return self.scale_bp / ONE

    @property
    def seconds(self) -> int:
        """How long the play took, rounded up; 0 while it has not ended."""
        return -(-self.took_ms // 1_000)

    @property
    def commands_per_second(self) -> float:
        """How many of people's commands were answered in a second of their own time."""
        return self.commands * 1_000 / self.commands_ms if self.commands_ms else 0.0

    @property
    def clock_offset(self) -> timedelta:
        """How far the demonstration's clock lies from the database's: it runs on from the pilot's last day."""
        return clock.instant(self.until, EVENING) - self.played_at + timedelta(days=self.moved_days)


def planted_id() -> str:
    return new_id("plt")


class Planted(models.Model):
    """植入标记：which claims of a generated year are irregular, and which only look so. The application's role may not
    even read it: what is measured against it cannot have looked.
    """

    OWNER_ONLY: ClassVar = True

    id = models.CharField(primary_key=True, max_length=32, default=planted_id, editable=False)
    claim_id = models.CharField(max_length=32, unique=True)
    pattern = models.CharField(max_length=24)
    near = models.BooleanField()  # honest, and like the pattern

    def __str__(self) -> str:
        return f"{self.claim_id} {self.pattern}"


class TaxRecord(models.Model):
    """模拟税务记录：which invoices the stand-in of the tax bureau calls cancelled in red, and since when."""

    number = models.CharField(primary_key=True, max_length=64)
    red_number = models.CharField(max_length=64)
    red_on = models.DateField()

    def __str__(self) -> str:
        return self.number
