"""What a pack says of releasing budget (放券参数)."""

from dataclasses import dataclass
from datetime import date

from kechuang.kernel.money import BasisPoints


@dataclass(frozen=True, slots=True)
class Reserve:
    """预留: a share kept for entrants with a label, or from a county; either is None where it does not matter."""

    label: str | None
    region: str | None
    share_bp: BasisPoints

    @property
    def key(self) -> str:
        """`label:incubated`, `region:330602`, `label:incubated+region:330602`."""
        named = [("label", self.label), ("region", self.region)]
        return "+".join(f"{name}:{value}" for name, value in named if value)

    def fits(self, labels: frozenset[str], region: str) -> bool:
        return (self.label is None or self.label in labels) and (self.region is None or self.region == region)


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """评分项: points for one fact. `fact` is label, first_voucher or used_last_year; `wanted` the label, or yes."""

    fact: str
    wanted: str
    points_count: int


@dataclass(frozen=True, slots=True)
class ReleaseTerms:
    """The parameters of a release (放券)."""

    release_ways: tuple[str, ...]
    release_reserves: tuple[Reserve, ...]
    hold_back_bp: BasisPoints
    accept_within_hours: int
    entry_window_hours: int
    waiting_days: int
    sold_out_closes: bool
    seed_source: str
    score_items: tuple[ScoreItem, ...]
    batches: tuple[date, ...]
