"""The parameters of the screening; see policies/zhejiang/screening.toml."""

from dataclasses import dataclass

from kechuang.screening.states import Counted, LinkKind, Pattern


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a finding of one rule weighs (风险分)."""

    rule: str
    points_count: int


@dataclass(frozen=True, slots=True)
class ScreeningTerms:
    """What the rules are measured by; a finding keeps those of its own rule."""

    rules_enabled: frozenset[Pattern]
    rule_points: tuple[Weight, ...]
    screen_all_days: int
    invoice_number_differs_count: int
    invoice_series_count: int
    picture_parts_count: int
    picture_bits_count: int
    red_first_check_days: int
    red_second_check_days: int
    red_year_end_on: str
    invoice_differs_fen: int
    invoice_goods_words: tuple[str, ...]
    split_threshold_fen: int
    split_near_bp: int
    split_within_days: int
    split_orders_count: int
    path_steps_count: int
    path_hub_count: int
    path_kinds: frozenset[LinkKind]
    agent_firms_count: int
    agent_kinds: frozenset[LinkKind]
    price_over_list_bp: int
    price_class_count: int
    price_over_class_bp: int
    price_spreads_count: int
    evidence_services: frozenset[str]
    evidence_day_hours: int
    evidence_short_bp: int
    report_numbers_count: int
    report_alike_bp: int
    report_shared_bp: int
    own_share_back_bp: int
    shell_age_days: int
    shell_insured_count: int
    test_words: tuple[str, ...]
    test_not_words: tuple[str, ...]
    batch_quantity_count: int
    batch_orders_count: int
    rush_from_on: str
    rush_orders_count: int
    rush_times_count: int
    rush_service_days: int
    stacking_counts: frozenset[Counted]
    stacking_max_bp: int
    stacking_threshold_fen: int
    provider_subsidy_bp: int
    platform_subsidy_bp: int
    carrier_subsidy_bp: int
    carrier_classes: frozenset[str]
    pair_claims_count: int
    pair_share_bp: int
    pair_above_bp: int

    def points_of(self, rule: Pattern) -> int:
        return next((row.points_count for row in self.rule_points if row.rule == rule), 0)
