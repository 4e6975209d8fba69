"""What was granted and set aside, as it was decided then: what a past year is priced again from (回放)."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any

from kechuang.kernel.money import Fen
from kechuang.ledger.queries import Sequence, sequence
from kechuang.vouchers.models import LIVE, Hold, Voucher
from kechuang.vouchers.queries.applying import APPLICANTS
from kechuang.vouchers.rules import ApplicantFacts, OrderFacts
from kechuang.vouchers.rules.replaying import PastHold, PastVoucher
from kechuang.vouchers.states import READ_TOGETHER, HoldState

_LABEL_CHECKS = ("labels_any_of", "negative_labels")


@dataclass(frozen=True, slots=True)
class Past:
    """The vouchers of some counties under one scheme and every hold on them, up to the end of a year."""

    vouchers: list[PastVoucher]
    holds: list[PastHold]
    ended: dict[str, date]  # vouchers withdrawn or revoked, by their day


def past(scheme: str, regions: AbstractSet[str], *, since: date, until: date) -> Past:
    """Everything that bears on the orders placed from `since` until `until` (exclusive). Five statements."""
    places = sequence(regions)
    vouchers: list[PastVoucher] = []
    ended: dict[str, date] = {}
    rows = Voucher.objects.filter(scheme=scheme, region__in=regions, account__isnull=False, valid_from__lt=until)
    fields = (
        "id", "party_id", "party__kind", "region", "year", "requested_fen", "valid_from", "valid_until", "checks",
        "declared", "closed_on",
    )  # fmt: skip
    for row in rows.filter(valid_until__gt=since).order_by("id").values(*fields).iterator(READ_TOGETHER):
        if row["id"] in places.grants:
            vouchers.append(_voucher(row, *places.grants[row["id"]]))
            ended |= {row["id"]: row["closed_on"]} if row["closed_on"] else {}
    holds = list(_holds({voucher.id for voucher in vouchers}, scheme, regions, places, until))
    return Past(vouchers, holds, ended)


def _voucher(row: Mapping[str, Any], place: int, fen: int) -> PastVoucher:
    declared, found = row["declared"], {check["parameter"]: check["value"] for check in row["checks"]}
    labels = {label for name in _LABEL_CHECKS for label in found.get(name, "").split(",") if label}
    facts = ApplicantFacts(
        applicant=APPLICANTS.get(row["party__kind"], row["party__kind"]),
        labels=frozenset(labels),
        declared_labels=frozenset(declared.get("labels", ())),
        declared_staff_count=declared.get("staff_count"),
        declared_revenue_fen=declared.get("revenue_fen"),
        declared_capital_fen=declared.get("capital_fen"),
    )
    return PastVoucher(
        id=row["id"],
        party_id=row["party_id"],
        region=row["region"],
        year=row["year"],
        requested_fen=Fen(row["requested_fen"]),
        face_fen=Fen(fen),
        granted_on=row["valid_from"],
        valid_until=row["valid_until"],
        place=place,
        facts=facts,
        examined=bool(row["checks"]),
    )


def _holds(
    vouchers: AbstractSet[str], scheme: str, regions: AbstractSet[str], places: Sequence, until: date
) -> Iterator[PastHold]:
    rows = Hold.objects.filter(voucher__scheme=scheme, region__in=regions, held_on__lt=until)
    fields = (
        "id", "order_id", "voucher_id", "provider_id", "price_fen", "fen", "captured_fen", "restored_fen", "state",
        "held_on", "ledger_hold", "replaces_id", "facts",
    )  # fmt: skip
    first: dict[str, date] = {}
    states: dict[str, str] = {}
    for row in rows.order_by("ledger_hold").values(*fields).iterator(READ_TOGETHER):
        first[row["id"]] = first.get(row["replaces_id"] or "", row["held_on"])
        states[row["id"]] = row["state"]
        if row["voucher_id"] in vouchers:
            added = states.get(row["replaces_id"] or "", "") in (HoldState.CAPTURED, HoldState.RESTORED)
            yield _hold(row, first[row["id"]], places, added=added)


def _hold(row: Mapping[str, Any], first_on: date, places: Sequence, *, added: bool) -> PastHold:
    back_at, part, whole, to_voucher = _given_back(row, places)
    captured = row["captured_fen"] - row["restored_fen"]
    kept = row["fen"] if row["state"] == HoldState.HELD else captured if row["state"] in LIVE else 0
    facts = row["facts"]
    return PastHold(
        id=row["id"],
        order_id=row["order_id"],
        voucher_id=row["voucher_id"],
        provider_id=row["provider_id"],
        price_fen=Fen(row["price_fen"]),
        kept_fen=Fen(kept),
        held_on=row["held_on"],
        first_on=first_on,
        place=row["ledger_hold"],
        replaces="" if added else row["replaces_id"] or "",
        facts=OrderFacts(**{**facts, "labels": tuple(facts["labels"]), "situations": tuple(facts["situations"])}),
        back_at=back_at,
        back_part=part,
        back_whole=whole,
        to_voucher=to_voucher,
        added=added,
    )


def _given_back(row: Mapping[str, Any], places: Sequence) -> tuple[int, int, int, bool]:
    """Where in the books what was set aside went back, which part of it, and whether to the voucher."""
    if row["state"] in (HoldState.RELEASED, HoldState.REPLACED):
        return places.releases[row["ledger_hold"]], 1, 1, True
    if row["restored_fen"] and row["order_id"] in places.given_back:
        place, stays = places.given_back[row["order_id"]]
        return place, row["restored_fen"], row["captured_fen"], stays
    return 0, 0, 1, True
