"""Vouchers over the API: one's own, one by id, applying and sending, what a price becomes."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from kechuang.kernel.money import Fen
from kechuang.ui import clock
from kechuang.ui.requests import actor_of
from kechuang.vouchers import commands, queries
from kechuang.vouchers.queries import Voucher
from kechuang.vouchers.rules import OrderFacts

router = Router(tags=["vouchers"])


class VoucherOut(Schema):
    id: str
    number: str
    scheme: str
    region: str
    state: str
    requested_fen: int
    face_fen: int
    free_fen: int
    held_fen: int
    valid_from: date | None
    valid_until: date | None
    checks: list[dict[str, object]]
    actions: list[str]


class ApplyIn(Schema):
    scheme: str
    region: str
    requested_fen: int
    purpose: str = ""
    labels: list[str] = []
    key: str = ""


class PriceAfterOut(Schema):
    price_fen: int
    voucher_fen: int
    you_pay_fen: int
    bound_by: str
    voucher_id: str


@router.get("", response=list[VoucherOut])
def own(request: HttpRequest) -> list[VoucherOut]:
    """The vouchers of the party the caller acts for."""
    return [
        _out(one.voucher, one.balance.free_fen, one.balance.held_fen, [])
        for one in queries.own_cards(actor_of(request))
    ]


@router.get("/price-after", response=PriceAfterOut)
def price_after(
    request: HttpRequest, scheme: str, price_fen: Annotated[int, Query(ge=0)], service: str
) -> queries.PriceAfter:
    """What one price becomes after the caller's voucher."""
    facts = OrderFacts(service=service)
    return queries.price_after(actor_of(request).party_id, scheme, Fen(price_fen), facts=facts, on=clock.today())


@router.get("/{voucher_id}", response=VoucherOut)
def one(request: HttpRequest, voucher_id: str) -> VoucherOut:
    return _shown(request, voucher_id)


@router.post("", response={201: VoucherOut})
def apply(request: HttpRequest, body: ApplyIn) -> Status[VoucherOut]:
    """Keeps an application; the same `key` again answers with the first. Amounts are fen."""
    actor = actor_of(request)
    voucher = commands.apply(
        actor,
        party_id=actor.party_id,
        scheme=body.scheme,
        region=body.region,
        requested_fen=Fen(body.requested_fen),
        declared=commands.Declared(labels=tuple(body.labels), purpose=body.purpose),
        key=body.key,
        now=clock.now(),
    )
    return Status(HTTPStatus.CREATED, _shown(request, voucher.id))


@router.post("/{voucher_id}/submit", response=VoucherOut)
def submit(request: HttpRequest, voucher_id: str) -> VoucherOut:
    """Sends an application; it may be granted at once."""
    commands.submit(actor_of(request), voucher_id=voucher_id, now=clock.now())
    return _shown(request, voucher_id)


def _shown(request: HttpRequest, voucher_id: str) -> VoucherOut:
    sheet = queries.sheet(actor_of(request), voucher_id, on=clock.today())
    left = sheet.balance
    return _out(sheet.voucher, left.free_fen, left.held_fen, [move.action for move in sheet.open_moves])


def _out(voucher: Voucher, free_fen: int, held_fen: int, actions: list[str]) -> VoucherOut:
    return VoucherOut(
        id=voucher.id,
        number=voucher.number,
        scheme=voucher.scheme,
        region=voucher.region,
        state=voucher.state,
        requested_fen=voucher.requested_fen,
        face_fen=voucher.face_fen,
        free_fen=free_fen,
        held_fen=held_fen,
        valid_from=voucher.valid_from,
        valid_until=voucher.valid_until,
        checks=voucher.checks,
        actions=actions,
    )
