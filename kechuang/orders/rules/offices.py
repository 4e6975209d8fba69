"""Which office receives, confirms, pays, admits and revokes (归口). Pure; every choice is a reading named in the pack."""

from dataclasses import dataclass

from kechuang.orders.states import CITY_DIGITS


@dataclass(frozen=True, slots=True)
class OfficeTerms:
    claim_office: str
    paying_budget: str
    admission_office: str
    revoking_office: str
    outside_office: str


@dataclass(frozen=True, slots=True)
class Offices:
    """The county of each office, fixed on an order and shown before it is placed."""

    claim_office: str
    paying_budget: str
    admission_office: str
    revoking_office: str


def offices(
    *,
    holder_region: str,
    provider_region: str,
    applied_region: str = "",
    same_city: bool | None = None,
    terms: OfficeTerms,
) -> Offices:
    """The county of each office for one order between a holder and a provider.

    `holder_region` is the county that issued the voucher. A provider from outside the city is admitted and revoked by
    the county that `outside_office` names: the one it applied to, or the issuing one; it never confirms or pays there
    unless it is the issuing county. Without `same_city`, codes of one city are told by their first four digits.
    Source: 绍兴试点方案 三（一）3、4，三（二）2、4；四（三）谁补助，谁监管.
    """
    inside = holder_region[:CITY_DIGITS] == provider_region[:CITY_DIGITS] if same_city is None else same_city
    applied = applied_region or holder_region
    # A county outside the city has no office under this scheme: the one that `outside_office` names stands for it.
    outside = {"issuing_county": holder_region, "applied_county": applied}[terms.outside_office]
    counties = {
        "issuing_county": holder_region,
        "provider_county": provider_region if inside else outside,
        "applied_county": applied,
    }
    return Offices(
        claim_office=counties[terms.claim_office],
        paying_budget=counties[terms.paying_budget],
        admission_office=counties[terms.admission_office],
        revoking_office=counties[terms.revoking_office],
    )
