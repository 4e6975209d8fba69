"""The catalogue of 25 (参数目录): every kind of rule met in real voucher schemes has a named place in a pack.

A name of this table has the same unit and number in every pack; a pack may add names of its own under a number, or
under 0 for what lies beyond the catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kechuang.kernel.text import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the catalogue: what it is about, and the named parameters of it with their units."""

    title: str
    names: Mapping[str, str]


CATALOGUE: dict[int, Kind] = {
    1: Kind(_("发券机关与资金级次"), {"issuing_authority": "choice", "funding_level": "choice"}),
    2: Kind(_("券种与服务类别"), {"service_classes": "words", "channels": "choices"}),
    3: Kind(_("申领人类别"), {"applicant_kinds": "words"}),
    4: Kind(
        _("规模条件"),
        {
            "staff_max_count": "count",
            "revenue_max_fen": "fen",
            "capital_max_fen": "fen",
            "size_years_count": "count",
            "group_consolidated": "flag",
        },
    ),
    5: Kind(_("资格标签"), {"labels_any_of": "words", "review_when_declared": "flag"}),
    6: Kind(_("否定条件"), {"negative_labels": "words"}),
    7: Kind(
        _("额度形式与面额"),
        {"grant_form": "choice", "grant_fen": "fen", "application_cap_fen": "fen", "live_vouchers_count": "count"},
    ),
    8: Kind(_("抵扣比例"), {"rate_bp": "bp", "added_rate_bp": "bp", "own_share_min_bp": "bp", "settle_at": "choice"}),
    9: Kind(
        _("上限"),
        {
            "order_cap_fen": "fen",
            "year_cap_fen": "fen",
            "pair_year_cap_fen": "fen",
            "provider_year_cap_fen": "fen",
            "class_share_max_bp": "bp",
            "total_public_share_max_bp": "bp",
            "hold_year": "choice",
            "offset_year": "choice",
        },
    ),
    10: Kind(
        _("取整与计算口径"),
        {
            "price_base": "choice",
            "amount_base": "choices",
            "rounding_unit_fen": "fen",
            "invoice_covers": "choice",
            "invoice_amount": "choice",
        },
    ),
    11: Kind(_("有效期"), {"validity_rule": "choice", "validity_days": "days", "last_order_on": "month_day"}),
    12: Kind(_("追溯"), {"cost_before_grant": "choice", "invoice_not_before_order": "flag"}),
    13: Kind(
        _("分配方式"),
        {
            "allocation": "choice",
            "batches": "days_list",
            "sold_out_closes": "flag",
            "release_ways": "choices",
            "release_reserves": "table",
            "hold_back_bp": "bp",
            "accept_within_hours": "hours",
            "entry_window_hours": "hours",
            "waiting_days": "days",
            "seed_source": "text",
            "score_items": "table",
        },
    ),
    14: Kind(
        _("未用资金"),
        {"on_expiry": "choice", "carry_over": "choice", "hold_release_days": "days", "on_no_claim": "choice"},
    ),
    15: Kind(
        _("服务机构条件"),
        {
            "admission_office": "choice",
            "price_list_required": "flag",
            "provider_regions": "list",
        },
    ),
    16: Kind(_("不予支持的情形"), {"exclusions": "choices"}),
    17: Kind(
        _("各环节材料"), {"claim_documents": "choices", "contract_parties": "choice", "contract_template": "text"}
    ),
    18: Kind(
        _("办理环节与时限"),
        {
            "claim_office": "choice",
            "confirm_working_days": "working_days",
            "notice_days": "days",
            "notice_unit": "choice",
            "payout_internal_working_days": "working_days",
            "escalate_to": "choice",
        },
    ),
    19: Kind(
        _("兑付"),
        {
            "payee": "choice",
            "redemption_window": "choice",
            "partial_confirmation": "flag",
            "pro_rata_when_short": "flag",
            "claim_within_days": "days",
            "on_refusal": "choice",
        },
    ),
    20: Kind(
        _("服务机构年度补助"),
        {
            "subsidy_threshold_fen": "fen",
            "subsidy_ceiling_bp": "bp",
            "platform_part_bp": "bp",
            "subsidy_payer": "choice",
        },
    ),
    21: Kind(_("对市县的奖励"), {"county_award_weight_bp": "bp", "award_excluded": "list"}),
    22: Kind(_("抽查"), {"sample_min_bp": "bp"}),
    23: Kind(
        _("处置阶梯"),
        {
            "sanctions": "choices",
            "complaints_many_count": "count",
            "on_revocation": "choice",
            "revocation_binds": "choice",
        },
    ),
    24: Kind(_("跨地区互认"), {"foreign_providers": "choice", "paying_budget": "choice", "outside_office": "choice"}),
    25: Kind(_("规则的效力期间与衔接"), {"grandfathering": "choice"}),
}

PLACE: dict[str, tuple[int, str]] = {
    name: (number, unit) for number, kind in CATALOGUE.items() for name, unit in kind.names.items()
}
