"""Conversion results (科技成果转化实绩) as they were last imported: the one input of an award that is not from the ledger."""

from dataclasses import dataclass

from django.db.models import QuerySet

from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.subsidies.access import conversions_visible_to
from kechuang.subsidies.models import Conversion


@dataclass(frozen=True, slots=True)
class Result:
    """One city's or county's result of a year, and who receives its award."""

    fen: Fen
    party: str


def latest(*, region: str, year: int) -> dict[str, Result]:
    """By code what the office's latest import of a year says; {} where none was brought."""
    row = Conversion.objects.filter(region=region, year=year).order_by("-id").first()
    return {one["region"]: Result(Fen(one["fen"]), one["party"]) for one in row.rows} if row else {}


def conversions(actor: Actor) -> QuerySet[Conversion]:
    """The imports the actor sees, the latest first."""
    return conversions_visible_to(actor).order_by("-year", "-id")
