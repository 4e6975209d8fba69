"""A scorecard (考核指标表): what it asks, whether it adds up, and what one carrier scores by it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kechuang.evaluation.rules.refusals import CardUneven, DataMissing, PeriodNotKept, VoucherShareTooSmall
from kechuang.evaluation.rules.shapes import hierarchy, linear, per_unit, ratio
from kechuang.evaluation.states import (
    BY_YEAR_FACTS,
    FIRST_OF_YEAR,
    MONTHS_IN_YEAR,
    POINT,
    VOUCHER_FACTS,
    Missing,
    Shape,
    Source,
)
from kechuang.kernel.money import ratio_bp_down

Value = object  # a whole number, a text, or None where nothing is known


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a scorecard. Points in hundredths; `of` is the whole of a ratio; the period is the indicator's own:
    `months_count` months from `from_on` on, `years_back_count` years before the year of the evaluation."""

    name: str
    label: str
    group: str
    shape: Shape
    source: Source
    fact: str
    of: str | None
    full_count: int
    starts_at_count: int | None
    base_count: int | None
    step_count: int | None
    per_step_count: int | None
    target_bp: int | None
    from_on: str
    years_back_count: int
    months_count: int
    missing: Missing


@dataclass(frozen=True, slots=True)
class LevelPoints:
    """The points of one level of a hierarchy."""

    indicator: str
    level: str
    points_count: int


@dataclass(frozen=True, slots=True)
class Weight:
    """What one group of indicators weighs of the hundred points (权重)."""

    group: str
    label: str
    points_count: int


@dataclass(frozen=True, slots=True)
class CardTerms:
    """The parameters of a scorecard; see policies/*/evaluation*.toml."""

    scorecard_indicators: tuple[Indicator, ...]
    scorecard_levels: tuple[LevelPoints, ...]
    scorecard_weights: tuple[Weight, ...]
    bonus_full_count: int
    voucher_data_least_bp: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One indicator as it was scored: of which facts, how many points, whether the fact was missing."""

    name: str
    value: Value
    of: Value
    points: int
    missing: bool


@dataclass(frozen=True, slots=True)
class Scored:
    """One carrier's score. `marked` names the indicator for want of which it takes no part in grading."""

    points: int
    bonus: int
    vetoed: str
    marked: str
    lines: tuple[Shown, ...]


Card = CardTerms
_BONUS = "bonus"


def check_card(*, terms: CardTerms) -> None:
    """Whether the groups add up to what they weigh, and voucher data to at least the stated share (办法自洽).

    What is kept by calendar year is asked over one. Raises CardUneven, VoucherShareTooSmall, PeriodNotKept.
    """
    for one in terms.scorecard_indicators:
        whole_year = (one.from_on, one.months_count) == (FIRST_OF_YEAR, MONTHS_IN_YEAR)
        if not whole_year and {one.fact, one.of} & set(BY_YEAR_FACTS):
            raise PeriodNotKept(indicator=one.label)
    for weight in terms.scorecard_weights:
        total = sum(one.full_count for one in terms.scorecard_indicators if one.group == weight.group)
        if total != weight.points_count:
            raise CardUneven(group=weight.label, points=_points(total), weight=_points(weight.points_count))
    share = voucher_share_bp(terms=terms)
    if share < terms.voucher_data_least_bp:
        raise VoucherShareTooSmall(share_bp=share, least_bp=terms.voucher_data_least_bp)


def voucher_share_bp(*, terms: CardTerms) -> int:
    """How much of the card rests on voucher service data (创新券服务数据占比), bonus points aside."""
    counted = [one for one in terms.scorecard_indicators if one.group != _BONUS]
    from_vouchers = sum(one.full_count for one in counted if one.fact in VOUCHER_FACTS)
    return ratio_bp_down(from_vouchers, sum(one.full_count for one in counted))


def score(*, facts: Mapping[str, Value], judged: Mapping[str, int], terms: CardTerms, party: str = "") -> Scored:
    """What one carrier scores (计分): quantitative indicators by their shapes, qualitative ones as judged, bonus on top.

    A missing fact is refused, scored zero and marked, or takes the carrier out, as the card says of the indicator.
    Raises DataMissing.
    """
    lines, marked = [], ""
    for one in terms.scorecard_indicators:
        value, of = _facts(one, facts, judged)
        absent = value is None or (one.of is not None and of is None)
        if absent and one.missing is Missing.REFUSE:
            raise DataMissing(party=party, indicator=one.label)
        if absent and one.missing is Missing.MARK:
            marked = marked or one.name
        points = 0 if absent else _points_of(one, value, of, terms)
        lines.append(Shown(one.name, value, of, points, absent))
    shapes = {one.name: one for one in terms.scorecard_indicators}
    vetoed = next((line.name for line in lines if shapes[line.name].shape is Shape.VETO and line.value), "")
    bonus = sum(line.points for line in lines if shapes[line.name].group == _BONUS)
    whole = sum(line.points for line in lines if shapes[line.name].group != _BONUS)
    return Scored(whole, min(bonus, terms.bonus_full_count), vetoed, marked, tuple(lines))


def _facts(one: Indicator, facts: Mapping[str, Value], judged: Mapping[str, int]) -> tuple[Value, Value]:
    if one.shape is Shape.QUALITATIVE:
        return judged.get(one.name), None
    return facts.get(one.name), facts.get(f"{one.name}.of") if one.of is not None else None


def _points_of(one: Indicator, value: Value, of: Value, terms: CardTerms) -> int:
    if one.shape is Shape.HIERARCHY:
        levels = {row.level: row.points_count for row in terms.scorecard_levels if row.indicator == one.name}
        return hierarchy(held=_held(value), levels=levels, full=one.full_count)
    number = _whole(value)
    if one.shape is Shape.QUALITATIVE:
        return min(number, one.full_count)
    if one.shape is Shape.RATIO:
        return ratio(part=number, whole=_whole(of), target_bp=one.target_bp or 1, full=one.full_count)
    if one.shape is Shape.VETO:
        return 0
    per = {"step": one.step_count or 1, "per_step": one.per_step_count or 0, "full": one.full_count}
    if one.shape is Shape.LINEAR:
        return linear(value=number, starts_at=one.starts_at_count or 0, base=one.base_count or 0, **per)
    return per_unit(value=number, **per)


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _held(value: Value) -> Sequence[str]:
    return [part for part in str(value or "").split(",") if part]


def _points(hundredths: int) -> str:
    """4,050 hundredths as `40.5`."""
    whole, rest = divmod(hundredths, POINT)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
