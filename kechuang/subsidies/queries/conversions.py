"""Conversion results (科技成果转化实绩) as they hold: the one input of an award that is not from the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from kechuang.kernel.actor import Actor
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.parties.queries import region_name
from kechuang.subsidies.access import conversions_visible_to, roles_on
from kechuang.subsidies.models import Conversion
from kechuang.subsidies.states import CONVERSION_MACHINE, ConversionState


@dataclass(frozen=True, slots=True)
class Result:
    """One city's or county's result of a year, and who receives its award."""

    fen: Fen
    party: str


@dataclass(frozen=True, slots=True)
class ConversionRow:
    """One import in the list: its office, how many rows, whether it is the one in force, what the actor may do."""

    conversion: Conversion
    office: str
    count: int
    holds: bool
    open_moves: Sequence[Move]


def in_force(*, region: str, year: int) -> Conversion | None:
    """The import that an award of a year rests on: the latest that another person has checked."""
    rows = Conversion.objects.filter(region=region, year=year, state=ConversionState.CHECKED)
    return rows.order_by("-id").first()


def waiting(*, region: str, year: int) -> Conversion | None:
    """The import of a year that nobody has checked yet."""
    return Conversion.objects.filter(region=region, year=year, state=ConversionState.BROUGHT).first()


def results_of(row: Conversion | None) -> Mapping[str, Result]:
    """By code what an import says; {} where there is none."""
    return {one["region"]: Result(Fen(one["fen"]), one["party"]) for one in row.rows} if row else {}


def conversions(actor: Actor) -> QuerySet[Conversion]:
    """The imports the actor sees, the latest first."""
    return conversions_visible_to(actor).order_by("-year", "-id")


def conversion_rows(actor: Actor, rows: Sequence[Conversion]) -> list[ConversionRow]:
    """A page of them with what each is and what may be done."""
    held = {key: in_force(region=key[0], year=key[1]) for key in {(row.region, row.year) for row in rows}}
    return [
        ConversionRow(
            row,
            region_name(row.region),
            len(row.rows),
            row == held[row.region, row.year],
            CONVERSION_MACHINE.open(ConversionState(row.state), roles_on(actor, row)),
        )
        for row in rows
    ]
