"""Audit tasks: their list, one with all that hangs on it, what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from kechuang.audit.access import offices, packs_visible_to, roles_on, samples_visible_to, visible_to
from kechuang.audit.models import Look, Pack, Sample, Sheet, Task
from kechuang.audit.states import (
    SAMPLE_MACHINE,
    TASK_MACHINE,
    WAITING_MAX,
    SampleState,
    SheetState,
    TaskState,
)
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import areas, region_name
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task of the list with its tallies."""

    task: Task
    places: str
    looks_count: int
    samples_count: int
    packs_count: int


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One sample with how many of its sheets are written."""

    sample: Sample
    written_count: int


@dataclass(frozen=True, slots=True)
class TaskSheet:
    """All that the page of a task shows."""

    task: Task
    office: str
    places: Sequence[str]
    samples: Sequence[SampleRow]
    packs: Sequence[Pack]
    looks_count: int
    subjects_count: int
    events: Sequence[Event]
    open_moves: Sequence[Move]
    roles: frozenset[Role]


def task(actor: Actor, task_id: str) -> Task:
    """One task of the actor's office; raises NotVisible."""
    found = visible_to(actor).filter(id=task_id).first()
    if found is None:
        raise NotVisible
    return found


def tasks(actor: Actor) -> QuerySet[Task]:
    """The office's tasks, open ones first, the latest first."""
    return visible_to(actor).order_by("-state", "-id")


def task_rows(found: Sequence[Task]) -> list[TaskRow]:
    """Tasks with how much was looked at, drawn and frozen. Three statements."""
    ids = [one.id for one in found]
    tallies = [
        dict(model.objects.filter(task__in=ids).order_by().values_list("task").annotate(Count("id")))
        for model in (Look, Sample, Pack)
    ]
    return [TaskRow(one, places_of(one), *(tally.get(one.id, 0) for tally in tallies)) for one in found]


def places_of(one: Task) -> str:
    return "、".join(region_name(code) for code in one.regions)


def open_tasks(actor: Actor) -> QuerySet[Task]:
    return visible_to(actor).filter(state=TaskState.OPEN).order_by("-id")


def regions_to_audit(actor: Actor, *, on: date) -> Mapping[str, Mapping[str, str]]:
    """The actor's offices, each with the regions it may audit today and their names, for the form of a task."""
    known = areas()
    return {
        office: {code: region_name(code) for code in sorted(codes) if code not in known or known[code].holds_on(on)}
        for office, codes in sorted(offices(actor).items())
    }


def task_sheet(actor: Actor, task_id: str) -> TaskSheet:
    """One task with samples, packs and tallies; raises NotVisible."""
    found = task(actor, task_id)
    samples = list(samples_visible_to(actor).filter(task=found).order_by("-id"))
    roles = roles_on(actor, found)
    looks = Look.objects.filter(task=found).aggregate(looks=Count("id"), subjects=Count("subject_id", distinct=True))
    return TaskSheet(
        found,
        region_name(found.region),
        [region_name(code) for code in found.regions],
        sample_rows(samples),
        list(packs_visible_to(actor).filter(task=found).order_by("-id")),
        looks["looks"],
        looks["subjects"],
        list(way([found.id])),
        TASK_MACHINE.open(TaskState(found.state), roles),
        roles,
    )


def sample_rows(samples: Sequence[Sample]) -> list[SampleRow]:
    written = Sheet.objects.filter(sample__in=samples, state=SheetState.WRITTEN).order_by()
    counts = dict(written.values_list("sample").annotate(Count("id")))
    return [SampleRow(sample, counts.get(sample.id, 0)) for sample in samples]


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """待办 of an auditor: open tasks, and samples that wait to be drawn, checked or concluded."""
    if not offices(actor):
        return []
    unfinished = samples_visible_to(actor).exclude(state=SampleState.CONCLUDED).select_related("task").order_by("id")
    rows = [
        waiting(
            _("办理审计任务"),
            subject_id=one.id,
            number=one.document,
            url=reverse("audit:task", args=[one.id]),
            state_label=TASK_MACHINE.labels[TaskState(one.state)],
            party=places_of(one),
            about=one.title,
        )
        for one in open_tasks(actor)[:WAITING_MAX]
    ]
    return rows + [_sample_waits(row) for row in sample_rows(list(unfinished[:WAITING_MAX]))]


def _progress(row: SampleRow) -> str:
    said = gettext("底稿已填 {written}/{drawn}")
    return said.format(written=row.written_count, drawn=row.sample.drawn_count)


def _sample_waits(row: SampleRow) -> Waiting:
    state = SampleState(row.sample.state)
    return waiting(
        _("核查样本") if state is SampleState.DRAWN else _("抽取样本"),
        subject_id=row.sample.id,
        number=row.sample.number,
        url=reverse("audit:sample", args=[row.sample.id]),
        state_label=SAMPLE_MACHINE.labels[state],
        party=_progress(row) if row.sample.drawn_count else "",
        about=row.sample.title,
    )
