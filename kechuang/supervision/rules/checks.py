"""Planning a spot check (抽查): what must be planned, how a sample is spread, who may inspect whom. Pure."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.kernel.draw import SEED_DIGIT, SEED_DIGITS_MIN, draw, draw_weighted, well_written
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import ONE, BasisPoints, Fen, split_largest_remainder
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.supervision.states.checks import HALF_MONTHS, VEIL_CHARS


class ShareBelowMinimum(Refusal):
    code = "supervision.share_below_minimum"
    text = _("抽查比例 {asked_bp}低于规则规定的每半年最低比例 {least_bp}（{article}）")
    remedy = _("请提高比例或样本量")
    field = "share_bp"
    status = 422


class SampleTooLarge(Refusal):
    code = "supervision.sample_too_large"
    text = _("样本量 {asked} 超过名录中的 {count} 件")
    remedy = _("请减少样本量；样本不能大于名录")
    field = "count"
    status = 422


class RegisterEmpty(Refusal):
    code = "supervision.register_empty"
    text = _("该期间内没有已兑付的申请，名录为空")
    remedy = _("请核对期间和地区")


class RegisterTooLarge(Refusal):
    code = "supervision.register_too_large"
    text = _("名录超过 {count} 件，不能一次冻结")
    remedy = _("请按地区或期间分几个计划")


class PeriodNotInHalf(Refusal):
    code = "supervision.period_not_in_half"
    text = _("抽查期间须在同一个半年之内，且起始日不晚于终止日")
    remedy = _("一月至六月、七月至十二月分别编制计划")
    field = "last_on"
    status = 422


class SeedNotAfterFreeze(Refusal):
    code = "supervision.seed_not_after_freeze"
    text = _("种子的公布日须在冻结名录之后（{today_on} 之后）")
    remedy = _("请指定今后才产生的公开结果，并写明是哪一期")
    field = "seed_on"
    status = 422


class SeedNotYetPublic(Refusal):
    code = "supervision.seed_not_yet_public"
    text = _("“{event}”要到 {seed_on} 才公布")
    remedy = _("请在公布之后照原文填写")
    field = "seed_value"


class SeedMissing(Refusal):
    code = "supervision.seed_missing"
    text = _("请照公开来源的原文填写结果")
    remedy = _("冻结名录时指定的公开结果；任何人都能据此重抽")
    field = "seed_value"
    status = 422


class SeedMalformed(Refusal):
    code = "supervision.seed_malformed"
    text = _("结果须按冻结时写定的格式“{pattern}”填写（# 为一位数字），空格隔开的各组由小到大")
    remedy = _("请逐位核对公告；一个结果只有一种写法，谁来抽取都一样")
    field = "seed_value"
    status = 422


class SeedPatternWeak(Refusal):
    code = "supervision.seed_pattern_weak"
    text = _("结果格式至少要有 {count} 位数字（每位写一个 #）")
    remedy = _("请照公开结果的写法填写，如“## ## ## ## ## ## + ##”；位数太少的结果可以事先推算")
    field = "seed_pattern"
    status = 422


class TooFewInspectors(Refusal):
    code = "supervision.too_few_inspectors"
    text = _("检查 {name} 需要至少 {count} 名检查人员，回避之后只剩 {left} 名")
    remedy = _("请先增补检查人员名录")


class Conflicted(Refusal):
    code = "supervision.inspector_conflicted"
    text = _("您与被检查单位有利害关系（{why}），不能检查")
    remedy = _("请声明回避，由抽取次序中的下一人接替")


class NotOnTeam(Refusal):
    code = "supervision.not_on_team"
    text = _("您不在本次检查的人员之列")
    remedy = _("检查由抽取的人员进行和会签")


class SameInspector(Refusal):
    code = "supervision.same_inspector"
    text = _("检查记录由您填写，须由另一名检查人员会签")
    remedy = _("请同组的检查人员会签")


class SheetsMissing(Refusal):
    code = "supervision.sheets_missing"
    text = _("还有 {count} 件没有填写检查结果；发现问题的须写明事实")
    remedy = _("请逐件填写")
    field = "findings"
    status = 422


class AllSound(Refusal):
    code = "supervision.all_sound"
    text = _("检查记录没有发现问题，不能责令整改")
    remedy = _("请会签“未发现问题”")


class NotAllSound(Refusal):
    code = "supervision.not_all_sound"
    text = _("检查记录发现了问题，不能会签“未发现问题”")
    remedy = _("请责令整改，写明要求")


class VisitsOpen(Refusal):
    code = "supervision.visits_open"
    text = _("还有 {count} 家没有检查完毕，不能公布结果")
    remedy = _("请先完成检查、会签和整改验收")


class OwnPlan(Refusal):
    code = "supervision.own_plan"
    text = _("编制计划的人不能抽取")
    remedy = _("请由另一人抽取")


class AlreadyInspector(Refusal):
    code = "supervision.already_inspector"
    text = _("{name} 已在本机关的检查人员名录中")
    remedy = _("请刷新页面查看")
    field = "person_id"


class PartyUnknown(Refusal):
    code = "supervision.party_unknown"
    text = _("没有登记统一社会信用代码为 {typed} 的单位")
    remedy = _("请逐位核对代码")
    field = "credit_code"
    status = 422


@dataclass(frozen=True, slots=True)
class CheckTerms:
    """What a pack says of spot checks (抽查参数)."""

    check_inspectors_count: int
    check_risk_weight_count: int
    check_credit_weight_count: int
    check_weight_max_count: int
    recusal_years_count: int
    rectify_days: int


@dataclass(frozen=True, slots=True)
class ShareTerms:
    """The least share of a half-year's paid claims (最低抽查比例)."""

    sample_min_bp: BasisPoints


@dataclass(frozen=True, slots=True)
class HalfTerms:
    """Within how many days after a half-year its least share must have been drawn (半年抽查的期限)."""

    check_half_days: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One paid claim of a register as everybody may see it (名录条目): a seal instead of its number, its tickets."""

    number: str
    stratum: str
    weight: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A drawn entry whose seal is broken (启封): the claim, the visit it belongs to, whom an inspector must not be tied to.

    `sides` are the veiled provider, holder and whoever confirmed, approved or released the payout (经手人).
    """

    claim: str
    visit: str
    sides: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One inspector of a register: what he may not inspect, veiled: parties he is tied to, and what he handled himself."""

    number: str
    conflicts: frozenset[str]


def weight_of(*, risks: int, credits_count: int, terms: CheckTerms) -> int:
    """How many tickets a claim has (权重): one, more for each risk on record and each credit event of its provider."""
    more = risks * terms.check_risk_weight_count + credits_count * terms.check_credit_weight_count
    return min(1 + more, terms.check_weight_max_count)


def stratum_of(*, region: str, risks: int) -> str:
    """The stratum of a claim (分层): its county, and whether anything on record makes it worth a look."""
    return f"county={region} risk={int(risks > 0)}"


def sample_size(size: int, *, share_bp: int, count: int) -> int:
    """How many are drawn (样本量): the named number, or the share rounded up; at least one.

    Raises SampleTooLarge when that is more than there are, RegisterEmpty.
    """
    if not size:
        raise RegisterEmpty()
    wanted = count or max(-(-size * share_bp // ONE), 1)
    if wanted > size:
        raise SampleTooLarge(asked=wanted, count=size)
    return wanted


def refuse_share(*, drawn: int, size: int, terms: ShareTerms, article: str) -> None:
    """Never below the least share of the half-year; raises ShareBelowMinimum."""
    if drawn * ONE < size * terms.sample_min_bp:
        raise ShareBelowMinimum(asked_bp=drawn * ONE // size, least_bp=terms.sample_min_bp, article=article)


def refuse_period(from_on: date, last_on: date) -> None:
    """A plan covers days of one half-year (半年); raises PeriodNotInHalf."""
    if last_on < from_on or _half(from_on) != _half(last_on):
        raise PeriodNotInHalf()


def _half(on: date) -> tuple[int, bool]:
    return on.year, on.month > HALF_MONTHS


def half_of(on: date) -> tuple[date, date]:
    """The half-year of a day (半年): its first day, and the first day of the next."""
    if on.month > HALF_MONTHS:
        return date(on.year, HALF_MONTHS + 1, 1), date(on.year + 1, 1, 1)
    return date(on.year, 1, 1), date(on.year, HALF_MONTHS + 1, 1)


def halves_of(year: int) -> tuple[date, date]:
    """The first days of a year's two half-years."""
    return date(year, 1, 1), date(year, HALF_MONTHS + 1, 1)


def is_short(*, drawn: int, paid: int, terms: ShareTerms) -> bool:
    """Whether all plans of a half-year together drew less than its least share (抽查不足): rounded up, like a sample."""
    return drawn * ONE < paid * terms.sample_min_bp


def allocated(sizes: Mapping[str, int], weights: Mapping[str, int], total: int) -> dict[str, int]:
    """How many of each stratum (样本分配): by the tickets in it, largest remainder, never more than it has.

    What a full stratum cannot take goes to the others by their tickets. Strata in the order of their names.
    """
    left, open_, found = total, sorted(sizes), dict.fromkeys(sizes, 0)
    while open_ and left:
        shares = split_largest_remainder(Fen(left), [weights[name] for name in open_])
        over = [name for name, share in zip(open_, shares, strict=True) if share > sizes[name]]
        if not over:
            return found | dict(zip(open_, map(int, shares), strict=True))
        for name in over:
            found[name] = sizes[name]
            left -= sizes[name]
        open_ = [name for name in open_ if name not in over]
    return found


def sampled(seed: str, entries: Sequence[Entry], total: int) -> list[Entry]:
    """The sample (样本): of each stratum the first of the weighted draw. Same entries and seed, same sample."""
    strata: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: one.number):
        strata.setdefault(entry.stratum, []).append(entry)
    sizes = {name: len(held) for name, held in strata.items()}
    tickets = {name: sum(entry.weight for entry in held) for name, held in strata.items()}
    wanted, chosen = allocated(sizes, tickets, total), []
    for name, held in sorted(strata.items()):
        by_number = {entry.number: entry for entry in held}
        order = draw_weighted(seed, {entry.number: entry.weight for entry in held})
        chosen += [by_number[number] for number, _drew in order[: wanted[name]]]
    return chosen


def visit_key(region: str, party: str) -> str:
    """One visit per paying county and provider (一县一家一次), veiled: whoever was drawn there is looked at together."""
    return f"{region}/{party}"


def veiled(secret: str, name: str) -> str:
    """A name in a published file (隐名): the same name the same letters, and none that can be guessed without the secret."""
    return hashlib.sha256(f"{secret}\n{name}".encode()).hexdigest()[:VEIL_CHARS]


def teams(
    seed: str, opened: Sequence[Opened], candidates: Sequence[Candidate], *, count: int
) -> list[tuple[str, list[str]]]:
    """Every visit of a sample with its inspectors (派组), by the order of the visits; raises TooFewInspectors."""
    sides: dict[str, set[str]] = {}
    for one in opened:
        sides.setdefault(one.visit, set()).update(one.sides)
    return [(key, team(seed, key, candidates, sides[key], count=count)) for key in sorted(sides)]


def team_order(seed: str, key: str, candidates: Sequence[Candidate], sides: Collection[str]) -> list[str]:
    """Who inspects, in the order drawn for this visit (检查人员次序); whoever has an interest is never in it (回避)."""
    free = {one.number for one in candidates if not one.conflicts & set(sides)}
    order = draw(seed, [f"{key}/{number}" for number in sorted(free)])
    return [name.removeprefix(f"{key}/") for name, _drew in order]


def team(seed: str, key: str, candidates: Sequence[Candidate], sides: Collection[str], *, count: int) -> list[str]:
    """The first `count` of that order; raises TooFewInspectors."""
    order = team_order(seed, key, candidates, sides)
    if len(order) < count:
        raise TooFewInspectors(name=key, count=count, left=len(order))
    return order[:count]


def refuse_pattern(typed: str) -> str:
    """How the public result will be written (结果格式), fixed before it exists; raises SeedPatternWeak."""
    found = " ".join(tidy(typed).split())
    if found.count(SEED_DIGIT) < SEED_DIGITS_MIN:
        raise SeedPatternWeak(count=SEED_DIGITS_MIN)
    return found


def seed_value(typed: str, pattern: str) -> str:
    """The public result in its one way of writing; whoever draws cannot choose among several (一个结果一种写法).

    Raises SeedMissing, SeedMalformed.
    """
    if not (found := " ".join(tidy(typed).split())):
        raise SeedMissing()
    if not well_written(found, pattern):
        raise SeedMalformed(pattern=pattern)
    return found
