"""The rules as data (规则目录): what each looks for, why, since which version, and by which parameters."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kechuang.kernel.text import gettext_noop as _
from kechuang.screening.rules import invoices, orders, people, service
from kechuang.screening.rules.facts import Facts, Found
from kechuang.screening.rules.terms import ScreeningTerms
from kechuang.screening.states import Pattern

_P = Pattern


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. A change of what it looks for is a new version; findings keep the version they were found by."""

    code: Pattern
    version: str
    title: str
    looks_for: str
    why: str
    says: str  # the reason of a finding, with its figures in braces
    parameters: tuple[str, ...]
    find: Callable[[Facts, ScreeningTerms], Iterator[Found]]
    # Which of a finding's facts say what was looked into: with something new in them, or more, it is another one.
    looked_into: tuple[str, ...] = ()


_ALL = (
    Rule(
        _P.INVOICE_REUSED,
        "2",
        _("发票重复使用"),
        _(
            "同一张发票用于另一订单：销售方、金额、日期、内容相同而号码改动过；或扫描件、照片是同一张票面（重新扫描、另存、跨县）；"
            "或附件完全相同"
        ),
        _("一张发票只能兑付一次；号码完全相同的在申兑时即不予受理"),
        _("发票 {number} 与申请 {claim} 的发票 {other} 疑为同一张：{what}"),
        ("invoice_number_differs_count", "invoice_series_count", "picture_parts_count", "picture_bits_count"),
        invoices.reused,
        ("other",),
    ),
    Rule(
        _P.INVOICE_RED,
        "2",
        _("发票红冲"),
        _("提交后，以及付款后第 30 天、第 90 天和年末，向税务机关查验：用于兑付的发票已被红字冲销"),
        _("红冲后交易不再成立；未付的不应支付，已付的补助应当追回"),
        _("发票 {number} 已于 {red_on} 被红字发票 {red_number} 冲销"),
        ("red_first_check_days", "red_second_check_days", "red_year_end_on"),
        invoices.red,
        ("numbers",),
    ),
    Rule(
        _P.INVOICE_MISMATCH,
        "1",
        _("票单不符"),
        _("发票的金额、双方、日期或开票内容与订单明细不一致"),
        _("创新券只补助订单所列的科研服务"),
        _("发票与订单不符：{what}"),
        ("invoice_differs_fen", "invoice_goods_words"),
        invoices.mismatch,
        ("what",),
    ),
    Rule(
        _P.SPLIT_ORDERS,
        "1",
        _("拆分订单"),
        _("同一使用者向同一机构的同一服务短期内多次下单，每单略低于限额，合计超过限额"),
        _("拆分是规避单笔限额和审核的常见做法"),
        _("{within_days}内有 {count} 个略低于 {threshold_fen} 的订单，合计 {total_fen}"),
        ("split_threshold_fen", "split_near_bp", "split_within_days", "split_orders_count"),
        orders.split,
    ),
    Rule(
        _P.AFFILIATED,
        "1",
        _("关联交易"),
        _("使用者与服务机构在三步以内有共同的法定代表人、股东、电话、地址、银行账户或设备"),
        _("关联双方容易虚构服务；关联本身不违规，须由人核实服务是否真实"),
        _("使用者与服务机构相隔 {steps_count} 步：{how}"),
        ("path_steps_count", "path_hub_count", "path_kinds"),
        people.affiliated,
    ),
    Rule(
        _P.AGENT,
        "1",
        _("一人代多家企业办理"),
        _("同一电话、设备或账户出现在许多持券企业名下"),
        _("中介批量申领、倒卖创新券时企业往往并不知情"),
        _("{count} 家持券企业：{how}"),
        ("agent_firms_count", "agent_kinds"),
        people.agent,
    ),
    Rule(
        _P.PRICE_HIGH,
        "1",
        _("价格畸高"),
        _("成交单价高于报价时的公布价，或远高于同类服务的中位价"),
        _("抬高价格可以多占补助"),
        _("成交单价 {unit_fen}，参照价 {usual_fen}"),
        ("price_over_list_bp", "price_class_count", "price_over_class_bp", "price_spreads_count"),
        orders.dear,
    ),
    Rule(
        _P.NO_EVIDENCE,
        "1",
        _("服务无佐证"),
        _("有预约日历或计量装置的仪器，没有预约、上机和样品记录；或机时超过服务期间、远多于记录"),
        _("没有发生的服务不留痕迹"),
        _("{what}"),
        ("evidence_services", "evidence_day_hours", "evidence_short_bp"),
        service.unproven,
        ("what",),
    ),
    Rule(
        _P.REPORT_ALIKE,
        "1",
        _("报告雷同"),
        _("不同订单的服务报告给出同样的结果数据；同一机构报告共有的格式和限值不计"),
        _("一份报告反复使用，说明服务没有重新发生"),
        _("{of_count} 个结果数据中有 {count} 个与申请 {claim} 的报告相同"),
        ("report_numbers_count", "report_alike_bp", "report_shared_bp"),
        service.alike,
        ("claim",),
    ),
    Rule(
        _P.OWN_SHARE_BACK,
        "1",
        _("自付款回流"),
        _("结算以后，企业的自付款全部或大部分退回，价款却没有变"),
        _("企业没有真正出钱，等于补助付了全部价款"),
        _("自付款 {own_share_fen} 中有 {refunded_fen} 在结算后退回"),
        ("own_share_back_bp",),
        orders.returned,
        ("refunded_fen",),
    ),
    Rule(
        _P.SHELL_BUYER,
        "1",
        _("空壳企业"),
        _("使用者成立不久即下单，且几乎没有参保人员"),
        _("专为领券设立的企业没有研发活动"),
        _("成立 {age_days}后下单，参保 {count} 人"),
        ("shell_age_days", "shell_insured_count"),
        people.shell,
    ),
    Rule(
        _P.DISGUISED_TEST,
        "1",
        _("法定或批量检测"),
        _("委托内容是法定检验、出厂检验等，或逐月对同一产品批量送检"),
        _("法定检测和生产性检测不属于研发活动，不予支持"),
        _("委托内容疑为不予支持的检测：{what}"),
        ("test_words", "test_not_words", "batch_quantity_count", "batch_orders_count"),
        orders.disguised,
        ("what",),
    ),
    Rule(
        _P.YEAR_END_RUSH,
        "1",
        _("年末突击"),
        _("机构年末几天的订单是平时的数倍，且服务当日或次日即告完成"),
        _("为用完额度或预算而补做的订单往往没有真实服务"),
        _("{from_on} 起有 {count} 个订单，全年共 {year_count} 个"),
        ("rush_from_on", "rush_orders_count", "rush_times_count", "rush_service_days"),
        orders.rush,
    ),
    Rule(
        _P.STACKING,
        "1",
        _("财政资金叠加"),
        _("创新券、其他财政资金与按上限计的服务机构、平台、载体补助合计超过价款"),
        _("财政资金合计不应超过服务的价款"),
        _("财政资金合计 {total_fen}，价款 {price_fen}"),
        (
            "stacking_counts",
            "stacking_max_bp",
            "stacking_threshold_fen",
            "provider_subsidy_bp",
            "platform_subsidy_bp",
            "carrier_subsidy_bp",
            "carrier_classes",
        ),
        orders.stacked,
        ("total_fen",),
    ),
    Rule(
        _P.REVIEWER_PAIR,
        "1",
        _("经办过于集中"),
        _("某机构的申请大多由同一名经办人确认，远高于该经办人在本地的平均份额"),
        _("轮换经办是防止串通的基本做法"),
        _("该机构 {of_count} 件申请中有 {count} 件由同一人确认"),
        ("pair_claims_count", "pair_share_bp", "pair_above_bp"),
        people.pairs,
    ),
)
RULES: dict[Pattern, Rule] = {rule.code: rule for rule in _ALL}


def screen(facts: Facts, terms: ScreeningTerms) -> list[Found]:
    """Everything that the rules in force find on the wanted claims (筛查): at most one finding of each rule for a claim."""
    kept: dict[tuple[Pattern, str], Found] = {}
    for code, rule in RULES.items():
        if code in terms.rules_enabled:
            for found in rule.find(facts, terms):
                kept.setdefault((code, found.claim.claim_id), found)
    return list(kept.values())
