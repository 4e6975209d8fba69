"""Writing a generated year as the owner of the tables (批量写入): whole tables at once, what is not said as nothing.

Only what the screening looks at is written: parties, offers, orders, claims, papers and what shows a service. No voucher,
no ledger, no acts, no sums of hours; so the claims stand as confirmed, and the orders carry the mark of generated ones (ord_U…).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from django.db import connections

from kechuang.kernel.ids import new_id, public_number
from kechuang.parties.rules import pinyin_key
from kechuang.pilot.commands.fraud_papers import Row, at_hour, papers_of, planted_row, prints_of, red_row, runs_of
from kechuang.pilot.commands.fraud_year import Deal, Firm, Offer, Year

OWNER = "owner"
SCHEME = "shaoxing/voucher-2021"
_SILENT = {"text": "", "varchar": "", "bool": False, "jsonb": "{}", "int2": 0, "int4": 0, "int8": 0}


def write(year: Year) -> None:
    """Every table of the year, those that others point to first."""
    firms = [*year.providers, *year.holders, *year.owners]
    offers = [offer for provider in year.providers for offer in provider.offers]
    tables: dict[str, Iterable[Row]] = {
        "parties_person": _people(firms),
        "parties_party": (_party(firm) for firm in firms),
        "catalog_carrier": (_carrier(firm) for firm in year.providers),
        "catalog_offer": (_offer(offer, year.first) for offer in offers),
        "catalog_price": (_price(offer, year.first) for offer in offers),
        "bookings_calendar": (_calendar(offer) for offer in offers if offer.calendar),
        "orders_order": (_order(deal) for deal in year.deals),
        "orders_orderversion": (_version(deal) for deal in year.deals),
        "orders_ownshare": (row for deal in year.deals for row in _shares(deal)),
        "bookings_booking": (_booking(deal) for deal in year.deals if deal.booked),
        "bookings_sample": (_sample(deal) for deal in year.deals if deal.sampled),
        "claims_claim": (_claim(deal) for deal in year.deals),
    }
    for table, rows in tables.items():
        _copy(table, rows)
    for table, kept in papers_of(year.deals).items():
        _copy(table, kept)
    for table, kept in runs_of([deal for deal in year.deals if deal.minutes]).items():
        _copy(table, kept)
    _copy("screening_print", (row for deal in year.deals for row in prints_of(deal)))
    _copy("pilot_taxrecord", (red_row(deal) for deal in year.deals if deal.red))
    _copy("pilot_planted", (planted_row(deal) for deal in year.deals if deal.pattern))


def _copy(table: str, rows: Iterable[Row]) -> None:
    """COPY: columns that a row does not name get nothing, where nothing may stand; else they are left to the table."""
    listed = list(rows)
    if not listed:
        return
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "SELECT column_name, udt_name, is_nullable, column_default FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
            [table],
        )
        columns = cursor.fetchall()
        named = [
            (name, kind)
            for name, kind, nullable, default in columns
            if name in listed[0] or (nullable == "NO" and default is None)
        ]
        names = ", ".join(f'"{name}"' for name, _kind in named)
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in listed:
                copy.write_row([row[name] if name in row else _nothing(kind) for name, kind in named])


def _nothing(kind: str) -> object:
    return "{}" if kind.startswith("_") else _SILENT[kind]


def _people(firms: Sequence[Firm]) -> Iterator[Row]:
    seen: set[str] = set()
    for firm in firms:
        if firm.person not in seen:
            seen.add(firm.person)
            yield {
                "id": firm.person,
                "sign_in": firm.person.lower(),
                "name": firm.representative,
                "phone": "",
                "is_active": True,
            }
        yield {
            "id": f"psn_{firm.id[4:]}",
            "sign_in": firm.id.lower(),
            "name": firm.representative,
            "phone": firm.phone,
            "is_active": True,
        }


def _party(firm: Firm) -> Row:
    return {
        "id": firm.id,
        "kind": firm.kind,
        "name": firm.name,
        "pinyin": pinyin_key(firm.name),
        "credit_code": firm.code,
        "region": firm.region,
        "address": firm.address,
        "legal_representative_id": firm.person,
        "contact_id": f"psn_{firm.id[4:]}",
        "registered_on": firm.established,
        "state": "active",
    }


def _carrier(firm: Firm) -> Row:
    return {
        "id": firm.carrier,
        "party_id": firm.id,
        "kind": firm.carrier_kind,
        "name": firm.name,
        "pinyin": pinyin_key(firm.name),
        "region": firm.region,
    }


def _offer(offer: Offer, first: date) -> Row:
    instrument = offer.service == "instrument"
    return {
        "id": offer.id,
        "number": public_number("FW"),
        "carrier_id": offer.provider.carrier,
        "party_id": offer.provider.id,
        "region": offer.provider.region,
        "state": "open",
        "kind": "instrument" if instrument else "service",
        "name": offer.name,
        "pinyin": pinyin_key(offer.name),
        "service_class": offer.service,
        "content": offer.name,
        "process": "委托 → 服务 → 报告",
        "class_code": offer.class_code,
        "opened_on": first,
    }


def _price(offer: Offer, first: date) -> Row:
    return {
        "id": offer.price_id,
        "offer_id": offer.id,
        "kind": "base",
        "item": "基本费用",
        "unit": offer.unit,
        "price_fen": offer.unit_fen,
        "group": "all",
        "steps": "[]",
        "step_mode": "part",
        "valid_from": first,
        "set_by": offer.provider.person,
    }


def _calendar(offer: Offer) -> Row:
    return {
        "id": f"cal_{offer.id[4:]}",
        "instrument_id": offer.id,
        "party_id": offer.provider.id,
        "region": offer.provider.region,
        "state": "open",
        "hours": json.dumps([[[480, 1200]]] * 7),
        "granularity_minutes": 30,
        "min_minutes": 30,
        "max_minutes": 480,
        "horizon_days": 90,
        "confirmation": "automatic",
        "confirm_within_minutes": 2_880,
        "strike_days": 90,
        "stop_days": 30,
        "offer_minutes": 720,
    }


def _order(deal: Deal) -> Row:
    return {
        "id": deal.order,
        "number": deal.order_number,
        "state": "settled",
        "revision": 1,
        "holder_id": deal.holder.id,
        "provider_id": deal.provider.id,
        "offer_id": deal.offer.id,
        "scheme": SCHEME,
        "region": deal.holder.region,
        "service": deal.offer.service,
        "title": deal.title,
        "needs": deal.needs,
        "channel": deal.channel,
        "situations": "[]",
        "price_list": json.dumps(
            [{"id": deal.offer.price_id, "kind": "base", "price_fen": deal.list_fen, "unit": deal.offer.unit}]
        ),
        "price_digest": deal.order[-16:],
        "price_fen": deal.price_fen,
        "voucher_fen": deal.voucher_fen,
        "own_share_fen": deal.own_fen,
        "paid_fen": max(deal.own_fen + deal.overpaid_fen - sum(fen for fen, _on in deal.refunds), 0),
        "other_public_fen": deal.other_fen,
        "declared_at": at_hour(deal.placed),
        "provider_declared_at": at_hour(deal.placed),
        "requested_by": deal.holder.person,
        "requested_on": deal.placed,
        "quoted_on": deal.placed,
        "placed_on": deal.placed,
        "started_on": deal.started,
        "delivered_on": deal.delivered,
        "accepted_on": deal.settled,
        "settled_on": deal.settled,
    }


def _version(deal: Deal) -> Row:
    line = {
        "price_id": deal.offer.price_id,
        "kind": "base",
        "item": "基本费用",
        "unit": deal.offer.unit,
        "quantity": deal.quantity,
        "unit_price_fen": deal.unit_fen,
        "amount_fen": deal.price_fen,
    }
    return {
        "id": f"orv_{deal.order[4:]}",
        "order_id": deal.order,
        "version": 1,
        "kind": "quote",
        "lines": json.dumps([line]),
        "price_fen": deal.price_fen,
        "voucher_fen": deal.voucher_fen,
        "own_share_fen": deal.own_fen,
        "proposed_by": deal.provider.person,
        "proposed_on": deal.placed,
        "agreed_on": deal.placed,
    }


def _shares(deal: Deal) -> Iterator[Row]:
    paid = [("paid", fen, deal.settled) for fen in (deal.own_fen, deal.overpaid_fen) if fen > 0]
    for kind, fen, on in paid + [("refund", fen, on) for fen, on in deal.refunds if fen > 0]:
        yield {
            "id": new_id("osh"),
            "order_id": deal.order,
            "kind": kind,
            "fen": fen,
            "channel": "银行转账（示例）",
            "reference": new_id("ref"),
            "by": deal.holder.person,
            "on": on,
        }


def _booking(deal: Deal) -> Row:
    return {
        "id": new_id("bkg"),
        "number": public_number("KY"),
        "state": "done",
        "region": deal.provider.region,
        "holder_id": deal.holder.id,
        "person_id": deal.holder.person,
        "provider_id": deal.provider.id,
        "instrument_id": deal.offer.id,
        "instruments": json.dumps([deal.offer.id]),
        "mode": "slot",
        "from_at": at_hour(deal.started),
        "until_at": at_hour(deal.started, 16),
        "started_at": at_hour(deal.started),
        "ended_at": at_hour(deal.started, 16),
        "offers": "[]",
        "made_by": deal.holder.person,
        "made_at": at_hour(deal.placed),
    }


def _sample(deal: Deal) -> Row:
    return {
        "id": new_id("smp"),
        "number": public_number("YP"),
        "state": "tested",
        "region": deal.provider.region,
        "holder_id": deal.holder.id,
        "person_id": deal.holder.person,
        "provider_id": deal.provider.id,
        "instrument_id": deal.offer.id,
        "name": "样品",
        "count": 1,
        "hazard": "none",
        "storage": "room",
        "afterwards": "return",
        "return_address": "（示例地址）",
        "keeper": "provider",
        "expected_on": deal.started,
        "received_at": at_hour(deal.started),
        "made_by": deal.holder.person,
        "made_at": at_hour(deal.placed),
    }


def _claim(deal: Deal) -> Row:
    return {
        "id": deal.claim,
        "number": deal.number,
        "order_id": deal.order,
        "scheme": SCHEME,
        "region": deal.holder.region,
        "year": deal.placed.year,
        "provider_party": deal.provider.id,
        "holder_party": deal.holder.id,
        "state": "confirmed",
        "claimed_fen": deal.voucher_fen,
        "confirmed_fen": deal.voucher_fen,
        "evidence": "[]",
        "clean": True,
        "submitted_by": deal.provider.person,
        "submitted_on": deal.submitted,
        "confirmed_by": deal.officer,
        "confirmed_on": deal.submitted + timedelta(days=3),
        "paid_on": deal.paid,
    }
