"""Scorecards of the rule book, and how an evaluation's own card and grades are read back from its terms (考核办法)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kechuang.evaluation import rules
from kechuang.evaluation.models import Evaluation
from kechuang.evaluation.states import MONTHS_IN_YEAR
from kechuang.parties.queries import own_level, region
from kechuang.policy.book import HOME, InForce, current, in_force, replay

_INDICATORS = "scorecard_indicators"


@dataclass(frozen=True, slots=True)
class CourseTerms:
    """How an evaluation runs, and what its best grades bring (考核程序与结果运用)."""

    carrier_kinds: tuple[str, ...]
    report_within_days: int
    appeal_within_days: int
    in_time_days: int
    without_report: str  # left_out | refused
    priority_grades: tuple[str, ...]
    priority_programmes: tuple[str, ...]
    priority_months: int


@dataclass(frozen=True, slots=True)
class OfficeTerms:
    """Whose offices evaluate by a scheme (考核主体); asked when an evaluation is opened, and not kept with it."""

    evaluating_levels: tuple[str, ...]


def schemes(places: Iterable[str], *, on: date) -> dict[str, str]:
    """The schemes by which the offices of these places evaluate on a day, title by scheme."""
    wanted = sorted(places)
    return {
        scheme: title for scheme, title in _cards(on).items() if any(evaluates(scheme, one, on=on) for one in wanted)
    }


def _cards(on: date) -> dict[str, str]:
    """Every scheme with a scorecard in force on a day."""
    return {
        scheme: pack.title
        for scheme, pack in sorted(current().packs.items())
        if (parameter := pack.parameters.get(_INDICATORS)) and parameter.on(on)
    }


def scheme_title(scheme: str) -> str:
    return current().packs[scheme].title


def evaluates(scheme: str, place: str, *, on: date) -> bool:
    """Whether the scheme is for the office of a place to evaluate by (考核主体): its region, where it names one, and its level."""
    terms, scope = in_force(scheme, OfficeTerms, on=on).terms, region(scope_of(place))
    home = current().packs[scheme].parameters.get(HOME)
    said = home.on(on) if home else None
    return (said is None or scope.code.startswith(str(said.is_))) and scope.level in terms.evaluating_levels


def scope_of(place: str) -> str:
    """Where an office evaluates: its county or zone, or the city or province whose own level (市本级、省本级) it is."""
    return own_level(place) or region(place).code


def terms_now(scheme: str, *, on: date) -> dict[str, object]:
    """Everything an evaluation stores of its scheme. Raises NotAScorecard."""
    if scheme not in _cards(on):
        raise rules.NotAScorecard(scheme=scheme)
    kept = [in_force(scheme, kind, on=on).record for kind in (rules.CardTerms, rules.GradeTerms, CourseTerms)]
    params = {name: value for record in kept for name, value in record["params"].items()}
    return {**kept[0], "params": params}


def card_of(row: Evaluation) -> InForce[rules.CardTerms]:
    return replay(row.terms, rules.CardTerms)


def grading_of(row: Evaluation) -> InForce[rules.GradeTerms]:
    return replay(row.terms, rules.GradeTerms)


def course_of(row: Evaluation) -> InForce[CourseTerms]:
    return replay(row.terms, CourseTerms)


def months_after(first: date, months: int) -> date:
    """The same day so many months later; the first of a month in every scorecard."""
    year, month = divmod(first.year * MONTHS_IN_YEAR + first.month - 1 + months, MONTHS_IN_YEAR)
    return date(year, month + 1, 1)


def period_of(one: rules.Indicator, year: int) -> tuple[date, date]:
    """The indicator's own period in the evaluation of a year (各指标自有期间), the end exclusive."""
    month = int(one.from_on.partition("-")[0])
    since = date(year - one.years_back_count, month, 1)
    return since, months_after(since, one.months_count)
