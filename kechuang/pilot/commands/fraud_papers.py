"""Papers, runs and labels of a generated year (材料、机时、标记), as rows of their tables."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from kechuang.kernel.ids import new_id
from kechuang.pilot.commands.fraud_year import Deal
from kechuang.screening.rules import bands_of, results_of
from kechuang.ui import clock

Row = dict[str, Any]


def at_hour(day: date, hour: int = 10) -> datetime:
    return clock.instant(day, time(hour))


def papers_of(deals: Sequence[Deal]) -> dict[str, list[Row]]:
    """Each invoice bound to its order and cited by its claim; a number that is taken gives way to the next."""
    taken: set[str] = set()
    found: dict[str, list[Row]] = {"claims_invoice": [], "claims_invoiceline": [], "claims_citation": []}
    for deal in deals:
        paper = deal.paper
        while paper.number in taken:
            paper.number = str(int(paper.number) + 1).zfill(len(paper.number))
        taken.add(paper.number)
        invoice, line = new_id("inv"), new_id("inl")
        found["claims_invoice"].append(
            {
                "id": invoice,
                "number": paper.number,
                "seller_code": paper.seller,
                "buyer_code": paper.buyer,
                "issued_on": paper.day,
                "gross_fen": paper.gross_fen,
                "allocated_fen": paper.gross_fen,
                "checked": "unchecked",
                "file_id": new_id("fil"),
                "bound_at": at_hour(deal.submitted),
            }
        )
        found["claims_invoiceline"].append(
            {"id": line, "invoice_id": invoice, "order_id": deal.order, "gross_fen": paper.gross_fen}
        )
        found["claims_citation"].append({"id": new_id("cit"), "line_id": line, "claim_id": deal.claim, "live": True})
    return found


def runs_of(deals: Sequence[Deal]) -> dict[str, list[Row]]:
    """Hours that a meter recorded for a deal, as a service record of its order."""
    found: dict[str, list[Row]] = {"usage_servicerecord": [], "usage_standing": [], "usage_hours": []}
    for deal in deals:
        record = new_id("rec")
        same = {
            "carrier_id": deal.provider.carrier,
            "party_id": deal.provider.id,
            "region": deal.provider.region,
            "instrument_id": deal.offer.id,
            "internal_number": deal.order_number,
            "from_at": at_hour(deal.started),
            "until_at": at_hour(deal.delivered, 20),
            "minutes": deal.minutes,
            "client_role": "1",
            "order_id": deal.order,
        }
        entered = {"state": "entered", "origin": "order", "way": "occupy", "audience": "130", "purpose": "136"}
        found["usage_servicerecord"].append(
            same
            | entered
            | {
                "id": record,
                "number": deal.order_number,
                "root_id": record,
                "version": 1,
                "title": deal.title,
                "entered_by": deal.provider.person,
                "entered_at": at_hour(deal.settled),
            }
        )
        found["usage_standing"].append(
            same
            | {
                "id": record,
                "record_id": record,
                "active": True,
                "served_on": deal.delivered,
                "grade": "C",
                "external": True,
                "once": True,
            }
        )
        days = (deal.delivered - deal.started).days + 1
        for number in range(days):
            share = deal.minutes * (number + 1) // days - deal.minutes * number // days
            if share:
                found["usage_hours"].append(
                    {
                        "id": new_id("hrs"),
                        "instrument_id": deal.offer.id,
                        "on": deal.started + timedelta(days=number),
                        "minutes": min(share, 1_440),
                        "grade": "A",
                        "external": True,
                        "standing_id": record,
                    }
                )
    return found


def prints_of(deal: Deal) -> Iterator[Row]:
    same = {"claim_id": deal.claim, "order_id": deal.order, "made_on": deal.submitted}
    paper = deal.paper
    yield same | {
        "id": new_id("prn"),
        "kind": "invoice",
        "number": paper.number,
        "seller_code": paper.seller,
        "buyer_code": paper.buyer,
        "gross_fen": paper.gross_fen,
        "issued_on": paper.day,
        "items": paper.items,
        "pieces": [],
        "bands": [],
    }
    if pieces := results_of(deal.report):
        yield same | {
            "id": new_id("prn"),
            "kind": "report",
            "number": "",
            "seller_code": "",
            "buyer_code": "",
            "gross_fen": 0,
            "issued_on": None,
            "items": "",
            "pieces": list(pieces),
            "bands": list(bands_of(pieces)),
        }


def red_row(deal: Deal) -> Row:
    assert deal.red is not None
    number, on = deal.red
    return {"number": (deal.cited or deal.paper).number, "red_number": number, "red_on": on}


def planted_row(deal: Deal) -> Row:
    return {"id": new_id("plt"), "claim_id": deal.claim, "pattern": deal.pattern, "near": deal.near}
