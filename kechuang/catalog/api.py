"""Instruments over the API: read by everybody, pushed by a provider's own platform (推送接口). Amounts are fen, hours hundredths."""

import json
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.security import HttpBearer

from kechuang.catalog import commands, queries, rules
from kechuang.catalog.formats.provincial import ItemFault
from kechuang.catalog.states import PUSH_ITEMS_MAX, PUSH_MEGABYTES_MAX, PushCode
from kechuang.kernel.actor import PUBLIC, Actor
from kechuang.ui import clock

router = Router(tags=["catalog"])
PAGE, PAGE_MAX = 100, 500


class InstrumentOut(Schema):
    id: str
    number: str
    kind: str
    name: str
    english_name: str
    model: str
    maker: str
    country: str
    class_code: str
    class_version: str
    class_name: str
    status: str
    region: str
    carrier_id: str
    carrier_name: str
    open_modes: list[str]
    share_mode: str
    run_status: str
    under_customs: bool
    functions: str
    indicators: str
    services: str
    notice: str
    address: str
    latitude_e6: int | None
    longitude_e6: int | None
    booked_on: date | None
    started_on: date | None


class ListOut(Schema):
    count: int
    next_after: str
    instruments: list[InstrumentOut]


class ClassOut(Schema):
    code: str
    name: str
    assignable: bool


class SecretIn(Schema):
    key: str
    secret: str


class TokenOut(Schema):
    token: str
    expires_at: datetime


class FaultOut(Schema):
    field: str
    value: str
    rule: str
    remedy: str


class ItemOut(Schema):
    instruId: str  # noqa: N815 (the interface's own name)
    code: str
    message: str
    faults: list[FaultOut]


class PushOut(Schema):
    """`taken` are added, changed and same; `results` stand in the order of the items."""

    taken: int
    added: int
    changed: int
    same: int
    refused: int
    results: list[ItemOut]


class Token(HttpBearer):
    """Authorization: Bearer …"""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        return commands.actor_of_token(token, now=clock.now())


@router.get("/instruments", response=ListOut, auth=None)
def instruments(
    request: HttpRequest, region: str = "", class_prefix: str = "", kind: str = "", after: str = "", limit: int = PAGE
) -> dict[str, Any]:
    """Instruments open to everybody, by id; `after` is the last id of the page before."""
    rows = queries.open_instruments(region=region, class_prefix=class_prefix, kind=kind)
    count = rows.count() if not after else 0
    page = list(rows.filter(id__gt=after)[: min(max(limit, 1), PAGE_MAX)])
    shown = [_shown(queries.instrument_card(row.instrument, row)) for row in page]
    return {"count": count, "next_after": page[-1].id if page else "", "instruments": shown}


@router.get("/instruments/{offer_id}", response=InstrumentOut, auth=None)
def instrument(request: HttpRequest, offer_id: str) -> dict[str, Any]:
    """One instrument as everybody may see it."""
    return _shown(queries.instrument(PUBLIC, offer_id))


@router.get("/instrument-classes", response=list[ClassOut], auth=None)
def classes(request: HttpRequest) -> list[dict[str, Any]]:
    """The six-digit classes in force; only `assignable` ones may be given to an instrument."""
    held = queries.class_codes()
    return [{"code": code, "name": name, "assignable": code in held.leaves} for code, name in held.names.items()]


@router.post("/push/token", response=TokenOut, auth=None)
def token(request: HttpRequest, body: SecretIn) -> dict[str, Any]:
    """A token for a key and its secret; it ends by itself after two hours."""
    made, ends = commands.exchange(key_id=body.key, secret=body.secret, now=clock.now())
    return {"token": made, "expires_at": ends}


@router.post("/push/instruments", response=PushOut, auth=Token())
def push(request: HttpRequest) -> dict[str, Any]:
    """A list of instruments in the provincial format. What is right is taken, what is wrong is named; again changes nothing.

    Codes of items: 100 taken, 200 another organisation's, 202 not an object, 203 a field breaks its rule.
    """
    items, content = _items(request)
    report = commands.push(request.auth, items=items, content=content, now=clock.now())  # type: ignore[attr-defined]
    results = [_item(one) for one in report.results]
    return {
        "taken": report.taken,
        "added": report.added,
        "changed": report.changed,
        "same": report.same,
        "refused": sum(one.code != PushCode.TAKEN for one in report.results),
        "results": results,
    }


def _items(request: HttpRequest) -> tuple[list[object], bytes]:
    """The list in the body; figures stay texts, so that no price passes through a float."""
    limit = PUSH_MEGABYTES_MAX * 1_048_576
    content = request.read(limit + 1)
    if len(content) > limit:
        raise rules.TooManyItems(limit=PUSH_ITEMS_MAX, megabytes=PUSH_MEGABYTES_MAX)
    try:
        items = json.loads(content, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as wrong:
        raise rules.NotAList from wrong
    if not isinstance(items, list):
        raise rules.NotAList
    return items, content


def _item(one: commands.ItemResult) -> dict[str, Any]:
    faults = [_fault(fault) for fault in one.faults]
    message = "；".join(f"{fault['field']}：{fault['rule']}" for fault in faults)
    return {"instruId": one.instruId, "code": str(one.code), "message": message, "faults": faults}


def _fault(fault: ItemFault) -> dict[str, str]:
    return {
        "field": fault.field,
        "value": fault.value,
        "rule": _(fault.rule) + fault.limit,
        "remedy": _(fault.remedy),
    }


def _shown(card: queries.InstrumentCard) -> dict[str, Any]:
    """The card without people: whoever wants to book does it here."""
    names = set(InstrumentOut.model_fields) - {
        "number",
        "kind",
        "name",
        "status",
        "region",
        "carrier_id",
        "carrier_name",
    }
    said = {name: getattr(card, name) for name in names - {"open_modes"}}
    offer = card.offer
    return said | {
        "number": offer.number,
        "kind": offer.kind,
        "name": offer.name,
        "status": offer.status,
        "region": offer.region,
        "carrier_id": offer.carrier_id,
        "carrier_name": offer.carrier_name,
        "open_modes": sorted(card.open_modes),
    }
