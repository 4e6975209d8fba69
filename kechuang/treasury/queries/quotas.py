"""指导额度: what a province lists as each city's quota of vouchers. Guidance, not money: nothing is posted for it."""

from dataclasses import dataclass
from datetime import date

from kechuang.kernel.money import Fen, ratio_bp_down
from kechuang.ledger.queries import money
from kechuang.parties.queries import counties_of, region_name
from kechuang.policy.book import in_force
from kechuang.policy.tables import Table


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
    """Every city that the scheme lists, with what its counties issued in a year."""
    terms = in_force(scheme, QuotaTerms, on=on)
    article = terms.article("city_quota_fen")
    found = []
    for row in terms.terms.city_quota_fen.rows:
        city = str(dict(row.when).get("city", ""))
        if city:
            found.append(_progress(city, row.value, year, article))
    return found


def _progress(city: str, quota: Fen, year: int, article: str) -> QuotaProgress:
    granted = [money(region=region, year=year) for region in sorted({city, *counties_of(city)})]
    issued = sum(lies.granted for lies in granted)
    return QuotaProgress(
        city=city,
        city_name=region_name(city),
        quota_fen=quota,
        issued_fen=issued,
        share_bp=ratio_bp_down(issued, quota),
        exceeded=issued > quota,
        article=article,
    )
