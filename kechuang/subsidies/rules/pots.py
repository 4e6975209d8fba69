"""What the money set aside allows (资金额度), and what all public money on one price comes to (财政资金叠加). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from kechuang.kernel.money import BasisPoints, Fen, ratio_bp_down, share_down, split_largest_remainder
from kechuang.subsidies.rules.refusals import PotTooSmall


@dataclass(frozen=True, slots=True)
class PotTerms:
    """The parameters of the money that every settlement of a scheme asks for."""

    subsidy_pro_rata: bool
    total_public_share_max_bp: BasisPoints
    stacking_cuts: bool


@dataclass(frozen=True, slots=True)
class Stacking:
    """All public money on a payee's prices: what share it is, what lies above the allowed one, and what is cut of it."""

    share_bp: BasisPoints
    above_fen: Fen
    cut_fen: Fen


def stacking(*, price_fen: Fen, public_fen: Fen, full_fen: Fen, terms: PotTerms) -> Stacking:
    """Voucher and subsidies together above the price are a finding (叠加超过价款); they cut the amount only where the pack says so.

    `public_fen` is what vouchers and other subsidies paid on the same prices, `full_fen` what this one would add.
    """
    allowed = share_down(price_fen, terms.total_public_share_max_bp)
    above = max(public_fen + full_fen - allowed, 0)
    cut = min(above, full_fen) if terms.stacking_cuts else 0
    return Stacking(ratio_bp_down(public_fen + full_fen, price_fen), Fen(above), Fen(cut))


def within_pot(*, pot_fen: Fen, due_fen: Sequence[int], terms: PotTerms) -> list[Fen]:
    """What each is paid (实补额): in full where the money suffices, else pro rata, to the fen (最大余额法).

    Raises PotTooSmall where the rules do not allow a pro-rata cut.
    """
    full = sum(due_fen)
    if full <= pot_fen:
        return [Fen(fen) for fen in due_fen]
    if not terms.subsidy_pro_rata:
        raise PotTooSmall(pot_fen=pot_fen, full_fen=full)
    return split_largest_remainder(pot_fen, due_fen)
