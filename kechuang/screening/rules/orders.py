"""Rules on orders: split (拆单), too dear (价高), own share returned (自付款回流), disguised tests, year-end rush, stacking."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from kechuang.kernel.money import BasisPoints, Fen, share_down, yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.policy.tables import month_day
from kechuang.screening.rules.facts import ClaimFact, Facts, Found, LevelFact, PaceFact, Proof
from kechuang.screening.rules.terms import ScreeningTerms
from kechuang.screening.states import EVIDENCE_SHOWN, HALF, HUNDREDTHS, Counted, Pattern


def split(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """拆单：several orders of one user for one service within some days, each just below the threshold, together above it."""
    families: dict[tuple[str, str, str], list[ClaimFact]] = {}
    for claim in facts.claims.values():
        if claim.placed_on and _just_below(claim.price_fen, terms):
            families.setdefault((claim.holder, claim.provider, claim.offer_id), []).append(claim)
    for family in families.values():
        family.sort(key=lambda claim: (claim.placed_on or date.min, claim.claim_id))
        for claim in family:
            near = _within(claim, family, terms.split_within_days)
            if claim.claim_id in facts.wanted and len(near) >= terms.split_orders_count:
                yield _split(claim, near, terms)


def _just_below(price_fen: int, terms: ScreeningTerms) -> bool:
    threshold = Fen(terms.split_threshold_fen)
    return share_down(threshold, BasisPoints(terms.split_near_bp)) <= price_fen < threshold


def _within(claim: ClaimFact, family: Sequence[ClaimFact], days: int) -> list[ClaimFact]:
    """The largest run of orders around this one whose first and last lie at most `days` apart."""
    best: list[ClaimFact] = []
    for first in family:
        assert first.placed_on is not None
        last = first.placed_on + timedelta(days=days)
        run = [one for one in family if one.placed_on and first.placed_on <= one.placed_on <= last]
        if claim in run and len(run) > len(best):
            best = run
    return best


def _split(claim: ClaimFact, near: Sequence[ClaimFact], terms: ScreeningTerms) -> Found:
    total = sum(one.price_fen for one in near)
    return Found(
        Pattern.SPLIT_ORDERS,
        claim,
        {
            "count": len(near),
            "within_days": terms.split_within_days,
            "total_fen": total,
            "threshold_fen": terms.split_threshold_fen,
        },
        tuple(
            Proof(_("同期订单"), f"{one.placed_on} {one.title} {yuan(one.price_fen)}", "claim", one.claim_id)
            for one in near[:EVIDENCE_SHOWN]
        ),
        group=f"{claim.holder}:{claim.provider}:{near[0].placed_on}",
    )


def dear(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """价高：above the list the order was quoted from, or far above what its class of services costs.

    Far is both: more than `price_over_class_bp` above the middle, and more than `price_spreads_count` times the usual
    distance from it. A class with few orders says nothing.
    """
    for claim in facts.about():
        over = share_down(Fen(claim.list_price_fen), BasisPoints(terms.price_over_list_bp))
        if claim.list_price_fen and claim.unit_price_fen > claim.list_price_fen + over:
            yield _dear(claim, claim.list_price_fen, Proof(_("公布价"), yuan(claim.list_price_fen)))
            continue
        level = facts.levels.get((claim.service, claim.class_code, claim.unit))
        if level is None or level.count < terms.price_class_count:
            continue
        far = share_down(Fen(level.middle_fen), BasisPoints(terms.price_over_class_bp))
        above = claim.unit_price_fen - level.middle_fen
        if above > far and above > terms.price_spreads_count * level.spread_fen:
            proof = Proof(_("同类服务中位价"), f"{yuan(level.middle_fen)}（{level.count}）")
            yield _dear(claim, level.middle_fen, proof)


def _dear(claim: ClaimFact, usual_fen: int, proof: Proof) -> Found:
    facts = {"unit_fen": claim.unit_price_fen, "usual_fen": usual_fen}
    charged = Proof(_("成交单价"), yuan(claim.unit_price_fen))
    return Found(Pattern.PRICE_HIGH, claim, facts, (charged, proof))


def returned(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """自付款回流：the user's own share, or much of it, went back after settlement although the price stayed as it was."""
    for claim in facts.about():
        share = share_down(Fen(claim.own_share_fen), BasisPoints(terms.own_share_back_bp))
        if claim.refunded_fen and claim.refunded_fen >= share > 0:
            yield Found(
                Pattern.OWN_SHARE_BACK,
                claim,
                {"refunded_fen": claim.refunded_fen, "own_share_fen": claim.own_share_fen},
                (
                    Proof(_("应付自付款"), yuan(claim.own_share_fen)),
                    Proof(_("结算后退回"), yuan(claim.refunded_fen), "order", claim.order_id),
                    Proof(_("退回日期"), claim.refunded_on.isoformat() if claim.refunded_on else "—"),
                ),
            )


def disguised(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """法定检验、批量检测：words of a test that the law asks for anyway, or the same many samples again and again."""
    batches: dict[tuple[str, str, str], list[ClaimFact]] = {}
    for claim in facts.claims.values():
        if claim.quantity >= terms.batch_quantity_count * HUNDREDTHS:
            batches.setdefault((claim.holder, claim.provider, claim.offer_id), []).append(claim)
    for claim in facts.about():
        if word := _statutory(f"{claim.title} {claim.needs}", terms):
            proof = Proof(_("委托内容"), f"{claim.title} {claim.needs}", "order", claim.order_id)
            yield Found(Pattern.DISGUISED_TEST, claim, {"what": word}, (proof,))
            continue
        family = batches.get((claim.holder, claim.provider, claim.offer_id), [])
        months = {(one.placed_on.year, one.placed_on.month) for one in family if one.placed_on}
        if claim in family and len(months) >= terms.batch_orders_count:
            proofs = [
                Proof(_("批量委托"), f"{one.placed_on} × {one.quantity // HUNDREDTHS}", "claim", one.claim_id)
                for one in sorted(family, key=lambda one: one.placed_on or date.min)[:EVIDENCE_SHOWN]
            ]
            group = f"{claim.holder}:{claim.provider}:{claim.offer_id}"
            yield Found(Pattern.DISGUISED_TEST, claim, {"what": _("逐月批量检测")}, tuple(proofs), group)


def _statutory(text: str, terms: ScreeningTerms) -> str:
    """A word that names a statutory test, where the text does not say that this is none."""
    for plain in terms.test_not_words:
        text = text.replace(plain, "")
    return next((word for word in terms.test_words if word in text), "")


def rush(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """年末突击：a provider places many times its usual orders in the last days of the year, served in no time."""
    for claim in facts.about():
        if claim.placed_on is None or claim.started_on is None or claim.delivered_on is None:
            continue
        first = month_day(terms.rush_from_on, claim.placed_on.year)
        pace = facts.paces.get((claim.provider, claim.placed_on.year))
        if claim.placed_on < first or pace is None or not _rushes(pace, first, terms):
            continue
        if (claim.delivered_on - claim.started_on).days > terms.rush_service_days:
            continue
        yield Found(
            Pattern.YEAR_END_RUSH,
            claim,
            {"count": pace.last_count, "year_count": pace.count, "from_on": first.isoformat()},
            (
                Proof(_("年末订单"), str(pace.last_count), "party", claim.provider),
                Proof(_("全年订单"), str(pace.count)),
                Proof(_("服务起止"), f"{claim.started_on} — {claim.delivered_on}"),
            ),
            group=f"{claim.provider}:{claim.placed_on.year}",
        )


def _rushes(pace: PaceFact, first: date, terms: ScreeningTerms) -> bool:
    """Whether the last days' orders are `rush_times_count` times what the rest of the year lets expect."""
    if pace.last_count < terms.rush_orders_count:
        return False
    begin = date(first.year, 1, 1)
    before, last = (first - begin).days, (date(first.year + 1, 1, 1) - first).days
    return pace.last_count * before >= terms.rush_times_count * (pace.count - pace.last_count) * last


def stacked(facts: Facts, terms: ScreeningTerms) -> Iterator[Found]:
    """财政资金叠加：voucher, other public money and the subsidies on what the voucher pays are together above the price."""
    for claim in facts.about():
        parts = public_parts(
            voucher_fen=Fen(claim.voucher_fen),
            other_public_fen=Fen(claim.other_public_fen),
            redeemed_fen=Fen(facts.redeemed_fen.get(claim.provider, 0)),
            on_platform=claim.channel == "platform",
            carrier_class=claim.carrier_class,
            terms=terms,
        )
        total, most = sum(parts.values()), share_down(Fen(claim.price_fen), BasisPoints(terms.stacking_max_bp))
        if total > most:
            yield Found(
                Pattern.STACKING,
                claim,
                {"total_fen": total, "price_fen": claim.price_fen},
                tuple(Proof(COUNTED_LABELS[part], yuan(fen)) for part, fen in parts.items() if fen),
            )


def public_parts(
    *,
    voucher_fen: Fen,
    other_public_fen: Fen,
    redeemed_fen: Fen,
    on_platform: bool,
    carrier_class: str,
    terms: ScreeningTerms,
) -> dict[Counted, Fen]:
    """What of public money comes together on one order (叠加口径), rounded down part by part.

    The provider's subsidy and the platform's part count only from what the provider redeemed in a year on
    (`stacking_threshold_fen` included), the carrier's only for carriers of the named classes. Subsidies are projected at
    the ceilings of their articles. Source: 002 三（三）1; 000 二（六）.
    """
    large = redeemed_fen >= terms.stacking_threshold_fen
    parts = {
        Counted.VOUCHER: voucher_fen,
        Counted.OTHER: other_public_fen,
        Counted.PROVIDER_SUBSIDY: _share(voucher_fen, terms.provider_subsidy_bp, applies=large),
        Counted.PLATFORM_SUBSIDY: _share(voucher_fen, terms.platform_subsidy_bp, applies=large and on_platform),
        Counted.CARRIER_SUBSIDY: _share(
            voucher_fen, terms.carrier_subsidy_bp, applies=carrier_class in terms.carrier_classes
        ),
    }
    return {part: fen for part, fen in parts.items() if part in terms.stacking_counts}


def _share(fen: Fen, rate_bp: int, *, applies: bool) -> Fen:
    return share_down(fen, BasisPoints(rate_bp)) if applies else Fen(0)


COUNTED_LABELS: dict[Counted, str] = {
    Counted.VOUCHER: _("创新券"),
    Counted.OTHER: _("其他财政资金"),
    Counted.PROVIDER_SUBSIDY: _("服务机构补助（按上限）"),
    Counted.PLATFORM_SUBSIDY: _("平台部分补助（按上限）"),
    Counted.CARRIER_SUBSIDY: _("载体补助（按上限）"),
}


def public_total_fen(
    terms: ScreeningTerms,
    *,
    voucher_fen: int,
    other_public_fen: int,
    redeemed_fen: int,
    on_platform: bool,
    carrier_class: str,
) -> Fen:
    """The sum of `public_parts`, for worked cases."""
    parts = public_parts(
        voucher_fen=Fen(voucher_fen),
        other_public_fen=Fen(other_public_fen),
        redeemed_fen=Fen(redeemed_fen),
        on_platform=on_platform,
        carrier_class=carrier_class,
        terms=terms,
    )
    return Fen(sum(parts.values()))


def levels_of(claims: Iterable[ClaimFact]) -> dict[tuple[str, str, str], LevelFact]:
    """Of each class of services the middle price (中位价) and the middle distance from it (绝对中位差), by unit."""
    prices: dict[tuple[str, str, str], list[int]] = {}
    for claim in claims:
        if claim.unit_price_fen:
            prices.setdefault((claim.service, claim.class_code, claim.unit), []).append(claim.unit_price_fen)
    found = {}
    for key, values in prices.items():
        usual = _middle(values)
        found[key] = LevelFact(len(values), usual, _middle([abs(value - usual) for value in values]))
    return found


def _middle(values: Sequence[int]) -> int:
    """The middle of some values; of two the lower."""
    return sorted(values)[(len(values) - 1) // HALF]
