"""指导额度: what a province lists as each city's quota of vouchers. Guidance, not money: nothing is posted for it."""

from dataclasses import dataclass
from datetime import date

from kechuang.kernel.money import Fen, ratio_bp_down
from kechuang.ledger.queries import Balance, sums
from kechuang.ledger.rules import PROVIDER_KINDS, Kind
from kechuang.parties.queries import covers, region_name
from kechuang.policy.book import in_force
from kechuang.policy.tables import Table

_ISSUED = (Kind.VOUCHER, *PROVIDER_KINDS)  # whatever left a budget for a voucher lies in one of these


@dataclass(frozen=True, slots=True)
class QuotaTerms:
    """The quota of each city, and the total as the document prints it."""

    city_quota_fen: Table[Fen]
    city_quota_total_fen: Fen
    quota_nature: str


@dataclass(frozen=True, slots=True)
class QuotaProgress:
    """One city against its quota (额度进度). It may be exceeded and is then marked; `share_bp` is rounded down."""

    city: str
    city_name: str
    quota_fen: int
    issued_fen: int
    share_bp: int
    exceeded: bool
    article: str


def quota_progress(scheme: str, *, year: int, on: date) -> list[QuotaProgress]:
    """Every city that the scheme lists, with what its counties issued in a year, net of what came back."""
    terms = in_force(scheme, QuotaTerms, on=on)
    article = terms.article("city_quota_fen")
    quotas = {str(dict(row.when)["city"]): row.value for row in terms.terms.city_quota_fen.rows if row.when}
    counties = {city: covers(city) | {city} for city in quotas}
    lies = sums(year=year, regions={code for codes in counties.values() for code in codes})
    issued = {
        city: sum(lies.get((code, kind), Balance()).posted_fen for code in codes for kind in _ISSUED)
        for city, codes in counties.items()
    }
    return [_progress(city, quota, issued[city], article) for city, quota in quotas.items()]


def _progress(city: str, quota: Fen, issued: int, article: str) -> QuotaProgress:
    return QuotaProgress(
        city=city,
        city_name=region_name(city),
        quota_fen=quota,
        issued_fen=issued,
        share_bp=ratio_bp_down(issued, quota),
        exceeded=issued > quota,
        article=article,
    )
