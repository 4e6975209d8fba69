"""年度服务成效 of a carrier and a year, for the national network: from usage records, orders, ledger and catalogue."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from kechuang.catalog import queries as catalog
from kechuang.catalog.states import TITLE_LABELS, ShareMode, StaffTitle
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.orders import queries as orders
from kechuang.parties.queries import party_names
from kechuang.portal.formats.effect import Asset, PaidService, Side, YearEffect
from kechuang.portal.states import EFFECT_YEARS
from kechuang.usage import queries as usage
from kechuang.usage.states import PURPOSE_LABELS, Purpose


def year_effect(actor: Actor, carrier_id: str, *, year: int, on: date) -> YearEffect:
    """The report for the carrier's own people and the offices over its place; raises NotVisible."""
    card = usage.watched_carrier(actor, carrier_id)
    if not 0 <= on.year - year <= EFFECT_YEARS:
        raise NotVisible
    until = min(date(year + 1, 1, 1) - date.resolution, on)
    invoices = orders.invoices_of(carrier_id, year=year)
    books = catalog.assets(carrier_id, on=until)
    hours = usage.hours_of_year([row.pk for row in books], year=year)
    least = catalog.reporting_terms(on=until).terms.national_value_fen
    opening, sharing = catalog.opening(carrier_id, on=until), catalog.sharing(carrier_id, on=until)
    titles = Counter(one.title for one in catalog.staff(carrier_id, on=until))
    served = usage.year_served(carrier_id, year=year)
    return YearEffect(
        carrier_id=card.id,
        carrier_name=card.name,
        party_name=party_names([card.party_id]).get(card.party_id, ""),
        year=year,
        until=until,
        platform_url=opening.website if opening else "",
        invoices_count=len({row.number for row in invoices}),
        inside=_side(served.inside),
        outside=_side(served.outside),
        by_purpose=[(code, PURPOSE_LABELS[Purpose(code)], *pair) for code, pair in served.by_purpose.items()],
        voucher_fen=served.voucher_fen,
        ledger_voucher_fen=sum({row.order_id: row.voucher_fen for row in invoices}.values()),
        paid=_paid(carrier_id, invoices, year),
        threshold_fen=int(least),
        assets=[_asset(row, hours.get(row.pk, (0, 0))) for row in books if (row.original_value_fen or 0) >= least],
        instruments_count=len(books),
        shared_count=sum(row.share_mode == ShareMode.EXTERNAL for row in books),
        minutes=sum(used for used, _external in hours.values()),
        external_minutes=sum(external for _used, external in hours.values()),
        opening_version=opening.version if opening else 0,
        opening_hours=opening.hours if opening else "",
        sharing_document=sharing.document_number if sharing else "",
        sharing_title=sharing.title if sharing else "",
        staff=[(TITLE_LABELS[title], titles[title]) for title in StaffTitle if titles[title]],
    )


def _side(found: usage.Support) -> Side:
    return Side(found.services, found.clients, found.reports, found.minutes, found.amount_fen)


def _asset(row: catalog.Instrument, hours: tuple[int, int]) -> Asset:
    return Asset(
        number=row.own_number or row.offer.inner_number,
        class_code=row.offer.class_code,
        name=row.offer.name,
        model=row.model,
        value_fen=row.original_value_fen or 0,
        booked_on=row.booked_on,
        department=row.department,
        maker=row.maker,
        minutes=hours[0],
        external_minutes=hours[1],
    )


def _paid(carrier_id: str, invoices: Sequence[orders.Invoiced], year: int) -> list[PaidService]:
    """By invoice where an order has one; the other paid records by themselves, so that nothing counts twice."""
    found = [
        PaidService(
            row.issued_on, row.number, row.handled_by, row.title, row.gross_fen, row.instrument, row.payer, True
        )
        for row in invoices
    ]
    invoiced = {row.order_id for row in invoices}
    for one in usage.served_outside(carrier_id, year=year):
        if one.order_id and one.order_id in invoiced:
            continue
        record = one.record
        name = one.instrument.name if one.instrument else ""
        found.append(
            PaidService(
                one.served_on,
                one.internal_number,
                record.operator_name,
                record.title,
                one.amount_fen,
                name,
                record.client_name,
                False,
            )
        )
    return sorted(found, key=lambda row: (row.on, row.voucher_number))
