"""Findings by subject, in the queue, and how often each rule was right."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.screening.access import contests_visible_to, decides, visible_to
from kechuang.screening.models import Contest, Finding, Level, RedCheck
from kechuang.screening.rules import RULES
from kechuang.screening.states import (
    CONTEST_MACHINE,
    FINDING_MACHINE,
    QUEUE_MAX,
    ContestState,
    FindingState,
    Pattern,
    Stage,
)
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


def findings_of(subjects: Iterable[str]) -> list[Finding]:
    """Every finding about these claims, orders or parties, the heaviest first; the caller has shown that they may be seen."""
    ids = list(dict.fromkeys(subjects))
    about = Q(claim_id__in=ids) | Q(order_id__in=ids) | Q(holder_party__in=ids) | Q(provider_party__in=ids)
    return list(Finding.objects.filter(about).order_by("-points", "id")) if ids else []


def open_findings(
    actor: Actor, *, region: str = "", rule: str = "", state: str = FindingState.OPEN
) -> QuerySet[Finding]:
    """The queue (待核实): what the actor's offices see in a state, the heaviest first, then the oldest. "" is any state."""
    rows = visible_to(actor)
    for name, value in (("region", region), ("rule", rule), ("state", state)):
        rows = rows.filter(**{name: value}) if value else rows
    return rows.order_by("-points", "found_at", "id")


def finding(actor: Actor, finding_id: str) -> Finding:
    """One finding; raises NotVisible."""
    row = visible_to(actor).filter(id=finding_id).first()
    if row is None:
        raise NotVisible
    return row


def states_among(actor: Actor, finding_ids: Iterable[str]) -> dict[str, str]:
    """The words for the states of those of these findings that the actor may open, by id."""
    seen = visible_to(actor).filter(id__in=list(finding_ids)).values_list("id", "state")
    return {finding_id: FINDING_MACHINE.labels[FindingState(state)] for finding_id, state in seen}


def contests_open(actor: Actor) -> QuerySet[Contest]:
    """What firms said against findings and links and nobody has answered yet (待答复申辩)."""
    return contests_visible_to(actor).filter(state=ContestState.OPEN).select_related("finding", "link").order_by("at")


@dataclass(frozen=True, slots=True)
class Hits:
    """How often a rule found something, and what became of it (命中统计)."""

    rule: Pattern
    found: int = 0
    confirmed: int = 0
    dismissed: int = 0
    corrected: int = 0

    @property
    def open(self) -> int:
        return self.found - self.confirmed - self.dismissed - self.corrected


def hits_by_rule(actor: Actor) -> dict[Pattern, Hits]:
    """Of what the actor may see, by rule."""
    rows = (
        visible_to(actor)
        .values("rule")
        .annotate(
            found=Count("id"),
            confirmed=Count("id", filter=Q(state=FindingState.CONFIRMED)),
            dismissed=Count("id", filter=Q(state=FindingState.DISMISSED)),
            corrected=Count("id", filter=Q(state=FindingState.CORRECTED)),
        )
    )
    found = {
        row["rule"]: Hits(Pattern(row["rule"]), row["found"], row["confirmed"], row["dismissed"], row["corrected"])
        for row in rows.order_by("rule")
    }
    return {rule: found.get(rule, Hits(rule)) for rule in RULES}


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """What firms said that waits for the office's answer, and findings that wait to be looked into (待办)."""
    if not decides(actor):
        return []
    said = [
        waiting(
            _("答复申辩"),
            subject_id=row.id,
            number=row.finding.number if row.finding else row.id,
            url=reverse("screening:contest", args=[row.id]),
            state_label=CONTEST_MACHINE.labels[ContestState.OPEN],
        )
        for row in contests_open(actor)[:QUEUE_MAX]
    ]
    if count := open_findings(actor).count():  # one line for the whole queue: what has a clock must not drown in it
        queue = waiting(
            _("核实筛查结果"),
            subject_id="screening",
            number=gettext("{count} 项发现").format(count=count),
            url=reverse("screening:findings"),
            state_label=FINDING_MACHINE.labels[FindingState.OPEN],
        )
        return [*said, queue]
    return said


def asked_at(stage: Stage) -> QuerySet[RedCheck]:
    """What was asked about at a stage, for the room above to leave it out of what is due."""
    return RedCheck.objects.filter(stage=stage)


def levels_on() -> date | None:
    """When all claims were last screened against one another: the day of the price levels."""
    return _levels_on.first()


@compiled
def _levels_on() -> QuerySet[Level, date]:
    return Level.objects.order_by("-on").values_list("on", flat=True)[:1]
