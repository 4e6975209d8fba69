"""Usage over the API: meter readings, pushed service records, records and boards to read. Amounts are fen, hours minutes."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.security import HttpBearer

from kechuang.ui import clock, words
from kechuang.ui.requests import actor_of
from kechuang.usage import commands, queries
from kechuang.usage.commands import Outcome, Report
from kechuang.usage.queries import Board
from kechuang.usage.states import LIST_SHOWN

router = Router(tags=["usage"])


class Key(HttpBearer):
    """Authorization: Bearer …; the command looks the key up and refuses one that is not in use."""

    def authenticate(self, request: HttpRequest, token: str) -> str:
        return token


class ReadingIn(Schema):
    at: datetime
    watts: int


class ReadingsIn(Schema):
    readings: list[ReadingIn]


class TakenOut(Schema):
    added: int
    known: int


class ItemOut(Schema):
    row: int
    orderCode: str  # noqa: N815 (the interface's own name)
    code: int
    outcome: str
    field: str
    message: str
    remedy: str


class PushOut(Schema):
    """The counts, and an answer per item in their order."""

    added: int
    corrected: int
    same: int
    refused: int
    results: list[ItemOut]


class RecordOut(Schema):
    id: str
    internal_number: str
    version: int
    state: str
    title: str
    from_at: datetime
    until_at: datetime
    minutes: int
    amount_fen: int
    voucher_fen: int
    audience: str
    client_name: str
    client_code: str
    instrument_id: str | None
    order_number: str
    delay_days: int | None


class BoardOut(Schema):
    name: str
    year: int
    instruments: int
    idle: int
    minutes: int
    external_minutes: int
    base_minutes: int
    utilisation_bp: int
    goal_bp: int | None
    enterprises_by_month: list[int]
    target: int | None
    entry_median_days: int
    entry_p90_days: int
    entry_within_bp: int


@router.post("/readings", response=TakenOut, auth=Key())
def readings(request: HttpRequest, body: ReadingsIn) -> dict[str, int]:
    """Power readings of one meter. The same instant again changes nothing."""
    sent = [commands.Power(one.at, one.watts) for one in body.readings]
    taken = commands.read_meter(token=str(request.auth), readings=sent, now=clock.now())  # type: ignore[attr-defined]
    return {"added": taken.added, "known": taken.known}


@router.post("/batch-push-instrument-service", response=PushOut, auth=Key())
def push(request: HttpRequest, body: list[dict[str, Any]]) -> dict[str, Any]:
    """Service records in the provincial form; good ones are taken, each other says why not (100 ok, 101, 200, 202, 203)."""
    report = commands.push(token=str(request.auth), items=body, now=clock.now())  # type: ignore[attr-defined]
    counts = {str(outcome): report.count(outcome) for outcome in Outcome}
    return counts | {"results": list(_results(report))}


def _results(report: Report) -> Iterator[dict[str, Any]]:
    for one in report.results:
        yield {
            "row": one.row,
            "orderCode": one.number,
            "code": one.code,
            "outcome": str(one.outcome),
            "field": one.column,
            "message": words.refusal_text(one.refusal) if one.refusal else "",
            "remedy": words.refusal_remedy(one.refusal) if one.refusal else "",
        }


@router.get("/records", response=list[RecordOut])
def records(
    request: HttpRequest, carrier_id: str = "", from_on: date | None = None, until_on: date | None = None, page: int = 1
) -> list[dict[str, Any]]:
    """Service records one may see, the latest first, without personal data."""
    rows = queries.listed(actor_of(request), carrier_id=carrier_id, from_on=from_on, until_on=until_on)
    first = (max(page, 1) - 1) * LIST_SHOWN
    return [
        {name: getattr(row.record, name) for name in RecordOut.model_fields if name not in ("id", "delay_days")}
        | {"id": row.id, "delay_days": row.delay_days}
        for row in rows[first : first + LIST_SHOWN]
    ]


@router.get("/boards/carrier/{carrier_id}", response=BoardOut)
def carrier_board(request: HttpRequest, carrier_id: str, year: int = 0) -> dict[str, Any]:
    """The figures of a carrier's year."""
    return _board(
        queries.carrier_board(actor_of(request), carrier_id, year=year or clock.today().year, on=clock.today())
    )


@router.get("/boards/region/{region_code}", response=BoardOut)
def region_board(request: HttpRequest, region_code: str, year: int = 0) -> dict[str, Any]:
    """The figures of a region's year, for its offices."""
    return _board(
        queries.region_board(actor_of(request), region_code, year=year or clock.today().year, on=clock.today())
    )


@router.get("/open/{code}", response=BoardOut, auth=None)
def open_board(request: HttpRequest, code: str, year: int = 0) -> dict[str, Any]:
    """The figures of a region's year, for everybody."""
    return _board(queries.public_board(code, year=year or clock.today().year, on=clock.today()))


def _board(board: Board) -> dict[str, Any]:
    counted = board.client_months if board.is_region else board.months
    return {
        "name": board.name,
        "year": board.reach.year,
        "instruments": board.total.instruments,
        "idle": board.total.idle,
        "minutes": board.total.used,
        "external_minutes": board.total.external.minutes,
        "base_minutes": board.total.base,
        "utilisation_bp": board.total.use.bp,
        "goal_bp": board.goal.wanted_bp if board.goal else None,
        "enterprises_by_month": [month["enterprises"] for month in counted],
        "target": board.target.wanted if board.target else None,
        "entry_median_days": board.delays.median,
        "entry_p90_days": board.delays.p90,
        "entry_within_bp": board.delays.within_bp,
    }
