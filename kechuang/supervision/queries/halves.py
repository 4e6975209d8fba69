"""Whether a half-year's payouts were checked as far as the rules ask (半年抽查进度): over all plans together, per paying office."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from kechuang.claims.queries import Claim, queue
from kechuang.claims.states import ClaimState
from kechuang.deadlines.queries import clocks
from kechuang.kernel.actor import CLOCK, Actor
from kechuang.kernel.money import ONE
from kechuang.parties.queries import covers, region_name
from kechuang.policy.book import in_force
from kechuang.supervision import rules
from kechuang.supervision.access import OFFICES
from kechuang.supervision.models import Sheet
from kechuang.supervision.queries.terms import has_rules, terms_of
from kechuang.supervision.rules import HalfTerms, SchemeTerms, ShareTerms
from kechuang.supervision.states.checks import PlanState
from kechuang.ui.compiled import compiled

_DRAWN = (PlanState.DRAWN, PlanState.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Half:
    """One paying office's half-year: what it paid, how much of it was drawn by any plan, by when the least share must be."""

    region: str
    place: str
    since: date
    until: date  # exclusive
    paid_count: int
    drawn_count: int
    least: Mapping[str, object]
    due_on: date
    due: Mapping[str, object]
    short: bool

    @property
    def share_bp(self) -> int:
        return self.drawn_count * ONE // self.paid_count

    @property
    def subject(self) -> str:
        """Under what its clock runs."""
        return half_subject(self.region, self.since)


def half_subject(region: str, since: date) -> str:
    """The name of an office's half-year for its clock."""
    return f"half_{region}_{since:%Y%m}"


def halves(regions: Iterable[str], *, of: date, on: date) -> list[Half]:
    """The half-year of the day `of` for each of these offices that paid anything in it. Two statements."""
    since, until = rules.half_of(of)
    schemes = {region: _scheme(region, on) for region in sorted(set(regions)) if has_rules(region, on=on)}
    if not schemes:
        return []
    paid = {(region, scheme): count for region, scheme, count in _paid_in(list(schemes), since, until)}
    drawn = {(region, scheme): count for region, scheme, count in _drawn_in(list(schemes), since, until)}
    return [
        _half(region, since, until, paid[region, scheme], drawn.get((region, scheme), 0), scheme, on)
        for region, scheme in schemes.items()
        if (region, scheme) in paid
    ]


@compiled
def _paid_in(regions: list[str], since: date, until: date) -> QuerySet[Claim, tuple[str, str, int]]:
    rows = queue(CLOCK).filter(region__any=regions, state=ClaimState.PAID, paid_on__gte=since, paid_on__lt=until)
    return rows.order_by().values_list("region", "scheme").annotate(count=Count("id"))


@compiled
def _drawn_in(regions: list[str], since: date, until: date) -> QuerySet[Sheet, tuple[str, str, int]]:
    sheets = Sheet.objects.filter(
        claim__region__any=regions,
        claim__state=ClaimState.PAID,
        claim__paid_on__gte=since,
        claim__paid_on__lt=until,
        visit__plan__state__in=_DRAWN,
    )
    counted = sheets.order_by().values_list("claim__region", "claim__scheme")
    return counted.annotate(count=Count("claim_id", distinct=True))


def _half(region: str, since: date, until: date, paid: int, drawn: int, scheme: str, on: date) -> Half:
    least, half = in_force(scheme, ShareTerms, on=on), terms_of(region, HalfTerms, on=on)
    return Half(
        region=region,
        place=region_name(region),
        since=since,
        until=until,
        paid_count=paid,
        drawn_count=drawn,
        least=least.record["params"]["sample_min_bp"],
        due_on=until + timedelta(days=half.terms.check_half_days),
        due=half.record["params"]["check_half_days"],
        short=rules.is_short(drawn=drawn, paid=paid, terms=least.terms),
    )


def _scheme(region: str, on: date) -> str:
    return terms_of(region, SchemeTerms, on=on).terms.voucher_scheme


def halves_shown(actor: Actor, *, on: date) -> list[Half]:
    """The half-year under way and the one before it, of the paying offices that the actor's posts cover."""
    held = actor.regions(*OFFICES)
    wanted = frozenset[str]().union(*(covers(region) for region in held)) if held else frozenset()
    since, _until = rules.half_of(on)
    return [*halves(wanted, of=on, on=on), *halves(wanted, of=since - timedelta(days=1), on=on)] if wanted else []


def halves_short(*, on: date) -> list[Half]:
    """Offices that have not drawn the least share of the half-year that is over and have no clock yet."""
    last = rules.half_of(on)[0] - timedelta(days=1)
    since, until = rules.half_of(last)
    subjects = {half_subject(region, since): region for region in _paying(since, until)}
    running = clocks(subjects, on=on)
    regions = [region for subject, region in subjects.items() if subject not in running]
    return [half for half in halves(regions, of=last, on=on) if half.short] if regions else []


@compiled
def _paying(since: date, until: date) -> QuerySet[Claim, str]:
    rows = queue(CLOCK).filter(state=ClaimState.PAID, paid_on__gte=since, paid_on__lt=until)
    return rows.order_by().values_list("region", flat=True).distinct()


@dataclass(frozen=True, slots=True)
class HalfSum:
    """A half-year of several paying offices together (半年抽查比例)."""

    since: date
    until: date  # exclusive
    paid_count: int
    drawn_count: int
    short_places: Sequence[str]  # that have not drawn the least share yet
    least: Mapping[str, object]  # the highest of them, with its article

    @property
    def share_bp(self) -> int:
        return self.drawn_count * ONE // self.paid_count


def halves_of_year(regions: Iterable[str], *, year: int, on: date) -> list[HalfSum]:
    """The half-years of a year that have begun, each over all these offices that paid anything in it."""
    found = []
    for first in (half for half in rules.halves_of(year) if half <= on):
        mine = halves(regions, of=first, on=on)
        if mine:
            least = max((one.least for one in mine), key=lambda said: int(str(said["is"])))
            paid, drawn = sum(one.paid_count for one in mine), sum(one.drawn_count for one in mine)
            short = [one.place for one in mine if one.short]
            found.append(HalfSum(mine[0].since, mine[0].until, paid, drawn, short, least))
    return found
