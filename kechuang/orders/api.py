"""Orders over the API: lists, one by id, and the main acts. Amounts are fen, quantities hundredths of the unit."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from kechuang.kernel.money import Fen
from kechuang.orders import commands, queries
from kechuang.orders.commands import Upload
from kechuang.orders.queries import Order
from kechuang.orders.rules import UNIT_HUNDREDTHS, Asked
from kechuang.ui import clock
from kechuang.ui.requests import actor_of

router = Router(tags=["orders"])
PAGE = 100


class OrderOut(Schema):
    id: str
    number: str
    state: str
    revision: int
    title: str
    holder_id: str
    provider_id: str
    voucher_id: str | None
    scheme: str
    region: str
    channel: str
    price_fen: int
    voucher_fen: int
    own_share_fen: int
    paid_fen: int
    captured_fen: int
    bound_by: str
    offices: dict[str, str]
    due_on: date | None


class SheetOut(OrderOut):
    terms: dict[str, Any]
    versions: list[dict[str, Any]]
    actions: list[str]


class RequestIn(Schema):
    offer_id: str
    scheme: str
    needs: str = ""
    voucher_id: str = ""
    channel: str = "platform"
    situations: list[str] = []
    other_public_fen: int = 0
    key: str = ""


class LineIn(Schema):
    price_id: str
    quantity: int = UNIT_HUNDREDTHS
    unit_price_fen: int | None = None


class LinesIn(Schema):
    lines: list[LineIn]
    declares: bool = False
    note: str = ""
    seen: int | None = None


class PlaceIn(Schema):
    declares: bool
    voucher_id: str | None = None
    seen: int | None = None


class SeenIn(Schema):
    seen: int | None = None


class ReasonIn(SeenIn):
    reason: str


@router.get("", response=list[OrderOut])
def orders(request: HttpRequest, state: str = "", side: str = "") -> list[Order]:
    """The newest hundred orders that the caller may see."""
    return list(queries.listed(actor_of(request), state=state, side=side)[:PAGE])


@router.get("/{order_id}", response=SheetOut)
def one(request: HttpRequest, order_id: str) -> dict[str, Any]:
    """One order with the terms it is priced by, every version of its lines, and what the caller may do now."""
    return _shown(request, order_id)


@router.post("", response={201: SheetOut})
def request_quote(request: HttpRequest, body: RequestIn) -> Status[dict[str, Any]]:
    """Asks a provider for a quote; the same `key` again answers with the first order."""
    given = {**body.dict(), "other_public_fen": Fen(body.other_public_fen)}
    order = commands.request(actor_of(request), now=clock.now(), **given)
    return Status(HTTPStatus.CREATED, _shown(request, order.id))


@router.post("/{order_id}/quote", response=SheetOut)
def quote(request: HttpRequest, order_id: str, body: LinesIn) -> dict[str, Any]:
    commands.quote(
        actor_of(request),
        order_id=order_id,
        lines=_asked(body),
        declares=body.declares,
        note=body.note,
        seen=body.seen,
        now=clock.now(),
    )
    return _shown(request, order_id)


@router.post("/{order_id}/place", response=SheetOut)
def place(request: HttpRequest, order_id: str, body: PlaceIn) -> dict[str, Any]:
    commands.place(actor_of(request), order_id=order_id, now=clock.now(), **body.dict())
    return _shown(request, order_id)


@router.post("/{order_id}/start", response=SheetOut)
def start(request: HttpRequest, order_id: str, body: SeenIn) -> dict[str, Any]:
    commands.start(actor_of(request), order_id=order_id, seen=body.seen, now=clock.now())
    return _shown(request, order_id)


@router.post("/{order_id}/deliver", response=SheetOut)
def deliver(request: HttpRequest, order_id: str, report: File[UploadedFile]) -> dict[str, Any]:
    """Delivers the whole, with its report as the file `report`."""
    files = [Upload(report.name or "", report.read())]
    commands.deliver(actor_of(request), order_id=order_id, files=files, now=clock.now())
    return _shown(request, order_id)


@router.post("/{order_id}/final", response=SheetOut)
def propose_final(request: HttpRequest, order_id: str, body: LinesIn) -> dict[str, Any]:
    commands.propose_final(
        actor_of(request), order_id=order_id, lines=_asked(body), note=body.note, seen=body.seen, now=clock.now()
    )
    return _shown(request, order_id)


@router.post("/{order_id}/agree-final", response=SheetOut)
def agree_final(request: HttpRequest, order_id: str, body: SeenIn) -> dict[str, Any]:
    commands.agree_final(actor_of(request), order_id=order_id, seen=body.seen, now=clock.now())
    return _shown(request, order_id)


@router.post("/{order_id}/accept", response=SheetOut)
def accept(request: HttpRequest, order_id: str, body: SeenIn) -> dict[str, Any]:
    commands.accept(actor_of(request), order_id=order_id, seen=body.seen, now=clock.now())
    return _shown(request, order_id)


@router.post("/{order_id}/settle", response=SheetOut)
def settle(request: HttpRequest, order_id: str, body: SeenIn) -> dict[str, Any]:
    """Offsets the voucher's part; asked twice, it answers with the settled order."""
    commands.settle(actor_of(request), order_id=order_id, seen=body.seen, now=clock.now())
    return _shown(request, order_id)


@router.post("/{order_id}/cancel", response=SheetOut)
def cancel(request: HttpRequest, order_id: str, body: ReasonIn) -> dict[str, Any]:
    commands.cancel(actor_of(request), order_id=order_id, now=clock.now(), **body.dict())
    return _shown(request, order_id)


def _asked(body: LinesIn) -> list[Asked]:
    return [Asked(line.price_id, line.quantity, line.unit_price_fen) for line in body.lines]


def _shown(request: HttpRequest, order_id: str) -> dict[str, Any]:
    sheet = queries.sheet(actor_of(request), order_id, on=clock.today())
    versions = [
        {
            "version": version.version,
            "kind": version.kind,
            "lines": version.lines,
            "price_fen": version.price_fen,
            "voucher_fen": version.voucher_fen,
            "own_share_fen": version.own_share_fen,
            "agreed_on": version.agreed_on.isoformat() if version.agreed_on else None,
            "digest": version.digest,
        }
        for version in sheet.versions
    ]
    kept = OrderOut.from_orm(sheet.order).dict()
    return {**kept, "terms": sheet.order.terms, "versions": versions, "actions": sorted(sheet.actions)}
