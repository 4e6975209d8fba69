"""指标接口: the list of indicators, and the figures of a region as its page shows them."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from kechuang.cockpit import queries
from kechuang.cockpit.rules.indicators import INDICATORS
from kechuang.ui import clock
from kechuang.ui.requests import actor_of

router = Router(tags=["cockpit"])


class IndicatorOut(Schema):
    code: str
    label: str
    unit: str
    means: str
    at_end: bool
    query: str


class RegionOut(Schema):
    name: str
    year: int
    total: dict[str, int]
    parts: dict[str, dict[str, int]]


@router.get("/indicators", response=list[IndicatorOut], auth=None)
def indicators(request: HttpRequest) -> list[dict[str, Any]]:
    """Every figure of the cockpit: what it means and how it is read."""
    return [
        {
            "code": one.code,
            "label": _(one.label),
            "unit": str(one.unit),
            "means": _(one.means),
            "at_end": one.at_end,
            "query": one.query,
        }
        for one in INDICATORS
    ]


@router.get("/regions/{region_code}", response=RegionOut)
def region(request: HttpRequest, region_code: str, year: int = 0) -> dict[str, Any]:
    """The figures of a region's year to date and of what lies below it, for its offices. Amounts are fen, shares basis points."""
    board = queries.board(actor_of(request), region_code, year=year or clock.today().year, on=clock.today())
    reading = board.reading
    return {"name": board.name, "year": board.year, "total": reading.total, "parts": reading.parts}
